"""What of a search is already held: which part of its time and area, and what of that may be out of date.

A holding is the answer to an earlier search: all granules of a product in some boxes and a span of time, as CMR knew
them at a moment. Granules appear in CMR weeks after the pass and may be revised, so that a holding is final only for
the time that was long past when it was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..geometry import Box, subtract
from ..icesat2 import cycle_of, cycle_start

#: A pass that lies back so long will not get further granules or revisions of this version. ATL06 appears some six
#: weeks after the pass; half a year leaves room for late and reprocessed files.
SETTLED_AFTER = pd.Timedelta(days=180)

#: An answer that is younger than this is not asked about again.
FRESH_FOR = pd.Timedelta(hours=12)

# A piece of a split span that is shorter than this is left with its neighbour.
_SHORT = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A span of time, both ends included, UTC without a time zone."""

    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True)
class Extent:
    """A span of time in some boxes."""

    span: Span
    boxes: tuple[Box, ...]


def missing(wanted: Extent, held: Sequence[Extent]) -> tuple[list[Extent], list[int]]:
    """Tell what of an extent is not held, and which of the held ones are of use.

    Parameters
    ----------
    wanted : Extent
    held : sequence of Extent
        The preferred ones first.

    Returns
    -------
    gaps : list of Extent
        In order of time; an area that is held in part is missing only in the rest.
    used : list of int
        Positions in `held` of those that together hold all that is not missing.
    """
    inner = {
        edge
        for extent in held
        for edge in (extent.span.start, extent.span.end)
        if wanted.span.start < edge < wanted.span.end
    }
    edges = sorted({wanted.span.start, wanted.span.end} | inner)
    gaps: list[Extent] = []
    used: set[int] = set()
    for start, end in zip(edges[:-1], edges[1:]):
        left = list(wanted.boxes)
        for number, extent in enumerate(held):
            if left and extent.span.start <= start and end <= extent.span.end:
                rest = subtract(left, extent.boxes)
                if rest != left:
                    used.add(number)
                left = rest
        if left and gaps and gaps[-1].span.end == start and list(gaps[-1].boxes) == left:
            gaps[-1] = Extent(Span(gaps[-1].span.start, end), gaps[-1].boxes)
        elif left:
            gaps.append(Extent(Span(start, end), tuple(left)))
    return gaps, sorted(used)


def split_by_cycle(span: Span) -> list[Span]:
    """Cut a span where repeat cycles begin, so that each piece is one search of a size that CMR answers."""
    first, last = (int(cycle_of(np.datetime64(edge, "ms"))) for edge in (span.start, span.end))
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
    # What was asked for after now is of a clock that has been wrong.
    is_fresh = pd.Timedelta(0) <= now - asked < FRESH_FOR
    return Span(begins, span.end) if begins < span.end and not is_fresh else None
