"""``xopr:readalong`` inside a QGIS: what it takes, what it writes, what it refuses."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from qgis.core import QgsExpression, QgsExpressionContext, QgsExpressionContextUtils, QgsProject, QgsVectorLayer
from qgis.PyQt.QtGui import QImage

from heights_maker import Site
from xopr_crossovers.core.heights import ELEVATION_COLUMNS, RADAR_COLUMNS
from xopr_crossovers.core.reports import png
from xopr_crossovers.plugin.compat import WkbType


@pytest.fixture(scope="module")
def site():
    return Site(cycles=(20, 22), beams=("gt1l", "gt3r"))


@pytest.fixture(scope="module")
def folder(site, tmp_path_factory):
    return site.write(tmp_path_factory.mktemp("site") / "files")


@pytest.fixture
def given(site, folder, save):
    """A season of three frames, and files of one's own."""
    others = [site.frames().assign(id=f"Data_20010101_01_00{number}") for number in (1, 2)]
    frames = pd.concat([*others, site.frames()], ignore_index=True)
    files = {"GRANULE_FILES": str(folder / "granules"), "RADAR_FILES": str(folder / "radar")}
    return {"FRAMES": save(gpd.GeoDataFrame(frames)).source(), "FRAME": site.frame_id, **files}


def outputs(where, folder):
    return {name: where if where == "memory:" else str(folder / f"{name}.gpkg") for name in ("ELEVATIONS", "RADAR")}


@pytest.mark.parametrize("where", ["memory:", "gpkg"])
def test_heights_and_picks_are_layers_of_points_with_heights_and_the_numbers_are_theirs(
    run, given, table, context, tmp_path, where, site
):
    page = tmp_path / "section.html"
    results = run("readalong", **given, **outputs(where, tmp_path), REPORT=str(page))
    found, radar = table(results["ELEVATIONS"]), table(results["RADAR"])
    assert list(found.columns) == [*ELEVATION_COLUMNS, "geometry"]
    assert list(radar.columns) == [*RADAR_COLUMNS, "geometry"]
    assert found.crs == radar.crs == "EPSG:3031"
    assert found.geometry.z.to_numpy() == pytest.approx(found["h_li"].to_numpy(), abs=0.001)
    assert results["N_POINTS"] == len(found) > 100
    assert results["N_GRANULES"] == 2
    assert results["MEDIAN"] == pytest.approx(found["difference"].median())
    assert results["NMAD"] == pytest.approx(
        1.4826 * (found["difference"] - found["difference"].median()).abs().median()
    )
    assert set(found["frame_id"]) == {site.frame_id}
    assert f"Heights along {site.frame_id}" in page.read_text("utf-8")


def test_the_frame_that_is_selected_in_the_layer_is_read_along(run, failure, given, project, site):
    layer = QgsVectorLayer(given["FRAMES"], "season", "ogr")
    project.addMapLayer(layer)
    parameters = {**given, "FRAMES": layer.id(), "ELEVATIONS": "memory:", "RADAR": "memory:", "BUFFER": 50}
    del parameters["FRAME"]
    message = failure("readalong", **parameters)
    assert message.startswith("FRAMES has 3 frames, and one is read along: select it in the layer, or give its name in")
    layer.selectByExpression(f"\"id\" = '{site.frame_id}'")
    assert run("readalong", **parameters)["N_POINTS"] > 0


def test_matches_and_granules_are_taken_as_layers_or_tables(run, given, save, site, table):
    first, second = site.granules
    rows = {"granule_id": [first.name, second.name], "https_url": ["https://a.example.org/1", None]}
    matches = save(pd.DataFrame({"frame_id": [site.frame_id, "Data_20010101_01_001"], **rows})).source()
    boxes = [shapely.box(0.0, -80.0, 1.0, -79.0)] * 2
    granules = save(gpd.GeoDataFrame(rows, geometry=boxes, crs="EPSG:4326")).source()
    sinks = {"ELEVATIONS": "memory:", "RADAR": "memory:", "BUFFER": 50}
    assert run("readalong", **given, **sinks, GRANULES=granules)["N_GRANULES"] == 2
    found = table(run("readalong", **given, **sinks, MATCHES=matches)["ELEVATIONS"])
    assert set(found["granule_id"]) == {first.name}


