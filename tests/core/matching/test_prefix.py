"""Covers of footprints, and the join of indices and ranges."""

import healpy
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import makers
from depth import drawn
from xopr_crossovers.core import frames
from xopr_crossovers.core.icesat2 import strips
from xopr_crossovers.core.matching import prefix, quads
from xopr_crossovers.core.morton import cell_numbers as morton
from xopr_crossovers.core.morton import healpix

RINGS = [
    makers.strip((-105, -74), (-106, -78)),
    makers.strip((-60, -89), (110, -89)),
    makers.strip((179, 70), (-178, 76), pairs=4),
]


def quads_of(*rings):
    found, whole = quads.cut_strips(
        strips.find_strips(np.array([shapely.Polygon(ring) for ring in rings], dtype=object))
    )
    assert whole.all()
    return found


@pytest.mark.parametrize("order", [3, 7, 9])
@pytest.mark.parametrize("convention", morton.CONVENTIONS)
def test_the_cover_holds_every_cell_in_which_the_footprint_has_a_point(order, convention):
    found = quads_of(*RINGS)
    quad, index = prefix.cover_cells(found, order, convention)
    random = np.random.default_rng(order)
    for number in range(len(found)):
        weights = random.dirichlet([0.3] * 4, 3_000)
        points = weights @ found.corners[..., number]
        lon, lat = (
            np.degrees(np.arctan2(points[:, 1], points[:, 0])),
            np.degrees(np.arcsin(points[:, 2] / np.linalg.norm(points, axis=1))),
        )
        held = morton.point_indices(lat, lon, convention) >> (2 * (morton.MAX_ORDER - order))
        assert set(held.tolist()) <= set(index[quad == number].tolist())


@pytest.mark.parametrize("order", [7, 9, 11])
def test_the_cover_holds_no_cell_farther_from_the_footprint_than_a_tenth_of_its_side(order):
    found = quads_of(*RINGS)
    quad, index = prefix.cover_cells(found, order)
    outline = healpy.boundaries(2**order, index, step=8, nest=True)
    at = np.einsum("qkin,qip->qkpn", found.normals.transpose(2, 0, 1)[quad][..., None], outline).squeeze(-1)
    # Behind each of the four sides lies some of the cell, but for the margin.
    assert (at.max(axis=2) >= -0.1 * healpix.side(order)).all()


@pytest.mark.parametrize("order", range(6))
def test_no_edge_of_a_cell_leaves_the_line_between_its_corners_by_more_than_the_cover_allows(order):
    outline = healpix.outlines(np.arange(12 * 4**order), order, 32)
    sides = outline.reshape(len(outline), 4, 32, 3)
    start = sides[:, :, :1]
    end = np.roll(start, -1, axis=1)
    normal = np.cross(start, end)
    normal /= np.linalg.norm(normal, axis=3, keepdims=True)
    off = np.abs((sides * normal).sum(axis=3)).max()
    if order:  # of the twelve base cells no cover is asked for with a margin: they are always divided
        assert off <= prefix._BEND * healpix.side(order)


@drawn(60)
@given(
    st.lists(st.tuples(st.integers(0, 11), st.lists(st.integers(0, 3), max_size=6)), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 12 * 4**6 - 1), st.integers(0, 4)), max_size=60),
)
def test_the_join_finds_what_prefixes_of_text_find(decimals, samples):
    low, high = [], []
    for base, children in decimals:
        index = base
        for child in children:
            index = 4 * index + child
        size = 4 ** (morton.MAX_ORDER - len(children))
        low.append(index * size)
        high.append((index + 1) * size)
    index = np.array([i * 4**12 + 5 for i, _ in samples], dtype=np.int64)
    owner = np.array([o for _, o in samples], dtype=np.int64)
    found = prefix.owners_in_ranges(np.array(low), np.array(high), index, owner)
    texts = [f"{i // 4**6:02d}" + "".join(str(i // 4**k % 4) for k in range(5, -1, -1)) for i, _ in samples]
    expected = {
        (r, o)
        for r, (base, children) in enumerate(decimals)
        for text, o in zip(texts, owner.tolist())
        if text.startswith(f"{base:02d}" + "".join(map(str, children)))
    }
    assert set(zip(*(part.tolist() for part in found))) == expected
    assert len(found[0]) == len(expected)


@pytest.mark.parametrize("order", [4, 8, 10])
def test_looking_for_one_cell_of_the_cover_finds_what_the_written_cover_finds(order):
    found = quads_of(*RINGS)
    places = [(-105.3, -75.2), (-105, -74), (20, -89.7), (-60, -89), (180, 73), (-179, 74), (60, -70)]
    decimals = np.unique([makers.legacy_cell(lon, lat, o) for lon, lat in places for o in (0, 2, 5, 7, 9, 12, 18)])
    low, high = morton.cell_ranges(decimals)
    quick = prefix.CellsByCover(low, high, order, morton.GEODETIC_SPHERICAL).met_by(found)
    # A cell far inside of which all of a footprint lies is found by a point of it.
    holding = [
        (cell, owner)
        for owner in range(len(RINGS))
        for cell in range(len(decimals))
        if low[cell] <= morton.point_indices([RINGS[owner][0][1]], [RINGS[owner][0][0]])[0] < high[cell]
    ]
    quad, index = prefix.cover_cells(found, order)
    size = 4 ** (morton.MAX_ORDER - order)
    low = low // size * size
    slow = prefix.owners_in_ranges(low, np.maximum(high, low + size), index * size, found.owner[quad])
    assert {*holding, *zip(*map(np.ndarray.tolist, quick))} == set(zip(*map(np.ndarray.tolist, slow)))


def test_a_point_is_held_by_the_cells_that_are_its_prefixes():
    table = makers.frames([(-106, -75), (-104, -75)])
    table["opr:mbox"] = [
        [makers.legacy_cell(-105, -75, order) for order in (0, 6, 18)] + [makers.legacy_cell(0, -75, 3)]
    ]
    held = frames.frame_cells(table)
    points = np.array([makers.unit_vector(-105, -75), makers.unit_vector(100, -75)]).T
    cell, owner = prefix.cells_holding(held, points, np.array([7, 8]))
    assert sorted(len(str(abs(held.cells[c]))) - 1 for c, o in zip(cell, owner) if o == 7) == [0, 6, 18]
    assert 8 not in owner
