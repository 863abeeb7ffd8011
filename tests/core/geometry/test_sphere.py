"""Arcs, great circles and distances on the sphere."""

import numpy as np
import pytest
import spherely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from depth import drawn
from xopr_crossovers.core.geometry import sphere
from xopr_crossovers.core.geometry.polylines import Polylines

longitude = st.floats(-180, 180)
latitude = st.floats(-89.9, 89.9)


def batch(*lines):
    """Return lines of (lon, lat) as one batch."""
    lon, lat = np.concatenate([np.asarray(line, dtype=float) for line in lines]).T
    return Polylines(lon, lat, np.concatenate([[0], np.cumsum([len(line) for line in lines])]))


def test_a_line_over_the_antimeridian_takes_the_short_arc():
    west, width = sphere.longitude_arcs(batch([(179, -75), (-179, -75.5), (-178, -76)]))
    assert west[0] == pytest.approx(179)
    assert width[0] == pytest.approx(3)


def test_a_ring_round_the_south_pole_takes_the_whole_circle():
    ring = [(lon, -85) for lon in (0, 90, 180, -90, 0)]
    assert sphere.longitude_arcs(batch(ring))[1] == [360]


def test_a_line_that_turns_200_degrees_round_the_pole_takes_200_degrees():
    west, width = sphere.longitude_arcs(batch([(-100, 85), (0, 85), (100, 85)]))
    assert (west[0], width[0]) == (pytest.approx(-100), pytest.approx(200))


def test_a_vertex_at_the_pole_has_no_longitude():
    west, width = sphere.longitude_arcs(batch([(10, -89), (123, -90), (20, -89)]))
    assert (west[0], width[0]) == (pytest.approx(10), pytest.approx(10))


def test_a_margin_that_reaches_the_pole_takes_the_whole_circle():
    assert sphere.longitude_arcs(batch([(10, -89.95), (12, -89.95)]), margin_m=10_000)[1] == [360]


def test_a_margin_widens_in_longitude_as_the_meridians_close_in():
    # At 60 degrees a degree of longitude is half as long as at the equator, so nearly twice the angle is needed.
    _, width = sphere.longitude_arcs(batch([(0, 60), (0, 60)]), margin_m=np.radians(1) * sphere.EARTH_RADIUS_M)
    assert width[0] == pytest.approx(2 * np.degrees(np.arcsin(np.sin(np.radians(1)) / 0.5)))


@pytest.mark.parametrize(
    ("arcs", "expected"),
    [
        ([(170, 20), (-175, 10)], (170, -165)),
        ([(0, 10)], (0, 10)),
        ([(-10, 5), (10, 5)], (-10, 15)),
        ([(90, 5), (-95, 5)], (90, -90)),
        ([(0, 120), (100, 120), (200, 170)], (-180, 180)),
        ([(170, 10)], (170, 180)),
        ([(180, 10)], (-180, -170)),
        ([(0, 359)], (0, -1)),
    ],
)
def test_smallest_arc_by_hand(arcs, expected):
    assert sphere.smallest_arc(*np.array(arcs, dtype=float).T) == pytest.approx(expected)


@settings(deadline=None)
@given(st.lists(st.tuples(longitude, st.floats(0.5, 200)), min_size=1, max_size=8))
def test_the_smallest_arc_holds_every_arc_and_no_gap_outside_it_is_wider_than_the_one_left_open(arcs):
    west, width = np.array(arcs).T
    box_west, box_east = sphere.smallest_arc(west, width)
    degrees = np.arange(0, 360, 0.25)
    covered = ((degrees[:, None] - west) % 360 <= width + 1e-9).any(axis=1)
    whole = (box_west, box_east) == (-180, 180)
    size = 360 if whole else (box_east - box_west) % 360
    inside = (degrees - box_west) % 360 <= size + 1e-6
    assert not (covered & ~inside).any()
    position = np.flatnonzero(covered)
    if len(position):
        longest_gap = (np.diff(np.append(position, position[0] + len(degrees))).max() - 1) * 0.25
        assert longest_gap - 0.5 <= 360 - size <= longest_gap + 0.5


@drawn(50)
@given(st.lists(st.tuples(longitude, latitude), min_size=2, max_size=6), st.floats(20_000, 2_000_000))
def test_densified_points_lie_on_the_great_circles_and_no_step_is_too_long(points, step):
    corners = sphere.unit_vectors(*np.array(points).T)
    # Between two opposite points of the globe there is no one great circle.
    assume(sphere.angle_between(corners[:-1], corners[1:]).max() < np.pi - 1e-3)
    dense = sphere.densify(batch(points), step)
    lon, lat = dense.lon, dense.lat
    vectors = sphere.unit_vectors(lon, lat)
    assert sphere.angle_between(vectors[:-1], vectors[1:]).max() * sphere.EARTH_RADIUS_M <= step * (1 + 1e-6)
    assert set(points) <= set(zip(lon.tolist(), lat.tolist()))
    distinct = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    if len(distinct) > 1:
        line = spherely.create_linestring(distinct)
        far = [spherely.distance(line, spherely.create_point(a, b)) for a, b in zip(lon, lat)]
        assert max(far) < 1.0


def test_a_subdivided_part_does_not_run_into_the_next_one():
    found = sphere.subdivide(batch([(0, 0), (10, 0)], [(50, 80), (50, 84), (50, 88)]), 2)
    assert found.offsets.tolist() == [0, 3, 8]
    assert found.lat.round(9).tolist() == [0, 0, 0, 80, 82, 84, 86, 88]
    assert found.lon.round(9).tolist() == [0, 5, 10, 50, 50, 50, 50, 50]


def test_an_empty_part_has_no_arc_and_is_passed_over():
    lines = sphere.densify(Polylines(np.array([1.0, 2.0]), np.array([0.0, 0.0]), np.array([0, 0, 2])), 1e9)
    west, width = sphere.longitude_arcs(lines)
    assert np.isnan(west[0])
    assert sphere.smallest_arc(west, width) == pytest.approx((1, 2))


def test_places_of_equal_vectors_are_equal_to_the_last_bit_wherever_in_memory_they_lie():
    random = np.random.default_rng(0)
    vectors = random.normal(size=(700, 3))
    held, seen = [], set()
    for _ in range(60):
        held = [*held[-8:], np.ones(int(random.integers(1, 3_000)))]
        seen.add(b"".join(part.tobytes() for part in sphere.lon_lat(vectors.copy())))
    assert len(seen) == 1


def test_lengths_and_products_of_vectors_are_numpys_own_to_the_last_bit_wherever_the_vectors_lie():
    a, b = np.random.default_rng(3).normal(size=(2, 500, 4, 3))
    for one, other in ((a, b), (np.asfortranarray(a), b[:, ::-1])):
        np.testing.assert_array_equal(sphere.norms(one), np.linalg.norm(one, axis=-1))
        np.testing.assert_array_equal(sphere.dot(one, other), (one * other).sum(axis=-1))
