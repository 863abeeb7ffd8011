"""Crossings of great circles, found by vectors."""

import numpy as np
import pytest
import shapely
import spherely
from hypothesis import given
from hypothesis import strategies as st

import makers
from depth import drawn
from standin import strips as standin_strips
from xopr_crossovers.core.common.errors import CancelledError
from xopr_crossovers.core.crossings import crossing_search, cube_grid
from xopr_crossovers.core.crossings.crossing_search import line_crossings
from xopr_crossovers.core.frames import line_pieces as flight_lines
from xopr_crossovers.core.geometry import sphere
from xopr_crossovers.core.geometry.columns import stacked
from xopr_crossovers.core.icesat2.steps import Steps
from xopr_crossovers.core.icesat2.strips import find_strips
from xopr_crossovers.core.icesat2.tracks import Tracks, footprint_tracks

RADIUS_M = 6_371_007.2
ALL = ["frame", "track", "line", "distance_m", "share", "angle_deg", "point"]


def track(*points):
    """A centre line through points, a metre across being a metre on the sphere at a right angle to its first edge."""
    centre = np.array([makers.unit_vector(*point) for point in points])
    across = np.cross(centre[0], centre[1])
    across = np.tile(across / np.linalg.norm(across) / RADIUS_M, (len(points), 1))
    return Tracks(
        np.array([0]), np.array([0, len(points)]), centre, across, np.linspace(0, 1, len(points)), np.ones(len(points))
    )


def found(lines, tracks, beside=(0.0,), **more):
    parts = list(line_crossings(flight_lines.flight_lines(lines), tracks, np.array(beside), **more))
    return stacked(parts) if parts else None


def count(lines, tracks, beside=(0.0,)):
    crossings = found(lines, tracks, beside)
    return 0 if crossings is None else len(crossings)


@pytest.mark.parametrize("sign", [-1, 1])
def test_two_lines_cross_where_they_do_on_the_sphere(sign):
    # A meridian and a parallel's great circle: the crossing is at the meridian, the angle a right one.
    crossings = found(
        makers.frames([(-2, 75 * sign), (2, 75 * sign)]), track((0, 74 * sign), (0, 74.9 * sign), (0, 76 * sign))
    )
    assert len(crossings) == 1
    middle = spherely.create_linestring([(-2, 75 * sign), (2, 75 * sign)])
    meridian = spherely.create_linestring([(0, 74 * sign), (0, 76 * sign)])
    truth = spherely.intersection(middle, meridian)
    lon, lat = sphere.lon_lat(crossings.point)
    # In a degree and a half of track the bend between two vertices is at most 30 m.
    assert spherely.distance(spherely.create_point(lon[0], lat[0]), truth) < 60
    assert crossings.angle_deg[0] == pytest.approx(90, abs=0.2)


@drawn(40)
@given(seed=st.integers(0, 2**31), region=st.sampled_from([3, 4, 5, 10, 11, 12]))
def test_all_crossings_are_those_of_the_sphere_s_own_library(seed, region):
    random = np.random.default_rng(seed)
    rgts = random.choice(np.arange(1, 1388), 4, replace=False)
    strips = find_strips(np.array([shapely.Polygon(standin_strips.ring(rgt, region)) for rgt in rgts]))
    tracks = footprint_tracks(strips)
    beside = np.array([3345.0, -45.0])
    lines = [wandering(random, -1 if region > 7 else 1) for _ in range(12)]
    frames = makers.frames(*[[(0, 80), (1, 80)]] * len(lines)).set_geometry(
        [shapely.LineString(line) for line in lines], crs="EPSG:4326"
    )
    crossings = found(frames, tracks, beside)
    mine = {} if crossings is None else by_pair(crossings)

    flown = [spherely.create_linestring(line) for line in lines]
    beside = beside + crossing_search._ASIDE_M
    beams = library_lines(tracks, beside, 80_000.0)
    truth = {}
    for number, line in enumerate(flown):
        for (k, j), beam in beams.items():
            points = points_of(spherely.intersection(line, beam))
            if len(points):
                truth[number, k, j] = len(points)
    assert {key: len(points) for key, points in mine.items()} == truth
    # In the middle of 80 km the beam bends 8 m away from its great circle; only at a corner of the flight line, where
    # the crossing would move onto another edge, that stays.
    beams = library_lines(tracks, beside, 4_000.0)
    for (number, k, j), points in mine.items():
        for lon, lat in zip(*sphere.lon_lat(points)):
            point = spherely.create_point(lon, lat)
            assert spherely.distance(point, flown[number]) < 0.01
            corner = min(spherely.distance(point, spherely.create_point(*xy)) for xy in lines[number])
            assert spherely.distance(point, beams[k, j]) < (3 if corner > 0.01 else 9)


