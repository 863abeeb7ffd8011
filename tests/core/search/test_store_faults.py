"""What goes wrong round the granule store: each fault, what is read, what is kept, and that nothing is lost.

More kills than the suite's, whose number stands in docs/reliability.md::

    XOPR_KILLS=200 .venv/bin/python -m pytest -p no:pytest_qgis -s tests/core/search/test_store_faults.py -k killed
"""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from growing import GrowingCmr
from makers import Log
from standin import Fault, StandIn
from standin.areas import Box
from xopr_crossovers.core.common.errors import SearchError
from xopr_crossovers.core.icesat2 import calendar
from xopr_crossovers.core.search import area, window
from xopr_crossovers.core.search.cmr import CmrClient, GranuleQuery
from xopr_crossovers.core.search.coverage import FRESH_FOR
from xopr_crossovers.core.search.holding import Shelf
from xopr_crossovers.core.search.store import GranuleStore, pack
from xopr_crossovers.core.search.supply import Supplier

N_KILLS = int(os.environ.get("XOPR_KILLS", "5"))

ATL06 = GranuleQuery("ATL06", "007", "NSIDC_CPRD", page_size=20)
PLACE = area.given_area((-110, -78, -104, -76))
# Parts of four cycles: four pieces, asked for at the same time, each of some pages.
MONTHS = window.resolve_window("date_range", start_date="2023-08-01", end_date="2024-05-31")
N_PIECES = 4

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="users and limits are set as Linux has them")


@pytest.fixture(scope="module")
def server():
    with StandIn(cycles=[20, 21, 22, 23], regions=[10, 11, 12]) as cmr:
        yield cmr


@pytest.fixture(scope="module")
def truth(server):
    """The names that the stand-in's granules themselves give, without a search."""
    (box,) = PLACE.boxes
    return names_known(server, box, MONTHS)


def names_known(server, box, when):
    known = server.granules
    start, end = (moment.to_datetime64() for moment in (when.start, when.end))
    found = known.touching(Box(*box)) & (known.start <= end) & (known.end >= start)
    found &= known.revised <= getattr(server, "now", np.datetime64("2200-01-01"))
    return sorted(name for name, there in zip(known.names, found) if there)


def search(cmr, folder, log=None, when=MONTHS, **settings):
    """Names of the granules found, in order of names."""
    client = CmrClient(cmr.url, pause=0, backoff=0.01, **{"retries": 1, **settings})
    supply = Supplier(ATL06, client, GranuleStore(folder), progress=log or Log()).granules(PLACE, when)
    return sorted(supply.granules["granule_id"])


def files(folder, ending=".parquet"):
    return {path.name: path.read_bytes() for path in folder.rglob(f"*{ending}")}


def pieces_asked(cmr):
    return {request.get("temporal") for request in cmr.requests}


# Faults of the server, while there is a store


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", status=429), "answered 429 (Too Many Requests) and says"),
        (Fault("status", status=500), "answered 500 (Internal Server Error) and says"),
        (Fault("status", status=503), "answered 503 (Service Unavailable) and says"),
        (Fault("status", status=504), "answered 504 (Gateway Timeout) and says"),
        (Fault("partial", keep=0.3), "ran into its own time limit and sent only a part of the granules"),
        (Fault("cut"), "ended the connection before its answer was complete"),
        (Fault("silence"), "sent nothing for 0.2 s"),
        (Fault("malformed_json"), "sent an answer that breaks off"),
        (Fault("login_page"), "answered 200 (OK) with a web page instead of granules"),
        (Fault("status", status=400), "refuses the search with 400 (Bad Request)"),
    ],
    ids=lambda value: f"{value.kind}{value.status}" if isinstance(value, Fault) else "",
)
def test_a_fault_that_stays_ends_in_one_sentence_and_the_next_search_asks_only_for_the_rest(
    cmr, tmp_path, truth, fault, words
):
    held = replace(MONTHS, end=pd.Timestamp("2024-01-15"))
    search(cmr, tmp_path, when=held)
    before = files(tmp_path)
    cmr.faults.append(replace(fault, skip=2))
    with pytest.raises(SearchError) as caught:
        search(cmr, tmp_path, read_timeout=0.2 if fault.kind == "silence" else 60)
    sentence = str(caught.value)
    assert words in sentence
    assert re.fullmatch(r"127\.0\.0\.1:\d+ [^\n]*: [^\n]*\.", sentence)
    kept = files(tmp_path)
    assert before.items() <= kept.items()
    assert files(tmp_path, ".partial") == {}
    cmr.faults.clear()
    cmr.requests.clear()
    log = Log()
    assert search(cmr, tmp_path, log) == truth
    first_moments = [pd.Timestamp(piece.split(",")[0].rstrip("Z")) for piece in pieces_asked(cmr)]
    assert first_moments
    assert min(first_moments) >= held.end - pd.Timedelta(days=1)
    assert log.warnings == []
    cmr.requests.clear()
    assert search(cmr, tmp_path) == truth
    assert cmr.requests == []


