"""Metres on the ellipsoid."""

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depth import drawn
from xopr_crossovers.core.geometry import lengths
from xopr_crossovers.core.geometry.sphere import lon_lat, unit_vectors

GEOD = pyproj.Geod(ellps="WGS84")
POLES = st.sampled_from([-1, 1])


@drawn(200)
@given(
    lon=st.floats(-180, 180),
    lat=st.one_of(st.floats(-90, 90), st.sampled_from([-90.0, 90.0, -89.9999, 0.0])),
    azimuth=st.floats(0, 360),
    metres=st.floats(1, 50_000),
)
def test_distances_up_to_50_km_are_those_of_the_ellipsoid(lon, lat, azimuth, metres):
    far_lon, far_lat, _ = GEOD.fwd(lon, lat, azimuth, metres)
    a, b = unit_vectors(lon, lat)[None], unit_vectors(far_lon, far_lat)[None]
    assert lengths.short_arc_lengths(a, b)[0] == pytest.approx(metres, rel=2e-6, abs=1e-3)


@drawn(100)
@given(lon=st.floats(-180, 180), lat=st.floats(-88, 88), azimuth=st.floats(0, 360), km=st.floats(100, 1600))
def test_long_distances_are_within_a_thousandth(lon, lat, azimuth, km):
    far_lon, far_lat, _ = GEOD.fwd(lon, lat, azimuth, km * 1000)
    found = lengths.short_arc_lengths(unit_vectors(lon, lat)[None], unit_vectors(far_lon, far_lat)[None])[0]
    assert found == pytest.approx(km * 1000, rel=1e-3)


def test_a_step_of_no_length_is_0():
    here = unit_vectors(np.array([10.0]), np.array([-75.0]))
    assert lengths.short_arc_lengths(here, here).tolist() == [0.0]


@pytest.mark.parametrize(
    ("lat", "north", "east"), [(0, 6_335_439.327, 6_378_137.0), (90, 6_399_593.626, 6_399_593.626)]
)
def test_the_radii_are_those_of_wgs_84_at_equator_and_pole(lat, north, east):
    # National Imagery and Mapping Agency, TR8350.2: a (1 - e2) and a at the equator, a2 / b at the poles.
    found = lengths.radii_of_curvature(np.array([np.sin(np.radians(lat))]))
    assert [float(value[0]) for value in found] == pytest.approx([north, east], abs=0.01)


@drawn(100)
@given(sign=POLES, colatitude=st.floats(0, 40), lon=st.floats(-180, 180), azimuth=st.floats(0, 360))
def test_a_metre_sideways_is_a_metre_at_both_poles(sign, colatitude, lon, azimuth):
    lat = sign * (90 - colatitude)
    here = unit_vectors(lon, lat)[None]
    east = np.array([[-np.sin(np.radians(lon)), np.cos(np.radians(lon)), 0.0]])
    way = np.sin(np.radians(azimuth)) * east + np.cos(np.radians(azimuth)) * np.cross(here, east)
    there = here + 3345.0 * way / lengths.tangent_lengths(here, way)[:, None]
    assert GEOD.inv(lon, lat, *np.ravel(lon_lat(there)))[2] == pytest.approx(3345.0, abs=0.01)


@drawn(100)
@given(
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    azimuth=st.floats(0, 360),
    distance=st.floats(0.001, 700_000),
)
def test_the_length_of_a_great_circle_is_the_geodesic_s(lon, lat, azimuth, distance):
    to_lon, to_lat, _ = GEOD.fwd(lon, lat, azimuth, distance)
    a, b = (unit_vectors(np.array([x]), np.array([y])).T for x, y in ((lon, lat), (to_lon, to_lat)))
    # A great circle of geodetic latitudes is not quite the shortest way: by 1e-6 of its length.
    assert lengths.arc_lengths(a, b)[0] == pytest.approx(distance, rel=2e-6, abs=2e-8)
