"""Polygons in arrays: valid ones, and ones whose long edges follow their great circles."""

from __future__ import annotations

import numpy as np
import shapely

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
    xy = shapely.get_coordinates(rings)
    offsets = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(rings))])
    lon, lat, new_offsets = densify(xy[:, 0], xy[:, 1], offsets, max_chord_m)
    ring = np.repeat(np.arange(len(rings)), np.diff(new_offsets))
    new_rings = shapely.linearrings(np.column_stack([lon, lat]), indices=ring)
    new_parts = shapely.polygons(new_rings, indices=part)
    result = np.full(len(polygons), None, dtype=object)
    count = np.bincount(owner, minlength=len(polygons))
    single = count[owner] == 1
    result[owner[single]] = new_parts[single]
    if not single.all():
        several = np.flatnonzero(count > 1)
        result[several] = shapely.multipolygons(new_parts[~single], indices=np.searchsorted(several, owner[~single]))
    return result
