"""What is near in time, or near to a place, is drawn strongest, largest and on top."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsPointXY,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

from xopr_crossovers.core.reports import NEARNESS
from xopr_crossovers.plugin.looks import renderers

MIDDLE = 50


def layer_of(field, values, wkt="POINT(0 0)", elsewhere=(), kind="Point"):
    """Features with these values on each other, in this order, and others beside."""
    layer = QgsVectorLayer(f"{kind}?crs=EPSG:3031&field={field}:double", "layer", "memory")
    for place, value in [*((wkt, value) for value in values), *(("POINT(40 40)", value) for value in elsewhere)]:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(place))
        feature[field] = value
        layer.dataProvider().addFeatures([feature])
    return layer


def drawn(layer, renderer):
    """Colour in the middle of a map of a layer."""
    layer.setRenderer(renderer(layer))
    shown = QgsMapSettings()
    shown.setDestinationCrs(layer.crs())
    shown.setLayers([layer])
    shown.setExtent(QgsRectangle.fromCenterAndSize(QgsPointXY(0, 0), 100, 100))
    shown.setOutputSize(QSize(2 * MIDDLE, 2 * MIDDLE))
    shown.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(shown)
    job.start()
    job.waitForFinished()
    return job.renderedImage().pixelColor(MIDDLE, MIDDLE).name()


@pytest.mark.parametrize(("days", "step"), [(0, 0), (-31, 0), (60, 1), (-200, 2), (1000, 3), (4000, 4), (None, 4)])
def test_a_crossover_has_the_colour_of_its_days_apart_before_or_after(qgis_app, days, step):
    layer = layer_of("days_between", [days], elsewhere=(200, 1000, 4000))

    assert drawn(layer, renderers.crossovers_renderer) == NEARNESS[step]


def test_of_crossovers_that_are_all_years_apart_the_nearest_stand_out(qgis_app):
    layer = layer_of("days_between", [2400], elsewhere=range(2400, 4400, 100))
    names = [one.label() for one in renderers.crossovers_renderer(layer).ranges()]

    assert names[2:] == ["within ten years", "within fifteen years", "farther in time, or not known"]
    assert drawn(layer, renderers.crossovers_renderer) == NEARNESS[2]


@pytest.mark.parametrize("order", [[5, 60, 4000, None], [None, 4000, 60, 5]])
def test_the_crossover_nearest_in_time_is_on_top_in_whichever_order_they_come(qgis_app, order):
    assert drawn(layer_of("days_between", order), renderers.crossovers_renderer) == NEARNESS[0]


@pytest.mark.parametrize("order", [[0, 900, 20_000], [20_000, 900, 0]])
def test_the_planned_pass_nearest_to_its_place_is_on_top(qgis_app, order):
    line = "LINESTRING(-50 0, 50 0)"
    assert drawn(layer_of("distance_m", order, line, kind="LineString"), renderers.passes_renderer) == NEARNESS[0]


@pytest.mark.parametrize("order", [[5.0, None], [None, 5.0]])
def test_a_crossover_with_a_difference_is_above_one_without(qgis_app, order):
    assert drawn(layer_of("difference", order), renderers.differences_renderer) != "#a0a0a0"


@pytest.mark.parametrize(
    ("make", "field"), [(renderers.crossovers_renderer, "days_between"), (renderers.passes_renderer, "distance_m")]
)
def test_the_nearer_the_larger_and_the_legend_has_the_near_first(qgis_app, make, field):
    classes = make(layer_of(field, [1.0])).ranges()
    sizes = [one.symbol().symbolLayer(1) for one in classes]
    widths = [layer.size() if hasattr(layer, "size") else layer.width() for layer in sizes]
    assert sorted(widths, reverse=True) == widths
    assert len(set(widths)) == 5
    assert [one.symbol().color().name() for one in classes] == list(NEARNESS)
    assert [one.lowerValue() for one in classes] == sorted(one.lowerValue() for one in classes)
