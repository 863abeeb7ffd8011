"""Where flight lines and the lines beside centre lines cross, some frames at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..common import Progress
from ..frames import FlightLines
from ..geometry import EARTH_RADIUS_M, stacked
from ..icesat2 import Steps, Tracks
from .cube_grid import CubeGrid
from .exact_crossings import ExactSearch
from .line_crossings import LineCrossings

# The length of steps matters for speed alone; measured, see docs/performance.md.
_STEP_M = 80_000.0
# How much farther off than the outermost line a piece is still looked at: more than the Earth is flat, or a step bent.
_SLACK_M = 1_000.0
_MOST_SPREAD = 1.1
# Lines run this much farther left, so that none runs to the last bit through a vertex of both, where a side would be a
# matter of rounding.
_ASIDE_M = 0.0006


def line_crossings(
    lines: FlightLines,
    tracks: Tracks,
    beside_m: np.ndarray,
    progress: Progress | None = None,
    spread: Callable[[np.ndarray], np.ndarray] = np.ones_like,
) -> Iterator[LineCrossings]:
    """Find all crossings, some frames at a time.

    Parameters
    ----------
    lines : FlightLines
    tracks : Tracks
    beside_m : (k,) ndarray
        How far left of the centre line each line runs, in metres; negative to the right.
    progress : Progress, optional
    spread : callable, optional
        By how much farther off than `beside_m` the lines run, at most 1.1, by the sine of latitude.

    Yields
    ------
    LineCrossings
        Of some frames in a row, in any order; each block about as large, whatever the number of frames and granules.
    """
    progress = progress or Progress()
    beside_m = np.asarray(beside_m, dtype=float) + _ASIDE_M
    steps = Steps(tracks, _STEP_M)
    reach = (_MOST_SPREAD * np.abs(beside_m).max(initial=0.0) + _SLACK_M) / EARTH_RADIUS_M
    middle, radius = lines.bundle_caps()
    grid = CubeGrid(steps, middle, radius + reach + _STEP_M / EARTH_RADIUS_M / 2, progress.part(0.0, 0.1))
    search = ExactSearch(lines, steps, beside_m, spread, reach)
    starts = grid.blocks(lines.bundle_frames())
    finding = progress.part(0.1, 1.0)
    for number, (low, high) in enumerate(zip(starts[:-1], starts[1:])):
        found = []
        for step, bundle in grid.candidates(low, high):
            progress.check()
            found.append(search.crossings(step, bundle))
        finding.fraction((number + 1) / (len(starts) - 1))
        if found:
            yield stacked(found)
