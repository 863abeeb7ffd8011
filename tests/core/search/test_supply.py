"""Granules from the store as far as it reaches, and from CMR for the rest."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest

from depth import times
from makers import Log
from standin import Fault, StandIn
from xopr_crossovers.core.common.errors import CancelledError, SearchError
from xopr_crossovers.core.search import area, window
from xopr_crossovers.core.search.cmr import CmrClient, GranuleQuery
from xopr_crossovers.core.search.store import GranuleStore, pack
from xopr_crossovers.core.search.supply import Supplier

ATL06 = GranuleQuery("ATL06", "007", "NSIDC_CPRD")
LARGE = area.given_area((-125, -80, -95, -74))
SMALL = area.given_area((-110, -78, -100, -75))
CYCLE_22 = window.resolve_window("cycle", cycle=22)
MONTHS = window.resolve_window("date_range", start_date="2023-08-01", end_date="2024-05-31")


@pytest.fixture(scope="module")
def server():
    with StandIn(cycles=[20, 21, 22, 23]) as cmr:
        yield cmr


def supplier(cmr, folder, refresh=False, log=None, retries=0):
    client = CmrClient(cmr.url, pause=0, backoff=0.01, retries=retries)
    store = None if folder is None else GranuleStore(folder)
    return Supplier(ATL06, client, store, refresh, log or Log())


def names(supply):
    return supply.granules["granule_id"].tolist()


@pytest.fixture(scope="module")
def answers():
    """What CMR answered without any store, by area and window."""
    return {}


@pytest.fixture
def truth(cmr, answers):
    """What CMR answers without any store."""

    def ask(where, when):
        if (where, when) not in answers:
            answers[where, when] = names(supplier(cmr, None).granules(where, when))
            cmr.requests.clear()
        return answers[where, when]

    return ask


def test_a_search_that_the_store_covers_makes_no_request(cmr, tmp_path, truth):
    expected = truth(LARGE, CYCLE_22)
    first = supplier(cmr, tmp_path).granules(LARGE, CYCLE_22)
    asked = len(cmr.requests)
    second = supplier(cmr, tmp_path).granules(LARGE, CYCLE_22)
    assert asked > 0
    assert len(cmr.requests) == asked
    assert names(first) == names(second) == expected
    assert first.hits == second.hits == len(expected)
    pd.testing.assert_frame_equal(
        first.granules.drop(columns="geometry"), second.granules.drop(columns="geometry"), check_dtype=False
    )
    assert first.granules.geometry.equals(second.granules.geometry)


def test_a_smaller_area_and_a_shorter_time_are_covered_too(cmr, tmp_path, truth):
    january = window.resolve_window("date_range", start_date="2024-01-01", end_date="2024-01-31")
    expected = truth(SMALL, CYCLE_22), truth(LARGE, january)
    supplier(cmr, tmp_path).granules(LARGE, CYCLE_22)
    cmr.requests.clear()
    assert names(supplier(cmr, tmp_path).granules(SMALL, CYCLE_22)) == expected[0]
    assert names(supplier(cmr, tmp_path).granules(LARGE, january)) == expected[1]
    assert cmr.requests == []


def test_only_the_missing_time_is_asked_for(cmr, tmp_path, truth):
    expected = truth(LARGE, MONTHS)
    supplier(cmr, tmp_path).granules(LARGE, CYCLE_22)
    cmr.requests.clear()
    assert names(supplier(cmr, tmp_path).granules(LARGE, MONTHS)) == expected
    spans = sorted({request.get("temporal") for request in cmr.requests})
    assert len(spans) == 3
    middle = pd.Timestamp("2024-02-01")
    for span in spans:
        start, end = (pd.Timestamp(moment.rstrip("Z")) for moment in span.split(","))
        assert not start < middle < end


def boxes_asked(cmr):
    return {value for request in cmr.requests for name, value in request.parameters if name.startswith("bounding_box")}


def test_only_the_missing_area_is_asked_for(cmr, tmp_path, truth):
    expected = truth(LARGE, CYCLE_22)
    supplier(cmr, tmp_path).granules(area.given_area((-125, -80, -105, -74)), CYCLE_22)
    supplier(cmr, tmp_path).granules(area.given_area((-105, -76, -95, -74)), CYCLE_22)
    cmr.requests.clear()
    assert names(supplier(cmr, tmp_path).granules(LARGE, CYCLE_22)) == expected
    assert boxes_asked(cmr) == {"-105,-80,-95,-76"}
    cmr.requests.clear()
    assert names(supplier(cmr, tmp_path).granules(LARGE, CYCLE_22)) == expected
    assert cmr.requests == []


def test_of_several_boxes_each_brings_its_granules_and_none_twice(cmr, tmp_path, truth):
    here, there = (-110, -78, -100, -75), (70, -72, 80, -70)
    expected = sorted({*truth(area.given_area(here), CYCLE_22), *truth(area.given_area(there), CYCLE_22)})
    both = area.Area((here, there), "south")
    found = supplier(cmr, tmp_path).granules(both, CYCLE_22)
    assert sorted(names(found)) == expected
    cmr.requests.clear()
    assert sorted(names(supplier(cmr, tmp_path).granules(both, CYCLE_22))) == expected
    assert cmr.requests == []


def window_days(cmr):
    return [request.days() for request in cmr.requests]


@pytest.mark.parametrize(
    ("fault", "read_timeout"),
    [(Fault("partial", keep=0.3), 60), (Fault("status", status=504), 60), (Fault("silence"), 0.5)],
)
def test_a_window_that_is_too_much_is_split_until_it_is_not_and_nothing_is_lost(
    cmr, tmp_path, truth, fault, read_timeout
):
    expected = truth(SMALL, MONTHS)
    fault.longer_than = 30
    cmr.faults.append(fault)
    client = CmrClient(cmr.url, pause=0, backoff=0.01, retries=5, read_timeout=read_timeout)
    log = Log()
    found = Supplier(ATL06, client, GranuleStore(tmp_path), progress=log).granules(SMALL, MONTHS)
    assert names(found) == expected
    assert found.hits == len(expected)
    assert "The window is split at 20" in log.text
    # Each window that is too long is tried twice, then halved; the halves come at the first attempt.
    assert max(days for days in window_days(cmr) if days <= 30) > 20
    assert sum(days > 30 for days in window_days(cmr)) == 2 * (1 + 3 + 3 + 3)
    cmr.requests.clear()
    assert names(Supplier(ATL06, client, GranuleStore(tmp_path), progress=log).granules(SMALL, MONTHS)) == expected
    assert cmr.requests == []


def test_parts_that_came_before_the_search_died_are_kept(cmr, tmp_path, truth):
    quarter = window.resolve_window("date_range", start_date="2024-01-01", end_date="2024-03-01")
    expected = truth(SMALL, quarter)
    cmr.faults.append(Fault("status", status=504, longer_than=40))
    cmr.faults.append(Fault("status", status=400, skip=4, message="enough"))
    with pytest.raises(SearchError, match="enough"):
        supplier(cmr, tmp_path, retries=1).granules(SMALL, quarter)
    cmr.faults.clear()
    cmr.requests.clear()
    assert names(supplier(cmr, tmp_path).granules(SMALL, quarter)) == expected
    assert len(set(window_days(cmr))) == 1
    assert 0 < window_days(cmr)[0] < 31


def test_a_server_that_manages_not_even_a_day_is_given_up_in_one_sentence(cmr, tmp_path):
    cmr.faults.append(Fault("status", status=504))
    with pytest.raises(SearchError, match=r"answered 504.*, and 2 tries did not help: try again later"):
        supplier(cmr, tmp_path, retries=1).granules(SMALL, CYCLE_22)
    assert len(cmr.requests) < 20
    assert min(window_days(cmr)) < 2


def test_a_cycle_that_is_split_is_kept_only_as_a_whole(cmr, tmp_path, truth):
    expected = truth(SMALL, CYCLE_22)
    cmr.faults.append(Fault("status", status=504, longer_than=50))
    cmr.faults.append(Fault("status", status=400, skip=4, message="enough"))
    with pytest.raises(SearchError, match="enough"):
        supplier(cmr, tmp_path, retries=1).granules(SMALL, CYCLE_22)
    cmr.faults.clear()
    assert names(supplier(cmr, tmp_path).granules(SMALL, CYCLE_22)) == expected


def test_a_cycle_is_asked_for_by_its_name(cmr, tmp_path):
    supplier(cmr, tmp_path).granules(SMALL, CYCLE_22)
    assert cmr.requests[0].get("readable_granule_name[]") == "ATL06_??????????????_????22??_*"


def test_refresh_asks_for_everything_anew_and_keeps_that(cmr, tmp_path):
    supplier(cmr, tmp_path).granules(SMALL, CYCLE_22)
    cmr.requests.clear()
    supplier(cmr, tmp_path, refresh=True).granules(SMALL, CYCLE_22)
    assert len(cmr.requests) > 0
    assert len(list(tmp_path.rglob("*.parquet"))) == 1


def test_a_search_that_dies_keeps_what_it_has(cmr, tmp_path, truth):
    expected = truth(LARGE, MONTHS)
    # Ten pages in four parts: of seven that come, in whatever order, one ends its part.
    cmr.faults.append(Fault("status", status=400, skip=7, message="enough"))
    with pytest.raises(SearchError, match="enough"):
        supplier(cmr, tmp_path).granules(LARGE, MONTHS)
    kept = len(list(tmp_path.rglob("*.parquet")))
    assert kept >= 1
    cmr.faults.clear()
    cmr.requests.clear()
    assert names(supplier(cmr, tmp_path).granules(LARGE, MONTHS)) == expected
    assert len({request.get("temporal") for request in cmr.requests}) == 4 - kept


def test_the_open_end_is_asked_only_for_what_changed_and_without_network_the_user_is_told(tmp_path, monkeypatch):
    with StandIn(cycles=[22]) as cmr:
        cold = supplier(cmr, tmp_path)
        cold.granules(SMALL, CYCLE_22)
        (holding,) = cold.store.holdings(cold.shelf, Log())
        table = cold.store.read(holding, Log())
        earlier = pd.Timestamp("2024-02-15T12:00")
        label = replace(holding.label, asked=earlier)
        early = table[table["start_time"] < earlier.tz_localize("UTC")]
        for path in tmp_path.rglob("*.parquet"):
            path.unlink()
        cold.store.add(cold.shelf, pack(early, label), label, Log())
        cmr.requests.clear()
        found = supplier(cmr, tmp_path).granules(SMALL, CYCLE_22)
        assert names(found) == table.sort_values(["start_time", "granule_id"])["granule_id"].tolist()
        assert {request.get("updated_since") for request in cmr.requests} == {"2024-02-15T11:00:00.000Z"}
        again = supplier(cmr, tmp_path)
        cmr.requests.clear()
        assert names(again.granules(SMALL, CYCLE_22)) == names(found)
        assert cmr.requests == []
        for path in tmp_path.rglob("*.parquet"):
            path.unlink()
        cold.store.add(cold.shelf, pack(early, label), label, Log())
    log = Log()
    offline = supplier(cmr, tmp_path, log=log).granules(SMALL, CYCLE_22)
    assert names(offline) == early.sort_values(["start_time", "granule_id"])["granule_id"].tolist()
    assert "is as of 2024-02-15 12:00 UTC, and could not be brought up to date" in log.text
    assert "cannot be reached" in log.text


def test_what_is_held_needs_no_network(tmp_path):
    with StandIn(cycles=[22]) as cmr:
        expected = names(supplier(cmr, tmp_path).granules(SMALL, CYCLE_22))
    assert names(supplier(cmr, tmp_path).granules(SMALL, CYCLE_22)) == expected


@pytest.mark.parametrize("harm", ["cut", "garbled", "foreign", "old"])
def test_a_file_that_cannot_be_used_is_said_set_aside_and_rebuilt(cmr, tmp_path, truth, harm):
    expected = truth(SMALL, CYCLE_22)
    supplier(cmr, tmp_path).granules(SMALL, CYCLE_22)
    (path,) = tmp_path.rglob("*.parquet")
    content = bytearray(path.read_bytes())
    if harm == "cut":
        path.write_bytes(content[:-100])
    elif harm == "garbled":
        content[200:260] = bytes(60)
        path.write_bytes(content)
    elif harm == "foreign":
        pd.DataFrame({"a": [1]}).to_parquet(path)
    else:
        path.write_bytes(bytes(content).replace(b'"store_version": 1', b'"store_version": 0'))
    log = Log()
    assert names(supplier(cmr, tmp_path, log=log).granules(SMALL, CYCLE_22)) == expected
    assert f"set aside as .{'old' if harm == 'old' else 'damaged'}" in log.text
    assert len(list(tmp_path.rglob("*.parquet"))) == 1


def test_a_store_that_cannot_be_written_is_said_and_the_search_goes_on(cmr, tmp_path, truth):
    expected = truth(SMALL, CYCLE_22)
    (tmp_path / "file").write_text("not a folder")
    log = Log()
    assert names(supplier(cmr, tmp_path / "file", log=log).granules(SMALL, CYCLE_22)) == expected
    assert "cannot be written" in log.text
    assert "XOPR_CACHE_DIR" in log.text


def test_the_store_is_plain_geoparquet_with_a_readme(cmr, tmp_path):
    found = supplier(cmr, tmp_path).granules(SMALL, CYCLE_22)
    (path,) = tmp_path.rglob("*.parquet")
    table = gpd.read_parquet(path)
    assert sorted(table["granule_id"]) == sorted(names(found))
    readme = (tmp_path / "README.txt").read_text()
    assert all(column in readme for column in table.columns)


def test_who_searches_every_day_gets_one_file_a_cycle_and_asks_little(cmr, tmp_path, truth):
    days = pd.date_range("2024-03-01", "2024-03-30")
    requests = []
    for day in days:
        until = window.resolve_window("date_range", start_date="2023-10-01", end_date=f"{day:%Y-%m-%d}")
        cmr.requests.clear()
        found = supplier(cmr, tmp_path).granules(SMALL, until)
        requests.append(len(cmr.requests))
    assert names(found) == truth(SMALL, until)
    spans = sorted(path.name[:17] for path in tmp_path.rglob("*.parquet"))
    assert spans == ["20231001-20231218", "20231218-20240318", "20240318-20240330"]
    assert max(requests[1:]) <= 4
    cmr.requests.clear()
    assert names(supplier(cmr, tmp_path).granules(SMALL, until)) == names(found)
    assert cmr.requests == []


@pytest.mark.parametrize(("product", "version"), [("ATL03", "007"), ("ATL08", "006")])
def test_other_products_and_versions_come_by_their_names_with_track_cycle_and_region(tmp_path, product, version):
    with StandIn(cycles=[22], products=["ATL06", product], versions=["007", version]) as cmr:
        client = CmrClient(cmr.url, pause=0)
        query = GranuleQuery(product, version, "NSIDC_CPRD")
        found = Supplier(query, client, GranuleStore(tmp_path)).granules(SMALL, CYCLE_22).granules
        cmr.requests.clear()
        again = Supplier(query, client, GranuleStore(tmp_path)).granules(SMALL, CYCLE_22).granules
        assert cmr.requests == []
    assert len(found) > 50
    assert again["granule_id"].tolist() == found["granule_id"].tolist()
    assert found["granule_id"].str.match(rf"{product}_\d{{14}}_\d{{4}}22\d{{2}}_{version}_\d{{2}}\.h5$").all()
    assert set(found["cycle"]) == {22}


SEARCH = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from xopr_crossovers.core.search import area, window
    from xopr_crossovers.core.search.cmr import CmrClient, GranuleQuery
    from xopr_crossovers.core.search.store import GranuleStore
    from xopr_crossovers.core.search.supply import Supplier

    supplier = Supplier(GranuleQuery("ATL06", "007", "NSIDC_CPRD"), CmrClient(sys.argv[1], pause=0),
                        GranuleStore(Path(sys.argv[2])))
    months = window.resolve_window("date_range", start_date="2023-08-01", end_date="2024-05-31")
    print("begin", flush=True)
    found = supplier.granules(area.given_area((-125, -80, -95, -74)), months)
    print("\\n".join(found.granules["granule_id"]))
    """
)


