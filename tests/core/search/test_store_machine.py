"""The granule store under all that can happen to it, in any order, against one who knows what the server held.

More than the suite's steps: XOPR_STEPS=50000 (135 examples of up to 50 steps are more than 5,000).
"""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from depth import times
from growing import GrowingCmr
from makers import Log
from standin import areas
from xopr_crossovers.core.common.clock import Clock
from xopr_crossovers.core.search import area, window
from xopr_crossovers.core.search.cmr import CmrClient, GranuleQuery
from xopr_crossovers.core.search.store import Disk, GranuleStore
from xopr_crossovers.core.search.supply import Supplier

STEPS_AN_EXAMPLE = 50
STEPS = int(os.environ.get("XOPR_STEPS", times(5000, 800)))
# Hypothesis ends one example in ten before its last step; of few examples that may be more.
EXAMPLES = STEPS * 5 // 4 // STEPS_AN_EXAMPLE + 10
PRODUCT = GranuleQuery("ATL06", "007", "NSIDC_CPRD")
#: A search takes a hundred times as long as a change, and more than one may lie between two of them.
CHANGES = 6
#: Larger than the time for which an answer counts as fresh.
LATER = np.timedelta64(13, "h")
FIRST_DAY, N_DAYS = pd.Timestamp("2024-02-20"), 56  # over the end of cycle 22
BOX = (-106.0, -77.0, -103.0, -76.0)


class Killed(BaseException):
    """The end of a process: nothing that comes after it is done."""


class Mortal:
    """A disk on which a process dies at its n-th step."""

    def __init__(self, steps):
        self.left, self.lock = steps, threading.Lock()

    def disk(self):
        return Disk(*(self._step(work) for work in (os.fsync, os.replace, os.unlink)))

    def _step(self, work):
        def step(*arguments):
            with self.lock:
                self.left -= 1
                if self.left < 0:
                    raise Killed
            # What this machine's disk takes for it is of no interest here.
            return None if work is os.fsync else work(*arguments)

        return step