@pytest.mark.parametrize(
    "fault",
    [Fault("short_page", keep=0.3), Fault("drip", pause=0.001, piece=2000), Fault("duplicates", every=2)],
    ids=lambda fault: fault.kind,
)
def test_a_fault_that_only_looks_like_one_goes_into_the_store_as_if_it_were_none(cmr, tmp_path, truth, fault):
    cmr.faults.append(fault)
    assert search(cmr, tmp_path) == truth
    cmr.requests.clear()
    assert search(cmr, tmp_path) == truth
    assert cmr.requests == []


@pytest.mark.parametrize("kind", ["no_links", "odd_names", "several_polygons", "bounding_rectangles"])
def test_records_of_another_make_are_held_as_they_came(cmr, tmp_path, truth, kind):
    cmr.faults.append(Fault(kind, every=2))
    log = Log()
    assert search(cmr, tmp_path, log) == truth
    assert ("no link to a file; kept all the same" in log.text) == (kind == "no_links")
    cmr.requests.clear()
    assert search(cmr, tmp_path) == truth
    assert cmr.requests == []


def test_of_a_granule_and_its_revision_the_later_one_is_held_and_that_is_said(cmr, tmp_path, truth):
    cmr.faults.append(Fault("revisions"))
    log = Log()
    later = [name.replace("_01.h5", "_02.h5") for name in truth]
    assert search(cmr, tmp_path, log) == later
    assert "an older revision of a granule" in log.text
    cmr.requests.clear()
    assert search(cmr, tmp_path) == later
    assert cmr.requests == []


def test_records_without_a_place_are_counted_and_not_held_for_granules(cmr, tmp_path, truth):
    cmr.faults.append(Fault("orbit_only", every=2))
    log = Log()
    found = search(cmr, tmp_path, log)
    assert set(found) < set(truth)
    left_out = sum(int(number) for number in re.findall(r"Left out: (\d+) \(", log.text))
    assert len(found) + left_out >= len(truth)


def test_strangers_of_another_time_that_the_server_counts_in_are_left_out_and_counted(cmr, tmp_path, truth):
    cmr.faults.append(Fault("strangers", every=3))
    log = Log()
    assert search(cmr, tmp_path, log) == truth
    (n_left_out,) = re.findall(r"Left out: (\d+) \(outside of the area or the time that was asked for\)", log.text)
    came = sum(int(number) for number in re.findall(r"(\d+) came", log.text))
    assert int(n_left_out) >= len(truth) // 3
    assert came - int(n_left_out) >= len(truth)


# No network at the start


