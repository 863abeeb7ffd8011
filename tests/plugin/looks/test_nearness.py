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


def drawn(values, field, renderer, wkt="POINT(0 0)", kind="Point"):
    """Colour in the middle of a map where features with these values lie on each other, in this order."""
    layer = QgsVectorLayer(f"{kind}?crs=EPSG:3031&field={field}:double", "layer", "memory")
    for value in values:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        feature[field] = value
        layer.dataProvider().addFeatures([feature])
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
    assert drawn([days], "days_between", renderers.crossovers_renderer) == NEARNESS[step]


@pytest.mark.parametrize("order", [[5, 60, 4000, None], [None, 4000, 60, 5]])
def test_the_crossover_nearest_in_time_is_on_top_in_whichever_order_they_come(qgis_app, order):
    assert drawn(order, "days_between", renderers.crossovers_renderer) == NEARNESS[0]


@pytest.mark.parametrize("order", [[0, 900, 20_000], [20_000, 900, 0]])
def test_the_planned_pass_nearest_to_its_place_is_on_top(qgis_app, order):
    line = "LINESTRING(-50 0, 50 0)"
    assert drawn(order, "distance_m", renderers.passes_renderer, line, "LineString") == NEARNESS[0]


@pytest.mark.parametrize("order", [[5.0, None], [None, 5.0]])
def test_a_crossover_with_a_difference_is_above_one_without(qgis_app, order):
    assert drawn(order, "difference", renderers.differences_renderer) != "#a0a0a0"


@pytest.mark.parametrize("make", [renderers.crossovers_renderer, renderers.passes_renderer])
def test_the_nearer_the_larger_and_the_legend_has_the_near_first(qgis_app, make):
    classes = make(None).ranges()
    sizes = [one.symbol().symbolLayer(1) for one in classes]
    widths = [layer.size() if hasattr(layer, "size") else layer.width() for layer in sizes]
    assert sorted(widths, reverse=True) == widths
    assert len(set(widths)) == 5
    assert [one.symbol().color().name() for one in classes] == list(NEARNESS)
    assert [one.lowerValue() for one in classes] == sorted(one.lowerValue() for one in classes)
