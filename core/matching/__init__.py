"""Frames x granules: which belong together, by cells or by the flight line."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from . import tables as tables
    from .cell_overlap import CellIndex as CellIndex
    from .choosing import check_matching as check_matching
    from .choosing import chosen_pairs as chosen_pairs
    from .compared import Comparison as Comparison
    from .compared import Difference as Difference
    from .comparison import compare as compare
    from .options import METHODS as METHODS
    from .options import Matching as Matching
    from .pairs import in_chunks as in_chunks
    from .pairs import match as match
    from .prefix import COVER_ORDER as COVER_ORDER
    from .prefix import cells_holding as cells_holding
    from .prefix import cover_cells as cover_cells
    from .prefix import owners_in_ranges as owners_in_ranges
    from .quads import cut_strips as cut_strips
    from .quads import lift as lift
    from .tables import LINK_KEYS as LINK_KEYS
    from .tables import link_records as link_records
    from .timings import STAGES as STAGES

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
