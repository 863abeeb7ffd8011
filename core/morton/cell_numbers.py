"""Morton cells of ``opr:mbox``: reading them, their outlines, and which cell holds a point.

The catalogs carry *legacy signed decimals*: the sign and first digit name the HEALPix base cell (+1..+6 are base cells
0..5, -1..-6 are 6..11), then one digit 1..4 an order (the NESTED child number plus one), at most 18 orders. As text a
prefix is an ancestor. Here a cell is the range of its NESTED indices at order 18, which makes "a prefix of" an
interval test on integers.

The catalogs were made by mortie <= 0.8.0, which takes geodetic latitude as if it were spherical; mortie >= 0.9.8 uses
authalic latitude unless told otherwise, and the cells of the two do not correspond. The convention is therefore always
an argument here. This is the only module that imports mortie; it works with 0.9.11 and 1.x.
"""

from __future__ import annotations

from dataclasses import dataclass

import mortie
import numpy as np

from ..common import InputError
from ..geometry import Polylines, lon_lat, offsets_of, unit_vectors, wrap_longitude

#: Orders below the base cell that a legacy decimal can have.
MAX_ORDER = 18

#: How latitude was turned into HEALPix latitude: as xOPR's published catalogs do it, and as newer mortie does.
GEODETIC_SPHERICAL = "geodetic-spherical"
AUTHALIC = "authalic"
CONVENTIONS = (GEODETIC_SPHERICAL, AUTHALIC)

# mortie 1.0 reads an array of decimals with decimal_to_word; 0.9 has a function of its own for arrays.
_to_words = getattr(mortie, "decimals_to_words", mortie.decimal_to_word)


