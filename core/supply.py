"""Where granules come from: the store as far as it reaches, CMR for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import geopandas as gpd
import pandas as pd

from .area import Area
from .cmr import CmrClient, GranuleQuery
from .coverage import Box, Span, missing, open_part, split_by_cycle
from .errors import SearchError
from .footprints import touch_box
from .granules import merge_granules
from .parallel import run_parallel
from .progress import Progress
from .search import GranuleSearch, in_order_of_time, of_cycle, search_granules
from .store import GranuleStore, Holding, Shelf
from .window import Window

#: What to do with the store: use it, ask for everything anew and keep that, or leave it alone.
STORE_MODES = ("use", "refresh", "ignore")

#: Requests to CMR at once.
AT_ONCE = 4

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
    """

    granules: gpd.GeoDataFrame
    hits: int


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

    def granules(self, area: Area, window: Window) -> Supply:
        """Return all granules of an area and a window.

        What CMR answers goes into the store as it comes, so that a search that dies keeps what it has.

        Raises
        ------
        SearchError
            If something that is not held cannot be had.
        """
        wanted = Span(window.start, window.end)
        held = self._held(area, wanted, window.cycle)
        tables = self._read(held, area, wanted)
        known = [holding for holding, _ in tables]
        gaps = [piece for gap in self._gaps(wanted, window.cycle, known) for piece in split_by_cycle(gap)]
        if window.cycle is not None and gaps:
            gaps = [wanted]
        if known:
            rows = sum(len(table) for _, table in tables)
            self.progress.info(f"From the store: {rows:,} granules of {_count(len(known), 'earlier search')}.")
        steps: list[Callable[[Progress], GranuleSearch | None]] = [
            partial(self._ask, gap, area, window.cycle) for gap in gaps
        ]
        now = pd.Timestamp.now(tz="UTC").tz_localize(None)
        for holding in known:
            span = open_part(holding.span, holding.asked, now)
            if span is not None:
                steps.append(partial(self._update, holding, span, area))
        answers = run_parallel(steps, self.progress, AT_ONCE) if steps else []
        fresh = [answer.granules for answer in answers if answer is not None]
        # What came now goes before what was held: of two equal rows the first stays.
        granules, dropped = merge_granules([*fresh, *(table for _, table in tables)])
        granules = _within(granules, wanted)
        for reason, count in dropped.items():
            if known or len(fresh) > 1:
                self.progress.info(f"Counted once: {count:,} granules ({reason}).")
        hits = len(granules)
        if not known and len(answers) == 1 and answers[0] is not None:
            hits = answers[0].hits
        if window.cycle is not None:
            granules, others = of_cycle(granules, window.cycle, self.progress)
            if others:
                self.progress.info(f"Left out: {others:,} (a granule of another cycle).")
        return Supply(in_order_of_time(granules), hits)

    def _held(self, area: Area, wanted: Span, cycle: int | None) -> list[Holding]:
        if self.store is None or self.refresh:
            return []
        return [
            holding
            for holding in self.store.holdings(self.shelf, self.progress, area.box)
            if holding.span.start <= wanted.end
            and holding.span.end >= wanted.start
            and (cycle is None or holding.cycle in (None, cycle))
        ]

    def _read(self, holdings: Sequence[Holding], area: Area, wanted: Span) -> list[tuple[Holding, gpd.GeoDataFrame]]:
        """Return what can be read of the holdings, as far as it belongs to the area and the time."""
        found = []
        for holding in holdings:
            self.progress.check()
            table = self.store.read(holding, self.progress) if self.store is not None else None
            if table is not None:
                found.append((holding, _in_area(_within(table, wanted), holding, area)))
        return found

    @staticmethod
    def _gaps(wanted: Span, cycle: int | None, known: Sequence[Holding]) -> list[Span]:
        if cycle is not None and any(holding.cycle == cycle for holding in known):
            return []
        return missing(wanted, [holding.whole_span for holding in known])

    def _ask(self, span: Span, area: Area, cycle: int | None, progress: Progress) -> GranuleSearch:
        query = replace(self.product, start=span.start, end=span.end, box=area.box)
        answer = None
        if cycle is not None:
            pattern = f"{query.short_name}_??????????????_????{cycle:02d}??_*"
            answer = search_granules(replace(query, name_patterns=(pattern,)), self.client, progress)
            if answer.hits == 0:
                # A product whose names are made in another way has no cycle in them: time alone must do.
                answer, cycle = None, None
        answer = answer or search_granules(query, self.client, progress)
        self._keep(answer.granules, (area.box,), span, answer, cycle, progress)
        return answer

    def _update(self, holding: Holding, span: Span, area: Area, progress: Progress) -> GranuleSearch | None:
        query = replace(
            self.product,
            start=span.start,
            end=span.end,
            box=holding.boxes[0],
            updated_since=holding.asked - _OVERLAP,
        )
        try:
            answer = search_granules(query, self.client, progress)
        except SearchError as error:
            progress.warn(
                f"What is held of {span.start:%Y-%m-%d} to {span.end:%Y-%m-%d} is as of {holding.asked:%Y-%m-%d %H:%M} "
                f"UTC, and could not be brought up to date: {error}"
            )
            return None
        whole = self.store.read(holding, progress) if self.store is not None else None
        if whole is not None:
            merged, _ = merge_granules([answer.granules, whole])
            self._keep(merged, holding.boxes, holding.span, answer, holding.cycle, progress)
        return replace(answer, granules=_in_area(answer.granules, holding, area))

    def _keep(
        self,
        granules: gpd.GeoDataFrame,
        boxes: Sequence[Box],
        span: Span,
        answer: GranuleSearch,
        cycle: int | None,
        progress: Progress,
    ) -> None:
        if self.store is None:
            return
        try:
            self.store.add(self.shelf, granules, boxes, span, answer.asked, answer.hits, progress, cycle)
        except OSError as error:
            progress.warn(
                f"The granule store in {self.store.folder} cannot be written ({error.strerror or error}); free space, "
                "or set XOPR_CACHE_DIR to another folder. The search goes on without it."
            )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}es"


def _within(granules: gpd.GeoDataFrame, span: Span) -> gpd.GeoDataFrame:
    """Return the granules whose time overlaps a span; one without a time is kept."""
    start, end = (pd.Timestamp(moment).tz_localize("UTC") for moment in (span.start, span.end))
    begins, ends = granules["start_time"], granules["end_time"].fillna(granules["start_time"])
    return granules[~(begins > end) & ~(ends < start)]


def _in_area(granules: gpd.GeoDataFrame, holding: Holding, area: Area) -> gpd.GeoDataFrame:
    """Return the granules that touch the area, of a holding that may have been asked for a larger one."""
    if area.box in holding.boxes or len(granules) == 0:
        return granules
    return granules[touch_box(granules, area.box)]
