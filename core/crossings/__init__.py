"""Beams x flight lines: where and when they cross."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .beam_crossovers import crossover_points as crossover_points
    from .crossover_rows import COLUMNS as COLUMNS
    from .crossover_rows import Wanted as Wanted
    from .options import DAYS_AHEAD as DAYS_AHEAD
    from .options import MOST_M as MOST_M
    from .options import NEAR_M as NEAR_M
    from .options import PLAN as PLAN
    from .pass_plan import PassPlan as PassPlan
    from .pass_rows import PASS_COLUMNS as PASS_COLUMNS
    from .pass_rows import PLANNED_COLUMNS as PLANNED_COLUMNS
    from .pass_rows import pass_titles as pass_titles
    from .passes import find_passes as find_passes
    from .predicted_passes import predict_passes as predict_passes
    from .track_search import TRACK_COLUMNS as TRACK_COLUMNS
    from .track_search import TrackSearch as TrackSearch

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
