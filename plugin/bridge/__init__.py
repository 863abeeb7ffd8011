"""Between layers and GeoDataFrames."""

from typing import TYPE_CHECKING

from ...core.common import lazy_face

if TYPE_CHECKING:
    from . import geopackage as geopackage
    from .fitting import Fitting as Fitting
    from .layers import crs_of as crs_of
    from .layers import fields_of as fields_of
    from .layers import open_vector as open_vector
    from .layers import source_to_table as source_to_table
    from .layers import wkb_type_of as wkb_type_of
    from .layers import write as write
    from .readback import Written as Written

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
