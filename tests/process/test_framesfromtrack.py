"""Frames from tracks through ``qgis_process``: alone, in a model, and where it cannot be."""

from __future__ import annotations

import geopandas as gpd
import pytest
from qgis.core import QgsVectorLayer

OUTPUTS = ("FRAMES_CROSSED", "CROSSOVERS", "TRACKS")


@pytest.fixture
def files(tmp_path):
    return {name: tmp_path / f"{name.lower()}.gpkg" for name in OUTPUTS}


def read(path):
    return gpd.read_file(path, layer=path.stem)


def test_a_granule_by_name_gives_the_frames_of_the_sample_that_crossover_points_gives(
    qgis_process, cmr, catalog, found, files, tmp_path
):
    # Of the granules that were found for the sample points one that crosses lines.
    matches = gpd.read_file(found["MATCHES"], layer="matches")
    name = matches.loc[matches["crosses_line"], "granule_id"].value_counts().index[0]
    ran = qgis_process("xopr:framesfromtrack", "--json", GRANULE_IDS=name, CATALOG=catalog, **files)
    assert (ran.code, ran.errors) == (0, "")
    crossed, points, tracks = map(read, files.values())
    assert ran.results["N_FRAMES"] == len(crossed) > 0
    assert ran.results["N_CROSSOVERS"] == len(points) == crossed["n_crossings"].sum()
    assert ran.results["SEASONS_CROSSED"] == "2024_Antarctica_Synthetic"
    assert tracks["granule_id"].tolist() == [name]
    assert tracks["n_frames"].tolist() == [len(crossed)]
    # The points' frames are among those about the sample points.
    there = tmp_path / "points.gpkg"
    rgt, cycle = name.split("_")[2][:4], name.split("_")[2][4:6]
    region = name.split("_")[2][6:8]
    forward = qgis_process(
        "xopr:crossoverpoints",
        FRAMES=found["MATCHED_FRAMES"],
        GRANULES=found["GRANULES"],
        RGTS=int(rgt),
        CYCLES=int(cycle),
        REGIONS=int(region),
        CROSSOVERS=there,
    )
    assert forward.code == 0, forward.log
    keys = ["frame_id", "beam", "distance_m"]
    expected = read(there)[keys]
    ours = points[points["frame_id"].isin(expected["frame_id"])][keys]
    assert sorted(map(tuple, ours.to_numpy())) == sorted(map(tuple, expected.to_numpy()))
    layer = QgsVectorLayer(f"{files['TRACKS']}|layername=tracks", "tracks", "ogr")
    assert layer.attributeAlias(layer.fields().indexOf("n_frames")) == "Frames crossed"


def test_the_model_goes_on_to_the_granules_of_the_frames_that_are_crossed(qgis_process, catalog, files, tmp_path):
    more = {name: tmp_path / f"{name.lower()}.gpkg" for name in ("MATCHED_FRAMES", "MATCHES", "GRANULES")}
    ran = qgis_process(
        "xopr:tracktoframes", "--json", RGTS="407", CYCLES="22", REGIONS="10-12", CATALOG=catalog, **files, **more
    )
    assert (ran.code, ran.errors) == (0, "")
    crossed, matched, matches = (read(path) for path in (files["FRAMES_CROSSED"], *list(more.values())[:2]))
    assert sorted(crossed["id"]) == sorted(matched["id"])
    # The pass from which it began is among those that cross the frames.
    assert 407 in set(matches.loc[matches["crosses_line"], "rgt"])


def test_without_a_season_at_hand_one_sentence_says_how_to_get_it_and_no_file_is_left(qgis_process, files, tmp_path):
    nothing = {"XOPR_CACHE_DIR": str(tmp_path / "cache"), "XOPR_CATALOG_URL": "http://127.0.0.1:9/catalog"}
    ran = qgis_process("xopr:framesfromtrack", RGTS="407", environment=nothing, **files)
    assert ran.code == 1
    assert "No season catalog is on this computer; set SYNC" in ran.log
    assert "Traceback" not in ran.log
    assert [path.name for path in tmp_path.glob("*.gpkg")] == []
