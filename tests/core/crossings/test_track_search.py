"""From passes to the frames that they cross: which, where, how well, and what is told of them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

import makers
from standin import strips as standin_strips
from xopr_crossovers.core.common.errors import CancelledError, InputError
from xopr_crossovers.core.crossings import TRACK_COLUMNS, TrackSearch, Wanted
from xopr_crossovers.core.frames.table import normalize_frames
from xopr_crossovers.core.granules.planned import planned_granules
from xopr_crossovers.core.granules.table import normalize_granules
from xopr_crossovers.core.icesat2 import calendar, orbit

GEOD = pyproj.Geod(ellps="WGS84")
TO_POLE = {
    side: pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    for side, crs in {"south": "EPSG:3031", "north": "EPSG:3413"}.items()
}
RGT = 407


def across(rgt, u, azimuth=None, half_km=25.0):
    """A line of 50 km through the place of a track, at a right angle to it or in another direction."""
    (lon, ahead_lon), (lat, ahead_lat) = orbit.ground_track(rgt, np.array([u, u + 0.01]))
    azimuth = GEOD.inv(lon, lat, ahead_lon, ahead_lat)[0] + 90 if azimuth is None else azimuth
    ends = [GEOD.fwd(lon, lat, azimuth + turn, half_km * 1000)[:2] for turn in (180, 0)]
    return [tuple(map(float, end)) for end in ends]


def search(lines, granules, log=None, wanted=None, **columns):
    frames = makers.frames(*lines, **columns)
    return TrackSearch(normalize_frames(frames.drop(columns="opr:mbox")), granules, wanted, log)


def all_rows(found):
    parts = list(found.crossovers())
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def planar_crossings(side, rgt, u, line):
    """Where the line of a track meets a frame's geodesic, both drawn in the pole's plane with a place every 500 m."""
    track = np.column_stack(TO_POLE[side].transform(*orbit.ground_track(rgt, u)))
    (a, b) = line
    count = int(GEOD.inv(*a, *b)[2] // 500) + 1
    flown = np.column_stack(TO_POLE[side].transform(*np.array([a, *GEOD.npts(*a, *b, count), b]).T))
    meeting = shapely.intersection(shapely.LineString(track), shapely.LineString(flown))
    return shapely.get_coordinates(shapely.get_parts(meeting))


# --- where ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("azimuth", [None, 10.0, 130.0])
@pytest.mark.parametrize(
    ("side", "u"), [("south", 270.3), ("south", 248.0), ("north", 90.4), ("north", 70.0)], ids=lambda value: str(value)
)
def test_a_track_crosses_frames_about_both_poles_where_its_line_in_the_pole_s_plane_does(side, u, azimuth):
    line = across(RGT, u, azimuth, half_km=60)
    found = search([line], planned_granules(np.array([RGT])), wanted=Wanted(beams=["centre"]))
    rows = all_rows(found)
    expected = planar_crossings(side, RGT, np.arange(u - 8, u + 8, 0.005), line)
    ours = np.column_stack([rows.geometry.x, rows.geometry.y])
    assert len(ours) == len(expected) >= 1
    assert np.sort(ours, axis=0) == pytest.approx(np.sort(expected, axis=0), abs=20)
    assert rows.crs == {"south": "EPSG:3031", "north": "EPSG:3413"}[side]


def test_frames_over_the_antimeridian_are_crossed_and_so_are_the_tracks_drawn():
    places = [(rgt, u) for rgt in range(1, 1388, 7) for u in (245.0, 292.0)]
    lon, _ = orbit.ground_track(*map(np.array, zip(*places)))
    rgt, u = places[int(np.argmin(180 - np.abs(lon)))]
    line = across(rgt, u)
    # A catalog's line over the antimeridian is not split.
    assert abs(line[0][0] - line[1][0]) > 300
    found = search([line], planned_granules(np.array([rgt])))
    rows = all_rows(found)
    assert sorted(rows["beam"]) == ["gt1l", "gt1r", "gt2l", "gt2r", "gt3l", "gt3r"]
    (track,) = found.tracks().geometry
    # 50 km on either side of the crossings, and at most a step of 20 km more.
    assert 100_000 < track.length < 145_000
    assert shapely.distance(track, rows.geometry.to_numpy()).max() < 3_600


def test_frames_of_both_hemispheres_in_one_run_are_in_longitude_and_latitude():
    lines = [across(RGT, 250.0), across(RGT, 72.0)]
    found = search(lines, planned_granules(np.array([RGT])))
    rows, frames, tracks = all_rows(found), found.frames(), found.tracks()
    assert rows.crs == frames.crs == tracks.crs == "EPSG:4326"
    assert sorted(np.sign(rows.geometry.y)) == [-1] * 6 + [1] * 6
    assert frames["n_crossings"].tolist() == [6, 6]
    assert len(tracks) == 2


def test_one_hemisphere_that_is_crossed_gives_its_projection_whatever_the_other_frames_are():
    found = search([across(RGT, 250.0), across(3, 72.0)], planned_granules(np.array([RGT])))
    assert all_rows(found).crs == found.frames().crs == found.tracks().crs == "EPSG:3031"


def test_a_track_is_drawn_along_the_ground_track_and_has_a_gap_between_frames_that_are_far_apart():
    lines = [across(RGT, 240.0), across(RGT, 241.0), across(RGT, 246.0)]
    found = search(lines, planned_granules(np.array([RGT])))
    all_rows(found)
    (track,) = found.tracks().geometry
    # 1 degree of the orbit is 111 km, so that the first two stretches are one.
    assert [round(part.length, -5) for part in track.geoms] == [200_000, 100_000]
    truth = shapely.LineString(
        np.column_stack(TO_POLE["south"].transform(*orbit.ground_track(RGT, np.arange(235, 255, 0.05))))
    )
    assert shapely.distance(shapely.points(shapely.get_coordinates(track)), truth).max() < 10


# --- which passes -----------------------------------------------------------------------------------------------------


def test_a_track_without_cycles_counts_once_and_has_no_time():
    log = makers.Log()
    found = search([across(RGT, 250.0)], planned_granules(np.array([RGT])), log)
    rows = all_rows(found)
    assert len(rows) == 6
    assert rows[["cycle", "pass_time", "days_between", "granule_id"]].isna().all(axis=None)
    assert set(rows["rgt"]) == {RGT}
    frames = found.frames()
    assert frames[["first_pass", "last_pass", "days_between"]].isna().all(axis=None)
    assert found.tracks()[["start_time", "end_time", "cycle"]].isna().all(axis=None)
    assert "Without CYCLES each track counts once" in log.text


def test_with_cycles_each_pass_counts_with_its_time_by_the_calendar():
    u = 250.0
    found = search([across(RGT, u)], planned_granules(np.array([RGT]), np.array([5, 22])), date="20240101")
    rows = all_rows(found)
    assert rows.groupby("cycle").size().to_dict() == {5: 6, 22: 6}
    for cycle, times in rows.groupby("cycle")["pass_time"]:
        # DOMAIN.md section 4: fitted on real names, largest residual 2 minutes.
        begin = pd.Timestamp("2018-09-28T16:20:24Z") + pd.Timedelta(days=90.81927 * (cycle - 1))
        planned = begin + pd.Timedelta(seconds=5657.3807 * (RGT - 1 + u / 360))
        assert (times - planned).abs().max() < pd.Timedelta(minutes=2)
    frame = found.frames().iloc[0]
    assert (frame["n_crossings"], frame["n_passes"]) == (12, 2)
    assert (frame["first_pass"], frame["last_pass"]) == (rows["pass_time"].min(), rows["pass_time"].max())
    # Cycle 22 is nearer to the flight, and comes after it.
    assert frame["days_between"] == rows.loc[rows["cycle"] == 22, "days_between"].min() == 13


def test_of_passes_before_and_after_the_flight_the_nearest_in_time_is_told():
    found = search([across(RGT, 250.0)], planned_granules(np.array([RGT]), np.array([20, 21, 22])), date="20231018")
    rows = all_rows(found)
    assert found.frames()["days_between"].tolist() == [rows.set_index("cycle")["days_between"].loc[21].iloc[0]] == [-3]


@pytest.mark.parametrize(
    ("cycle", "u", "metres"), [(1, 250, 13_000), (2, 250, 13_000), (3, 250, 100), (22, 210, 13_000)]
)
def test_a_planned_pass_is_said_to_be_good_for_100_m_over_the_ice_since_cycle_3_and_else_for_13_km(cycle, u, metres):
    log = makers.Log()
    found = search([across(RGT, u)], planned_granules(np.array([RGT]), np.array([cycle])), log)
    rows = all_rows(found)
    assert set(rows["uncertainty_m"]) == set(found.tracks()["uncertainty_m"]) == {metres}
    assert set(rows["source"]) == {"track_model"}
    assert ("of cycle 1 or 2" in log.text) == (cycle < 3)


def test_regions_are_those_that_are_asked_for():
    lines = [across(RGT, 250.0), across(RGT, 270.0), across(RGT, 72.0)]
    found = search(lines, planned_granules(np.array([RGT]), regions=np.array([11])))
    assert set(all_rows(found)["region"]) == {11}
    assert found.frames()["id"].tolist() == ["Data_20200101_01_002"]


def name_of(rgt, region, cycle=22, late_s=0):
    start = pd.Timestamp(calendar.rgt_time(rgt, cycle, orbit.region_arc(region)[0])) + pd.Timedelta(seconds=late_s)
    return f"ATL06_{start:%Y%m%d%H%M%S}_{rgt:04d}{cycle:02d}{region:02d}_007_01.h5"


def test_a_granule_without_a_footprint_passes_along_its_track_at_the_time_of_its_name():
    u, late = 250.0, 40
    names = [name_of(RGT, 10, late_s=late)]
    granules = gpd.GeoDataFrame({"granule_id": names}, geometry=[None], crs="EPSG:4326")
    rows = all_rows(search([across(RGT, u)], normalize_granules(granules)))
    assert set(rows["granule_id"]) == set(names)
    assert set(rows["source"]) == {"track_model"}
    by_calendar = pd.Timestamp(calendar.rgt_time(RGT, 22, u), tz="UTC") + pd.Timedelta(seconds=late)
    assert (rows["pass_time"] - by_calendar).abs().max() < pd.Timedelta(seconds=3)


def test_a_granule_that_begins_late_in_its_region_has_the_times_of_the_calendar():
    names = [name_of(RGT, 10, late_s=200)]
    granules = gpd.GeoDataFrame({"granule_id": names}, geometry=[None], crs="EPSG:4326")
    rows = all_rows(search([across(RGT, 250.0)], normalize_granules(granules)))
    planned = pd.Timestamp(calendar.rgt_time(RGT, 22, 250.0), tz="UTC")
    assert (rows["pass_time"] - planned).abs().max() < pd.Timedelta(seconds=3)


def test_granules_with_and_without_footprints_go_together_and_the_footprint_counts_where_there_is_one():
    names = [name_of(RGT, 10), name_of(RGT, 10, cycle=21)]
    ring = shapely.Polygon(standin_strips.ring(RGT, 10))
    granules = gpd.GeoDataFrame({"granule_id": names}, geometry=[ring, None], crs="EPSG:4326")
    found = search([across(RGT, 250.0)], normalize_granules(granules))
    rows = all_rows(found)
    assert rows.groupby("granule_id")["source"].agg(set).to_dict() == {names[0]: {"rgt"}, names[1]: {"track_model"}}
    assert found.tracks()[["granule_id", "source"]].to_numpy().tolist() == [
        [names[0], "rgt"],
        [names[1], "track_model"],
    ]


def test_a_pass_of_which_no_line_is_known_has_crossovers_and_no_track():
    log = makers.Log()
    hull = shapely.Polygon([(-104, -74), (-100, -74), (-100, -76), (-104, -76)])
    granules = gpd.GeoDataFrame({"granule_id": ["somewhere"]}, geometry=[hull], crs="EPSG:4326")
    found = search([[(-106, -75), (-98, -75)]], normalize_granules(granules), log)
    assert set(all_rows(found)["source"]) == {"strip"}
    assert len(found.frames()) == 1
    assert len(found.tracks()) == 0
    assert "1 pass has no known line" in log.text


# --- what is told -----------------------------------------------------------------------------------------------------


def test_frames_tracks_and_seasons_say_what_was_crossed():
    lines = [across(RGT, 250.0), across(RGT, 251.0), across(RGT, 252.0), across(3, 250.0)]
    log = makers.Log()
    found = search(
        lines,
        planned_granules(np.array([RGT]), np.array([22])),
        log,
        collection=["B", "A", "B", "C"],
        date=None,
        ids=[f"Data_{day}_01_001" for day in ("20120103", "20111102", "20100404", "20200101")],
    )
    rows = all_rows(found)
    assert found.seasons() == type(found.seasons())(("B", "A"), "2010-04-04", "2012-01-03")
    track = found.tracks().iloc[0]
    assert (track["n_frames"], track["n_crossings"], track["n_seasons"], track["seasons"]) == (3, len(rows), 2, "B, A")
    assert (f"{track['first_flight']}", f"{track['last_flight']}") == ("2010-04-04", "2012-01-03")
    assert list(found.tracks().columns) == [*TRACK_COLUMNS, "geometry"]
    assert [f"{day}" for day in found.frames()["flight_date"]] == ["2012-01-03", "2011-11-02", "2010-04-04"]
    assert "3 of 4 frames are crossed, flown from 2010-04-04 to 2012-01-03, of 2 seasons: B and A." in log.text
    # From 50 km before the first crossing to 50 km after the last, at 7 km a second.
    seconds = (track["end_time"] - track["start_time"]).total_seconds()
    between = (rows["pass_time"].max() - rows["pass_time"].min()).total_seconds()
    assert 13 < seconds - between < 22
    assert track["start_time"] < rows["pass_time"].min()


def test_filters_are_those_of_crossovers_and_count_in_all_tables():
    lines = [across(RGT, 250.0), across(RGT, 252.0, azimuth=None)]
    found = search(lines, planned_granules(np.array([RGT])), wanted=Wanted(beams=["gt1l"], direction="descending"))
    assert set(all_rows(found)["beam"]) == {"gt1l"}
    assert found.frames()["n_crossings"].tolist() == [1, 1]
    none = search(lines, planned_granules(np.array([RGT])), wanted=Wanted(direction="ascending"))
    assert len(all_rows(none)) == 0


def test_nothing_that_is_crossed_gives_empty_tables_with_all_columns_and_a_warning():
    log = makers.Log()
    found = search([across(3, 250.0)], planned_granules(np.array([RGT])), log)
    rows = all_rows(found)
    assert (len(rows), len(found.frames()), len(found.tracks())) == (0, 0, 0)
    assert list(found.tracks().columns) == [*TRACK_COLUMNS, "geometry"]
    assert {"n_crossings", "n_passes", "first_pass", "last_pass", "days_between"} <= set(found.frames().columns)
    assert found.seasons().names == ()
    assert any("No crossover was found" in line for line in log.warnings)


def test_days_cannot_be_limited_of_tracks_without_a_time():
    with pytest.raises(InputError, match="MAX_DAYS needs the times of the passes: give CYCLES with RGTS"):
        search([across(RGT, 250.0)], planned_granules(np.array([RGT])), wanted=Wanted(max_days=10))
    timed = search([across(RGT, 250.0)], planned_granules(np.array([RGT]), np.array([22])), wanted=Wanted(max_days=10))
    assert len(all_rows(timed)) == 0


def test_a_search_stops_when_it_is_asked_to():
    log = makers.Log(cancel_after=2)
    found = search([across(RGT, 250.0)], planned_granules(np.arange(1, 40)), log)
    with pytest.raises(CancelledError):
        all_rows(found)


@pytest.mark.parametrize(
    ("rgts", "cycles", "regions", "message"),
    [([1388], None, None, "RGT 1388"), ([1], [0], None, "Cycle 0"), ([1], [1], [15], "Region 15")],
)
def test_what_does_not_exist_is_not_planned(rgts, cycles, regions, message):
    with pytest.raises(InputError, match=message):
        search([across(RGT, 250.0)], planned_granules(*(each and np.array(each) for each in (rgts, cycles, regions))))
