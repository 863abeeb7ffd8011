"""``xopr:framesfromtrack`` inside a QGIS: what it takes, what it writes, what it refuses."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from makers import frames
from standin import strips
from xopr_crossovers.core.catalogs import season_names
from xopr_crossovers.core.catalogs.seasons import seasons
from xopr_crossovers.core.crossings import COLUMNS, TRACK_COLUMNS
from xopr_crossovers.plugin.compat import WkbType

RGT, NAME = 407, "ATL06_20240114122225_04072210_007_01.h5"
OUTPUTS = {"FRAMES_CROSSED": "memory:", "CROSSOVERS": "memory:", "TRACKS": "memory:"}


@pytest.fixture
def sample(repository):
    return str(repository / "demo" / "sample" / "catalog")


@pytest.fixture
def season(monkeypatch, tmp_path):
    """An archive in a folder with one season."""
    file = tmp_path / "mirror" / seasons()["2016_Antarctica_DC8"].path
    file.parent.mkdir(parents=True)
    frames(*over(RGT), collection="2016_Antarctica_DC8", date="20161014").to_parquet(file)
    monkeypatch.setenv("XOPR_CATALOG_URL", str(tmp_path / "mirror"))


def over(rgt):
    """Two lines across the footprint of a track's granule in region 10."""
    ring = shapely.get_coordinates(shapely.Polygon(strips.ring(rgt, 10)))
    return [[(lon - 2.0, lat), (lon + 2.0, lat)] for lon, lat in ring[[2, 5]]]


def test_a_track_gives_frames_points_and_tracks_with_their_counts(run, table, season):
    results = run("framesfromtrack", RGTS=str(RGT), CYCLES="22", **OUTPUTS)
    crossed, points, tracks = (table(results[name]) for name in OUTPUTS)
    assert results["N_FRAMES"] == len(crossed) == 2
    assert results["N_CROSSOVERS"] == len(points) == crossed["n_crossings"].sum() == 12
    assert (results["N_SEASONS"], results["SEASONS_CROSSED"]) == (1, "2016_Antarctica_DC8")
    assert results["FIRST_FLIGHT"] == results["LAST_FLIGHT"] == "2016-10-14"
    assert list(points.columns) == [*COLUMNS, "geometry"]
    assert list(tracks.columns) == [*TRACK_COLUMNS, "geometry"]
    assert crossed.crs == points.crs == tracks.crs == "EPSG:3031"
    assert set(tracks.geom_type) == {"MultiLineString"}
    assert tracks["n_frames"].tolist() == [2]
    assert pd.api.types.is_datetime64_any_dtype(crossed["first_pass"])


def test_memory_and_file_hold_the_same(run, table, season, tmp_path):
    memory = run("framesfromtrack", RGTS=str(RGT), CYCLES="22", **OUTPUTS)
    files = {name: str(tmp_path / f"{name}.gpkg") for name in OUTPUTS}
    run("framesfromtrack", RGTS=str(RGT), CYCLES="22", **files)
    for name, path in files.items():
        here, there = table(memory[name]), table(path)
        assert list(here.columns) == list(there.columns)
        times = [column for column in here.columns if pd.api.types.is_datetime64_any_dtype(here[column])]
        for column in here.columns.drop([*times, "geometry"]):
            assert here[column].dropna().tolist() == there[column].dropna().tolist(), column
        assert here.geometry.geom_equals_exact(there.geometry, 1e-6).all()


def test_a_granule_by_name_a_layer_and_its_track_give_the_same_points(run, table, save, season, cmr, monkeypatch):
    monkeypatch.setenv("XOPR_CMR_URL", cmr.url)
    name = next(name for name in cmr.granules.names if f"_{RGT:04d}2210_" in name)
    by_name = table(run("framesfromtrack", GRANULE_IDS=f"https://x.org/{name}", **OUTPUTS)["CROSSOVERS"])
    ring = shapely.Polygon(strips.ring(RGT, 10))
    layer = save(gpd.GeoDataFrame({"granule_id": [name]}, geometry=[ring], crs="EPSG:4326"))
    by_layer = table(run("framesfromtrack", GRANULES=layer.source(), **OUTPUTS)["CROSSOVERS"])
    by_track = table(run("framesfromtrack", RGTS=str(RGT), CYCLES="22", REGIONS="10", **OUTPUTS)["CROSSOVERS"])
    assert len(by_name) == len(by_layer) == len(by_track) == 12
    assert by_name["granule_id"].tolist() == by_layer["granule_id"].tolist() == [name] * 12
    assert set(by_name["source"]) == set(by_layer["source"]) == {"rgt"}
    # The planned line ends where its region does, and a footprint's where its last vertices are: steps differ.
    assert by_name.geometry.distance(by_track.geometry).max() < 5
    assert by_name.geometry.distance(by_layer.geometry).max() < 5


