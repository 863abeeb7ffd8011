"""Cells of the HEALPix grid, NESTED numbering, as places on the sphere: faces, corners, centres, sizes.

A cell is one of 12 faces, and a column x and a row y among the ``2**order`` by ``2**order`` squares into which the face
is cut. A place on the sphere has real x and y between 0 and 1. The formulas are those of Gorski et al. 2005,
Astrophysical Journal 622, 759, sections 4 and 5 (z and phi of a place on a face, interleaved bits of x and y).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

N_FACES = 12

# Row of each face's southern corner, and column of its middle, in units of a face (Gorski et al., equation 10 ff.).
_FACE_ROW = np.array([2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4], dtype=float)
_FACE_COLUMN = np.array([1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7], dtype=float)

# Which bits stay together at each step of taking every second one.
_MASKS = (0x3333333333333333, 0x0F0F0F0F0F0F0F0F, 0x00FF00FF00FF00FF, 0x0000FFFF0000FFFF, 0x00000000FFFFFFFF)


@dataclass(frozen=True)
class FaceSquares:
    """The squares of faces that cells are.

    Attributes
    ----------
    face, column, row : (n,) ndarray of int64
    """

    face: np.ndarray
    column: np.ndarray
    row: np.ndarray


def face_squares(index: np.ndarray, order: np.ndarray | int) -> FaceSquares:
    """Return face, column and row of NESTED indices.

    Parameters
    ----------
    index : (n,) ndarray of int64
    order : int or (n,) ndarray of int
    """
    index, order = np.asarray(index, dtype=np.int64), np.asarray(order, dtype=np.int64)
    within = index & ((np.int64(1) << (2 * order)) - 1)
    return FaceSquares(index >> (2 * order), _even_bits(within), _even_bits(within >> 1))


def _even_bits(values: np.ndarray) -> np.ndarray:
    bits = values & 0x5555555555555555
    for shift, mask in enumerate(_MASKS):
        bits = (bits | (bits >> (1 << shift))) & mask
    return bits


def vectors(face: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the unit vectors of places on faces.

    Parameters
    ----------
    face : ndarray of int
    x, y : ndarray of float
        From 0 to 1; all three of shapes that fit together.

    Returns
    -------
    (..., 3) ndarray
    """
    row = _FACE_ROW[face] - x - y
    # In the caps the number of cells on a ring falls towards the pole; `ring` is that number, at most 1.
    ring = np.minimum(np.minimum(row, 4.0 - row), 1.0)
    cap = ring * ring / 3.0
    z = np.where(row < 1.0, 1.0 - cap, np.where(row > 3.0, cap - 1.0, (2.0 - row) * (2.0 / 3.0)))
    # From the distance to the pole, which keeps its digits where 1 - z has lost them.
    radius = np.where((row < 1.0) | (row > 3.0), np.sqrt(cap * (2.0 - cap)), np.sqrt((1.0 - z) * (1.0 + z)))
    column = _FACE_COLUMN[face] * ring + x - y
    with np.errstate(invalid="ignore", divide="ignore"):
        phi = np.where(ring > 1e-15, np.pi / 4 * column / ring, 0.0)
    return np.stack([radius * np.cos(phi), radius * np.sin(phi), z], axis=-1)


def outlines(index: np.ndarray, order: np.ndarray | int, step: int) -> np.ndarray:
    """Return points along the edges of cells.

    Parameters
    ----------
    index : (n,) ndarray of int64
        NESTED, each of its own order.
    order : (n,) ndarray of int, or int
    step : int
        Points a side.

    Returns
    -------
    (n, 4 * step, 3) ndarray
        Unit vectors, in order round the cell, from its northern corner; the first is not repeated.
    """
    rise = np.arange(step) / step
    x = np.concatenate([1.0 - rise, np.zeros(step), rise, np.ones(step)])
    y = np.concatenate([np.ones(step), 1.0 - rise, np.zeros(step), rise])
    return places(np.asarray(index)[:, None], np.reshape(order, (-1, 1)), x, y)


def places(index: np.ndarray, order: np.ndarray | int, x: np.ndarray | float, y: np.ndarray | float) -> np.ndarray:
    """Return the unit vectors of places in cells: `x` and `y` go from 0 to 1 over the cell, (0, 0) is its south."""
    at = face_squares(index, order)
    side = 0.5 ** np.asarray(order)
    return vectors(at.face, (at.column + x) * side, (at.row + y) * side)


def on_border(number: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return which descendants of cells touch the cells' outlines, ``(n,)`` bool.

    Parameters
    ----------
    number : (n,) ndarray of int64
        Of a cell's ``4**levels`` descendants some levels deeper, from 0.
    levels : (n,) ndarray of int64
    """
    last = (np.int64(1) << levels) - 1
    x, y = _even_bits(number), _even_bits(number >> 1)
    return (x == 0) | (y == 0) | (x == last) | (y == last)


def widest_radius(order: int) -> float:
    """Return an upper bound, in radians, of the distance from a cell's centre to its farthest point.

    It is the radius of the cells whose centre lies next to the corner between two caps and the equatorial belt
    (``max_pixrad`` of the HEALPix library).
    """
    n = 2.0**order
    a = _from_z_phi(2.0 / 3.0, np.pi / (4.0 * n))
    b = _from_z_phi(1.0 - (1.0 - 1.0 / n) ** 2 / 3.0, 0.0)
    return float(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))


def _from_z_phi(z: float, phi: float) -> np.ndarray:
    radius = np.sqrt((1.0 - z) * (1.0 + z))
    return np.array([radius * np.cos(phi), radius * np.sin(phi), z])


def side(order: int) -> float:
    """Return the side, in radians, of a square of a cell's area."""
    return float(np.sqrt(4 * np.pi / N_FACES) * 0.5**order)
