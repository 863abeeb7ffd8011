"""What is said of predicted passes, and of what cannot be predicted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

import makers
from planned_passes import CYCLE_22, passes, places
from xopr_crossovers.core.common import CancelledError, InputError
from xopr_crossovers.core.crossings.pass_plan import PassPlan
from xopr_crossovers.core.crossings.predicted_passes import predict_passes


def test_features_without_a_place_are_counted_and_named():
    log = makers.Log()
    bad = shapely.Point(500, 95)
    table = places(shapely.Point(-105, -75.1), None, shapely.Point(), bad, name=["Camp", "Depot", None, "Wrong"])

    found = passes(table, log)

    assert set(found["place_name"]) == {"Camp"}
    assert "2 of 4 features have no geometry, and no pass: Depot and place 3." in log.text
    assert "1 of 4 features has no place on the Earth" in log.text
    assert log.text.count("Wrong") == 1


def test_a_place_that_nothing_passes_is_named_with_the_reason():
    log = makers.Log()
    found = passes(
        places(shapely.Point(0, -90), shapely.Point(0, -75.12345), name=["Pole", "Gap"]), log, distance_m=1.0
    )

    assert len(found) == 0
    assert (
        "Nothing passes within 0.001 km of 2 of 2 places in any cycle: Pole and Gap; the tracks turn at 88" in log.text
    )
    assert found.geometry.dtype == "geometry"
    # 220 km from the pole they pass all the time.
    assert set(passes(places(shapely.Point(0, -90)), distance_m=230_000)["rgt"]) == set(range(1, 1388))


def test_passes_that_come_after_the_last_day_are_announced():
    log = makers.Log()
    whole = passes(places(shapely.Point(-105, -75.1)))
    first = whole["pass_time"].iloc[0]
    day = f"{first - pd.Timedelta(days=1):%Y-%m-%d}"

    none = passes(places(shapely.Point(-105, -75.1), name=["Camp"]), log, start_date=day, end_date=day)

    assert len(none) == 0
    assert (
        f"1 place has passes, but none in this time: Camp. The next one is at Camp, {first:%Y-%m-%d %H:%M} UTC"
        in log.text
    )


def test_the_log_says_that_it_is_a_plan_and_that_later_times_are_not_known():
    log = makers.Log()
    passes(places(shapely.Point(-105, -75.1)), log, start_date="2026-11-25", end_date="2026-12-25")

    assert "A plan, not an observation" in log.text
    assert "Cycle 34 is 4 cycles after the last one that the calendar was compared with" in log.text


def test_middle_latitudes_and_early_cycles_may_be_pointed_beside_their_tracks():
    table = passes(
        places(shapely.Point(10, 45), shapely.Point(10, -75)), start_date="2019-01-01", end_date="2019-06-25"
    )

    polar = (table["place"] == 2) & (table["cycle"] >= 3)
    assert set(table.loc[polar, "uncertainty_m"]) == {100}
    assert set(table.loc[~polar, "uncertainty_m"]) == {13_000}
    assert all("100 m" in text for text in table.loc[polar, "accuracy"])


NOW = pd.Timestamp("2026-11-25 13:00")


def test_without_days_it_is_91_days_from_today():
    assert PassPlan(now=NOW).days() == (pd.Timestamp("2026-11-25"), pd.Timestamp("2027-02-24"))


def test_the_first_and_the_last_day_belong_to_it():
    table = passes(places(shapely.Point(0, -87.5)), start_date="2024-01-01", end_date="2024-01-02", distance_m=50_000)

    assert f"{table['pass_time'].min():%m-%d}" == "01-01"
    assert f"{table['pass_time'].max():%m-%d}" == "01-02"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"start_date": "2018-10-12"}, "START_DATE 2018-10-12 is before ICESat-2's first data; begin at 2018-10-13"),
        ({"end_date": "2026-11-24"}, r"END_DATE 2026-11-24 is before START_DATE 2026-11-25 \(today\)"),
        ({"end_date": "2036-11-26"}, "it is more than 10 years; ask for fewer"),
        ({"start_date": "2043-01-01", "end_date": "2044-01-01"}, "after repeat cycle 99"),
        ({"start_date": "01/06/2024"}, "START_DATE is not a date"),
        ({"distance_m": 300_001}, "DISTANCE must be from 0 to 300,000 metres"),
        ({"distance_m": float("nan")}, "DISTANCE must be from 0"),
        ({"beams": ["gt4l"]}, "there is no beam 'gt4l'"),
        ({"direction": "up"}, "there is no direction 'up'"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_one_sentence(wrong, sentence):
    with pytest.raises(InputError, match=sentence):
        PassPlan(now=NOW, **wrong)


@pytest.mark.parametrize("last", ["2036-11-25", "2026-11-25"])
def test_ten_years_and_one_day_are_not_too_long_or_too_short(last):
    assert PassPlan(now=NOW, end_date=last).days()[1] == pd.Timestamp(last)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (places(), "PLACES has no feature"),
        (places(None, shapely.Point()), "none of 2 features has a geometry"),
        (places(shapely.Point(0, -75), crs=None), "no coordinate reference system"),
        (places(shapely.Point(1e6, -7e5)), "looks like metres"),
    ],
)
def test_a_layer_without_a_place_is_refused_in_one_sentence(table, sentence):
    with pytest.raises(InputError, match=sentence):
        passes(table)


@pytest.mark.parametrize(
    ("columns", "number", "name"),
    [
        ({"fid": [12], "Name": ["Camp"]}, 12, "Camp"),
        ({"id": [7]}, 1, "7"),
        ({"remark": ["x"], "STATION_NAME": ["AWS 3"]}, 1, "AWS 3"),
        ({"remark": ["x"]}, 1, None),
    ],
)
def test_a_row_says_whose_place_it_is(columns, number, name):
    table = passes(places(shapely.Point(-105, -75.1), **columns))

    assert set(table["place"]) == {number}
    assert set(table["place_name"]) == {name}


def test_the_search_and_the_rows_stop_soon_after_the_wish():
    rng = np.random.default_rng(3)
    table = places(*shapely.points(rng.uniform(-180, 180, 300), rng.uniform(-87, -64, 300)))
    whole = makers.Log()
    passes(table, whole, end_date="2030-01-01")
    for looks in (1, whole.looks // 2, whole.looks - 1):
        with pytest.raises(CancelledError):
            passes(table, makers.Log(cancel_after=looks), end_date="2030-01-01")


def test_long_lines_are_written_some_at_a_time():
    continent = places(shapely.box(-180, -90, 180, -60))

    tables = list(predict_passes(continent, PassPlan(**CYCLE_22, beams=["gt2l"])).passes())

    # 92 days of orbits of 94.29 minutes; each is followed for 60 degrees and more, and 50,000 degrees at once.
    assert abs(sum(len(table) for table in tables) - 92 * 24 * 60 / 94.29) < 1
    assert max(len(table) for table in tables) < 50_000 / 60
    assert pd.concat(tables)["pass_time"].is_monotonic_increasing
