"""Centre lines of passes, and how they bend between their vertices."""

import gzip

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from standin import strips as standin_strips
from xopr_crossovers.core.geometry import sphere
from xopr_crossovers.core.icesat2 import orbit
from xopr_crossovers.core.icesat2.off_pointing import OffPointing
from xopr_crossovers.core.icesat2.steps import Steps
from xopr_crossovers.core.icesat2.strips import find_strips
from xopr_crossovers.core.icesat2.tracks import Tracks, footprint_tracks, joined_tracks, reference_tracks

GEOD = pyproj.Geod(ellps="WGS84")
RADIUS_M = 6_371_007.2


@pytest.fixture(scope="module")
def published(real_data):
    """A published point a minute of all reference tracks south of 55 S, in order of time."""
    path = real_data / "orbit" / "rgt_cycle14_points.csv.gz"
    with gzip.open(path, "rt") as file:
        table = pd.read_csv(file, parse_dates=["utc"])
    return table[table["latitude"] < -55].sort_values(["RGT", "utc"])


def threes(published):
    """Published points with the ones two minutes later and the ones between."""
    first, between, last = published.iloc[:-2], published.iloc[1:-1], published.iloc[2:]
    minute = np.timedelta64(60, "s")
    whole = np.ones(len(first), dtype=bool)
    for a, b in ((first, between), (between, last)):
        whole &= (b["RGT"].to_numpy() == a["RGT"].to_numpy()) & (b["utc"].to_numpy() - a["utc"].to_numpy() == minute)
    return [
        sphere.unit_vectors(part["longitude"].to_numpy(), part["latitude"].to_numpy())[whole]
        for part in (first, between, last)
    ]


def lines_between(first, last):
    """Tracks of two vertices each, with the true direction across left out of account."""
    n = len(first)
    centre = np.stack([first, last], axis=1).reshape(-1, 3)
    left = np.repeat(np.cross(first, last), 2, axis=0)
    left /= np.linalg.norm(left, axis=1)[:, None] * RADIUS_M
    return Tracks(np.arange(n), np.arange(n + 1) * 2, centre, left, np.tile([0.0, 1.0], n), np.ones(2 * n))


def test_the_bend_between_vertices_is_that_of_published_tracks(published):
    first, between, last = threes(published)
    assert len(first) > 10_000
    middle = Steps(lines_between(first, last), 2_000_000.0).at(slice(None), 0.5).centre
    straight = first + last
    straight /= np.linalg.norm(straight, axis=1)[:, None]
    left = np.cross(first, last)
    left /= np.linalg.norm(left, axis=1)[:, None]
    off = [np.abs(((between - found) * left).sum(axis=1)) * RADIUS_M for found in (straight, middle)]
    assert np.median(off[0]) > 1_500
    assert np.median(off[1]) < 15
    assert off[1].max() < 25


def test_the_share_of_a_pass_is_its_share_of_time_within_a_tenth_of_a_second(published):
    first, between, last = threes(published)
    lon, lat = zip(*(sphere.lon_lat(points) for points in (first, between, last)))
    before, after = (GEOD.inv(lon[i], lat[i], lon[i + 1], lat[i + 1])[2] for i in (0, 1))
    # The published times are whole seconds and their points are a minute apart to a millisecond.
    assert np.abs(before / (before + after) - 0.5).max() * 120 < 0.1


def test_the_end_of_a_step_is_to_the_last_bit_the_begin_of_the_next():
    strips = find_strips(np.array([shapely.Polygon(standin_strips.ring(rgt, 11)) for rgt in (1, 900)]))
    steps = Steps(footprint_tracks(strips), 50_000.0)
    same = np.flatnonzero(np.diff(steps.track[steps.vertex]) == 0)
    end, begin = steps.at(same, 1.0), steps.at(same + 1, 0.0)
    assert (end.centre == begin.centre).all()
    assert (end.across == begin.across).all()
    assert (end.share == begin.share).all()


def test_steps_are_no_longer_than_asked_for_and_lose_nothing():
    strips = find_strips(np.array([shapely.Polygon(standin_strips.ring(rgt, 10)) for rgt in (3, 700)]))
    tracks = footprint_tracks(strips)
    steps = Steps(tracks, 30_000.0)
    begin, end = steps.at(slice(None), 0.0), steps.at(slice(None), 1.0)
    assert (sphere.angle_between(begin.centre, end.centre) * RADIUS_M).max() < 30_100
    passed = np.bincount(steps.track[steps.vertex], end.share - begin.share)
    np.testing.assert_allclose(passed, 1.0, atol=1e-12)


