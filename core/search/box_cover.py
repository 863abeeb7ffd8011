"""A few boxes in longitude and latitude that hold lines and rings, chosen so that few ICESat-2 tracks meet them.

What counts is not how large the boxes are but how many granules they bring: beside a pole a box of all longitudes is
small, and yet every track meets it. Tracks are counted by the orbit model; that only chooses between covers, each of
which holds everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from ..geometry import (
    EARTH_RADIUS_M,
    Box,
    Columns,
    Polylines,
    longitude_arcs,
    offsets_of,
    ranges,
    smallest_arc,
    spread,
    unit_vectors,
    width,
)
from ..icesat2 import REGIONS, TRACKS_PER_CYCLE, ground_track, region_arc

#: A query of more boxes is not answered faster; CMR looks at each by itself.
MAX_BOXES = 6

# So many small boxes are made first; then two at a time are joined, as long as that brings few more tracks.
_FIRST_BOXES = 24
# What joining two boxes may cost, as a share of the tracks that meet one box round everything.
_CHEAP = 0.03
# Several boxes are worth their while where they spare as much of those tracks, and a hundred granules a cycle.
_WORTH = 0.3
_WORTH_GRANULES = 100
# Every so many-th track is counted, and of it a place every 0.3 degrees (33 km).
_TRACK_STEP = 10
_PLACE_DEG = 0.3
# Parts of a line that are handled together: about 50 km.
_STEPS_A_PART = 10


@dataclass(frozen=True)
class _Parts(Columns):
    """Arcs of longitude and spans of latitude of lines and rings, the margin included."""

    west: np.ndarray
    width: np.ndarray
    south: np.ndarray
    north: np.ndarray

    def box(self) -> Box:
        west, east = smallest_arc(self.west, self.width)
        return west, float(self.south.min()), east, float(self.north.max())


def box_of(lines: Polylines, margin_m: float = 0.0) -> Box:
    """Return the smallest box that holds all lines or rings of a batch, widened by a margin.

    Parameters
    ----------
    lines : Polylines
        A ring round a pole needs a vertex at the pole, or `margin_m` that
        reaches it, for the box to include the pole itself.
    margin_m : float
        Metres on the ground.

    Returns
    -------
    west, south, east, north : float
        Degrees; ``west > east`` over the antimeridian, (-180, 180) where the whole circle is needed.
    """
    return _parts(lines, margin_m).box()


def in_steps(lines: Polylines) -> tuple[Polylines, np.ndarray]:
    """Cut lines into pieces of ten steps, so that a long line need not lie in one box; rings must stay whole.

    Parameters
    ----------
    lines : Polylines
        With a vertex at least every few kilometres.

    Returns
    -------
    pieces : Polylines
        Where two of them meet, both have the vertex.
    line : (n_pieces,) ndarray of int
        Which line each is a piece of.
    """
    line, number = spread(-(-np.maximum(lines.sizes - 1, 1) // _STEPS_A_PART))
    first = lines.offsets[:-1][line] + number * _STEPS_A_PART
    last = np.minimum(first + _STEPS_A_PART, lines.offsets[1:][line] - 1)
    size = last - first + 1
    take = ranges(first, size)
    return Polylines(lines.lon[take], lines.lat[take], offsets_of(size)), line


def cover_with_boxes(lines: Polylines, hemisphere: str, margin_m: float) -> tuple[list[Box], float]:
    """Return boxes that together hold all lines and rings of a batch, each of them whole in one box.

    Parameters
    ----------
    lines : Polylines
        All in one hemisphere; see :func:`box_of`.
    hemisphere : {'south', 'north'}
    margin_m : float
        Metres on the ground by which the boxes are wider than what they hold.

    Returns
    -------
    boxes : list of (west, south, east, north)
        One to `MAX_BOXES`.
    share : float
        Tracks that meet them, of those that meet the one box round everything.
    """
    parts = _parts(lines, margin_m)
    single = _tracks_that_meet(parts.box(), hemisphere)
    if single.sum() == 0:
        return [parts.box()], 1.0
    groups = _small_groups(_middles(lines))
    met = [_tracks_that_meet(parts.where(group).box(), hemisphere) for group in groups]
    costs: dict[tuple[int, int], np.ndarray] = {}
    names = list(range(len(groups)))
    next_name = len(groups)
    while len(groups) > 1:
        times_met = np.sum(met, axis=0)
        best, least = (0, 1), len(single) + 1
        for i, j in combinations(range(len(groups)), 2):
            key = (names[i], names[j])
            if key not in costs:
                box = parts.where(np.concatenate([groups[i], groups[j]])).box()
                costs[key] = _tracks_that_meet(box, hemisphere)
            now = int(((times_met - met[i] - met[j] > 0) | costs[key]).sum())
            if now < least:
                best, least = (i, j), now
        if len(groups) <= MAX_BOXES and least > int((times_met > 0).sum()) + _CHEAP * single.sum():
            break
        i, j = best
        joined, its_tracks = np.concatenate([groups[i], groups[j]]), costs[names[i], names[j]]
        for row in (j, i):
            del groups[row], met[row], names[row]
        groups.append(joined)
        met.append(its_tracks)
        names.append(next_name)
        next_name += 1
    spared = int(single.sum() - np.logical_or.reduce(met).sum())
    share = 1.0 - spared / int(single.sum())
    if share > 1 - _WORTH or spared * _TRACK_STEP < _WORTH_GRANULES:
        return [parts.box()], 1.0
    return [parts.where(group).box() for group in groups], share


def _middles(lines: Polylines) -> np.ndarray:
    """Return the ``(n_lines, 3)`` means of the lines' vertices on the unit sphere."""
    vectors = unit_vectors(lines.lon, lines.lat)
    return np.add.reduceat(vectors, lines.offsets[:-1], axis=0) / lines.sizes[:, None]


