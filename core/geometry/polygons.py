"""Polygons in arrays: valid ones, and ones whose long edges follow their great circles."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from .polylines import Polylines
from .ragged import offsets_of_owners
from .sphere import densify

# Longitudes are told from -180 to 180 or from 0 to 360.
_FARTHEST_LON = 360.0
_ROUNDING = 1e-9
_POLYGON = shapely.GeometryType.POLYGON


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


@dataclass(frozen=True)
class Outlines:
    """Polygons in longitude and latitude as arrays.

    Attributes
    ----------
    rings : Polylines
        Closed; of each part the outer one first.
    first : (n_parts + 1,) ndarray of int
        Part ``i`` has the rings ``first[i]:first[i + 1]``; none if it is empty.
    owner : (n_parts,) ndarray of int
        Whose each part is, ascending.
    n : int
        Number of polygons.
    """

    rings: Polylines
    first: np.ndarray
    owner: np.ndarray
    n: int

    @classmethod
    def of(cls, polygons: np.ndarray) -> Outlines:
        """Take Polygons and MultiPolygons apart."""
        plain = (shapely.get_type_id(polygons) == _POLYGON) & (shapely.get_num_interior_rings(polygons) == 0)
        if (plain & ~shapely.is_empty(polygons)).all():
            # As nearly always: a ring each, without a copy of it.
            each = np.arange(len(polygons) + 1)
            return cls(Polylines.of(polygons), each, each[:-1], len(polygons))
        parts, owner = shapely.get_parts(polygons, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        return cls(Polylines.of(rings), offsets_of_owners(part, len(parts)), owner, len(polygons))

    def dense(self, max_chord_m: float, side: str | None = None) -> Outlines:
        """Return them with more vertices on their long edges; see :func:`along_great_circles`."""
        return replace(self, rings=densify(self.rings, max_chord_m, side))

    def latitudes(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the least and the greatest latitude of each polygon, ``(n,)``; NaN where it has no vertex."""
        low, high = np.full(self.n, np.inf), np.full(self.n, -np.inf)
        if len(self.rings):
            begin = self.rings.offsets[:-1]
            owner = np.repeat(self.owner, np.diff(self.first))
            np.minimum.at(low, owner, np.minimum.reduceat(self.rings.lat, begin))
            np.maximum.at(high, owner, np.maximum.reduceat(self.rings.lat, begin))
        return np.where(low <= high, low, np.nan), np.where(low <= high, high, np.nan)

    def polygons(self, xy: np.ndarray | None = None) -> np.ndarray:
        """Put them together again, ``(n,)``; None where there was no ring.

        Parameters
        ----------
        xy : (n_vertices, 2) ndarray, optional
            The vertices in another CRS.
        """
        if xy is None:
            xy = np.column_stack([self.rings.lon, self.rings.lat])
        parts = shapely.from_ragged_array(_POLYGON, xy, (self.rings.offsets, self.first))
        drawn = np.diff(self.first) > 0
        return gather(parts[drawn], self.owner[drawn], self.n)


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
    return Outlines.of(polygons).dense(max_chord_m, side).polygons()


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
