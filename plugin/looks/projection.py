"""The projection of the project: the pole's where only our layers are, else the user's, with a word if it misleads."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, inf

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsMapLayer,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QTimer
from qgis.utils import iface

from ...core.geometry import POLE_CRS
from ..compat import METRES
from . import message_bar
from .styles import Style

_SCOPE = "xopr_crossovers"
_ROOM_AROUND = 1.2
# Length (m) over which a projection is measured, and what it may be off by: polar stereographic, UTM and the national
# grids are off by a few percent; longitude and latitude or Mercator by several times.
_PROBE = 1_000.0
_BEARABLE = 1.25
# From here on decimals say nothing.
_PLAINLY = 100


def know_pole_crs() -> None:
    """Let QGIS know the poles' projections by the thread that calls, which should be the window's.

    QGIS (3.22 to 3.44) binds a projection to the thread that names it first. If that is a run's, and ends (those of its
    pool do so after half a minute without work), threads that begin later take coordinates in that projection for
    degrees: whatever else is in the project vanishes from the map. A thread that has calculated with it keeps it known.
    """
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    for name in POLE_CRS.values():
        QgsCoordinateTransform(degrees, QgsCoordinateReferenceSystem(name), QgsCoordinateTransformContext())


def hemisphere_of(layers: Sequence[QgsMapLayer]) -> str:
    """Return on which hemisphere layers lie, ``south`` or ``north``; empty if on both or none.

    Parameters
    ----------
    layers : sequence of QgsMapLayer
    """
    crs = _pole_crs(layers)
    return next((side for side, name in POLE_CRS.items() if crs is not None and crs.authid() == name), "")


def show(project: QgsProject, shown: Sequence[tuple[Style, QgsMapLayer]]) -> None:
    """Show what came into an empty project in the pole's projection, and where the frames are.

    Parameters
    ----------
    project : QgsProject
    shown : sequence of (Style, QgsMapLayer)
        The layers that are there so far.
    """
    style, layer = _top(shown)
    if style is None or layer is None or layer.extent().isNull():
        return
    crs = _pole_crs([layer])
    if crs is not None:
        project.setCrs(crs)
    if iface is not None and not style.is_wide and not layer.extent().isEmpty():
        _zoom(layer)


def offer_projection(project: QgsProject, shown: Sequence[tuple[Style, QgsMapLayer]]) -> str:
    """Offer the pole's projection, once a project, where that of the project shows the layers badly.

    Parameters
    ----------
    project : QgsProject
    shown : sequence of (Style, QgsMapLayer)
        The layers of a run.

    Returns
    -------
    str
        A line for the log; empty if there is nothing to offer.
    """
    style, layer = _top(shown)
    if style is None or layer is None or layer.extent().isNull():
        return ""
    crs = _pole_crs([layer])
    if crs is None or project.readBoolEntry(_SCOPE, "projection_told", False)[0]:
        return ""
    stretch = distortion(project, layer)
    if stretch <= _BEARABLE:
        return ""
    project.writeEntryBool(_SCOPE, "projection_told", True)
    times = f"{stretch:.1f}" if stretch < _PLAINLY else f"{stretch:,.0f}"
    how = f"shows distances here up to {times} times wrong" if stretch < inf else "cannot show all of these layers"
    name = project.crs().authid() or "the project's projection"
    label = f"Show in {crs.authid()}"

    def change() -> None:
        project.setCrs(crs)
        if project.mapLayer(layer_id) is not None:
            _zoom(project.mapLayer(layer_id))

    layer_id = layer.id()
    message_bar.tell("projection", f"{name[:1].upper()}{name[1:]} {how}.", label, [(label, change)])
    return f"The project is in {name}, which {how}; {crs.authid()} shows it true (Project > Properties > CRS)."


def distortion(project: QgsProject, layer: QgsMapLayer) -> float:
    """Return how many times too long, too short or stretched a project shows what is in a layer, at the worst place.

    Parameters
    ----------
    project : QgsProject
        With or without a projection: without one, coordinates are drawn as they are.
    layer : QgsMapLayer

    Returns
    -------
    float
        1 if all is true; infinite if a part cannot be shown.
    """
    source, target = layer.crs(), project.crs()
    if not target.isValid():
        return 1.0
    pole = _pole_crs([layer]) or source
    box = QgsCoordinateTransform(source, pole, project).transformBoundingBox(layer.extent())
    transform = QgsCoordinateTransform(pole, target, project)
    unit = 1.0 if target.isGeographic() else QgsUnitTypes.fromUnitToUnitFactor(target.mapUnits(), METRES)
    worst = 1.0
    for x in (box.xMinimum(), box.center().x(), box.xMaximum()):
        for y in (box.yMinimum(), box.center().y(), box.yMaximum()):
            try:
                middle, right, up = (
                    transform.transform(QgsPointXY(x + dx, y + dy)) for dx, dy in ((0, 0), (_PROBE, 0), (0, _PROBE))
                )
            except QgsCsException:
                return inf
            a, b = (right.x() - middle.x()) * unit / _PROBE, (up.x() - middle.x()) * unit / _PROBE
            c, d = (right.y() - middle.y()) * unit / _PROBE, (up.y() - middle.y()) * unit / _PROBE
            # The axes of Tissot's ellipse: the singular values of a matrix of two by two.
            half, other = hypot(a + d, b - c) / 2, hypot(a - d, b + c) / 2
            long, short = half + other, abs(half - other)
            if not 0.0 < short <= long < inf:
                return inf
            # Degrees have no length: of them only the shape counts.
            worst = max(worst, long / short, *(() if target.isGeographic() else (long, 1.0 / short)))
    return worst


def _pole_crs(layers: Sequence[QgsMapLayer]) -> QgsCoordinateReferenceSystem | None:
    """Return the pole's projection that fits layers; None if they are on both hemispheres, or elsewhere."""
    found = set()
    for layer in layers:
        extent: QgsRectangle = layer.extent()
        if layer.crs().authid() in POLE_CRS.values():
            found.add(layer.crs().authid())
        elif layer.crs().isGeographic() and not extent.isNull():
            if extent.yMaximum() < 0:
                found.add(POLE_CRS["south"])
            elif extent.yMinimum() > 0:
                found.add(POLE_CRS["north"])
            else:
                return None
    return QgsCoordinateReferenceSystem(found.pop()) if len(found) == 1 else None


def _top(shown: Sequence[tuple[Style, QgsMapLayer]]) -> tuple[Style | None, QgsMapLayer | None]:
    """Return the layer with geometry that is drawn on top."""
    from_top = sorted(shown, key=lambda pair: pair[0].level)
    return next(((style, layer) for style, layer in from_top if layer.isSpatial()), (None, None))


def _zoom(layer: QgsMapLayer) -> None:
    extent = layer.extent()
    shown = iface.mapCanvas().mapSettings().layerExtentToOutputExtent(layer, extent)
    shown.scale(_ROOM_AROUND)
    # QGIS itself shows the whole of an empty project's first layer, a moment later.
    QTimer.singleShot(0, lambda: iface.mapCanvas().zoomToFeatureExtent(shown))
