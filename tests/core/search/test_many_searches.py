"""Many searches drawn at random, with and without faults and a store, against one who knows every granule.

The suite draws some of them. All 10,000, whose figures stand in docs/reliability.md::

    XOPR_SEARCHES=10000 .venv/bin/python -m pytest -p no:pytest_qgis -s tests/core/search/test_many_searches.py
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest

from depth import times
from growing import GrowingCmr
from makers import Log
from standin import Fault, areas
from xopr_crossovers.core.common.errors import SearchError
from xopr_crossovers.core.search import area, window
from xopr_crossovers.core.search.cmr import CmrClient, GranuleQuery
from xopr_crossovers.core.search.store import GranuleStore
from xopr_crossovers.core.search.supply import Supplier

N_SEARCHES = int(os.environ.get("XOPR_SEARCHES", times(75, 50)))
SEED = int(os.environ.get("XOPR_SEED", "20240106"))
#: So many searches share a store, while the server's granules become more.
A_STORE = 25
CYCLES = range(16, 28)
REGIONS = (3, 4, 10, 11, 12)
#: Where a held answer is cut to a smaller area, the oracle's strips and ours may differ by the bow of an edge.
EDGE_KM = 0.3


@dataclass(frozen=True)
class Wider(areas.Box):
    """A box that is some kilometres wider on all sides."""

    km: float

    def in_plane(self, south):
        return super().in_plane(south).buffer(self.km)


class Oracle:
    """Knows from the stand-in's granules themselves, without a search, which of them are meant."""

    def __init__(self, server):
        self.server, self.granules = server, server.granules
        self.names = np.array(self.granules.names)

    def touching(self, boxes, km=0.0):
        """Which granules touch one of some boxes that are `km` wider."""
        return np.logical_or.reduce(
            [self.granules.touching(Wider(*box, km) if km else areas.Box(*box)) for box in boxes]
        )

    def known(self, asked_window):
        """Which granules of a window are published."""
        start, end = (np.datetime64(moment, "ms") for moment in (asked_window.start, asked_window.end))
        found = (self.granules.start <= end) & (self.granules.end >= start)
        if asked_window.cycle is not None:
            found &= self.granules.cycle == asked_window.cycle
        return found & (self.granules.revised <= self.server.now)


@dataclass
class Search:
    """One search, as drawn."""

    boxes: list
    window: window.Window
    store: bool
    refresh: bool
    page_size: int
    faults: list
    order: int | None
    repeats: bool
    dies: bool


@dataclass
class Figures:
    """What came of all searches."""

    searches: int = 0
    truth: int = 0
    received: int = 0
    hits: int = 0
    missed: int = 0
    extra: int = 0
    twice: int = 0
    at_edge: int = 0
    requests: int = 0
    updates: int = 0
    without_request: int = 0
    died: int = 0
    stale: int = 0
    faults: Counter = field(default_factory=Counter)


def a_box(draw):
    """Anything from a few kilometres to a polar cap; also over the antimeridian, to the pole, and in the north."""
    kind = draw.choice(["small", "small", "antimeridian", "cap", "sector", "north", "belt"])
    west, south = round(draw.uniform(-180, 180), 3), round(draw.uniform(-86, -62), 3)
    if kind == "cap":
        return -180.0, -90.0, 180.0, round(draw.uniform(-89.5, -86), 3)
    if kind == "sector":
        return west, -90.0, _wrapped(west + draw.uniform(5, 350)), round(draw.uniform(-87, -80), 3)
    if kind == "belt":
        return -180.0, south, 180.0, round(south + draw.uniform(0.05, 1), 3)
    if kind == "antimeridian":
        return round(180 - draw.uniform(0.1, 20), 3), south, round(-180 + draw.uniform(0.1, 20), 3), south + 1.5
    if kind == "north":
        south = round(draw.uniform(58, 84), 3)
    return west, south, _wrapped(west + 10 ** draw.uniform(-0.5, 1.3)), round(south + 10 ** draw.uniform(-0.7, 0.6), 3)


