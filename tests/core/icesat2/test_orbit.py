"""Calendar and reference tracks against NASA's track points, real names and real footprints."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.icesat2 import calendar, even_orbit, orbit, track_table

SECOND = np.timedelta64(1, "s")
EARTH_RADIUS_M = 6_371_007.2


def vectors(longitude, latitude):
    longitude, latitude = np.radians(longitude), np.radians(latitude)
    across = np.cos(latitude)
    return np.stack([across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)], axis=-1)


def distances_from_track(rgt, u, longitude, latitude, around=1.0):
    """Distance in metres of points from the nearest point of the track, found among places up to ``around`` degrees."""
    rgt, u, there = np.asarray(rgt)[:, None], np.asarray(u)[:, None], vectors(longitude, latitude)
    places = vectors(*orbit.ground_track(rgt, u + np.linspace(-around, around, 201)))
    nearest = np.argmax(np.einsum("nki,ni->nk", places, there), axis=1)
    assert ((nearest > 0) & (nearest < 200)).all()
    row = np.arange(len(there))
    before, after = places[row, nearest - 1], places[row, nearest + 1]
    across = np.cross(before, after)
    across /= np.linalg.norm(across, axis=1)[:, None]
    return np.abs(np.sum(across * there, axis=1)) * EARTH_RADIUS_M


@pytest.fixture(scope="module")
def published(real_data):
    """NASA's points of every 31st reference track, with where on the orbit they must about be."""
    points = pd.read_csv(real_data / "orbit" / "rgt_cycle14_points.csv.gz")
    points["u"] = points.groupby("RGT").cumcount() * 60 / calendar.TRACK_SECONDS * 360
    return points[points["RGT"] % 31 == 1].reset_index(drop=True)


def test_cycle_22_begins_on_2023_12_18_and_cycle_23_on_2024_03_18():
    days = calendar.cycle_start([22, 23]).astype("datetime64[D]").astype(str)
    assert days.tolist() == ["2023-12-18", "2024-03-18"]


def test_cycle_starts_agree_with_67_711_real_names_within_20_seconds(real_data):
    known = pd.read_csv(real_data / "orbit" / "icesat2_cycle_calendar.csv")
    known = known.dropna(subset=["fitted_rgt1_equator_utc"])
    assert known["n_names"].sum() == 67_711
    fitted = known["fitted_rgt1_equator_utc"].to_numpy(dtype="datetime64[ms]")
    assert np.all(np.abs(fitted - calendar.cycle_start(known["cycle"])) < 20 * SECOND)


def test_cycle_starts_fall_on_nasas_dates(real_data):
    known = pd.read_csv(real_data / "orbit" / "icesat2_cycle_calendar.csv")
    # The first began before data were taken, the fourth in a data gap.
    known = known[~known["cycle"].isin([1, 4])]
    official = known["official_from"].to_numpy(dtype="datetime64[D]")
    assert np.all(np.abs(calendar.cycle_start(known["cycle"]) - official) <= np.timedelta64(24, "h"))


@given(st.integers(1, 200), st.integers(1, 1387), st.floats(0, 359.9))
def test_a_time_of_a_pass_lies_in_the_cycle_of_that_pass(cycle, rgt, u):
    assert calendar.cycle_of(calendar.rgt_time(rgt, cycle, u)) in (cycle, cycle + (rgt == 1387))


def test_a_cycle_lasts_from_its_start_until_the_next_one_begins():
    cycle = np.arange(1, 2001)
    start, end = calendar.cycle_start(cycle), calendar.cycle_start(cycle + 1) - np.timedelta64(1, "ms")
    assert calendar.cycle_of([start, end]).tolist() == [cycle.tolist(), cycle.tolist()]


def test_there_is_no_cycle_before_september_2018():
    assert calendar.cycle_of("2018-09-28T16:18") == 0


def test_times_are_in_milliseconds_and_take_the_shape_of_the_arguments():
    times = calendar.rgt_time(np.arange(1, 4)[:, None], [1, 2])
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
    late = calendar.rgt_time(rgt, cycle, orbit.region_arc(region)[0]) - time.astype("datetime64[ms]")
    assert np.all(np.abs(late) < 20 * SECOND)


