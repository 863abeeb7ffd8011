"""What was found near places, and how it is put together: stretches of passes, and the nearest approach on each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import Columns, begins, stacked

# Shares of a pass between which there is nothing: of a whole orbit, 4 m.
_JOINED = 1e-7
# More than a whole pass.
_APART = 2.0
_MM = 1e3


@dataclass(frozen=True)
class Nearby(Columns):
    """Ways on lines beside centre lines, on which something of a place is near.

    Attributes
    ----------
    place : (n,) ndarray of int
        Row.
    track : (n,) ndarray of int
        Number of the centre line.
    line : (n,) ndarray of int
        Which of the lines beside it.
    first, last : (n,) ndarray
        Where the way begins and ends: parts of the pass that are over, as in
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
    line: np.ndarray
    first: np.ndarray
    last: np.ndarray
    at: np.ndarray
    distance_m: np.ndarray
    inside: np.ndarray


@dataclass(frozen=True)
class Stretches(Columns):
    """Parts of passes that are near a place all along, in order of place, track and flight.

    Attributes
    ----------
    place, track : (n,) ndarray of int
    first, last : (n,) ndarray
        Where they begin and end, on whichever line comes first and goes last.
    line : (n,) ndarray of int
        The line that comes nearest: of several, the one that is longest in the polygon, then the one in the middle.
    at, distance_m : (n,) ndarray
        Of its nearest approach.
    """

    place: np.ndarray
    track: np.ndarray
    first: np.ndarray
    last: np.ndarray
    line: np.ndarray
    at: np.ndarray
    distance_m: np.ndarray


def stretches(near: Nearby, beside_m: np.ndarray) -> Stretches:
    """Put together what is near.

    Parameters
    ----------
    near : Nearby
        Everything of some places.
    beside_m : (k,) ndarray
        How far left of the centre line each line runs.

    Returns
    -------
    Stretches
    """
    near = _with_whole_ways(near)
    near, stretch = _joined(near, near.place, near.track)
    new = begins(stretch)
    starts = np.flatnonzero(new)
    last = np.maximum.reduceat(near.last, starts) if len(starts) else near.last
    middle = np.abs(np.asarray(beside_m))[near.line]
    order = np.lexsort((near.at, middle, -near.inside, np.round(near.distance_m * _MM), stretch))
    best = near.where(order[np.flatnonzero(begins(stretch[order]))])
    return Stretches(best.place, best.track, near.first[starts], last, best.line, best.at, best.distance_m)


def _with_whole_ways(near: Nearby) -> Nearby:
    """Return what is near, with the ways through polygons whole that were told step by step."""
    through = near.where(near.inside > 0)
    if len(through) == 0:
        return near
    through, way = _joined(through, through.place, through.track, through.line)
    starts = np.flatnonzero(begins(way))
    first, last = through.first[starts], np.maximum.reduceat(through.last, starts)
    whole = through.where(starts)
    whole = Nearby(
        whole.place, whole.track, whole.line, first, last, (first + last) / 2.0, whole.distance_m, last - first
    )
    return stacked([near.where(near.inside == 0), whole])


def _joined(near: Nearby, *keys: np.ndarray) -> tuple[Nearby, np.ndarray]:
    """Return the ways in order of some keys and of flight, and the number of the stretch that each is of."""
    order = np.lexsort((near.first, *keys[::-1]))
    near, keys = near.where(order), tuple(key[order] for key in keys)
    group = np.cumsum(begins(*keys)) - 1
    reached = np.maximum.accumulate(near.last + _APART * group) if len(group) else near.last
    new = np.ones(len(group), dtype=bool)
    new[1:] = near.first[1:] + _APART * group[1:] > reached[:-1] + _JOINED
    return near, np.cumsum(new) - 1
