"""Matching by morton prefixes: points, lines and strips as NESTED indices, cells as ranges of them.

A cell is a prefix of a morton number; on NESTED indices that is an interval test. So there is one join for everything,
:func:`owners_in_ranges`: points bring the indices of their places
(:func:`~xopr_crossovers.core.morton.cell_numbers.point_indices`), footprints those of all cells of one order, the cover
order, that they meet (:func:`cover_cells`). Nothing is sampled.

A frame's cell as large as the cover's cells or larger is met by a footprint's cover if the footprint meets it; too much
is found only where it ends within 9 % of the side of a cover cell from the footprint, or lies off one of its corners. A
smaller cell is taken for its ancestor at the cover order: what it matches too much comes near that ancestor. So no pair
is missed, and the cover order rules how many are too many and how far off they are.

For matching, the cover is not written down: :class:`CellsByCover` looks for one of its cells in each of the
frames' cells, and stops where it has found one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ..frames import FrameCells
from ..geometry import chunks, lon_lat, owners_of, ranges, spread
from ..morton import cell_numbers as morton
from ..morton import healpix
from .quads import Quads, heights
from .raster import Balls, Raster, near, raster_of

#: Order of the cells by which footprints are covered: they are 1.6 km wide.
COVER_ORDER = 12

# A cell's edge leaves the straight line between its corners by at most this share of its side: next to a pole.
_BEND = 0.09
# Of cells larger than this order (204 km) the parts along the outline are looked up.
_LARGEST_ORDER = 5
# Where a cover begins, all quads are compared with all 768 cells of this order.
_COVER_BEGINS = 3
_PIECE = 20_000
# Pairs of a range and an index at a time.
_CHUNK = 1_000_000


def cover_cells(quads: Quads, order: int, convention: str = morton.GEODETIC_SPHERICAL) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells of one order that quads meet: all of them, and few others.

    Parameters
    ----------
    quads : Quads
    order : int
        0 to 18; the cover order.
    convention : {'geodetic-spherical', 'authalic'}
        How latitude is turned into HEALPix latitude.

    Returns
    -------
    quad : (n,) ndarray of int
    index : (n,) ndarray of int64
        NESTED, at `order`.
    """
    level = min(order, _COVER_BEGINS)
    index = np.arange(healpix.N_FACES * 4**level)
    quad, index = _within(quads, _centres(index, level, convention), _RADIUS[level])
    for now in range(level, order + 1):
        lowest = _in_pieces(partial(_centre_heights, quads, now, convention), quad, index)
        kept = np.flatnonzero(lowest >= -_RADIUS[now])
        quad, index, lowest = quad[kept], index[kept], lowest[kept]
        if now < order:
            quad, index = np.repeat(quad, 4), _children(index)
    meets = lowest >= 0
    meets[~meets] = _in_pieces(partial(_corners_meet, quads, order, convention), quad[~meets], index[~meets])
    return quad[meets], index[meets]


