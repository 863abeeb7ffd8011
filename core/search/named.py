"""Granules by their names: from the store where one of its files has them, from CMR for the rest; no area, no time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import geopandas as gpd
import pandas as pd
import requests

from ..common import Clock, InputError, Progress, SearchError, TooMuchError, count, listed, run_parallel, some_of
from ..granules import granules_from_umm, merge_granules
from ..icesat2 import granule_stems
from .cmr import CmrClient, GranuleQuery
from .coverage import Span
from .holding import Holding, Label, Shelf
from .options import Product
from .paging import GranuleSearch, in_order_of_time, search_granules
from .products import check_product
from .store import GranuleStore, pack
from .store_place import store_of

#: Names in one request: 7 KB of parameters, and a tenth of the conditions that CMR's index takes in one search.
BATCH = 100
#: Requests to CMR at once.
AT_ONCE = 4

NOT_NAMED = "a granule that was not named"

# A search by time has granules that begin before it or end after it; none is longer than some orbits.
_MARGIN = pd.Timedelta(days=1)


@dataclass(frozen=True)
class NamedSupply:
    """The granules of names.

    Attributes
    ----------
    granules : GeoDataFrame
        Each granule once, in its newest revision, in order of time.
    missing : tuple of str
        The names that were not found, as they were given.
    hits : int
        How many granules CMR found; where some were held, how many are known to be there.
    received, from_store : int
        How many records came from CMR now, and how many rows from the store.
    left_out : dict of str to int
        Reasons for which some of those are not in the table, with their number.
    """

    granules: gpd.GeoDataFrame
    missing: tuple[str, ...] = ()
    hits: int = 0
    received: int = 0
    from_store: int = 0
    left_out: dict[str, int] = field(default_factory=dict)


def named_granules(
    names: pd.DataFrame,
    product: Product | None = None,
    progress: Progress | None = None,
    session: requests.Session | None = None,
    clock: Clock | None = None,
    need_all: bool = True,
) -> NamedSupply:
    """Find granules by their names, whose product and release are in them.

    Parameters
    ----------
    names : DataFrame
        From :func:`~xopr_crossovers.core.search.read_granule_ids`.
    product : Product, optional
        Only its provider, address and store count.
    progress : Progress, optional
        Is told all counts, and warned of each name that is not found or of which there is another revision.
    session : requests.Session, optional
        Brings proxy and certificate settings along.
    clock : Clock, optional
        This machine's if not given.
    need_all : bool
        Whether the search fails where CMR cannot be asked; else what it would be asked for is missing, with a warning.

    Returns
    -------
    NamedSupply

    Raises
    ------
    SearchError
        If CMR cannot be reached, refuses, or delivers less than it promised.
    InputError
        If nothing is found, and the server does not have the product or the version.
    """
    progress, product = progress or Progress(), product or Product()
    store = store_of(product)
    more = {} if need_all else {"retries": 1}
    client = CmrClient(product.cmr_url, session, progress=progress, clock=clock, **more)
    groups = [group for _, group in names.groupby(["short_name", "release"], sort=False)]
    tables, counts, totals, refusals = [], Counter[str](), Counter[str](), []
    for number, group in enumerate(groups):
        part = progress.part(number / len(groups), (number + 1) / len(groups))
        query = GranuleQuery(group["short_name"].iloc[0], group["release"].iloc[0], product.provider)
        search = _Search(query, client, store, product.store == "refresh", need_all, part)
        tables.append(search.granules(group))
        counts.update(search.left_out)
        totals.update(hits=search.hits, received=search.received, from_store=search.from_store)
        refusals += search.refusals
    if refusals and not any(map(len, tables)):
        raise refusals[0]
    for refusal in refusals:
        progress.warn(str(refusal))
    found = [table for table in tables if len(table)] or tables[:1]
    granules = in_order_of_time(pd.concat(found, ignore_index=True) if len(found) > 1 else found[0])
    missing = tell_found(names, granules, progress)
    hits = len(granules) if totals["from_store"] else totals["hits"]
    return NamedSupply(granules, missing, hits, totals["received"], totals["from_store"], dict(counts))


class _Search:
    """Finds granules of one product and release."""

    def __init__(
        self,
        query: GranuleQuery,
        client: CmrClient,
        store: GranuleStore | None,
        refresh: bool,
        need_all: bool,
        progress: Progress,
    ) -> None:
        self._query = query
        self._client = client
        self._store = store
        self._refresh = refresh
        self._need_all = need_all
        self._progress = progress
        product = query.short_name, query.version, query.provider
        self._shelf, self._by_name = Shelf(*product), Shelf(*product, by_name=True)
        self.left_out: Counter[str] = Counter()
        self.hits = self.received = self.from_store = 0
        self.refusals: list[InputError] = []

    def granules(self, names: pd.DataFrame) -> gpd.GeoDataFrame:
        """Return the granules that are found."""
        held, wanted = self._held(names)
        self.from_store = sum(map(len, held))
        if held:
            self._progress.info(f"From the store: {count(self.from_store, 'granule', 'granules')} of those named.")
        searches = self._asked(wanted) if len(wanted) else []
        found, dropped = merge_granules([search.granules for search in searches] or [granules_from_umm([])[0]])
        self.left_out.update(dropped)
        fresh = of_names(found, names)
        if len(fresh) < len(found):
            self._progress.info(f"Left out: {len(found) - len(fresh):,} ({NOT_NAMED}).")
            self.left_out[NOT_NAMED] += len(found) - len(fresh)
        if len(fresh):
            self._keep(fresh, min(search.asked for search in searches))
        granules, dropped = merge_granules([fresh, *held])
        self.left_out.update(dropped)
        if searches and self.received == self.from_store == 0:
            try:
                check_product(self._query, self._client, self._progress, by_name=True)
            except InputError as error:
                self.refusals.append(error)
        return granules

    def _held(self, names: pd.DataFrame) -> tuple[list[gpd.GeoDataFrame], pd.DataFrame]:
        """Return what the store has, and the names of which it has nothing, or only an older revision."""
        tables: list[gpd.GeoDataFrame] = []
        wanted = names
        if self._store is None or self._refresh:
            return tables, wanted
        for shelf in (self._by_name, self._shelf):
            for holding in self._store.holdings(shelf, self._progress):
                self._progress.check()
                if not _may_hold(holding, wanted):
                    continue
                table = self._store.read(holding, self._progress)
                some = None if table is None else of_names(table, wanted)
                if some is not None and len(some):
                    tables.append(some)
                    wanted = _unanswered(wanted, some)
        return tables, wanted

    def _asked(self, names: pd.DataFrame) -> list[GranuleSearch]:
        """Ask CMR for names, some at a time: whatever their revision, with and without the file's ending."""
        patterns = [f"{stem}_*" for stem in names["stem"]]
        batches = [patterns[start : start + BATCH] for start in range(0, len(patterns), BATCH)]
        self._progress.info(
            f"CMR is asked for {count(len(patterns), 'granule', 'granules')} of {self._query.short_name} "
            f"{self._query.version} by name."
        )
        questions: list[Callable[[Progress], list[GranuleSearch]]] = [partial(self._batch, batch) for batch in batches]
        try:
            searches = [one for found in run_parallel(questions, self._progress, AT_ONCE) for one in found]
        except SearchError as error:
            if self._need_all:
                raise
            self._progress.warn(f"{count(len(names), 'granule', 'granules')} could not be asked for: {error}")
            return []
        for search in searches:
            self.left_out.update(search.counts)
            self.hits += search.hits
            self.received += search.received
        return searches

    def _batch(self, patterns: list[str], progress: Progress) -> list[GranuleSearch]:
        query = GranuleQuery(self._query.short_name, self._query.version, self._query.provider, name_patterns=patterns)
        try:
            return [search_granules(query, self._client, progress)]
        except TooMuchError as error:
            if len(patterns) == 1:
                raise SearchError(str(error)) from error
            half = len(patterns) // 2
            return self._batch(patterns[:half], progress) + self._batch(patterns[half:], progress)

    def _keep(self, fresh: gpd.GeoDataFrame, asked: pd.Timestamp) -> None:
        """Put what came beside what was asked for by name before, in one file."""
        if self._store is None:
            return
        with suppress(OSError):
            before = self._store.holdings(self._by_name, self._progress)
            tables = [table for one in before if (table := self._store.read(one, self._progress)) is not None]
            together, _ = merge_granules([fresh, *tables])
            times = together[["start_time", "end_time"]].stack().dt.tz_localize(None)
            spans = [one.label.span for one in before]
            span = Span(
                min([times.min(), *(one.start for one in spans)]), max([times.max(), *(one.end for one in spans)])
            )
            label = Label((), span, max([asked, *(one.label.asked for one in before)]), len(together))
            self._store.add(self._by_name, pack(together, label), label, self._progress)


