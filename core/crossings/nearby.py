"""What was found near places: nearest approaches, and the parts of passes that are near."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..geometry import Columns, begins, stacked

# Shares of a pass between which there is nothing: of a whole orbit, 4 m.
_JOINED = 1e-7
# More than a whole pass.
_APART = 2.0
_MM = 1e3


@dataclass(frozen=True)
class Nearby(Columns):
    """Where lines beside centre lines are near a place, or in it.

    Attributes
    ----------
    place : (n,) ndarray of int
        Row.
    track : (n,) ndarray of int
        Number of the centre line.
    heading : (n,) ndarray of int
        1 on a step that goes north, -1 on one that goes south.
    line : (n,) ndarray of int
        Which of the lines beside it.
    first, last : (n,) ndarray
        Where the way in a polygon begins and ends, else the nearest place: parts of the pass that are over, as in
        :class:`~xopr_crossovers.core.icesat2.Tracks`.
    at : (n,) ndarray
        Where the line is nearest; in a polygon, the middle of the way.
    distance_m : (n,) ndarray
        There; 0 on a line and in a polygon.
    inside : (n,) ndarray
        How much of the pass the way in a polygon is; else 0.
    """

    place: np.ndarray
    track: np.ndarray
    heading: np.ndarray
    line: np.ndarray
    first: np.ndarray
    last: np.ndarray
    at: np.ndarray
    distance_m: np.ndarray
    inside: np.ndarray


@dataclass(frozen=True)
class Parts(Columns):
    """Parts of passes near a place: the row of the approach, and where they begin and end."""

    row: np.ndarray
    first: np.ndarray
    last: np.ndarray

    @classmethod
    def none(cls) -> Parts:
        """Return no parts."""
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))

    def joined(self, *keys: np.ndarray) -> tuple[Parts, np.ndarray]:
        """Return the parts in order of some keys and of flight, and which of them are one stretch.

        Parameters
        ----------
        *keys : (n,) ndarray
            Parts that differ in one are not joined.

        Returns
        -------
        parts : Parts
        stretch : (n,) ndarray of int
            Ascending.
        """
        order = np.lexsort((self.first, *keys[::-1]))
        parts, keys = self.where(order), tuple(key[order] for key in keys)
        if len(parts) == 0:
            return parts, np.zeros(0, np.int64)
        group = np.cumsum(begins(*keys)) - 1
        reached = np.maximum.accumulate(parts.last + _APART * group)
        new = np.ones(len(group), dtype=bool)
        new[1:] = parts.first[1:] + _APART * group[1:] > reached[:-1] + _JOINED
        return parts, np.cumsum(new) - 1

    def whole(self) -> Parts:
        """Return parts of one row that touch as one, in order of row and of flight."""
        if len(self) == 0:
            return self
        joined, stretch = self.joined(self.row)
        starts = np.flatnonzero(begins(stretch))
        return Parts(joined.row[starts], joined.first[starts], np.maximum.reduceat(joined.last, starts))


@dataclass(frozen=True)
class Approached:
    """Nearest approaches, one a place, track and heading, and the parts of the passes that are near."""

    nearest: Nearby
    parts: Parts


class Positions:
    """Finds rows by place, track and heading.

    Parameters
    ----------
    rows : Nearby
        In order of these.
    """

    def __init__(self, rows: Nearby) -> None:
        self._n_tracks = int(rows.track.max(initial=0)) + 1
        self._keys = self._key(rows.place, rows.track, rows.heading)

    def positions(self, place: np.ndarray, track: np.ndarray, heading: np.ndarray) -> np.ndarray:
        """Return the positions of the rows with these, ``(n,)``; -1 where there is none."""
        if len(self._keys) == 0:
            return np.full(len(place), -1)
        key = self._key(place, track, heading)
        at = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        return np.where((self._keys[at] == key) & (track < self._n_tracks), at, -1)

    def _key(self, place: np.ndarray, track: np.ndarray, heading: np.ndarray) -> np.ndarray:
        return (place.astype(np.int64) * self._n_tracks + track) * 2 + (heading > 0)


def nearest(found: list[Nearby], beside_m: np.ndarray) -> Nearby:
    """Return the nearest approach of each track to each place, northward and southward, in this order.

    Of several lines at the same distance it is that which is longest in the polygon, then the one in the middle.

    Parameters
    ----------
    found : list of Nearby
        Everything of some places.
    beside_m : (k,) ndarray
        How far left of the centre line each line runs.
    """
    if not found:
        whole, real = np.zeros(0, np.int64), np.zeros(0)
        return Nearby(whole, whole, whole, whole, real, real, real, real, real)
    near = with_whole_ways(stacked(found))
    middle = np.abs(np.asarray(beside_m))[near.line]
    keys = (near.heading, near.track, near.place)
    order = np.lexsort((near.at, middle, -near.inside, np.round(near.distance_m * _MM), *keys))
    near = near.where(order)
    return near.where(begins(near.place, near.track, near.heading))


def with_whole_ways(near: Nearby) -> Nearby:
    """Return what is near, with the ways through polygons whole that were told step by step."""
    through = near.where(near.inside > 0)
    if len(through) == 0:
        return near
    ways = Parts(np.arange(len(through)), through.first, through.last)
    ways, way = ways.joined(through.place, through.track, through.heading, through.line)
    starts = np.flatnonzero(begins(way))
    first, last = ways.first[starts], np.maximum.reduceat(ways.last, starts)
    whole = through.where(ways.row[starts])
    whole = replace(whole, first=first, last=last, at=(first + last) / 2.0, inside=last - first)
    return stacked([near.where(near.inside == 0), whole])
