"""Where flight lines and the lines beside centre lines cross: great circles by vectors, found by a grid in space.

Everything is computed with vectors in space, so that neither a pole nor the antimeridian is a special place: the index
is a grid of cubes through which the surface runs, and a crossing is told by the sides on which ends lie. Each line
takes in its begin and leaves out its end, so that a crossing at a vertex, or where one frame ends and the next begins,
is found once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

import numpy as np

from ..common import Progress
from ..frames import FlightLines
from ..geometry import EARTH_RADIUS_M
from ..icesat2 import Steps, Tracks, bends

# The lengths of steps and cubes matter for speed alone; measured, see docs/performance.md.
_STEP_M = 80_000.0
_CUBE = 100_000.0 / EARTH_RADIUS_M
_SIDE = int(np.ceil(2.0 / _CUBE)) + 1
# How much farther off than the outermost line a piece is still looked at: more than the Earth is flat, or a step bent.
_SLACK_M = 1_000.0
_MOST_SPREAD = 1.1
# Candidates (steps by bundles) that are held at once, and steps whose cubes are told at once.
_CANDIDATES = 1_000_000
_STEPS_AT_ONCE = 500_000
# Lines run this much farther left, so that none runs to the last bit through a vertex of both, where a side would be a
# matter of rounding.
_ASIDE_M = 0.0006
# Two crossings nearer than this (6 cm), at the ends of neighbouring pieces (of 20 km), are a touch.
_SAME_PLACE = 1e-8
_AT_END = 1e-5
# Pieces of one edge of a flight line lie in one plane, within this angle.
_STRAIGHT = 1e-7


@dataclass(frozen=True)
class LineCrossings:
    """Crossings of flight lines and lines beside centre lines.

    Attributes
    ----------
    frame : (n,) ndarray of int
        Row number.
    track : (n,) ndarray of int
        Number of the centre line.
    line : (n,) ndarray of int
        Which of the lines beside it; -1 for none of them.
    distance_m : (n,) ndarray
        Along the frame, in metres on the ellipsoid.
    share : (n,) ndarray
        Part of the pass that is over, as in :class:`~xopr_crossovers.core.icesat2.Tracks`.
    angle_deg : (n,) ndarray
        Between the two lines, 0 to 90.
    point : (n, 3) ndarray
        Unit vectors, on the flight line.
    heading : (n,) ndarray of int
        1 where the pass goes north, -1 where it goes south; 0 if that is not known.
    uncertainty_m : (n,) ndarray
        How far off the line may be, across the track; without a line, how far the point may be along the flight line.
    """

    frame: np.ndarray
    track: np.ndarray
    line: np.ndarray
    distance_m: np.ndarray
    share: np.ndarray
    angle_deg: np.ndarray
    point: np.ndarray
    heading: np.ndarray
    uncertainty_m: np.ndarray

    def __len__(self) -> int:
        return len(self.frame)

    def where(self, which: np.ndarray) -> LineCrossings:
        """Return the crossings that a mask or an order takes."""
        return LineCrossings(*(getattr(self, field.name)[which] for field in fields(self)))

    def with_tracks(self, track: np.ndarray) -> LineCrossings:
        """Return the crossings with other numbers in the place of their centre lines'."""
        return replace(self, track=track)


def joined_crossings(parts: list[LineCrossings]) -> LineCrossings:
    """Return the crossings of all parts, of which there is at least one."""
    return LineCrossings(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(LineCrossings))
    )


def line_crossings(
    lines: FlightLines,
    tracks: Tracks,
    beside_m: np.ndarray,
    progress: Progress | None = None,
    spread: Callable[[np.ndarray], np.ndarray] = np.ones_like,
) -> Iterator[LineCrossings]:
    """Find all crossings, some frames at a time.

    Parameters
    ----------
    lines : FlightLines
    tracks : Tracks
    beside_m : (k,) ndarray
        How far left of the centre line each line runs, in metres; negative to the right.
    progress : Progress, optional
    spread : callable, optional
        By how much farther off than `beside_m` the lines run, at most 1.1, by the sine of latitude.

    Yields
    ------
    LineCrossings
        Of some frames in a row, in any order; each block about as large, whatever the number of frames and granules.
    """
    progress = progress or Progress()
    beside_m = np.asarray(beside_m, dtype=float) + _ASIDE_M
    steps = Steps(tracks, _STEP_M)
    cube = _cubes(steps, progress.part(0.0, 0.1))
    middle, radius = lines.bundle_caps()
    reach = (_MOST_SPREAD * np.abs(beside_m).max(initial=0.0) + _SLACK_M) / EARTH_RADIUS_M
    bundle, near = _cubes_about(middle, radius + reach + _STEP_M / EARTH_RADIUS_M / 2)
    weight = np.bincount(bundle, np.bincount(cube, minlength=_SIDE**3)[near], minlength=len(radius))

    starts = _blocks(lines.bundle_frames(), weight)
    finding = progress.part(0.1, 1.0)
    for number, (low, high) in enumerate(zip(starts[:-1], starts[1:])):
        mine = (bundle >= low) & (bundle < high)
        search = _Search(lines, steps, beside_m, spread, reach, middle, radius)
        found = []
        for candidates in _candidates(cube, near[mine], bundle[mine]):
            progress.check()
            found.append(search.crossings(*candidates))
        finding.fraction((number + 1) / (len(starts) - 1))
        if found:
            yield joined_crossings(found)