def test_99_of_100_real_granules_begin_when_the_calendar_says_to_20_seconds(real_data):
    records = json.loads((real_data / "granules" / "atl06_real_values_umm.json").read_text())["items"]
    names = [record["umm"]["GranuleUR"] for record in records]
    names += list(gpd.read_parquet(real_data / "granules" / "atl03_v007_footprints.parquet")["id"])
    parts = pd.Series(names).str.extract(r"_(\d{14})_(\d{4})(\d\d)(\d\d)_")
    time = pd.to_datetime(parts[0], format="%Y%m%d%H%M%S").to_numpy(dtype="datetime64[ms]")
    rgt, cycle, region = (parts[column].astype(int).to_numpy() for column in (1, 2, 3))
    assert set(region) == {2, 3, 5, 6, 10, 11, 12}
    late = np.abs(time - calendar.rgt_time(rgt, cycle, orbit.region_arc(region)[0]))
    assert len(late) == 2145
    late = late / SECOND
    assert np.median(late) < 3
    assert np.percentile(late, 99) < 20
    assert late.max() < 45


def test_the_drift_of_the_last_known_cycle_is_kept_and_not_carried_on():
    # Cycle 30 is 75 s early by the even calendar, 90.81927 days a cycle.
    even = calendar.cycle_start([30, 31, 60, 130]) - calendar.FIRST_CROSSING
    early = even / SECOND - 90.81927 * 86_400 * (np.array([30, 31, 60, 130]) - 1)
    assert early == pytest.approx([-74, -72.5, -72.5, -72.5], abs=2)


def test_nasas_track_points_lie_on_the_tracks_within_20_centimetres(published):
    off = distances_from_track(*published[["RGT", "u", "longitude", "latitude"]].to_numpy().T)
    assert off.max() < 0.2
    assert len(off) > 4_000


def test_of_the_shipped_values_every_second_is_found_again_between_the_others_within_20_centimetres():
    values = track_table.offsets_m()
    assert len(values) == 1387 * 72 + 1
    # The tracks undulate about the even orbit: this is what the table is for.
    assert np.sqrt(np.mean(values**2)) == pytest.approx(1113, abs=10)
    for kept, left_out in ((values[::2], values[1:-1:2]), (values[1::2], values[2:-2:2])):
        between = track_table.interpolated(kept, np.arange(len(left_out)) + 0.5)
        assert np.abs(between - left_out).max() < 0.2


def test_the_table_is_small_text_that_git_and_the_plugin_repository_take():
    content = track_table.PATH.read_bytes()
    assert len(content) < 500_000
    assert content.isascii()
    assert b"\0" not in content
    assert b"NASA" in content


def test_the_table_is_read_when_the_first_track_is_asked_for_and_not_before():
    track_table.offsets_m.cache_clear()
    calendar.rgt_time(5, 22, 10.0)
    assert track_table.offsets_m.cache_info().currsize == 0
    orbit.ground_track(5, 10.0)
    assert track_table.offsets_m.cache_info().currsize == 1


def test_the_even_track_is_what_nasas_tracks_undulate_about(published):
    place = vectors(published["longitude"], published["latitude"])
    _, left = even_orbit.beside_even_track(published["RGT"], place, published["u"])
    assert np.sqrt(np.mean(left**2)) * EARTH_RADIUS_M == pytest.approx(1113, abs=10)


def test_a_place_beside_a_track_is_found_at_its_distance_from_far_off_and_at_the_turns():
    rgt = np.repeat([1, 700, 1387], 73)
    u = np.tile(np.arange(0.0, 361, 5), 3)
    centre, left = orbit.track_vectors(rgt, u)
    for metres in (-45_000, -3_000, 0, 150, 45_000):
        angle = metres / EARTH_RADIUS_M
        found, beside = orbit.beside_track(rgt, centre * np.cos(angle) + left * np.sin(angle), u + 35)
        # At a right angle to the even track, from which the reference track turns away by a tenth of a degree at most.
        assert np.abs(found - u).max() < (1e-3 if metres else 1e-6)
        assert np.abs(beside * EARTH_RADIUS_M - metres).max() < 0.5 + abs(metres) * 2e-5


def test_times_of_nasas_points_tell_the_eccentricity(published):
    place = vectors(published["longitude"], published["latitude"])
    u, _ = orbit.beside_track(published["RGT"], place, published["u"])
    minute = published.groupby("RGT").cumcount().to_numpy()
    ahead = u - minute * 60 / calendar.TRACK_SECONDS * 360
    ahead -= published.assign(a=ahead).groupby("RGT")["a"].transform("mean").to_numpy()
    # Of an ellipse whose lowest place is the northernmost: 2 e, in radians.
    fit = np.sum(ahead * -np.cos(np.radians(u))) / np.sum(np.cos(np.radians(u)) ** 2)
    assert np.radians(fit) / 2 == pytest.approx(even_orbit.ECCENTRICITY, rel=0.02)


def test_the_altitude_is_highest_in_the_south_and_lowest_at_the_equator():
    # Magruder et al. and NASA give 'about 500 km'; the poles differ by 4 % (spacing of real beams).
    south, equator, north = even_orbit.altitudes(np.sin(np.radians([-75.0, 0.0, 70.0]))) / 1000
    assert south / north == pytest.approx(3371 / 3240, rel=0.005)
    assert 470 < equator < north < south < 520
    assert np.isfinite(even_orbit.altitudes(np.array([-1.0, 1.0]))).all()


