"""Boxes in longitude and latitude, on the circle of longitudes.

A box is (west, south, east, north) in degrees. Where west > east it crosses the antimeridian; (-180, 180) is the whole
circle. Its edges are meridians and parallels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .sphere import wrap_longitude

#: West, south, east, north in degrees; west > east goes over the antimeridian.
Box = tuple[float, float, float, float]

# A millimetre: what is thinner comes of rounding.
_THIN_DEG = 1e-8


def width(box: Box) -> float:
    """Return how many degrees of longitude a box takes, 0 to 360.

    Parameters
    ----------
    box : (west, south, east, north)
        Degrees; west > east goes over the antimeridian.
    """
    west, _, east, _ = box
    return 360.0 if (west, east) == (-180.0, 180.0) else (east - west) % 360


def subtract(boxes: Sequence[Box], others: Sequence[Box]) -> list[Box]:
    """Return boxes that together cover what `others` leave of `boxes`; a box that they do not touch stays as it is.

    Parameters
    ----------
    boxes, others : sequence of (west, south, east, north)
        Degrees; west > east goes over the antimeridian.

    Returns
    -------
    list of (west, south, east, north)
    """
    left = list(boxes)
    for other in others:
        left = [piece for box in left for piece in _without(box, other)]
    return left


def _without(box: Box, other: Box) -> list[Box]:
    west, south, east, north = box
    low, high = max(south, other[1]), min(north, other[3])
    free = _free_arcs(box, other)
    if high - low <= _THIN_DEG or (len(free) == 1 and width((free[0][0], 0, free[0][1], 0)) >= width(box) - _THIN_DEG):
        return [box]
    pieces: list[Box] = [(a, low, b, high) for a, b in free]
    if low - south > _THIN_DEG:
        pieces.append((west, south, east, low))
    if north - high > _THIN_DEG:
        pieces.append((west, high, east, north))
    return pieces


def _free_arcs(box: Box, other: Box) -> list[tuple[float, float]]:
    """Return the arcs of longitude of a box that another one does not take."""
    whole = width(box)
    start = (other[0] - box[0]) % 360
    taken = sorted((start - turn, start - turn + width(other)) for turn in (0.0, 360.0))
    free, reached = [], 0.0
    for begin, end in (*taken, (whole, whole)):
        if min(begin, whole) - reached > _THIN_DEG:
            free.append((reached, min(begin, whole)))
        reached = max(reached, end)
    if free == [(0.0, whole)]:
        return [(box[0], box[2])]
    return [(_longitude(box[0] + begin), _longitude(box[0] + end)) for begin, end in free]


def _longitude(degrees: float) -> float:
    return float(wrap_longitude(np.array(degrees)))


def format_box(box: Sequence[float]) -> str:
    """Return a box as text with three decimals.

    Parameters
    ----------
    box : sequence of float
        West, south, east, north in degrees.
    """
    return ", ".join(f"{value:.3f}" for value in box)
