"""Beams x flight lines: where and when they cross."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .beam_crossovers import crossover_points as crossover_points
    from .crossover_rows import COLUMNS as COLUMNS
    from .crossover_rows import Wanted as Wanted
    from .passes import find_passes as find_passes
    from .track_search import TRACK_COLUMNS as TRACK_COLUMNS
    from .track_search import TrackSearch as TrackSearch

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