def cell_ranges(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the half-open ranges of NESTED order-18 indices that cells hold.

    Parameters
    ----------
    cells : (n,) array_like of int
        Legacy signed decimals.

    Returns
    -------
    low, high : (n,) ndarray of int64
        The cell holds the indices ``low <= index < high``; ``high - low`` is 4 to the power of 18 minus its order.

    Raises
    ------
    InputError
        If one of them is not a morton cell; the message names it.
    """
    cells = np.asarray(cells, dtype=np.int64)
    read = _read_digits(cells)
    if read.bad.any():
        raise InputError(bad_cell_sentence(cells[read.bad][0]))
    return read.low, read.low + read.size


def orders_of(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the orders of cells given as ranges, ``(n,)``."""
    return MAX_ORDER - np.round(np.log2(high - low) / 2).astype(np.int64)


def bad_cells(cells: np.ndarray) -> np.ndarray:
    """Return which numbers are no legacy decimals, as ``(n,)`` bool."""
    return _read_digits(np.asarray(cells, dtype=np.int64)).bad


def bad_cell_sentence(cell: int) -> str:
    """Return what is wrong with a number that is no morton cell."""
    return (
        f"{cell} is not a morton cell: the first digit must be 1-6 and each of up to {MAX_ORDER} further digits 1-4; "
        "check the column 'opr:mbox'."
    )


@dataclass(frozen=True)
class _Digits:
    """What decimals say: lowest index, number of indices, and whether it is no cell at all."""

    low: np.ndarray
    size: np.ndarray
    bad: np.ndarray


def _read_digits(cells: np.ndarray) -> _Digits:
    rest = np.abs(cells)
    index = np.zeros(len(cells), dtype=np.int64)
    order = np.zeros(len(cells), dtype=np.int64)
    bad = rest == 0
    # From the last digit to the first: a digit is a child number until only the base cell's digit is left.
    while np.any(child := rest >= 10):
        digit = rest % 10
        bad |= child & ((digit < 1) | (digit > 4))
        index = np.where(child, index + (digit - 1) * 4**order, index)
        order = np.where(child, order + 1, order)
        rest = np.where(child, rest // 10, rest)
    bad |= (rest < 1) | (rest > 6) | (order > MAX_ORDER)
    base = rest - 1 + np.where(cells < 0, 6, 0)
    shift = 2 * (MAX_ORDER - np.minimum(order, MAX_ORDER))
    return _Digits((base * 4**order + index) << shift, np.int64(1) << shift, bad)


def point_indices(lat: np.ndarray, lon: np.ndarray, convention: str = GEODETIC_SPHERICAL) -> np.ndarray:
    """Return the NESTED order-18 index of the cell that holds each point.

    Parameters
    ----------
    lat, lon : (n,) array_like of float
        Degrees.
    convention : {'geodetic-spherical', 'authalic'}

    Returns
    -------
    (n,) ndarray of int64

    Raises
    ------
    InputError
        If a point is no place on the Earth.
    """
    lat = np.atleast_1d(np.asarray(lat, dtype=float))
    lon = np.atleast_1d(np.asarray(lon, dtype=float))
    if len(lat) == 0:
        return np.zeros(0, dtype=np.int64)
    if not (np.isfinite(lat).all() and np.isfinite(lon).all() and np.abs(lat).max() <= 90):
        raise InputError("A point is no place on the Earth; give (latitude, longitude) in degrees, latitude -90 to 90.")
    words = mortie.geo2mort(lat, wrap_longitude(lon), order=MAX_ORDER, latitude=convention)
    return np.asarray(mortie.mort2healpix(words)[0]).astype(np.int64)


def decimals(indices: np.ndarray, order: np.ndarray | int = MAX_ORDER) -> np.ndarray:
    """Return the legacy decimals, at an order, of NESTED order-18 indices.

    Parameters
    ----------
    indices : (n,) array_like of int
    order : int or (n,) array_like of int
        0 to 18.

    Returns
    -------
    (n,) ndarray of int64
    """
    order = np.asarray(order, dtype=np.int64)
    if not ((order >= 0) & (order <= MAX_ORDER)).all():
        raise InputError(f"order must be between 0 and {MAX_ORDER}, not {order}.")
    rest = np.asarray(indices, dtype=np.int64) >> (2 * (MAX_ORDER - order))
    text = np.zeros(len(rest), dtype=np.int64)
    for place in range(int(order.max(initial=0))):
        text += np.where(place < order, ((rest & 3) + 1) * 10**place, 0)
        rest = np.where(place < order, rest >> 2, rest)
    sign = np.where(rest >= 6, -1, 1)
    return sign * ((rest % 6 + 1) * 10**order + text)


def mortie_rings(cells: np.ndarray, step: int = 32, convention: str = GEODETIC_SPHERICAL) -> Polylines:
    """Return the closed outlines of cells as mortie draws them, and so as upstream has them to the last digit.

    Within 2e-9 degrees (6e-9 next to a pole) they are those of
    :meth:`~xopr_crossovers.core.morton.CellShapes.rings`, which go round the other way, in a fraction of the time.

    Parameters
    ----------
    cells : (n,) array_like of int
        Legacy signed decimals.
    step : int
        Vertices a side.
    convention : {'geodetic-spherical', 'authalic'}

    Returns
    -------
    Polylines
        One ring a cell.

    Raises
    ------
    InputError
        If one of them is not a morton cell.
    """
    cells = np.asarray(cells, dtype=np.int64)
    cell_ranges(cells)
    if len(cells) == 0:
        return Polylines(np.zeros(0), np.zeros(0), np.zeros(1, dtype=np.int64))
    words = np.atleast_1d(_to_words(cells.astype(str)))
    # mort2polygon of one word is a ring, of several a list of rings; a doubled word keeps it a list.
    rings = mortie.mort2polygon(np.append(words, words[:1]), step=step, latitude=convention)[:-1]
    vertices = np.concatenate([np.asarray(ring) for ring in rings])
    return Polylines(vertices[:, 1], vertices[:, 0], offsets_of(np.array([len(ring) for ring in rings])))


def geodetic_vectors(vectors: np.ndarray, convention: str) -> np.ndarray:
    """Return where places of the HEALPix sphere lie on the sphere of geodetic latitudes.

    Parameters
    ----------
    vectors : (..., 3) ndarray
        Unit vectors, as :mod:`~xopr_crossovers.core.morton.healpix` gives them.
    convention : {'geodetic-spherical', 'authalic'}
        How latitude was turned into that of the HEALPix sphere; under the first they are the same.
    """
    if convention != AUTHALIC:
        return vectors
    lon, authalic = lon_lat(vectors)
    latitude = np.asarray(mortie.authalic_to_geodetic(authalic.ravel())).reshape(authalic.shape)
    return unit_vectors(lon, latitude)


def ranges_hold(low: np.ndarray, high: np.ndarray, sorted_indices: np.ndarray) -> np.ndarray:
    """Return which ranges hold at least one of the sorted indices.

    Parameters
    ----------
    low, high : (n,) ndarray of int64
        From :func:`cell_ranges`.
    sorted_indices : (m,) ndarray of int64
        Ascending, from :func:`point_indices`.

    Returns
    -------
    (n,) ndarray of bool
    """
    return np.searchsorted(sorted_indices, high) > np.searchsorted(sorted_indices, low)