def test_a_strip_s_centre_line_is_the_ground_track_that_the_strip_was_made_about():
    strips = find_strips(np.array([shapely.Polygon(standin_strips.ring(500, 11))]))
    steps = Steps(footprint_tracks(strips), 20_000.0)
    middle = steps.at(slice(None), 0.5)
    u0, u1 = orbit.region_arc(11)
    fine = sphere.unit_vectors(*orbit.ground_track(500, np.linspace(u0, u1, 20_001)))
    nearest = np.array([np.argmax(fine @ place) for place in middle.centre])
    # The bend takes 98.5 % of the turn: some metres remain in the middle of 500 km.
    assert (np.linalg.norm(fine[nearest] - middle.centre, axis=1) * RADIUS_M).max() < 150
    assert np.abs(middle.share - nearest / 20_000).max() * 343 < 0.5


def along_regions(granule, rgt, region):
    """Reference tracks over regions."""
    beside = OffPointing.along(*orbit.region_arc(np.array(region)))
    return reference_tracks(np.array(granule), np.array(rgt), beside, np.full(len(rgt), 20.0))


def test_reference_tracks_begin_and_end_with_their_regions():
    rgt, region = np.array([5, 600, 1387]), np.array([10, 4, 12])
    tracks = along_regions([7, 8, 9], rgt, region)
    for ends, u in zip((tracks.offsets[:-1], tracks.offsets[1:] - 1), orbit.region_arc(region)):
        np.testing.assert_allclose(tracks.centre[ends], sphere.unit_vectors(*orbit.ground_track(rgt, u)), atol=1e-12)
    assert tracks.granule.tolist() == [7, 8, 9]
    assert (tracks.uncertainty_m == 20).all()
    middle = len(tracks.centre) // 2
    lon, lat = sphere.lon_lat(tracks.centre[middle] + np.outer([0, 3300], tracks.across[middle]))
    assert GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2] == pytest.approx(3300, abs=0.1)


@pytest.mark.parametrize("region", [2, 4, 10, 11])
def test_between_their_vertices_reference_tracks_are_nasas_within_two_metres_and_a_half(region):
    tracks = along_regions([0], [321], [region])
    middle = Steps(tracks, 20_000.0).at(slice(None), 0.5)
    u0, u1 = orbit.region_arc(region)
    _, left = orbit.beside_track(np.full(len(middle), 321), middle.centre, u0 + (u1 - u0) * middle.share)
    assert np.abs(left).max() * RADIUS_M < 2.5


def test_a_line_beside_its_track_goes_through_all_places_and_is_less_certain_where_it_turns():
    beside = OffPointing(np.array([0, 4]), np.array([240.0, 247.0, 250.0, 251.0]), np.array([0.0, 0.0, 6000.0, 6100.0]))
    tracks = reference_tracks(np.array([3]), np.array([77]), beside, np.array([60.0]))
    u, left = orbit.beside_track(np.full(len(tracks.centre), 77), tracks.centre, np.full(len(tracks.centre), 245.0))
    np.testing.assert_allclose(left * RADIUS_M, np.interp(u, beside.u, beside.left_m), rtol=0.006, atol=2)
    np.testing.assert_allclose(sorted(set(u.round(3)) & {240.0, 247.0, 250.0, 251.0}), beside.u)
    assert set(tracks.uncertainty_m[u < 246.9]) == {60}
    assert set(tracks.uncertainty_m[(u > 246.9) & (u < 249.9)]) == {3000}
    assert tracks.share[[0, -1]].tolist() == [0, 1]


def test_joined_tracks_are_those_of_the_parts_in_their_order():
    a, b = along_regions([1], [5], [10]), along_regions([0, 2], [6, 7], [11, 12])
    both = joined_tracks([a, b])
    assert both.granule.tolist() == [1, 0, 2]
    np.testing.assert_array_equal(both.centre[both.offsets[1] : both.offsets[2]], b.centre[: b.offsets[1]])
    assert both.offsets[-1] == len(both.centre) == len(both.share) == len(both.uncertainty_m)
