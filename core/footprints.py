"""Granule footprints as polygons: in the pole's projection, or cut at the antimeridian for a world map.

CMR delivers rings whose vertices are joined by great circles and which are not split at the antimeridian; as planar
longitude and latitude half of them are invalid. In the pole's projection they are ordinary polygons.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from .projection import LONLAT_CRS, MAX_CHORD_M, POLE_CRS, layer_crs, reproject, same_crs, transformer
from .sphere import densify

_WIDE_EDGE_DEG = 20.0
# Shorter than a footprint is wide, so that its two edges stay apart in longitude and latitude beside the pole.
_CUT_CHORD_M = 10_000.0
# A tenth of a millimetre.
_GRID_DEG = 1e-9


def project_footprints(granules: gpd.GeoDataFrame, crs: str, max_chord_m: float | None = MAX_CHORD_M) -> np.ndarray:
    """Return the footprints as valid polygons in a pole's projection.

    Parameters
    ----------
    granules : GeoDataFrame
        Rings as the server gave them, in longitude and latitude or in a pole's projection.
    crs : str
        EPSG:3031 or EPSG:3413 (any CRS in which the rings are no larger than half the globe).
    max_chord_m : float or None
        Edges longer than this are given more vertices along their great circle first; None projects the vertices
        alone and joins them by straight lines, as the seed does.

    Returns
    -------
    (n,) ndarray of geometries
        None where a footprint has no place in this projection.
    """
    geometries = granules.geometry.to_numpy()
    if max_chord_m is not None:
        geometries = _along_great_circles(reproject(geometries, granules.crs, LONLAT_CRS), max_chord_m)
        projected = reproject(geometries, LONLAT_CRS, crs)
    else:
        projected = reproject(geometries, granules.crs, crs)
    return mend(projected)


def mend(polygons: np.ndarray) -> np.ndarray:
    """Return polygons made valid; None where a coordinate is infinite or nothing is left."""
    polygons = np.asarray(polygons, dtype=object).copy()
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    polygons[np.unique(owner[~np.isfinite(xy).all(axis=1)])] = None
    broken = ~shapely.is_valid(polygons) & ~shapely.is_missing(polygons)
    polygons[broken] = shapely.make_valid(polygons[broken])
    polygons[shapely.is_empty(polygons)] = None
    return polygons


def _along_great_circles(polygons: np.ndarray, max_chord_m: float) -> np.ndarray:
    """Return polygons in longitude and latitude with more vertices on their long edges."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    if len(rings) == 0:
        return polygons
    xy = shapely.get_coordinates(rings)
    offsets = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(rings))])
    lon, lat, new_offsets = densify(xy[:, 0], xy[:, 1], offsets, max_chord_m)
    ring = np.repeat(np.arange(len(rings)), np.diff(new_offsets))
    new_rings = shapely.linearrings(np.column_stack([lon, lat]), indices=ring)
    new_parts = shapely.polygons(new_rings, indices=part)
    result = np.full(len(polygons), None, dtype=object)
    count = np.bincount(owner, minlength=len(polygons))
    single = count[owner] == 1
    result[owner[single]] = new_parts[single]
    if not single.all():
        several = np.flatnonzero(count > 1)
        result[several] = shapely.multipolygons(new_parts[~single], indices=np.searchsorted(several, owner[~single]))
    return result


def hemispheres(granules: gpd.GeoDataFrame) -> np.ndarray:
    """Return 'south' or 'north' by the middle of each footprint's latitudes; '' without a footprint."""
    bounds = shapely.bounds(reproject(granules.geometry.to_numpy(), granules.crs, LONLAT_CRS))
    middle = (bounds[:, 1] + bounds[:, 3]) / 2
    return np.select([middle < 0, middle >= 0], ["south", "north"], "").astype(object)


def to_layer_crs(granules: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return granules as they are put into a layer: the rings' own vertices in the pole's projection.

    Where both hemispheres are in the table the layer is in longitude and latitude, cut at the antimeridian, since a
    pole's projection cannot show the other pole. Matching takes such a layer as well: see :func:`project_footprints`.
    """
    crs = layer_crs(hemispheres(granules))
    if crs == LONLAT_CRS:
        shapes = _cut_at_antimeridian(reproject(granules.geometry.to_numpy(), granules.crs, LONLAT_CRS))
    else:
        shapes = reproject(granules.geometry.to_numpy(), granules.crs, crs)
    return granules.set_geometry(gpd.GeoSeries(shapes, index=granules.index, crs=crs))


def _cut_at_antimeridian(polygons: np.ndarray) -> np.ndarray:
    """Return polygons in longitude and latitude whose parts stay within -180 to 180 degrees.

    The cut is made in the pole's projection, where the antimeridian is a straight line from the pole, so that it is
    right for long great-circle edges as well. Edges that run over many meridians are followed with more vertices: near
    a pole a straight line in longitude and latitude is far from them.
    """
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    wide = (owner[1:] == owner[:-1]) & (np.abs(np.diff(xy[:, 0])) > _WIDE_EDGE_DEG)
    crossing = np.unique(owner[1:][wide])
    result = polygons.copy()
    if len(crossing) == 0:
        return result
    bounds = shapely.bounds(polygons[crossing])
    middle = (bounds[:, 1] + bounds[:, 3]) / 2
    for hemisphere, crs in POLE_CRS.items():
        mine = crossing[(middle < 0) == (hemisphere == "south")]
        if len(mine) == 0:
            continue
        flat = mend(reproject(_along_great_circles(polygons[mine], _CUT_CHORD_M), LONLAT_CRS, crs))
        # The cut goes on through the pole along the meridian of Greenwich, where the halves are joined again.
        halves = (_half(flat, crs, side) for side in (1, -1))
        result[mine] = mend(shapely.union(*halves, grid_size=_GRID_DEG))
    return result


def _half(flat: np.ndarray, crs: str, side: int) -> np.ndarray:
    """Return the parts with eastern (1) or western (-1) longitudes, in longitude and latitude."""
    parts = reproject(shapely.intersection(flat, _half_plane(crs, side)), crs, LONLAT_CRS)
    # On the cut itself a longitude may come out with the other sign.
    return shapely.transform(parts, lambda xy: np.column_stack([side * np.abs(xy[:, 0]), xy[:, 1]]))


def _half_plane(crs: str, side: int) -> shapely.Polygon:
    """Return the half of a pole's projection with eastern (1) or western (-1) longitudes."""
    far = 5e7
    change = transformer(LONLAT_CRS, crs)
    latitude = -60.0 if same_crs(crs, POLE_CRS["south"]) else 60.0
    zero = np.array(change.transform(0.0, latitude))
    east = np.array(change.transform(90.0, latitude))
    zero, east = zero / np.linalg.norm(zero), east / np.linalg.norm(east)
    corners = [far * zero, far * zero + side * far * east, -far * zero + side * far * east, -far * zero]
    return shapely.polygons(np.array(corners))
