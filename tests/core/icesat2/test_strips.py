"""Footprints made of left and right vertices."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import makers
from depth import drawn
from standin import strips as standin_strips
from xopr_crossovers.core.geometry import sphere
from xopr_crossovers.core.geometry.antimeridian import cut_polygons
from xopr_crossovers.core.geometry.projection import reproject
from xopr_crossovers.core.icesat2 import orbit
from xopr_crossovers.core.icesat2.granule_name import parse_granule_names
from xopr_crossovers.core.icesat2.strips import find_strips

RADIUS_KM = 6371.0072


@pytest.fixture(scope="module")
def real(real_data):
    """The real ATL03 footprints with what their names say."""
    path = real_data / "granules" / "atl03_v007_footprints.parquet"
    table = gpd.read_parquet(path)
    return table.geometry.to_numpy(), parse_granule_names(table["id"])


def one(*rings):
    return find_strips(np.array([shapely.Polygon(ring) for ring in rings]))


def test_every_real_footprint_is_a_strip_of_about_12_5_km(real):
    footprints, _ = real
    strips = find_strips(footprints)
    assert strips.paired.all()
    assert strips.footprint.tolist() == list(range(len(footprints)))
    assert np.diff(strips.offsets).tolist() == ((shapely.get_num_coordinates(footprints) - 1) // 2).tolist()
    assert strips.widths().min() > 12_400
    assert strips.widths().max() < 13_500


def test_real_strips_begin_where_track_and_region_say_that_the_pass_begins(real):
    footprints, names = real
    strips = find_strips(footprints)
    ends = sphere.unit_vectors(
        *orbit.ground_track(names["rgt"].to_numpy(int), np.array(orbit.region_arc(names["region"].to_numpy(int))))
    )
    centre = strips.centre()
    first, last = centre[strips.offsets[:-1]], centre[strips.offsets[1:] - 1]
    straight = sphere.angle_between(first, ends[0]) + sphere.angle_between(last, ends[1])
    reverse = sphere.angle_between(first, ends[1]) + sphere.angle_between(last, ends[0])
    assert (straight < reverse).all()


def test_left_is_left_in_the_direction_of_flight_of_real_strips(real):
    footprints, names = real
    strips = find_strips(footprints)
    descending = (names["region"] == 6).to_numpy()[strips.footprint]
    left_lon, _ = sphere.lon_lat(strips.left)
    right_lon, _ = sphere.lon_lat(strips.right)
    eastward = (left_lon - right_lon + 180) % 360 - 180 > 0
    # Southward, left is east; northward, left is west. The passes are within 20 degrees of north and south there.
    assert (eastward == descending[strips.strip]).all()


def test_quads_of_a_strip_cover_its_ring_without_loss():
    rings = [shapely.Polygon(standin_strips.ring(rgt, 11)) for rgt in (1, 400, 1100)]
    strips = find_strips(np.array(rings))
    within = np.flatnonzero(strips.strip[1:] == strips.strip[:-1])
    corners = np.stack(
        [strips.left[within], strips.left[within + 1], strips.right[within + 1], strips.right[within]], axis=1
    )
    lon, lat = sphere.lon_lat(corners.reshape(-1, 3))
    quads = reproject(shapely.polygons(np.column_stack([lon, lat]).reshape(-1, 4, 2)), "EPSG:4326", "EPSG:3031")
    whole = reproject(np.array(rings), "EPSG:4326", "EPSG:3031")
    assert shapely.is_valid(quads).all()
    area = np.bincount(strips.strip[within], shapely.area(quads))
    np.testing.assert_allclose(area, shapely.area(whole), rtol=1e-9)


@pytest.mark.parametrize("region", range(1, 15))
def test_the_stand_in_s_footprints_are_strips_in_every_region(region):
    rings = [standin_strips.ring(rgt, region) for rgt in range(1, 1388, 60)]
    strips = one(*rings)
    assert strips.paired.all()
    centre = strips.centre()
    begin = sphere.unit_vectors(*orbit.ground_track(np.arange(1, 1388, 60), orbit.region_arc(region)[0]))
    assert (sphere.angle_between(centre[strips.offsets[:-1]], begin) * RADIUS_KM < 0.1).all()


@drawn(100)
@given(
    latitude=st.floats(-89, 89),
    longitude=st.floats(-180, 180),
    heading=st.floats(185, 355),
    turn=st.integers(0, 20),
    backward=st.booleans(),
)
def test_a_ring_may_begin_anywhere_and_run_either_way(latitude, longitude, heading, turn, backward):
    ring = westward(longitude, latitude, heading)
    other = np.roll(ring, turn, axis=0)
    strips = one(ring, other[::-1] if backward else other)
    assert strips.paired.all()
    half = strips.offsets[1]
    np.testing.assert_allclose(strips.left[:half], strips.left[half:], atol=1e-15)
    np.testing.assert_allclose(strips.right[:half], strips.right[half:], atol=1e-15)


@drawn(100)
@given(latitude=st.floats(-89, 89), longitude=st.floats(-180, 180), heading=st.floats(185, 355))
def test_left_and_right_are_those_of_the_direction_in_which_the_strip_runs(latitude, longitude, heading):
    strips = one(westward(longitude, latitude, heading))
    up, ahead = strips.centre()[:-1], np.diff(strips.centre(), axis=0)
    assert (np.einsum("ij,ij->i", np.cross(up, ahead), (strips.left - strips.right)[:-1]) > 0).all()


def westward(longitude, latitude, heading):
    """A ring of pairs whose passage from start to end never goes east."""
    start = makers.unit_vector(longitude, latitude)
    east = np.array([-np.sin(np.radians(longitude)), np.cos(np.radians(longitude)), 0])
    north = np.cross(start, east)
    ahead = np.sin(np.radians(heading)) * east + np.cos(np.radians(heading)) * north
    end = start * np.cos(0.06) + ahead * np.sin(0.06)
    return np.array(makers.strip((longitude, latitude), tuple(np.ravel(sphere.lon_lat(end)))))


def test_a_strip_in_the_pole_s_projection_is_the_same_strip():
    ring = shapely.Polygon(standin_strips.ring(77, 10))
    there = find_strips(reproject(np.array([ring]), "EPSG:4326", "EPSG:3031"), "EPSG:3031")
    here = find_strips(np.array([ring]))
    np.testing.assert_allclose(there.left, here.left, atol=1e-12)
    np.testing.assert_allclose(there.right, here.right, atol=1e-12)


def test_doubled_vertices_are_left_out():
    ring = makers.strip((-104, -74), (-106, -76))
    doubled = [point for point in ring for _ in range(2)]
    np.testing.assert_array_equal(one(doubled).left, one(ring).left)


def test_a_multipolygon_of_one_part_is_a_strip_like_its_part():
    ring = makers.strip((-104, -74), (-106, -76))
    strips = find_strips(np.array([shapely.MultiPolygon([shapely.Polygon(ring)])]))
    np.testing.assert_array_equal(strips.left, one(ring).left)


def test_what_is_not_made_of_pairs_is_not_taken_for_a_strip():
    ring = makers.strip((-104, -74), (-106, -76))
    hole = shapely.Polygon(shapely.box(-110, -80, -90, -70).exterior, [shapely.box(-101, -76, -100, -75).exterior])
    zigzag = ring.copy()
    zigzag[2], zigzag[-2] = zigzag[-2], zigzag[2]
    others = [
        None,
        shapely.Polygon(),
        shapely.Point(0, 0),
        hole,
        shapely.MultiPolygon([shapely.box(0, -80, 1, -79), shapely.box(5, -80, 6, -79)]),
        shapely.Polygon(ring[:-1]),
        shapely.box(-110, -80, -90, -70),
        shapely.box(0.0, 0.0, 0.1, 0.1),
        shapely.Polygon([(0, 0), (1, 0), (0, 1)]),
        shapely.Polygon(zigzag),
        shapely.Polygon([(0, 0), (0, np.inf), (1, 1), (1, 0)]),
    ]
    strips = find_strips(np.array([*others, shapely.Polygon(ring)], dtype=object))
    assert strips.paired.tolist() == [False] * len(others) + [True]
    assert strips.footprint.tolist() == [len(others)]


def test_no_footprints_give_no_strips():
    strips = find_strips(np.zeros(0, dtype=object))
    assert (len(strips), strips.offsets.tolist(), strips.left.shape, len(strips.widths())) == (0, [0], (0, 3), 0)


def test_a_strip_whose_pairs_are_nearer_to_each_other_than_it_is_wide_is_taken_apart_as_it_was_made():
    ring = makers.strip((-104, -74), (-106, -76), pairs=45)
    np.testing.assert_allclose(one(ring).widths(), 12_500, rtol=1e-4)


@pytest.mark.parametrize("region", [3, 4, 10, 11, 12])
def test_strips_cut_at_the_antimeridian_are_the_strips_that_they_were(region):
    rings = np.array([shapely.Polygon(standin_strips.ring(rgt, region)) for rgt in range(5, 1388, 30)])
    cut = cut_polygons(rings)
    assert (shapely.get_num_geometries(cut) > 1).any()
    there, here = find_strips(cut), find_strips(rings)
    assert there.paired.all()
    assert there.offsets.tolist() == here.offsets.tolist()
    assert np.abs(there.left - here.left).max() * RADIUS_KM < 1e-5
    assert np.abs(there.right - here.right).max() * RADIUS_KM < 1e-5


def test_real_strips_cut_at_the_antimeridian_are_nearly_all_known_again(real):
    footprints = real[0][::7]
    cut = cut_polygons(footprints)
    several = shapely.get_num_geometries(cut) > 1
    assert several.sum() > 100
    # Of some rings a vertex lies on the line between its neighbours, and goes with those of the cut.
    assert find_strips(cut).paired[several].mean() > 0.95
