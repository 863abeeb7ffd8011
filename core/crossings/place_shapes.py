"""What places are made of: pieces of points, lines and outlines, and polygons in the planes of the poles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from ..common import Progress
from ..frames import FlightLines, pieces_of_lines
from ..geometry import (
    LONLAT_CRS,
    POLE_CRS,
    begins,
    chunks,
    in_plane,
    mend,
    offsets_of,
    pole_of,
    reproject,
    unit_vectors,
)

# Edges of polygons are followed so closely that the chord in a pole's plane leaves them by less than a metre.
_CHORD_M = 5_000.0
# From end to end of a polygon, which is far more than there are to the equator.
_MOST_CHORDS = 20_000
# Both planes of a polygon on the equator hold this strip of it, so that they join.
_SEAM_DEG = 0.1
# Between two looks whether to go on, so many vertices: a third of a second.
_VERTICES_AT_ONCE = 100_000


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


def _pieces(lines: np.ndarray, whose: np.ndarray) -> FlightLines:
    """Return the pieces of lines in longitude and latitude by what they are parts of, ascending."""
    having, owner = np.unique(whose, return_inverse=True)
    return of_places(pieces_of_lines(shapely.multilinestrings(lines, indices=owner)), having)


def of_places(pieces: FlightLines, place: np.ndarray) -> FlightLines:
    """Return pieces whose ``frame`` is a position among places as pieces of those places."""
    frame = place[pieces.frame]
    return FlightLines(frame, pieces.start, pieces.end, pieces.distance_m, pieces.length_m, pieces.bundles)


def points_of(parts: np.ndarray, place: np.ndarray, crs: pyproj.CRS) -> FlightLines:
    """Return all vertices of geometries as pieces without length."""
    xy, part = shapely.get_coordinates(reproject(parts, crs, LONLAT_CRS), return_index=True)
    vectors, nothing = unit_vectors(*xy.T), np.zeros(len(xy))
    return FlightLines(place[part], vectors, vectors, nothing, nothing, np.arange(len(xy) + 1))


def _some_at_a_time(geometries: np.ndarray, whose: np.ndarray, progress: Progress) -> Iterator[slice]:
    """Yield which geometries are worked on before it is asked whether to go on: all of one place at once."""
    first = np.flatnonzero(begins(whose))
    if not len(first):
        yield slice(0, 0)
        return
    ends = np.append(first, len(whose))
    for some in chunks(np.add.reduceat(shapely.get_num_coordinates(geometries), first), _VERTICES_AT_ONCE):
        progress.check()
        yield slice(ends[some.start], ends[some.stop])


def lines_of(lines: np.ndarray, place: np.ndarray, crs: pyproj.CRS, progress: Progress) -> FlightLines:
    """Return the pieces of lines, by their places."""
    parts = [
        _pieces(reproject(lines[some], crs, LONLAT_CRS), place[some])
        for some in _some_at_a_time(lines, place, progress)
    ]
    return _joined(parts)


def _joined(parts: list[FlightLines]) -> FlightLines:
    """Return pieces of places in a row, one part after another."""
    if len(parts) == 1:
        return parts[0]
    frame, start, end, distance, length = _columns(parts)
    bundles = offsets_of(np.concatenate([np.diff(part.bundles) for part in parts]))
    return FlightLines(frame, start, end, distance, length, bundles)


def _columns(parts: list[FlightLines]) -> list[np.ndarray]:
    names = ("frame", "start", "end", "distance_m", "length_m")
    return [np.concatenate([getattr(part, name) for part in parts]) for name in names]


def outlines_of(areas: Areas, progress: Progress) -> FlightLines:
    """Return the pieces of polygons' outlines, by the polygons' positions."""
    number = np.arange(len(areas.polygon))
    parts = [
        _pieces(*_rings(areas.polygon[some], number[some], areas.side))
        for some in _some_at_a_time(areas.polygon, number, progress)
    ]
    return _joined(parts)


def _rings(polygons: np.ndarray, number: np.ndarray, side: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the outlines of polygons as lines in longitude and latitude, and whose each is."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(reproject(rings, POLE_CRS[side], LONLAT_CRS), return_index=True)
    lines = shapely.linestrings(xy, indices=ring) if len(xy) else np.empty(0, dtype=object)
    return lines, number[owner[part]]


def areas_of(polygons: np.ndarray, place: np.ndarray, crs: pyproj.CRS, progress: Progress) -> list[Areas]:
    """Return the polygons in the planes of the poles, those of one plane together."""
    found = [
        each
        for some in _some_at_a_time(polygons, place, progress)
        for each in _in_planes(polygons[some], place[some], crs)
    ]
    sides = [side for side in POLE_CRS if any(each.side == side for each in found)]
    parts = [[each for each in found if each.side == side] for side in sides]
    return [
        Areas(np.concatenate([each.place for each in some]), np.concatenate([each.polygon for each in some]), side)
        for some, side in zip(parts, sides)
    ]


def _in_planes(polygons: np.ndarray, place: np.ndarray, crs: pyproj.CRS) -> list[Areas]:
    side = pole_of(crs)
    if not crs.is_geographic:
        # Of polygons that cross themselves GEOS would cut a half off; it refuses rings without length, and pieces that
        # are too small beside a polygon that reaches the other pole.
        polygons = mend(polygons)
        west, south, east, north = shapely.bounds(polygons).T
        least = np.hypot(east - west, north - south) / _MOST_CHORDS
        polygons = shapely.segmentize(polygons, np.fmax(least, _CHORD_M / crs.axis_info[0].unit_conversion_factor))
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


def together(parts: list[FlightLines]) -> tuple[FlightLines, np.ndarray]:
    """Return all pieces in order of their places, those of one bundle together; and where each was before."""
    frame, start, end, distance, length = _columns(parts)
    sizes = np.concatenate([np.diff(part.bundles) for part in parts])
    order = np.argsort(frame, kind="stable")
    bundle = np.repeat(np.arange(len(sizes)), sizes)[order]
    bundles = np.append(np.flatnonzero(begins(bundle)), len(order))
    return FlightLines(frame[order], start[order], end[order], distance[order], length[order], bundles), order