def _within(quads: Quads, centres: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of a quad and one of a few balls that may meet."""
    middle = quads.corners.sum(axis=0)
    middle /= np.sqrt((middle * middle).sum(axis=0))
    around = np.sqrt(((quads.corners - middle) ** 2).sum(axis=1)).max(axis=0)
    found = [np.zeros((2, 0), dtype=np.int64)]
    for start in range(0, len(quads), _PIECE):
        piece = slice(start, start + _PIECE)
        # Of two unit vectors a distance d apart, the product is 1 - d * d / 2.
        nearest = 1.0 - (around[piece] + radius) ** 2 / 2
        quad, ball = np.nonzero(middle[:, piece].T @ centres >= nearest[:, None] - 1e-12)
        found.append(np.stack([start + quad, ball]))
    quad, ball = np.concatenate(found, axis=1)
    return quad, ball


class CellsByCover:
    """Cells, ready to be met by the covers of footprints.

    Parameters
    ----------
    low, high : (n,) ndarray of int64
        Ranges of the cells, from :func:`~xopr_crossovers.core.morton.cell_numbers.cell_ranges`.
    order : int
        0 to 18; the cover order.
    convention : {'geodetic-spherical', 'authalic'}
    """

    def __init__(self, low: np.ndarray, high: np.ndarray, order: int, convention: str) -> None:
        self._order, self._convention = order, convention
        level = np.minimum(morton.orders_of(low, high), order)
        deeper = np.maximum(min(order, _LARGEST_ORDER) - level, 0)
        self._parent, number = spread(np.int64(4) ** deeper)
        outer = healpix.on_border(number, deeper[self._parent])
        self._parent, number = self._parent[outer], number[outer]
        self._level = (level + deeper)[self._parent]
        self._index = ((low >> (2 * (morton.MAX_ORDER - level))) << (2 * deeper))[self._parent] + number
        self._centre = _centres(self._index, self._level, convention)
        self._raster = _raster(self._centre, self._level)

    def met_by(self, quads: Quads) -> tuple[np.ndarray, np.ndarray]:
        """Return the pairs (cell, footprint) in which the cell has one of the footprint's cover cells, each once.

        A large cell that holds all of a footprint, far from its outline, is left to :func:`cells_holding`.
        """
        quad, part = near(quads, self._raster)
        n = int(quads.owner.max(initial=0)) + 1
        lowest = _in_pieces(lambda q, p: heights(quads.normals[..., q], self._centre[:, p]).min(axis=0), quad, part)
        open_ = np.flatnonzero((lowest < 0) & (lowest >= -_RADIUS[self._level[part]]))
        found = np.unique((self._parent[part] * n + quads.owner[quad])[lowest >= 0])
        quad, part = quad[open_], part[open_]
        pair, index, level = self._parent[part] * n + quads.owner[quad], self._index[part], self._level[part]
        for now in range(int(level.min(initial=self._order)), self._order + 1):
            # What has been found need not be looked for in other parts of the cell, or with other quads.
            fresh = ~np.isin(pair, found)
            quad, pair, index, level = quad[fresh], pair[fresh], index[fresh], level[fresh]
            here, later = np.flatnonzero(level == now), np.flatnonzero(level > now)
            if now == self._order:
                hit = _in_pieces(partial(_corners_meet, quads, now, self._convention), quad[here], index[here])
                return np.divmod(np.union1d(found, pair[here[hit]]), n)
            q, p = np.repeat(quad[here], 4), np.repeat(pair[here], 4)
            i = _children(index[here])
            lowest = _in_pieces(partial(_centre_heights, quads, now + 1, self._convention), q, i)
            found = np.union1d(found, p[lowest >= 0])
            open_ = np.flatnonzero((lowest < 0) & (lowest >= -_RADIUS[now + 1]))
            quad, pair = np.concatenate([quad[later], q[open_]]), np.concatenate([pair[later], p[open_]])
            index = np.concatenate([index[later], i[open_]])
            level = np.concatenate([level[later], np.full(len(open_), now + 1)])
        return np.divmod(found, n)


# Of each order. Geodetic latitudes are farther apart than authalic ones by at most 0.5 %.
_RADIUS = np.array([healpix.widest_radius(order) * 1.01 for order in range(morton.MAX_ORDER + 1)])


def _raster(centre: np.ndarray, level: np.ndarray) -> Raster:
    return raster_of(Balls(centre, _RADIUS[level], np.arange(len(level))), len(level))


def _children(index: np.ndarray) -> np.ndarray:
    """Return the four cells of the next order of each cell."""
    return (4 * index[:, None] + np.arange(4)).ravel()


def _centres(index: np.ndarray, order: np.ndarray | int, convention: str) -> np.ndarray:
    """Return the middles of cells as (3, n) unit vectors."""
    return morton.geodetic_vectors(healpix.places(index, order, 0.5, 0.5), convention).T


def _centre_heights(quads: Quads, order: int, convention: str, quad: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Return how far the middles of cells lie inwards of that side of a quad which they are least inwards of."""
    return heights(quads.normals[..., quad], _centres(index, order, convention)).min(axis=0)


def _corners_meet(quads: Quads, order: int, convention: str, quad: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Return whether no side of the quad has all of the cell behind it."""
    corners = morton.geodetic_vectors(healpix.outlines(index, order, 1), convention).transpose(2, 1, 0)
    highest = heights(quads.normals[..., quad][:, :, None], corners).max(axis=1)
    return (highest >= -_BEND * healpix.side(order)).all(axis=0)


def _in_pieces(work: Callable[[np.ndarray, np.ndarray], np.ndarray], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Do work on two long arrays piece by piece, each of which the processor's own memory can hold."""
    if len(a) <= _PIECE:
        return work(a, b)
    return np.concatenate([work(a[at : at + _PIECE], b[at : at + _PIECE]) for at in range(0, len(a), _PIECE)])


def owners_in_ranges(
    low: np.ndarray, high: np.ndarray, index: np.ndarray, owner: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (range, owner) in which an index of the owner lies in the range, each once.

    Parameters
    ----------
    low, high : (n,) ndarray of int64
        Half-open ranges, from :func:`~xopr_crossovers.core.morton.cell_numbers.cell_ranges`.
    index, owner : (m,) ndarray of int64
        NESTED order-18 indices, and whose they are.
    """
    if len(index) == 0 or len(low) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    order = np.argsort(index, kind="stable")
    index, owner = index[order], owner[order]
    first, last = np.searchsorted(index, low), np.searchsorted(index, high)
    n_owners = int(owner.max()) + 1
    count = last - first
    found = [np.zeros(0, dtype=np.int64)]
    # Some ranges at a time: a cell of low order may hold most of the indices, all at once would not fit into memory.
    for part in chunks(count, _CHUNK):
        which = part.start + owners_of(count[part])
        found.append(np.unique(which * n_owners + owner[ranges(first[part], count[part])]))
    return np.divmod(np.concatenate(found), n_owners)


def cells_holding(cells: FrameCells, points: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (cell, owner) in which the cell holds a point of the owner, each once.

    Parameters
    ----------
    cells : FrameCells
    points : (3, n) ndarray
        Unit vectors; latitude is geodetic.
    owner : (n,) ndarray of int
    """
    low, high = cells.ranges()
    lon, lat = lon_lat(points.T)
    found = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    for convention in np.unique(cells.convention):
        alike = np.flatnonzero(cells.convention == convention)
        index = morton.point_indices(lat, lon, str(convention))
        cell, owners = owners_in_ranges(low[alike], high[alike], index, owner)
        found.append((alike[cell], owners))
    cell, owners = (np.concatenate(column) for column in zip(*found))
    return cell, owners
