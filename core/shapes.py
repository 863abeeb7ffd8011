"""The frames' lines and cells as shapes in the pole's projection."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from .cells import FrameCells
from .frames import line_vertices
from .polygons import mend
from .projection import LONLAT_CRS, transformer

_CELL_STEP = 32


def project_lines(frames: gpd.GeoDataFrame, crs: str, mine: np.ndarray | None = None) -> np.ndarray:
    """Return the flight lines in a pole's projection, with a vertex at least every 5 km along the great circle.

    Parameters
    ----------
    frames : GeoDataFrame
    crs : str
    mine : (n,) ndarray of bool, optional
        Frames to project; the others become None.

    Returns
    -------
    (n,) ndarray of geometries
        A line of zero length becomes a point, several parts become a multi-geometry; None where a frame has no line.
    """
    lon, lat, offsets, owner = line_vertices(frames)
    result = np.full(len(frames), None, dtype=object)
    if len(lon) == 0:
        return result
    xy = np.column_stack(transformer(LONLAT_CRS, crs).transform(lon, lat))
    part = np.repeat(np.arange(len(owner)), np.diff(offsets))
    lines = shapely.linestrings(xy, indices=part)
    point = shapely.length(lines) == 0
    lines[point] = shapely.points(xy[offsets[:-1][point]])
    # Of a frame in several parts those without length count only where there are no others.
    has_length = np.bincount(owner[~point], minlength=len(frames)) > 0
    keep = ~point | ~has_length[owner]
    lines, owner, point = lines[keep], owner[keep], point[keep]
    single = np.bincount(owner, minlength=len(frames))[owner] == 1
    result[owner[single]] = lines[single]
    for some, build in ((~single & ~point, shapely.multilinestrings), (~single & point, shapely.multipoints)):
        present, index = np.unique(owner[some], return_inverse=True)
        if len(present):
            result[present] = build(lines[some], indices=index)
    if mine is not None:
        result[~mine] = None
    return result


def cell_polygons(cells: FrameCells, crs: str, mine: np.ndarray | None = None, step: int = _CELL_STEP) -> np.ndarray:
    """Return the outlines of ``cells.cells`` as polygons in a pole's projection.

    Parameters
    ----------
    cells : FrameCells
    crs : str
    mine : ndarray of bool, optional
        Frames whose cells are wanted; the other cells become None.
    step : int
        Vertices a side.
    """
    lon, lat, offsets = cells.outlines(step)
    xy = np.column_stack(transformer(LONLAT_CRS, crs).transform(lon, lat))
    ring = np.repeat(np.arange(len(cells.cells)), np.diff(offsets))
    polygons = np.full(len(cells.cells), None, dtype=object)
    usable = np.ones(len(cells.cells), dtype=bool)
    usable[ring[~np.isfinite(xy).all(axis=1)]] = False
    if mine is not None:
        wanted = np.zeros(len(cells.cells), dtype=bool)
        wanted[cells.cell[mine[cells.frame]]] = True
        usable &= wanted
    keep = usable[ring]
    position = np.cumsum(usable) - 1
    if keep.any():
        polygons[usable] = shapely.polygons(shapely.linearrings(xy[keep], indices=position[ring[keep]]))
    return mend(polygons)
