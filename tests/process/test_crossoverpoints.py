"""Crossover points through ``qgis_process``, alone and in a model, on the sample frames and a modelled cycle."""

from __future__ import annotations

import geopandas as gpd
import pyproj
import pytest
import shapely
from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterString,
)

from drawn_model import draw, from_input

GEOD = pyproj.Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def crossovers(qgis_process, found, tmp_path_factory):
    path = tmp_path_factory.mktemp("crossovers") / "crossovers.gpkg"
    ran = qgis_process(
        "xopr:crossoverpoints",
        "--json",
        FRAMES=found["MATCHED_FRAMES"],
        GRANULES=found["GRANULES"],
        BEAMS="gt1l,gt3r,centre",
        CROSSOVERS=path,
    )
    assert ran.code == 0, ran.log
    return ran, gpd.read_file(path, layer="crossovers")


def test_a_run_ends_well_and_counts_what_it_wrote(crossovers):
    ran, table = crossovers
    assert ran.errors == ""
    assert ran.results["N_CROSSOVERS"] == len(table) > 100
    assert set(table["beam"]) == {"gt1l", "gt3r", "centre"}
    assert set(table["source"]) == {"rgt"}


def test_each_pass_with_crossovers_is_one_that_crosses_the_line(crossovers, found):
    _, table = crossovers
    matches = gpd.read_file(found["MATCHES"], layer="matches")
    crossing = matches[matches["crosses_line"]]
    pairs = set(zip(crossing["frame_id"], crossing["granule_id"]))
    assert set(zip(table["frame_id"], table["granule_id"])) <= pairs
    # A footprint is twice as wide as its beams: some that meet the line's end have no crossover.
    assert table.drop_duplicates(["frame_id", "granule_id"]).shape[0] > 0.5 * len(pairs)


def test_points_lie_on_their_lines_at_their_distances(crossovers, found):
    _, table = crossovers
    frames = gpd.read_file(found["MATCHED_FRAMES"], layer="matched_frames").set_index("id")
    lines = frames.geometry.loc[table["frame_id"]]
    # A straight line in the projection leaves the great circle by some metres at most.
    assert shapely.distance(lines.to_numpy(), table.geometry.to_numpy()).max() < 20
    for name, rows in table.groupby("frame_id"):
        line = gpd.GeoSeries([frames.geometry[name]], crs=frames.crs).to_crs(4326).iloc[0]
        assert rows["distance_m"].between(0, GEOD.geometry_length(line) + 0.5).all()


def test_a_saved_model_takes_the_layers_and_gives_the_same_points(qgis_process, found, crossovers, tmp_path):
    kinds = {"frames": QgsProcessing.SourceType.TypeVectorLine, "granules": QgsProcessing.SourceType.TypeVectorPolygon}
    inputs = [QgsProcessingParameterFeatureSource(name, name, [kind]) for name, kind in kinds.items()]
    inputs.append(QgsProcessingParameterString("beams", "beams"))
    sources = {name: from_input(name.lower()) for name in ("FRAMES", "GRANULES", "BEAMS")}
    model = draw("crossovers", inputs, {"crossovers": ("crossoverpoints", sources, {"out": "CROSSOVERS"})})
    assert model.toFile(str(tmp_path / "crossovers.model3"))
    path = tmp_path / "model.gpkg"
    ran = qgis_process(
        str(tmp_path / "crossovers.model3"),
        "--json",
        frames=found["MATCHED_FRAMES"],
        granules=found["GRANULES"],
        beams="gt1l,gt3r,centre",
        # QGIS 3.22 calls the output by its step, newer ones by its own name.
        **{"crossovers:out": path, "out": path},
    )
    assert ran.code == 0, ran.log
    table = gpd.read_file(path, layer="model")
    _, alone = crossovers
    assert table["distance_m"].tolist() == alone["distance_m"].tolist()


def test_a_wrong_value_ends_with_one_sentence(qgis_process, found, tmp_path):
    ran = qgis_process(
        "xopr:crossoverpoints",
        FRAMES=found["MATCHED_FRAMES"],
        GRANULES=found["GRANULES"],
        CYCLES="twenty",
        CROSSOVERS=tmp_path / "none.gpkg",
    )
    assert ran.code == 1
    assert "CYCLES: 'twenty' is no number or range; write them as 22,24-26." in ran.log
    assert "Traceback" not in ran.log
    assert not (tmp_path / "none.gpkg").exists()