def start_search(cmr, folder):
    return subprocess.Popen(
        [sys.executable, "-c", SEARCH, cmr.url, str(folder)], stdout=subprocess.PIPE, text=True, env=os.environ
    )


@pytest.mark.deep
def test_killed_at_any_moment_the_store_is_whole_and_the_next_run_ends_with_the_same_granules(cmr, tmp_path, truth):
    expected = truth(LARGE, MONTHS)
    moments = random.Random(20240106)  # noqa: S311
    for _ in range(times(6, 3)):
        process = start_search(cmr, tmp_path)
        process.stdout.readline()
        time.sleep(moments.uniform(0, 1.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    log = Log()
    assert names(supplier(cmr, tmp_path, log=log).granules(LARGE, MONTHS)) == expected
    assert "set aside" not in log.text


def test_two_searches_at_once_do_not_harm_each_other(cmr, tmp_path, truth):
    expected = truth(LARGE, MONTHS)
    both = [start_search(cmr, tmp_path) for _ in range(2)]
    outputs = [process.communicate()[0].split() for process in both]
    assert [output[1:] for output in outputs] == [expected, expected]
    cmr.requests.clear()
    log = Log()
    assert names(supplier(cmr, tmp_path, log=log).granules(LARGE, MONTHS)) == expected
    assert cmr.requests == []


def test_a_cancel_is_heard_while_the_store_is_read(cmr, tmp_path):
    supplier(cmr, tmp_path).granules(LARGE, CYCLE_22)
    cmr.requests.clear()
    with pytest.raises(CancelledError):
        supplier(cmr, tmp_path, log=Log(cancel_after=0)).granules(LARGE, CYCLE_22)
    assert cmr.requests == []
