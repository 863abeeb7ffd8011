"""``xopr:comparemethods`` inside a QGIS: what it takes, what it writes, what it refuses."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from qgis.core import QgsExpression, QgsExpressionContext, QgsExpressionContextUtils

import makers
from xopr_crossovers.plugin.metadata import metadata

OUTPUTS = {"FRAMES_COMPARED": "memory:", "COMPARISON": "memory:"}


@pytest.fixture
def inputs(save, frames_table, granules_table):
    """The layers by their source: the first frame has a cell beside its line, through which another granule passes."""
    beside = makers.legacy_cell(-101, -75.2, 9)
    frames_table["opr:mbox"] = [[*frames_table["opr:mbox"][0][:3], beside], *frames_table["opr:mbox"][1:]]
    strips = [
        makers.strip(*ends)
        for ends in (((-104.4, -74), (-104.6, -77)), ((-103.9, -77), (-103.4, -74)), ((-101, -74), (-101, -77)))
    ]
    return {"FRAMES": save(frames_table).source(), "GRANULES": save(makers.granules(*strips)).source()}


@pytest.mark.parametrize("where", ["memory", "gpkg"])
def test_frames_and_methods_are_written_with_what_differs(run, inputs, table, tmp_path, where):
    outputs = OUTPUTS if where == "memory" else {name: str(tmp_path / f"{name}.gpkg") for name in OUTPUTS}
    results = run("comparemethods", **inputs, **outputs)
    assert (results["N_FRAMES"], results["N_DISAGREEING"]) == (3, 1)
    assert "REPORT" not in results
    frames, methods = table(results["FRAMES_COMPARED"]), table(results["COMPARISON"]).set_index("method")
    assert frames["n_strtree"].tolist() == [3, 2, 0]
    assert frames["n_flightline"].tolist() == [2, 2, 0]
    assert frames["n_differing"].tolist() == [1, 0, 0]
    assert frames["extra_strtree"].tolist() == frames["tree_missed_flightline"].tolist() == [1, 0, 0]
    assert frames["missed_strtree"].tolist() == [0, 0, 0]
    assert frames.crs == "EPSG:4326"  # as the input has it
    assert set(frames.geom_type) == {"LineString"}
    assert list(methods.index) == ["strtree", "prefix", "flightline"]
    assert methods["n_pairs"].tolist() == [5, 5, 4]
    assert methods["n_crossing"].tolist() == [4, 4, 4]
    assert methods["extra"].tolist()[:2] == [1, 1]
    assert pd.isna(methods.loc["flightline", "extra"])
    assert methods.loc["flightline", "tree_missed"] == 1
    assert (methods["total_s"] > 0).all()


def test_the_report_is_written_where_it_is_wanted(run, inputs, tmp_path):
    path = tmp_path / "report.html"
    results = run("comparemethods", **inputs, **OUTPUTS, REPORT=str(path))
    assert results["REPORT"] == str(path)
    text = path.read_text(encoding="utf-8")
    assert f"xOPR Crossovers {metadata()['version']}, QGIS 3." in text
    assert "On 1 of 3 frames" in text
    results = run("comparemethods", **inputs, **OUTPUTS, REPORT="TEMPORARY_OUTPUT")
    assert Path(results["REPORT"]).suffix == ".html"
    assert Path(results["REPORT"]).is_file()


@pytest.mark.parametrize(
    ("chosen", "methods"),
    [
        ("flightline,strtree", ["strtree", "flightline"]),
        (["prefix"], ["prefix"]),
        ([], ["strtree", "prefix", "flightline"]),
    ],
)
def test_the_methods_that_are_chosen_are_compared(run, inputs, table, chosen, methods):
    results = run("comparemethods", **inputs, **OUTPUTS, METHODS=chosen, REPEATS=2)
    assert table(results["COMPARISON"])["method"].tolist() == methods
    columns = set(table(results["FRAMES_COMPARED"]).columns)
    assert {f"n_{method}" for method in methods} == {name for name in columns if name.startswith("n_")} - {
        "n_differing"
    }


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"METHODS": "strtree,magic"}, "METHODS has no option 'magic'; choose"),
        ({"REPEATS": 0}, "REPEATS must be at least 1, not 0."),
        ({"METHOD": "strtree"}, "There is no parameter METHOD; did you mean METHODS?"),
        ({"REPORT": "/nowhere/at/all/report.html"}, "REPORT: there is no folder /nowhere/at/all; make it first."),
    ],
)
def test_wrong_values_are_refused_in_a_sentence_before_the_work_begins(refusal, inputs, parameters, message):
    assert refusal("comparemethods", **{**inputs, **OUTPUTS, **parameters}).startswith(message)


def test_a_report_in_the_place_of_a_folder_or_of_a_layer_is_refused(refusal, inputs, tmp_path):
    assert "is a folder" in refusal("comparemethods", **inputs, **OUTPUTS, REPORT=str(tmp_path))
    same = str(tmp_path / "same.gpkg")
    outputs = {**OUTPUTS, "COMPARISON": same, "REPORT": same}
    assert "would be written to the same file" in refusal("comparemethods", **inputs, **outputs)


def test_frames_without_cells_are_told_in_one_sentence(failure, inputs, save, frames_table):
    inputs["FRAMES"] = save(frames_table.drop(columns="opr:mbox")).source()
    message = failure("comparemethods", **inputs, **OUTPUTS)
    assert message.startswith("strtree and prefix cannot be compared: none of 3 frames has cells ('opr:mbox'); use")
    assert message.endswith("or METHODS=flightline without cells.")


def test_a_cancelled_run_leaves_no_file(provider, context, feedback, inputs, tmp_path):
    folder = tmp_path / "cut"
    folder.mkdir()
    outputs = {"FRAMES_COMPARED": f"{folder}/a.gpkg", "COMPARISON": f"{folder}/b.gpkg", "REPORT": f"{folder}/c.html"}
    feedback.cancel()
    results, _ = provider.algorithm("comparemethods").create().run({**inputs, **outputs}, context, feedback)
    assert (results, feedback.errors, list(folder.iterdir())) == ({}, [], [])


def test_frames_are_coloured_by_what_differs_and_all_fields_have_names_for_people(run, inputs, fresh, tmp_path):
    paths = {name: str(tmp_path / f"{name}.gpkg") for name in OUTPUTS}
    run("comparemethods", **inputs, **paths)
    layer = fresh(paths["FRAMES_COMPARED"])
    assert layer.renderer().classAttribute() == "n_differing"
    assert [part.label() for part in layer.renderer().ranges()] == ["all methods agree", "1 granule differs"]
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(next(layer.getFeatures()))
    assert "the methods differ on 1 granule\n" in QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)
    for path in paths.values():
        named = fresh(path)
        fields = {
            named.fields().at(index).name(): named.attributeAlias(index) for index in range(named.fields().count())
        }
        assert [name for name, alias in fields.items() if not alias and name != "fid"] == []


def test_both_hemispheres_are_compared_in_one_run(run, save, table, frames_table, granules_table):
    north = makers.frames([(-42.5, 71), (-39.5, 71)], ids=["Data_20200101_02_001"], datetime="2020-01-01T00:00:00Z")
    over = makers.granules(makers.strip((-40, 70), (-42, 72)), names=["ATL06_20240101000009_00092203_007_01.h5"])
    both = pd.concat([frames_table, north], ignore_index=True)
    passes = pd.concat([granules_table, over], ignore_index=True)
    results = run("comparemethods", FRAMES=save(both).source(), GRANULES=save(passes).source(), **OUTPUTS)
    assert table(results["FRAMES_COMPARED"])["n_flightline"].tolist() == [2, 2, 0, 1]
