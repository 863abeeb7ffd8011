"""Measured crossovers against a surface that is known exactly."""

import json
import shutil

import h5py
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

import radar_maker
from heights_maker import GEOD, SITES, Site
from xopr_crossovers.core.common import InputError, Progress
from xopr_crossovers.core.crossings import Wanted
from xopr_crossovers.core.heights import (
    HEIGHT_COLUMNS,
    GranulePlaces,
    GridValues,
    Measuring,
    Sources,
    crossover_heights,
)
from xopr_crossovers.core.heights.crossovers_read import read_crossovers
from xopr_crossovers.core.heights.series import series_of
from xopr_crossovers.core.radar import RadarFiles


class Told(Progress):
    def __init__(self):
        self.lines = []

    def info(self, text):
        self.lines.append(text)

    warn = info


def sources(folder, **more):
    return Sources(GranulePlaces(str(folder / "granules")), RadarFiles(str(folder / "radar")), **more)


def of_each(site, function):
    return np.array([function(granule, beam) for granule in site.granules for beam in site.beams])


@pytest.fixture(scope="module")
def measured(sites):
    return {
        name: crossover_heights(site.crossovers(), site.frames(), sources(folder))
        for name, (site, folder) in sites.items()
    }


@pytest.mark.parametrize("name", SITES)
def test_crossovers_move_to_where_the_segments_line_crosses_the_flown_track(name, sites, measured):
    site, table = sites[name][0], measured[name].table
    places = table.to_crs("EPSG:4326").geometry
    truth = of_each(site, site.truth)
    assert GEOD.inv(places.x, places.y, *truth.T)[2].max() < 0.05
    assert table["moved_m"].to_numpy() == pytest.approx(25.0, abs=0.05)
    assert set(table["flown_line"]) == {"layer file"}


@pytest.mark.parametrize("name", SITES)
def test_heights_and_differences_are_those_of_the_surface(name, sites, measured):
    site, table = sites[name][0], measured[name].table
    rise = of_each(site, lambda granule, _: site.trend_m_a * site.years(granule))
    flown = of_each(site, lambda granule, beam: site.height(*site.truth(granule, beam)))
    assert table["h_li"].to_numpy() == pytest.approx(flown + rise, abs=0.003)
    assert table["radar_surface"].to_numpy() == pytest.approx(flown - site.radar_off_m, abs=0.003)
    assert table["difference"].to_numpy() == pytest.approx(site.radar_off_m + rise, abs=0.003)


@pytest.mark.parametrize("name", SITES)
def test_trends_are_those_of_the_surface(name, sites, measured):
    site, series = sites[name][0], measured[name].series
    assert len(series) == 6
    assert series["trend_m_a"].to_numpy() == pytest.approx(site.trend_m_a, abs=0.002)
    assert (series["n_heights"] == len(site.cycles)).all()
    several = len(site.cycles) > 2
    assert series["trend_spread_m_a"].notna().all() == several
    assert not several or series["trend_spread_m_a"].max() < 0.002
    heights = json.loads(series["heights"].iloc[0])
    assert [one["cycle"] for one in heights] == list(site.cycles)
    assert heights[-1]["h_li"] == series["last_height"].iloc[0]


def test_time_strength_and_pick_of_each_height_are_known(sites, measured):
    site, table = sites["south"][0], measured["south"].table
    strong = of_each(site, lambda granule, beam: beam.endswith("lr"[granule.orientation]))
    assert (table["strong"].to_numpy(dtype=bool) == strong).all()
    assert (table["pick_quality"] == "good").all()
    assert (table["pick_type"] == "automatic").all()
    hours = (table["radar_time"] - pd.Timestamp(site.flown, tz="UTC")) / pd.Timedelta(hours=1)
    assert hours.between(0.0, 0.06).all()
    begin = pd.to_datetime(table["granule_id"].str[6:20], format="%Y%m%d%H%M%S", utc=True)
    assert ((table["height_time"] - begin) < pd.Timedelta(minutes=3)).all()


