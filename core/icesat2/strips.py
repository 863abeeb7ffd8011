"""Footprints made of left and right vertices: strips along a pass, cut into quads without loss.

A footprint that CMR has for a granule of version 006 or later is one ring of vertex pairs, 12.5 km apart (2,089 real
rings: 12.40 to 13.48 km). It begins at one end with the vertex on one side, goes along the other side to the other end,
and comes back. Each pair is perpendicular to the track, so that its middle lies on the granule's centre line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..geometry import (
    EARTH_RADIUS_M,
    LONLAT_CRS,
    norms,
    offsets_of,
    owners_of,
    same_crs,
    spread,
    transformer,
    unit_vectors,
    whole_polygons,
)

# Vertices nearer than this to the next one are the same: 6 mm, a tenth of the last of five decimals of a degree.
_SAME = 1e-9
# Real rings: widest by narrowest pair up to 1.02, slant (sine) up to 0.11. Rings before version 006 are 36 km wide.
_MAX_WIDTH_M = 50_000.0
_MAX_WIDTH_RATIO = 1.25
_MAX_SLANT = 0.5
# Of a shorter ring nobody can tell which way it runs.
_MIN_LENGTH_BY_WIDTH = 2.0

_POLYGON, _MULTIPOLYGON = 3, 6


@dataclass(frozen=True)
class Strips:
    """The footprints of a batch that are strips.

    Strip ``k`` has the pairs ``offsets[k]:offsets[k + 1]``, at least two, in the order in which the satellite flew over
    them; quads lie between each pair and the next. Edges, centre lines and ends are great circles.

    Attributes
    ----------
    paired : (n,) ndarray of bool
        Which footprints are strips.
    footprint : (s,) ndarray of int
        Row number of each strip's footprint, ascending.
    offsets : (s + 1,) ndarray of int
    left, right : (m, 3) ndarray
        Unit vectors of the pairs, left and right as seen in the direction of flight; latitude is taken as spherical.
    """

    paired: np.ndarray
    footprint: np.ndarray
    offsets: np.ndarray
    left: np.ndarray
    right: np.ndarray

    def __len__(self) -> int:
        return len(self.footprint)

    @property
    def strip(self) -> np.ndarray:
        """Which strip each pair belongs to, ``(m,)``."""
        return owners_of(np.diff(self.offsets))

    def centre(self) -> np.ndarray:
        """Return the ``(m, 3)`` unit vectors of the centre line: the middles of the pairs."""
        middle = self.left + self.right
        return middle / norms(middle)[:, None]

    def widths(self) -> np.ndarray:
        """Return each strip's mean width in metres, ``(s,)``."""
        width = EARTH_RADIUS_M * norms(self.left - self.right)
        return np.bincount(self.strip, width, minlength=len(self)) / np.diff(self.offsets)


def find_strips(footprints: np.ndarray, crs: object = LONLAT_CRS) -> Strips:
    """Find the footprints that are made of pairs, and take them apart.

    The order of flight is that of the geometry alone: on the turning Earth ICESat-2 (inclination 92 degrees) never
    moves eastward. On all 2,089 real footprints at hand this agrees with what RGT and region say by the track model,
    whereas the ring's first pair is the begin of the pass only where that descends: rings begin in the north.

    Parameters
    ----------
    footprints : (n,) ndarray of geometries
        Rings as the server gave them, or cut at the antimeridian as our layers of both hemispheres are; None and
        empty ones are no strips. Neither are other footprints of several parts, with holes, with an odd number of
        vertices, or wider than 50 km.
    crs : CRS of the footprints
        Longitude and latitude, or a pole's projection.

    Returns
    -------
    Strips
    """
    footprints = np.asarray(footprints, dtype=object)
    if same_crs(crs, LONLAT_CRS):
        footprints = whole_polygons(footprints)
    row, rings = _rings(footprints)
    xy = shapely.get_coordinates(rings)
    lon, lat = xy.T if same_crs(crs, LONLAT_CRS) else transformer(str(crs), LONLAT_CRS).transform(*xy.T)
    vectors, offsets = _without_repeats(unit_vectors(lon, lat), offsets_of(shapely.get_num_coordinates(rings)))
    count = np.diff(offsets)
    even = (count >= 4) & (count % 2 == 0)
    first = np.zeros(len(count), dtype=np.int64)
    good = np.zeros(len(count), dtype=bool)
    good[even] = _fits(_pairs(vectors, offsets, first, even))
    # A ring that another program rewrote may begin anywhere: then the two shortest edges that face each other are ends.
    again = even & ~good
    first[again] = _ends(vectors, offsets, again)
    good[again] = _fits(_pairs(vectors, offsets, first, again))

    flown = _in_flight_order(_pairs(vectors, offsets, first, good))
    paired = np.zeros(len(footprints), dtype=bool)
    paired[row[good]] = True
    return Strips(paired, row[good], flown.offsets, flown.one, flown.other)


@dataclass(frozen=True)
class _VertexPairs:
    """Both vertices of each pair of some rings, ``(m, 3)`` each, and the pairs' offsets."""

    one: np.ndarray
    other: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.one)


