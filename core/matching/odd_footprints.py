"""Footprints that are no strips: polygons in the pole's projection, matched by shapely.

Their edges get a vertex at least every 50 km along the great circle, the flight lines every 5 km; what lies within
10 m of an edge may be told to be on its other side.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from ..common import Progress, count
from ..frames import FrameCells, cell_polygons, frame_hemispheres, project_lines
from ..geometry import LONLAT_CRS, POLE_CRS, line_lengths, reproject, stacked
from ..granules import project_footprints
from .matched_pairs import Pairs

# Pairs between two looks at whether the user asked to stop.
_CHUNK = 20_000


def match_odd(
    frames: gpd.GeoDataFrame, granules: gpd.GeoDataFrame, cells: FrameCells | None, progress: Progress
) -> Pairs:
    """Find the pairs of frames and granules, each hemisphere in its own pole's projection.

    Parameters
    ----------
    frames, granules : GeoDataFrame
    cells : FrameCells or None
        What is matched with the footprints; the flight lines where there are none.
    progress : Progress

    Returns
    -------
    Pairs
        Each once, in any order.
    """
    hemisphere = frame_hemispheres(frames)
    found = [Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0))]
    present = [side for side in POLE_CRS if (hemisphere == side).any()] if len(granules) else []
    for number, side in enumerate(present):
        progress.check()
        part = progress.part(number / len(present), (number + 1) / len(present))
        found.append(_match_hemisphere(frames, granules, cells, hemisphere == side, side, part))
    return stacked(found)


def _match_hemisphere(
    frames: gpd.GeoDataFrame,
    granules: gpd.GeoDataFrame,
    cells: FrameCells | None,
    in_hemisphere: np.ndarray,
    side: str,
    progress: Progress,
) -> Pairs:
    crs = POLE_CRS[side]
    reach = shapely.bounds(reproject(granules.geometry.to_numpy(), granules.crs, LONLAT_CRS))
    with np.errstate(invalid="ignore"):
        near = np.flatnonzero(reach[:, 1] < 0 if side == "south" else reach[:, 3] > 0)
    footprints = project_footprints(granules.iloc[near], crs)
    lost = int(shapely.is_missing(footprints).sum())
    if lost:
        progress.warn(f"{count(lost, 'granule has', 'granules have')} no usable footprint in {crs}, and no match.")
    lines = project_lines(frames, crs, in_hemisphere)
    tree = shapely.STRtree(footprints)
    if cells is not None:
        cell, granule = tree.query(cell_polygons(cells, crs, in_hemisphere), predicate="intersects")
        frame, granule = cells.expand(cell, granule, in_hemisphere)
    else:
        frame, granule = tree.query(lines, predicate="intersects")
    progress.fraction(0.3)
    crosses, overlap = crossings(lines, footprints, frame, granule, crs, progress.part(0.3, 1.0))
    return Pairs(frame, near[granule], crosses, overlap)


def crossings(
    lines: np.ndarray,
    footprints: np.ndarray,
    frame: np.ndarray,
    granule: np.ndarray,
    crs: str,
    progress: Progress | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Tell for pairs whether the footprint meets the line, and for how many metres.

    Parameters
    ----------
    lines, footprints : ndarray of geometries
        Flight lines and footprints in the same pole's projection.
    frame, granule : (n,) ndarray of int
        The pairs, as positions in `lines` and `footprints`.
    crs : str
        That projection.
    progress : Progress, optional

    Returns
    -------
    crosses : (n,) ndarray of bool
    overlap_m : (n,) ndarray of float
        Metres on the ellipsoid; 0 where the line only touches, or is a point.
    """
    progress = progress or Progress()
    shapely.prepare(footprints)
    crosses = np.zeros(len(frame), dtype=bool)
    overlap = np.zeros(len(frame))
    for start in range(0, len(frame), _CHUNK):
        progress.check()
        part = slice(start, start + _CHUNK)
        crosses[part] = shapely.intersects(footprints[granule[part]], lines[frame[part]])
        hit = start + np.flatnonzero(crosses[part])
        overlap[hit] = line_lengths(shapely.intersection(lines[frame[hit]], footprints[granule[hit]]), crs)
        progress.fraction(min(1.0, (start + _CHUNK) / len(frame)))
    return crosses, overlap
