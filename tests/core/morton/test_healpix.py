"""Cells of the HEALPix grid as places on the sphere; healpy is the witness."""

import healpy
import numpy as np
import pytest

from xopr_crossovers.core.morton import healpix

ORDERS = range(19)


def some_cells(order, n=500):
    """Return indices all over the sphere, with the first and last of each face."""
    size = 4**order
    random = np.random.default_rng(order).integers(0, 12 * size, n)
    return np.concatenate([random, np.arange(12) * size, np.arange(12) * size + size - 1])


@pytest.mark.parametrize("order", ORDERS)
def test_face_column_and_row_are_healpy_s(order):
    index = some_cells(order)
    x, y, face = healpy.pix2xyf(2**order, index, nest=True)
    found = healpix.face_squares(index, order)
    np.testing.assert_array_equal([found.face, found.column, found.row], [face, x, y])


@pytest.mark.parametrize("order", ORDERS)
def test_middles_and_outlines_are_healpy_s(order):
    index = some_cells(order, 100)
    middle = np.array(healpy.pix2vec(2**order, index, nest=True)).T
    np.testing.assert_allclose(healpix.places(index, order, 0.5, 0.5), middle, atol=1e-14)
    outline = healpy.boundaries(2**order, index, step=5, nest=True).transpose(0, 2, 1)
    np.testing.assert_allclose(healpix.outlines(index, order, 5), outline, atol=1e-14)


def test_cells_of_different_orders_are_placed_at_once():
    index, order = np.array([0, 17, 12 * 4**9 - 1]), np.array([0, 2, 9])
    one_by_one = [healpix.outlines([i], o, 3)[0] for i, o in zip(index, order)]
    np.testing.assert_array_equal(healpix.outlines(index, order, 3), one_by_one)


@pytest.mark.parametrize("order", ORDERS)
def test_the_widest_radius_is_healpy_s_and_no_cell_is_wider(order):
    radius = healpix.widest_radius(order)
    assert radius == pytest.approx(healpy.max_pixrad(2**order), rel=1e-12)
    index = some_cells(order)
    middle = healpix.places(index, order, 0.5, 0.5)[:, None]
    assert np.linalg.norm(healpix.outlines(index, order, 8) - middle, axis=2).max() <= radius * (1 + 1e-9)


@pytest.mark.parametrize("order", ORDERS)
def test_the_side_is_that_of_a_square_of_the_cell_s_area(order):
    assert healpix.side(order) == pytest.approx(healpy.nside2resol(2**order), rel=1e-12)