def library_lines(tracks, beside, step_m):
    """The lines beside tracks as great circles of some length, by track and line."""
    steps = Steps(tracks, step_m)
    begin, end = steps.at(slice(None), 0.0), steps.at(slice(None), 1.0)
    owner = steps.track[steps.vertex]
    beams = {}
    for k in range(len(tracks)):
        for j, metres in enumerate(beside):
            places = [at.centre[owner == k] + metres * at.across[owner == k] for at in (begin, end)]
            lonlat = np.column_stack(sphere.lon_lat(np.vstack([places[0], places[1][-1:]])))
            beams[k, j] = spherely.create_linestring(lonlat.tolist())
    return beams


def wandering(random, sign):
    """A line of ten edges of about 100 km somewhere round a pole."""
    here = makers.unit_vector(random.uniform(-180, 180), sign * random.uniform(62, 90))
    points = []
    for _ in range(11):
        points.append(tuple(float(value) for value in np.ravel(sphere.lon_lat(here))))
        here = here + random.normal(0, 0.012, 3)
        here /= np.linalg.norm(here)
    return points


def by_pair(crossings):
    result = {}
    for frame, k, line, point in zip(crossings.frame, crossings.track, crossings.line, crossings.point):
        result.setdefault((int(frame), int(k), int(line)), []).append(point)
    return {key: np.array(points) for key, points in result.items()}


def points_of(geography):
    parts = shapely.get_parts(shapely.from_wkb(spherely.to_wkb(geography)))
    parts = parts[~shapely.is_empty(parts)]
    return sphere.unit_vectors(*shapely.get_coordinates(parts).T) if len(parts) else np.zeros((0, 3))


def test_a_crossing_at_a_vertex_of_the_flight_line_is_counted_once():
    across = track((0, -74), (0, -74.5), (0, -75), (0, -76))
    assert count(makers.frames([(-1, -75), (0, -75), (1, -75)]), across) == 1
    assert count(makers.frames([(-1, -75), (0, -75), (0, -75), (1, -75)]), across) == 1


def test_a_crossing_at_a_vertex_of_the_track_is_counted_once():
    for latitude in (-74.5, -75.0, -74.75):
        line = makers.great_circle((-0.5, latitude), (0.5, latitude), 3)
        across = track((0, -74), line[1], (0, -76))
        assert count(makers.frames([line[0], line[2]]), across) == 1


def test_a_crossing_where_one_frame_ends_and_the_next_begins_is_counted_once():
    across = track((0, -74), (0, -75), (0, -76))
    assert count(makers.frames([(-1, -75), (0, -75)], [(0, -75), (1, -75)]), across) == 1
    assert count(makers.frames([(1, -75), (0, -75)], [(0, -75), (-1, -75)]), across) == 1


@pytest.mark.parametrize("side", [-1, 1])
def test_a_vertex_that_only_touches_is_counted_once_at_most(side):
    across = track((0, -74), (0, -75), (0, -76))
    assert count(makers.frames([(side, -75.2), (0, -75), (side, -74.8)]), across) <= 1


def test_crossings_at_two_vertices_of_a_line_are_two():
    # So many vertices that the track does not bend between them, and flight lines' some millimetres beside it.
    across = track(*((0, south) for south in np.linspace(-74, -76, 201)))
    line = [(-1, -74.5), (3e-7, -74.6), (1, -74.7), (1, -74.8), (3e-7, -74.9), (-1, -75)]
    crossings = found(makers.frames(line), across)
    assert len(crossings) == 2
    assert np.ptp(crossings.distance_m) > 50_000


