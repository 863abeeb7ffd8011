"""Times of radar files are GPS time; UTC is behind by the leap seconds since 1980."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.resources import files

import numpy as np
import pytest

from xopr_crossovers.core.radar.leap_seconds import gps_to_utc

EPOCH = datetime(1970, 1, 1)


def seconds(moment):
    return (moment - EPOCH).total_seconds()


@pytest.mark.parametrize(
    ("day", "ahead"),
    [  # of the field's notes: 13 s before 2006, 14 s before 2009, 18 s since 2017; and a flight of the first campaign
        ("2005-06-01", 13),
        ("2008-12-31", 14),
        ("2012-10-23", 16),
        ("2014-11-21", 16),
        ("2017-01-01", 18),
        ("2026-11-25", 18),
        ("1993-06-23", 8),
    ],
)
def test_utc_is_behind_by_the_leap_seconds_of_the_day(day, ahead):
    noon = datetime.fromisoformat(f"{day}T12:00:00.250")
    (utc,) = gps_to_utc(np.array([seconds(noon) + ahead]))
    assert utc == np.datetime64(noon, "us")


def test_every_leap_second_since_1980_is_that_of_the_published_list():
    # hypothesis brings IETF's leap-seconds.list for its own dates: seconds since 1900, and TAI - UTC from then on.
    text = (files("hypothesis") / "vendor" / "leap-seconds.txt").read_text(encoding="utf-8")
    listed = [tuple(map(int, line.split()[:2])) for line in text.splitlines() if line and not line.startswith("#")]
    since = [(datetime(1900, 1, 1) + timedelta(seconds=when), tai - 19) for when, tai in listed]
    since = [(day, ahead) for day, ahead in since if day >= datetime(1981, 1, 1)]
    assert len(since) == 18
    for day, ahead in since:
        before, after = day - timedelta(seconds=2), day + timedelta(seconds=2)
        utc = gps_to_utc(np.array([seconds(before) + ahead - 1, seconds(day) + ahead, seconds(after) + ahead]))
        assert utc.tolist() == [before, day, after]


def test_what_is_no_time_is_none():
    times = np.array([np.nan, np.inf, -np.inf, 0.0, 3.1e8, 1e18, 1.6e9])
    assert np.isnat(gps_to_utc(times)).tolist() == [True, True, True, True, True, True, False]
