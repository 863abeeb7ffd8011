"""A map of matched frames, drawn by QGIS: one polar map a hemisphere, with coastline, graticule, legend and title.

Use: ``python demo/map.py results.gpkg map.png [title]``
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsFillSymbol,
    QgsGeometry,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLineSymbol,
    QgsPointXY,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QRectF
from qgis.PyQt.QtGui import QFont

POLES = {"south": ("EPSG:3031", "Antarctica"), "north": ("EPSG:3413", "Greenland")}
PAGE = (300.0, 190.0)


def main(package: str, picture: str, title: str) -> None:
    """Draw the map of a file that findgranules wrote."""
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], False)
    app.initQgis()
    project = QgsProject.instance()
    frames = layer(f"{package}|layername=matched_frames", "Frames: granules")
    granules = layer(f"{package}|layername=granules", "Granule footprints")
    granules.setOpacity(0.6)
    boxes = {side: box for side in POLES if (box := extent(frames, side)) is not None}
    layers = [frames, granules, graticule(), *coastline()]
    project.addMapLayers(layers)

    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize(QgsLayoutSize(*PAGE))
    label(layout, title, 10, 6, 16, bold=True)
    width = (PAGE[0] - 70 - 10 * len(boxes)) / len(boxes)
    for number, (side, box) in enumerate(boxes.items()):
        left = 10 + number * (width + 10)
        item = add_map(layout, layers, side, box, (left, 28, width, PAGE[1] - 40))
        label(layout, f"{POLES[side][1]} ({POLES[side][0]})", left, 20, 10)
        add_scale(layout, item, left, PAGE[1] - 11)
    add_legend(layout, [frames, granules], PAGE[0] - 62, 28)
    label(layout, f"{frames.featureCount():,} frames", PAGE[0] - 62, 20, 10)
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 110
    if QgsLayoutExporter(layout).exportToImage(picture, settings) != QgsLayoutExporter.Success:
        raise SystemExit(f"The map could not be written to {picture}.")

    del layout
    project.clear()
    app.exitQgis()


def layer(source: str, name: str) -> QgsVectorLayer:
    """Open a layer with the style that its file holds."""
    found = QgsVectorLayer(source, name, "ogr")
    if not found.isValid():
        raise SystemExit(f"{source} cannot be opened.")
    return found


def extent(frames: QgsVectorLayer, side: str) -> QgsRectangle | None:
    """Return the extent of a hemisphere's frames in its projection, with some air; None without frames."""
    crs = QgsCoordinateReferenceSystem(POLES[side][0])
    to_pole = QgsCoordinateTransform(frames.crs(), crs, QgsProject.instance())
    to_degrees = QgsCoordinateTransform(frames.crs(), QgsCoordinateReferenceSystem("EPSG:4326"), QgsProject.instance())
    box = QgsRectangle()
    box.setMinimal()
    for feature in frames.getFeatures():
        for vertex in feature.geometry().vertices():
            point = QgsPointXY(vertex)
            if (to_degrees.transform(point).y() < 0) == (side == "south"):
                moved = to_pole.transform(point)
                box.combineExtentWith(moved.x(), moved.y())
    if box.isEmpty():
        return None
    box.grow(0.15 * max(box.width(), box.height()))
    return box


def graticule() -> QgsVectorLayer:
    """Return meridians every 30 degrees and parallels every 5, with points close enough to be round."""
    lines = QgsVectorLayer("LineString?crs=EPSG:4326", "Graticule", "memory")
    shapes = []
    for sign in (-1, 1):
        for lon in range(-180, 180, 30):
            shapes.append([(lon, sign * lat) for lat in np.arange(50, 89.6, 0.5)])
        for lat in range(50, 90, 5):
            shapes.append([(lon, sign * lat) for lon in np.arange(-180, 180.5, 1)])
    features = []
    for shape in shapes:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromPolylineXY([QgsPointXY(*point) for point in shape]))
        features.append(feature)
    lines.dataProvider().addFeatures(features)
    lines.renderer().setSymbol(QgsLineSymbol.createSimple({"color": "#b9c4cc", "width": "0.15"}))
    return lines


def coastline() -> list[QgsVectorLayer]:
    """Return the world map that QGIS itself carries, if this installation has it."""
    world = Path(QgsApplication.pkgDataPath()) / "resources" / "data" / "world_map.gpkg"
    if not world.exists():
        return []
    land = QgsVectorLayer(f"{world}|layername=countries", "Coastline", "ogr")
    land.renderer().setSymbol(
        QgsFillSymbol.createSimple({"color": "#f1f3f4", "outline_color": "#8b98a1", "outline_width": "0.2"})
    )
    return [land]


def add_map(layout, layers, side, box, place) -> QgsLayoutItemMap:
    """Put a polar map on the page."""
    left, top, width, height = place
    item = QgsLayoutItemMap(layout)
    layout.addLayoutItem(item)
    item.attemptSetSceneRect(QRectF(left, top, width, height))
    item.setCrs(QgsCoordinateReferenceSystem(POLES[side][0]))
    item.setLayers(layers)
    item.setKeepLayerSet(True)
    item.zoomToExtent(box)
    item.setFrameEnabled(True)
    return item


def add_scale(layout, item, left, top) -> None:
    """Put a scale bar under a map, with steps of a round number of kilometres."""
    quarter = item.extent().width() / 4000
    unit = 10 ** int(np.log10(quarter))
    bar = QgsLayoutItemScaleBar(layout)
    bar.setStyle("Line Ticks Up")
    bar.setLinkedMap(item)
    bar.setUnits(QgsUnitTypes.DistanceKilometers)
    bar.setUnitLabel("km")
    bar.setNumberOfSegmentsLeft(0)
    bar.setNumberOfSegments(2)
    bar.setUnitsPerSegment(unit * max(step for step in (1, 2, 5) if step * unit <= quarter))
    text = QgsTextFormat()
    text.setFont(QFont("Open Sans"))
    text.setSize(8)
    bar.setTextFormat(text)
    bar.attemptMove(QgsLayoutPoint(left, top))
    layout.addLayoutItem(bar)


def add_legend(layout, layers, left, top) -> None:
    """Put the legend of the layers beside the maps."""
    legend = QgsLayoutItemLegend(layout)
    legend.setAutoUpdateModel(False)
    group = legend.model().rootGroup()
    group.clear()
    for entry in layers:
        group.addLayer(entry)
    legend.attemptMove(QgsLayoutPoint(left, top))
    layout.addLayoutItem(legend)
    legend.adjustBoxSize()


def label(layout, text, left, top, size, bold=False) -> None:
    """Put a line of text on the page."""
    item = QgsLayoutItemLabel(layout)
    item.setText(text)
    font = QFont("Open Sans", size)
    font.setBold(bold)
    item.setFont(font)
    item.adjustSizeToText()
    item.attemptMove(QgsLayoutPoint(left, top))
    layout.addLayoutItem(item)


if __name__ == "__main__":
    main(
        sys.argv[1],
        sys.argv[2],
        " ".join(sys.argv[3:]) or "Radar frames, by number of ICESat-2 granules (synthetic sample)",
    )
