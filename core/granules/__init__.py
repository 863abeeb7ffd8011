"""Granules: their table, made of CMR's records, and their footprints."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .footprints import granule_hemispheres as granule_hemispheres
    from .footprints import granules_in_layer_crs as granules_in_layer_crs
    from .footprints import project_footprints as project_footprints
    from .footprints import touch_boxes as touch_boxes
    from .planned import planned_granules as planned_granules
    from .record import LINK_COLUMNS as LINK_COLUMNS
    from .record import slim as slim
    from .table import granules_from_umm as granules_from_umm
    from .table import merge_granules as merge_granules
    from .table import normalize_granules as normalize_granules
    from .table import usable_granules as usable_granules

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
