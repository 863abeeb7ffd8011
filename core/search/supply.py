"""Where granules come from: the store as far as it reaches, CMR for the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd

from ..common import InputError, Progress, SearchError, another_cache_dir, count, reason_of, run_parallel
from ..geometry import Box, subtract
from ..granules import merge_granules, touch_boxes
from ..icesat2 import cycle_patterns
from .area import Area
from .cmr import CmrClient, GranuleQuery
from .coverage import Extent, Span, missing, open_part, split_by_cycle
from .paging import OTHER_CYCLE, in_order_of_time, of_cycle, search_in_parts
from .products import check_product
from .store import GranuleStore, Holding, Label, Shelf, pack, unpack
from .store_merging import join_neighbours
from .window import Window

#: Requests to CMR at once.
AT_ONCE = 4

#: Granules a page: a quarter of what CMR would send, since four pages are in memory at a time.
PAGE_SIZE = 500

OUTSIDE = "outside of the area or the time that was asked for"

# Clocks and indexes lag a little: what changed shortly before the last answer is asked for again.
_OVERLAP = pd.Timedelta(hours=1)


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
        self.product = replace(product, page_size=min(product.page_size, PAGE_SIZE))
        self.client = client
        self.store = store
        self.refresh = refresh
        self.progress = progress or Progress()
        self.shelf = Shelf(product.short_name, product.version, product.provider)

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
        known, gaps = self._known(wanted, window.cycle)
        steps: list[Callable[[Progress], list[_Packed]]] = [partial(self._ask, gap, window.cycle) for gap in gaps]
        # By this machine's clock alone: where that is behind, nothing counts as fresh.
        now = self.client.clock.own()
        for holding, _ in known:
            span = open_part(holding.label.span, holding.label.asked, now)
            if span is not None:
                steps.append(partial(self._update, holding, span))
        answers = self._answers(steps)
        later = window.until(self.client.clock.now())
        if later.end > window.end:
            self.progress.info(later.text)
            rest = split_by_cycle(Span(window.end, later.end))
            answers += self._answers([partial(self._ask, Extent(span, area.boxes), None) for span in rest])
            window, wanted = later, Extent(Span(window.start, later.end), area.boxes)
        received = sum(answer.received for answer in answers)
        left_out: Counter[str] = Counter()
        for answer in answers:
            left_out.update(answer.left_out)
        only_hits = answers[0].hits if len(answers) == 1 and not known else None
        # What came now goes before what was held: of two equal rows the first stays.
        fresh, stored = self._fresh(answers, wanted, left_out), self._stored(known, wanted)
        from_store = sum(map(len, stored))
        granules, dropped = merge_granules([*fresh, *stored])
        left_out.update(dropped)
        del known, fresh, stored
        hits = len(granules) if only_hits is None else only_hits
        if only_hits is None:
            for reason, n_rows in dropped.items():
                self.progress.info(f"Counted once: {n_rows:,} granules ({reason}).")
        if window.cycle is not None:
            granules, others = of_cycle(granules, window.cycle, self.progress)
            if others:
                self.progress.info(f"Left out: {others:,} ({OTHER_CYCLE}).")
                left_out[OTHER_CYCLE] += others
        if steps and hits == received == from_store == 0:
            self._check_product()
        if gaps and self.store is not None:
            # Not worth a word if it cannot be done: the files are whole as they are.
            with suppress(OSError):
                join_neighbours(self.store, self.shelf, self.progress)
        return Supply(in_order_of_time(granules), hits, received, from_store, dict(left_out), window)

    def _answers(self, steps: list[Callable[[Progress], list[_Packed]]]) -> list[_Packed]:
        return [part for parts in run_parallel(steps, self.progress, AT_ONCE) for part in parts] if steps else []

    def _now(self, window: Window) -> pd.Timestamp:
        """Return the moment: no earlier than that of an answer that is held."""
        clock = self.client.clock
        if window.open_end and self.store is not None:
            held = [holding.label.asked for holding in self.store.holdings(self.shelf, self.progress)]
            if held:
                clock.has_reached(max(held), "an answer in the granule store", self.progress)
        return clock.now()

    def _check_product(self) -> None:
        """Refuse a product that the server does not have; the answer "nothing" is then not kept, since it is none."""
        try:
            check_product(self.product, self.client, self.progress)
        except InputError:
            if self.store is not None:
                with suppress(OSError):
                    self.store.forget(self.shelf, self.progress)
            raise

    def _fresh(self, answers: list[_Packed], wanted: Extent, left_out: Counter[str]) -> list[gpd.GeoDataFrame]:
        """Return the tables of answers, which are let go of one by one: all years of a continent take 300 MB."""
        tables = []
        n_outside = 0
        while answers:
            answer = answers.pop(0)
            # In the thread that has packed it, whose memory is free again.
            table = self.client.reader.submit(unpack, answer.content).result()
            tables.append(of_extent(table, answer.boxes, wanted))
            n_outside += len(table) - len(tables[-1])
        if n_outside:
            self.progress.info(f"Left out: {n_outside:,} ({OUTSIDE}).")
            left_out[OUTSIDE] += n_outside
        return tables

    def _stored(self, known: list[tuple[Holding, gpd.GeoDataFrame]], wanted: Extent) -> list[gpd.GeoDataFrame]:
        """Return of what is held what is wanted."""
        tables = [of_extent(table, holding.label.boxes, wanted) for holding, table in known]
        if tables:
            searches = count(len(tables), "earlier search", "earlier searches")
            n_rows, n_held = sum(map(len, tables)), sum(len(table) for _, table in known)
            self.progress.info(f"From the store: {n_rows:,} of the {n_held:,} granules of {searches}.")
        return tables

    def _known(self, wanted: Extent, cycle: int | None) -> tuple[list[tuple[Holding, gpd.GeoDataFrame]], list[Extent]]:
        """Return what is held, with its tables, and what has to be asked for."""
        holdings: list[Holding] = []
        if self.store is not None and not self.refresh:
            holdings = self.store.holdings(self.shelf, self.progress)
        # What is held of one cycle only does not help with others.
        holdings = [one for one in holdings if cycle is None or one.label.cycle in (None, cycle)]
        tables: dict[Path, gpd.GeoDataFrame] = {}
        while True:
            gaps, used = missing(wanted, [one.label.extent(wanted.span, cycle) for one in holdings])
            needed = [holdings[number] for number in used]
            lost = []
            for holding in needed:
                self.progress.check()
                if holding.path not in tables:
                    table = self.store.read(holding, self.progress) if self.store is not None else None
                    if table is None:
                        lost.append(holding)
                    else:
                        tables[holding.path] = table
            if not lost:
                break
            holdings = [one for one in holdings if one not in lost]
        if cycle is None:
            gaps = [Extent(span, gap.boxes) for gap in gaps for span in split_by_cycle(gap.span)]
        elif gaps:
            gaps = [Extent(wanted.span, gaps[0].boxes if len(gaps) == 1 else wanted.boxes)]
        return [(holding, tables[holding.path]) for holding in needed], gaps

    def _ask(self, gap: Extent, cycle: int | None, progress: Progress) -> list[_Packed]:
        query = replace(self.product, start=gap.span.start, end=gap.span.end, boxes=gap.boxes)
        patterns = () if cycle is None else cycle_patterns(query.short_name, cycle)
        if patterns:
            found = self._parts(replace(query, name_patterns=patterns), gap, cycle, progress)
            if any(part.hits for part in found):
                return found
            # A product whose names are made in another way has no cycle in them: time alone must do.
        return self._parts(query, gap, None, progress)

    def _parts(self, query: GranuleQuery, gap: Extent, cycle: int | None, progress: Progress) -> list[_Packed]:
        """Ask, and keep each part as it comes, since the next one may fail."""
        found = []
        for answer in search_in_parts(query, self.client, progress):
            start, end = (moment.tz_localize(None) for moment in answer.query.window() if moment is not None)
            # Of a cycle a part of its time alone would be taken for the whole.
            whole = cycle is None or Span(start, end) == gap.span
            label = Label(gap.boxes, Span(start, end), answer.asked, answer.hits, cycle)
            content = self.client.reader.submit(pack, answer.granules, label).result()
            packed = _Packed(content, answer.hits, gap.boxes, answer.received, answer.counts)
            if whole and not (cycle is not None and answer.hits == 0):
                self._keep(packed.content, label, progress)
            found.append(packed)
        return found

    def _update(self, holding: Holding, span: Span, progress: Progress) -> list[_Packed]:
        label = holding.label
        query = replace(
            self.product, start=span.start, end=span.end, boxes=label.boxes, updated_since=label.asked - _OVERLAP
        )
        try:
            answers = list(search_in_parts(query, self.client, progress))
        except SearchError as error:
            progress.warn(
                f"What is held of {span.start:%Y-%m-%d} to {span.end:%Y-%m-%d} is as of {label.asked:%Y-%m-%d %H:%M} "
                f"UTC, and could not be brought up to date: {error}"
            )
            return []
        fresh, dropped = merge_granules([answer.granules for answer in answers])
        left_out = Counter(dropped)
        for answer in answers:
            left_out.update(answer.counts)
        asked, hits = min(answer.asked for answer in answers), sum(answer.hits for answer in answers)
        whole = self.store.read(holding, progress) if self.store is not None else None
        if whole is not None:
            merged, _ = merge_granules([fresh, whole])
            new = replace(label, asked=asked, hits=len(merged))
            self._keep(pack(merged, new), new, progress)
        content, received = pack(fresh, replace(label, asked=asked, hits=hits)), sum(one.received for one in answers)
        return [_Packed(content, hits, label.boxes, received, left_out)]

    def _keep(self, content: bytes, label: Label, progress: Progress) -> None:
        if self.store is None:
            return
        try:
            self.store.add(self.shelf, content, label, progress)
        except OSError as error:
            fault = reason_of(error, another_cache_dir())
            progress.warn(
                f"The granule store in {self.store.folder} cannot be written ({fault.what}); {fault.advice}. The "
                "search goes on without it."
            )


@dataclass(frozen=True)
class _Packed:
    """An answer that waits for the others, packed since all years of a continent take 300 MB otherwise."""

    content: bytes
    hits: int
    boxes: tuple[Box, ...]
    received: int
    left_out: Mapping[str, int]


def of_extent(granules: gpd.GeoDataFrame, boxes: Sequence[Box], wanted: Extent) -> gpd.GeoDataFrame:
    """Return the granules that are wanted.

    Parameters
    ----------
    granules : GeoDataFrame
        In EPSG:4326. One without a time is kept.
    boxes : sequence of (west, south, east, north)
        Where they lie; where that is not within the wanted area, those outside are left out.
    wanted : Extent
    """
    if len(granules) == 0:
        return granules
    start, end = (pd.Timestamp(moment).tz_localize("UTC") for moment in (wanted.span.start, wanted.span.end))
    begins, ends = granules["start_time"], granules["end_time"].fillna(granules["start_time"])
    keep = ~((begins > end) | (ends < start)).to_numpy()
    if subtract(boxes, wanted.boxes):
        keep &= touch_boxes(granules, wanted.boxes)
    return granules if keep.all() else granules[keep]
