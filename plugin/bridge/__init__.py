"""Between layers and GeoDataFrames."""

from typing import TYPE_CHECKING

from ...core.common import lazy_face

if TYPE_CHECKING:
    from . import filling as filling
    from . import geopackage as geopackage
    from .fitting import Fitting as Fitting
    from .fitting import Titles as Titles
    from .layers import open_vector as open_vector
    from .layers import shape_of as shape_of
    from .layers import source_to_table as source_to_table
    from .layers import write as write
    from .readback import Written as Written

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
