"""Places that passes are sought near: points, lines and polygons of any layer, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from ..common import InputError, Progress, count, listed, names_of, some_of
from ..frames import FlightLines
from ..geometry import (
    degrees_in_metres,
    degrees_sentence,
    earth_crs,
    layer_crs,
    lon_lat,
    off_earth,
    require_place,
    simple_parts,
)
from .place_shapes import Areas, areas_of, lines_of, of_places, outlines_of, points_of, together

# Columns that name a feature, from the best to the last; a column that ends in "name" comes after these.
_NAMES = ("name", "frame_id", "granule_id", "id", "title", "label", "site", "station", "camp", "place")
_SHOWN = 5
_POINT, _RING, _POLYGON = 0, 2, 3


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
    progress.check()
    if degrees_in_metres(geometries, crs):
        progress.warn(f"{name}: {degrees_sentence(crs)}")

    parts, owner = simple_parts(geometries)
    drawn = ~shapely.is_empty(parts)
    parts, owner = parts[drawn], owner[drawn]
    kind = shapely.get_type_id(parts)
    point, linear, areal = kind == _POINT, (kind > _POINT) & (kind <= _RING), kind == _POLYGON
    lines = lines_of(parts[linear], owner[linear], crs, progress)
    areas = areas_of(parts[areal], owner[areal], crs, progress)
    found = [points_of(parts[point], owner[point], crs), lines]
    outlines = [outlines_of(each, progress) for each in areas]
    # What has neither length nor area is where its vertices are.
    known = [*(pieces.frame for pieces in found), *(each.place[piece.frame] for each, piece in zip(areas, outlines))]
    bare = ~np.isin(owner, np.concatenate(known))
    found.append(points_of(parts[bare], owner[bare], crs))
    area = [np.full(sum(len(pieces.frame) for pieces in found), -1)]
    before = 0
    for each, outline in zip(areas, outlines):
        area.append(outline.frame + before)
        found.append(of_places(outline, each.place))
        before += len(each.place)
    progress.check()
    pieces, order = together(found)
    progress.info(
        f"{name}: {count(len(number), 'place', 'places')} "
        f"({_kinds(int(point.sum()), int(linear.sum()), int(areal.sum()))})."
    )
    south = pieces.start[:, 2] < 0
    hemispheres = [side for side, here in (("south", south), ("north", ~south)) if here.any()]
    return Places(number, names, pieces, np.concatenate(area)[order], lines, areas, layer_crs(np.array(hemispheres)))


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
