"""Where lines beside centre lines come near places, some places at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..common import Progress
from ..geometry import EARTH_RADIUS_M, dot, geodesic_lengths, lon_lat, norms, radii_of_curvature, stacked
from ..icesat2 import StepPlaces, Steps, Tracks
from .cube_grid import CubeGrid
from .near_pieces import NearPairs, NearPieces
from .nearby import Nearby
from .places import Places
from .polygon_ways import PolygonWays
from .segments import nearness, within

# A step leaves the chord between its ends by at most 2 m; the distance is measured from the step itself.
_STEP_M = 40_000.0
# How much farther off than the distance something is still looked at: more than the plane and the chord are off.
_SLACK, _SLACK_M = 1e-3, 5.0
# More than the Earth is flat as far out as the outermost beam.
_ASIDE_M = 1_000.0
_MOST_SPREAD = 1.1
_PAIRS_AT_ONCE = 50_000
_TINY = 1e-15


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
        self._within_m = distance_m * (1.0 + _SLACK) + _SLACK_M

    def found(self, progress: Progress) -> Iterator[Nearby]:
        """Yield what is near, of some places in a row at a time.

        Parameters
        ----------
        progress : Progress
        """
        pieces, steps = self._places.pieces, self._steps
        aside = _MOST_SPREAD * np.abs(self._beside_m).max(initial=0.0)
        reach = (self._within_m + aside + _ASIDE_M) / EARTH_RADIUS_M
        middle, radius = pieces.bundle_caps()
        grid = CubeGrid(steps, middle, radius + reach + _STEP_M / EARTH_RADIUS_M / 2, progress.part(0.0, 0.1))
        ways = PolygonWays(self._places.areas, steps, self._beside, progress.part(0.1, 0.2))
        near = NearPieces(pieces, steps, reach)
        frames = pieces.bundle_frames()
        starts = grid.blocks(frames)
        finding = progress.part(0.2, 1.0)
        for number, (low, high) in enumerate(zip(starts[:-1], starts[1:])):
            parts: list[Nearby] = []
            for step, bundle in grid.candidates(low, high):
                progress.check()
                parts.extend(self._near(near.of(step, bundle), ways, progress))
            parts.extend(ways.of(int(frames[low]), int(frames[high - 1]), progress))
            finding.fraction((number + 1) / (len(starts) - 1))
            if parts:
                yield stacked(parts)

    def _near(self, pairs: NearPairs, ways: PolygonWays, progress: Progress) -> Iterator[Nearby]:
        """Yield the pieces and the lines beside steps that are near each other."""
        plane = _Plane(pairs.begin, pairs.end)
        one, two = (plane.of(self._beside(at)) for at in (pairs.begin, pairs.end))
        pieces, area = self._places.pieces, self._places.area
        for low in range(0, len(pairs.own), _PAIRS_AT_ONCE):
            progress.check()
            own, piece = (values[low : low + _PAIRS_AT_ONCE] for values in (pairs.own, pairs.piece))
            ways.touch(area[piece], pairs.present[own])
            p, q = (plane.of(ends.take(piece, axis=0)[:, None, :], own) for ends in (pieces.start, pieces.end))
            a, b = one.take(own, axis=0), two.take(own, axis=0)
            found = nearness(a, b, p, q)
            pair, line = np.nonzero(found.distance <= self._within_m)
            own, piece = own[pair], piece[pair]
            at, on, crosses = (values[pair, line] for values in (found.at, found.on, found.crosses))
            step = pairs.present[own]
            ways.cross(area[piece[crosses]], step[crosses], line[crosses], at[crosses])
            first, last = within(a[pair, line], b[pair, line], p[pair, 0], q[pair, 0], self._distance_m)
            distance = np.where(crosses, 0.0, self._measured(step, line, at, piece, on))
            near = distance <= self._distance_m
            yield Nearby(
                pieces.frame[piece],
                self._steps.track[self._steps.vertex[step]],
                line.astype(np.int8),
                # What is so near by the ellipsoid alone is near at one place.
                self._steps.shares(step, np.minimum(first, at)),
                self._steps.shares(step, np.maximum(last, at)),
                self._steps.shares(step, at),
                distance,
                np.zeros(len(pair)),
            ).where(near)

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


class _Plane:
    """Planes in metres that touch the ellipsoid at the middles of steps; distances from there are right in them."""

    def __init__(self, begin: StepPlaces, end: StepPlaces) -> None:
        middle = begin.centre + end.centre
        middle /= norms(middle)[:, None]
        x, y, z = middle.T
        aside = np.maximum(np.hypot(x, y), _TINY)
        self._middle = middle
        self._east = np.column_stack([-y / aside, x / aside, np.zeros(len(z))])
        self._north = np.cross(middle, self._east)
        self._north_m, self._east_m = radii_of_curvature(z)

    def of(self, vectors: np.ndarray, own: np.ndarray | None = None) -> np.ndarray:
        """Return the places of vectors ``(n, k, 3)`` in the planes of their steps, ``(n, k, 2)``."""
        own = np.arange(len(vectors)) if own is None else own
        x, y, z = (dot(vectors, axis.take(own, axis=0)[:, None, :]) for axis in (self._east, self._north, self._middle))
        off = np.hypot(x, y)
        stretch = np.where(off > _TINY, np.arctan2(off, z) / np.maximum(off, _TINY), 1.0)
        return np.stack([x * stretch * self._east_m[own][:, None], y * stretch * self._north_m[own][:, None]], axis=-1)
