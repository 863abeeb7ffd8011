"""Cutting lines and polygons at the antimeridian, for layers in longitude and latitude."""

from __future__ import annotations

import numpy as np
import shapely

from .plane import in_plane
from .poles import POLE_CRS
from .polygons import areal, gather, mend, placed, united
from .projection import LONLAT_CRS, reproject, same_crs, transformer
from .ragged import begins, offsets_of_owners
from .sphere import EARTH_RADIUS_M, lon_lat, norms, unit_vectors

_WIDE_EDGE_DEG = 20.0
# Shorter than a footprint is wide, so that its two edges stay apart in longitude and latitude beside the pole.
_CUT_CHORD_M = 10_000.0
# A tenth of a millimetre.
_GRID_DEG = 1e-9
_MERGE_GRID_M = 1e-3
# A vertex that the cut made is this near to its edge; one of a footprint is farther, since tracks bend.
_ON_LINE_M = 0.3
# More vertices than a footprint as delivered has (real ones: 51 at most): the cut made them, beside a pole.
_MANY_VERTICES = 100
_POLYGON = 3
_LEAST_CORNERS = 3
# A polygon that goes farther than this beyond the equator is cut in both planes.
_FAR_DEG = 60.0
# A metre round the pole.
_POLE_DOT = shapely.Point(0.0, 0.0).buffer(1.0, quad_segs=18)
# By so much both parts overlap, that they become one.
_SEAM_DEG = 0.1


def cut_lines(lines: np.ndarray) -> np.ndarray:
    """Return lines in longitude and latitude with no part that runs round the globe at the antimeridian.

    Parameters
    ----------
    lines : (n,) ndarray of geometries
        Lines whose vertices are joined by great circles; None stays None.

    Returns
    -------
    (n,) ndarray of geometries
        A line that crosses the antimeridian becomes a MultiLineString in the same direction, with a vertex on either
        side of the cut; the others are returned as they are.
    """
    parts, owner = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    crossing = np.flatnonzero((part[1:] == part[:-1]) & (np.abs(np.diff(xy[:, 0])) > 180))
    if len(crossing) == 0:
        return lines
    a, b = (unit_vectors(*xy[crossing + step].T) for step in (0, 1))
    # The great circle's plane meets that of the antimeridian (y = 0) in a line; its end with x < 0 is the crossing.
    meeting = np.cross(np.cross(a, b), [0.0, 1.0, 0.0])
    meeting *= np.where(meeting[:, :1] > 0, -1.0, 1.0)
    side = np.where(xy[crossing, 0] >= 0, 180.0, -180.0)
    latitude = lon_lat(meeting)[1]
    before, after = np.column_stack([side, latitude]), np.column_stack([-side, latitude])
    at = np.repeat(crossing + 1, 2)
    cut_xy = np.insert(xy, at, np.stack([before, after], axis=1).reshape(-1, 2), axis=0)
    old = np.insert(part, at, np.repeat(part[crossing], 2))
    first = begins(old)
    first[crossing + 2 * np.arange(len(crossing)) + 2] = True
    pieces = shapely.linestrings(cut_xy, indices=np.cumsum(first) - 1)
    piece_owner = owner[old[first]]
    result = lines.copy()
    # A vertex on the antimeridian itself leaves a piece of no length.
    cut = np.isin(piece_owner, owner[part[crossing]]) & (shapely.length(pieces) > 0)
    changed, index = np.unique(piece_owner[cut], return_inverse=True)
    result[changed] = shapely.multilinestrings(pieces[cut], indices=index)
    return result


def cut_polygons(polygons: np.ndarray) -> np.ndarray:
    """Return polygons in longitude and latitude whose parts stay within -180 to 180 degrees.

    The cut is made in the pole's projection, where the antimeridian is a straight line from the pole, so that it is
    right for long great-circle edges as well. Edges that run over many meridians are followed with more vertices: near
    a pole a straight line in longitude and latitude is far from them.

    Parameters
    ----------
    polygons : (n,) ndarray of geometries
        In longitude and latitude (EPSG:4326), vertices joined by great circles, not split or split.

    Returns
    -------
    (n,) ndarray of geometries
        Polygon or MultiPolygon in EPSG:4326, valid as planar ones; None where there is no area.
    """
    polygons = placed(polygons)
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    wide = (ring[1:] == ring[:-1]) & (np.abs(np.diff(xy[:, 0])) > _WIDE_EDGE_DEG)
    crossing = np.unique(owner[part[ring[1:][wide]]])
    result = polygons.copy()
    side = _sides(polygons[crossing])
    found, owner = [np.empty(0, dtype=object)], [np.zeros(0, dtype=np.intp)]
    for hemisphere, crs in POLE_CRS.items():
        for where, beyond_deg in ((hemisphere, _FAR_DEG), ("both", _SEAM_DEG)):
            alike = crossing[side == where]
            if len(alike) == 0:
                continue
            flat = in_plane(polygons[alike], hemisphere, _CUT_CHORD_M, beyond_deg)
            # The pole has no longitude: round it instead of over it, each half gets all of its own.
            flat = shapely.difference(flat, _POLE_DOT)
            # The cut goes on through the pole along the meridian of Greenwich, where the halves are joined again.
            pieces, of = areal(mend(_joined(*(_half(flat, crs, half) for half in (1, -1)))))
            found.append(pieces)
            owner.append(alike[of])
    result[crossing] = united(np.concatenate(found), np.concatenate(owner), len(polygons))[crossing]
    return mend(result)


