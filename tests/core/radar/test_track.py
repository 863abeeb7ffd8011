"""Places along the flown track and beside it, in metres on the ellipsoid."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depth import drawn
from radar_maker import Flight
from xopr_crossovers.core.radar.layer_file import read_layer_file
from xopr_crossovers.core.radar.track import FlownTrack

GEOD = pyproj.Geod(ellps="WGS84")


def beside(flight, azimuth, distance, offset):
    """Places at distances along a straight flight, and so many metres to the left of it."""
    n = len(distance)
    start = np.full(n, flight.lon[0]), np.full(n, flight.lat[0])
    lon, lat, back = GEOD.fwd(*start, np.full(n, azimuth), distance)
    lon, lat, _ = GEOD.fwd(lon, lat, np.asarray(back) + 180.0 - 90.0, offset)
    return np.asarray(lon), np.asarray(lat)


@drawn(40)
@given(
    lon=st.one_of(st.floats(-180, 180), st.sampled_from([-180.0, 179.99, 180.0, 0.0])),
    lat=st.one_of(st.floats(-89.9, -60), st.floats(58, 89.9)),
    azimuth=st.floats(-180, 180),
    seed=st.integers(0, 1000),
)
def test_distance_and_offset_are_those_at_which_a_place_was_put_at_both_poles_and_over_the_antimeridian(
    lon, lat, azimuth, seed
):
    flight = Flight.straight((lon, lat), azimuth, 20_000.0, spacing_m=50.0)
    random = np.random.default_rng(seed)
    distance, offset = random.uniform(0, 20_000, 50), random.uniform(-4_000, 4_000, 50)
    found = FlownTrack(flight.lon, flight.lat).project(*beside(flight, azimuth, distance, offset))
    np.testing.assert_allclose(found.distance, distance, atol=1e-3)
    np.testing.assert_allclose(found.offset, offset, atol=1e-3)
    assert found.beside.all()
    assert (np.abs(flight.distance[found.trace] + 25 - found.distance) < 25.01).all()


def test_the_left_of_the_flight_is_positive():
    # To the north along the Greenwich meridian, so that west is left.
    track = FlownTrack(np.array([0.0, 0.0]), np.array([70.0, 71.0]))
    assert track.project([-0.01, 0.01], [70.5, 70.5]).offset.round(-1).tolist() == [370.0, -370.0]


def test_before_the_begin_and_behind_the_end_is_not_beside_the_track():
    flight = Flight.straight((179.9, -85.0), 70.0, 3_000.0)
    track = FlownTrack(flight.lon, flight.lat)
    found = track.project(*beside(flight, 70.0, np.array([-50.0, -0.5, 0.0, 3000.0, 3000.5, 3050.0]), np.full(6, 30.0)))
    assert found.beside.tolist() == [False, False, True, True, False, False]
    np.testing.assert_allclose(found.distance, [0, 0, 0, 3000, 3000, 3000], atol=1e-3)
    np.testing.assert_allclose(np.abs(found.offset[[0, 5]]), np.hypot(50, 30), atol=1e-3)


def test_a_place_outside_of_a_turn_is_nearest_to_the_turn_itself():
    lon, lat = np.array([0.0, 0.0, 3.0]), np.array([-75.0, -74.9, -74.9])
    track = FlownTrack(lon, lat)
    place = GEOD.fwd(0.0, -74.9, -45.0, 1000.0)[:2]
    found = track.project(*place)
    np.testing.assert_allclose(found.distance, track.distance[1], atol=1e-3)
    np.testing.assert_allclose(found.offset, 1000.0, atol=1e-3)
    assert found.beside.all()


def test_the_traces_themselves_lie_on_the_track_also_where_the_aircraft_stood_still():
    flight = Flight.straight((-105.0, -75.0), 40.0, 300.0)
    lon, lat = np.repeat(flight.lon, 3), np.repeat(flight.lat, 3)
    found = FlownTrack(lon, lat).project(lon, lat)
    np.testing.assert_allclose(found.distance, np.repeat(flight.distance, 3), atol=1e-4)
    np.testing.assert_allclose(found.offset, 0.0, atol=1e-4)
    assert found.beside.all()


def test_what_is_no_place_is_beside_nothing():
    track = FlownTrack(np.array([0.0, 0.0]), np.array([70.0, 71.0]))
    found = track.project([np.nan, 0.0, np.inf], [70.0, np.nan, 70.0])
    assert np.isnan(found.distance).all()
    assert np.isnan(found.offset).all()
    assert not found.beside.any()
    assert len(track.project([], []).distance) == 0


def test_the_length_of_a_real_frame_is_that_on_the_ellipsoid_and_not_in_the_projection(real_data):
    picks = read_layer_file(next((real_data / "readalong").glob("2014*Data_*.mat")))
    assert picks.track.length == pytest.approx(GEOD.line_length(picks.lon, picks.lat), abs=1e-3)
    x, y = pyproj.Transformer.from_crs(4326, 3031, always_xy=True).transform(picks.lon, picks.lat)
    short = 1 - np.hypot(np.diff(x), np.diff(y)).sum() / picks.track.length
    assert short == pytest.approx(0.0104, abs=0.0001)  # the field's notes say so of one frame


def test_beside_a_real_track_the_offset_is_the_distance_to_the_nearest_of_all_traces_or_a_little_less(real_data):
    one, other = (read_layer_file(path) for path in sorted((real_data / "readalong").glob("*Data_*.mat")))
    lon, lat = other.lon[::200], other.lat[::200]
    n, m = len(lon), len(one)
    _, _, each = GEOD.inv(np.repeat(lon, m), np.repeat(lat, m), np.tile(one.lon, n), np.tile(one.lat, n))
    nearest = np.reshape(each, (n, m)).min(axis=1)
    found = one.track.project(lon, lat)
    # Traces are 15 m apart, so that one is within 7.5 m of the foot of the perpendicular.
    assert (np.abs(found.offset) <= nearest + 1e-6).all()
    assert (np.hypot(found.offset, 7.6) >= nearest)[found.beside].all()
    assert found.beside.sum() > 10


def test_the_projection_is_that_of_the_nearer_pole():
    for lat, crs in ((72.0, "EPSG:3413"), (-72.0, "EPSG:3031")):
        assert FlownTrack(np.array([0.0, 0.1]), np.array([lat, lat])).crs == crs