@pytest.mark.parametrize("has_file", [True, False])
@pytest.mark.parametrize("name", SITES)
def test_the_lines_for_maps_are_the_flown_ones_with_a_layer_file_and_else_the_frames(
    name, has_file, sites, measured, tmp_path
):
    site, folder = sites[name]
    found = measured[name]
    if not has_file:
        shutil.copy(folder / "radar" / f"{site.frame_id}.mat", tmp_path / "Data_20010101_01_001.mat")
        others = Sources(GranulePlaces(str(folder / "granules")), RadarFiles(str(tmp_path)))
        found = crossover_heights(site.crossovers(), site.frames(), others)
    south = site.flight.lat[0] < 0
    to_plane = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3031" if south else "EPSG:3413", always_xy=True)
    flown = shapely.points(*to_plane.transform(site.flight.lon, site.flight.lat))
    assert found.flown.south.tolist() == [south]
    assert shapely.distance(flown, found.flown.line[0]).max() < 110.0
    assert shapely.length(found.flown.line[0]) == pytest.approx(24_000.0, rel=0.05)


def test_a_rate_of_change_carries_the_laser_to_the_flight(sites):
    site, folder = sites["south"]
    rate = GridValues(lambda lon, _: np.full(len(lon), site.trend_m_a), 1000.0)
    table = crossover_heights(site.crossovers(), site.frames(), sources(folder, dhdt=rate)).table
    assert table["difference_at_flight"].to_numpy() == pytest.approx(site.radar_off_m, abs=0.004)


def test_a_raster_that_lies_elsewhere_is_told_and_not_passed_over(sites):
    site, folder = sites["south"]
    begun = GridValues(lambda lon, _: np.where(np.arange(len(lon)) < 5, 0.1, np.nan), 1000.0)
    elsewhere = GridValues(lambda lon, _: np.full(len(lon), np.nan), 1000.0)
    log = Told()
    crossover_heights(site.crossovers(), site.frames(), sources(folder, dem=elsewhere, dhdt=begun), progress=log)
    assert "DEM has a value at 0 of 24 crossovers." in log.lines
    assert "DHDT has a value at 5 of 24 crossovers." in log.lines
    assert [line[:42] for line in log.lines if "give a raster" in line] == [
        "DEM has no value at any crossover: give a "
    ]


def test_an_elevation_model_tells_height_slope_and_what_a_slope_does_to_a_radar(sites):
    site, folder = sites["south"]

    def inclined(lon, lat):  # 3 degrees down to the "north" of the place's own plane
        return 1500.0 - np.tan(np.radians(3.0)) * np.asarray(site.to_plane.transform(lon, lat)[1])

    table = crossover_heights(site.crossovers(), site.frames(), sources(folder, dem=GridValues(inclined, 50.0))).table
    assert table["dem_slope_deg"].to_numpy() == pytest.approx(3.0, abs=0.01)
    # The radar flew 3,000 m above the ellipsoid; a plane inclined by 3 degrees looks nearer by 1 - cos 3 degrees.
    above = 3_000.0 - table["radar_surface"]
    assert table["slope_error_m"].to_numpy() == pytest.approx(above * 0.0013723, rel=0.01)
    assert (table["difference_slope"] - table["difference"]).to_numpy() == pytest.approx(
        table["slope_error_m"], abs=2e-3
    )


def test_what_has_no_height_stays_where_it_was_planned_and_says_why(tmp_path):
    site = Site(cycles=(20,), beams=("gt1l", "gt2l", "gt3l"), more={"all_fill": ("gt1l",)})
    folder = site.write(tmp_path / "files")
    given = site.crossovers()
    extra = given.iloc[[1, 1, 1, 1]].copy()
    extra["beam"] = ["gt2r", None, "centre", "gt2l"]
    rows = pd.concat([given, extra], ignore_index=True)
    rows["granule_id"] = rows["granule_id"].astype(object)
    rows.loc[6, "granule_id"] = "ATL06_20240101120000_03202311_007_01.h5"
    table = crossover_heights(rows, site.frames(), sources(folder)).table
    assert table["reason"].fillna("").tolist() == [
        "no height within 100 m (clouds)",
        "",
        "",
        "the granule has no beam gt2r",
        "no beam: the pass is known as a line or strip only",
        "no beam: the pass is known as a line or strip only",
        "not in GRANULE_FILES",
    ]
    without = table["h_li"].isna()
    assert without.tolist() == [True, False, False, True, True, True, True]
    assert (table.geometry[without] == rows.geometry[without]).all()
    assert table.loc[without, "moved_m"].isna().all()


