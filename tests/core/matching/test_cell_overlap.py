"""Cells against strips, where a cell's edge bends most: next to a pole."""

import healpy
import numpy as np
import pytest
import shapely

import makers
from xopr_crossovers.core.icesat2.strips import find_strips
from xopr_crossovers.core.matching import cell_overlap
from xopr_crossovers.core.matching.quads import cut_strips
from xopr_crossovers.core.morton import healpix
from xopr_crossovers.core.morton.cell_shapes import CellShapes

RADIUS_M = 6_371_007.2
WIDTH_M = 12_500.0


def strip_beside(place, tangent, outward, gap_m):
    """Return a strip along a tangent, the nearer edge of which is a gap away from a place."""
    middle = place + (gap_m + WIDTH_M / 2) / RADIUS_M * outward
    middle /= np.linalg.norm(middle)
    ends = [np.cos(a) * middle + np.sin(a) * tangent for a in (-0.004, 0.004)]
    lon_lat = [tuple(np.degrees([np.arctan2(v[1], v[0]), np.arcsin(v[2] / np.linalg.norm(v))])) for v in ends]
    ring = makers.strip(*lon_lat, width_km=WIDTH_M * 6_371.0072 / RADIUS_M, pairs=2)
    quads, whole = cut_strips(find_strips(np.array([shapely.Polygon(ring)], dtype=object)))
    assert whole.all()
    return quads


def bulge(order, index):
    """Return the point of a cell's outline that lies farthest outside of the line between two corners."""
    outline = healpy.boundaries(2**order, index, step=4_096, nest=True).T
    centre = np.array(healpy.pix2vec(2**order, index, nest=True))
    best = None
    for side in np.split(outline, 4):
        normal = np.cross(side[0], side[-1])
        normal *= -np.sign(normal @ centre) / np.linalg.norm(normal)
        at = int(np.argmax(side @ normal))
        if 0 < at < len(side) - 1 and (best is None or side[at] @ normal > best[0]):
            tangent = side[at + 1] - side[at - 1]
            tangent /= np.linalg.norm(tangent)
            best = side[at] @ normal, side[at], tangent, normal - (normal @ tangent) * tangent
    return best


@pytest.mark.parametrize("order", [4, 6, 7, 8, 9])
@pytest.mark.parametrize("face", [0, 2, 8, 11])
@pytest.mark.parametrize("gap_m", [-0.5, 0.5])
def test_a_strip_half_a_metre_inside_or_outside_of_a_bent_edge_is_told_apart(order, face, gap_m):
    size = 4**order
    # The cells that follow the one at the pole: the north pole is at the end of a face, the south pole at its begin.
    around = [face * size + size - 1 - k if face < 4 else face * size + k for k in (1, 2, 3, 5, 7)]
    bend, place, tangent, outward = max((bulge(order, index) for index in around), key=lambda found: found[0])
    index = next(i for i in around if bulge(order, i)[0] == bend)
    assert bend * RADIUS_M > 50
    shapes = CellShapes(np.array([index]), np.array([order]), np.array(["geodetic-spherical"]))
    met = cell_overlap.CellIndex(shapes).met_by(strip_beside(place, tangent, outward / np.linalg.norm(outward), gap_m))
    assert bool(len(met[0])) == (gap_m < 0)


@pytest.mark.parametrize("order", range(1, 5))
def test_the_bends_that_are_assumed_are_those_of_all_cells(order):
    index = np.arange(12 * 4**order)
    whole = healpix.outlines(index, order, 64)
    seen = cell_overlap._bends(whole[:, ::8]) * cell_overlap._BETWEEN
    assert (cell_overlap._bends(whole) <= seen).all()
    for step in (4, 8, 16):
        parts = whole.reshape(len(index), 4 * step, 64 // step, 3)
        start = parts[:, :, :1]
        chord = np.roll(start, -1, axis=1) - start
        along = ((parts - start) * chord).sum(axis=3, keepdims=True) / (chord * chord).sum(axis=3, keepdims=True)
        off = np.linalg.norm(parts - start - along * chord, axis=3).max(axis=(1, 2))
        assert (off <= seen * cell_overlap._UNEVEN / step**2).all()


def test_a_cell_without_a_place_is_met_by_nothing():
    shapes = CellShapes(
        np.array([0]), np.array([9]), np.array(["geodetic-spherical"]), lambda vectors: np.full_like(vectors, np.nan)
    )
    quads = strip_beside(np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), np.array([0, 0, 1.0]), 0.0)
    assert len(cell_overlap.CellIndex(shapes).met_by(quads)[0]) == 0
