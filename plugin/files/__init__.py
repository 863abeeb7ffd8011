"""Files that are read and written: where they are, what their formats hold, how they are replaced."""

from typing import TYPE_CHECKING

from ...core.common import lazy_face

if TYPE_CHECKING:
    from . import databases as databases
    from . import formats as formats
    from . import layer_places as layer_places
    from . import open_layers as open_layers
    from . import row_files as row_files
    from .formats import POINTS as POINTS
    from .formats import Format as Format
    from .formats import renamed as renamed
    from .layer_places import LayerPlace as LayerPlace
    from .staging import Staging as Staging

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