def _small_groups(middles: np.ndarray) -> list[np.ndarray]:
    """Return the rows of parts in groups that lie together: the widest group is halved again and again."""
    groups = [np.arange(len(middles))]
    while len(groups) < _FIRST_BOXES:
        extents = [np.ptp(middles[group], axis=0) for group in groups]
        widest = int(np.argmax([extent.max() for extent in extents]))
        values = middles[groups[widest], int(np.argmax(extents[widest]))]
        below = values <= (values.min() + values.max()) / 2
        if below.all():
            break
        group = groups.pop(widest)
        groups += [group[below], group[~below]]
    return groups


def _parts(lines: Polylines, margin_m: float) -> _Parts:
    west, width = longitude_arcs(lines, margin_m)
    margin = np.degrees(margin_m / EARTH_RADIUS_M)
    south = np.maximum(np.minimum.reduceat(lines.lat, lines.offsets[:-1]) - margin, -90.0)
    north = np.minimum(np.maximum.reduceat(lines.lat, lines.offsets[:-1]) + margin, 90.0)
    return _Parts(west, width, south, north)


def _tracks_that_meet(box: Box, hemisphere: str) -> np.ndarray:
    """Return which of the counted tracks' regions have a place in a box, as ``(n,)`` bool."""
    tracks = _tracks(hemisphere)
    west, south, _, north = box
    inside = (tracks.lat >= south) & (tracks.lat <= north) & ((tracks.lon - west) % 360 <= width(box))
    return np.logical_or.reduceat(inside, tracks.offsets[:-1])


@cache
def _tracks(hemisphere: str) -> Polylines:
    """Return places along tracks of a hemisphere; each track and region is a line."""
    rgt = np.arange(1, TRACKS_PER_CYCLE + 1, _TRACK_STEP)
    lon, lat, sizes = [], [], []
    for region in REGIONS:
        u0, u1 = (float(edge) for edge in region_arc(region))
        u = np.arange(u0, u1, _PLACE_DEG)
        track = ground_track(rgt[:, None], u[None, :])
        if (track[1].mean() < 0) == (hemisphere == "south"):
            lon.append(track[0].ravel())
            lat.append(track[1].ravel())
            sizes += [len(u)] * len(rgt)
    return Polylines(np.concatenate(lon), np.concatenate(lat), offsets_of(np.array(sizes)))
