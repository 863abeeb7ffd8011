"""``xopr:crossoverpoints`` inside a QGIS: what it takes, what it writes, what it refuses."""

from __future__ import annotations

import pandas as pd
import pytest
from qgis.core import QgsExpression, QgsExpressionContext, QgsExpressionContextUtils, QgsProject

from makers import frames, granules, strip
from xopr_crossovers import core
from xopr_crossovers.core.crossings import COLUMNS
from xopr_crossovers.plugin.compat import WkbType

BEAMS = ["gt1l", "gt1r", "gt2l", "gt2r", "gt3l", "gt3r"]


@pytest.fixture
def inputs(save, frames_table, granules_table):
    """The layers by their source, as parameters."""
    granules_table["cycle"] = [22, 23, 22]
    return {"FRAMES": save(frames_table).source(), "GRANULES": save(granules_table).source()}


@pytest.mark.parametrize("where", ["memory", "gpkg"])
def test_each_pass_over_a_frame_gives_a_point_for_each_beam(run, inputs, table, tmp_path, where):
    results = run("crossoverpoints", **inputs, CROSSOVERS="memory:" if where == "memory" else str(tmp_path / "x.gpkg"))
    points = table(results["CROSSOVERS"])
    # Two frames, two passes over each, six beams.
    assert results["N_CROSSOVERS"] == len(points) == 24
    assert list(points.columns) == [*COLUMNS, "geometry"]
    assert points.groupby(["frame_id", "granule_id"])["beam"].agg(sorted).tolist() == [BEAMS] * 4
    assert points.crs == "EPSG:3031"
    assert set(points.geom_type) == {"Point"}
    assert set(points["source"]) == {"footprint"}
    assert pd.api.types.is_datetime64_any_dtype(points["pass_time"])
    assert points["pass_time"].between("2024-01-01T12:00:00Z", "2024-01-01T12:05:00Z").all()
    assert points["flight_time"].isna().all()
    assert set(points["days_between"]) == {1461}


def test_memory_and_file_hold_the_same(run, inputs, table, tmp_path):
    memory = table(run("crossoverpoints", **inputs, CROSSOVERS="memory:")["CROSSOVERS"])
    file = table(run("crossoverpoints", **inputs, CROSSOVERS=str(tmp_path / "x.gpkg"))["CROSSOVERS"])
    for column in COLUMNS:
        if column != "pass_time":
            assert memory[column].isna().tolist() == file[column].isna().tolist()
            assert memory[column].dropna().tolist() == file[column].dropna().tolist()
    assert (memory["pass_time"] - file["pass_time"]).abs().max() < pd.Timedelta(seconds=1)
    assert memory.geometry.geom_equals_exact(file.geometry, 1e-6).all()


@pytest.mark.parametrize(
    ("parameters", "beams", "cycles", "n"),
    [
        ({"BEAMS": ["gt2l", "centre"]}, {"gt2l", "centre"}, {22, 23}, 8),
        ({"BEAMS": "gt3r,gt1l"}, {"gt1l", "gt3r"}, {22, 23}, 8),
        ({"BEAMS": []}, set(BEAMS), {22, 23}, 24),
        ({"CYCLES": "21-22"}, set(BEAMS), {22}, 12),
        ({"RGTS": "2, 5-9"}, set(BEAMS), {23}, 12),
        ({"REGIONS": "11"}, set(BEAMS), {22, 23}, 24),
        ({"MAX_DAYS": 1461}, set(BEAMS), {22, 23}, 24),
        ({"MAX_DAYS": "1460.5"}, set(), set(), 0),
        ({"MIN_ANGLE": 89.99}, set(), set(), 0),
        ({"DIRECTION": "descending"}, set(BEAMS), {22, 23}, 24),
        ({"DIRECTION": "ascending"}, set(), set(), 0),
    ],
)
def test_filters_leave_what_is_asked_for(run, inputs, table, parameters, beams, cycles, n):
    results = run("crossoverpoints", **inputs, **parameters, CROSSOVERS="memory:")
    points = table(results["CROSSOVERS"])
    assert results["N_CROSSOVERS"] == len(points) == n
    assert set(points["beam"]) == beams
    assert set(points["cycle"]) == cycles


