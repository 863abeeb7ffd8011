"""Days and moments that users write."""

import datetime

import numpy as np
import pandas as pd
import pytest

from xopr_crossovers.core.common import dates as moments
from xopr_crossovers.core.common.errors import InputError


@pytest.mark.parametrize(
    "value",
    [
        "2024-01-06",
        "20240106",
        " 2024-01-06 ",
        "2024-01-06T12:00:00Z",
        datetime.date(2024, 1, 6),
        datetime.datetime(2024, 1, 6, 23, 59),
        pd.Timestamp("2024-01-06T01:00", tz="UTC"),
        np.datetime64("2024-01-06"),
    ],
)
def test_a_day_is_read_from_iso_text_and_from_dates_of_every_kind(value):
    assert moments.read_day(value, "START_DATE") == pd.Timestamp("2024-01-06")


def test_a_time_in_another_zone_is_the_day_in_utc():
    assert moments.read_day("2024-01-06T23:30-05:00", "END_DATE") == pd.Timestamp("2024-01-07")


@pytest.mark.parametrize("value", ["06/01/2024", "06.01.2024", "2024", "soon", "2024-02-30", 20240106, pd.NaT, 5.0])
def test_what_may_be_another_day_is_refused(value):
    with pytest.raises(InputError, match=r"END_DATE is not a date: .*; write it as 2024-01-31"):
        moments.read_day(value, "END_DATE")


def test_nothing_is_no_day():
    assert moments.read_day(None, "x") is None
    assert moments.read_day("", "x") is None


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (["2020-11-03T01:00", "2020-11-03T23:00"], "2020-11-03"),
        (["2020-11-03", None], "2020-11-03; 1 unknown"),
        (["2020-11-04", "2020-11-03", None], "2020-11-03 to 2020-11-04; 1 unknown"),
        ([None], "unknown"),
    ],
)
def test_a_span_of_one_day_says_it_once(days, words):
    assert moments.span_of(pd.to_datetime(pd.Series(days, dtype=object), utc=True, format="ISO8601")) == words


def test_flown_on_one_day_is_not_flown_from_that_day_to_itself():
    assert moments.on_days("2020-11-03", "2020-11-03") == "on 2020-11-03"
    assert moments.on_days("2020-11-03", "2020-11-04") == "from 2020-11-03 to 2020-11-04"
