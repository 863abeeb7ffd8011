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

from .quads import Quads
from .sphere import EARTH_RADIUS_M

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
class Raster:
    """For each square of two pictures of the sphere, the things near it.

    Attributes
    ----------
    n_things : int
    pictures : list of (side, left, bottom, columns, start, things)
        Side is -1 for the southern hemisphere; ``things[start[i]:start[i + 1]]`` are near square `i`.
    """

    n_things: int
    pictures: list[tuple[int, float, float, int, np.ndarray, np.ndarray]]


def raster_of(centres: np.ndarray, radius: np.ndarray, thing: np.ndarray, n_things: int) -> Raster:
    """Make the raster of things that are covered by balls.

    Parameters
    ----------
    centres : (3, m) ndarray
        Points in the unit ball.
    radius : (m,) ndarray
        All of a thing lies within the balls of these radii around its centres.
    thing : (m,) ndarray of int
        Whose each ball is.
    n_things : int
    """
    pictures = []
    reach = radius + REACH + _SLACK
    for side in (-1, 1):
        seen = np.flatnonzero(side * centres[2] >= -reach)
        if len(seen):
            pictures.append((side, *_picture(centres[:2, seen], reach[seen], thing[seen], n_things)))
    return Raster(n_things, pictures)


def _picture(
    xy: np.ndarray, reach: np.ndarray, thing: np.ndarray, n_things: int
) -> tuple[float, float, int, np.ndarray, np.ndarray]:
    corner = (xy - reach).min(axis=1)[:, None] - _SQUARE
    low = ((xy - reach - corner) / _SQUARE).astype(np.int64)
    high = ((xy + reach - corner) / _SQUARE).astype(np.int64)
    columns, rows = (high.max(axis=1) + 2).tolist()
    wide, tall = high - low + 1
    ball, number = spread(wide * tall)
    row, column = np.divmod(number, wide[ball])
    square = (low[1, ball] + row) * columns + low[0, ball] + column
    square, things = np.divmod(np.unique(square * n_things + thing[ball]), n_things)
    start = np.zeros(rows * columns + 1, dtype=np.int64)
    np.cumsum(np.bincount(square, minlength=rows * columns), out=start[1:])
    return float(corner[0, 0]), float(corner[1, 0]), columns, start, things


def balls_on_segments(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return balls that cover segments, as :func:`raster_of` takes them: centres, radii, and whose each is.

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
    return centres / _norm(centres), (length / (2 * pieces) / depth)[segment], segment


def near(quads: Quads, raster: Raster) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (quad, thing) that come within reach of each other, each once, in order of the quad."""
    points, quad = _lookups(quads)
    found = [np.zeros(0, dtype=np.int64)]
    for side, left, bottom, columns, start, things in raster.pictures:
        rows = (len(start) - 1) // columns
        x, y = (points[0] - np.float32(left)) / _SQUARE, (points[1] - np.float32(bottom)) / _SQUARE
        seen = np.flatnonzero((x >= 0) & (x < columns) & (y >= 0) & (y < rows) & (side * points[2] >= 0))
        square = y[seen].astype(np.int64) * columns + x[seen].astype(np.int64)
        first = start[square]
        count = start[square + 1] - first
        which, number = spread(count)
        found.append(quad[seen[which]] * raster.n_things + things[first[which] + number])
    keys = np.concatenate(found)
    keys.sort()
    once = np.ones(len(keys), dtype=bool)
    once[1:] = keys[1:] != keys[:-1]
    return np.divmod(keys[once], max(raster.n_things, 1))


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
    share = (spread(steps)[1] + np.float32(0.5)).astype(np.float32)
    share /= np.repeat(steps.astype(np.float32), steps)
    points = np.repeat(way.astype(np.float32), steps, axis=1)
    points *= share
    points += np.repeat(begin.astype(np.float32), steps, axis=1)
    points /= _norm(points)
    return points, np.repeat(quad, steps)


def spread(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for counts (2, 0, 3) who each one belongs to, (0, 0, 2, 2, 2), and its number there, (0, 1, 0, 1, 2)."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


def _norm(vectors: np.ndarray) -> np.ndarray:
    return np.sqrt(vectors[0] * vectors[0] + vectors[1] * vectors[1] + vectors[2] * vectors[2])
