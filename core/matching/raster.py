"""What lies near what: a raster of things, and quads that are looked up in it.

Both are seen from far above a pole, along the Earth's axis (an orthographic projection, a picture of each hemisphere).
Seen so, nothing is farther apart than it is in space, and that is all that is used here: whatever comes within a
distance of a quad in space does so in the picture. The raster lists for each square the things that come near it; a
quad is looked up at points so dense that no place in it is farther than :data:`REACH` from one of them. Therefore no
pair that meets is missed, and there is no special case; pairs that do not meet are found too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import EARTH_RADIUS_M, begins, offsets_of, ranges, ranks_of, spread
from .quads import Quads

#: No place in a quad is farther from a point at which it is looked up, on the unit sphere. 22 km suits strips of 12.5
#: to 14 km: one row of points, 29 km apart (docs/performance.md has the measurements).
REACH = 22_000.0 / EARTH_RADIUS_M

# Of the reach, what goes along the strip; the rest goes across.
_ALONG = 2.0 / 3.0
_SQUARE = np.float32(10_000.0 / EARTH_RADIUS_M)
_PIECE = 20_000.0 / EARTH_RADIUS_M
# Rounding of single precision, many times over: 6 m.
_SLACK = 1e-6


@dataclass(frozen=True)
class Balls:
    """Balls that cover things: all of a thing lies within its own.

    Attributes
    ----------
    centres : (3, m) ndarray
        Points in the unit ball.
    radius : (m,) ndarray
    thing : (m,) ndarray of int
        Whose each ball is.
    """

    centres: np.ndarray
    radius: np.ndarray
    thing: np.ndarray


@dataclass(frozen=True)
class Picture:
    """The squares of one hemisphere, and the things near each.

    Attributes
    ----------
    side : int
        -1 for the southern hemisphere, 1 for the northern.
    left, bottom : float
        Corner of the first square.
    columns : int
    start : (n_squares + 1,) ndarray of int
    things : (m,) ndarray of int
        ``things[start[i]:start[i + 1]]`` are near square `i`.
    """

    side: int
    left: float
    bottom: float
    columns: int
    start: np.ndarray
    things: np.ndarray

    @property
    def rows(self) -> int:
        """Number of rows of squares."""
        return (len(self.start) - 1) // self.columns


@dataclass(frozen=True)
class Raster:
    """For each square of two pictures of the sphere, the things near it.

    Attributes
    ----------
    n_things : int
    pictures : list of Picture
        None of a hemisphere where nothing is.
    """

    n_things: int
    pictures: list[Picture]


def raster_of(balls: Balls, n_things: int) -> Raster:
    """Make the raster of things that are covered by balls."""
    pictures = []
    reach = balls.radius + REACH + _SLACK
    for side in (-1, 1):
        seen = np.flatnonzero(side * balls.centres[2] >= -reach)
        if len(seen):
            pictures.append(_picture(side, balls.centres[:2, seen], reach[seen], balls.thing[seen], n_things))
    return Raster(n_things, pictures)


def _picture(side: int, xy: np.ndarray, reach: np.ndarray, thing: np.ndarray, n_things: int) -> Picture:
    corner = (xy - reach).min(axis=1)[:, None] - _SQUARE
    low = ((xy - reach - corner) / _SQUARE).astype(np.int64)
    high = ((xy + reach - corner) / _SQUARE).astype(np.int64)
    columns, rows = (high.max(axis=1) + 2).tolist()
    wide, tall = high - low + 1
    ball, number = spread(wide * tall)
    row, column = np.divmod(number, wide[ball])
    square = (low[1, ball] + row) * columns + low[0, ball] + column
    square, things = np.divmod(np.unique(square * n_things + thing[ball]), n_things)
    start = offsets_of(np.bincount(square, minlength=rows * columns))
    return Picture(side, float(corner[0, 0]), float(corner[1, 0]), columns, start, things)


def balls_on_segments(a: np.ndarray, b: np.ndarray) -> Balls:
    """Return balls that cover segments.

    Parameters
    ----------
    a, b : (3, n) ndarray
        Ends, unit vectors.
    """
    chord = b - a
    length = _norm(chord)
    pieces = np.maximum(np.ceil(length / _PIECE), 1).astype(np.int64)
    segment, number = spread(pieces)
    centres = a[:, segment] + (number + 0.5) / pieces[segment] * chord[:, segment]
    # A mixture of two ends, raised to the sphere, moves away from another by at most 1 / depth.
    depth = np.sqrt(np.maximum(1.0 - (length / 2) ** 2, 1e-6))
    return Balls(centres / _norm(centres), (length / (2 * pieces) / depth)[segment], segment)


def near(quads: Quads, raster: Raster) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (quad, thing) that come within reach of each other, each once, in order of the quad."""
    points, quad = _lookups(quads)
    found = [np.zeros(0, dtype=np.int64)]
    for picture in raster.pictures:
        columns, rows = picture.columns, picture.rows
        x = (points[0] - np.float32(picture.left)) / _SQUARE
        y = (points[1] - np.float32(picture.bottom)) / _SQUARE
        seen = np.flatnonzero((x >= 0) & (x < columns) & (y >= 0) & (y < rows) & (picture.side * points[2] >= 0))
        square = y[seen].astype(np.int64) * columns + x[seen].astype(np.int64)
        first = picture.start[square]
        count = picture.start[square + 1] - first
        found.append(np.repeat(quad[seen] * raster.n_things, count) + picture.things[ranges(first, count)])
    keys = np.concatenate(found)
    keys.sort()
    return np.divmod(keys[begins(keys)], max(raster.n_things, 1))


def _lookups(quads: Quads) -> tuple[np.ndarray, np.ndarray]:
    """Return points on the sphere and whose they are: no place in a quad is farther than the reach from its nearest.

    A place in a quad is a mixture of its corners, raised to the sphere, and so are the points. Two mixtures are no
    farther apart than their shares of left and right, and of one pair and the next, make them; raising makes that
    longer by at most 1 / depth, where depth is the least distance of a mixture from the sphere's centre.
    """
    one_left, one_right, next_right, next_left = quads.corners
    middle = quads.corners.sum(axis=0)
    depth = np.maximum((quads.corners * (middle / _norm(middle))).sum(axis=1).min(axis=0), 1e-3)
    width = np.maximum(_norm(one_left - one_right), _norm(next_left - next_right))
    lanes = np.maximum(np.ceil(width / (2 * depth * REACH * (1 - _ALONG))), 1).astype(np.int64)
    quad, lane = spread(lanes)
    right = (lane + 0.5) / lanes[quad]
    begin = one_left[:, quad] + right * (one_right - one_left)[:, quad]
    end = next_left[:, quad] + right * (next_right - next_left)[:, quad]
    way = end - begin
    steps = np.maximum(np.ceil(_norm(way) / (2 * depth[quad] * REACH * _ALONG)), 1).astype(np.int64)
    # Some hundred thousand points: single precision, good for a metre, is allowed for in the raster.
    share = (ranks_of(steps) + np.float32(0.5)).astype(np.float32)
    share /= np.repeat(steps.astype(np.float32), steps)
    points = np.repeat(way.astype(np.float32), steps, axis=1)
    points *= share
    points += np.repeat(begin.astype(np.float32), steps, axis=1)
    points /= _norm(points)
    return points, np.repeat(quad, steps)


def _norm(vectors: np.ndarray) -> np.ndarray:
    return np.sqrt(vectors[0] * vectors[0] + vectors[1] * vectors[1] + vectors[2] * vectors[2])