def test_real_footprints_keep_to_their_tracks_from_cycle_3_on_or_have_an_off_pointing_of_their_own(real_data):
    footprints = gpd.read_parquet(real_data / "granules" / "atl03_v007_footprints.parquet").iloc[::4]
    rgt, cycle, u, places = [], [], [], []
    for name, polygon in zip(footprints["id"], footprints.geometry):
        ring = np.array(polygon.exterior.coords)[:-1]
        half = len(ring) // 2
        middle = vectors(*ring[1 : half + 1].T) + vectors(*np.vstack([ring[:1], ring[:half:-1]]).T)
        middle /= np.linalg.norm(middle, axis=1)[:, None]
        latitude = np.degrees(np.arcsin(middle[:, 2]))
        u.append(orbit.argument_of_latitude(latitude, ascending=name[27:29] == "02"))
        places.append(middle)
        rgt.append(np.full(half, int(name[21:25])))
        cycle.append(np.full(half, int(name[25:27])))
    rgt, cycle, u, place = (np.concatenate(values) for values in (rgt, cycle, u, places))
    longitude, latitude = np.degrees(np.arctan2(place[:, 1], place[:, 0])), np.degrees(np.arcsin(place[:, 2]))
    off = distances_from_track(rgt, u, longitude, latitude, around=2.0)
    assert np.median(off[cycle == 3]) < 60
    assert np.median(off[cycle < 3]) > 1_000
    assert 0.5 < np.mean(off < 150) < 0.75


def test_all_tracks_turn_at_88_degrees():
    _, latitude = orbit.ground_track(np.arange(1, 1388)[:, None], [90.0, 270.0])
    # 88 degrees geocentric is 88.0134 geodetic: tan 88 / (1 - e2); the tracks undulate by less than a kilometre here.
    assert latitude == pytest.approx(np.tile([88.0134, -88.0134], (1387, 1)), abs=0.009)


def test_rgt_1_begins_near_greenwich_and_rgt_2_lies_23_6193_degrees_west():
    longitude, latitude = orbit.ground_track([1, 2], 0.0)
    assert latitude == pytest.approx([0, 0], abs=2e-4)
    assert longitude[0] == pytest.approx(-0.1276, abs=2e-3)
    assert longitude[0] - longitude[1] == pytest.approx(23.6193, abs=6e-3)


@given(st.integers(1, 1386))
def test_a_track_ends_where_the_next_one_begins(rgt):
    end, start = (vectors(*orbit.ground_track(*place)) for place in ((rgt, 360.0), (rgt + 1, 0.0)))
    assert end == pytest.approx(start, abs=1e-9)


def test_a_little_beyond_the_ends_of_a_cycle_the_tracks_are_carried_on_smoothly():
    # RGT 1387 joins RGT 1 with a step of tens of metres, which no direction of flight may see.
    for rgt, u in ((1, 0.0), (1387, 360.0)):
        before, here, after = (vectors(*orbit.ground_track(rgt, u + step)) for step in (-0.5, 0.0, 0.5))
        assert np.linalg.norm(before + after - 2 * here) * EARTH_RADIUS_M < 600
    assert orbit.ground_track(1, 365.0) == pytest.approx(orbit.ground_track(2, 5.0), abs=1e-9)
    assert orbit.ground_track(1387, 365.0) == pytest.approx(orbit.ground_track(1, 5.0), abs=1e-9)


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
    # By the even track.
    assert latitude == pytest.approx(latitudes, abs=0.02)


@given(st.floats(-88, 88), st.booleans())
def test_the_argument_of_latitude_leads_back_to_the_latitude(latitude, ascending):
    u = orbit.argument_of_latitude(latitude, ascending)
    assert orbit.ground_track(1, u)[1] == pytest.approx(latitude, abs=0.02)
    assert (np.cos(np.radians(u)) > 0) == ascending


def test_no_track_reaches_89_degrees():
    assert np.isnan(orbit.argument_of_latitude([89.0, -89.0], True)).all()


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: calendar.rgt_time([1, 1388], 22), "RGT 1388"),
        (lambda: orbit.ground_track(0, 0.0), "RGT 0"),
        (lambda: calendar.rgt_time(1, 0), "Cycle 0"),
        (lambda: calendar.cycle_start([3, -2]), "Cycle -2"),
        (lambda: orbit.region_arc([1, 15]), "Region 15"),
    ],
)
def test_what_does_not_exist_is_refused_by_name(call, named):
    with pytest.raises(InputError, match=named):
        call()