def _sides(polygons: np.ndarray) -> np.ndarray:
    """Return the pole whose plane holds each polygon: 'south' or 'north', or 'both' where neither holds all of it."""
    bounds = shapely.bounds(polygons)
    south, north = bounds[:, 1], bounds[:, 3]
    far = np.where(south + north < 0, north, -south) > _FAR_DEG
    return np.select([far, south + north < 0], ["both", "south"], "north")


def whole_polygons(polygons: np.ndarray) -> np.ndarray:
    """Return polygons that :func:`cut_polygons` cut as they were before: one ring of the vertices that it had.

    Parameters
    ----------
    polygons : (n,) ndarray of geometries
        In longitude and latitude; those of one part and few vertices are returned as they are.

    Returns
    -------
    (n,) ndarray of geometries
        In longitude and latitude, not split at the antimeridian. What does not become one polygon stays as it is.
    """
    polygons = placed(polygons)
    several = np.flatnonzero(
        (shapely.get_num_geometries(polygons) > 1) | (shapely.get_num_coordinates(polygons) > _MANY_VERTICES)
    )
    result = polygons.copy()
    if len(several) == 0:
        return result
    side = _sides(polygons[several])
    for hemisphere, crs in POLE_CRS.items():
        in_hemisphere = several[side == hemisphere]
        flat = mend(reproject(polygons[in_hemisphere], LONLAT_CRS, crs))
        merged = shapely.union_all(flat[:, None], grid_size=_MERGE_GRID_M, axis=1)
        single = (shapely.get_type_id(merged) == _POLYGON) & (shapely.get_num_interior_rings(merged) == 0)
        result[in_hemisphere[single]] = _corners(reproject(merged[single], crs, LONLAT_CRS))
    return result


def _corners(polygons: np.ndarray) -> np.ndarray:
    """Return polygons without the vertices that lie on the great circle between those beside them."""
    rings, owner = shapely.get_rings(polygons, return_index=True)
    if len(rings) == 0:
        return polygons
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    closing = np.append(ring[1:] != ring[:-1], True)
    xy, ring = xy[~closing], ring[~closing]
    offsets = offsets_of_owners(ring, len(rings))
    first, last = offsets[:-1], offsets[1:] - 1
    before, after = np.arange(len(ring)) - 1, np.arange(len(ring)) + 1
    before[first], after[last] = last, first
    vectors = unit_vectors(*xy.T)
    planes = np.cross(vectors[before], vectors[after])
    length = norms(planes)
    off = np.abs((planes * vectors).sum(axis=1)) * EARTH_RADIUS_M / np.where(length > 0, length, 1.0)
    corner = off > _ON_LINE_M
    # A ring along one great circle, as round a hemisphere, has none: of its polygon all vertices are kept.
    few = np.bincount(ring[corner], minlength=len(rings)) < _LEAST_CORNERS
    bare = np.isin(owner, owner[few])
    corner &= ~bare[ring]
    cut = gather(
        shapely.polygons(
            shapely.linearrings(xy[corner], indices=np.unique(ring[corner], return_inverse=True)[1]),
            indices=np.unique(owner[~bare], return_inverse=True)[1],
        ),
        np.unique(owner[~bare]),
        len(polygons),
    )
    return np.where(shapely.is_missing(cut), polygons, cut)


def _joined(east: np.ndarray, west: np.ndarray) -> np.ndarray:
    """Return the unions; of a polygon that lies on one side only, that side."""
    joined = shapely.union(east, west, grid_size=_GRID_DEG)
    joined = np.where(shapely.is_missing(east), west, joined)
    return np.where(shapely.is_missing(west), east, joined)


def _half(flat: np.ndarray, crs: str, side: int) -> np.ndarray:
    """Return the parts with eastern (1) or western (-1) longitudes, in longitude and latitude."""
    cut = shapely.intersection(flat, _half_plane(crs, side))
    pieces, owner = areal(cut)
    parts = reproject(gather(pieces, owner, len(flat)), crs, LONLAT_CRS)
    # On the cut itself a longitude may come out with the other sign.
    return mend(shapely.transform(parts, lambda xy: np.column_stack([side * np.abs(xy[:, 0]), xy[:, 1]])))


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