def test_heights_that_are_not_of_the_best_quality_count_if_all_are_asked_for(tmp_path):
    site = Site(cycles=(20,), beams=("gt2l",), more={"poor": 1.0})
    folder = site.write(tmp_path / "files")
    best = crossover_heights(site.crossovers(), site.frames(), sources(folder)).table
    assert best["reason"].tolist() == ["no height of the best quality within 100 m"]
    every = crossover_heights(site.crossovers(), site.frames(), sources(folder), Measuring(quality="all")).table
    rise = site.trend_m_a * site.years(site.granules[0])
    assert every["difference"].tolist() == pytest.approx([25.0 + rise + site.radar_off_m], abs=0.01)
    assert every["quality"].tolist() == [1]


def test_without_a_layer_file_the_frames_own_line_is_taken_and_the_difference_has_a_reason(sites, tmp_path):
    site, folder = sites["south"]
    other = Site(flown="2021-01-01T00:00:00").write(tmp_path / "other") / "radar"
    found = Sources(GranulePlaces(str(folder / "granules")), RadarFiles(str(other)))
    table = crossover_heights(site.crossovers(), site.frames(), found).table
    assert set(table["flown_line"]) == {"frame"}
    assert set(table["reason"]) == {"no radar surface: no layer file in RADAR_FILES"}
    # The frame's line is up to 8 m from the flown one, which it crosses at 60 degrees.
    places = table.to_crs("EPSG:4326").geometry
    assert GEOD.inv(places.x, places.y, *of_each(site, site.truth).T)[2].max() < 17.0
    assert table["h_li"].notna().all()


def test_beyond_the_end_of_the_flown_track_there_is_no_radar_surface(sites, tmp_path):
    site, folder = sites["south"]
    flight = site.flight
    half = len(flight.lon) // 2
    ended = radar_maker.Flight(*(getattr(flight, name)[:half] for name in ("lon", "lat", "elevation", "gps_time")))
    layers = radar_maker.Layers.of(ended, site.height)
    radar_maker.write_layer_file(tmp_path / f"{site.frame_id}.mat", ended, layers)
    found = Sources(GranulePlaces(str(folder / "granules")), RadarFiles(str(tmp_path)))
    table = crossover_heights(site.crossovers(), site.frames(), found).table
    beyond = table["beam"].str.startswith("gt3")
    assert table.loc[beyond, "reason"].unique().tolist() == ["beside the flown track"]
    assert table.loc[beyond, "radar_surface"].isna().all()
    assert table.loc[beyond, "flown_line"].unique().tolist() == ["frame"]
    assert table.loc[table["beam"].str.startswith("gt1"), "difference"].notna().all()


def test_without_any_flown_line_the_nearest_place_of_the_beam_is_taken(sites, tmp_path):
    site, folder = sites["south"]
    other = Site(flown="2021-01-01T00:00:00").write(tmp_path / "other") / "radar"
    found = Sources(GranulePlaces(str(folder / "granules")), RadarFiles(str(other)))
    table = crossover_heights(site.crossovers(), None, found).table
    assert set(table["flown_line"]) == {"none"}
    planned, places = (one.to_crs("EPSG:4326").geometry for one in (site.crossovers(), table))
    columns = site.granules[0].truth["gt2l"].columns
    row = 2  # gt2l of the first granule
    plan = [np.full(len(columns["latitude"]), value) for value in (planned.x[row], planned.y[row])]
    apart = GEOD.inv(columns["longitude"], columns["latitude"], *plan)[2]
    nearest = np.argmin(apart)
    own = GEOD.inv(columns["longitude"][nearest], columns["latitude"][nearest], places.x[row], places.y[row])[2]
    assert table["moved_m"][row] == pytest.approx(np.sqrt(apart[nearest] ** 2 - own**2), abs=0.1)


