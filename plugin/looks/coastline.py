"""The coast below the layers of a run: a layer on the map of the world that QGIS ships.

A project keeps the path of such a layer as one of QGIS's own (``inbuilt:``), so that it opens on other computers too.
QGIS writes into a GeoPackage when its filter is set on an open layer; given with the path, nothing is written. GDAL
alone mends wrong triggers of the file once, where it may write to it at all.
"""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsFillSymbol,
    QgsGeometryGeneratorSymbolLayer,
    QgsMapLayer,
    QgsProject,
    QgsRuleBasedRenderer,
    QgsSimpleFillSymbolLayer,
    QgsVectorLayer,
)

from ..compat import POLYGON_GEOMETRY
from ..options import settings

#: What the layer is called: in the lists of polygon layers in dialogs, after ``Granules``.
NAME = "Land (Natural Earth)"
# Custom property of a project's coastline: the hemisphere.
_MARK = "xopr/coastline"
_SCOPE = "xopr_crossovers"
_CREDIT = "Made with Natural Earth (public domain, naturalearthdata.com), from the map of the world that QGIS ships."
_LAND, _COAST = "#f1f0ec", "#8f8f88"
_COAST_MM, _RIM_MM = 0.45, 0.15

# Table and filter: no more than lies round an ice sheet, as the map is shown as far as its layers reach. Provinces, as
# countries such as Norway have islands on the other hemisphere.
_PARTS = {
    "south": ("countries", 'ST_MaxY("geom") < -60'),
    "north": ("states_provinces", 'ST_MaxY("geom") > 55 AND ST_MinY("geom") > 40'),
}

# The map ends 0.1 degrees from the antimeridian and from the south pole (README_world_map.md beside it). Its edges are
# moved on by nearly as much, as 180 itself may be taken for the other side, and the gap round the pole is closed by a
# ring of chords that lie on land.
_IS_EDGE = "x_max($geometry) > 179.8 OR x_min($geometry) < -179.8"
_RING = ", ".join(f"{lon} -89.8" for lon in range(-180, 181, 15))
_CLOSED = f"""
with_variable('east', CASE WHEN x_max($geometry) > 179.8 THEN combine($geometry, translate(intersection($geometry,
 geom_from_wkt('POLYGON((179.7 -90, 180 -90, 180 90, 179.7 90, 179.7 -90))')), 0.099999, 0)) ELSE $geometry END,
with_variable('both', CASE WHEN x_min($geometry) < -179.8 THEN combine(@east, translate(intersection($geometry,
 geom_from_wkt('POLYGON((-179.7 -90, -180 -90, -180 90, -179.7 90, -179.7 -90))')), -0.099999, 0)) ELSE @east END,
CASE WHEN y_min($geometry) < -89.8 THEN combine(@both,
 geom_from_wkt('POLYGON(({_RING}, 180 -90, -180 -90, -180 -89.8))')) ELSE @both END))
"""


def offer_coastline(project: QgsProject, hemisphere: str, ours: set[str]) -> str:
    """Put the coastline below all layers of a project, if that is wanted, once a project.

    Parameters
    ----------
    project : QgsProject
    hemisphere : str
        ``south`` or ``north``; another one has none.
    ours : set of str
        Ids of the layers that runs have loaded.

    Returns
    -------
    str
        A line for the log where the map of the world cannot be read; empty if all is well.
    """
    others = [layer for name, layer in project.mapLayers().items() if name not in ours]
    if hemisphere not in _PARTS or not settings.coastline() or any(map(_is_ground, others)):
        return ""
    told = project.readEntry(_SCOPE, "coastline", "")[0].split()
    if hemisphere in told:
        return ""
    project.writeEntry(_SCOPE, "coastline", " ".join([*told, hemisphere]))
    path = world_map()
    layer = coastline(path, hemisphere) if path.is_file() else None
    if layer is None or not layer.isValid():
        return f"The map comes without a coastline, as QGIS's own map of the world cannot be read ({path})."
    project.addMapLayer(layer, False)
    project.layerTreeRoot().addLayer(layer).setExpanded(False)
    return ""


def is_coastline(layer: QgsMapLayer) -> bool:
    """Whether a layer is a coastline that we have put into a project."""
    return layer.customProperty(_MARK) is not None


def world_map() -> Path:
    """Return where QGIS has its map of the world."""
    return Path(QgsApplication.pkgDataPath()) / "resources" / "data" / "world_map.gpkg"


def coastline(path: Path, hemisphere: str) -> QgsVectorLayer:
    """Make the layer; it is not valid if the file is none of QGIS's maps of the world.

    Parameters
    ----------
    path : Path
    hemisphere : str
    """
    table, wanted = _PARTS[hemisphere]
    options = QgsVectorLayer.LayerOptions()
    options.loadDefaultStyle = False
    # As QGIS itself opens it.
    options.forceReadOnly = True
    layer = QgsVectorLayer(f"{path.as_posix()}|layername={table}|subset={wanted}", NAME, "ogr", options)
    if not layer.isValid():
        return layer
    layer.setRenderer(_renderer())
    layer.setReadOnly(True)
    flags = QgsMapLayer.LayerFlag
    layer.setFlags(layer.flags() & ~flags.Identifiable & ~flags.Searchable)
    layer.setCustomProperty(_MARK, hemisphere)
    metadata = layer.metadata()
    metadata.setAbstract(_CREDIT)
    metadata.setRights([_CREDIT])
    layer.setMetadata(metadata)
    return layer


def _renderer() -> QgsRuleBasedRenderer:
    """Return what draws all rims below all areas, so that of rims only those on the sea are seen."""
    root = QgsRuleBasedRenderer.Rule(None)
    rest = QgsRuleBasedRenderer.Rule(_symbol(closed=False))
    rest.setIsElse(True)
    for rule in (QgsRuleBasedRenderer.Rule(_symbol(closed=True), filterExp=_IS_EDGE), rest):
        rule.setLabel("land")
        root.appendChild(rule)
    renderer = QgsRuleBasedRenderer(root)
    renderer.setUsingSymbolLevels(True)
    return renderer


def _symbol(closed: bool) -> QgsFillSymbol:
    looks = (
        {"style": "no", "outline_color": _COAST, "outline_width": str(_COAST_MM)},
        # The rim hides the hairlines between areas that touch.
        {"color": _LAND, "outline_color": _LAND, "outline_width": str(_RIM_MM)},
    )
    symbol = QgsFillSymbol()
    for turn, look in enumerate(looks):
        layer = QgsSimpleFillSymbolLayer.create({**look, "joinstyle": "round"})
        if closed:
            area = QgsFillSymbol()
            area.changeSymbolLayer(0, layer)
            layer = QgsGeometryGeneratorSymbolLayer.create({"geometryModifier": _CLOSED, "SymbolType": "Fill"})
            layer.setSubSymbol(area)
        layer.setRenderingPass(turn)
        symbol.appendSymbolLayer(layer)
    symbol.deleteSymbolLayer(0)
    return symbol


def _is_ground(layer: QgsMapLayer) -> bool:
    """Whether a layer is one that others are drawn on: a picture, tiles, or areas; not the other pole's land."""
    if is_coastline(layer):
        return False
    return not isinstance(layer, QgsVectorLayer) or bool(layer.geometryType() == POLYGON_GEOMETRY)
