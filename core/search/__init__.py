"""From a window and an area to all granules there: CMR, and the store of what it answered."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .area import Area as Area
    from .area import area_of_rectangle as area_of_rectangle
    from .area import search_areas as search_areas
    from .box_cover import box_of as box_of
    from .cmr import CmrClient as CmrClient
    from .cmr import GranuleQuery as GranuleQuery
    from .granule_files import read_granule_files as read_granule_files
    from .granule_files import read_named_granule_files as read_named_granule_files
    from .granule_ids import read_granule_ids as read_granule_ids
    from .named import NamedSupply as NamedSupply
    from .named import named_granules as named_granules
    from .named_passes import passes_of_names as passes_of_names
    from .options import STORE_MODES as STORE_MODES
    from .options import TIME_MODES as TIME_MODES
    from .options import VERSION as VERSION
    from .options import Product as Product
    from .options import WindowChoice as WindowChoice
    from .paging import search_granules as search_granules
    from .store import GranuleStore as GranuleStore
    from .store_place import store_folder as store_folder
    from .store_place import store_of as store_of
    from .supply import Supplier as Supplier
    from .supply import Supply as Supply
    from .window import LAUNCH as LAUNCH
    from .window import Window as Window
    from .window import nominal_cycle_days as nominal_cycle_days
    from .window import resolve_window as resolve_window
    from .window import today as today
    from .window import window_of as window_of
    from .window import window_of_granules as window_of_granules

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