class World:
    """The server, which outlives the examples, and what it knows."""

    def __init__(self):
        self.server = GrowingCmr([22, 23], [10, 12]).__enter__()
        granules = self.server.granules
        self.born = granules.revised.copy()
        self.names = list(granules.names)
        inside = (granules.start < np.datetime64(FIRST_DAY + pd.Timedelta(days=N_DAYS))) & (
            granules.end > np.datetime64(FIRST_DAY)
        )
        self.rows = np.flatnonzero(inside & granules.touching(areas.Box(*BOX)))
        self.figures = {"steps": 0, "searches": 0, "truth": 0, "missed": 0, "extra": 0}

    def begin(self):
        self.server.granules.revised[:] = self.born
        self.server.granules.names[:] = self.names
        self.server._searches.clear()
        self.server.now = self.born[self.rows[len(self.rows) // 3]]

    def truth(self, box, asked):
        granules = self.server.granules
        there = (granules.start <= asked.end.to_datetime64()) & (granules.end >= asked.start.to_datetime64())
        there &= granules.touching(areas.Box(*box)) & (granules.revised <= self.server.now)
        if asked.cycle is not None:
            there &= granules.cycle == asked.cycle
        return {granules.names[row] for row in np.flatnonzero(there)}


WORLD = World()
west_part = st.sampled_from([BOX, (-106.0, -77.0, -104.5, -76.0), (-105.0, -77.0, -103.0, -76.5)])
days = st.sampled_from(range(0, N_DAYS, 8))


class Store(RuleBasedStateMachine):
    """One store, and all that happens."""

    @initialize()
    def begin(self):
        WORLD.begin()
        self.folder, self.skew = Path(mkdtemp(prefix="xopr-machine-")), pd.Timedelta(0)
        self.box, self.asked, self.n_changes = BOX, self._window(0, N_DAYS), CHANGES

    def teardown(self):
        with suppress(AttributeError):
            shutil.rmtree(self.folder, ignore_errors=True)

    def own(self):
        return pd.Timestamp(WORLD.server.now) + self.skew

    def _window(self, first, last):
        start, end = (FIRST_DAY + pd.Timedelta(days=day) for day in (first, last))
        return window.Window("date_range", start, end - pd.Timedelta(milliseconds=1), "", "", None, "")

    def _look(self, disk=None, refresh=False):
        client = CmrClient(WORLD.server.url, pause=0, backoff=0.001, retries=0, clock=Clock(self.own))
        try:
            store = GranuleStore(self.folder, disk or Disk(sync=lambda number: None))
            found = Supplier(PRODUCT, client, store, refresh, Log()).granules(area.Area((self.box,), ""), self.asked)
            return found.granules["granule_id"].tolist()
        finally:
            client.reader.shutdown()
            client.session.close()

    def _check(self, names):
        truth = WORLD.truth(self.box, self.asked)
        WORLD.figures["searches"] += 1
        WORLD.figures["truth"] += len(truth)
        WORLD.figures["missed"] += len(truth - set(names))
        WORLD.figures["extra"] += len(set(names) - truth) + len(names) - len(set(names))
        assert sorted(names) == sorted(truth)

    def _count(self, looks=False):
        WORLD.figures["steps"] += 1
        self.n_changes = 0 if looks else self.n_changes + 1

    @precondition(lambda self: self.n_changes >= CHANGES)
    @rule(refresh=st.sampled_from([False, False, False, True]))
    def search(self, refresh):
        self._count(looks=True)
        self._check(self._look(refresh=refresh))

    @rule(box=west_part)
    def elsewhere(self, box):
        self._count()
        self.box = box

    @rule(first=days, last=days)
    def widen_or_narrow(self, first, last):
        self._count()
        self.asked = self._window(min(first, last), max(first, last) + 8)

    @rule(number=st.sampled_from([22, 23]))
    def take_a_cycle(self, number):
        self._count()
        self.asked = window.resolve_window("cycle", cycle=number, now=pd.Timestamp("2030-01-01"))

    @rule(n=st.integers(1, 6))
    def publish(self, n):
        self._count()
        waiting = np.sort(WORLD.server.granules.revised[WORLD.rows])
        waiting = waiting[waiting > WORLD.server.now][:n]
        WORLD.server.now = max(WORLD.server.now + LATER, *waiting[-1:], WORLD.server.now + LATER)

    @rule(number=st.integers(0, 10_000))
    def revise(self, number):
        self._count()
        server = WORLD.server
        server.now = server.now + LATER
        known = WORLD.rows[server.granules.revised[WORLD.rows] <= server.now]
        row = known[number % len(known)]
        name = server.granules.names[row]
        server.granules.names[row] = f"{name[:-5]}{min(int(name[-5:-3]) + 1, 99):02d}.h5"
        server.granules.revised[row] = server.now
        server._searches.clear()

    @rule(years=st.sampled_from([0, 0, -3, -1, 2]))
    def set_the_clock(self, years):
        self._count()
        WORLD.server.now = WORLD.server.now + LATER
        self.skew = pd.Timedelta(days=365 * years)

    @precondition(lambda self: self.n_changes >= CHANGES)
    @rule(steps=st.integers(0, 12), refresh=st.booleans())
    def kill(self, steps, refresh):
        self._count(looks=True)
        with suppress(Killed):
            self._check(self._look(Mortal(steps).disk(), refresh))

    @precondition(lambda self: self.n_changes >= CHANGES)
    @rule(refresh=st.booleans())
    def two_at_once(self, refresh):
        self._count(looks=True)
        found, begin = [None, None], threading.Barrier(2)

        def look(number):
            begin.wait()
            found[number] = self._look(refresh=refresh)

        both = [threading.Thread(target=look, args=(number,)) for number in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        for names in found:
            self._check(names)

    @rule(number=st.integers(0, 100), how=st.sampled_from(["cut", "garble", "empty", "remove", "half"]))
    def damage(self, number, how):
        self._count()
        files = sorted(self.folder.rglob("*.parquet"))
        if not files:
            return
        path = files[number % len(files)]
        content = path.read_bytes()
        middle = len(content) // 2
        if how == "remove":
            path.unlink()
        elif how == "half":
            path.with_name(f"{path.name}.aaaaaaaa.partial").write_bytes(content[:middle])
        else:
            spoiled = {
                "cut": content[:middle],
                "empty": b"",
                "garble": content[:middle] + b"?" * (len(content) - middle),
            }
            path.write_bytes(spoiled[how])


@pytest.mark.deep
def test_whatever_happens_to_the_store_each_search_finds_what_the_server_holds_and_no_more():
    Store.TestCase.settings = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS_AN_EXAMPLE,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
        database=None,
    )
    try:
        Store.TestCase("runTest").runTest()
    finally:
        WORLD.server.__exit__()
    print(WORLD.figures)
    assert WORLD.figures["steps"] >= STEPS
    assert (WORLD.figures["missed"], WORLD.figures["extra"]) == (0, 0)
    assert WORLD.figures["truth"] > WORLD.figures["searches"]
