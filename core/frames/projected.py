"""The frames' lines and cells as shapes in the pole's projection."""

from __future__ import annotations

import numpy as np
import shapely

from ..geometry import LONLAT_CRS, PLANE_REACH_M, lon_lat, mend, transformer
from .cells import FrameCells
from .frames import AnyFrames, Frames

# Vertices a side of cells of this order and above; next to a pole their edges bend by 10 m between two of them.
_CELL_STEP = 32
_CELL_STEP_ORDER = 7


def project_lines(frames: AnyFrames, crs: str, mine: np.ndarray | None = None) -> np.ndarray:
    """Return the flight lines in a pole's projection, with a vertex at least every 5 km along the great circle.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
    crs : str
    mine : (n,) ndarray of bool, optional
        Frames to project; the others become None.

    Returns
    -------
    (n,) ndarray of geometries
        A line of zero length becomes a point, several parts become a multi-geometry; None where a frame has no line.
    """
    flown, owner = Frames.of(frames).lines
    result = np.full(len(frames), None, dtype=object)
    if len(flown.lon) == 0:
        return result
    xy = np.column_stack(transformer(LONLAT_CRS, crs).transform(flown.lon, flown.lat))
    lines = shapely.linestrings(xy, indices=flown.line)
    point = shapely.length(lines) == 0
    lines[point] = shapely.points(xy[flown.offsets[:-1][point]])
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


def cell_polygons(cells: FrameCells, crs: str, mine: np.ndarray | None = None, step: int | None = None) -> np.ndarray:
    """Return the outlines of ``cells.cells`` as polygons in a pole's projection.

    Parameters
    ----------
    cells : FrameCells
    crs : str
    mine : ndarray of bool, optional
        Frames whose cells are wanted; the other cells become None.
    step : int, optional
        Vertices a side; without it as many as keep the edges true to 10 m.
    """
    shapes = cells.shapes()
    wanted = np.ones(len(shapes), dtype=bool)
    if mine is not None:
        wanted[:] = False
        wanted[cells.cell[mine[cells.frame]]] = True
    polygons = np.full(len(shapes), None, dtype=object)
    steps = np.full(len(shapes), step) if step else _CELL_STEP << np.maximum(_CELL_STEP_ORDER - shapes.order, 0)
    for number in np.unique(steps[wanted]):
        some = np.flatnonzero(wanted & (steps == number))
        lon, lat = lon_lat(shapes.take(some).outlines(int(number)))
        xy = np.stack(transformer(LONLAT_CRS, crs).transform(lon, lat), axis=-1)
        # A cell that holds the other pole, or comes near it, would be turned inside out.
        usable = (np.abs(np.nan_to_num(xy, nan=np.inf)) <= PLANE_REACH_M).all(axis=(1, 2))
        polygons[some[usable]] = shapely.polygons(xy[usable])
    return mend(polygons)
