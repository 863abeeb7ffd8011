"""The cells of frames, and the latitude convention that they were made with."""

import geopandas as gpd
import healpy
import mortie
import numpy as np
import pytest

import makers
from xopr_crossovers.core import frames
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.geometry.sphere import unit_vectors
from xopr_crossovers.core.morton import cell_numbers as morton
from xopr_crossovers.core.morton.cell_shapes import CellShapes

LINES = [
    [(-100, -75), (-101, -75.2)],
    [(179.5, -80), (-179.5, -80.1)],
    [(10, -89.9), (-170, -89.9)],
    [(-40, 70), (-41, 70.2)],
    [(30, 89.8), (-100, 89.9)],
]


def authalic_cells(line, order=9):
    """Return the cells of a line's vertices as a newer mortie makes them by default."""
    lon, lat = np.array(line, dtype=float).T
    words = mortie.geo2mort(lat, lon, order=order, latitude="authalic")
    indices = np.asarray(mortie.mort2healpix(words)[0]).astype(np.int64) << 2 * (18 - order)
    return morton.decimals(indices, order).tolist()


def test_a_padded_mbox_counts_each_cell_once():
    table = makers.frames(LINES[0], LINES[0])
    table["opr:mbox"] = [[-511412222, -511412223, -511412223, -511412223], [-511412222] * 4]
    found = frames.frame_cells(table)
    assert sorted(zip(found.frame.tolist(), found.cells[found.cell].tolist())) == [
        (0, -511412223),
        (0, -511412222),
        (1, -511412222),
    ]


def test_published_cells_are_read_with_spherical_latitude_without_a_word():
    log = makers.Log()
    found = frames.frame_cells(makers.frames(*LINES), log)
    assert set(found.convention) == {morton.GEODETIC_SPHERICAL}
    assert log.warnings == []


def test_a_season_rebuilt_with_authalic_cells_is_recognised_and_the_others_are_not_touched():
    table = makers.frames(*LINES[:2], *LINES[:2])
    table["collection"] = ["old", "old", "new", "new"]
    table["opr:mbox"] = [*table["opr:mbox"][:2], *(authalic_cells(line) for line in LINES[:2])]
    log = makers.Log()
    found = frames.frame_cells(table, log)
    by_frame = {f: set(found.convention[found.cell[found.frame == f]]) for f in range(4)}
    assert by_frame == {0: {"geodetic-spherical"}, 1: {"geodetic-spherical"}, 2: {"authalic"}, 3: {"authalic"}}
    assert len(log.warnings) == 1
    assert log.warnings[0].startswith("new: the cells of 'opr:mbox' were made with authalic latitude")


def test_a_season_of_authalic_cells_is_recognised_though_most_of_its_vertices_lie_in_them_either_way():
    lines = [makers.great_circle((lon, -72.0), (lon + 1.5, -73.5), 12) for lon in range(-150, -90, 4)]
    table = makers.frames(*lines)
    table["opr:mbox"] = [authalic_cells(line, order=9) for line in lines]
    inside = [
        makers.legacy_cell(lon, lat, 9) in cells_ for line, cells_ in zip(lines, table["opr:mbox"]) for lon, lat in line
    ]
    assert 0.3 < np.mean(inside) < 0.9  # by healpy, of the vertices under the other convention
    assert set(frames.frame_cells(table).convention) == {"authalic"}


def degrees_apart(rings, others):
    """Return how far vertices of rings are at most from those of rings that go round the other way."""
    one, two = (unit_vectors(part.lon, part.lat).reshape(len(part), -1, 3) for part in (rings, others))
    return np.degrees(np.linalg.norm(one - two[:, ::-1], axis=2).max())