def test_without_a_network_what_is_held_comes_and_what_is_not_is_one_sentence(cmr, tmp_path, truth):
    half = replace(MONTHS, end=pd.Timestamp("2023-12-01"))
    held = search(cmr, tmp_path, when=half)
    before = files(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nowhere = type("Nowhere", (), {"url": f"http://127.0.0.1:{probe.getsockname()[1]}"})
    log = Log()
    assert search(nowhere, tmp_path, log, half) == held
    assert log.warnings == []
    with pytest.raises(SearchError, match=r"cannot be reached \(the connection is refused\).*: check "):
        search(nowhere, tmp_path)
    assert files(tmp_path) == before
    assert search(cmr, tmp_path) == truth


# The disk

SEARCH = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from xopr_crossovers.core.search import area, window
    from xopr_crossovers.core.search.cmr import CmrClient, GranuleQuery
    from xopr_crossovers.core.common.errors import XoprError
    from xopr_crossovers.core.common.progress import PrintedProgress
    from xopr_crossovers.core.search.store import GranuleStore
    from xopr_crossovers.core.search.supply import Supplier

    def search(url, folder, progress=None):
        client = CmrClient(url, pause=0, backoff=0.01, retries=1)
        product = GranuleQuery("ATL06", "007", "NSIDC_CPRD", page_size=20)
        months = window.resolve_window("date_range", start_date="2023-08-01", end_date="2024-05-31")
        supplier = Supplier(product, client, GranuleStore(Path(folder)), progress=progress)
        return supplier.granules(area.given_area((-110, -78, -104, -76)), months).granules["granule_id"].sort_values()
    """
)
ONCE = f"""{SEARCH}
try:
    print(*search(*sys.argv[1:3], PrintedProgress()), sep="\\n")
except XoprError as error:
    print("XoprError", error)
"""


def process(cmr, folder, before="", launcher=()):
    command = [*launcher, sys.executable, "-W", "ignore", "-c", f"{before}\n{ONCE}", cmr.url, str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ran.stderr == ""
    return ran.stdout.splitlines()


def names_in(lines):
    return [line for line in lines if line.startswith("ATL06_")]


@linux
def test_on_a_full_disk_the_search_comes_to_its_end_and_says_what_could_not_be_kept(cmr, tmp_path, truth):
    """A real file system of 40 kB: one piece of the four finds room in it."""
    disk, script = tmp_path / "disk", tmp_path / "script.py"
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("the command unshare is not on this machine")
    disk.mkdir()
    script.write_text(ONCE)
    search_again = f"{sys.executable} -W ignore {script} {cmr.url} {disk}"
    steps = (
        f"mount -t tmpfs -o size=40k full {disk} && {search_again} && echo LEFT && find {disk} -type f "
        f"&& mount -o remount,size=4m {disk} && echo ROOM && {search_again} && echo AGAIN && {search_again}"
    )
    ran = subprocess.run([unshare, "-m", "sh", "-c", steps], capture_output=True, text=True, timeout=120)
    if "LEFT" not in ran.stdout and re.search(r"unshare|mount", ran.stderr):
        pytest.skip(f"no file system can be mounted here: {ran.stderr.strip()}")
    assert ran.stderr == ""
    full, _, rest = ran.stdout.partition("LEFT\n")
    left, _, rest = rest.partition("ROOM\n")
    room, _, again = rest.partition("AGAIN\n")
    assert names_in(full.splitlines()) == truth
    assert f"Warning: The granule store in {disk} cannot be written (the disk is full); free space there, " in full
    assert "or set XOPR_CACHE_DIR to another folder. The search goes on without it." in full
    assert [name for name in left.split() if not name.endswith((".parquet", "README.txt"))] == []
    assert names_in(room.splitlines()) == names_in(again.splitlines()) == truth
    assert "set aside" not in room
    assert "CMR found" in room
    assert "CMR found" not in again


@linux
def test_a_file_that_breaks_off_in_the_middle_of_writing_leaves_nothing_behind(cmr, tmp_path, truth):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))"
    said = process(cmr, tmp_path, limit)
    assert names_in(said) == truth
    assert any("or the limit of this user); set XOPR_CACHE_DIR to another folder. The" in line for line in said)
    assert files(tmp_path, ".parquet") == files(tmp_path, ".partial") == {}
    assert search(cmr, tmp_path) == truth
    assert len(files(tmp_path)) == N_PIECES


@pytest.fixture
def open_folder():
    """A folder that every user may look into, which pytest's own are not."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name) / "store"


NOBODY = "import os; os.getuid() or os.setuid(65534)"


@linux
def test_a_store_that_may_only_be_read_is_read_and_the_rest_is_searched_and_not_kept(cmr, open_folder, truth):
    search(cmr, open_folder, when=replace(MONTHS, end=pd.Timestamp("2024-01-15")))
    before = files(open_folder)
    places = [open_folder, *(path for path in open_folder.rglob("*") if path.is_dir())]
    for place in places:
        place.chmod(0o555)
    cmr.requests.clear()
    said = process(cmr, open_folder, NOBODY)
    for place in places:
        place.chmod(0o755)
    assert names_in(said) == truth
    assert any(line.startswith("From the store: ") for line in said)
    assert any(
        f"store in {open_folder} cannot be written (permission denied); change the permissions there, or set" in line
        for line in said
    )
    assert files(open_folder) == before
    assert 0 < len(pieces_asked(cmr)) < N_PIECES


@linux
def test_a_file_of_the_store_that_may_not_be_read_is_not_called_damaged_and_stays(cmr, open_folder, truth):
    search(cmr, open_folder)
    paths = [*open_folder.rglob("*.parquet")]
    for path in paths:
        path.chmod(0o600)
    for place in [open_folder, paths[0].parent]:
        place.chmod(0o777)
    said = process(cmr, open_folder, NOBODY)
    assert names_in(said) == truth
    assert [line for line in said if "damaged" in line] == []
    assert any("permission denied" in line for line in said)
    assert all(path.exists() for path in paths)


# Clocks

YEARS = np.timedelta64(800, "D")
NEVER = np.timedelta64(0, "D")


@pytest.mark.parametrize(
    ("server_ahead", "told_ahead"),
    [
        pytest.param(YEARS, NEVER, id="this machine's clock is behind"),
        pytest.param(-YEARS, NEVER, id="this machine's clock is ahead"),
        pytest.param(NEVER, YEARS, id="the server once told a date in the future"),
        pytest.param(NEVER, -YEARS, id="the server once told a date in the past"),
    ],
)
def test_a_clock_that_is_wrong_by_years_costs_a_question_and_no_granule(tmp_path, server_ahead, told_ahead):
    now = np.datetime64("now", "ms") + server_ahead
    # Granules are published 45 days after the pass: at first those of the earlier half of the window, later all.
    when = replace(
        MONTHS, start=pd.Timestamp(now - np.timedelta64(60, "D")), end=pd.Timestamp(now - np.timedelta64(30, "D"))
    )
    cycle = int(calendar.cycle_of(now))
    with GrowingCmr([cycle - 1, cycle], [10, 12]) as cmr:
        cmr.now = now
        cmr.told = now + told_ahead
        early = search(cmr, tmp_path, when=when)
        an_hour_too_late(tmp_path)
        cmr.told, cmr.now = None, now + np.timedelta64(30, "D")
        all_names = names_known(cmr, PLACE.boxes[0], when)
        assert 0 < len(early) < len(all_names)
        assert search(cmr, tmp_path, when=when) == all_names


def test_after_this_machine_s_clock_was_set_back_the_open_end_is_asked_for_again(tmp_path):
    now = np.datetime64("now", "ms") + YEARS
    when = replace(
        MONTHS, start=pd.Timestamp(now - np.timedelta64(60, "D")), end=pd.Timestamp(now - np.timedelta64(30, "D"))
    )
    cycle = int(calendar.cycle_of(now))
    with GrowingCmr([cycle - 1, cycle], [10, 12]) as cmr:
        cmr.now = now
        early = search(cmr, tmp_path, when=when)
        relabel(tmp_path, lambda asked: pd.Timestamp(now))
        cmr.now = now + np.timedelta64(30, "D")
        all_names = names_known(cmr, PLACE.boxes[0], when)
        assert 0 < len(early) < len(all_names)
        assert search(cmr, tmp_path, when=when) == all_names


def an_hour_too_late(folder):
    """Make what is held older, by a little more than the time for which it counts as fresh."""
    relabel(folder, lambda asked: asked - FRESH_FOR - pd.Timedelta(hours=1))


def relabel(folder, change):
    store, log = GranuleStore(folder), Log()
    shelf = Shelf("ATL06", "007", "NSIDC_CPRD")
    for holding in store.holdings(shelf, log):
        table = store.read(holding, log)
        label = replace(holding.label, asked=change(holding.label.asked))
        holding.path.unlink()
        store.add(shelf, pack(table, label), label, log)


# Killed

FORKS = f"""{SEARCH}
print("ready", flush=True)
while sys.stdin.readline() == "search\\n":
    child = os.fork()
    if child == 0:
        search(*sys.argv[1:3])
        os._exit(0)
    sys.stdin.readline()
    os.kill(child, signal.SIGKILL)
    print("killed" if os.WIFSIGNALED(os.waitpid(child, 0)[1]) else "ended", flush=True)
"""


@linux
def test_killed_at_any_moment_again_and_again_every_file_is_whole_and_in_the_end_nothing_is_lost(cmr, tmp_path, truth):
    cmr.faults.append(Fault("drip", pause=0.002, piece=20_000))
    moments = random.Random(9)  # noqa: S311
    n_killed = n_ended = n_files = n_partial = 0
    folder = tmp_path / "0"
    forks = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", FORKS, cmr.url, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert forks.stdout.readline() == "ready\n"
        longest = 1.5
        while n_killed < N_KILLS:
            n_before, n_half = len(files(folder)), len(files(folder, ".partial"))
            forks.stdin.write("search\n")
            forks.stdin.flush()
            # At any moment, or where it is the most delicate: while a file is being written.
            end, in_writing = time.monotonic() + moments.uniform(0, longest), moments.random() < 0.5
            while time.monotonic() < end and not (in_writing and any(folder.glob("*/*.partial"))):
                time.sleep(0.0005)
            forks.stdin.write("kill\n")
            forks.stdin.flush()
            killed = forks.stdout.readline() == "killed\n"
            n_killed, n_ended = n_killed + killed, n_ended + (not killed)
            # So that most are killed between the first file and the last, however fast this machine is.
            longest = min(5.0, max(0.1, longest * (1.2 if killed and len(files(folder)) == n_before else 0.8)))
            n_partial += len(files(folder, ".partial")) > n_half
            for path in folder.rglob("*.parquet"):
                n_files += 1
                assert len(gpd.read_parquet(path)) > 0
            if len(files(folder)) == N_PIECES:
                assert search(cmr, folder) == truth
                shutil.rmtree(folder)
    finally:
        forks.stdin.close()
        forks.wait(timeout=60)
        forks.stdout.close()
    log = Log()
    assert search(cmr, folder, log) == truth
    assert "set aside" not in log.text
    print(f"{n_killed} killed, {n_ended} ended before; {n_partial} while a file was written; {n_files} files read back")
