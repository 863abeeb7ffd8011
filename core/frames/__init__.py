"""Radar frames: their table, lines and cells, and the points that choose among them."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .cell_lists import lists_of_cells as lists_of_cells
    from .cells import FrameCells as FrameCells
    from .cells import frame_cells as frame_cells
    from .cells import hold_points as hold_points
    from .line_pieces import FlightLines as FlightLines
    from .line_pieces import flight_lines as flight_lines
    from .points import require_frames as require_frames
    from .points import subset_by_points as subset_by_points
    from .projected import cell_polygons as cell_polygons
    from .projected import project_lines as project_lines
    from .stac_items import PROPERTIES as PROPERTIES
    from .table import COLUMNS as COLUMNS
    from .table import MBOX as MBOX
    from .table import NEEDS_MBOX as NEEDS_MBOX
    from .table import THUMBNAIL as THUMBNAIL
    from .table import each_once as each_once
    from .table import filter_frames as filter_frames
    from .table import flight_dates as flight_dates
    from .table import frame_hemispheres as frame_hemispheres
    from .table import frames_in_layer_crs as frames_in_layer_crs
    from .table import line_vertices as line_vertices
    from .table import normalize_frames as normalize_frames
    from .table import usable_frames as usable_frames

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
