"""Crossings among candidates, exactly: great circles by vectors in space.

Everything is computed with vectors, so that neither a pole nor the antimeridian is a special place, and a crossing is
known by the sides on which ends lie. Each line takes in its begin and leaves out its end, so that a crossing at a
vertex, or where one frame ends and the next begins, is found once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..frames import FlightLines
from ..geometry import begins, dot, norms
from ..icesat2 import StepPlaces, Steps, bends
from .line_crossings import LineCrossings
from .near_pieces import NearPieces

# Two crossings nearer than this (6 cm), at the ends of neighbouring pieces (of 20 km), are a touch.
_SAME_PLACE = 1e-8
_AT_END = 1e-5
# Pieces of one edge of a flight line lie in one plane, within this angle.
_STRAIGHT = 1e-7


class ExactSearch:
    """The search among candidates: steps of tracks, and bundles of pieces of flight lines.

    Parameters
    ----------
    lines : FlightLines
    steps : Steps
    beside_m : (k,) ndarray
        How far left of the centre line each line runs, in metres.
    spread : callable
        By how much farther off than `beside_m` the lines run, by the sine of latitude.
    reach : float
        Farther than this from a centre line, in radians, no crossing is looked for.
    """

    def __init__(
        self,
        lines: FlightLines,
        steps: Steps,
        beside_m: np.ndarray,
        spread: Callable[[np.ndarray], np.ndarray],
        reach: float,
    ) -> None:
        self._lines = lines
        self._steps = steps
        self._beside_m = beside_m
        self._spread = spread
        self._near = NearPieces(lines, steps, reach)

    def crossings(self, step: np.ndarray, bundle: np.ndarray) -> LineCrossings:
        """Return the crossings of steps with the bundles that may be near them.

        Parameters
        ----------
        step, bundle : (n,) ndarray of int
            The candidates; a step comes with all its bundles in a row.
        """
        near = self._near.of(step, bundle)
        return self._exact(near.present, near.begin, near.end, near.own, near.piece)

    def _exact(
        self,
        present: np.ndarray,
        begin: StepPlaces,
        end: StepPlaces,
        own: np.ndarray,
        piece: np.ndarray,
    ) -> LineCrossings:
        """Return the crossings of steps (positions in `present`) with pieces, for each of the lines beside."""
        new = begins(own)
        used, own = own[new], np.cumsum(new) - 1
        begin, end = begin.where(used), end.where(used)
        one, two = self._beside(begin), self._beside(end)
        plane = np.cross(one, two)
        start, stop = self._ends(piece)
        planes = plane.take(own, axis=0)
        before, after = dot(planes, start[:, None, :]), dot(planes, stop[:, None, :])
        pair, line = np.nonzero((before >= 0) != (after >= 0))
        before, after = before[pair, line], after[pair, line]
        own, piece = own[pair], piece[pair]
        across_piece = np.cross(start.take(pair, axis=0), stop.take(pair, axis=0))
        first, second = dot(across_piece, one[own, line]), dot(across_piece, two[own, line])
        meets = (first >= 0) != (second >= 0)
        own, line, piece, across_piece = own[meets], line[meets], piece[meets], across_piece[meets]
        before, after = before[meets], after[meets]
        way = first[meets] / (first - second)[meets]
        start, stop = self._ends(piece)
        plane = plane[own, line]
        # From the great circle through a step's ends to the line itself: 8 m in the middle of 80 km near the poles.
        length = norms(plane)
        aside = bends(begin.centre[own, 2], length, way) * length
        part = self._on_line(piece, (before - aside) / (before - after))
        point = start + part[:, None] * (stop - start)
        point /= norms(point)[:, None]
        angle = np.degrees(np.arctan2(norms(np.cross(plane, across_piece)), np.abs(dot(plane, across_piece))))
        vertex = self._steps.vertex[present[used]][own]
        # The third component of the direction of flight.
        northward = plane[:, 0] * point[:, 1] - plane[:, 1] * point[:, 0]
        share = begin.share[own] * (1.0 - way) + end.share[own] * way
        distance = self._lines.distance_m[piece] + part * self._lines.length_m[piece]
        found = LineCrossings(
            self._lines.frame[piece],
            self._steps.track[vertex],
            line.astype(np.int8),
            distance,
            share,
            angle,
            point,
            np.where(northward >= 0, 1, -1).astype(np.int8),
            self._steps.tracks.uncertainty_m[vertex],
        )
        return _without_touches(found, part)

    def _ends(self, piece: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the vertices of pieces, ``(n, 3)`` each."""
        return self._lines.start.take(piece, axis=0), self._lines.end.take(piece, axis=0)

    def _beside(self, at: StepPlaces) -> np.ndarray:
        """Return the places on the lines beside, ``(n, k, 3)``."""
        left_m = self._spread(at.centre[:, 2])[:, None] * self._beside_m
        return at.centre[:, None, :] + left_m[:, :, None] * at.across[:, None, :]

    def _on_line(self, piece: np.ndarray, part: np.ndarray) -> np.ndarray:
        """Return the parts of pieces held between 0 and 1, but for where the line goes straight on."""
        over = np.flatnonzero((part < 0.0) | (part > 1.0))
        own = piece[over]
        other = np.clip(own + np.where(part[over] > 1.0, 1, -1), 0, len(self._lines.frame) - 1)
        plane, beyond = (np.cross(*self._ends(each)) for each in (own, other))
        turn = norms(np.cross(plane, beyond))
        straight = turn < _STRAIGHT * norms(plane) * norms(beyond)
        straight &= (self._lines.frame[own] == self._lines.frame[other]) & (own != other)
        held = part.copy()
        held[over] = np.where(straight, part[over], np.clip(part[over], 0.0, 1.0))
        return held


def _without_touches(found: LineCrossings, part: np.ndarray) -> LineCrossings:
    """Count a vertex that only touches a line once, though the line crosses the pieces before and after it."""
    suspect = np.flatnonzero((part < _AT_END) | (part > 1.0 - _AT_END))
    if len(suspect) < 2:
        return found
    columns = (found.distance_m, found.line, found.track, found.frame)
    suspect = suspect[np.lexsort([column[suspect] for column in columns])]
    ends = found.where(suspect)
    twice = ~begins(ends.frame, ends.track, ends.line)
    twice[1:] &= norms(np.diff(ends.point, axis=0)) < _SAME_PLACE
    keep = np.ones(len(found), dtype=bool)
    keep[suspect[twice]] = False
    return found.where(keep)
