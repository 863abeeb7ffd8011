"""Geometries for which GEOS has no kind: curves, triangles, measures along lines."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsGeometry, QgsWkbTypes

from ..compat import WkbType

_NAMES = ("CircularString", "CompoundCurve", "CurvePolygon", "MultiCurve", "MultiSurface", "Triangle")
#: Since QGIS 3.40.
_SURFACES = ("TIN", "PolyhedralSurface")

_CURVED = {getattr(WkbType, name) for name in _NAMES}
_FACETED = {getattr(WkbType, name) for name in _SURFACES if hasattr(WkbType, name)}


def plain(geometry: QgsGeometry) -> tuple[QgsGeometry, bool]:
    """Return a geometry of straight pieces without measures, and whether it was one with curves or facets before.

    Straight pieces differ from a curve by less than a thousandth of its radius, as QGIS makes them.
    """
    kind: Any = geometry.wkbType()
    flat = QgsWkbTypes.flatType(kind)
    special = flat in _CURVED or flat in _FACETED
    if flat in _FACETED:
        geometry = QgsGeometry.collectGeometry(geometry.coerceToType(WkbType.MultiPolygon))
    elif special or flat == WkbType.GeometryCollection:
        geometry = QgsGeometry(geometry.constGet().segmentize())
    if QgsWkbTypes.hasM(kind):
        geometry = QgsGeometry(geometry.constGet().clone())
        geometry.get().dropMValue()
    return geometry, special