def test_one_difference_that_is_out_of_line_is_named_and_with_a_model_what_is_off(sites, tmp_path):
    site, folder = sites["south"]
    model = GridValues(site.height, 50.0)
    crossovers = site.crossovers()
    table = crossover_heights(crossovers, site.frames(), sources(folder, dem=model)).table
    assert table["outlier"].isna().all()
    wild_folder = shutil.copytree(folder, tmp_path / "wild")
    with h5py.File(wild_folder / "granules" / site.granules[0].name, "r+") as file:
        file["gt1l/land_ice_segments/h_li"][...] += 60.0
    table = crossover_heights(crossovers, site.frames(), sources(wild_folder, dem=model)).table
    assert table["outlier"].fillna("").tolist() == ["laser"] + [""] * 23
    table = crossover_heights(crossovers, site.frames(), sources(wild_folder)).table
    assert table["outlier"].fillna("").tolist() == ["yes"] + [""] * 23


def test_filters_leave_out_and_say_how_many(sites):
    site, folder = sites["south"]
    told = Told()
    wanted = Measuring(wanted=Wanted(beams=("gt1l", "gt1r"), cycles=np.array([20, 21]), max_days=1000, min_angle=30.0))
    table = crossover_heights(site.crossovers(), site.frames(), sources(folder), wanted, told).table
    near = [round(abs(site.years(granule)) * 365.25) <= 1000 for granule in site.granules]
    assert set(table["beam"]) == {"gt1l", "gt1r"}
    assert set(table["cycle"]) == {cycle for cycle, is_near in zip(site.cycles, near) if is_near and cycle in (20, 21)}
    assert "16 crossovers left out: of another beam." in told.lines
    assert "4 crossovers left out: of another cycle." in told.lines


def test_nothing_asked_for_is_an_empty_layer_with_the_same_columns(sites, measured):
    site, folder = sites["south"]
    told = Told()
    nothing = crossover_heights(site.crossovers().iloc[:0], site.frames(), sources(folder), progress=told)
    assert "No crossover is left to be measured: take other filters." in told.lines
    assert (len(nothing.table), len(nothing.series), nothing.spread.n) == (0, 0, 0)
    assert list(nothing.table.columns) == list(measured["south"].table.columns)
    assert list(nothing.series.columns) == list(measured["south"].series.columns)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.drop(columns="beam"), "CROSSOVERS has no column 'beam', which names the beam"),
        (lambda table: table.drop(columns="granule_id"), "CROSSOVERS has no column 'granule_id'"),
        (lambda table: table.drop(columns="days_between"), "which MAX_DAYS needs"),
    ],
)
def test_a_layer_without_a_column_that_is_needed_is_one_sentence(sites, change, words):
    site, folder = sites["south"]
    with pytest.raises(InputError, match=words):
        crossover_heights(change(site.crossovers()), None, sources(folder), Measuring(wanted=Wanted(max_days=10)))


@pytest.mark.parametrize("buffer_m", [0.0, 19.0, 20_000.0, np.nan])
def test_a_buffer_that_holds_no_segment_is_refused(buffer_m):
    with pytest.raises(InputError, match="BUFFER must be from 20 m"):
        Measuring(buffer_m=buffer_m)


def test_a_beam_that_crosses_a_frame_twice_is_measured_in_two_places(sites):
    site, _ = sites["south"]
    n = 4
    given = site.crossovers().iloc[[0] * n].assign(cycle=[20, 20, 21, 21], granule_id="")
    planned = read_crossovers(given)
    table = pd.DataFrame({name: np.full(n, np.nan) for name in HEIGHT_COLUMNS})
    table["h_li"], table["flown_m"] = [100.0, 300.0, 99.0, 298.0], [2_000.0, 9_000.0, 2_010.0, 9_015.0]
    table["height_time"] = pd.to_datetime(["2023-07-01", "2023-07-01", "2024-07-01", "2024-07-01"], utc=True)
    series = series_of(table, planned.lon, planned.lat, planned)
    assert series["first_height"].tolist() == [100.0, 300.0]
    assert series["trend_m_a"].tolist() == pytest.approx([-1.0 / 366 * 365.25, -2.0 / 366 * 365.25], abs=1e-3)
