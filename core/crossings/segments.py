"""Straight segments in a plane: how near they come to each other, and where one is within a distance of the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Nearness:
    """How near pairs of segments come to each other; arrays of the shape of the pairs.

    Attributes
    ----------
    distance : ndarray
        0 where they cross.
    crosses : ndarray of bool
        Each takes in its begin and leaves out its end, by the sides on which the ends lie.
    at, on : ndarray
        Where they are nearest: the parts of the first and of the second segment, 0 to 1.
    """

    distance: np.ndarray
    crosses: np.ndarray
    at: np.ndarray
    on: np.ndarray


def nearness(a: np.ndarray, b: np.ndarray, p: np.ndarray, q: np.ndarray) -> Nearness:
    """Tell how near the segments from `a` to `b` come to those from `p` to `q`.

    Parameters
    ----------
    a, b, p, q : (..., 2) ndarray
        Of shapes that fit together; the second segments may be points.

    Returns
    -------
    Nearness
    """
    along, across = b - a, q - p
    before, after = _cross(along, p - a), _cross(along, q - a)
    first, last = _cross(across, a - p), _cross(across, b - p)
    crosses = ((before >= 0) != (after >= 0)) & ((first >= 0) != (last >= 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        at = np.where(crosses, first / (first - last), 0.0)
        on = np.where(crosses, before / (before - after), 0.0)
    distance = np.where(crosses, 0.0, np.inf)
    for end, part in ((p, 0.0), (q, 1.0)):
        share = _nearest(a, along, end)
        off = _length(a + share[..., None] * along - end)
        nearer = off < distance
        distance, at, on = np.where(nearer, off, distance), np.where(nearer, share, at), np.where(nearer, part, on)
    for end, part in ((a, 0.0), (b, 1.0)):
        share = _nearest(p, across, end)
        off = _length(p + share[..., None] * across - end)
        nearer = off < distance
        distance, at, on = np.where(nearer, off, distance), np.where(nearer, part, at), np.where(nearer, share, on)
    return Nearness(distance, crosses, at, on)


def within(
    a: np.ndarray, b: np.ndarray, p: np.ndarray, q: np.ndarray, distance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Tell which part of the segments from `a` to `b` is within a distance of those from `p` to `q`: always one part.

    Parameters
    ----------
    a, b, p, q : (..., 2) ndarray
        As for :func:`nearness`.
    distance : float

    Returns
    -------
    first, last : ndarray
        Parts of the first segment, 0 to 1; ``first > last`` where it is nowhere so near.
    """
    along, across = b - a, q - p
    length, breadth = _length(along), _length(across)
    first, last = np.full(length.shape, np.inf), np.full(length.shape, -np.inf)
    unit = along / np.where(length > 0, length, 1.0)[..., None]
    # The two ends' circles, and the strip between them.
    for end in (p, q):
        to = end - a
        half = distance**2 - _cross(unit, to) ** 2
        here, root = _dot(unit, to), np.sqrt(np.maximum(half, 0.0))
        first = np.where(half >= 0, np.minimum(first, here - root), first)
        last = np.where(half >= 0, np.maximum(last, here + root), last)
    side = across / np.where(breadth > 0, breadth, 1.0)[..., None]
    low, high = np.full(length.shape, -np.inf), np.full(length.shape, np.inf)
    for begin, slope, least, most in (
        (_dot(a - p, side), _dot(unit, side), 0.0, breadth),
        (_cross(side, a - p), _cross(side, unit), -distance, distance),
    ):
        with np.errstate(invalid="ignore", divide="ignore"):
            one, two = (least - begin) / slope, (most - begin) / slope
        flat = slope == 0
        inside = (begin >= least) & (begin <= most)
        low = np.maximum(low, np.where(flat, np.where(inside, -np.inf, np.inf), np.minimum(one, two)))
        high = np.minimum(high, np.where(flat, np.where(inside, np.inf, -np.inf), np.maximum(one, two)))
    through = (low <= high) & (breadth > 0)
    first = np.where(through, np.minimum(first, low), first)
    last = np.where(through, np.maximum(last, high), last)
    scale = np.where(length > 0, length, 1.0)
    first, last = first / scale, last / scale
    beyond = (first > 1.0) | (last < 0.0)
    return np.where(beyond, np.inf, np.maximum(first, 0.0)), np.where(beyond, -np.inf, np.minimum(last, 1.0))


def _nearest(begin: np.ndarray, along: np.ndarray, to: np.ndarray) -> np.ndarray:
    square = _dot(along, along)
    return np.clip(_dot(to - begin, along) / np.where(square > 0, square, 1.0), 0.0, 1.0)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1]


def _length(a: np.ndarray) -> np.ndarray:
    return np.hypot(a[..., 0], a[..., 1])