def test_no_crossing_gives_an_empty_layer_of_points_with_all_fields_and_a_warning(run, inputs, context, feedback):
    results = run("crossoverpoints", **inputs, MIN_ANGLE=89.99, CROSSOVERS="memory:")
    layer = context.getMapLayer(results["CROSSOVERS"])
    assert (layer.featureCount(), layer.wkbType(), layer.crs().authid()) == (0, WkbType.Point, "EPSG:3031")
    assert layer.fields().names() == list(COLUMNS)
    assert any("No crossover was found" in line for line in feedback.warnings)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"BEAMS": "gt4l"}, "BEAMS has no option 'gt4l'; choose gt"),
        ({"BEAMS": ["gt1l", "strong"]}, "BEAMS has no option 'strong'; choose gt1l or"),
        ({"MAX_DAYS": "soon"}, "MAX_DAYS must be a number, not 'soon'."),
        ({"MAX_DAYS": -1}, "MAX_DAYS must be at least 0, not -1."),
        ({"MIN_ANGLE": 95}, "MIN_ANGLE must be from 0 to 90 degrees, not 95."),
        ({"CYCLES": "22-"}, "CYCLES: '22-' is no number or range; write them as 22,24-26."),
        ({"RGTS": "1388"}, "RGTS: there is no 1388; numbers are 1 to 1387."),
        ({"REGIONS": "12-10"}, "REGIONS: the range 12-10 ends before it begins; write 10-12."),
        ({"BEAM": "gt1l"}, "There is no parameter BEAM; did you mean BEAMS?"),
    ],
)
def test_wrong_values_are_refused_in_a_sentence_before_the_work_begins(refusal, inputs, parameters, message):
    assert refusal("crossoverpoints", **inputs, **parameters, CROSSOVERS="memory:").startswith(message)


def test_layers_that_are_no_frames_or_granules_are_named(failure, inputs, save, frames_table):
    nameless = save(frames_table.drop(columns="id")).source()
    inputs["FRAMES"] = nameless
    assert "no column 'id'" in failure("crossoverpoints", **inputs, CROSSOVERS="memory:")


def test_cycles_that_no_granule_has_are_told(failure, inputs):
    message = failure("crossoverpoints", **inputs, CYCLES="5", CROSSOVERS="memory:")
    assert message == "None of 3 granules is of the cycles asked for; ask for others, or for all."


@pytest.mark.parametrize("where", ["gpkg", "fgb"])
def test_a_run_that_is_cancelled_while_it_writes_leaves_no_file(
    provider, context, feedback, inputs, tmp_path, monkeypatch, where
):
    original, looks = core.crossings.crossover_points, []

    def tables(*arguments):
        yield from original(*arguments)
        feedback.cancel()
        looks.append(1)
        yield from original(*arguments)

    monkeypatch.setattr(core.crossings, "crossover_points", tables)
    parameters = {**inputs, "CROSSOVERS": str(tmp_path / "cut" / f"x.{where}")}
    (tmp_path / "cut").mkdir()
    results, _ = provider.algorithm("crossoverpoints").create().run(parameters, context, feedback)
    assert looks == [1]
    assert results == {}
    assert feedback.errors == []
    assert list((tmp_path / "cut").iterdir()) == []


def test_points_are_coloured_by_the_days_between_flight_and_pass_and_tell_their_link(run, inputs, fresh, tmp_path):
    path = tmp_path / "styled.gpkg"
    run("crossoverpoints", **inputs, CROSSOVERS=str(path))
    layer = fresh(path)
    renderer = layer.renderer()
    assert renderer.type() == "graduatedSymbol"
    labels = {days: label_of(renderer, days) for days in (10, 91, 1461)}
    assert labels == {
        10: "within a month of the flight",
        91: "within 91 days, a repeat cycle",
        1461: "within five years",
    }
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    feature = next(layer.getFeatures())
    context.setFeature(feature)
    tip = QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)
    assert feature["https_url"] in tip
    assert feature["beam"] in tip
    assert "1461 days after the flight" in tip
    assert layer.attributeDisplayName(layer.fields().indexOf("pass_time")) == "Pass (UTC)"
    assert [action.name() for action in layer.actions().actions()] != []
    QgsProject.instance().clear()


def label_of(renderer, value):
    return next(part.label() for part in renderer.ranges() if part.lowerValue() <= value <= part.upperValue())


def test_both_hemispheres_at_once_are_in_longitude_and_latitude(run, save, table, frames_table, granules_table):
    north = frames([(-42.5, 71), (-39.5, 71)], ids=["Data_20200101_02_001"], datetime="2020-01-01T00:00:00Z")
    over = granules(strip((-40, 70), (-42, 72)), names=["ATL06_20240101000009_00092203_007_01.h5"])
    both = pd.concat([frames_table, north], ignore_index=True)
    passes = pd.concat([granules_table, over], ignore_index=True)
    results = run("crossoverpoints", FRAMES=save(both), GRANULES=save(passes), CROSSOVERS="memory:")
    points = table(results["CROSSOVERS"])
    assert points.crs == "EPSG:4326"
    assert (points.geometry.y > 0).sum() == 6
    assert len(points) == 30
