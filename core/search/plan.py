"""The plan of a search: what is read from the store, what CMR is asked for, what of the store is brought up to date.

A plan is made of labels and clocks alone. Whoever carries it out may find a file damaged, and then plans anew without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from .coverage import Extent, Span, missing, open_part, split_by_cycle
from .holding import Holding


@dataclass(frozen=True)
class Update:
    """A part of a holding's time in which granules may have come or changed since it was asked for."""

    holding: Holding
    span: Span


@dataclass(frozen=True)
class Plan:
    """What has to be done to have all granules of an extent.

    Attributes
    ----------
    read : tuple of Holding
        What is held and of use, in the order of the holdings.
    ask : tuple of Extent
        What is not held, in order of time, each of a size that CMR answers.
    update : tuple of Update
        What of the holdings that are read may be out of date.
    """

    read: tuple[Holding, ...]
    ask: tuple[Extent, ...]
    update: tuple[Update, ...]


def plan(wanted: Extent, holdings: Sequence[Holding], now: pd.Timestamp, cycle: int | None = None) -> Plan:
    """Plan how to have all granules of an extent.

    Parameters
    ----------
    wanted : Extent
    holdings : sequence of Holding
        What the store has of the product, the preferred ones first.
    now : Timestamp
        UTC without a time zone.
    cycle : int, optional
        Where set, only granules of this cycle are wanted, of which `wanted` holds the whole time: CMR is asked for all
        of the cycle or nothing, since a part of its time would be taken for the whole.
    """
    # What is held of one cycle only does not help with others.
    useful = [one for one in holdings if cycle is None or one.label.cycle in (None, cycle)]
    gaps, used = missing(wanted, [one.label.extent(wanted.span, cycle) for one in useful])
    read = tuple(useful[number] for number in used)
    spans = [(one, open_part(one.label.span, one.label.asked, now)) for one in read]
    return Plan(read, _questions(gaps, wanted, cycle), tuple(Update(one, span) for one, span in spans if span))


def _questions(gaps: list[Extent], wanted: Extent, cycle: int | None) -> tuple[Extent, ...]:
    if cycle is None:
        return tuple(Extent(span, gap.boxes) for gap in gaps for span in split_by_cycle(gap.span))
    if not gaps:
        return ()
    return (Extent(wanted.span, gaps[0].boxes if len(gaps) == 1 else wanted.boxes),)
