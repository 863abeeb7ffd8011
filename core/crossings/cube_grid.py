"""A grid of cubes through which the Earth's surface runs: which steps of tracks may be near which flight lines.

The cubes stand in space, so that neither a pole nor the antimeridian is a special place.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..common import Progress
from ..geometry import EARTH_RADIUS_M, begins, ranges, spread
from ..icesat2 import Steps

# The size of the cubes matters for speed alone; measured, see docs/performance.md.
_CUBE = 100_000.0 / EARTH_RADIUS_M
_SIDE = int(np.ceil(2.0 / _CUBE)) + 1
# Candidates (steps by bundles) that are held at once, and steps whose cubes are worked out at once.
_CANDIDATES = 1_000_000
_STEPS_AT_ONCE = 500_000


class CubeGrid:
    """The cubes in which the middles of steps lie, and those that circles about bundles of flight lines may meet.

    Parameters
    ----------
    steps : Steps
    middle : (b, 3) ndarray
        Unit vectors of the circles' middles.
    radius : (b,) ndarray
        Of the circles, in radians: as far off as the middle of a step may be that is wanted.
    progress : Progress
    """

    def __init__(self, steps: Steps, middle: np.ndarray, radius: np.ndarray, progress: Progress) -> None:
        self._cube = _cubes_of(steps, progress)
        self._bundle, self._near = _cubes_about(middle, radius)
        self._n_bundles = len(radius)

    def blocks(self, frame: np.ndarray) -> np.ndarray:
        """Return the first bundle of each block, and their number at the end.

        Blocks are whole frames, with about as many candidates as are held at once.

        Parameters
        ----------
        frame : (b,) ndarray of int
            Of the bundles, ascending.
        """
        if len(frame) == 0:
            return np.zeros(1, dtype=np.int64)
        n_steps = np.bincount(self._cube, minlength=_SIDE**3)
        weight = np.bincount(self._bundle, n_steps[self._near], minlength=self._n_bundles)
        first = np.flatnonzero(begins(frame))
        per_frame = np.add.reduceat(weight, first)
        block = np.floor((np.cumsum(per_frame) - per_frame) / _CANDIDATES)
        return np.append(first[begins(block)], len(frame))

    def candidates(self, low: int, high: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield steps and bundles that share a cube, a step with all its bundles in a row.

        Parameters
        ----------
        low, high : int
            From which bundle on, and before which one.
        """
        wanted = (self._bundle >= low) & (self._bundle < high)
        near, bundle = self._near[wanted], self._bundle[wanted]
        order = np.argsort(near, kind="stable")
        near, bundle = near[order], bundle[order]
        present, first, count = np.unique(near, return_index=True, return_counts=True)
        slot = np.full(_SIDE**3, -1, dtype=np.int32)
        slot[present] = np.arange(len(present))
        hit = np.flatnonzero(slot[self._cube] >= 0)
        place = slot[self._cube[hit]]
        total = np.cumsum(count[place])
        cuts = np.searchsorted(total, np.arange(0, (total[-1] if len(total) else 0) + _CANDIDATES, _CANDIDATES), "left")
        for start, stop in zip(cuts[:-1], np.append(cuts[1:-1], len(hit))):
            part = place[start:stop]
            step = np.repeat(hit[start:stop], count[part])
            if len(step):
                yield step, bundle[ranges(first[part], count[part])]


def _cubes_of(steps: Steps, progress: Progress) -> np.ndarray:
    """Return the cube in which the middle of each step lies."""
    cube = np.empty(len(steps), dtype=np.int32)
    for low in range(0, len(steps), _STEPS_AT_ONCE):
        progress.check()
        part = slice(low, low + _STEPS_AT_ONCE)
        x, y, z = ((steps.at(part, 0.5).centre + 1.0) / _CUBE).astype(np.int32).T
        cube[part] = (x * _SIDE + y) * _SIDE + z
        progress.fraction(min(1.0, (low + _STEPS_AT_ONCE) / len(steps)))
    return cube


def _cubes_about(middle: np.ndarray, radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cubes that circles about points may meet: (number of the circle, cube), each once."""
    low = np.clip(np.floor((middle - radius[:, None] + 1.0) / _CUBE), 0, _SIDE - 1).astype(np.int64)
    high = np.clip(np.floor((middle + radius[:, None] + 1.0) / _CUBE), 0, _SIDE - 1).astype(np.int64)
    nx, ny, nz = (high - low + 1).T
    circle, number = spread(nx * ny * nz)
    rest, k = np.divmod(number, nz[circle])
    i, j = np.divmod(rest, ny[circle])
    x, y, z = low[circle].T
    return circle, ((x + i) * _SIDE + (y + j)) * _SIDE + (z + k)
