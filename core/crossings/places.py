"""Places that passes are sought near: points, lines and polygons of any layer, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from ..common import InputError, Progress, count, listed, names_of, some_of
from ..frames import FlightLines, pieces_of_lines
from ..geometry import (
    LONLAT_CRS,
    POLE_CRS,
    begins,
    degrees_in_metres,
    degrees_sentence,
    earth_crs,
    in_plane,
    layer_crs,
    lon_lat,
    mend,
    off_earth,
    pole_of,
    reproject,
    require_place,
    simple_parts,
    unit_vectors,
)

# Columns that name a feature, from the best to the last; a column that ends in "name" comes after these.
_NAMES = ("name", "frame_id", "granule_id", "id", "title", "label", "site", "station", "camp", "place")
_SHOWN = 5
# Edges of polygons are followed so closely that the chord in a pole's plane leaves them by less than a metre.
_CHORD_M = 5_000.0
# Both planes of a polygon on the equator hold this strip of it, so that they join.
_SEAM_DEG = 0.1
_POINT, _RING, _POLYGON = 0, 2, 3


@dataclass(frozen=True)
class Areas:
    """What polygons have in the plane of one pole.

    Attributes
    ----------
    place : (a,) ndarray of int
        Row of the place.
    polygon : (a,) ndarray of Polygon or MultiPolygon
        In the pole's projection.
    side : str
        ``south`` or ``north``.
    """

    place: np.ndarray
    polygon: np.ndarray
    side: str


@dataclass(frozen=True)
class Places:
    """Places, and the pieces of which they and their outlines are made.

    Attributes
    ----------
    number : (n,) ndarray of int
        The feature's ``fid``, else its number in the layer, from 1.
    name : (n,) ndarray of object
        Text, or None.
    pieces : FlightLines
        All points (pieces without length), lines and outlines; ``frame`` is the row of the place.
    area : (p,) ndarray of int
        Of each piece: the number of the polygon whose outline it is of, counted through `areas`; else -1.
    lines : FlightLines
        The pieces of lines alone.
    areas : list of Areas
    crs : str
        For layers about these places: a pole's projection, or longitude and latitude.
    """

    number: np.ndarray
    name: np.ndarray
    pieces: FlightLines
    area: np.ndarray
    lines: FlightLines
    areas: list[Areas]
    crs: str

    def __len__(self) -> int:
        return len(self.number)

    def called(self, rows: np.ndarray) -> str:
        """Return the first of some places by their names, and how many more there are."""
        return _called(self.number, self.name, rows)

    def latitudes(self) -> tuple[float, float]:
        """Return between which latitudes the places lie."""
        _, latitude = lon_lat(np.concatenate([self.pieces.start, self.pieces.end]))
        low, high = float(latitude.min()), float(latitude.max())
        for areas in self.areas:
            if shapely.intersects_xy(areas.polygon, 0.0, 0.0).any():
                low, high = (-90.0, high) if areas.side == "south" else (low, 90.0)
        return low, high


def read_places(table: gpd.GeoDataFrame, name: str, progress: Progress) -> Places:
    """Return the places of a layer.

    The vertices of lines, and of polygons in longitude and latitude, are joined by great circles; those of polygons in
    a projection as they are drawn there.

    Parameters
    ----------
    table : GeoDataFrame
        Points, lines, polygons, also of several parts and mixed, in any CRS.
    name : str
        What to call the layer in a message.
    progress : Progress
        Is told how many places there are, and which features are none.

    Raises
    ------
    InputError
        If there is no place, or no known CRS.
    """
    if len(table) == 0:
        raise InputError(f"{name} has no feature; add a place to it, or choose another layer.")
    if table.crs is None:
        raise InputError(f"{name} has no coordinate reference system; assign the layer's CRS first.")
    crs = earth_crs(table.crs, name)
    geometries = shapely.force_2d(table.geometry.to_numpy())
    empty = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    off = off_earth(geometries, crs)
    number, names = _numbers(table), _named(table)
    _tell_left_out(name, geometries, crs, empty, off, number, names, progress)
    good = ~(empty | off)
    geometries, number, names = geometries[good], number[good], names[good]
    if degrees_in_metres(geometries, crs):
        progress.warn(f"{name}: {degrees_sentence(crs)}")

    parts, owner = simple_parts(geometries)
    drawn = ~shapely.is_empty(parts)
    parts, owner = parts[drawn], owner[drawn]
    kind = shapely.get_type_id(parts)
    point, linear, areal = kind == _POINT, (kind > _POINT) & (kind <= _RING), kind == _POLYGON
    lines = _pieces(reproject(parts[linear], crs, LONLAT_CRS), owner[linear])
    areas = _areas(parts[areal], owner[areal], crs)
    found = [_points(parts[point], owner[point], crs), lines]
    outlines = [_outlines(each) for each in areas]
    # What has neither length nor area is where its vertices are.
    known = [*(pieces.frame for pieces in found), *(each.place[piece.frame] for each, piece in zip(areas, outlines))]
    bare = ~np.isin(owner, np.concatenate(known))
    found.append(_points(parts[bare], owner[bare], crs))
    area = [np.full(sum(len(pieces.frame) for pieces in found), -1)]
    before = 0
    for each, outline in zip(areas, outlines):
        area.append(outline.frame + before)
        found.append(_of_places(outline, each.place))
        before += len(each.place)
    pieces, order = _together(found)
    progress.info(
        f"{name}: {count(len(number), 'place', 'places')} "
        f"({_kinds(int(point.sum()), int(linear.sum()), int(areal.sum()))})."
    )
    hemispheres = np.where(pieces.start[:, 2] < 0, "south", "north")
    return Places(number, names, pieces, np.concatenate(area)[order], lines, areas, layer_crs(hemispheres))


def _tell_left_out(
    name: str,
    geometries: np.ndarray,
    crs: pyproj.CRS,
    empty: np.ndarray,
    off: np.ndarray,
    number: np.ndarray,
    names: np.ndarray,
    progress: Progress,
) -> None:
    """Name the features that are no places; raise if there are no others."""
    if empty.all():
        raise InputError(
            f"{name}: none of {count(len(empty), 'feature', 'features')} has a geometry; choose another layer."
        )
    why = f"no place on the Earth ({require_place(name, 'places', geometries, off, crs)})" if off.any() else ""
    for left_out, reason in ((empty, "no geometry"), (off, why)):
        rows = np.flatnonzero(left_out)
        if len(rows):
            some = some_of(len(rows), len(empty), "feature", "features", "has", "have")
            progress.warn(f"{name}: {some} {reason}, and no pass: {_called(number, names, rows)}.")


def _called(number: np.ndarray, name: np.ndarray, rows: np.ndarray) -> str:
    shown = [str(name[row] or f"place {number[row]}") for row in rows[:_SHOWN]]
    if len(rows) > _SHOWN:
        return f"{', '.join(shown)} and {len(rows) - _SHOWN:,} more"
    return listed(shown)


def _kinds(points: int, lines: int, polygons: int) -> str:
    several = ((points, "point", "points"), (lines, "line", "lines"), (polygons, "polygon", "polygons"))
    return listed([count(number, one, more) for number, one, more in several if number])


def _numbers(table: gpd.GeoDataFrame) -> np.ndarray:
    if "fid" in table.columns and table["fid"].is_unique and pd.api.types.is_integer_dtype(table["fid"].dtype):
        return table["fid"].to_numpy(dtype=np.int64)
    return np.arange(1, len(table) + 1, dtype=np.int64)


def _named(table: gpd.GeoDataFrame) -> np.ndarray:
    columns = {str(column).lower(): column for column in table.columns if column != table.geometry.name}
    known = [columns[name] for name in _NAMES if name in columns]
    column = next(iter([*known, *(columns[name] for name in columns if name.endswith("name"))]), None)
    if column is None:
        return np.full(len(table), None, dtype=object)
    names = names_of(table[column]).astype(object)
    return names.where(names.notna(), None).to_numpy(dtype=object)


def _pieces(lines: np.ndarray, whose: np.ndarray) -> FlightLines:
    """Return the pieces of lines in longitude and latitude by what they are parts of, ascending."""
    having, owner = np.unique(whose, return_inverse=True)
    return _of_places(pieces_of_lines(shapely.multilinestrings(lines, indices=owner)), having)


def _of_places(pieces: FlightLines, place: np.ndarray) -> FlightLines:
    frame = place[pieces.frame]
    return FlightLines(frame, pieces.start, pieces.end, pieces.distance_m, pieces.length_m, pieces.bundles)


def _points(parts: np.ndarray, place: np.ndarray, crs: pyproj.CRS) -> FlightLines:
    """Return all vertices of geometries as pieces without length."""
    xy, part = shapely.get_coordinates(reproject(parts, crs, LONLAT_CRS), return_index=True)
    vectors, nothing = unit_vectors(*xy.T), np.zeros(len(xy))
    return FlightLines(place[part], vectors, vectors, nothing, nothing, np.arange(len(xy) + 1))


def _outlines(areas: Areas) -> FlightLines:
    """Return the pieces of polygons' outlines, by the polygons' positions."""
    parts, owner = shapely.get_parts(areas.polygon, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(reproject(rings, POLE_CRS[areas.side], LONLAT_CRS), return_index=True)
    lines = shapely.linestrings(xy, indices=ring) if len(xy) else np.empty(0, dtype=object)
    return _pieces(lines, owner[part])


def _areas(polygons: np.ndarray, place: np.ndarray, crs: pyproj.CRS) -> list[Areas]:
    """Return the polygons in the planes of the poles."""
    side = pole_of(crs)
    if not crs.is_geographic:
        polygons = shapely.segmentize(polygons, _CHORD_M / crs.axis_info[0].unit_conversion_factor)
    if side is not None:
        return [_having(place, mend(polygons), side)]
    lonlat = reproject(polygons, crs, LONLAT_CRS)
    south, north = shapely.bounds(lonlat)[:, [1, 3]].T
    found = []
    for side, here in (("south", south < _SEAM_DEG), ("north", north > -_SEAM_DEG)):
        if here.any():
            found.append(_having(place[here], in_plane(lonlat[here], side, _CHORD_M, _SEAM_DEG), side))
    return found


def _having(place: np.ndarray, polygons: np.ndarray, side: str) -> Areas:
    there = ~shapely.is_missing(polygons)
    return Areas(place[there], polygons[there], side)


def _together(parts: list[FlightLines]) -> tuple[FlightLines, np.ndarray]:
    """Return all pieces in order of their places, those of one bundle together; and where each was before."""
    frame, start, end, distance, length = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("frame", "start", "end", "distance_m", "length_m")
    )
    sizes = np.concatenate([np.diff(part.bundles) for part in parts])
    order = np.argsort(frame, kind="stable")
    bundle = np.repeat(np.arange(len(sizes)), sizes)[order]
    bundles = np.append(np.flatnonzero(begins(bundle)), len(order))
    return FlightLines(frame[order], start[order], end[order], distance[order], length[order], bundles), order
