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
_SPECIAL = _CURVED | _FACETED
# A collection may hold curves.
_ODD = _SPECIAL | {WkbType.GeometryCollection}


def plain(geometries: list[QgsGeometry]) -> tuple[list[QgsGeometry], int]:
    """Return geometries of straight pieces without measures, and how many had curves or facets before.

    Straight pieces differ from a curve by less than a thousandth of its radius, as QGIS makes them.
    """
    kinds = list(map(QgsGeometry.wkbType, geometries))
    if set(map(QgsWkbTypes.flatType, set(kinds))).isdisjoint(_ODD) and not any(map(QgsWkbTypes.hasM, set(kinds))):
        return geometries, 0
    made = [_plain(geometry, kind) for geometry, kind in zip(geometries, kinds)]
    return [geometry for geometry, _ in made], sum(special for _, special in made)


def _plain(geometry: QgsGeometry, kind: Any) -> tuple[QgsGeometry, bool]:
    flat = QgsWkbTypes.flatType(kind)
    special = flat in _SPECIAL
    if flat in _FACETED:
        geometry = QgsGeometry.collectGeometry(geometry.coerceToType(WkbType.MultiPolygon))
    elif flat in _ODD:
        geometry = QgsGeometry(geometry.constGet().segmentize())
    if QgsWkbTypes.hasM(kind):
        geometry = QgsGeometry(geometry.constGet().clone())
        geometry.get().dropMValue()
    return geometry, special
