"""Polygons of the sphere in the plane of a pole, whatever they hold: this pole, the other one, most of the globe.

In a polar stereographic plane the other pole is infinitely far away, and a ring round it is turned inside out. What a
polygon has on the other side of the equator is therefore cut off here, and of a ring's two sides the smaller one is
taken: no footprint is larger than half the globe and told by one ring.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import shapely

from .planar_rings import are_planar, quarter_pieces
from .poles import POLE_CRS
from .polygons import Outlines, areal, gather, mend, placed, united
from .projection import LONLAT_CRS, reproject, same_crs, transformed, transformer
from .ragged import begins, spread
from .sphere import unit_vectors

#: What is cut off begins so far behind the equator, in degrees.
BEYOND_EQUATOR_DEG = 5.0

# Vertices farther away than this, on the other side, are moved to its parallel: their place does not matter.
_FAR_DEG = 70.0
# Polygons at a time, so that what is worked out of them stays near the processor: in half the time.
_TOGETHER = 2_000
_ARC_DEG = 0.25
# Edges along parallels are no longer than this where somebody follows them.
_SHORT_EDGE_DEG = 20.0


def pole_of(crs: object) -> str | None:
    """Return 'south' or 'north' for a pole's projection, None for any other.

    Parameters
    ----------
    crs : CRS
        Anything that pyproj understands.
    """
    return next((side for side, known in POLE_CRS.items() if same_crs(crs, known)), None)


def in_plane(
    polygons: np.ndarray,
    side: str,
    max_chord_m: float | None,
    beyond_deg: float = BEYOND_EQUATOR_DEG,
    *,
    stays_there: bool = False,
) -> np.ndarray:
    """Return polygons as valid ones in the plane of a pole.

    Parameters
    ----------
    polygons : (n,) ndarray of Polygon or MultiPolygon
        In longitude and latitude, vertices joined by great circles, not split at the antimeridian or split.
    side : {'south', 'north'}
    max_chord_m : float or None
        Longer edges are given more vertices first; None joins the vertices by straight lines of the plane.
    beyond_deg : float
        What lies farther than this on the other side of the equator is left out.
    stays_there : bool
        Whether the polygons are not drawn anywhere else, so that near the pole, where great circles are nearly straight
        in its plane, fewer vertices do.

    Returns
    -------
    (n,) ndarray of geometries
        Polygon or MultiPolygon; None for what has no area on this side.
    """
    result = np.full(len(polygons), None, dtype=object)
    for start in range(0, len(polygons), _TOGETHER):
        some = slice(start, start + _TOGETHER)
        result[some] = _some_in_plane(polygons[some], side, max_chord_m, beyond_deg, stays_there=stays_there)
    return result


def _some_in_plane(
    polygons: np.ndarray, side: str, max_chord_m: float | None, beyond_deg: float, *, stays_there: bool
) -> np.ndarray:
    polygons = _without_wide(placed(polygons))
    outlines = Outlines.of(polygons)
    if max_chord_m is not None:
        outlines = outlines.dense(max_chord_m, side if stays_there else None)
    low, high = outlines.latitudes()
    with np.errstate(invalid="ignore"):
        crosses = (high > beyond_deg) if side == "south" else (low < -beyond_deg)
    if not crosses.any():
        # Never drawn in longitude and latitude, which would take as long again.
        xy = transformed(outlines.rings.lon + 0.0, outlines.rings.lat + 0.0, LONLAT_CRS, POLE_CRS[side])
        return mend(outlines.polygons(xy))
    dense = outlines.polygons()
    result = np.full(len(dense), None, dtype=object)
    crossing = np.flatnonzero(crosses)
    bare = crossing[_corners(polygons[crossing]) < 3]
    result[~crosses] = mend(reproject(dense[~crosses], LONLAT_CRS, POLE_CRS[side]))
    # There and back along one line: without area, and minutes of work to be made valid.
    dense[bare] = None
    result[crosses] = _cut_off(dense[crosses], side, beyond_deg)
    return result


def _corners(polygons: np.ndarray) -> np.ndarray:
    """Return how many different places of the sphere each polygon has for vertices."""
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    places = np.round(unit_vectors(*xy.T), 9) + 0.0
    different = np.unique(np.column_stack([owner, places]), axis=0)
    return np.bincount(different[:, 0].astype(np.intp), minlength=len(polygons))


def _without_wide(polygons: np.ndarray) -> np.ndarray:
    """Cut into pieces what is wider than half the circle and drawn as on a world map: with short edges, or round it.

    Of the two sides of such an outline the one is meant that holds neither pole, however large it is.
    """
    rows = np.flatnonzero(_are_wide(polygons))
    if len(rows) == 0:
        return polygons
    parts, owner = shapely.get_parts(polygons[rows], return_index=True)
    wide = np.flatnonzero(_are_wide(parts))
    rings, part = shapely.get_rings(parts[wide], return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    long_ = (ring[1:] == ring[:-1]) & (np.abs(np.diff(xy[:, 0])) > _SHORT_EDGE_DEG)
    planar = are_planar(xy, ring, len(rings))
    round_ = np.unique(part[ring[1:][long_]])
    wide = np.delete(wide, np.setdiff1d(round_, part[planar]))
    if len(wide) == 0:
        return polygons
    parts[wide] = quarter_pieces(parts[wide])
    parts, of = areal(parts)
    result = polygons.copy()
    result[rows] = gather(parts, owner[of], len(rows))
    return result


def _are_wide(polygons: np.ndarray) -> np.ndarray:
    """Return which polygons are wider than half the circle, as ``(n,)`` bool."""
    bounds = shapely.bounds(polygons)
    with np.errstate(invalid="ignore"):
        wide: np.ndarray = bounds[:, 2] - bounds[:, 0] > 180.0
    return wide


def _cut_off(polygons: np.ndarray, side: str, beyond_deg: float) -> np.ndarray:
    """Return polygons that reach beyond the equator without that part."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    if len(rings) == 0:
        return np.full(len(polygons), None, dtype=object)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    finite = np.ones(len(rings), dtype=bool)
    finite[ring[~np.isfinite(xy).all(axis=1)]] = False
    xy, ring = _within_reach(xy[finite[ring]], ring[finite[ring]], side)
    areas = np.full(len(rings), None, dtype=object)
    x, y = transformer(LONLAT_CRS, POLE_CRS[side]).transform(xy[:, 0] + 0.0, xy[:, 1])
    lines, number = np.unique(ring, return_inverse=True)
    areas[lines] = mend(shapely.polygons(shapely.linearrings(np.column_stack([x, y]), indices=number)))
    inverted = np.flatnonzero(_solid_angles(xy, ring, len(rings), side) > 2 * np.pi)
    areas[inverted] = shapely.difference(_cap(side, _FAR_DEG), areas[inverted])

    shell = begins(part)
    whole = areas[shell]
    holes = united(areas[~shell], part[~shell], len(parts))
    holed = ~shapely.is_missing(holes)
    whole[holed] = shapely.difference(whole[holed], holes[holed])
    pieces, of = areal(shapely.intersection(whole, _cap(side, beyond_deg)))
    return united(pieces, owner[of], len(polygons))


