"""Where flight lines pass through footprints of which no centre line is known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from ..frames import FlightLines, frame_hemispheres, project_lines
from ..geometry import LONLAT_CRS, POLE_CRS, equal_pairs, geodesic_lengths, norms, transformer, unit_vectors
from .line_crossings import LineCrossings


def strip_crossings(
    frames: gpd.GeoDataFrame, lines: FlightLines, footprints: dict[str, np.ndarray], wanted: np.ndarray
) -> LineCrossings:
    """Return the middles of the lines' ways through footprints.

    Parameters
    ----------
    frames : GeoDataFrame
    lines : FlightLines
        Of these frames.
    footprints : dict of str to (n,) ndarray of geometries
        By hemisphere, in the pole's projection; None where there is none.
    wanted : (n,) ndarray of bool
        Which of the footprints.

    Returns
    -------
    LineCrossings
        In order of frame; one a way through. ``track`` is the row number of the footprint, ``line`` is -1, angle and
        share are not known (NaN), nor is the heading (0). The uncertainty is half of the way through.
    """
    frame, granule, xyz, half = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros((0, 3))], [np.zeros(0)]
    hemisphere = frame_hemispheres(frames) if wanted.any() else np.zeros(len(frames), dtype=object)
    for side, polygons in footprints.items():
        flown = project_lines(frames, POLE_CRS[side], hemisphere == side)
        rows = np.flatnonzero(wanted & ~shapely.is_missing(polygons))
        line, hit = shapely.STRtree(polygons[rows]).query(flown, predicate="intersects")
        # Where a line crosses itself it is cut; merged, each way through is one line again.
        ways = shapely.line_merge(shapely.intersection(flown[line], polygons[rows[hit]]))
        ways, pair = shapely.get_parts(ways, return_index=True)
        linear = shapely.get_dimensions(ways) == 1
        ways, pair = ways[linear], pair[linear]
        middle = shapely.get_coordinates(shapely.line_interpolate_point(ways, 0.5, normalized=True))
        frame.append(line[pair])
        granule.append(rows[hit[pair]])
        xyz.append(unit_vectors(*transformer(POLE_CRS[side], LONLAT_CRS).transform(*middle.T)))
        half.append(_lengths(ways, POLE_CRS[side]) / 2.0)
    flown_by, point = np.concatenate(frame), np.concatenate(xyz)
    unknown = np.full(len(flown_by), np.nan)
    found = LineCrossings(
        flown_by,
        np.concatenate(granule),
        np.full(len(flown_by), -1, dtype=np.int8),
        _distance_along(lines, flown_by, point),
        unknown,
        unknown,
        point,
        np.zeros(len(flown_by), dtype=np.int8),
        np.concatenate(half),
    )
    return found.where(np.argsort(flown_by, kind="stable"))


def _lengths(ways: np.ndarray, crs: str) -> np.ndarray:
    """Return the lengths of lines in a pole's projection, in metres on the ellipsoid."""
    xy, way = shapely.get_coordinates(ways, return_index=True)
    lon, lat = transformer(crs, LONLAT_CRS).transform(*xy.T)
    step = np.flatnonzero(way[1:] == way[:-1])
    length = geodesic_lengths(lon[step], lat[step], lon[step + 1], lat[step + 1])
    return np.bincount(way[step], length, minlength=len(ways))


def _distance_along(lines: FlightLines, frame: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Return how far along their frames points lie: on the nearest piece."""
    row, piece = equal_pairs(frame, lines.frame)
    start, along = lines.start[piece], lines.end[piece] - lines.start[piece]
    part = np.clip(((point[row] - start) * along).sum(axis=1) / (along * along).sum(axis=1), 0.0, 1.0)
    off = norms(start + part[:, None] * along - point[row])
    order = np.lexsort((off, row))
    nearest = order[np.searchsorted(row[order], np.arange(len(frame)))]
    return lines.distance_m[piece[nearest]] + part[nearest] * lines.length_m[piece[nearest]]
