"""Matching by morton prefixes: samples of a footprint's boundary in the cells of a frame.

A cell is a prefix of a sample's morton number, which on NESTED indices is an interval test: all samples are sorted
once, and each cell finds its own by bisection.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from . import morton
from .cells import FrameCells
from .projection import LONLAT_CRS, reproject
from .sphere import densify

#: The seed's 50 samples on a real footprint's median edge of 293 km are 6 km apart. Here the step is fixed, so that the
#: matches do not depend on how many vertices a footprint has.
SAMPLE_STEP_M = 5_000.0


def boundary_samples(polygons: np.ndarray, step_m: float = SAMPLE_STEP_M) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points on the boundaries of polygons given in longitude and latitude, along the edges' great circles.

    Parameters
    ----------
    polygons : (n,) ndarray of geometries
    step_m : float
        Longest way between two points in metres.

    Returns
    -------
    lon, lat : (m,) ndarray
        Degrees.
    polygon : (m,) ndarray of int
        Whose boundary each point lies on.
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy = shapely.get_coordinates(rings)
    offsets = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(rings))])
    lon, lat, offsets = densify(xy[:, 0], xy[:, 1], offsets, step_m)
    return lon, lat, np.repeat(owner[part], np.diff(offsets))


def cells_holding_samples(
    cells: FrameCells, granules: gpd.GeoDataFrame, step_m: float = SAMPLE_STEP_M
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (cell, granule) in which a boundary sample of the granule lies in the cell.

    Parameters
    ----------
    cells : FrameCells
    granules : GeoDataFrame
        Footprints as in :mod:`~xopr_crossovers.core.footprints`.
    step_m : float
        See :func:`boundary_samples`.

    Returns
    -------
    cell, granule : (n,) ndarray of int
        Positions in ``cells.cells`` and in `granules`; each pair once.
    """
    polygons = reproject(granules.geometry.to_numpy(), granules.crs, LONLAT_CRS)
    lon, lat, owner = boundary_samples(polygons, step_m)
    low, high = cells.ranges()
    found = []
    for convention in np.unique(cells.convention):
        mine = np.flatnonzero(cells.convention == convention)
        index = morton.point_indices(lat, lon, convention)
        cell, granule = owners_in_ranges(low[mine], high[mine], index, owner)
        found.append((mine[cell], granule))
    return tuple(np.concatenate(column) for column in zip(*found))


def owners_in_ranges(
    low: np.ndarray, high: np.ndarray, index: np.ndarray, owner: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (range, owner) in which a sample of the owner lies in the range, each once.

    Parameters
    ----------
    low, high : (n,) ndarray of int64
        Half-open ranges, from :func:`~xopr_crossovers.core.morton.cell_ranges`.
    index, owner : (m,) ndarray of int64
        The samples' NESTED order-18 indices, and whose they are.
    """
    order = np.argsort(index)
    index, owner = index[order], owner[order]
    first, last = np.searchsorted(index, low), np.searchsorted(index, high)
    which = [np.zeros(0, dtype=np.int64)]
    owners = [np.zeros(0, dtype=np.int64)]
    # Range by range: a cell of low order may hold most of the samples, all at once would not fit into memory.
    for position in np.flatnonzero(last > first):
        inside = np.unique(owner[first[position] : last[position]])
        which.append(np.full(len(inside), position))
        owners.append(inside)
    return np.concatenate(which), np.concatenate(owners)
