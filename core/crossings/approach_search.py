"""Where lines beside centre lines come near places, some places at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..common import Progress
from ..geometry import EARTH_RADIUS_M, Columns, begins, chunks, geodesic_lengths, lon_lat, stacked
from ..icesat2 import StepPlaces, Steps, Tracks
from .cube_grid import CubeGrid
from .near_pieces import NearPairs, NearPieces
from .nearby import Approached, Nearby, Parts, Positions, nearest, with_whole_ways
from .places import Places
from .polygon_ways import PolygonWays, StepWays
from .segments import nearness, within
from .step_planes import StepPlanes

# A step leaves the chord between its ends by at most 2 m; the distance is measured from the step itself.
_STEP_M = 40_000.0
# By how much two lines may be nearer or farther than in a step's plane, where the lines beside a step are parallel.
_SLACK, _SLACK_M = 2e-3, 30.0
# More than the Earth is flat as far out as the outermost beam.
_ASIDE_M = 1_000.0
_MOST_SPREAD = 1.1
_PAIRS_AT_ONCE = 50_000
_PIECES_AT_ONCE = 200_000


class ApproachSearch:
    """Looks for what is near places.

    Parameters
    ----------
    places : Places
    tracks : Tracks
    beside_m : (k,) ndarray
        How far left of the centre line each line runs, in metres; negative to the right.
    spread : callable
        By how much farther off than `beside_m` the lines run, at most 1.1, by the sine of latitude.
    distance_m : float
        How near a line must come.
    """

    def __init__(
        self,
        places: Places,
        tracks: Tracks,
        beside_m: np.ndarray,
        spread: Callable[[np.ndarray], np.ndarray],
        distance_m: float,
    ) -> None:
        self._places = places
        self._steps = Steps(tracks, _STEP_M)
        self._beside_m = np.asarray(beside_m, dtype=float)
        self._spread = spread
        self._distance_m = distance_m
        self._slack_m = _SLACK_M + _SLACK * distance_m

    def found(self, progress: Progress) -> Iterator[Approached]:
        """Yield the nearest approaches, of some places in a row at a time.

        Parameters
        ----------
        progress : Progress
        """
        pieces, steps = self._places.pieces, self._steps
        aside = _MOST_SPREAD * np.abs(self._beside_m).max(initial=0.0)
        reach = (self._distance_m + aside + _ASIDE_M + self._slack_m) / EARTH_RADIUS_M
        middle, radius = pieces.bundle_caps()
        grid = CubeGrid(steps, middle, radius + reach + _STEP_M / EARTH_RADIUS_M / 2, progress.part(0.0, 0.1))
        ways = PolygonWays(self._places.areas, steps, self._beside, progress.part(0.1, 0.2))
        near = NearPieces(pieces, steps, reach)
        frames, sizes = pieces.bundle_frames(), np.diff(pieces.bundles)
        starts = grid.blocks(frames)
        finding = progress.part(0.2, 1.0)
        for number, (low, high) in enumerate(zip(starts[:-1], starts[1:])):
            pairs = [self._none]
            for step, bundle in grid.candidates(low, high):
                for some in chunks(sizes[bundle], _PIECES_AT_ONCE):
                    progress.check()
                    pairs.append(self._near(near.of(step[some], bundle[some]), ways))
            yield self._approached(stacked(pairs), ways, int(frames[low]), int(frames[high - 1]), progress)
            finding.fraction((number + 1) / (len(starts) - 1))

    @property
    def _none(self) -> _Pairs:
        whole, real = np.zeros(0, np.int64), np.zeros(0)
        return _Pairs(whole, whole, real, real, real)

    def _near(self, pairs: NearPairs, ways: PolygonWays) -> _Pairs:
        """Return the pieces that may be near one of the lines beside steps, by how far left of the steps they are."""
        ways.touch(self._places.area[pairs.piece], pairs.present[pairs.own])
        plane = StepPlanes(pairs.begin, pairs.end)
        pieces = self._places.pieces
        start, end = (plane.of(at.take(pairs.piece, axis=0), pairs.own) for at in (pieces.start, pieces.end))
        # One line after another: numpy is slow over a short last axis.
        left_m = self._left_m(pairs.begin).T.take(pairs.own, axis=1)
        low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
        surely = np.full(len(low), np.inf)
        for at in (start, end):
            # An end that is abeam of the step is as far off as it is aside.
            abeam = np.abs(at[:, 0]) <= plane.half_m[pairs.own]
            off = np.abs(at[:, 1] - left_m).min(axis=0)
            surely = np.minimum(surely, np.where(abeam, off, np.inf))
        gap = _gaps(low, high, left_m).min(axis=0)
        found = _Pairs(pairs.present[pairs.own], pairs.piece, low, high, surely)
        return found.where(gap <= self._distance_m + self._slack_m)

    def _approached(self, pairs: _Pairs, ways: PolygonWays, low: int, high: int, progress: Progress) -> Approached:
        """Return the nearest approaches to some places, of the pieces near them and the ways through polygons."""
        place = self._places.pieces.frame[pairs.piece]
        track, heading = self._pass_of(pairs.step)
        key = (place * (int(track.max(initial=0)) + 1) + track) * 2 + (heading > 0)
        _, group = np.unique(key, return_inverse=True)
        surely = np.full(int(group.max(initial=-1)) + 1, np.inf)
        np.minimum.at(surely, group, pairs.surely)
        outline = self._places.area[pairs.piece] >= 0
        # What is surely farther off than another piece of the same place is not looked at.
        limit = np.where(outline, np.maximum(surely[group], self._slack_m), surely[group]) + 2 * self._slack_m
        found = [self._nearest(some, line, ways) for some, line in self._within(pairs, limit, progress)]
        # Whole as soon as they are told: of the steps of a pass through a continent little is kept.
        found += [with_whole_ways(self._with_pass(each)) for each in ways.of(low, high, progress)]
        progress.check()
        best = nearest([one for one in found if len(one)], self._beside_m)
        best = best.where(best.distance_m <= self._distance_m)
        rows_of = Positions(best)
        progress.check()
        parts = [Parts.none()]
        mine = rows_of.positions(place, track, heading)
        rows = np.flatnonzero(mine >= 0)
        line = best.line[mine[rows]]
        for start in range(0, len(rows), _PAIRS_AT_ONCE):
            progress.check()
            some = slice(start, start + _PAIRS_AT_ONCE)
            parts.append(self._parts(pairs.where(rows[some]), line[some], mine[rows[some]]))
        for one in found:
            progress.check()
            at = rows_of.positions(one.place, one.track, one.heading)
            at, one = at[at >= 0], one.where(at >= 0)
            # The way through a polygon, and the nearest place where that is near by the ellipsoid alone.
            own = (one.line == best.line[at]) & ((one.inside > 0) | (one.distance_m == best.distance_m[at]))
            parts.append(Parts(at[own], one.first[own], one.last[own]))
        return Approached(best, stacked(parts))

    def _within(self, pairs: _Pairs, limit: np.ndarray, progress: Progress) -> Iterator[tuple[_Pairs, np.ndarray]]:
        """Yield the pairs, and the line beside of each, that may be within limits of each other."""
        for start in range(0, len(pairs), _PAIRS_AT_ONCE):
            progress.check()
            some = pairs.where(np.arange(start, min(start + _PAIRS_AT_ONCE, len(pairs))))
            present, own = _present(some.step)
            left_m = self._left_m(self._steps.at(present, 0.0))
            gap = _gaps(some.low_m[:, None], some.high_m[:, None], left_m[own])
            row, line = np.nonzero(
                gap <= np.minimum(limit[start : start + len(some), None], self._distance_m + self._slack_m)
            )
            yield some.where(row), line

    def _nearest(self, pairs: _Pairs, line: np.ndarray, ways: PolygonWays) -> Nearby:
        """Return where lines beside steps are nearest to pieces."""
        pieces, area = self._places.pieces, self._places.area[pairs.piece]
        found = nearness(*self._segments(pairs, line))
        ways.cross(area[found.crosses], pairs.step[found.crosses], line[found.crosses], found.at[found.crosses])
        measured = self._measured(pairs.step, line, found.at, pairs.piece, found.on)
        share = self._steps.shares(pairs.step, found.at)
        track, heading = self._pass_of(pairs.step)
        return Nearby(
            pieces.frame[pairs.piece],
            track,
            heading,
            line.astype(np.int8),
            share,
            share,
            share,
            np.where(found.crosses, 0.0, measured),
            np.zeros(len(line)),
        )

    def _parts(self, pairs: _Pairs, line: np.ndarray, row: np.ndarray) -> Parts:
        """Return which parts of the pass of each row are near a piece, of the line beside that comes nearest."""
        first, last = within(*self._segments(pairs, line), self._distance_m)
        near = first <= last
        pairs, first, last = pairs.where(near), first[near], last[near]
        parts = Parts(row[near], self._steps.shares(pairs.step, first), self._steps.shares(pairs.step, last))
        return parts.whole()

    def _segments(self, pairs: _Pairs, line: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return lines beside steps, and pieces, as segments in the plane of each step: begins and ends of both."""
        present, own = _present(pairs.step)
        begin, end = self._steps.at(present, 0.0), self._steps.at(present, 1.0)
        plane = StepPlanes(begin, end)
        # Each line beside a step once, however many pieces are near it.
        n_lines = len(self._beside_m)
        used = np.zeros(len(present) * n_lines, dtype=bool)
        used[own * n_lines + line] = True
        step, which = np.divmod(np.flatnonzero(used), n_lines)
        mine = (np.cumsum(used) - 1)[own * n_lines + line]
        one, two = (plane.of(self._beside(at)[step, which], step).take(mine, axis=0) for at in (begin, end))
        pieces = self._places.pieces
        start, stop = (plane.of(at.take(pairs.piece, axis=0), own) for at in (pieces.start, pieces.end))
        return one, two, start, stop

    def _with_pass(self, way: StepWays) -> Nearby:
        track, heading = self._pass_of(way.step)
        first, last = (self._steps.shares(way.step, part) for part in (way.first, way.last))
        return Nearby(
            way.place, track, heading, way.line, first, last, (first + last) / 2.0, np.zeros(len(first)), last - first
        )

    def _pass_of(self, step: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the tracks of steps, and whether they go north (1) or south (-1)."""
        present, own = _present(step)
        north = self._steps.at(present, 1.0).centre[:, 2] - self._steps.at(present, 0.0).centre[:, 2]
        return self._steps.track[self._steps.vertex[step]].astype(np.int64), np.where(north >= 0, 1, -1)[own]

    def _left_m(self, at: StepPlaces) -> np.ndarray:
        """Return how far left of places on steps the lines run, ``(n, k)``."""
        return self._spread(at.centre[:, 2])[:, None] * self._beside_m

    def _measured(
        self, step: np.ndarray, line: np.ndarray, at: np.ndarray, piece: np.ndarray, on: np.ndarray
    ) -> np.ndarray:
        """Return the metres between places on lines beside steps and places on pieces."""
        pieces = self._places.pieces
        where = self._steps.at(step, at)
        left_m = self._spread(where.centre[:, 2]) * self._beside_m[line]
        start = pieces.start.take(piece, axis=0)
        there = start + on[:, None] * (pieces.end.take(piece, axis=0) - start)
        return geodesic_lengths(*lon_lat(where.centre + left_m[:, None] * where.across), *lon_lat(there))

    def _beside(self, at: StepPlaces) -> np.ndarray:
        """Return the places on the lines beside, ``(n, k, 3)``."""
        left_m = self._spread(at.centre[:, 2])[:, None] * self._beside_m
        return at.centre[:, None, :] + left_m[:, :, None] * at.across[:, None, :]


@dataclass(frozen=True)
class _Pairs(Columns):
    """Steps and pieces near them: how far left of the step the piece begins and ends, and how far off it is at most."""

    step: np.ndarray
    piece: np.ndarray
    low_m: np.ndarray
    high_m: np.ndarray
    surely: np.ndarray


def _present(step: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return steps, those in a row once, and the position there of each: a step comes with all its pieces."""
    new = begins(step)
    return step[new], np.cumsum(new) - 1


def _gaps(low: np.ndarray, high: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.maximum(np.maximum(low - at, at - high), 0.0)
