"""What CMR is asked for, one request or two at a time; what it answers is kept in the store as it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from ..common import Progress, SearchError, another_cache_dir, reason_of
from ..geometry import Box
from ..granules import merge_granules
from ..icesat2 import cycle_patterns
from .cmr import CmrClient, GranuleQuery
from .coverage import Extent, Span
from .holding import Label, Shelf
from .paging import search_in_parts
from .plan import Update
from .product_check import OTHER_PRODUCT
from .store import GranuleStore, pack, unpack

#: Granules a page: a quarter of what CMR would send, since four pages are in memory at a time.
PAGE_SIZE = 500

# Clocks and indexes lag a little: what changed shortly before the last answer is asked for again.
_OVERLAP = pd.Timedelta(hours=1)


@dataclass(frozen=True)
class Fetched:
    """What a search found, packed while it waits for others, since all years of a continent take 300 MB otherwise.

    Attributes
    ----------
    content : bytes
        See :meth:`Fetcher.unpacked`.
    hits, received : int
        How many granules CMR found, and how many records came.
    boxes : tuple of (west, south, east, north)
        The area that was asked for.
    left_out : mapping of str to int
        Reasons for which records are not in the content, with their number.
    """

    content: bytes
    hits: int
    boxes: tuple[Box, ...]
    received: int
    left_out: Mapping[str, int]


class Fetcher:
    """Asks CMR for granules of a product; may be asked by several threads at once.

    Parameters
    ----------
    product : GranuleQuery
        Product, version and provider; its window and area do not count.
    client : CmrClient
    store : GranuleStore or None
        Where the answers are kept.
    """

    def __init__(self, product: GranuleQuery, client: CmrClient, store: GranuleStore | None) -> None:
        self._product = replace(product, page_size=min(product.page_size, PAGE_SIZE))
        self._client = client
        self._store = store
        self._shelf = Shelf(product.short_name, product.version, product.provider)

    def ask(self, gap: Extent, cycle: int | None, progress: Progress) -> list[Fetched]:
        """Ask for all granules of an extent, or for those of a cycle whose whole time it holds.

        Raises
        ------
        SearchError
            If they cannot be had.
        """
        query = replace(self._product, start=gap.span.start, end=gap.span.end, boxes=gap.boxes)
        patterns = () if cycle is None else cycle_patterns(query.short_name, cycle)
        if patterns:
            found = self._parts(replace(query, name_patterns=patterns), gap, cycle, progress)
            if any(part.hits for part in found):
                return found
            # A product whose names are made in another way has no cycle in them: time alone must do.
        return self._parts(query, gap, None, progress)

    def update(self, update: Update, progress: Progress) -> list[Fetched]:
        """Ask for what has come or changed since a holding was asked for; a warning, if that cannot be had."""
        holding, span, label = update.holding, update.span, update.holding.label
        query = replace(
            self._product, start=span.start, end=span.end, boxes=label.boxes, updated_since=label.asked - _OVERLAP
        )
        try:
            searches = list(search_in_parts(query, self._client, progress))
        except SearchError as error:
            progress.warn(
                f"What is held of {span.start:%Y-%m-%d} to {span.end:%Y-%m-%d} is as of {label.asked:%Y-%m-%d %H:%M} "
                f"UTC, and could not be brought up to date: {error}"
            )
            return []
        fresh, dropped = merge_granules([search.granules for search in searches])
        left_out = Counter(dropped)
        for search in searches:
            left_out.update(search.counts)
        asked, hits = min(search.asked for search in searches), sum(search.hits for search in searches)
        whole = self._store.read(holding, progress) if self._store is not None else None
        if whole is not None and OTHER_PRODUCT not in left_out:
            merged, _ = merge_granules([fresh, whole])
            new = replace(label, asked=asked, hits=len(merged))
            self._keep(pack(merged, new), new, progress)
        content = pack(fresh, replace(label, asked=asked, hits=hits))
        return [Fetched(content, hits, label.boxes, sum(search.received for search in searches), left_out)]

    def unpacked(self, fetched: Fetched) -> gpd.GeoDataFrame:
        """Return the granules that were found."""
        # In the thread that has packed it, whose memory is free again.
        return self._client.reader.submit(unpack, fetched.content).result()

    def _parts(self, query: GranuleQuery, gap: Extent, cycle: int | None, progress: Progress) -> list[Fetched]:
        """Ask, and keep each part as it comes, since the next one may fail."""
        found = []
        for search in search_in_parts(query, self._client, progress):
            start, end = (edge.tz_localize(None) for edge in search.query.window() if edge is not None)
            # Of a cycle a part of its time alone would be taken for the whole.
            whole = cycle is None or Span(start, end) == gap.span
            label = Label(gap.boxes, Span(start, end), search.asked, search.hits, cycle)
            content = self._client.reader.submit(pack, search.granules, label).result()
            packed = Fetched(content, search.hits, gap.boxes, search.received, search.counts)
            # What holds another product is not the answer to this question.
            if whole and OTHER_PRODUCT not in search.counts and not (cycle is not None and search.hits == 0):
                self._keep(packed.content, label, progress)
            found.append(packed)
        return found

    def _keep(self, content: bytes, label: Label, progress: Progress) -> None:
        if self._store is None:
            return
        try:
            self._store.add(self._shelf, content, label, progress)
        except OSError as error:
            fault = reason_of(error, another_cache_dir())
            progress.warn(
                f"The granule store in {self._store.folder} cannot be written ({fault.what}); {fault.advice}. The "
                "search goes on without it."
            )
