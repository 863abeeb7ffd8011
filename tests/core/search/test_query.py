"""A query says to CMR what it was told, and refuses what cannot be asked."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

import pandas as pd
import pytest

from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.search.query import GranuleQuery

RING = [(-110.0, -76.0), (-100.0, -76.0), (-105.0, -74.0)]


def parameters(**changes):
    return dict(GranuleQuery("ATL06", **changes).parameters())


def test_a_bare_query_asks_for_the_product_in_the_largest_pages():
    assert GranuleQuery("ATL06").parameters() == [("short_name", "ATL06"), ("page_size", "2000")]


def test_version_and_provider_are_asked_for_if_given():
    asked = parameters(version="007", provider="NSIDC_CPRD", page_size=10)
    assert asked == {"short_name": "ATL06", "version": "007", "provider": "NSIDC_CPRD", "page_size": "10"}


@pytest.mark.parametrize(
    ("start", "end", "temporal"),
    [
        ("2024-01-06", "2024-04-06", "2024-01-06T00:00:00.000Z,2024-04-06T23:59:59.999Z"),
        ("20240106", date(2024, 4, 6), "2024-01-06T00:00:00.000Z,2024-04-06T23:59:59.999Z"),
        (date(2024, 2, 29), date(2024, 2, 29), "2024-02-29T00:00:00.000Z,2024-02-29T23:59:59.999Z"),
        ("2024-01-06T01:02:03Z", "2024-04-06T00:00:00Z", "2024-01-06T01:02:03.000Z,2024-04-06T00:00:00.000Z"),
        ("2024-01-06T01:00:00+03:00", datetime(2024, 4, 6), "2024-01-05T22:00:00.000Z,2024-04-06T00:00:00.000Z"),
        (
            datetime(2024, 1, 6, 1, tzinfo=timezone(timedelta(hours=-2))),
            pd.Timestamp("2024-04-06T12:00:00.123999999"),
            "2024-01-06T03:00:00.000Z,2024-04-06T12:00:00.123Z",
        ),
        ("2024-01-06", None, "2024-01-06T00:00:00.000Z,"),
        ("", "2024-04-06", ",2024-04-06T23:59:59.999Z"),
    ],
)
def test_the_window_is_sent_in_utc_with_both_ends_and_an_end_date_is_the_whole_day(start, end, temporal):
    assert parameters(start=start, end=end)["temporal"] == temporal


@pytest.mark.parametrize("moment", ["yesterday", "06.01.2024", "2024-13-01", "2024-02-30", "22", pd.NaT, 20240106])
@pytest.mark.parametrize("side", ["start", "end"])
def test_what_is_no_date_is_an_input_error_that_shows_it(side, moment):
    sentence = re.escape(f"The {side} of the window is not a date: {moment!r}; write it as 2024-01-31.")
    with pytest.raises(InputError, match=sentence):
        GranuleQuery("ATL06", **{side: moment})


def test_a_window_that_ends_before_it_begins_is_an_input_error():
    with pytest.raises(InputError, match=r"begins at 2024-04-06T00:00:00.000Z, after its end at 2024-01-06T23:59:59"):
        GranuleQuery("ATL06", start="2024-04-06", end="2024-01-06")


def test_a_box_is_sent_as_west_south_east_north_and_may_cross_the_antimeridian():
    assert parameters(boxes=[[175.5, -80, -170.25, -70.1234567]])["bounding_box"] == "175.5,-80,-170.25,-70.123457"
    assert parameters(boxes=[(-180, -90, 180, -0.0)])["bounding_box"] == "-180,-90,180,0"
    assert parameters(boxes=[(1e-7, 10, 20, 30)])["bounding_box"] == "0,10,20,30"


@pytest.mark.parametrize(
    "box", [(0, 10, 5, -10), (-181, 0, 0, 1), (0, 0, 181, 1), (0, -91, 1, 0), (0, 0, 1), (0, float("nan"), 1, 2)]
)
def test_an_impossible_box_is_an_input_error(box):
    with pytest.raises(InputError, match="cannot be searched: give west, south, east, north in degrees"):
        GranuleQuery("ATL06", boxes=[box])


def test_of_several_boxes_one_is_enough():
    pairs = GranuleQuery("ATL06", boxes=[(170, -80, -170, -70), (0, -85, 10, -80)]).parameters()
    assert pairs[1:4] == [
        ("bounding_box[]", "170,-80,-170,-70"),
        ("bounding_box[]", "0,-85,10,-80"),
        ("options[bounding_box][or]", "true"),
    ]


def test_a_polygon_is_sent_closed():
    closed = "-110,-76,-100,-76,-105,-74,-110,-76"
    assert parameters(polygon=RING)["polygon"] == closed
    assert parameters(polygon=[*RING, RING[0]])["polygon"] == closed


@pytest.mark.parametrize(
    ("polygon", "message"),
    [
        (RING[:2], "fewer than three different points"),
        ([RING[0], RING[1], RING[0]], "fewer than three different points"),
        ([(-76.0, -110.0), *RING], r"a point outside of -180..180 and -90..90 degrees: give \(lon, lat\)"),
    ],
)
def test_an_impossible_polygon_is_an_input_error(polygon, message):
    with pytest.raises(InputError, match=message):
        GranuleQuery("ATL06", polygon=polygon)


def test_a_box_and_a_polygon_at_once_are_an_input_error():
    with pytest.raises(InputError, match="boxes or a polygon, not both"):
        GranuleQuery("ATL06", boxes=[(0, 0, 1, 1)], polygon=RING)


def test_name_patterns_are_sent_each_with_the_option_that_makes_them_patterns():
    patterns = ["ATL06_??????????????_????2210_*", "ATL06_??????????????_????2211_*"]
    assert GranuleQuery("ATL06", name_patterns=patterns).parameters()[1:-1] == [
        ("readable_granule_name[]", patterns[0]),
        ("readable_granule_name[]", patterns[1]),
        ("options[readable_granule_name][pattern]", "true"),
    ]
    assert GranuleQuery("ATL06", name_patterns=patterns[0]).name_patterns == (patterns[0],)


@pytest.mark.parametrize("page_size", [0, 2001])
def test_cmr_sends_1_to_2000_granules_a_page(page_size):
    with pytest.raises(InputError, match=f"A page of {page_size} granules cannot be asked for: give 1 to 2000"):
        GranuleQuery("ATL06", page_size=page_size)


def test_a_query_without_a_product_is_an_input_error():
    with pytest.raises(InputError, match="short name is missing"):
        GranuleQuery("")


def test_equal_queries_are_equal_and_can_be_looked_up():
    one = GranuleQuery("ATL06", boxes=[[0, 0, 1, 1]], name_patterns=["a"])
    assert {one: 1}[GranuleQuery("ATL06", boxes=((0, 0, 1, 1),), name_patterns=("a",))] == 1