def test_what_has_nothing_near_gives_empty_layers_with_all_fields_a_report_and_a_warning(
    run, given, context, feedback, tmp_path, site
):
    page = tmp_path / "section.html"
    parameters = {**given, "FRAME": "Data_20010101_01_001", "ELEVATIONS": "memory:", "RADAR": "memory:", "BUFFER": 1}
    results = run("readalong", **{**parameters, "BEAMS": "gt2l"}, REPORT=str(page))
    layers = [context.getMapLayer(results[name]) for name in ("ELEVATIONS", "RADAR")]
    assert [(layer.featureCount(), layer.wkbType()) for layer in layers] == [(0, WkbType.PointZ)] * 2
    assert [layer.fields().names() for layer in layers] == [list(ELEVATION_COLUMNS), list(RADAR_COLUMNS)]
    assert results["N_POINTS"] == results["N_GRANULES"] == 0
    assert "MEDIAN" not in results
    assert any(line.startswith("No height within 1 m of Data_20010101_01_001") for line in feedback.warnings)
    assert "None of 2 granules has a height that counts" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"GRANULE_FILES": ""}, "Give GRANULES, MATCHES or GRANULE_FILES: one of them is needed."),
        ({"GRANULES": "a", "MATCHES": "b"}, "Give only one of GRANULES and MATCHES; now there are both."),
        ({"BEAMS": "centre"}, "BEAMS has no option 'centre'; choose "),
        ({"BUFFER": 0}, "BUFFER must be from 1 m to 50,000 m, not 0 m."),
        ({"QUALITY": "good"}, "QUALITY has no option 'good'; choose best or all."),
        ({"ECHOGRAM": "date"}, "ECHOGRAM has no option 'date'; choose data"),
    ],
)
def test_wrong_values_are_refused_in_a_sentence_before_the_work_begins(refusal, given, parameters, message):
    sinks = {"ELEVATIONS": "memory:", "RADAR": "memory:"}
    assert refusal("readalong", **{**given, **parameters}, **sinks).startswith(message)


@pytest.mark.parametrize("spelling", ["{}", "{}/*.*", "nowhere;{}"])
def test_a_file_of_the_users_own_that_is_read_is_not_written_over(refusal, given, folder, spelling):
    for name, below in (("GRANULE_FILES", "granules"), ("RADAR_FILES", "radar")):
        file = next((folder / below).iterdir())
        parameters = {**given, name: spelling.format(folder / below), "ELEVATIONS": "memory:", "RADAR": "memory:"}
        message = refusal("readalong", **parameters, REPORT=str(file))
        assert message.startswith(f"REPORT would be written over {file}, which {name} is read from")
        assert not refusal("readalong", **parameters, REPORT=str(file.with_suffix(".html"))).startswith("REPORT")


def test_layers_tell_of_themselves_to_whoever_opens_the_file(run, given, fresh, tmp_path):
    run("readalong", **given, **outputs("gpkg", tmp_path))
    layer, radar = fresh(tmp_path / "ELEVATIONS.gpkg"), fresh(tmp_path / "RADAR.gpkg")
    assert layer.renderer().type() == "graduatedSymbol"
    assert [part.label() for part in radar.renderer().categories()] == ["radar surface", "radar bed"]
    for one in (layer, radar):
        assert "metres above the ellipsoid WGS 84, in the ITRF (not above sea level)" in one.metadata().abstract()
        scopes = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(one))
        feature = next(one.getFeatures())
        scopes.setFeature(feature)
        tip = QgsExpression.replaceExpressionText(one.mapTipTemplate(), scopes)
        assert feature["frame_id"] in tip
        assert "km along the flight" in tip
    assert layer.attributeDisplayName(layer.fields().indexOf("offset_m")) == "Left of the flight (m)"
    QgsProject.instance().clear()


def test_a_run_that_is_cancelled_leaves_no_file(provider, context, feedback, given, tmp_path):
    (tmp_path / "cut").mkdir()
    parameters = {**given, **outputs("gpkg", tmp_path / "cut"), "REPORT": str(tmp_path / "cut" / "r.html")}
    feedback.cancel()
    results, _ = provider.algorithm("readalong").create().run(parameters, context, feedback)
    assert results == {}
    assert feedback.errors == []
    assert list((tmp_path / "cut").iterdir()) == []


def test_no_echogram_is_looked_for_without_a_report(run, given, feedback):
    run("readalong", **given, ELEVATIONS="memory:", RADAR="memory:", BUFFER=50, ECHOGRAM="data")
    assert feedback.warnings == [
        "ECHOGRAM is only used with REPORT, which is not given: give REPORT, or leave ECHOGRAM at none."
    ]


def test_qt_reads_the_pictures_of_the_report():
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
    image = QImage.fromData(png.grey_png(grey))
    assert [[image.pixelColor(x, y).red() for x in range(4)] for y in range(3)] == grey.tolist()
