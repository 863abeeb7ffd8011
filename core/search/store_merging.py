"""Small files of the granule store made into one, where they lie side by side in the same repeat cycle.

Who searches every day asks for one more day each time. Without this the store would have a file for each of them, and
each would be asked about again for half a year.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from ..common import Progress
from ..geometry import Box
from ..granules import merge_granules
from .coverage import Span, split_by_cycle
from .holding import Holding, Shelf
from .store import GranuleStore, pack


def join_neighbours(store: GranuleStore, shelf: Shelf, progress: Progress) -> int:
    """Join the files of a product whose areas are the same and whose times follow each other within a repeat cycle.

    The joined file is as old as the oldest of its parts. It is there before they are removed, so that nothing is lost
    whenever the process ends.

    Parameters
    ----------
    store : GranuleStore
    shelf : Shelf
    progress : Progress

    Returns
    -------
    int
        How many files were joined.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    by_area: dict[tuple[Box, ...], list[Holding]] = defaultdict(list)
    for holding in store.holdings(shelf, progress):
        if holding.label.cycle is None:
            by_area[holding.label.boxes].append(holding)
    n_joined = 0
    for holdings in by_area.values():
        runs: list[list[Holding]] = []
        for holding in sorted(holdings, key=lambda one: one.label.span.start):
            if runs and _belongs(runs[-1], holding):
                runs[-1].append(holding)
            else:
                runs.append([holding])
        n_joined += sum(_join(store, shelf, run, progress) for run in runs if len(run) > 1)
    return n_joined


def _belongs(run: list[Holding], following: Holding) -> bool:
    start, end = run[0].label.span.start, following.label.span.end
    touches = following.label.span.start <= max(one.label.span.end for one in run) <= end
    return touches and len(split_by_cycle(Span(start, end))) == 1


def _join(store: GranuleStore, shelf: Shelf, run: list[Holding], progress: Progress) -> int:
    progress.check()
    tables = [store.read(holding, progress) for holding in run]
    whole = [table for table in tables if table is not None]
    if len(whole) < len(run):
        return 0
    # The freshest first: of two equal rows the first stays.
    order = sorted(range(len(run)), key=lambda number: run[number].label.asked, reverse=True)
    granules, _ = merge_granules([whole[number] for number in order])
    label = replace(
        run[0].label,
        span=Span(run[0].label.span.start, run[-1].label.span.end),
        asked=min(holding.label.asked for holding in run),
        hits=len(granules),
    )
    joined = store.add(shelf, pack(granules, label), label, progress)
    for holding in run:
        if holding.path != joined.path:
            store.remove(holding)
    return len(run)
