"""How far places are from lines, on the ellipsoid."""

from __future__ import annotations

import numpy as np
import shapely

from ..geometry import LONLAT_CRS, POLE_CRS, Polylines, densify, geodesic_lengths, transformed

# A great circle of this length (m) is a straight line of the pole's plane within a metre.
_EDGE_M = 5_000.0


def distances(lon: np.ndarray, lat: np.ndarray, window: np.ndarray, lines: Polylines) -> np.ndarray:
    """Tell how far places are from the lines that each is asked for.

    Parameters
    ----------
    lon, lat : (n,) ndarray
        EPSG:4326 degrees.
    window : (n,) ndarray of int
        Which line each is asked for.
    lines : Polylines
        Lines, their vertices joined by great circles, or single points.

    Returns
    -------
    (n,) ndarray
        Metres on WGS 84 to the nearest place of the line.
    """
    result = np.zeros(len(lon))
    south = lat < 0
    for side, here in (("south", south), ("north", ~south)):
        rows = np.flatnonzero(here)
        if len(rows):
            result[rows] = _distances_in_plane(lon[rows], lat[rows], window[rows], lines, POLE_CRS[side])
    return result


def _distances_in_plane(lon: np.ndarray, lat: np.ndarray, window: np.ndarray, lines: Polylines, crs: str) -> np.ndarray:
    # The plane keeps angles: the foot of the perpendicular is in it where it is on the ground. Only lengths differ.
    asked, which = np.unique(window, return_inverse=True)
    mask = np.zeros(len(lines), dtype=bool)
    mask[asked] = True
    dense = densify(lines.where(mask), _EDGE_M)
    vertices = transformed(dense.lon + 0.0, dense.lat, LONLAT_CRS, crs)
    shapes = _shapes(vertices, dense)
    places = shapely.points(transformed(lon + 0.0, lat, LONLAT_CRS, crs))
    feet = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(shapes[which], places), 0))
    foot_lon, foot_lat = transformed(feet[:, 0], feet[:, 1], crs, LONLAT_CRS).T
    return geodesic_lengths(lon, lat, foot_lon, foot_lat)


def _shapes(vertices: np.ndarray, lines: Polylines) -> np.ndarray:
    """Return lines as shapes of the plane; points where they have one vertex."""
    shapes = np.empty(len(lines), dtype=object)
    single = lines.sizes == 1
    shapes[single] = shapely.points(vertices[lines.offsets[:-1][single]])
    of_lines = np.repeat(~single, lines.sizes)
    if of_lines.any():
        numbers = np.unique(lines.line[of_lines], return_inverse=True)[1]
        shapes[~single] = shapely.linestrings(vertices[of_lines], indices=numbers)
    return shapes
