"""Nearest approaches of the reference ground tracks to places, and where they cross lines: the same in every cycle."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..common import Progress
from ..geometry import EARTH_RADIUS_M, Columns, begins, offsets_of, stacked
from ..icesat2 import (
    ASCENDING,
    BESIDE_M,
    BOTH,
    TRACKS_PER_CYCLE,
    OffPointing,
    Tracks,
    beam_spread,
    ground_track,
    reference_tracks,
)
from .approach_search import ApproachSearch
from .crossing_search import line_crossings
from .nearby import Approached, Nearby, Parts
from .pass_plan import PassPlan
from .places import Places

# Beyond the equator, where one track ends and the next begins, each is followed so far, that a place there is abeam of
# one of them.
_BEYOND_DEG = 1.0
_ROUND_DEG = 360.0
# By how much latitudes are widened: more than the tracks undulate, and than a step is.
_MARGIN_DEG = 1.5
_METRES_A_DEGREE = 111_000.0
_BEAMS_M = 4_000.0
# A line of a pass is at least so long on either side of the nearest approach, and of the middle of any part.
_LEAST_DEG = 1_000.0 / EARTH_RADIUS_M * 180.0 / np.pi


@dataclass(frozen=True)
class Approaches(Columns):
    """Nearest approaches, one a place, RGT and direction, in order of time within a cycle.

    Attributes
    ----------
    place : (n,) ndarray of int
        Row.
    rgt : (n,) ndarray of int
    u : (n,) ndarray
        Argument of latitude of the nearest approach, in degrees.
    line : (n,) ndarray of int
        Which of the beams asked for comes nearest.
    distance_m : (n,) ndarray
        On the ellipsoid; 0 on a line and in a polygon.
    heading : (n,) ndarray of int
        1 where the pass goes north, -1 where it goes south.
    first_part, count : (n,) ndarray of int
        The parts of the track near the place, in :class:`NearParts`.
    """

    place: np.ndarray
    rgt: np.ndarray
    u: np.ndarray
    line: np.ndarray
    distance_m: np.ndarray
    heading: np.ndarray
    first_part: np.ndarray
    count: np.ndarray


@dataclass(frozen=True)
class NearParts:
    """Where tracks are near places: arguments of latitude in degrees from which to which, ``(m,)`` each."""

    u0: np.ndarray
    u1: np.ndarray


@dataclass(frozen=True)
class PlannedCrossings(Columns):
    """Where beams on the reference ground tracks cross lines, in order of time within a cycle.

    Attributes
    ----------
    place, rgt, u, line, heading : (n,) ndarray
        As of :class:`Approaches`.
    distance_m : (n,) ndarray
        Along the line from its first vertex.
    angle_deg : (n,) ndarray
        0 to 90.
    point : (n, 3) ndarray
        Unit vectors.
    """

    place: np.ndarray
    rgt: np.ndarray
    u: np.ndarray
    line: np.ndarray
    distance_m: np.ndarray
    heading: np.ndarray
    angle_deg: np.ndarray
    point: np.ndarray


class PlannedTracks:
    """All reference ground tracks, as far as they may come near places.

    Parameters
    ----------
    places : Places
    plan : PassPlan
    """

    def __init__(self, places: Places, plan: PassPlan) -> None:
        self._places = places
        self._plan = plan
        self._beside_m = np.array([BESIDE_M[name] for name in plan.beams])
        begin, end = _arcs(*places.latitudes(), plan.distance_m)
        self._rgt = np.repeat(np.arange(1, TRACKS_PER_CYCLE + 1), len(begin))
        self._begin, self._end = np.tile(begin, TRACKS_PER_CYCLE), np.tile(end, TRACKS_PER_CYCLE)

    def approaches(self, progress: Progress) -> tuple[Approaches, NearParts]:
        """Return the nearest approaches, and the parts of the tracks that are near.

        Parameters
        ----------
        progress : Progress
        """
        search = ApproachSearch(self._places, self._tracks(), self._beside_m, beam_spread, self._plan.distance_m)
        best, parts = _stacked(list(search.found(progress)))
        progress.check()
        u = self._u(best.track, best.at)
        wanted = self._wanted(u, _headings(u))
        parts = parts.where(wanted[parts.row])
        parts = replace(parts, row=(np.cumsum(wanted) - 1)[parts.row])
        best, u = best.where(wanted), u[wanted]
        rgt = self._rgt[best.track]
        row = _rows(best, rgt, u, parts)
        # Of those that are one row, the nearest.
        order = np.lexsort((best.distance_m, row))
        chosen = order[np.flatnonzero(begins(row[order]))]
        track = best.track[parts.row]
        near = Parts(row[parts.row], self._u(track, parts.first), self._u(track, parts.last))
        close = Parts(np.arange(len(chosen)), u[chosen] - _LEAST_DEG, u[chosen] + _LEAST_DEG)
        near = _whole(stacked([_widened(_whole(near)), close]))
        count = np.bincount(near.row, minlength=len(chosen))
        best, u, rgt = best.where(chosen), u[chosen], rgt[chosen]
        result = Approaches(best.place, rgt, u, best.line, best.distance_m, _headings(u), offsets_of(count)[:-1], count)
        return result.where(np.lexsort((result.place, result.u, result.rgt))), NearParts(near.first, near.last)

    def crossings(self, progress: Progress) -> PlannedCrossings:
        """Return where beams cross the lines among the places.

        Parameters
        ----------
        progress : Progress
        """
        none, nothing = np.zeros(0, np.int64), np.zeros(0)
        found = [PlannedCrossings(none, none, nothing, none, nothing, none, nothing, np.zeros((0, 3)))]
        for some in line_crossings(self._places.lines, self._tracks(), self._beside_m, progress, beam_spread):
            u = self._u(some.track, some.share)
            crossings = PlannedCrossings(
                some.frame,
                self._rgt[some.track],
                u,
                some.line,
                some.distance_m,
                some.heading,
                some.angle_deg,
                some.point,
            )
            found.append(crossings.where(self._wanted(u, some.heading)))
        every = stacked(found)
        return every.where(np.lexsort((every.distance_m, every.line, every.place, every.u, every.rgt)))

    def _tracks(self) -> Tracks:
        along = OffPointing.along(self._begin, self._end)
        return reference_tracks(np.arange(len(self._rgt)), self._rgt, along, np.zeros(len(self._rgt)))

    def _u(self, track: np.ndarray, share: np.ndarray) -> np.ndarray:
        return self._begin[track] + share * (self._end - self._begin)[track]

    def _wanted(self, u: np.ndarray, heading: np.ndarray) -> np.ndarray:
        mine = (u >= 0.0) & (u < _ROUND_DEG)
        if self._plan.direction == BOTH:
            return mine
        return mine & (heading == (1 if self._plan.direction == ASCENDING else -1))


def _stacked(found: list[Approached]) -> tuple[Nearby, Parts]:
    """Return all approaches, and their parts with the rows counted through."""
    before = offsets_of(np.array([len(each.nearest) for each in found], dtype=np.int64))
    parts = [replace(each.parts, row=each.parts.row + first) for each, first in zip(found, before)]
    return stacked([each.nearest for each in found]), stacked(parts)


def _whole(parts: Parts) -> Parts:
    """Return parts (in degrees) of one row that touch as one, in order of row and of flight."""
    whole = Parts(parts.row, parts.first / _ROUND_DEG, parts.last / _ROUND_DEG).whole()
    return Parts(whole.row, whole.first * _ROUND_DEG, whole.last * _ROUND_DEG)


def _widened(parts: Parts) -> Parts:
    """Return parts (in degrees) that are not shorter than a line may be: where a line is crossed, a part is a point."""
    middle = (parts.first + parts.last) / 2.0
    first, last = np.minimum(parts.first, middle - _LEAST_DEG), np.maximum(parts.last, middle + _LEAST_DEG)
    return Parts(parts.row, first, last)


def _rows(best: Nearby, rgt: np.ndarray, u: np.ndarray, parts: Parts) -> np.ndarray:
    """Return which approaches are one row: those in one direction, and those of one stretch over the turn."""
    heading = _headings(u)
    # The nearer of the two that are on one stretch gives its direction to the other.
    joined, stretch = parts.joined(best.place[parts.row], best.track[parts.row])
    order = np.lexsort((best.distance_m[joined.row], stretch))
    first = order[np.flatnonzero(begins(stretch[order]))]
    leader = joined.row[first][stretch]
    heading = heading.copy()
    heading[joined.row] = heading[leader]
    _, row = np.unique(np.stack([best.place, rgt, heading]), axis=1, return_inverse=True)
    return row.ravel()


def _headings(u: np.ndarray) -> np.ndarray:
    return np.where(np.cos(np.radians(u)) >= 0, 1, -1)


def _arcs(south: float, north: float, distance_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts of an orbit that may come within a distance of latitudes: arguments of latitude in degrees."""
    u = np.arange(-_BEYOND_DEG, _ROUND_DEG + _BEYOND_DEG + 1.0)
    latitude = ground_track(1, u)[1]
    margin = (distance_m + _BEAMS_M) / _METRES_A_DEGREE + _MARGIN_DEG
    near = (latitude > south - margin) & (latitude < north + margin)
    first = np.flatnonzero(near & ~np.append(False, near[:-1]))
    last = np.flatnonzero(near & ~np.append(near[1:], False))
    return u[np.maximum(first - 1, 0)], u[np.minimum(last + 1, len(u) - 1)]
