"""The coast below the layers of a run: that of the world map which QGIS ships, put into the project as annotations.

An annotation layer is drawn, hidden, moved and removed as any other, and is kept in the project's own file: no file of
the system is held open, and the project opens elsewhere too. It has no features, so that no dialog offers it as an
input, and nothing snaps to it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsAnnotationLayer,
    QgsAnnotationLineItem,
    QgsAnnotationPolygonItem,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFillSymbol,
    QgsGeometry,
    QgsLineSymbol,
    QgsMapLayer,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)

from ..compat import POLYGON_GEOMETRY
from ..options import settings
from .projection import pole_crs

#: What the layer is called.
NAME = "Coastline (Natural Earth)"
#: Custom property of a project's coastline.
MARK = "xopr/coastline"

_DEGREES = "EPSG:4326"
_SCOPE = "xopr_crossovers"
_CREDIT = "Made with Natural Earth (public domain, naturalearthdata.com), from the world map that QGIS ships."
_LAND, _COAST, _COAST_MM = "#f1f0ec", "#9a9a94", "0.2"

# What of the world is shown, by hemisphere: all that can be seen round an ice sheet (degrees).
_CAPS = {"south": (-90.0, -50.0), "north": (57.0, 90.0)}
# The map ends so far from the antimeridian and from the pole (degrees, its README_world_map.md).
_SEAM = 0.1
# Smaller islands (m2) and bends (m) would only make the project's file larger.
_SMALLEST, _BEND = 2e8, 1_500.0


def offer_coastline(project: QgsProject, hemisphere: str, ours: set[str]) -> str:
    """Put the coastline below all layers of a project, if that is wanted, once a project.

    Parameters
    ----------
    project : QgsProject
    hemisphere : str
        ``south`` or ``north``.
    ours : set of str
        Ids of the layers that runs have loaded.

    Returns
    -------
    str
        A line for the log where the map of the world cannot be read; empty if all is well.
    """
    others = [layer for name, layer in project.mapLayers().items() if name not in ours]
    if hemisphere not in _CAPS or not settings.coastline() or any(map(_is_ground, others)):
        return ""
    shown = project.readEntry(_SCOPE, "coastline", "")[0].split()
    if hemisphere in shown:
        return ""
    project.writeEntry(_SCOPE, "coastline", " ".join([*shown, hemisphere]))
    path = world_map()
    try:
        layer = coastline(path, hemisphere, project)
    except (OSError, sqlite3.Error) as error:
        return f"The map comes without a coastline, as QGIS's own map of the world ({path}) cannot be read ({error})."
    project.addMapLayer(layer, False)
    node = project.layerTreeRoot().addLayer(layer)
    node.setExpanded(False)
    return ""


def world_map() -> Path:
    """Return where QGIS has its map of the world."""
    return Path(QgsApplication.pkgDataPath()) / "resources" / "data" / "world_map.gpkg"


def coastline(path: Path, hemisphere: str, project: QgsProject) -> QgsAnnotationLayer:
    """Make the layer.

    Parameters
    ----------
    path : Path
        The map of the world.
    hemisphere : str
    project : QgsProject
        Of which the layer will be.

    Raises
    ------
    OSError
        If the map is not there.
    sqlite3.Error
        If it cannot be read.
    """
    land = _land(path, hemisphere, project)
    layer = QgsAnnotationLayer(NAME, QgsAnnotationLayer.LayerOptions(project.transformContext()))
    layer.setCrs(QgsCoordinateReferenceSystem(_DEGREES))
    layer.setCustomProperty(MARK, hemisphere)
    layer.setAttribution(_CREDIT)
    metadata = layer.metadata()
    metadata.setAbstract(_CREDIT)
    layer.setMetadata(metadata)
    edges = _edges(hemisphere)
    for polygon in land:
        if not polygon.intersects(edges):
            _add_area(layer, polygon, _COAST)
            continue
        _add_area(layer, polygon, _LAND)
        for part in QgsGeometry(polygon.constGet().boundary()).difference(edges).asGeometryCollection():
            coast = QgsAnnotationLineItem(part.constGet().clone())
            coast.setSymbol(QgsLineSymbol.createSimple({"color": _COAST, "width": _COAST_MM, "capstyle": "round"}))
            coast.setZIndex(1)
            layer.addItem(coast)
    return layer


def _add_area(layer: QgsAnnotationLayer, polygon: QgsGeometry, rim: str) -> None:
    """Add land; a rim of its own colour hides the hairlines between pieces that touch."""
    area = QgsAnnotationPolygonItem(polygon.constGet().clone())
    look = {"color": _LAND, "outline_color": rim, "outline_width": _COAST_MM, "joinstyle": "round"}
    area.setSymbol(QgsFillSymbol.createSimple(look))
    layer.addItem(area)


def _land(path: Path, hemisphere: str, project: QgsProject) -> list[QgsGeometry]:
    """Return the land of a hemisphere without borders: polygons in degrees."""
    if not path.is_file():
        raise FileNotFoundError("it is not there")
    # Not through QGIS, which would open it for writing, and set its journal.
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as file:
        blobs = [blob for (blob,) in file.execute("SELECT geom FROM countries") if blob]
    south, north = _CAPS[hemisphere]
    box = QgsRectangle(-180.0, south, 180.0, north)
    # With corners enough to be a circle round the pole.
    cap = QgsGeometry.fromRect(box).densifyByDistance(1.0)
    countries = [geometry for geometry in map(_geometry, blobs) if geometry.boundingBox().intersects(box)]
    land = QgsGeometry.unaryUnion([country.intersection(cap) for country in countries])
    pole = QgsCoordinateReferenceSystem(pole_crs()[hemisphere])
    to_pole = QgsCoordinateTransform(QgsCoordinateReferenceSystem(_DEGREES), pole, project)
    land.transform(to_pole)
    large = [part for part in land.asGeometryCollection() if part.area() >= _SMALLEST]
    parts = []
    for polygon in (polygon.simplify(_BEND) for polygon in large):
        polygon.transform(to_pole, Qgis.TransformDirection.Reverse)
        # A bend that is cut short may cross a narrow bay.
        pieces = polygon.makeValid().asGeometryCollection()
        parts += [piece for piece in pieces if piece.type() == POLYGON_GEOMETRY]
    return QgsGeometry.unaryUnion([*parts, *_patches(parts, hemisphere)]).asGeometryCollection()


def _geometry(blob: bytes) -> QgsGeometry:
    """Return the geometry in a field of a GeoPackage: its header is as long as the kind of its envelope says."""
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[blob[3] >> 1 & 7]
    geometry = QgsGeometry()
    geometry.fromWkb(blob[8 + envelope :])
    return geometry


def _patches(land: list[QgsGeometry], hemisphere: str) -> list[QgsGeometry]:
    """Return what closes the gaps of the map: at the antimeridian, and round the south pole."""
    south, north = _CAPS[hemisphere]
    beside = 180.0 - 1.1 * _SEAM
    patches = []
    for side in (-1.0, 1.0):
        meridian = QgsGeometry.fromPolylineXY([QgsPointXY(side * beside, south), QgsPointXY(side * beside, north)])
        for part in (part for polygon in land for part in polygon.intersection(meridian).asGeometryCollection()):
            if not part.isEmpty():
                box = part.boundingBox()
                lowest = box.yMinimum() if box.yMinimum() > south + 2 * _SEAM else south
                ends = sorted((side * (beside - _SEAM), side * 180.0))
                patches.append(QgsGeometry.fromRect(QgsRectangle(ends[0], lowest, ends[1], box.yMaximum())))
    if hemisphere == "south":
        # Far enough from the pole for the chords between the ring's corners to lie on land.
        ring = [QgsPointXY(lon, -90.0 + 2 * _SEAM) for lon in range(-180, 181, 15)]
        patches.append(
            QgsGeometry.fromPolygonXY([[*ring, QgsPointXY(180.0, -90.0), QgsPointXY(-180.0, -90.0), ring[0]]])
        )
    return patches


def _edges(hemisphere: str) -> QgsGeometry:
    """Return where the map ends without there being a coast."""
    south, north = _CAPS[hemisphere]
    wide, cut = 1.5 * _SEAM, south if hemisphere == "north" else north
    boxes = [
        QgsRectangle(-180.0, south, -180.0 + wide, north),
        QgsRectangle(180.0 - wide, south, 180.0, north),
        QgsRectangle(-180.0, cut - wide, 180.0, cut + wide),
        QgsRectangle(-180.0, -90.0, 180.0, -90.0 + wide),
    ]
    return QgsGeometry.unaryUnion([QgsGeometry.fromRect(box) for box in boxes])


def _is_ground(layer: QgsMapLayer) -> bool:
    """Whether a layer of the user's is one that others are drawn on: a picture, tiles, or areas."""
    if isinstance(layer, QgsVectorLayer):
        return bool(layer.geometryType() == POLYGON_GEOMETRY)
    return not isinstance(layer, QgsAnnotationLayer)
