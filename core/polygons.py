"""Polygons in arrays: valid ones, and ones whose long edges follow their great circles."""

from __future__ import annotations

import numpy as np
import shapely

from .polylines import Polylines
from .sphere import densify


def mend(polygons: np.ndarray) -> np.ndarray:
    """Return polygons made valid; None where a coordinate is infinite or nothing is left."""
    polygons = np.asarray(polygons, dtype=object).copy()
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    polygons[np.unique(owner[~np.isfinite(xy).all(axis=1)])] = None
    broken = ~shapely.is_valid(polygons) & ~shapely.is_missing(polygons)
    polygons[broken] = shapely.make_valid(polygons[broken])
    polygons[shapely.is_empty(polygons)] = None
    return polygons


def along_great_circles(polygons: np.ndarray, max_chord_m: float) -> np.ndarray:
    """Return polygons in longitude and latitude with more vertices on their long edges."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    if len(rings) == 0:
        return polygons
    dense = densify(Polylines.of(rings), max_chord_m)
    new_rings = shapely.linearrings(np.column_stack([dense.lon, dense.lat]), indices=dense.line)
    new_parts = shapely.polygons(new_rings, indices=part)
    return gather(new_parts, owner, len(polygons))


def gather(parts: np.ndarray, owner: np.ndarray, n: int) -> np.ndarray:
    """Put polygons together by their owner.

    Parameters
    ----------
    parts : (m,) ndarray of Polygon
    owner : (m,) ndarray of int
        In any order.
    n : int
        Number of owners.

    Returns
    -------
    (n,) ndarray of geometries
        A Polygon, a MultiPolygon where an owner has several parts, None where it has none.
    """
    order = np.argsort(owner, kind="stable")
    parts, owner = parts[order], owner[order]
    result = np.full(n, None, dtype=object)
    single = np.bincount(owner, minlength=n)[owner] == 1
    result[owner[single]] = parts[single]
    several, index = np.unique(owner[~single], return_inverse=True)
    if len(several):
        result[several] = shapely.multipolygons(parts[~single], indices=index)
    return result