def test_rings_of_mixed_conventions_are_mortie_s_in_the_order_of_the_cells():
    table = makers.frames(*LINES[:2], *LINES[:2])
    table["collection"] = ["old", "old", "new", "new"]
    table["opr:mbox"] = [*table["opr:mbox"][:2], *(authalic_cells(line) for line in LINES[:2])]
    found = frames.frame_cells(table)
    rings = found.shapes().rings(step=4)
    assert rings.sizes.tolist() == [4 * 4 + 1] * len(found.cells)
    for number, (cell, convention) in enumerate(zip(found.cells, found.convention)):
        alone = morton.mortie_rings([cell], 4, convention)
        assert degrees_apart(rings.where(np.arange(len(rings)) == number), alone) < 2e-9


@pytest.mark.parametrize("convention", morton.CONVENTIONS)
def test_rings_are_mortie_s_at_every_order_at_both_poles_and_on_the_antimeridian(convention):
    places = [(10, -89.999), (-170, -90), (80, 90), (180, -75), (-180, 66), (33, 0), (-100, -75)]
    lon, lat = np.array(places, dtype=float).T
    points = morton.point_indices(lat, lon, convention)
    some = np.unique([morton.decimals(points, order) for order in range(morton.MAX_ORDER + 1)])
    ours = CellShapes.of(some, np.full(len(some), convention)).rings(8)
    theirs = morton.mortie_rings(some, 8, convention)
    assert ours.offsets.tolist() == theirs.offsets.tolist()
    assert (ours.lon[ours.offsets[:-1]] == ours.lon[ours.offsets[1:] - 1]).all()
    # Next to a pole mortie has lost some digits; away from there the two are within 2e-9 degrees.
    assert degrees_apart(ours, theirs) < 1e-8


def test_rings_of_many_cells_are_each_cell_s_own():
    index = np.arange(12 * 4**5)
    rings = CellShapes(index, np.full(len(index), 5), np.full(len(index), morton.GEODETIC_SPHERICAL)).rings(1)
    corners = healpy.boundaries(2**5, index, step=1, nest=True).transpose(0, 2, 1)
    found = unit_vectors(rings.lon, rings.lat).reshape(len(index), 5, 3)
    np.testing.assert_allclose(found, corners[:, [0, 1, 2, 3, 0]], atol=1e-14)


def test_cells_that_fit_their_lines_under_no_convention_are_said():
    table = makers.frames(LINES[0])
    table["opr:mbox"] = [makers.cells_along(LINES[3])]
    log = makers.Log()
    frames.frame_cells(table, log)
    assert "only 0% of the lines' vertices lie in their frames' 'opr:mbox' cells" in log.text


def test_a_table_without_cells_says_what_is_needed():
    with pytest.raises(InputError, match=r"'opr:mbox' .* is missing; use a season catalog made in April 2026 or later"):
        frames.frame_cells(makers.frames(LINES[0]).drop(columns="opr:mbox"))
    with pytest.raises(InputError, match="None of 1 frame has cells"):
        frames.frame_cells(makers.frames(LINES[0]).assign(**{"opr:mbox": [None]}))


def test_frames_without_cells_are_counted():
    table = makers.frames(*LINES[:3])
    table["opr:mbox"] = [table["opr:mbox"][0], None, None]
    assert frames.frame_cells(frames.normalize_frames(table)).without == 2


def test_every_vertex_of_the_real_seasons_lies_in_its_cells(real_data):
    for file in sorted(real_data.glob("catalog/**/*.parquet")):
        log = makers.Log()
        found = frames.frame_cells(frames.normalize_frames(gpd.read_parquet(file)), log)
        assert log.warnings == []
        assert set(found.convention) == {morton.GEODETIC_SPHERICAL}


def test_a_bad_cell_is_named_with_its_frame():
    table = makers.frames(LINES[0], LINES[0], ids=["Data_a", "Data_b"])
    table["opr:mbox"] = [[-511412222], [-511412222, 517]]
    with pytest.raises(InputError, match="frame Data_b: 517 is not a morton cell"):
        frames.frame_cells(table)
