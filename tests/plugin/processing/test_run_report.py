"""The report of ``xopr:findgranules`` inside a QGIS."""

from __future__ import annotations

import shlex
from pathlib import Path

import geopandas as gpd
import pytest
from qgis.core import Qgis, QgsProcessingOutputLayerDefinition

from pages import Page
from xopr_crossovers.plugin.metadata import metadata

OUTPUTS = {"MATCHED_FRAMES": "memory:", "MATCHES": "memory:", "GRANULES": "memory:"}
POINTS = gpd.GeoDataFrame(geometry=gpd.points_from_xy([-104], [-75.2]), crs="EPSG:4326")


@pytest.fixture
def inputs(save, frames_table, cmr):
    return {"FRAMES": save(frames_table).source(), "CMR_URL": cmr.url}


def test_the_report_is_written_only_where_it_is_wanted(run, inputs, tmp_path):
    assert "REPORT" not in run("findgranules", **inputs, **OUTPUTS)
    path = tmp_path / "report.html"
    results = run("findgranules", **inputs, **OUTPUTS, REPORT=str(path))
    assert results["REPORT"] == str(path)
    page = Page(path.read_text(encoding="utf-8"))
    assert page.row("In the table of matches")[0] == f"{results['N_MATCHES']:,}"
    assert page.row("In the layer of granules")[0] == f"{results['N_GRANULES']:,}"
    assert page.row("In the layer of matched frames")[0] == str(results["N_FRAMES"]) == "3"
    assert page.row("Read from the layer")[0] == "3"
    assert page.has(f" UTC with xOPR Crossovers {metadata()['version']}, QGIS {Qgis.QGIS_VERSION}, Python 3.")


def test_a_temporary_report_is_a_page_for_the_browser(run, inputs):
    results = run("findgranules", **inputs, **OUTPUTS, REPORT="TEMPORARY_OUTPUT")
    assert Path(results["REPORT"]).suffix == ".html"
    text = Path(results["REPORT"]).read_text(encoding="utf-8")
    assert "REPORT=TEMPORARY_OUTPUT" in text


def test_a_run_with_a_layer_in_memory_says_that_it_cannot_be_repeated(run, inputs, save, project, tmp_path):
    layer = save(POINTS, "memory")
    layer.setName("<my> points")
    project.addMapLayer(layer)
    outputs = {name: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project) for name in OUTPUTS}
    path = tmp_path / "report.html"
    run("findgranules", **inputs, **outputs, POINTS=layer.id(), REPORT=str(path))
    page = Page(path.read_text(encoding="utf-8"))
    assert page.has(
        "POINTS was the layer '<my> points', which exists in this QGIS alone, so the run cannot be repeated"
    )
    (text,) = [words for words in page.words if words.startswith("qgis_process run")]
    assert "POINTS=SAVED_POINTS" in shlex.split(text)


def test_a_window_that_ends_today_is_told(run, inputs, tmp_path):
    path = tmp_path / "report.html"
    window = {"TIME_MODE": "date_range", "START_DATE": "2024-03-10"}
    run("findgranules", **inputs, **OUTPUTS, **window, REPORT=str(path))
    assert "The window ended on the day of the run" in path.read_text(encoding="utf-8")
    run("findgranules", **inputs, **OUTPUTS, **window, END_DATE="2024-03-12", REPORT=str(path))
    assert "The window ended on the day of the run" not in path.read_text(encoding="utf-8")


def test_a_run_that_fails_or_is_cancelled_leaves_no_report(provider, failure, context, feedback, inputs, tmp_path):
    path = tmp_path / "report.html"
    wrong = {**inputs, "CMR_URL": "http://127.0.0.1:9"}
    assert "127.0.0.1:9" in failure("findgranules", **wrong, **OUTPUTS, REPORT=str(path))
    assert not path.exists()
    feedback.cancel()
    provider.algorithm("findgranules").create().run({**inputs, **OUTPUTS, "REPORT": str(path)}, context, feedback)
    assert not path.exists()
