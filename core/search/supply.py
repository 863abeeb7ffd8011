"""Where granules come from: the store as far as it reaches, CMR for the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd

from ..common import InputError, Progress, count, run_parallel, some_of
from ..geometry import Box, subtract
from ..granules import merge_granules, touch_boxes
from .area import Area
from .cmr import CmrClient, GranuleQuery
from .coverage import Extent, Span
from .fetching import Fetched, Fetcher
from .holding import Holding, Shelf
from .paging import OTHER_CYCLE, in_order_of_time, of_cycle
from .plan import Plan, plan
from .products import check_product
from .store import GranuleStore
from .store_merging import join_neighbours
from .window import Window

#: Requests to CMR at once.
AT_ONCE = 4

OUTSIDE = "outside of the area or the time that was asked for"


@dataclass(frozen=True)
class Supply:
    """The granules of one area.

    Attributes
    ----------
    granules : GeoDataFrame
        Each granule once, in order of time.
    hits : int
        How many granules CMR found; where a part was held, how many are known to be there.
    received : int
        How many records came from CMR now.
    from_store : int
        How many granules came from the store.
    left_out : dict of str to int
        Reasons for which some of those are not in the table, with their number.
    window : Window
        What was searched: an open end reaches to the latest day that a clock tells.
    """

    granules: gpd.GeoDataFrame
    hits: int
    received: int = 0
    from_store: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    window: Window | None = None


class Supplier:
    """Brings the granules of a product, from the store or from CMR.

    Parameters
    ----------
    product : GranuleQuery
        Product, version and provider; its window and area do not count.
    client : CmrClient
    store : GranuleStore or None
        None leaves the store alone.
    refresh : bool
        Ask for everything anew.
    progress : Progress, optional
    """

    def __init__(
        self,
        product: GranuleQuery,
        client: CmrClient,
        store: GranuleStore | None,
        refresh: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.product = product
        self.client = client
        self.store = store
        self.refresh = refresh
        self.progress = progress or Progress()
        self.shelf = Shelf(product.short_name, product.version, product.provider)
        self._fetcher = Fetcher(product, client, store)

    def granules(self, area: Area, window: Window) -> Supply:
        """Return all granules of an area and a window.

        What CMR answers goes into the store as it comes, so that a search that dies keeps what it has.

        Raises
        ------
        SearchError
            If something that is not held cannot be had.
        InputError
            If nothing is found, and the server does not have the product.
        """
        window = window.until(self._now(window))
        wanted = Extent(Span(window.start, window.end), area.boxes)
        steps, held = self._planned(wanted, window.cycle)
        fetched = self._carried_out(steps, window.cycle)
        later = window.until(self.client.clock.now())
        if later.end > window.end:
            self.progress.info(later.text)
            rest = Extent(Span(window.end, later.end), area.boxes)
            fetched += self._carried_out(plan(rest, (), self.client.clock.own()), None)
            window, wanted = later, Extent(Span(window.start, later.end), area.boxes)
        received = sum(one.received for one in fetched)
        left_out: Counter[str] = Counter()
        for one in fetched:
            left_out.update(one.left_out)
        only_hits = fetched[0].hits if len(fetched) == 1 and not held else None
        # What came now goes before what was held: of two equal rows the first stays.
        fresh, stored = self._fresh(fetched, wanted, left_out), self._stored(held, wanted)
        from_store = sum(map(len, stored))
        granules, dropped = merge_granules([*fresh, *stored])
        left_out.update(dropped)
        del held, fresh, stored
        hits = len(granules) if only_hits is None else only_hits
        if only_hits is None:
            for reason, n_rows in dropped.items():
                self.progress.info(f"Counted once: {count(n_rows, 'granule', 'granules')} ({reason}).")
        if window.cycle is not None:
            granules, others = of_cycle(granules, window.cycle, self.progress)
            if others:
                self.progress.info(f"Left out: {others:,} ({OTHER_CYCLE}).")
                left_out[OTHER_CYCLE] += others
        if (steps.ask or steps.update) and hits == received == from_store == 0:
            self._check_product()
        if steps.ask and self.store is not None:
            # Not worth a word if it cannot be done: the files are whole as they are.
            with suppress(OSError):
                join_neighbours(self.store, self.shelf, self.progress)
        return Supply(in_order_of_time(granules), hits, received, from_store, dict(left_out), window)

    def _now(self, window: Window) -> pd.Timestamp:
        """Return what time it is: no earlier than that of an answer that is held."""
        clock = self.client.clock
        if window.open_end and self.store is not None:
            held = [holding.label.asked for holding in self.store.holdings(self.shelf, self.progress)]
            if held:
                clock.has_reached(max(held), "an answer in the granule store", self.progress)
        return clock.now()

    def _planned(self, wanted: Extent, cycle: int | None) -> tuple[Plan, list[tuple[Holding, gpd.GeoDataFrame]]]:
        """Return the plan and the tables that it reads; it does without files that turn out to be damaged."""
        holdings: list[Holding] = []
        if self.store is not None and not self.refresh:
            holdings = self.store.holdings(self.shelf, self.progress)
        # By this machine's clock alone: where that is behind, nothing counts as fresh.
        now = self.client.clock.own()
        tables: dict[Path, gpd.GeoDataFrame] = {}
        while True:
            steps = plan(wanted, holdings, now, cycle)
            lost = [holding for holding in steps.read if not self._is_read(holding, tables)]
            if not lost:
                return steps, [(holding, tables[holding.path]) for holding in steps.read]
            holdings = [one for one in holdings if one not in lost]

    def _is_read(self, holding: Holding, tables: dict[Path, gpd.GeoDataFrame]) -> bool:
        """Whether a holding's table is among those read, now or before."""
        self.progress.check()
        if holding.path not in tables:
            table = self.store.read(holding, self.progress) if self.store is not None else None
            if table is None:
                return False
            tables[holding.path] = table
        return True

    def _carried_out(self, steps: Plan, cycle: int | None) -> list[Fetched]:
        """Ask CMR for what is planned, some of it at once."""
        questions: list[Callable[[Progress], list[Fetched]]] = [
            *(partial(self._fetcher.ask, gap, cycle) for gap in steps.ask),
            *(partial(self._fetcher.update, update) for update in steps.update),
        ]
        if not questions:
            return []
        return [one for found in run_parallel(questions, self.progress, AT_ONCE) for one in found]

    def _check_product(self) -> None:
        """Refuse a product that the server does not have; the answer "nothing" is then not kept, since it is none."""
        try:
            check_product(self.product, self.client, self.progress)
        except InputError:
            if self.store is not None:
                with suppress(OSError):
                    self.store.forget(self.shelf, self.progress)
            raise

    def _fresh(self, fetched: list[Fetched], wanted: Extent, left_out: Counter[str]) -> list[gpd.GeoDataFrame]:
        """Return the tables of what was fetched, let go of one by one: all years of a continent take 300 MB."""
        tables = []
        n_outside = 0
        while fetched:
            one = fetched.pop(0)
            table = self._fetcher.unpacked(one)
            tables.append(of_extent(table, one.boxes, wanted))
            n_outside += len(table) - len(tables[-1])
        if n_outside:
            self.progress.info(f"Left out: {n_outside:,} ({OUTSIDE}).")
            left_out[OUTSIDE] += n_outside
        return tables

    def _stored(self, held: list[tuple[Holding, gpd.GeoDataFrame]], wanted: Extent) -> list[gpd.GeoDataFrame]:
        """Return of what is held what is wanted."""
        tables = [of_extent(table, holding.label.boxes, wanted) for holding, table in held]
        if tables:
            searches = count(len(tables), "earlier search", "earlier searches")
            n_rows, n_held = sum(map(len, tables)), sum(len(table) for _, table in held)
            self.progress.info(f"From the store: {some_of(n_rows, n_held, 'granule', 'granules')} of {searches}.")
        return tables


def of_extent(granules: gpd.GeoDataFrame, boxes: Sequence[Box], wanted: Extent) -> gpd.GeoDataFrame:
    """Return the granules that are wanted.

    Parameters
    ----------
    granules : GeoDataFrame
        In EPSG:4326. One without a time is kept.
    boxes : sequence of (west, south, east, north)
        Where they lie; where that is not within the wanted area, or not told, those outside are left out.
    wanted : Extent
    """
    if len(granules) == 0:
        return granules
    start, end = (pd.Timestamp(edge).tz_localize("UTC") for edge in (wanted.span.start, wanted.span.end))
    begins, ends = granules["start_time"], granules["end_time"].fillna(granules["start_time"])
    keep = ~((begins > end) | (ends < start)).to_numpy()
    if not boxes or subtract(boxes, wanted.boxes):
        keep &= touch_boxes(granules, wanted.boxes)
    return granules if keep.all() else granules[keep]