def _may_hold(holding: Holding, names: pd.DataFrame) -> bool:
    start, end = (edge.tz_localize("UTC") for edge in (holding.label.span.start, holding.label.span.end))
    return bool(names["start_time"].between(start - _MARGIN, end + _MARGIN).any())


def of_names(granules: gpd.GeoDataFrame, names: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the granules that have one of the names, whatever their revision.

    Parameters
    ----------
    granules : GeoDataFrame
    names : DataFrame
        From :func:`~xopr_crossovers.core.search.read_granule_ids`.
    """
    if len(granules) == 0:
        return granules
    return granules[granule_stems(granules["granule_id"]).isin(names["stem"]).to_numpy(dtype=bool)]


def _unanswered(names: pd.DataFrame, granules: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the names of which granules have no revision that is as new."""
    newest = granules["revision"].groupby(granule_stems(granules["granule_id"])).max()
    return names[~(names["stem"].map(newest) >= names["revision"]).fillna(False).to_numpy(dtype=bool)]


def tell_found(names: pd.DataFrame, granules: gpd.GeoDataFrame, progress: Progress) -> tuple[str, ...]:
    """Warn of names that are not found, and of those that are there in another revision; return the former.

    Parameters
    ----------
    names : DataFrame
        From :func:`~xopr_crossovers.core.search.read_granule_ids`.
    granules : GeoDataFrame
        What was found.
    progress : Progress
    """
    found = pd.Series(granules["granule_id"].to_numpy(), index=granule_stems(granules["granule_id"]), dtype=object)
    there = names["stem"].map(found)
    missing = names.loc[there.isna(), "text"].tolist()
    if missing:
        progress.warn(
            f"{count(len(missing), 'granule is', 'granules are')} not found, of {len(names):,} that were named: "
            f"{listed(missing)}."
        )
    revision = names["stem"].map(pd.Series(granules["revision"].to_numpy(), index=found.index))
    other = (revision != names["revision"]).fillna(False).to_numpy(dtype=bool)
    for asked, taken in zip(names.loc[other, "text"], there[other]):
        progress.warn(f"Of {asked} another revision is the newest that is there: {taken}, which is taken.")
    progress.info(f"Found {some_of(len(granules), len(names), 'granule', 'granules')} by name.")
    return tuple(missing)
