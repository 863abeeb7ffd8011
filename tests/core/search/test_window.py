"""Temporal windows."""

import csv

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import makers
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.search import window

FRAME = [(-100, -75), (-101, -75.2)]


def test_cycle_22_by_the_orbit_calendar_is_2023_12_18_to_2024_03_18():
    found = window.resolve_window("cycle", cycle=22)
    assert (found.start_date, found.end_date, found.cycle) == ("2023-12-18", "2024-03-18", 22)


def test_cycle_22_counted_from_launch_is_the_notebook_s_window():
    found = window.resolve_window("nominal_cycle", cycle=22)
    assert (found.start_date, found.end_date, found.cycle) == ("2024-01-06", "2024-04-06", None)


def test_a_cycle_s_window_holds_all_granules_of_the_calendar_of_67_711_real_names(real_data):
    with (real_data / "orbit" / "icesat2_cycle_calendar.csv").open() as file:
        rows = list(csv.DictReader(file))
    known = [row for row in rows if row["fitted_rgt1_equator_utc"]]
    assert sum(int(row["n_within_600s"]) for row in known) == 67_710
    for row in known:
        found = window.resolve_window("cycle", cycle=int(row["cycle"]))
        start = found.start + window.CALENDAR_TOLERANCE
        assert abs(start - pd.Timestamp(row["fitted_rgt1_equator_utc"])) <= pd.Timedelta(minutes=10)
        # One name of cycle 19 has a start time of another cycle: the one that is not within 600 s.
        if row["n_names"] == row["n_within_600s"]:
            assert found.start <= pd.Timestamp(row["earliest_granule"])
            assert pd.Timestamp(row["latest_granule"]) <= found.end


def test_both_days_of_a_date_range_are_included():
    found = window.resolve_window("date_range", start_date="2024-01-31", end_date="2024-02-01")
    assert found.start == pd.Timestamp("2024-01-31T00:00:00")
    assert found.end == pd.Timestamp("2024-02-01T23:59:59.999")


def test_a_date_range_without_an_end_goes_to_today():
    assert window.resolve_window("date_range", start_date="2024-01-31").end_date == f"{window.today():%Y-%m-%d}"


def test_a_date_range_that_begins_before_launch_is_cut_with_a_warning():
    log = makers.Log()
    found = window.resolve_window("date_range", start_date="2016-01-01", end_date="2019-01-01", progress=log)
    assert found.start_date == "2018-10-13"
    assert "before the first ICESat-2 data of 2018-10-13" in log.warnings[0]


def test_all_years_is_launch_to_today():
    found = window.resolve_window("all_years")
    assert (found.start_date, found.end_date) == ("2018-10-13", f"{window.today():%Y-%m-%d}")


def test_exact_year_is_from_the_first_to_the_last_flight():
    table = makers.frames(FRAME, FRAME, FRAME)
    table["opr:date"] = ["20191105", "20191030", "20191120"]
    found = window.resolve_window("exact_year", table)
    assert (found.start_date, found.end_date) == ("2019-10-30", "2019-11-20")


def test_the_window_is_told():
    log = makers.Log()
    window.resolve_window("cycle", cycle=22, progress=log)
    assert log.infos == ["Cycle 22 by the orbit calendar: 2023-12-18 21:15 to 2024-03-18 16:54 UTC."]


@given(st.integers(1, 30))
def test_cycles_follow_each_other_without_a_gap(cycle):
    first, second = (window.resolve_window("cycle", cycle=c) for c in (cycle, cycle + 1))
    assert first.end - second.start == 2 * window.CALENDAR_TOLERANCE


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"mode": "cycle"}, "needs CYCLE"),
        ({"mode": "cycle", "cycle": 0}, "CYCLE must be a whole number from 1 to 999, not 0"),
        ({"mode": "cycle", "cycle": 2.5}, "CYCLE must be a whole number from 1 to 999, not 2.5"),
        ({"mode": "cycle", "cycle": 500}, "Cycle 500 begins on 2142-.*, after today; the current cycle is"),
        ({"mode": "nominal_cycle", "cycle": 500}, "Cycle 500 begins on 2143-.*, after today"),
        ({"mode": "date_range"}, "needs START_DATE"),
        ({"mode": "date_range", "start_date": "soon"}, "START_DATE is not a date: 'soon'"),
        ({"mode": "date_range", "start_date": "2024-02-01", "end_date": "2024-01-01"}, "is after its end"),
        (
            {"mode": "date_range", "start_date": "2010-01-01", "end_date": "2012-01-01"},
            "ends on 2012-01-01, before the first ICESat-2 data of 2018-10-13",
        ),
        ({"mode": "date_range", "start_date": "2150-01-01", "end_date": "2150-02-01"}, "is after today"),
        ({"mode": "exact_year"}, "give frames"),
        ({"mode": "fortnight"}, "TIME_MODE must be one of"),
    ],
)
def test_a_wrong_argument_is_one_clear_sentence(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        window.resolve_window(**arguments)


def test_exact_year_of_frames_flown_before_launch_names_their_dates():
    with pytest.raises(InputError, match="flown on 2016-11-03, before ICESat-2's first data"):
        window.resolve_window("exact_year", makers.frames(FRAME, date="20161103"))


def test_exact_year_of_frames_without_dates_is_refused():
    table = makers.frames(FRAME, ids=["a"]).drop(columns="opr:date")
    with pytest.raises(InputError, match="no flight dates"):
        window.resolve_window("exact_year", table)
