"""Strips cut into quads: convex pieces of the sphere, each the common part of four half-spaces.

A point p lies in a quad where ``n . p >= 0`` for the inward normals n of the four great circles that bound it. Along
the straight chord from a to b, which the sphere's centre sees as their great circle, ``n . p`` is linear. So a segment
is clipped (Cyrus and Beck 1978) without any projection: nothing happens at a pole or at the antimeridian, and the only
error is that of double precision, some nanometres on the ground.

A plane with straight edges is the same thing seen from its pole: see :func:`lift`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import EARTH_RADIUS_M, Columns
from ..icesat2 import Strips

# How far a corner may stand outside of an edge of its own quad, on the unit sphere: 6 micrometres of rounding.
_FLAT = 1e-12


@dataclass(frozen=True)
class Quads:
    """Convex quads.

    Attributes
    ----------
    owner : (n,) ndarray of int
        Row of the footprint that each is a part of, ascending.
    corners : (4, 3, n) ndarray
        Unit vectors: left and right of one pair, right and left of the next.
    normals : (4, 3, n) ndarray
        Inward unit normals of the great circles through one corner and the next.
    """

    owner: np.ndarray
    corners: np.ndarray
    normals: np.ndarray

    def __len__(self) -> int:
        return len(self.owner)


def cut_strips(strips: Strips) -> tuple[Quads, np.ndarray]:
    """Cut strips into the quads between each pair and the next.

    Parameters
    ----------
    strips : Strips

    Returns
    -------
    quads : Quads
        The owners are rows of the footprints that the strips were found in.
    whole : (n,) ndarray of bool
        Which of these footprints are exactly the union of their quads; the others (not made of pairs, with a piece that
        is not convex, or folded back upon themselves) have none.
    """
    strip = strips.strip
    here = np.flatnonzero(strip[1:] == strip[:-1])
    left, right = np.ascontiguousarray(strips.left.T), np.ascontiguousarray(strips.right.T)
    corners = np.stack([left[:, here], right[:, here], right[:, here + 1], left[:, here + 1]])
    normals = _cross(corners, np.roll(corners, -1, axis=0))
    length = np.sqrt((normals * normals).sum(axis=1))
    normals /= np.where(length > 0, length, 1.0)[:, None]
    # Left, right, right, left goes round against the clock; where a strip's sides are exchanged, with it.
    opposite = (normals * np.roll(corners, 2, axis=0)).sum(axis=1)
    before = (normals * np.roll(corners, 1, axis=0)).sum(axis=1)
    turned = np.where(opposite.sum(axis=0) < 0, -1.0, 1.0)
    normals *= turned
    convex = ((length > 0) & (np.minimum(turned * opposite, turned * before) >= -_FLAT)).all(axis=0)
    owner = strips.footprint[strip[here]]
    whole = strips.paired.copy()
    whole[owner[~convex]] = False
    folded = (owner[1:] == owner[:-1]) & (turned[1:] != turned[:-1])
    whole[owner[1:][folded]] = False
    keep = whole[owner]
    if keep.all():
        return Quads(owner, corners, normals), whole
    return Quads(owner[keep], corners[..., keep], normals[..., keep]), whole


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return cross products of vectors whose components are along axis 1; changing sides changes the sign exactly."""
    return np.stack([a[:, i] * b[:, j] - a[:, j] * b[:, i] for i, j in ((1, 2), (2, 0), (0, 1))], axis=1)


def heights(normals: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return how far points lie inwards of the planes of quads, ``(4, ...)``.

    Parameters
    ----------
    normals : (4, 3, ...) ndarray
    points : (3, ...) ndarray
    """
    return normals[:, 0] * points[0] + normals[:, 1] * points[1] + normals[:, 2] * points[2]


@dataclass(frozen=True)
class Clipped(Columns):
    """The segments of a batch that lie in quads, in part at least.

    Attributes
    ----------
    which : (m,) ndarray of int
        Positions of these segments in the batch.
    begin, end : (m,) ndarray
        Where the part inside begins and ends, from 0 at `a` to 1 at `b` along the chord.
    """

    which: np.ndarray
    begin: np.ndarray
    end: np.ndarray


def clip(at_a: np.ndarray, at_b: np.ndarray) -> Clipped:
    """Find the segments that lie in quads, in part at least; touching counts.

    Parameters
    ----------
    at_a, at_b : (4, n) ndarray
        :func:`heights` of both ends of the segments, which are less than half the globe apart.

    Returns
    -------
    Clipped
    """
    # Most pairs are told apart by a single plane with both ends behind it.
    which = np.flatnonzero(np.maximum(at_a, at_b).min(axis=0) >= 0)
    at_a, at_b = at_a[:, which], at_b[:, which]
    with np.errstate(invalid="ignore", divide="ignore"):
        cut = at_a / (at_a - at_b)
    begin = np.where(at_a < 0, cut, 0.0).max(axis=0)
    end = np.where(at_b < 0, cut, 1.0).min(axis=0)
    return Clipped(which, begin, end).where(np.flatnonzero(begin <= end))


def lie_in(at: np.ndarray) -> np.ndarray:
    """Return which closed outlines have an edge that lies in a quad, in part at least.

    Parameters
    ----------
    at : (4, points, n) ndarray
        :func:`heights` of the outlines' points.

    Returns
    -------
    (n,) ndarray of bool
    """
    n = at.shape[2]
    hit = np.zeros(n, dtype=bool)
    hit[clip(at.reshape(4, -1), np.roll(at, -1, axis=1).reshape(4, -1)).which % max(n, 1)] = True
    return hit


def lift(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return unit vectors whose great circles are the straight lines of a plane (a gnomonic projection turned round).

    Parameters
    ----------
    x, y : (...) ndarray
        Metres in a pole's projection.

    Returns
    -------
    (..., 3) ndarray
    """
    raised = np.stack([x, y, np.full(np.shape(x), EARTH_RADIUS_M)], axis=-1)
    return raised / np.linalg.norm(raised, axis=-1, keepdims=True)
