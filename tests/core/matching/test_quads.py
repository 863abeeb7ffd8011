"""Strips cut into quads, clipping by them, and what is near them."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import makers
from depth import drawn
from xopr_crossovers.core.geometry import lengths
from xopr_crossovers.core.geometry.sphere import unit_vectors
from xopr_crossovers.core.icesat2 import strips
from xopr_crossovers.core.matching import quads
from xopr_crossovers.core.matching import raster as nearby


def quads_of(*rings):
    return quads.cut_strips(strips.find_strips(np.array([shapely.Polygon(ring) for ring in rings], dtype=object)))


def inside(found, points):
    """Return which of (3, n) points lie in which quads."""
    at = np.einsum("kiq,in->knq", found.normals, points)
    return (at >= 0).all(axis=0)


@pytest.mark.parametrize("ends", [((-105, -60), (-110, -80)), ((20, 89.5), (-150, 88)), ((179, -70), (-179, -75))])
def test_a_strip_is_the_union_of_its_quads_which_touch_and_do_not_overlap(ends):
    found, whole = quads_of(makers.strip(*ends, pairs=6))
    assert (len(found), whole.tolist()) == (5, [True])
    centre = np.array([makers.unit_vector(*point) for point in makers.great_circle(*ends, 1_000)[1:-1]]).T
    assert (inside(found, centre).sum(axis=1) == 1).all()


def test_points_just_inside_and_outside_of_the_edges_are_told_apart():
    ring = makers.strip((-100, -76), (-100, -74), width_km=12.5)
    found, _ = quads_of(ring)
    (lon, lat), half = (-100, -75), 6_250
    globe = pyproj.Geod(a=6_371_007.2, b=6_371_007.2)
    near_edge = [globe.fwd(lon, lat, 90, half + off)[:2] for off in (-0.5, 0.5)]
    at = np.array([makers.unit_vector(*point) for point in near_edge]).T
    # The ring's vertices are put beside the centre line along the tangent, which is 2 mm longer than the arc.
    assert inside(found, at).any(axis=1).tolist() == [True, False]


def test_a_footprint_that_is_no_strip_has_no_quads():
    found, whole = quads_of([(0, -80), (10, -80), (10, -81)], makers.strip((0, -70), (0, -75)))
    assert whole.tolist() == [False, True]
    assert set(found.owner.tolist()) == {1}


def test_a_strip_in_the_order_of_its_mirror_image_has_the_same_quads():
    ring = makers.strip((-105, -74), (-106, -78))
    one, other = quads_of(ring)[0], quads_of(ring[::-1])[0]
    centre = np.array([makers.unit_vector(*point) for point in makers.great_circle((-105, -74), (-106, -78), 50)[1:-1]])
    assert inside(one, centre.T).any(axis=1).all()
    assert inside(other, centre.T).any(axis=1).all()


def test_clipping_gives_the_part_of_the_chord_that_lies_inside():
    found, _ = quads_of(makers.strip((-100, -76), (-100, -74), width_km=20.0, pairs=2))
    a, b = (np.array([makers.unit_vector(lon, -75)]).T for lon in (-101, -99))
    inner = quads.clip(quads.heights(found.normals, a), quads.heights(found.normals, b))
    assert inner.which.tolist() == [0]
    assert inner.begin[0] + inner.end[0] == pytest.approx(1.0, abs=1e-9)
    width = lengths.arc_lengths(a + inner.begin * (b - a), a + inner.end * (b - a))[0]
    # On the ellipsoid at 75 degrees south the prime vertical's radius is 6,398 km, of a sphere of 6,371.
    assert width == pytest.approx(20_000 * 6_398 / 6_371, rel=2e-3)


def test_the_straight_lines_of_a_plane_are_lifted_to_great_circles():
    x, y = np.array([-3e6, 1e6, 2e6]), np.array([1e6, -1e6, -1.5e6])
    a, b, c = quads.lift(x, y)
    assert np.cross(a, b) @ c == pytest.approx(0.0, abs=1e-15)
    assert abs(np.cross(a, b) @ quads.lift(0.0, 0.0)) > 1e-3


@drawn(150)
@given(
    sign=st.sampled_from([-1, 1]),
    lon=st.floats(-180, 180),
    lat=st.floats(0, 90),
    azimuth=st.floats(0, 360),
    length=st.floats(30_000, 1_500_000),
    width=st.floats(2_000, 45_000),
    along=st.floats(0, 1),
    across=st.floats(-1, 1),
)
def test_no_place_in_a_strip_is_missed_in_the_raster(sign, lon, lat, azimuth, length, width, along, across):
    globe = pyproj.Geod(a=6_371_007.2, b=6_371_007.2)
    width = min(width, length / 3)
    end = globe.fwd(lon, sign * lat, azimuth, length)
    found, whole = quads_of(makers.strip((lon, sign * lat), end[:2], width_km=width / 1000, pairs=2))
    if not whole[0]:
        return
    corners = found.corners[..., 0]
    side = (1 + across) / 2
    place = (1 - along) * ((1 - side) * corners[0] + side * corners[1]) + along * (
        (1 - side) * corners[3] + side * corners[2]
    )
    place = (place / np.linalg.norm(place))[:, None]
    raster = nearby.raster_of(nearby.Balls(place, np.zeros(1), np.zeros(1, dtype=int)), 1)
    assert [part.tolist() for part in nearby.near(found, raster)] == [[0], [0]]


@drawn(100)
@given(
    lon=st.floats(-180, 180), lat=st.floats(-90, 90), azimuth=st.floats(0, 360), length=st.floats(0, 3_000_000),
    share=st.floats(0, 1),
)  # fmt: skip
def test_balls_on_a_segment_cover_it(lon, lat, azimuth, length, share):
    to_lon, to_lat, _ = pyproj.Geod(a=1, b=1).fwd(lon, lat, azimuth, length / 6_371_007.2)
    a, b = (unit_vectors(np.array([x]), np.array([y])).T for x, y in ((lon, lat), (to_lon, to_lat)))
    balls = nearby.balls_on_segments(a, b)
    place = a + share * (b - a)
    place /= np.linalg.norm(place)
    assert (np.linalg.norm(balls.centres - place, axis=0) <= balls.radius + 1e-12).any()


def test_things_far_away_are_not_near():
    found, _ = quads_of(makers.strip((-100, -76), (-100, -74)))
    far = np.array([makers.unit_vector(lon, lat) for lon, lat in ((-100, -73), (-103, -75), (80, -75), (-100, 75))]).T
    raster = nearby.raster_of(nearby.Balls(far, np.zeros(4), np.arange(4)), 4)
    assert len(nearby.near(found, raster)[0]) == 0


def test_a_strip_that_is_folded_back_upon_itself_is_not_taken_for_the_union_of_its_quads():
    left, right = (np.array([makers.unit_vector(-105 + off, lat) for lat in (-70, -76, -73)]) for off in (0.2, -0.2))
    found = strips.Strips(np.array([True]), np.array([0]), np.array([0, 3]), left, right)
    assert quads.cut_strips(found)[1].tolist() == [False]
    ahead = strips.Strips(np.array([True]), np.array([0]), np.array([0, 2]), left[:2], right[:2])
    assert quads.cut_strips(ahead)[1].tolist() == [True]
