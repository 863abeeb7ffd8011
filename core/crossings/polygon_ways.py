"""Ways of lines beside tracks through polygons: from where a line goes in to where it comes out.

Where a line crosses outlines is known from the search among pieces; here it is told on which side it is in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from ..common import Progress
from ..geometry import LONLAT_CRS, POLE_CRS, Columns, begins, lon_lat, offsets_of, transformer
from ..icesat2 import StepPlaces, Steps
from .place_shapes import Areas

_STEPS_AT_ONCE = 20_000
# Of the sine of latitude: a pole's plane is asked about what lies up to 30 degrees beyond the equator.
_BEYOND = 0.5


@dataclass(frozen=True)
class StepWays(Columns):
    """Ways of lines beside steps through polygons.

    Attributes
    ----------
    place, step, line : (n,) ndarray of int
    first, last : (n,) ndarray
        Where on the step the line goes in and comes out, 0 to 1.
    """

    place: np.ndarray
    step: np.ndarray
    line: np.ndarray
    first: np.ndarray
    last: np.ndarray


class PolygonWays:
    """Collects which steps touch the polygons of some places, and tells the ways through them.

    Parameters
    ----------
    areas : list of Areas
    steps : Steps
    beside : callable
        Returns the places ``(n, k, 3)`` on the lines beside places on steps.
    progress : Progress
    """

    def __init__(
        self, areas: list[Areas], steps: Steps, beside: Callable[[StepPlaces], np.ndarray], progress: Progress
    ) -> None:
        self._steps = steps
        self._beside = beside
        self._areas = areas
        self._place = np.concatenate([np.zeros(0, np.int64), *(each.place for each in areas)])
        self._first = offsets_of(np.array([len(each.place) for each in areas], dtype=np.int64))
        for each in areas:
            shapely.prepare(each.polygon)
        # An area and a step as one number.
        self._held = self._begin_inside(progress) if areas else np.zeros(0, np.int64)
        self._touched = [np.zeros(0, np.int64)]
        self._crossed: list[tuple[np.ndarray, ...]] = []

    def touch(self, area: np.ndarray, step: np.ndarray) -> None:
        """Take note of steps that are near outlines; what is no outline has the area -1."""
        outline = area >= 0
        if outline.any():
            self._touched.append(np.unique(self._key(area[outline], step[outline])))

    def cross(self, area: np.ndarray, step: np.ndarray, line: np.ndarray, at: np.ndarray) -> None:
        """Take note of places on steps, 0 to 1, where lines cross outlines."""
        outline = area >= 0
        if outline.any():
            self._crossed.append((self._key(area[outline], step[outline]), line[outline], at[outline]))

    def of(self, low: int, high: int, progress: Progress) -> Iterator[StepWays]:
        """Yield the ways through the polygons of the places `low` to `high`, and forget what was taken note of."""
        here = np.flatnonzero((self._place >= low) & (self._place <= high))
        held = self._held[np.isin(self._held // self._n_steps, here)]
        pairs = np.unique(np.concatenate(self._touched))
        empty = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        key, line, at = (np.concatenate(columns) for columns in zip(empty, *self._crossed))
        self._touched, self._crossed = [np.zeros(0, np.int64)], []
        # What begins inside, with no outline near, is inside all the way, with all its lines.
        within = held[~np.isin(held, pairs)]
        n_lines = self._beside(self._steps.at(within[:1] % self._n_steps, 0.0)).shape[1]
        for start in range(0, len(within), _STEPS_AT_ONCE):
            progress.check()
            yield self._throughout(within[start : start + _STEPS_AT_ONCE], n_lines)
        for start in range(0, len(pairs), _STEPS_AT_ONCE):
            progress.check()
            some = pairs[start : start + _STEPS_AT_ONCE]
            mine = (key >= some[0]) & (key <= some[-1])
            yield self._ways(some, np.searchsorted(some, key[mine]), line[mine], at[mine])

    @property
    def _n_steps(self) -> int:
        return max(len(self._steps), 1)

    def _key(self, area: np.ndarray, step: np.ndarray) -> np.ndarray:
        return area.astype(np.int64) * self._n_steps + step

    def _begin_inside(self, progress: Progress) -> np.ndarray:
        """Return the steps that begin inside of polygons, ascending."""
        found = [np.zeros(0, np.int64)]
        for low in range(0, len(self._steps), _STEPS_AT_ONCE):
            progress.check()
            centre = self._steps.at(slice(low, low + _STEPS_AT_ONCE), 0.0).centre
            for first, each in zip(self._first, self._areas):
                row = np.flatnonzero(_on_side(centre, each.side))
                tree = shapely.STRtree(shapely.points(*_in_plane_of(centre[row], each.side)))
                area, point = tree.query(each.polygon, predicate="intersects")
                found.append(self._key(area + first, row[point] + low))
            progress.fraction(min(1.0, (low + _STEPS_AT_ONCE) / len(self._steps)))
        return np.sort(np.concatenate(found))

    def _throughout(self, pairs: np.ndarray, n_lines: int) -> StepWays:
        """Return the ways on steps that are inside from begin to end."""
        area, step = np.divmod(np.repeat(pairs, n_lines), self._n_steps)
        line = np.tile(np.arange(n_lines, dtype=np.int8), len(pairs))
        return StepWays(self._place[area], step, line, np.zeros(len(step)), np.ones(len(step)))

    def _ways(self, pairs: np.ndarray, crossed: np.ndarray, crossing: np.ndarray, at: np.ndarray) -> StepWays:
        """Return the ways on some steps, where lines (numbers) cross at places of steps (positions in `pairs`)."""
        area, step = np.divmod(pairs, self._n_steps)
        begins_in, ends_in = (self._inside(area, self._beside(self._steps.at(step, end))).ravel() for end in (0.0, 1.0))
        n_lines = len(begins_in) // max(len(pairs), 1)
        # Each line of each step begins inside or outside, and every crossing is a change.
        own = np.concatenate([np.arange(len(begins_in)), crossed * n_lines + crossing])
        part = np.concatenate([np.zeros(len(begins_in)), at])
        order = np.lexsort((np.concatenate([np.zeros(len(begins_in)), np.ones(len(at))]), part, own))
        own, part = own[order], part[order]
        new = begins(own)
        number = np.arange(len(own)) - np.flatnonzero(new)[np.cumsum(new) - 1]
        until = np.ones(len(own))
        until[:-1] = np.where(new[1:], 1.0, part[1:])
        inside = begins_in[own] ^ (number % 2 == 1)
        # By rounding an end on an outline may be on the wrong side of it: then the crossing says where the line is.
        odd = np.bincount(own, minlength=len(begins_in)) % 2 == 0
        inside &= ((begins_in ^ odd) == ends_in)[own] & (until > part)
        own, part, until = own[inside], part[inside], until[inside]
        pair = own // n_lines
        return StepWays(self._place[area[pair]], step[pair], (own % n_lines).astype(np.int8), part, until)

    def _inside(self, area: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Tell which vectors ``(n, k, 3)`` are inside of their polygons, ``(n, k)``."""
        inside = np.zeros(vectors.shape[:2], dtype=bool)
        for first, stop, each in zip(self._first[:-1], self._first[1:], self._areas):
            row, line = np.nonzero(((area >= first) & (area < stop))[:, None] & _on_side(vectors, each.side))
            xy = _in_plane_of(vectors[row, line], each.side)
            inside[row, line] = shapely.intersects_xy(each.polygon[area[row] - first], *xy)
        return inside


def _on_side(vectors: np.ndarray, side: str) -> np.ndarray:
    return vectors[..., 2] < _BEYOND if side == "south" else vectors[..., 2] > -_BEYOND


def _in_plane_of(vectors: np.ndarray, side: str) -> tuple[np.ndarray, np.ndarray]:
    x, y = transformer(LONLAT_CRS, POLE_CRS[side]).transform(*lon_lat(vectors))
    return x, y
