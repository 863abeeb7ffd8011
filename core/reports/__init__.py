"""Pages and drawings about a run."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .comparison_report import comparison_page as comparison_page
    from .heights_report import heights_page as heights_page
    from .legend import CLASS_COLOURS as CLASS_COLOURS
    from .legend import CLASSES_M as CLASSES_M
    from .legend import NEARNESS as NEARNESS
    from .legend import VIRIDIS as VIRIDIS
    from .legend import class_colours as class_colours
    from .legend import class_name as class_name
    from .legend import class_names as class_names
    from .legend import count_classes as count_classes
    from .legend import day_classes as day_classes
    from .run_report import Origin as Origin
    from .run_report import run_page as run_page
    from .section_report import section_page as section_page

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
