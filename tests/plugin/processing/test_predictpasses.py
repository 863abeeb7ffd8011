"""``xopr:predictpasses`` in QGIS: its layers, what they say of themselves, and the file for a phone."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import geopandas as gpd
import pytest
import shapely
from qgis.core import (
    QgsDateTimeRange,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsLayerNotesUtils,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
)

DAYS = {"START_DATE": "2024-01-01", "END_DATE": "2024-03-31"}
KML = "{http://www.opengis.net/kml/2.2}"


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    shapes = [shapely.Point(-105, -75.1), shapely.LineString([(-110, -75.5), (-106, -76)]), shapely.Point(0, -90)]
    path = tmp_path_factory.mktemp("places") / "places.gpkg"
    gpd.GeoDataFrame({"name": ["Camp", "Flight", "Pole"]}, geometry=shapes, crs=4326).to_file(path)
    return str(path)


def test_the_layers_say_that_they_are_a_plan_and_go_by_their_time(run, feedback, places, tmp_path):
    passes, planned = str(tmp_path / "passes.gpkg"), str(tmp_path / "planned.gpkg")
    results = run("predictpasses", PLACES=places, **DAYS, PASSES=passes, CROSSOVERS=planned)

    assert "A plan, not an observation" in "\n".join(feedback.infos + feedback.warnings)
    assert "Nothing passes within 5 km of 1 of 3 places in any cycle: Pole" in "\n".join(
        feedback.infos + feedback.warnings
    )
    for path in (passes, planned):
        layer = QgsVectorLayer(path, "fresh", "ogr")
        # As the desktop does, after the layer.
        layer.loadDefaultStyle()
        assert "A plan, not an observation" in QgsLayerNotesUtils.layerNotes(layer)
        times = layer.temporalProperties()
        assert times.isActive()
        assert times.startField() == "pass_time"
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
        feature = next(layer.getFeatures())
        context.setFeature(feature)
        moment = feature["pass_time"]
        title = QgsExpression(layer.displayExpression()).evaluate(context)
        assert title == f"{feature['place_name']}, {moment.toString('yyyy-MM-dd HH:mm')} UTC"
        tip = QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)
        assert f"RGT {feature['rgt']}, cycle {feature['cycle']}" in tip
        assert "planned: 100 m across" in tip
        del layer
    layer = QgsVectorLayer(passes, "fresh", "ogr")
    layer.loadDefaultStyle()
    assert layer.featureCount() == results["N_PASSES"] > 10
    assert {one["place_name"] for one in layer.getFeatures()} == {"Camp", "Flight"}
    # The temporal controller asks the layer for what is to be drawn of a range.
    moment = next(layer.getFeatures())["pass_time"]
    day = QgsDateTimeRange(moment.addSecs(-60), moment.addSecs(60))
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    shown = layer.temporalProperties().createFilterString(context, day)
    assert len(list(layer.getFeatures(shown))) == 1
    del layer


def test_the_file_for_a_phone_has_a_name_and_a_sentence_for_each_pass(run, places, tmp_path):
    path = tmp_path / "passes.kml"
    results = run("predictpasses", PLACES=places, **DAYS, PASSES=str(path))

    marks = ET.parse(path).getroot().findall(f".//{KML}Placemark")  # noqa: S314 (our own file)
    assert len(marks) == results["N_PASSES"]
    names, sentences = ([mark.find(f"{KML}{tag}").text for mark in marks] for tag in ("name", "description"))
    assert all(name.startswith(("Camp 2024-0", "Flight 2024-0")) and name.endswith(" UTC") for name in names)
    assert any("gt" in text and "km off at" in text and "planned: 100 m across" in text for text in sentences)
    assert all(mark.find(f".//{KML}coordinates").text for mark in marks)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"START_DATE": "2018-01-01"}, "START_DATE 2018-01-01 is before ICESat-2's first data"),
        ({"END_DATE": "2034-06-01", "START_DATE": "2024-01-01"}, "it is more than 10 years"),
        ({"DISTANCE": 400_000}, "DISTANCE must be from 0 to 300,000 metres, not 400,000."),
        ({"BEAMS": "gt9l"}, "BEAMS has no option 'gt9l'"),
    ],
)
def test_what_cannot_be_planned_is_refused_before_the_work(run, places, tmp_path, wrong, sentence):
    path = tmp_path / "passes.gpkg"
    with pytest.raises(AssertionError, match=sentence):
        run("predictpasses", PLACES=places, PASSES=str(path), **wrong)
    assert not path.exists()
