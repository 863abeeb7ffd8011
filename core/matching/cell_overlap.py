"""Cells against strips: which footprints' quads meet a frame's morton cells.

A cell's edges are no great circles. Cells are compared with quads in three steps, each for what the one before left
open: by a ball around them, by the straight lines between their corners with a margin for how far the edges leave
those, and by their outline with as many points as its bends need. What remains is a footprint that lies inside a cell
and touches no outline; one of its points tells that. The outline is true to :data:`OUTLINE_TOLERANCE_M`.
"""

from __future__ import annotations

import numpy as np

from ..geometry import EARTH_RADIUS_M
from ..morton import CellShapes
from .quads import Quads, heights, lie_in
from .raster import Balls, near, raster_of

#: Great circles between an outline's points stay so near to the cell's true edge, in metres.
OUTLINE_TOLERANCE_M = 0.1

# Of larger cells (this order has 51 km) the parts along the outline are compared.
_LARGEST_ORDER = 7
# Points a side that show how far an outline bends. Between two of them it goes on by less than a tenth.
_LOOK = 8
_BETWEEN = 1.1
# An outline of n steps a side bends by up to three times the whole side's bend, divided by n squared: next to a pole.
_UNEVEN = 3.0
# Each look at what is still open has so many times the points of the one before.
_FINER = 8
_CHUNK = 100_000
_TOLERANCE = OUTLINE_TOLERANCE_M / EARTH_RADIUS_M


class CellIndex:
    """Cells, ready to be met by quads.

    Parameters
    ----------
    cells : CellShapes
    step : int, optional
        Points a side of the outlines; without it, as many as :data:`OUTLINE_TOLERANCE_M` needs.
    """

    def __init__(self, cells: CellShapes, step: int | None = None) -> None:
        parts, parent = cells.border(_LARGEST_ORDER)
        centre, look = parts.centres(), parts.outlines(_LOOK)
        placed = np.isfinite(look).all(axis=(1, 2)) & np.isfinite(centre).all(axis=1)
        self._parts, self._parent = parts.take(placed), parent[placed]
        centre, look = centre[placed], look[placed]
        bend = _bends(look) * _BETWEEN
        around = np.linalg.norm(look - centre[:, None], axis=2).max(axis=1)
        known = np.where(np.isfinite(bend), bend, around)
        self._bend, self._radius = bend, around + known
        self._centre, self._corners = centre.T.copy(), look[:, ::_LOOK].transpose(2, 1, 0).copy()
        self._step = (
            np.ceil(np.sqrt(_UNEVEN * known / _TOLERANCE)).astype(np.int64)
            if step is None
            else (np.full(len(known), step))
        )
        n = len(self._parts)
        self._raster = raster_of(Balls(self._centre, self._radius, np.arange(n)), n)

    def met_by(self, quads: Quads) -> tuple[np.ndarray, np.ndarray]:
        """Return pairs (cell, footprint) in which the footprint meets the cell's outline, or the cell lies inside it.

        Pairs may come more than once, and in any order.
        """
        quad, part = near(quads, self._raster)
        hits = [np.zeros(0, dtype=np.int64)]
        for start in range(0, len(quad), _CHUNK):
            piece = slice(start, start + _CHUNK)
            hits.append(start + self._meeting(quads.normals, quad[piece], part[piece]))
        hit = np.concatenate(hits)
        return self._parent[part[hit]], quads.owner[quad[hit]]

    def _meeting(self, normals: np.ndarray, quad: np.ndarray, part: np.ndarray) -> np.ndarray:
        """Return positions of the pairs that meet, or whose cell lies in the quad."""
        lowest = heights(normals[..., quad], self._centre[:, part]).min(axis=0)
        hits = [np.flatnonzero(lowest >= 0)]
        unsure = np.flatnonzero((lowest < 0) & (lowest >= -self._radius[part]))

        def look(which: np.ndarray, outline: np.ndarray, bend: np.ndarray) -> np.ndarray:
            sure, open_ = _compare(normals[..., quad[which]], outline, bend)
            hits.append(which[sure])
            return which[open_]

        unsure = look(unsure, self._corners[..., part[unsure]], self._bend[part[unsure]])
        step = _FINER
        while len(unsure):
            finest = self._step[part[unsure]]
            for number in np.unique(finest[finest <= step]):
                last = unsure[finest == number]
                look(last, self._outline(part[last], number), np.zeros(len(last)))
            unsure = unsure[finest > step]
            bend = self._bend[part[unsure]] * _UNEVEN / step**2
            unsure = look(unsure, self._outline(part[unsure], step), bend)
            step *= _FINER
        return np.concatenate(hits)

    def _outline(self, part: np.ndarray, step: int) -> np.ndarray:
        return self._parts.take(part).outlines(int(step)).transpose(2, 1, 0)


def _compare(normals: np.ndarray, outline: np.ndarray, bend: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return positions of the pairs that meet for sure, and of those that may.

    Parameters
    ----------
    normals : (4, 3, n) ndarray
        Of the quads.
    outline : (3, points, n) ndarray
        Of the cells.
    bend : (n,) ndarray
        How far the true outlines are from these at most; where it is 0, nothing stays open.
    """
    at = heights(normals[:, :, None], outline)
    sure = (at.min(axis=0) >= 0).any(axis=0)
    # Where no plane has all points behind it, the outline may meet the quad grown by the bend, or even shrunk by it.
    open_ = np.flatnonzero(~sure & (at.max(axis=1) >= -bend).all(axis=0))
    open_ = open_[lie_in(at[..., open_] + bend[open_])]
    now = lie_in(at[..., open_] - bend[open_])
    return np.concatenate([np.flatnonzero(sure), open_[now]]), open_[~now]


def _bends(outlines: np.ndarray) -> np.ndarray:
    """Return how far, in space, each outline leaves the straight lines between its corners, and these the outline."""
    step = outlines.shape[1] // 4
    sides = outlines.reshape(len(outlines), 4, step, 3)
    start = sides[:, :, :1]
    chord = np.roll(start, -1, axis=1) - start
    way = sides - start
    along = (way * chord).sum(axis=3) / (chord * chord).sum(axis=3)
    off = np.linalg.norm(way - along[..., None] * chord, axis=3)
    # Where an outline ran back along its chord, one would not be near all of the other: of such a cell nothing is sure.
    forward = (np.diff(along, axis=2, append=1.0) >= 0).all(axis=(1, 2))
    return np.where(forward, off.max(axis=(1, 2)), np.inf)
