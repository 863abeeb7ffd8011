"""What of a search is already held: spans of time, and which parts of them are missing or out of date.

A holding is the answer to an earlier search: all granules of a product in some boxes and a span of time, as CMR knew
them at a moment. Granules appear in CMR weeks after the pass and may be revised, so that a holding is final only for
the time that was long past when it was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .orbit import cycle_of, cycle_start

#: A pass that lies back so long will not get further granules or revisions of this version. ATL06 appears some six
#: weeks after the pass; half a year leaves room for late and reprocessed files.
SETTLED_AFTER = pd.Timedelta(days=180)

#: An answer that is younger than this is not asked about again.
FRESH_FOR = pd.Timedelta(hours=12)

# A piece of a split span that is shorter than this is left with its neighbour.
_SHORT = pd.Timedelta(days=1)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Span:
    """A span of time, both ends included, UTC without a time zone."""

    start: pd.Timestamp
    end: pd.Timestamp


def holds_box(outer: Sequence[Box], inner: Box) -> bool:
    """Whether one of the outer boxes holds the inner one whole; west > east crosses the antimeridian."""
    return any(_holds(box, inner) for box in outer)


def _holds(outer: Box, inner: Box) -> bool:
    if inner[1] < outer[1] or inner[3] > outer[3]:
        return False
    outer_width, inner_width = _width(outer), _width(inner)
    if outer_width >= 360:
        return True
    return (inner[0] - outer[0]) % 360 + inner_width <= outer_width + 1e-9


def _width(box: Box) -> float:
    west, _, east, _ = box
    return 360.0 if (west, east) == (-180.0, 180.0) else (east - west) % 360


def missing(wanted: Span, held: Sequence[Span]) -> list[Span]:
    """Return the parts of a span that no held span covers, in order of time."""
    gaps = []
    reached = wanted.start
    for span in sorted(held, key=lambda one: one.start):
        if span.end < reached or span.start > wanted.end:
            continue
        if span.start > reached:
            gaps.append(Span(reached, span.start))
        reached = max(reached, span.end)
    if reached < wanted.end:
        gaps.append(Span(reached, wanted.end))
    return gaps


def split_by_cycle(span: Span) -> list[Span]:
    """Cut a span where repeat cycles begin, so that each piece is one search of a size that CMR answers."""
    first, last = (int(cycle_of(np.datetime64(moment, "ms"))) for moment in (span.start, span.end))
    cuts = pd.to_datetime(cycle_start(np.arange(max(first, 1), last + 2)))
    inside = [cut for cut in cuts if span.start + _SHORT < cut < span.end - _SHORT]
    edges = [span.start, *inside, span.end]
    return [Span(a, b) for a, b in zip(edges[:-1], edges[1:])]


def open_part(span: Span, asked: pd.Timestamp, now: pd.Timestamp) -> Span | None:
    """Return the part of a held span in which granules may have come or changed since it was asked for.

    Parameters
    ----------
    span : Span
    asked : Timestamp
        When CMR was asked for it.
    now : Timestamp

    Returns
    -------
    Span or None
        None where it was settled by then, or where that was a short while ago.
    """
    begins = max(span.start, asked - SETTLED_AFTER)
    return Span(begins, span.end) if begins < span.end and now - asked >= FRESH_FOR else None