def _wrapped(longitude):
    return round((longitude + 180) % 360 - 180, 3)


def a_window(draw, density):
    """A cycle, or from hours to years, so that the number of granules stays within bounds.

    `density` is the number of granules in all cycles together.
    """
    if draw.random() < 0.25 and density / len(CYCLES) < 250:
        return window.resolve_window("cycle", cycle=draw.choice(CYCLES[1:-1]))
    first, last = pd.Timestamp("2022-07-01"), pd.Timestamp("2025-06-15")
    share = min(1.0, 10 ** draw.uniform(0, 2) / max(density, 1))
    length = max((last - first) * share, pd.Timedelta(hours=draw.uniform(1, 48)))
    start = (first + (last - length - first) * draw.random()).floor("ms")
    return window.Window("date_range", start, (start + length).floor("ms"), "", "", None, "drawn")


def some_faults(draw, store, span):
    """Faults that pass, and records of other makes."""
    days, skip = (span.end - span.start) / pd.Timedelta(days=1), draw.randint(0, 3)
    late = draw.choice(["CMR-Time-Out", "CMR-Timed-Out"])
    status, retry_after = draw.choice([429, 500, 502, 503, 504]), draw.choice([None, 0])
    passing = [
        Fault("short_page", keep=draw.uniform(0.05, 0.95), skip=skip, times=draw.choice([1, 3, None])),
        Fault("partial", keep=draw.uniform(0, 1), skip=skip, times=1, header=late),
        Fault("status", status=status, skip=skip, times=1, retry_after=retry_after),
        Fault("cut", keep=draw.uniform(0, 0.99), skip=skip, times=1),
        Fault("malformed_json", skip=skip, times=1),
        Fault("drip", pause=0.001, piece=20_000, skip=skip, times=1),
        Fault("duplicates", every=draw.randint(1, 5)),
        Fault("revisions", every=draw.randint(1, 5)),
        Fault("no_links", every=draw.randint(1, 3)),
        Fault("odd_names", every=draw.randint(1, 3)),
        Fault("several_polygons", every=draw.randint(1, 3)),
    ]
    if days > 3:
        passing.append(Fault(draw.choice(["partial", "status"]), status=504, keep=0.4, longer_than=max(2.0, days / 3)))
    if not store:
        # What these add, or the boxes that they make of footprints, would be held for what CMR says.
        passing += [Fault("strangers", every=draw.randint(1, 5)), Fault("bounding_rectangles")]
    return draw.sample(passing, draw.choice([0, 0, 1, 1, 2]))


def a_search(draw, oracle):
    boxes = [a_box(draw) for _ in range(draw.choice([1, 1, 1, 2, 3, 4]))]
    asked_window = a_window(draw, int(oracle.touching(boxes).sum()))
    store = draw.random() < 0.7
    return Search(
        boxes=boxes,
        window=asked_window,
        store=store,
        refresh=draw.random() < 0.1,
        page_size=draw.choice([7, 20, 50, 100, 100, 500]),
        faults=some_faults(draw, store, asked_window),
        order=draw.choice([None, draw.randrange(2**31)]),
        repeats=draw.random() < 0.1,
        dies=draw.random() < 0.1,
    )


def nearby(draw, search):
    """A search that shares area or time with an earlier one, so that the store has a part of it."""
    west, south, east, north = search.boxes[0]
    inner = (west, south, east, round((south + north) / 2, 3)) if draw.random() < 0.5 else search.boxes[0]
    change = draw.choice(["area", "time", "both", "none"])
    boxes = [inner] if change in ("area", "both") else search.boxes
    asked = search.window
    if change in ("time", "both") and asked.cycle is None:
        shift = (asked.end - asked.start) * draw.uniform(-0.6, 0.6)
        asked = replace(asked, start=(asked.start + shift).floor("ms"), end=(asked.end + shift / 2).floor("ms"))
    return replace(search, boxes=boxes, window=asked, refresh=False)


