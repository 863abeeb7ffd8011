"""Beams x flight lines: where and when they cross."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .beam_crossovers import COLUMNS as COLUMNS
    from .beam_crossovers import Wanted as Wanted
    from .beam_crossovers import crossover_points as crossover_points
    from .passes import find_passes as find_passes

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
