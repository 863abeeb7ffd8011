"""Polygons in arrays: valid ones, and ones whose long edges follow their great circles."""

from __future__ import annotations

import numpy as np
import shapely

from .polylines import Polylines
from .sphere import densify

# Longitudes are told from -180 to 180 or from 0 to 360.
_FARTHEST_LON = 360.0
_ROUNDING = 1e-9


def mend(polygons: np.ndarray) -> np.ndarray:
    """Return polygons made valid; None where a coordinate is infinite or no area is left.

    Parts that overlap count once.

    Parameters
    ----------
    polygons : (n,) ndarray of geometries
        In any CRS; None stays None.

    Returns
    -------
    (n,) ndarray of geometries
    """
    polygons = np.asarray(polygons, dtype=object).copy()
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    polygons[np.unique(owner[~np.isfinite(xy).all(axis=1)])] = None
    broken = np.flatnonzero(~shapely.is_valid(polygons) & ~shapely.is_missing(polygons))
    parts, owner = shapely.get_parts(polygons[broken], return_index=True)
    parts, of = areal(shapely.make_valid(parts))
    polygons[broken] = united(parts, owner[of], len(broken))
    polygons[shapely.is_empty(polygons)] = None
    return polygons


def placed(polygons: np.ndarray) -> np.ndarray:
    """Return polygons in longitude and latitude; None instead of one with a vertex that is no place on the Earth."""
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    with np.errstate(invalid="ignore"):
        on_earth = (np.abs(xy[:, 0]) <= _FARTHEST_LON) & (np.abs(xy[:, 1]) <= 90.0 + _ROUNDING)
    off = np.unique(owner[~on_earth])
    if len(off) == 0:
        return polygons
    polygons = polygons.copy()
    polygons[off] = None
    return polygons


def areal(geometries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the polygons of geometries of any kind, and the position that each comes from.

    Parameters
    ----------
    geometries : (n,) ndarray of geometries
        In any CRS; missing ones have no polygon.

    Returns
    -------
    polygons : (m,) ndarray of Polygon
    position : (m,) ndarray of int
        Ascending.
    """
    groups, owner = shapely.get_parts(geometries, return_index=True)
    pieces, group = shapely.get_parts(groups, return_index=True)
    keep = (shapely.get_dimensions(pieces) == 2) & ~shapely.is_empty(pieces)
    return pieces[keep], owner[group[keep]]


def united(parts: np.ndarray, owner: np.ndarray, n: int) -> np.ndarray:
    """Return the union of valid polygons by their owner, ``(n,)``; None for an owner without any."""
    parts, owner = parts[~shapely.is_missing(parts)], owner[~shapely.is_missing(parts)]
    pieces, of = areal(parts)
    together = gather(pieces, owner[of], n)
    several = np.flatnonzero(shapely.get_num_geometries(together) > 1)
    together[several] = shapely.union_all(together[several][:, None], axis=1)
    return together


def along_great_circles(polygons: np.ndarray, max_chord_m: float, side: str | None = None) -> np.ndarray:
    """Return polygons in longitude and latitude with more vertices on their long edges.

    Parameters
    ----------
    polygons : (n,) ndarray of Polygon or MultiPolygon
        In longitude and latitude (EPSG:4326), not split at the antimeridian or split.
    max_chord_m : float
        No edge is longer than this afterwards, in metres on the sphere.
    side : {'south', 'north'}, optional
        Of the pole in whose plane they are to be drawn, where fewer vertices do; see :func:`.sphere.densify`.

    Returns
    -------
    (n,) ndarray of geometries
        None where there was no ring.
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    if len(rings) == 0:
        return polygons
    dense = densify(Polylines.of(rings), max_chord_m, side)
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
