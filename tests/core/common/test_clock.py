"""An open window ends today, and today is the latest day that this machine's clock or the server's tells."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from growing import GrowingCmr
from makers import Log
from xopr_crossovers.core import job
from xopr_crossovers.core.common.clock import Clock, read_date
from xopr_crossovers.core.common.errors import InputError, SearchError
from xopr_crossovers.core.search import TIME_MODES, area, store_folder, window

PLACE = area.given_area((-110, -78, -100, -75))
NOW = pd.Timestamp("2024-06-01T12:00")
BEHIND, RIGHT, AHEAD = pd.Timestamp("2023-10-01T08:30"), NOW, pd.Timestamp("2031-01-01")
START = "2023-08-01"


@pytest.fixture(scope="module")
def server():
    with GrowingCmr([20, 21, 22, 23], [10, 12]) as cmr:
        yield cmr


@pytest.fixture
def cmr(server):
    server.requests.clear()
    server.now, server.told = np.datetime64(NOW, "ms"), None
    return server


def search(cmr, own, mode="date_range", store="ignore", log=None, areas=(PLACE,), url=None):
    log = log or Log()
    start = START if mode == "date_range" else None
    asked = window.resolve_window(mode, start_date=start, progress=log, now=own)
    product = job.Product(cmr_url=url or cmr.url, store=store)
    return job.query_granules(list(areas), asked, product, log, clock=Clock(lambda: own))


def known(cmr, start, end=None):
    """Names of what the server has published in the window, from its own list."""
    end = np.datetime64(end or cmr.now, "ms")
    there = (cmr.granules.start <= end) & (cmr.granules.end >= np.datetime64(start)) & (cmr.granules.revised <= cmr.now)
    return {cmr.granules.names[row] for row in np.flatnonzero(there & cmr.granules.touching(_box()))}


def _box():
    from standin import areas

    return areas.Box(*PLACE.boxes[0])


@pytest.mark.parametrize("store", ["ignore", "use", "refresh"])
@pytest.mark.parametrize(("mode", "start"), [("all_years", "2018-10-13"), ("date_range", START)])
def test_with_a_clock_that_is_behind_an_open_window_ends_on_the_server_s_day(cmr, mode, start, store):
    log = Log()
    found = search(cmr, BEHIND, mode, store, log)
    assert set(found.granules["granule_id"]) == known(cmr, start)
    assert len(found.granules) > 20
    assert (found.window.start_date, found.window.end_date) == (start, "2024-06-01")
    assert found.window.text in log.infos
    sentence = (
        "This machine's clock says 2023-10-01 08:30 UTC, but 127.0.0.1 says 2024-06-01 12:00 UTC: check this machine's "
        "date and time."
    )
    assert [one for one in log.warnings if "clock" in one] == [sentence.replace("127.0.0.1", _host(cmr))]


def _host(cmr):
    return cmr.url.partition("://")[2]


def test_a_clock_ahead_loses_nothing_and_is_told(cmr):
    log = Log()
    found = search(cmr, AHEAD, log=log)
    assert set(found.granules["granule_id"]) == known(cmr, START)
    assert "This machine's clock says 2031-01-01 00:00 UTC" in log.text


def test_a_right_clock_is_not_spoken_of_and_costs_no_request(cmr):
    log = Log()
    found = search(cmr, RIGHT - pd.Timedelta(hours=5), log=log)
    assert set(found.granules["granule_id"]) == known(cmr, START)
    assert "clock" not in log.text
    assert found.window.end_date == "2024-06-01"
    spans = {request.get("temporal") for request in cmr.requests}
    assert len(spans) == 4  # one a cycle


def test_a_server_or_proxy_whose_own_clock_is_behind_cuts_nothing(cmr):
    cmr.told = np.datetime64("2020-01-01", "ms")
    log = Log()
    found = search(cmr, RIGHT, log=log)
    assert set(found.granules["granule_id"]) == known(cmr, START)
    assert found.window.end_date == "2024-06-01"
    assert "says 2020-01-01 00:00 UTC" in log.text


def test_the_day_after_with_the_clock_still_behind_what_came_since_is_found(cmr):
    """A clock without a battery begins at the same day again: what is held must not count as fresh."""
    cmr.now = np.datetime64("2024-04-20", "ms")
    early = search(cmr, BEHIND, store="use")
    cmr.now = np.datetime64(NOW, "ms")
    late = search(cmr, BEHIND + pd.Timedelta(minutes=10), store="use")
    assert len(early.granules) < len(late.granules)
    assert set(late.granules["granule_id"]) == known(cmr, START)


def test_without_a_network_what_is_held_tells_that_this_machine_s_clock_is_behind(cmr):
    everything = set(search(cmr, RIGHT, store="use").granules["granule_id"])
    folder = store_folder(cmr.url)
    nowhere = "http://127.0.0.1:9"
    folder.rename(store_folder(nowhere))
    log = Log()
    found = search(cmr, BEHIND, store="use", log=log, url=nowhere)
    assert set(found.granules["granule_id"]) == everything
    assert found.window.end_date == "2024-06-01"
    assert "but an answer in the granule store says 2024-06-01 12:00 UTC" in log.text
    assert "could not be brought up to date" in log.text


def test_an_area_that_was_held_before_the_server_spoke_is_searched_to_the_server_s_day_too(cmr):
    north = area.given_area((-110, -74, -100, -72))
    search(cmr, BEHIND, store="use", areas=[north])
    found = search(cmr, BEHIND, store="use", areas=[north, PLACE])
    assert known(cmr, START) <= set(found.granules["granule_id"])
    assert found.window.end_date == "2024-06-01"


def test_an_end_that_the_user_gave_stays_whatever_the_clocks_say(cmr):
    asked = window.resolve_window("date_range", start_date=START, end_date="2023-12-31", now=BEHIND)
    found = job.query_granules([PLACE], asked, job.Product(cmr_url=cmr.url), Log(), clock=Clock(lambda: BEHIND))
    assert found.window == asked
    assert set(found.granules["granule_id"]) == known(cmr, START, "2023-12-31T23:59:59.999")


@pytest.mark.parametrize("mode", TIME_MODES)
def test_a_clock_before_launch_is_refused_in_one_sentence_in_every_mode(mode):
    with pytest.raises(
        InputError,
        match=r"^This machine's clock says 2017-01-01, before the first ICESat-2 data of 2018-10-13: set its date and",
    ):
        window.resolve_window(mode, cycle=22, start_date="2024-01-01", now=pd.Timestamp("2017-01-01"))


@pytest.mark.parametrize("mode", ["cycle", "nominal_cycle"])
def test_a_cycle_in_the_future_of_a_wrong_clock_is_refused_with_what_the_clock_says(mode):
    with pytest.raises(InputError, match=r"the current cycle is 21: .* this machine's clock, which says 2023-10-01\.$"):
        window.resolve_window(mode, cycle=23, now=BEHIND)


def test_files_that_reach_beyond_this_machine_s_day_are_read_to_their_end(cmr, monkeypatch):
    everything = search(cmr, RIGHT, store="use")
    log = Log()
    asked = window.resolve_window("date_range", start_date=START, now=BEHIND)
    found = job.read_granules(str(store_folder(cmr.url)), [PLACE], asked, progress=log)
    assert set(found.granules["granule_id"]) == set(everything.granules["granule_id"])


def test_a_search_that_cannot_reach_the_server_is_no_shorter_window(cmr):
    with pytest.raises(SearchError):
        search(cmr, BEHIND, url="http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sat, 01 Jun 2024 12:00:00 GMT", NOW),
        ("Saturday, 01-Jun-24 12:00:00 GMT", NOW),
        ("Sat, 01 Jun 2024 14:00:00 +0200", NOW),
        ("", None),
        ("yesterday", None),
        ("Sat, 99 Jun 2024 12:00:00 GMT", None),
    ],
)
def test_a_date_of_any_make_is_read_and_none_is_no_error(text, moment):
    assert read_date(text) == moment


def test_the_window_s_end_moves_only_forward_and_only_where_it_is_open():
    open_, closed = (
        window.resolve_window("date_range", start_date=START, end_date=end, now=NOW) for end in (None, START)
    )
    assert open_.until(BEHIND) == open_
    assert closed.until(AHEAD) == closed
    assert open_.until(AHEAD).end == pd.Timestamp("2031-01-01T23:59:59.999")
    assert replace(open_, open_end=False).until(AHEAD).end_date == "2024-06-01"
