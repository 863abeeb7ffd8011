"""Complete granule searches: a query's pages, made into one table, with every count in the log.

A search that is too much for CMR is asked for in halves of its time, and those in halves again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from ..common import Progress, SearchError, TooMuchError, count
from ..granules import LINK_COLUMNS, granules_from_umm, merge_granules
from ..web import host_of
from .cmr import CmrClient, GranuleQuery
from .product_check import OTHER_PRODUCT, is_of_product, kinds_of

OTHER_CYCLE = "a granule of another cycle"


@dataclass(frozen=True)
class GranuleSearch:
    """What a search found.

    Attributes
    ----------
    granules : GeoDataFrame
        Each granule once, by start time and name; see :func:`~.granules.granules_from_umm`.
    hits, received : int
        How many granules the server found, and how many records came: the same number.
    counts : dict of str to int
        Reasons for which records are not in the table, with their number; ``received`` less all of these are in it.
    query : GranuleQuery
    asked : Timestamp
        When, by the server's clock; UTC.
    """

    granules: gpd.GeoDataFrame
    hits: int
    received: int
    counts: dict[str, int]
    query: GranuleQuery
    asked: pd.Timestamp


def search_in_parts(
    query: GranuleQuery, client: CmrClient, progress: Progress | None = None
) -> Iterator[GranuleSearch]:
    """Search CMR to the end, and split the window where CMR does not manage it as a whole.

    Parameters
    ----------
    query : GranuleQuery
    client : CmrClient
    progress : Progress, optional

    Yields
    ------
    GranuleSearch
        One for each part of the window, in order of time; what lies on both sides of a cut is in both. A search that
        need not be split is one part.

    Raises
    ------
    SearchError
        See :func:`search_granules`; also if not even a part of one day can be had.
    """
    progress = progress or Progress()
    waiting = [(query, 0.0, 1.0)]
    while waiting:
        part, begin, finish = waiting.pop()
        try:
            yield search_granules(part, client, progress.part(begin, finish))
        except TooMuchError as error:
            halves = part.halves()
            if halves is None:
                raise SearchError(str(error)) from error
            what, middle = str(error).partition(": ")[0], (begin + finish) / 2
            cut, _ = halves[1].window()
            progress.warn(f"{what}. The window is split at {cut:%Y-%m-%d %H:%M} UTC, and both parts are asked for.")
            waiting += [(halves[1], middle, finish), (halves[0], begin, middle)]


def search_granules(
    query: GranuleQuery, client: CmrClient, progress: Progress | None = None, cycle: int | None = None
) -> GranuleSearch:
    """Search CMR to the end and return the granules found.

    Parameters
    ----------
    query : GranuleQuery
    client : CmrClient
    progress : Progress, optional
        Is told all counts, and the part that has come.
    cycle : int, optional
        Keep only granules of this cycle. One whose name does not tell its cycle is kept.

    Raises
    ------
    TooMuchError
        If CMR may answer when it is asked for a shorter window.
    SearchError
        If CMR cannot be reached or refuses, if fewer granules came than it found, or if all that came are of another
        product or version than was asked for.
    CancelledError
        If the user asked to stop.
    """
    progress = progress or Progress()
    pages = client.pages(query, progress)
    tables = []
    counts: Counter[str] = Counter()
    for items in pages:
        table, skipped = client.reader.submit(granules_from_umm, items, progress).result()
        tables.append(table)
        counts.update(skipped)
        progress.fraction(pages.received / pages.hits if pages.hits else 1.0)
    tables = _of_product(tables, query, client, counts, progress)
    granules, dropped = merge_granules(tables)
    counts.update(dropped)
    if cycle is not None:
        granules, n_others = of_cycle(granules, cycle, progress)
        counts.update({OTHER_CYCLE: n_others} if n_others else {})
    granules = in_order_of_time(granules)
    progress.fraction(1.0)
    hits = pages.hits or 0
    _log(granules, hits, pages.received, counts, progress)
    if pages.repeated:
        twice = count(pages.repeated, "granule", "granules")
        progress.info(f"{twice} came twice from CMR: counted once.")
    return GranuleSearch(granules, hits, pages.received, dict(counts), query, pages.asked or client.clock.own())


def _of_product(
    tables: list[gpd.GeoDataFrame],
    query: GranuleQuery,
    client: CmrClient,
    counts: Counter[str],
    progress: Progress,
) -> list[gpd.GeoDataFrame]:
    """Return of the tables what is of the product and version that were asked for, and count the rest."""
    masks = [is_of_product(table, query.short_name, query.version) for table in tables]
    n_others = sum(int((~mask).sum()) for mask in masks)
    if not n_others:
        return tables
    others = pd.concat([table[~mask] for table, mask in zip(tables, masks) if not mask.all()], ignore_index=True)
    asked = " version ".join(filter(None, (query.short_name, query.version)))
    if n_others == sum(map(len, tables)):
        came = count(n_others, "granule", "granules")
        raise SearchError(
            f"{host_of(client.url)} was asked for {asked}, but what came ({came}) is of "
            f"{kinds_of(others)}: check the version and the address of the CMR."
        )
    those = count(n_others, "of the granules that came is", "of the granules that came are")
    progress.warn(f"Asked for {asked}, but {those} of {kinds_of(others)}.")
    counts[OTHER_PRODUCT] += n_others
    return [table[mask].reset_index(drop=True) for table, mask in zip(tables, masks)]


def in_order_of_time(granules: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return granules sorted by start time and name, with a plain row index."""
    order = (
        granules[["start_time", "granule_id"]]
        .reset_index(drop=True)
        .sort_values(["start_time", "granule_id"], kind="stable")
    )
    if order.index.is_monotonic_increasing:
        return granules.reset_index(drop=True)
    return granules.iloc[order.index].reset_index(drop=True)


def of_cycle(granules: gpd.GeoDataFrame, cycle: int, progress: Progress) -> tuple[gpd.GeoDataFrame, int]:
    """Return the granules of a cycle, and those that do not tell theirs; and how many others were left out."""
    without_cycle = granules["cycle"].isna()
    if without_cycle.any():
        untold = count(int(without_cycle.sum()), "granule does", "granules do")
        progress.warn(f"{untold} not tell the cycle by name; kept all the same.")
    keep = (granules["cycle"] == cycle).fillna(True).astype(bool)
    return granules[keep], int((~keep).sum())


def _log(granules: gpd.GeoDataFrame, hits: int, received: int, counts: dict[str, int], progress: Progress) -> None:
    kept = f"{len(granules):,} {'is' if len(granules) == 1 else 'are'} kept"
    progress.info(f"CMR found {count(hits, 'granule', 'granules')}; {received:,} came, {kept}.")
    for reason, number in counts.items():
        progress.info(f"Left out: {number:,} ({reason}).")
    n_without_link = int(granules[LINK_COLUMNS].isna().all(axis=1).sum())
    if n_without_link:
        without = count(n_without_link, "granule has", "granules have")
        progress.warn(f"{without} no link to a file; kept all the same.")