def _rings(footprints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the footprints with one part, no hole and finite vertices, and these as single polygons."""
    kind = shapely.get_type_id(footprints)
    row = np.flatnonzero(
        ((kind == _POLYGON) | ((kind == _MULTIPOLYGON) & (shapely.get_num_geometries(footprints) == 1)))
        & ~shapely.is_empty(footprints)
    )
    polygons = shapely.get_geometry(footprints[row], 0)
    whole = shapely.get_num_interior_rings(polygons) == 0
    row, polygons = row[whole], polygons[whole]
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    finite = np.ones(len(row), dtype=bool)
    finite[owner[~np.isfinite(xy).all(axis=1)]] = False
    return row[finite], polygons[finite]


def _without_repeats(vectors: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leave out each vertex that the next one of its ring repeats; the last one is repeated by the first."""
    following = np.arange(len(vectors)) + 1
    following[offsets[1:] - 1] = offsets[:-1]
    differs = np.abs(vectors - vectors[following]).max(axis=1, initial=0.0) > _SAME
    return vectors[differs], offsets_of(differs)[offsets]


def _pairs(vectors: np.ndarray, offsets: np.ndarray, first: np.ndarray, use: np.ndarray) -> _VertexPairs:
    """Return the pairs of some rings.

    The first pair of a ring is the vertex `first` and the one after it, the next one the neighbours of these, ...
    """
    start, count = offsets[:-1][use], np.diff(offsets)[use]
    ring, step = spread(count // 2)
    begin = first[use][ring]
    one = start[ring] + (begin - step) % count[ring]
    other = start[ring] + (begin + 1 + step) % count[ring]
    return _VertexPairs(vectors[one], vectors[other], offsets_of(count // 2))


def _ends(vectors: np.ndarray, offsets: np.ndarray, use: np.ndarray) -> np.ndarray:
    """Return, for some rings of an even number of vertices, the vertex before the shortest two edges that face."""
    start, count = offsets[:-1][use], np.diff(offsets)[use]
    ring, step = spread(count // 2)

    def edge(number: np.ndarray) -> np.ndarray:
        here = start[ring] + number
        following = start[ring] + (number + 1) % count[ring]
        return norms(vectors[following] - vectors[here])

    both = edge(step) + edge(step + count[ring] // 2)
    order = np.lexsort((both, ring))
    return step[order[offsets_of(count // 2)[:-1]]] if len(count) else np.zeros(0, dtype=np.int64)


def _fits(pairs: _VertexPairs) -> np.ndarray:
    """Tell which rings' pairs are about equally wide, and stand across a line that is longer than wide."""
    if len(pairs) == 0:
        return np.zeros(0, dtype=bool)
    one, other, offsets = pairs.one, pairs.other, pairs.offsets
    across = one - other
    width = norms(across)
    middle = (one + other) / 2
    along, steps = np.diff(middle, axis=0), offsets[1:-1] - 1
    along = np.delete(along, steps, axis=0)
    length = norms(along)
    step_offsets = offsets[:-1] - np.arange(len(offsets) - 1)
    narrowest, widest = np.minimum.reduceat(width, offsets[:-1]), np.maximum.reduceat(width, offsets[:-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = along / length[:, None]
        slant = np.zeros(len(along))
        for side in (np.delete(across, offsets[1:] - 1, axis=0), np.delete(across, offsets[:-1], axis=0)):
            slant = np.maximum(slant, np.abs(np.einsum("ij,ij->i", side, unit)) / norms(side))
    # A pair whose vertices have changed sides turns its quads over.
    same_side = np.einsum(
        "ij,ij->i", np.delete(across, offsets[1:] - 1, axis=0), np.delete(across, offsets[:-1], axis=0)
    )
    return (
        (widest <= _MAX_WIDTH_M / EARTH_RADIUS_M)
        & (widest <= _MAX_WIDTH_RATIO * narrowest)
        & (np.add.reduceat(length, step_offsets) >= _MIN_LENGTH_BY_WIDTH * widest)
        & (np.maximum.reduceat(np.nan_to_num(slant, nan=1.0), step_offsets) <= _MAX_SLANT)
        & (np.minimum.reduceat(same_side, step_offsets) > 0)
    )


def _in_flight_order(pairs: _VertexPairs) -> _VertexPairs:
    """Return the pairs from the eastern end of each strip to the western; of each, the left vertex is the one."""
    if len(pairs) == 0:
        return pairs
    one, other, offsets = pairs.one, pairs.other, pairs.offsets
    middle = one + other
    strip = owners_of(np.diff(offsets))
    within = strip[1:] == strip[:-1]
    # The way that longitude goes on a step has the sign of z of the cross product.
    eastward = (middle[:-1, 0] * middle[1:, 1] - middle[:-1, 1] * middle[1:, 0])[within]
    backward = np.bincount(strip[1:][within], eastward, minlength=len(offsets) - 1) > 0
    position = np.arange(len(one))
    position = np.where(backward[strip], offsets[strip] + offsets[strip + 1] - 1 - position, position)
    one, other, middle = one[position], other[position], middle[position]
    leftward = np.einsum("ij,ij->i", np.cross(middle[:-1], middle[1:]), (one - other)[:-1])[within]
    one_is_left = np.bincount(strip[1:][within], leftward, minlength=len(offsets) - 1) > 0
    swap = one_is_left[strip][:, None]
    return _VertexPairs(np.where(swap, one, other), np.where(swap, other, one), offsets)
