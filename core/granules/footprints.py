"""Granule footprints as polygons: in the pole's projection, or cut at the antimeridian for a world map.

CMR delivers rings whose vertices are joined by great circles and which are not split at the antimeridian; as planar
longitude and latitude half of them are invalid. In the pole's projection they are ordinary polygons.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

from ..geometry import (
    BEYOND_EQUATOR_DEG,
    LONLAT_CRS,
    MAX_CHORD_M,
    PLANE_REACH_M,
    POLE_CRS,
    Box,
    along_great_circles,
    cut_polygons,
    in_plane,
    layer_crs,
    mend,
    pole_of,
    reproject,
    transformer,
    width,
)

# Between two points so far apart a parallel leaves its chord by less than 20 m.
_BOX_STEP_DEG = 0.25
# A footprint that goes beyond this on both sides of the equator belongs to both hemispheres.
_BOTH_DEG = 30.0


def project_footprints(granules: gpd.GeoDataFrame, crs: str, max_chord_m: float | None = MAX_CHORD_M) -> np.ndarray:
    """Return the footprints as valid polygons in a pole's projection.

    Parameters
    ----------
    granules : GeoDataFrame
        Rings as the server gave them, in longitude and latitude or in a pole's projection.
    crs : str
        EPSG:3031 or EPSG:3413 (any CRS in which the rings are no larger than half the globe).
    max_chord_m : float or None
        Edges longer than this are given more vertices along their great circle first (fewer near the pole, where such
        edges are straighter; within 9 m all the same); None projects the vertices alone and joins them by straight
        lines, as upstream does.

    Returns
    -------
    (n,) ndarray of geometries
        None where a footprint has no place in this projection.
    """
    geometries = granules.geometry.to_numpy()
    side = pole_of(crs)
    if side is not None:
        return in_plane(reproject(geometries, granules.crs, LONLAT_CRS), side, max_chord_m, stays_there=True)
    if max_chord_m is not None:
        geometries = along_great_circles(reproject(geometries, granules.crs, LONLAT_CRS), max_chord_m)
        projected = reproject(geometries, LONLAT_CRS, crs)
    else:
        projected = reproject(geometries, granules.crs, crs)
    far = np.nan_to_num(np.abs(shapely.bounds(projected)).max(axis=1)) > PLANE_REACH_M
    projected[far] = None
    return mend(projected)


def granule_hemispheres(granules: gpd.GeoDataFrame) -> np.ndarray:
    """Return 'south' or 'north' by the middle of each footprint's latitudes.

    'both' where it goes far beyond the equator on either side, '' without a footprint.

    Parameters
    ----------
    granules : GeoDataFrame
        In any CRS.

    Returns
    -------
    (n,) ndarray of object
    """
    bounds = shapely.bounds(reproject(granules.geometry.to_numpy(), granules.crs, LONLAT_CRS))
    south, north = bounds[:, 1], bounds[:, 3]
    middle = (south + north) / 2
    both = (south < -_BOTH_DEG) & (north > _BOTH_DEG)
    return np.select([both, middle < 0, middle >= 0], ["both", "south", "north"], "").astype(object)


def granules_in_layer_crs(granules: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return granules as they are put into a layer: the rings' own vertices in the pole's projection.

    Where both hemispheres are in the table the layer is in longitude and latitude, cut at the antimeridian, since a
    pole's projection cannot show the other pole. Matching takes such a layer as well: see :func:`project_footprints`.
    Of a footprint that belongs to both, beside others of one hemisphere, only the part there is shown.

    Parameters
    ----------
    granules : GeoDataFrame
        Rings as the server gave them, in longitude and latitude or in a pole's projection.

    Returns
    -------
    GeoDataFrame
        In EPSG:3031, EPSG:3413 or EPSG:4326.
    """
    where = granule_hemispheres(granules)
    crs = layer_crs(where)
    if crs == LONLAT_CRS:
        footprints = cut_polygons(reproject(granules.geometry.to_numpy(), granules.crs, LONLAT_CRS))
    else:
        footprints = np.full(len(granules), None, dtype=object)
        odd = where == "both"
        footprints[~odd] = reproject(granules.geometry.to_numpy()[~odd], granules.crs, crs)
        # Boxes round the pole and in several pieces: their own outlines touch themselves.
        odd |= ~shapely.is_valid(footprints) & ~shapely.is_missing(footprints)
        footprints[odd] = project_footprints(granules[odd], crs)
    return granules.set_geometry(gpd.GeoSeries(footprints, index=granules.index, crs=crs))


def touch_boxes(granules: gpd.GeoDataFrame, boxes: Sequence[Box]) -> np.ndarray:
    """Return which footprints touch one of some boxes, as ``(n,)`` bool.

    Parameters
    ----------
    granules : GeoDataFrame
    boxes : sequence of (west, south, east, north)
        See :mod:`~xopr_crossovers.core.geometry.boxes`.
    """
    found = np.zeros(len(granules), dtype=bool)
    for side, crs in POLE_CRS.items():
        # A pole's projection cannot show the other one; footprints end at the equator at the latest.
        low, high = (-90.0, BEYOND_EQUATOR_DEG) if side == "south" else (-BEYOND_EQUATOR_DEG, 90.0)
        clipped = [(west, max(south, low), east, min(north, high)) for west, south, east, north in boxes]
        sectors = [_sector(box, side) for box in clipped if box[1] <= box[3]]
        if sectors:
            area = shapely.union_all(mend(np.array(sectors, dtype=object)))
            shapely.prepare(area)
            found |= shapely.intersects(project_footprints(granules, crs), area)
    return found


def _sector(box: Box, side: str) -> shapely.Polygon:
    """Return a box as a polygon in the pole's projection."""
    west, south, _, north = box
    inner, outer = (south, north) if side == "south" else (north, south)
    turn = width(box)
    lon = west + np.linspace(0.0, turn, int(np.ceil(turn / _BOX_STEP_DEG)) + 2)
    change = transformer(LONLAT_CRS, POLE_CRS[side])
    far = np.column_stack(change.transform(lon, np.full(len(lon), outer)))
    near = np.column_stack(change.transform(lon, np.full(len(lon), inner)))
    if turn < 360.0:
        return shapely.polygons(np.vstack([far, near[::-1]]))
    return shapely.polygons(far) if abs(inner) == 90.0 else shapely.polygons(far, holes=[near])