def run(search, client, folder, log):
    product = GranuleQuery("ATL06", "007", "NSIDC_CPRD", page_size=search.page_size)
    supplier = Supplier(product, client, GranuleStore(folder) if search.store else None, search.refresh, log)
    return supplier.granules(area.Area(tuple(search.boxes), ""), search.window)


def stems(names):
    """Names without their revision, which the server may raise."""
    return [name[:-6] for name in names]


def compare(search, found, server, oracle, figures):
    """Count what is missed and what is too much, and return whether there is any."""
    names = stems(found.granules["granule_id"])
    known = oracle.known(search.window)
    truth = set(stems(oracle.names[known & oracle.touching(search.boxes)]))
    missed, extra = truth - set(names), set(names) - truth
    if any(fault.kind == "strangers" for fault in search.faults):
        extra -= set(stems(server.sent))
    if search.store and (missed or extra):
        n_differ = len(missed | extra)
        missed &= set(stems(oracle.names[oracle.touching(search.boxes, -EDGE_KM)]))
        extra -= set(stems(oracle.names[known & oracle.touching(search.boxes, EDGE_KM)]))
        figures.at_edge += n_differ - len(missed | extra)
    figures.truth += len(truth)
    figures.received += len(names)
    figures.hits += found.hits
    figures.missed += len(missed)
    figures.extra += len(extra)
    figures.twice += len(names) - len(set(names))
    return bool(missed or extra or len(names) > len(set(names)))


@pytest.mark.deep
@pytest.mark.skipif(N_SEARCHES < 1, reason="XOPR_SEARCHES=0")
def test_of_searches_drawn_at_random_each_finds_every_granule_once_and_no_other(tmp_path):
    draw = random.Random(SEED)  # noqa: S311
    figures, wrong = Figures(), []
    with GrowingCmr(CYCLES, REGIONS) as server:
        oracle = Oracle(server)
        client = CmrClient(server.url, pause=0, backoff=0.001, longest_wait=0.01, retries=6)
        for number in range(N_SEARCHES):
            if number % A_STORE == 0:
                folder, earlier = tmp_path / "store", []
                shutil.rmtree(folder, ignore_errors=True)
                server.now = np.datetime64(pd.Timestamp("2023-06-01") + pd.Timedelta(days=draw.uniform(0, 900)), "ms")
            server.now += np.timedelta64(int(10 ** draw.uniform(5, 9.7)), "ms")
            search = nearby(draw, draw.choice(earlier)) if earlier and draw.random() < 0.4 else a_search(draw, oracle)
            earlier.append(search)
            server.requests.clear()
            server.sent.clear()
            server.order, server.repeats = search.order, search.repeats
            server.faults[:] = [replace(fault) for fault in search.faults]
            found, log = None, Log()
            if search.dies:
                server.faults.append(Fault("status", status=400, skip=draw.randint(0, 2)))
            try:
                found = run(search, client, folder, log)
            except SearchError:
                figures.died += 1
            stale = "could not be brought up to date" in log.text
            figures.stale += stale
            if found is None or stale:
                server.faults[:] = []
                found = run(search, client, folder, Log())
            figures.searches += 1
            figures.requests += len(server.requests)
            figures.updates += any(request.get("updated_since") for request in server.requests)
            figures.without_request += not server.requests
            figures.faults.update(fault.kind for fault in search.faults)
            assert found.received + found.from_store - sum(found.left_out.values()) == len(found.granules)
            if compare(search, found, server, oracle, figures):
                wrong.append((number, search))
            if (number + 1) % 500 == 0:
                print(number + 1, figures, flush=True)
    print(figures)
    assert wrong == []
    assert figures.truth > 5 * N_SEARCHES
    assert figures.died < 0.2 * N_SEARCHES
    assert (figures.missed, figures.extra, figures.twice) == (0, 0, 0)
