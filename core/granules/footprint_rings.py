"""Footprint rings of UMM-G records, collected to flat arrays and made into geometries all at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..geometry import (
    are_planar,
    areal,
    begins,
    boxes_as_polygons,
    gather,
    owners_of,
    quarter_pieces,
    widths,
    wrap_longitude,
)

ONLY_ORBIT = "only an orbit for an extent"
ONLY_LINES = "only points or lines for an extent"
NO_EXTENT = "no spatial extent"
NO_RING = "no footprint ring with three different points"


class FootprintBatch:
    """Rings of many records: :meth:`add` them one by one, then :meth:`build` the geometries.

    Vertices stay as they are: longitude and latitude, not split at the antimeridian.
    """

    def __init__(self) -> None:
        self._n_records = 0
        self._lon: list[float] = []
        self._lat: list[float] = []
        self._sizes: list[int] = []
        self._is_shell: list[bool] = []
        self._record_of_ring: list[int] = []
        self._boxes: list[tuple[float, float, float, float]] = []
        self._record_of_box: list[int] = []
        #: Rings that could not be used, of records that have others; known after :meth:`build`.
        self.n_left_out = 0

    def add(self, umm: dict[str, Any]) -> str | None:
        """Add the footprint of a record; or return why it has none, and forget the record."""
        domain = (umm.get("SpatialExtent") or {}).get("HorizontalSpatialDomain") or {}
        geometry = domain.get("Geometry") or {}
        polygons = geometry.get("GPolygons") or []
        boxes = geometry.get("BoundingRectangles") or []
        if not polygons and not boxes:
            if geometry.get("Lines") or geometry.get("Points"):
                return ONLY_LINES
            return ONLY_ORBIT if domain.get("Orbit") else NO_EXTENT
        for polygon in polygons:
            self._add_ring(polygon.get("Boundary"), is_shell=True)
            for hole in (polygon.get("ExclusiveZone") or {}).get("Boundaries") or []:
                self._add_ring(hole, is_shell=False)
        for box in boxes:
            sides = ("West", "South", "East", "North")
            self._boxes.append(tuple(box.get(f"{side}BoundingCoordinate", np.nan) for side in sides))
            self._record_of_box.append(self._n_records)
        self._n_records += 1
        return None

    def _add_ring(self, boundary: dict[str, Any] | None, is_shell: bool) -> None:
        points = (boundary or {}).get("Points") or []
        self._lon += [point.get("Longitude") for point in points]
        self._lat += [point.get("Latitude") for point in points]
        self._sizes.append(len(points))
        self._is_shell.append(is_shell)
        self._record_of_ring.append(self._n_records)

    def build(self) -> np.ndarray:
        """Return an ``(n_records,)`` array of Polygon or MultiPolygon; None for a record that has no usable ring."""
        sizes = np.array(self._sizes, dtype=np.intp)
        ring = owners_of(sizes)
        lon = np.array(self._lon, dtype=float)
        as_given = np.column_stack([lon, np.array(self._lat, dtype=float)])
        lon = np.where((np.abs(lon) > 180.0) & (np.abs(lon) <= 360.0), wrap_longitude(lon), lon)
        xy = np.column_stack([lon, as_given[:, 1]])
        is_shell = np.array(self._is_shell, dtype=bool)
        polygon = np.cumsum(is_shell) - 1
        planar = are_planar(as_given, ring, len(sizes))
        good = np.where(planar, _usable(as_given, ring, len(sizes)), _usable(xy, ring, len(sizes)))
        if len(polygon):
            shell = np.flatnonzero(is_shell)[polygon]
            planar, good = planar[shell], good & good[shell]
        xy = np.where(planar[ring][:, None], as_given, xy)

        rings = shapely.linearrings(xy[good[ring]], indices=_renumbered(ring[good[ring]]))
        polygons = shapely.polygons(rings, indices=_renumbered(polygon[good]))
        record_of_ring = np.array(self._record_of_ring, dtype=np.intp)
        record = record_of_ring[good & is_shell]
        flat = planar[good & is_shell]
        polygons[flat] = quarter_pieces(polygons[flat])

        boxes = np.array(self._boxes, dtype=float).reshape(-1, 4)
        whole = _have_area(boxes)
        polygons = np.concatenate([polygons, boxes_as_polygons(boxes[whole])])
        record_of_box = np.array(self._record_of_box, dtype=np.intp)
        record = np.concatenate([record, record_of_box[whole]])

        parts, of = areal(polygons)
        geometries = gather(parts, record[of], self._n_records)
        left_out = np.concatenate([record_of_ring[~good], record_of_box[~whole]])
        self.n_left_out = int((~shapely.is_missing(geometries[left_out])).sum())
        return geometries


def _usable(xy: np.ndarray, ring: np.ndarray, n_rings: int) -> np.ndarray:
    """Return which rings have three different points, all of them on the Earth."""
    lon, lat = xy.T
    order = np.lexsort((lat, lon, ring))
    differs = begins(ring[order], lon[order], lat[order])
    n_different = np.bincount(ring[order][differs], minlength=n_rings)
    on_earth = (np.abs(lon) <= 360.0) & (np.abs(lat) <= 90.0)
    return (n_different >= 3) & (np.bincount(ring[~on_earth], minlength=n_rings) == 0)


def _renumbered(labels: np.ndarray) -> np.ndarray:
    """Return labels in ascending order as 0, 1, 2, ... without gaps."""
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def _have_area(boxes: np.ndarray) -> np.ndarray:
    """Return which boxes lie on the Earth and have some width and height."""
    west, south, east, north = boxes.T
    with np.errstate(invalid="ignore"):
        on_earth = (np.abs(boxes[:, ::2]) <= 360.0).all(axis=1) & (np.abs(boxes[:, 1::2]) <= 90.0).all(axis=1)
        return on_earth & (south < north) & (widths(west, east) > 0)