def _cubes(steps: Steps, progress: Progress) -> np.ndarray:
    """Return the cube in which the middle of each step lies."""
    cube = np.empty(len(steps), dtype=np.int32)
    for low in range(0, len(steps), _STEPS_AT_ONCE):
        progress.check()
        some = slice(low, low + _STEPS_AT_ONCE)
        x, y, z = ((steps.at(some, 0.5)[0] + 1.0) / _CUBE).astype(np.int32).T
        cube[some] = (x * _SIDE + y) * _SIDE + z
        progress.fraction(min(1.0, (low + _STEPS_AT_ONCE) / len(steps)))
    return cube


def _cubes_about(middle: np.ndarray, radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cubes that circles about points may meet: (number of the circle, cube), each once."""
    low = np.clip(np.floor((middle - radius[:, None] + 1.0) / _CUBE), 0, _SIDE - 1).astype(np.int64)
    high = np.clip(np.floor((middle + radius[:, None] + 1.0) / _CUBE), 0, _SIDE - 1).astype(np.int64)
    nx, ny, nz = (high - low + 1).T
    count = nx * ny * nz
    circle = np.repeat(np.arange(len(radius)), count)
    number = np.arange(len(circle)) - np.repeat(np.cumsum(count) - count, count)
    rest, k = np.divmod(number, nz[circle])
    i, j = np.divmod(rest, ny[circle])
    x, y, z = low[circle].T
    return circle, ((x + i) * _SIDE + (y + j)) * _SIDE + (z + k)


def _blocks(frame: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the first bundle of each block: whole frames, with about as many candidates as are held at once."""
    if len(frame) == 0:
        return np.zeros(1, dtype=np.int64)
    begins = np.flatnonzero(np.concatenate([[True], frame[1:] != frame[:-1]]))
    per_frame = np.add.reduceat(weight, begins)
    block = np.floor((np.cumsum(per_frame) - per_frame) / _CANDIDATES)
    new = np.concatenate([[True], block[1:] != block[:-1]])
    return np.append(begins[new], len(frame))


def _candidates(cube: np.ndarray, near: np.ndarray, bundle: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield steps and bundles that share a cube."""
    order = np.argsort(near, kind="stable")
    near, bundle = near[order], bundle[order]
    present, first, count = np.unique(near, return_index=True, return_counts=True)
    slot = np.full(_SIDE**3, -1, dtype=np.int32)
    slot[present] = np.arange(len(present))
    hit = np.flatnonzero(slot[cube] >= 0)
    place = slot[cube[hit]]
    total = np.cumsum(count[place])
    cuts = np.searchsorted(total, np.arange(0, (total[-1] if len(total) else 0) + _CANDIDATES, _CANDIDATES), "left")
    for low, high in zip(cuts[:-1], np.append(cuts[1:-1], len(hit))):
        mine = place[low:high]
        step = np.repeat(hit[low:high], count[mine])
        within = np.arange(len(step)) - np.repeat(np.cumsum(count[mine]) - count[mine], count[mine])
        if len(step):
            yield step, bundle[np.repeat(first[mine], count[mine]) + within]


class _Search:
    """The exact search among candidates."""

    def __init__(
        self,
        lines: FlightLines,
        steps: Steps,
        beside_m: np.ndarray,
        spread: Callable[[np.ndarray], np.ndarray],
        reach: float,
        middle: np.ndarray,
        radius: np.ndarray,
    ) -> None:
        self._lines = lines
        self._steps = steps
        self._beside_m = beside_m
        self._spread = spread
        self._reach = reach
        self._middle = middle
        self._radius = radius

    def crossings(self, step: np.ndarray, bundle: np.ndarray) -> LineCrossings:
        """Return the crossings of steps with the bundles that may be near them."""
        # A step comes with all its bundles in a row.
        new = np.concatenate([[True], step[1:] != step[:-1]])
        present, own = step[new], np.cumsum(new) - 1
        begin, end = self._steps.at(present, 0.0), self._steps.at(present, 1.0)
        middle = begin[0] + end[0]
        middle /= np.linalg.norm(middle, axis=1)[:, None]
        normal = np.cross(begin[0], end[0])
        length = np.linalg.norm(normal, axis=1)
        normal /= np.where(length > 0, length, 1.0)[:, None]
        ahead = np.cross(normal, middle)

        # The circle about the bundle is near the step's middle, and near the great circle through the step.
        aside = self._radius + self._reach
        close = np.abs(_dot(normal[own], self._middle[bundle])) <= np.sin(np.minimum(aside, np.pi / 2))[bundle]
        own, bundle = own[close], bundle[close]
        close = np.abs(_dot(ahead[own], self._middle[bundle])) <= aside[bundle] + length[own] / 2
        own, bundle = own[close], bundle[close]

        # The same for the pieces of those bundles.
        first, count = self._lines.bundles[bundle], np.diff(self._lines.bundles)[bundle]
        pair = np.repeat(np.arange(len(own)), count)
        piece = first[pair] + np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
        own = own[pair]
        for axis, limit in ((normal, np.full(len(length), self._reach)), (ahead, length / 2 + self._reach)):
            along = axis[own]
            a, b = _dot(along, self._lines.start[piece]), _dot(along, self._lines.end[piece])
            close = (np.minimum(a, b) <= limit[own]) & (np.maximum(a, b) >= -limit[own])
            own, piece = own[close], piece[close]
        return self._exact(present, begin, end, own, piece)

    def _exact(
        self,
        present: np.ndarray,
        begin: tuple[np.ndarray, np.ndarray, np.ndarray],
        end: tuple[np.ndarray, np.ndarray, np.ndarray],
        own: np.ndarray,
        piece: np.ndarray,
    ) -> LineCrossings:
        """Return the crossings of steps (positions in `present`) with pieces, for each of the lines beside."""
        new = np.concatenate([[True], own[1:] != own[:-1]]) if len(own) else np.zeros(0, dtype=bool)
        used, own = own[new], np.cumsum(new) - 1
        one, two = (
            (place[:, None, :] + (self._spread(place[:, 2])[:, None] * self._beside_m)[:, :, None] * across[:, None, :])
            for place, across in ((place[used], across[used]) for place, across, _ in (begin, end))
        )
        plane = np.cross(one, two)
        start, stop = self._lines.start[piece], self._lines.end[piece]

        before, after = _dot(plane[own], start[:, None, :]), _dot(plane[own], stop[:, None, :])
        pair, line = np.nonzero((before >= 0) != (after >= 0))
        before, after = before[pair, line], after[pair, line]
        own, piece = own[pair], piece[pair]
        across_piece = np.cross(self._lines.start[piece], self._lines.end[piece])
        first, second = _dot(across_piece, one[own, line]), _dot(across_piece, two[own, line])
        meets = (first >= 0) != (second >= 0)
        own, line, piece, across_piece = own[meets], line[meets], piece[meets], across_piece[meets]
        before, after = before[meets], after[meets]
        way = first[meets] / (first - second)[meets]
        start, stop = self._lines.start[piece], self._lines.end[piece]
        plane = plane[own, line]
        # From the great circle through a step's ends to the line itself: 8 m in the middle of 80 km near the poles.
        length = np.linalg.norm(plane, axis=1)
        aside = bends(begin[0][used][own, 2], length, way) * length
        part = self._on_line(piece, (before - aside) / (before - after))
        point = start + part[:, None] * (stop - start)
        point /= np.linalg.norm(point, axis=1)[:, None]
        angle = np.degrees(
            np.arctan2(np.linalg.norm(np.cross(plane, across_piece), axis=1), np.abs(_dot(plane, across_piece)))
        )
        vertex = self._steps.vertex[present[used]][own]
        # The third component of the direction of flight.
        northward = plane[:, 0] * point[:, 1] - plane[:, 1] * point[:, 0]
        share = begin[2][used][own] * (1.0 - way) + end[2][used][own] * way
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

    def _on_line(self, piece: np.ndarray, part: np.ndarray) -> np.ndarray:
        """Return the parts of pieces held between 0 and 1, but for where the line goes straight on."""
        over = np.flatnonzero((part < 0.0) | (part > 1.0))
        mine = piece[over]
        other = np.clip(mine + np.where(part[over] > 1.0, 1, -1), 0, len(self._lines.frame) - 1)
        plane, beyond = (np.cross(self._lines.start[each], self._lines.end[each]) for each in (mine, other))
        turn = np.linalg.norm(np.cross(plane, beyond), axis=1)
        straight = turn < _STRAIGHT * np.linalg.norm(plane, axis=1) * np.linalg.norm(beyond, axis=1)
        straight &= (self._lines.frame[mine] == self._lines.frame[other]) & (mine != other)
        held = part.copy()
        held[over] = np.where(straight, part[over], np.clip(part[over], 0.0, 1.0))
        return held


def _without_touches(found: LineCrossings, part: np.ndarray) -> LineCrossings:
    """Count a vertex that only touches a line once, though the line crosses the pieces before and after it."""
    suspect = np.flatnonzero((part < _AT_END) | (part > 1.0 - _AT_END))
    if len(suspect) < 2:
        return found
    some = found.where(suspect)
    order = np.lexsort((some.distance_m, some.line, some.track, some.frame))
    twice = np.ones(len(order) - 1, dtype=bool)
    for values in (some.frame, some.track, some.line):
        twice &= values[order][1:] == values[order][:-1]
    twice &= np.linalg.norm(np.diff(some.point[order], axis=0), axis=1) < _SAME_PLACE
    keep = np.ones(len(found), dtype=bool)
    keep[suspect[order[1:][twice]]] = False
    return found.where(keep)


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    # Written out so that equal operands give equal bits wherever they stand: sides of shared vertices must agree.
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]