def _within_reach(xy: np.ndarray, ring: np.ndarray, side: str) -> tuple[np.ndarray, np.ndarray]:
    """Move far vertices to their parallel, and follow it from one of them to the next."""
    lon, lat = xy.T
    lat = np.minimum(lat, _FAR_DEG) if side == "south" else np.maximum(lat, -_FAR_DEG)
    turn = np.zeros(len(lon))
    turn[:-1] = (np.diff(lon) + 180.0) % 360.0 - 180.0
    far = np.abs(lat - (_FAR_DEG if side == "south" else -_FAR_DEG)) < 1e-12
    along = np.zeros(len(lon), dtype=bool)
    along[:-1] = far[1:] & far[:-1] & (ring[1:] == ring[:-1])
    steps = np.where(along, np.maximum(np.ceil(np.abs(turn) / _ARC_DEG), 1), 1).astype(np.intp)
    vertex, step = spread(steps)
    share = step / steps[vertex]
    return np.column_stack([lon[vertex] + share * turn[vertex], lat[vertex]]), ring[vertex]


def _solid_angles(xy: np.ndarray, ring: np.ndarray, n_rings: int, side: str) -> np.ndarray:
    """Return the areas, on the unit sphere, of the rings' sides that do not hold the other pole."""
    lon, height = np.radians(xy[:, 0]), np.sin(np.radians(xy[:, 1]))
    # From the near pole to the ring, along each meridian (Lambert's cylinder).
    height = 1.0 + height if side == "south" else 1.0 - height
    turn = (np.diff(lon) + np.pi) % (2 * np.pi) - np.pi
    slice_ = np.where(ring[1:] == ring[:-1], turn * (height[1:] + height[:-1]) / 2, 0.0)
    return np.abs(np.bincount(ring[1:], slice_, minlength=n_rings))


@lru_cache(maxsize=16)
def _cap(side: str, beyond_deg: float) -> shapely.Polygon:
    """Return the hemisphere, and so much of the other one, in the plane."""
    latitude = beyond_deg if side == "south" else -beyond_deg
    lon = np.arange(-180.0, 180.0, _ARC_DEG)
    x, y = transformer(LONLAT_CRS, POLE_CRS[side]).transform(lon, np.full(len(lon), latitude))
    return shapely.polygons(np.column_stack([x, y]))
