"""The planning model against facts that it was not made from: calendar, real names, real tracks, real footprints."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xopr_crossovers.core import orbit
from xopr_crossovers.core.errors import InputError

SECOND = np.timedelta64(1, "s")
EARTH_RADIUS_KM = 6371.0


def vectors(longitude, latitude):
    longitude, latitude = np.radians(longitude), np.radians(latitude)
    across = np.cos(latitude)
    return np.stack([across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)], axis=-1)


def distance_from_track_km(rgt, u, longitude, latitude):
    """Distance of points from the modelled track near ``u``, across it."""
    before, after = (vectors(*orbit.ground_track(rgt, u + step)) for step in (-1e-3, 1e-3))
    across = np.cross(before, after)
    across /= np.linalg.norm(across, axis=-1)[..., None]
    return np.abs(np.sum(across * vectors(longitude, latitude), axis=-1)) * EARTH_RADIUS_KM


def test_cycle_22_begins_on_2023_12_18_and_cycle_23_on_2024_03_18():
    days = orbit.cycle_start([22, 23]).astype("datetime64[D]").astype(str)
    assert days.tolist() == ["2023-12-18", "2024-03-18"]


def test_cycle_starts_agree_with_67_711_real_names_within_ten_minutes(real_data):
    calendar = pd.read_csv(real_data / "orbit" / "icesat2_cycle_calendar.csv")
    calendar = calendar.dropna(subset=["fitted_rgt1_equator_utc"])
    assert calendar["n_names"].sum() == 67_711
    fitted = calendar["fitted_rgt1_equator_utc"].to_numpy(dtype="datetime64[ms]")
    assert np.all(np.abs(fitted - orbit.cycle_start(calendar["cycle"])) < 600 * SECOND)


def test_cycle_starts_fall_on_nasas_dates(real_data):
    calendar = pd.read_csv(real_data / "orbit" / "icesat2_cycle_calendar.csv")
    # The first began before data were taken, the fourth in a data gap.
    calendar = calendar[~calendar["cycle"].isin([1, 4])]
    official = calendar["official_from"].to_numpy(dtype="datetime64[D]")
    assert np.all(np.abs(orbit.cycle_start(calendar["cycle"]) - official) <= np.timedelta64(24, "h"))


@given(st.integers(1, 200), st.integers(1, 1387), st.floats(0, 359.9))
def test_a_time_of_a_pass_lies_in_the_cycle_of_that_pass(cycle, rgt, u):
    assert orbit.cycle_of(orbit.rgt_time(rgt, cycle, u)) in (cycle, cycle + (rgt == 1387))


def test_a_cycle_lasts_from_its_start_until_the_next_one_begins():
    cycle = np.arange(1, 2001)
    start, end = orbit.cycle_start(cycle), orbit.cycle_start(cycle + 1) - np.timedelta64(1, "ms")
    assert orbit.cycle_of([start, end]).tolist() == [cycle.tolist(), cycle.tolist()]


def test_there_is_no_cycle_before_september_2018():
    assert orbit.cycle_of("2018-09-28T16:20:23") == 0


def test_times_are_in_milliseconds_and_take_the_shape_of_the_arguments():
    times = orbit.rgt_time(np.arange(1, 4)[:, None], [1, 2])
    assert times.shape == (3, 2)
    assert times.dtype == "datetime64[ms]"


def test_the_names_of_a_published_search_begin_when_the_calendar_says():
    # Granules that the xOPR notebook lists for one frame: name's time, RGT, cycle, region.
    names = [
        ("2024-03-27T10:55:14", 134, 23, 10),
        ("2024-02-19T01:49:35", 950, 22, 12),
        ("2024-01-25T13:51:54", 576, 22, 10),
        ("2024-01-09T03:38:42", 325, 22, 12),
    ]
    time, rgt, cycle, region = (np.array(column) for column in zip(*names))
    late = orbit.rgt_time(rgt, cycle, orbit.region_arc(region)[0]) - time.astype("datetime64[ms]")
    assert np.all(np.abs(late) < 120 * SECOND)


def test_real_granules_begin_when_the_calendar_says_to_two_minutes(real_data):
    records = json.loads((real_data / "granules" / "atl06_real_values_umm.json").read_text())["items"]
    names = [record["umm"]["GranuleUR"] for record in records]
    names += list(gpd.read_parquet(real_data / "granules" / "atl03_v007_footprints.parquet")["id"])
    parts = pd.Series(names).str.extract(r"_(\d{14})_(\d{4})(\d\d)(\d\d)_")
    time = pd.to_datetime(parts[0], format="%Y%m%d%H%M%S").to_numpy(dtype="datetime64[ms]")
    rgt, cycle, region = (parts[column].astype(int).to_numpy() for column in (1, 2, 3))
    assert set(region) == {2, 3, 5, 6, 10, 11, 12}
    late = np.abs(time - orbit.rgt_time(rgt, cycle, orbit.region_arc(region)[0]))
    assert len(late) == 2145
    assert late.max() < 120 * SECOND


def test_published_track_points_lie_on_the_modelled_tracks(real_data):
    points = pd.read_csv(real_data / "orbit" / "rgt_cycle14_points.csv.gz")
    time = points["utc"].to_numpy(dtype="datetime64[ms]")
    late = time - orbit.rgt_time(points["RGT"], 14)
    u = late / SECOND / orbit.TRACK_SECONDS * 360
    off = distance_from_track_km(
        points["RGT"].to_numpy(), u, points["longitude"].to_numpy(), points["latitude"].to_numpy()
    )
    polar = off[points["latitude"].abs() > 80]
    assert np.median(off) < 0.5
    assert off.max() < 2.5
    assert np.median(polar) < 0.3
    assert np.percentile(polar, 99) < 0.93
    place = vectors(*orbit.ground_track(points["RGT"], u))
    there = vectors(points["longitude"], points["latitude"])
    # Along the track the calendar's residual of two minutes shows: 7 km a second.
    assert (np.linalg.norm(place - there, axis=1) * EARTH_RADIUS_KM).max() < 120 * 7


def test_real_footprints_lie_along_the_modelled_tracks(real_data):
    footprints = gpd.read_parquet(real_data / "granules" / "atl03_v007_footprints.parquet")
    offs = []
    for name, polygon in zip(footprints["id"], footprints.geometry):
        ring = np.array(polygon.exterior.coords)[:-1]
        half = len(ring) // 2
        middle = vectors(*ring[1 : half + 1].T) + vectors(*np.vstack([ring[:1], ring[:half:-1]]).T)
        middle /= np.linalg.norm(middle, axis=1)[:, None]
        latitude = np.degrees(np.arcsin(middle[:, 2]))
        u = orbit.argument_of_latitude(latitude, ascending=name[27:29] == "02")
        longitude = np.degrees(np.arctan2(middle[:, 1], middle[:, 0]))
        offs.append(distance_from_track_km(int(name[21:25]), u, longitude, latitude))
    assert 1.0 < np.median(np.concatenate(offs)) < 2.2


def test_a_track_turns_at_88_degrees_geocentric_latitude():
    _, latitude = orbit.ground_track(1, [90.0, 270.0])
    # 88 degrees geocentric is 88.0134 geodetic: tan 88 / (1 - e2).
    assert latitude == pytest.approx([88.0134, -88.0134], abs=1e-4)


def test_rgt_1_begins_near_greenwich_and_rgt_2_lies_23_6193_degrees_west():
    longitude, latitude = orbit.ground_track([1, 2], 0.0)
    assert latitude == pytest.approx([0, 0])
    assert longitude[0] == pytest.approx(-0.1276)
    assert longitude[0] - longitude[1] == pytest.approx(23.6193, abs=1e-4)


@given(st.integers(1, 1386))
def test_a_track_ends_where_the_next_one_begins(rgt):
    end, start = (vectors(*orbit.ground_track(*place)) for place in ((rgt, 360.0), (rgt + 1, 0.0)))
    assert end == pytest.approx(start, abs=1e-9)


@given(st.integers(1, 1387), st.floats(0, 360))
def test_longitudes_are_wrapped_at_180(rgt, u):
    longitude, latitude = orbit.ground_track(rgt, u)
    assert -180 <= longitude < 180
    assert abs(latitude) < 88.02


def test_the_14_regions_cut_the_orbit_without_gaps():
    u0, u1 = orbit.region_arc(orbit.REGIONS)
    assert (u0[0], u1[-1]) == (0, 360)
    assert u0[1:].tolist() == u1[:-1].tolist()


@pytest.mark.parametrize(
    ("region", "latitudes"),
    [(1, (0, 27)), (2, (27, 59.5)), (3, (59.5, 80)), (4, (80, 80)), (5, (80, 59.5)), (6, (59.5, 27)), (7, (27, 0)),
     (8, (0, -27)), (9, (-27, -50)), (10, (-50, -79)), (11, (-79, -79)), (12, (-79, -50)), (13, (-50, -27)),
     (14, (-27, 0))],
)  # fmt: skip
def test_regions_begin_and_end_at_their_latitudes(region, latitudes):
    _, latitude = orbit.ground_track(700, np.array(orbit.region_arc(region)))
    assert latitude == pytest.approx(latitudes, abs=1e-6)


@given(st.floats(-88, 88), st.booleans())
def test_the_argument_of_latitude_leads_back_to_the_latitude(latitude, ascending):
    u = orbit.argument_of_latitude(latitude, ascending)
    assert orbit.ground_track(1, u)[1] == pytest.approx(latitude, abs=1e-6)
    ahead = orbit.ground_track(1, u + 0.01)[1]
    assert (ahead > latitude) == ascending


def test_no_track_reaches_89_degrees():
    assert np.isnan(orbit.argument_of_latitude([89.0, -89.0], True)).all()


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: orbit.rgt_time([1, 1388], 22), "RGT 1388"),
        (lambda: orbit.ground_track(0, 0.0), "RGT 0"),
        (lambda: orbit.rgt_time(1, 0), "Cycle 0"),
        (lambda: orbit.cycle_start([3, -2]), "Cycle -2"),
        (lambda: orbit.region_arc([1, 15]), "Region 15"),
    ],
)
def test_what_does_not_exist_is_refused_by_name(call, named):
    with pytest.raises(InputError, match=named):
        call()