def test_without_a_network_a_granule_by_name_passes_along_its_track_and_that_is_warned_of(
    run, table, season, feedback, monkeypatch
):
    monkeypatch.setenv("XOPR_CMR_URL", "http://127.0.0.1:9")
    points = table(run("framesfromtrack", GRANULE_IDS=NAME, **OUTPUTS)["CROSSOVERS"])
    assert set(points["granule_id"]) == {NAME}
    assert set(points["source"]) == {"track_model"}
    assert any("no footprint at hand" in line for line in feedback.warnings)


def test_the_log_names_the_seasons_that_were_not_looked_at(run, season, feedback):
    run("framesfromtrack", RGTS=str(RGT), **OUTPUTS)
    line = next(line for line in feedback.infos if "are not on this computer" in line)
    assert all(name in line for name in season_names() if name != "2016_Antarctica_DC8")


def test_nothing_crossed_gives_empty_layers_with_all_fields_and_a_warning(run, context, feedback, sample):
    results = run("framesfromtrack", RGTS="3", REGIONS="1", CATALOG=sample, **OUTPUTS)
    layers = {name: context.getMapLayer(results[name]) for name in OUTPUTS}
    assert [layer.featureCount() for layer in layers.values()] == [0, 0, 0]
    assert layers["TRACKS"].fields().names() == list(TRACK_COLUMNS)
    assert layers["TRACKS"].wkbType() == WkbType.MultiLineString
    assert layers["CROSSOVERS"].fields().names() == list(COLUMNS)
    assert {"n_crossings", "first_pass"} <= set(layers["FRAMES_CROSSED"].fields().names())
    assert (results["N_FRAMES"], results["N_SEASONS"], results["FIRST_FLIGHT"]) == (0, 0, "")
    assert any("No crossover was found" in line for line in feedback.warnings)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "Give GRANULE_IDS, RGTS or GRANULES: one of them is needed."),
        (
            {"RGTS": "1", "GRANULE_IDS": NAME},
            "Give only one of GRANULE_IDS, RGTS or GRANULES; now there are GRANULE_IDS",
        ),
        ({"RGTS": "1388"}, "RGTS: there is no 1388; numbers are 1 to 1387."),
        ({"RGTS": "ten"}, "RGTS: 'ten' is no number or range; write them as 22,24-26."),
        ({"RGTS": ","}, "RGTS names no track; write them as 120-140,407."),
        ({"RGTS": "1", "MAX_DAYS": 10}, "MAX_DAYS needs the times of the passes: give CYCLES with RGTS"),
        ({"RGTS": "1", "CYCLES": "0"}, "CYCLES: there is no 0; numbers are 1 to 99."),
        ({"GRANULE_IDS": "foo"}, "GRANULE_IDS: 'foo' is no name of an ICESat-2 granule"),
        (
            {"RGTS": "1", "CATALOG": "x", "SEASONS": ["2016_Antarctica_DC8"]},
            "Give only one of SEASONS, CATALOG or FRAMES",
        ),
        ({"RGTS": "1", "SEASONS": "2016"}, "SEASONS has no option '2016'"),
        ({"RGTS": "1", "CATALOG": "x", "SYNC": True}, "SYNC fetches seasons, and the frames are those of CATALOG"),
    ],
)
def test_what_cannot_be_is_refused_before_it_begins(refusal, parameters, message):
    assert message in refusal("framesfromtrack", **parameters, **OUTPUTS)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"RGTS": "1"}, "No season catalog is on this computer; set SYNC, or run 'Synchronise season catalogs'"),
        ({"RGTS": "1", "SEASONS": ["2016_Antarctica_DC8"]}, "None of the 1 season asked for is on this computer"),
        ({"GRANULE_IDS": "ATL23_20230401000000_10761801_001_01"}, "is of ATL23, a gridded product whose granules lie"),
    ],
)
def test_what_only_the_work_can_tell_is_one_sentence(failure, parameters, message):
    assert message in failure("framesfromtrack", **parameters, **OUTPUTS)


def test_an_empty_layer_of_frames_is_named(failure, save):
    layer = save(frames(*over(RGT)).iloc[:0], empty="LineString")
    assert "hold no frame" in failure("framesfromtrack", RGTS="1", FRAMES=layer.source(), **OUTPUTS)
