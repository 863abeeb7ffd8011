"""Areas told by longitudes and latitudes as if these were a plane: bounding boxes, and rings round the whole globe.

Their edges are meridians, parallels and what is straight between them, not great circles. A wide one is cut into pieces
of a quarter of the circle and one hemisphere, which the sphere's geometry understands: of each of them there is no
doubt which side of its outline is meant.
"""

from __future__ import annotations

import numpy as np
import shapely

from .polygons import areal, gather, mend, united
from .ragged import begins
from .sphere import wrap_longitude

#: Step (degrees) along parallels. A great circle then leaves the parallel by less than 130 m:
#: dlon**2 / 8 * sin(lat) * cos(lat) * R, greatest at latitude 45.
STEP_DEG = 1.0

_PIECE_DEG = 90.0
# Rings are told from -180 to 180, or from 0 to 360; a box may begin anywhere and be as wide as the circle.
_FIRST_DEG, _LAST_DEG = -360.0, 720.0
_SAME_DEG = 1e-9


def widths(west: np.ndarray, east: np.ndarray) -> np.ndarray:
    """Return how many degrees of longitude boxes take, 0 to 360; west > east goes over the antimeridian.

    Parameters
    ----------
    west, east : (n,) ndarray
        Degrees.

    Returns
    -------
    (n,) ndarray of float
    """
    turn = east - west
    return np.where(turn >= 360.0, 360.0, turn % 360.0)


def boxes_as_polygons(boxes: np.ndarray) -> np.ndarray:
    """Return ``(n,)`` polygons of ``(n, 4)`` boxes west, south, east, north, west > east over the antimeridian.

    One on one side of the equator is one ring, counter-clockwise; one on both is several pieces.

    Parameters
    ----------
    boxes : (n, 4) ndarray
        West, south, east, north in degrees.

    Returns
    -------
    (n,) ndarray of geometries
        In longitude and latitude from -180 to 180.
    """
    west, south, east, north = boxes.T
    width = widths(west, east)
    west, east = np.where(width == 360.0, -180.0, west), np.where(width == 360.0, 180.0, east)
    result = np.full(len(boxes), None, dtype=object)
    across = (south < 0) & (north > 0)
    steps = np.ceil(width / STEP_DEG)
    for number in np.unique(steps[~across]):
        equal = np.flatnonzero(~across & (steps == number))
        result[equal] = _rings(west[equal], south[equal], east[equal], north[equal], width[equal], int(number))
    result[across] = quarter_pieces(
        shapely.box(west[across], south[across], west[across] + width[across], north[across])
    )
    return result


def _rings(
    west: np.ndarray, south: np.ndarray, east: np.ndarray, north: np.ndarray, width: np.ndarray, steps: int
) -> np.ndarray:
    share = np.linspace(0.0, 1.0, steps + 1)
    lon = wrap_longitude(west[:, None] + width[:, None] * share)
    lon[:, 0], lon[:, -1] = wrap_longitude(west), wrap_longitude(east)
    lat = np.broadcast_to(south[:, None], lon.shape), np.broadcast_to(north[:, None], lon.shape)
    return shapely.polygons(shapely.linearrings(np.stack([np.hstack([lon, lon[:, ::-1]]), np.hstack(lat)], axis=-1)))


def are_planar(xy: np.ndarray, ring: np.ndarray, n_rings: int) -> np.ndarray:
    """Return which rings can only be meant in the plane of longitude and latitude, as ``(n_rings,)`` bool.

    Such a ring has an edge that is no great circle's: all of the way round, or from a place to the one opposite.

    Parameters
    ----------
    xy : (n, 2) ndarray
        Longitudes and latitudes in degrees, not wrapped.
    ring : (n,) ndarray of int
        Whose each vertex is, ascending.
    n_rings : int
    """
    lon, lat = xy.T
    inside = ring[1:] == ring[:-1]
    turn, of = np.abs(np.diff(lon))[inside], ring[1:][inside]
    before, after = lat[:-1][inside], lat[1:][inside]
    half = np.abs(turn - 180.0) <= _SAME_DEG
    opposite = (half & (before == -after)) | (np.abs(after - before) >= 180.0 - _SAME_DEG)
    round_ = np.abs(turn - 360.0) <= _SAME_DEG
    # Half of the way round may be the great circle over the pole, but not in a ring that takes all longitudes.
    count = np.bincount(of[round_ | opposite], minlength=n_rings)
    whole = np.zeros(n_rings, dtype=bool)
    for number in np.unique(of[half]):
        taken = lon[ring == number]
        whole[number] = taken.max() - taken.min() >= 360.0 - _SAME_DEG
    return (count > 0) | whole


def quarter_pieces(polygons: np.ndarray) -> np.ndarray:
    """Cut polygons in the plane of longitude and latitude into pieces of a quarter of the circle and one hemisphere.

    Parameters
    ----------
    polygons : (n,) ndarray of Polygon or MultiPolygon
        Longitudes from -360 to 720; they may cross themselves.

    Returns
    -------
    (n,) ndarray of geometries
        Longitudes from -180 to 180; None where there is no area.
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    shells, of = _tiled(shapely.polygons(shapely.get_exterior_ring(parts)))
    rings, part = shapely.get_rings(parts, return_index=True)
    inner = ~begins(part)
    # A hole may be told from -180 to 180, and the ring round it from 0 to 360.
    holes, hole = _tiled(shapely.polygons(rings[inner]))
    without = united(holes, part[inner][hole], len(parts))[of]
    holed = ~shapely.is_missing(without)
    shells[holed] = shapely.difference(shells[holed], without[holed])
    found, piece = areal(shapely.segmentize(shells, STEP_DEG))
    return gather(found, owner[of[piece]], len(polygons))


def _tiled(polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pieces of polygons, at longitudes from -180 to 180, and the position that each comes from."""
    polygons = mend(polygons)
    found, owner = [np.empty(0, dtype=object)], [np.zeros(0, dtype=np.intp)]
    for west in np.arange(_FIRST_DEG, _LAST_DEG, _PIECE_DEG):
        shift = float(wrap_longitude(np.array(west + _PIECE_DEG / 2))) - (west + _PIECE_DEG / 2)
        for south in (-90.0, 0.0):
            tile = shapely.box(west, south, west + _PIECE_DEG, south + 90.0)
            parts, position = areal(shapely.intersection(polygons, tile))
            found.append(shapely.transform(parts, lambda xy, shift=shift: np.add(xy, (shift, 0.0))))
            owner.append(position)
    return np.concatenate(found), np.concatenate(owner)
