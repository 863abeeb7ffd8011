"""Radar frames: their table, lines and cells, and the points that choose among them."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .cell_lists import lists_of_cells as lists_of_cells
    from .cells import FrameCells as FrameCells
    from .cells import hold_points as hold_points
    from .columns import ASSETS as ASSETS
    from .columns import COLUMNS as COLUMNS
    from .columns import MBOX as MBOX
    from .columns import NEEDS_MBOX as NEEDS_MBOX
    from .frames import AnyFrames as AnyFrames
    from .frames import Frames as Frames
    from .frames import flight_dates as flight_dates
    from .frames import frame_cells as frame_cells
    from .frames import frame_hemispheres as frame_hemispheres
    from .frames import frames_in_layer_crs as frames_in_layer_crs
    from .line_pieces import FlightLines as FlightLines
    from .line_pieces import flight_lines as flight_lines
    from .line_pieces import pieces_of_lines as pieces_of_lines
    from .options import RULES as RULES
    from .options import PointRule as PointRule
    from .points import frames_at_points as frames_at_points
    from .points import subset_by_points as subset_by_points
    from .projected import cell_polygons as cell_polygons
    from .projected import project_lines as project_lines
    from .stac_items import PROPERTIES as PROPERTIES
    from .table import each_once as each_once
    from .table import filter_frames as filter_frames
    from .table import normalize_frames as normalize_frames
    from .table import usable_frames as usable_frames

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
