"""The functions of upstream's module, with its dictionaries and lists."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .matching import build_granule_prefix_index as build_granule_prefix_index
    from .matching import build_granule_strtree as build_granule_strtree
    from .matching import compute_granule_sample_mortons as compute_granule_sample_mortons
    from .matching import match_frames_to_granules as match_frames_to_granules
    from .matching import match_frames_to_granules_prefix as match_frames_to_granules_prefix
    from .searching import ICESAT2_LAUNCH as ICESAT2_LAUNCH
    from .searching import cmr_bbox_from_mpolygon as cmr_bbox_from_mpolygon
    from .searching import cycle_to_dates as cycle_to_dates
    from .searching import query_cmr_granules as query_cmr_granules
    from .searching import resolve_temporal_window as resolve_temporal_window
    from .searching import subset_frames_by_points as subset_frames_by_points

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