def test_a_line_that_goes_to_and_fro_crosses_as_often_as_it_does():
    across = track((0, -74), (0, -74.7), (0, -75.4), (0, -76))
    line = [(-1, -74.5), (1, -74.6), (-1, -74.9), (1, -75.2), (-1, -75.5)]
    crossings = found(makers.frames(line), across)
    assert len(crossings) == 4
    assert (np.diff(np.sort(crossings.distance_m)) > 20_000).all()


def test_a_track_that_crosses_itself_is_crossed_on_each_of_its_ways():
    loop = track((-1, -75), (1, -75.4), (1, -74.6), (-1, -75.1))
    assert count(makers.frames([(0.2, -74), (0.2, -76)]), loop) == 2


def test_lines_without_length_and_lines_far_away_cross_nothing():
    across = track((0, -74), (0, -75), (0, -76))
    assert count(makers.frames([(0, -75), (0, -75)]), across) == 0
    assert count(makers.frames([(179, 75), (181, 75)], [(-1, 75), (1, 75)], [(5, -75), (6, -75)]), across) == 0


@pytest.mark.parametrize("sign", [-1, 1])
def test_lines_through_the_pole_and_over_the_antimeridian_cross(sign):
    over_pole = track((0, 88 * sign), (90, 89.9 * sign), (179, 88 * sign))
    assert count(makers.frames([(90, 88 * sign), (-90, 88 * sign)]), over_pole) == 1
    assert count(makers.frames([(90, 89 * sign), (0, 90 * sign), (-90, 89 * sign)]), over_pole) == 1
    at_180 = track((180, 74 * sign), (-180, 75 * sign), (180, 76 * sign))
    assert count(makers.frames([(179, 75.2 * sign), (-179, 75.2 * sign)]), at_180) == 1


def test_a_frame_longer_than_a_thousand_kilometres_is_searched_along_all_of_it():
    line = [(-170, -80), (-60, -75), (60, -75), (170, -80)]
    tracks = [track((lon, -70), (lon, -76), (lon, -85)) for lon in (-120, -100, 0, 100, 120)]
    assert [count(makers.frames(line), each) for each in tracks] == [1] * 5


def test_blocks_hold_whole_frames_in_order_and_the_same_crossings_however_large(monkeypatch):
    rgts = range(1, 1388, 40)
    tracks = footprint_tracks(find_strips(np.array([shapely.Polygon(standin_strips.ring(r, 11)) for r in rgts])))
    lines = makers.frames(*[[(lon, -84), (lon + 9, -85)] for lon in range(-180, 171, 10)])
    # Once: sine and cosine of the same angle may differ in the last bit where the memory lies otherwise.
    pieces = flight_lines.flight_lines(lines)
    whole = stacked(list(line_crossings(pieces, tracks, np.array([0.0, 3300.0]))))
    monkeypatch.setattr(cube_grid, "_CANDIDATES", 50)
    monkeypatch.setattr(cube_grid, "_STEPS_AT_ONCE", 100)
    parts = list(line_crossings(pieces, tracks, np.array([0.0, 3300.0])))
    assert len(parts) > 10
    filled = [part for part in parts if len(part)]
    assert all(a.frame.max() < b.frame.min() for a, b in zip(filled[:-1], filled[1:]))
    again = stacked(parts)
    keys = [np.lexsort((each.distance_m, each.line, each.track, each.frame)) for each in (whole, again)]
    for name in ALL:
        np.testing.assert_array_equal(getattr(whole, name)[keys[0]], getattr(again, name)[keys[1]])


def test_the_search_can_be_stopped():
    across = track((0, -74), (0, -75), (0, -76))
    with pytest.raises(CancelledError):
        found(makers.frames([(-1, -75), (1, -75)]), across, progress=makers.Log(cancel_after=1))
