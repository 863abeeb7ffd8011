"""Morton cells against the verified check values, and against healpy."""

import healpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.morton import cell_numbers as morton


def as_decimal(base, children):
    """Return a legacy decimal from its definition: sign and first digit the base cell, then child + 1."""
    sign, first = ("", base + 1) if base < 6 else ("-", base - 5)
    return int(f"{sign}{first}{''.join(str(child + 1) for child in children)}")


cells = st.tuples(st.integers(0, 11), st.lists(st.integers(0, 3), max_size=18))


def test_the_published_check_point_has_its_published_morton_number():
    assert morton.decimals(morton.point_indices([-75.1], [-105.0])).tolist() == [-5121133244211331412]


def test_the_published_check_cell_has_its_published_corners():
    ring = morton.mortie_rings([-511412222], step=1)
    corners = [(-75.156468, -126.666667), (-75.340734, -127.125), (-75.524962, -126.455696), (-75.340734, -126.0)]
    np.testing.assert_allclose(np.column_stack([ring.lat, ring.lon]), [*corners, corners[0]], atol=1e-6)
    assert ring.offsets.tolist() == [0, 5]


@given(cells)
def test_a_cell_is_its_nested_range_and_comes_back_as_the_same_decimal(cell):
    base, children = cell
    index = base
    for child in children:
        index = 4 * index + child
    size = 4 ** (18 - len(children))
    low, high = morton.cell_ranges([as_decimal(base, children)])
    assert (low[0], high[0]) == (index * size, (index + 1) * size)
    assert morton.decimals(low, order=len(children)).tolist() == [as_decimal(base, children)]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=50))
def test_points_fall_into_the_cells_that_healpy_gives(points):
    lat, lon = np.array(points).T
    # The published convention takes geodetic latitude as spherical, as healpy does with what it is given.
    expected = healpy.ang2pix(2**18, lon, lat, nest=True, lonlat=True)
    same = morton.point_indices(lat, lon) == expected
    # On the edge of a cell the two may round to different sides; all of them lie within a centimetre of the point.
    around = [(a, b) for a in (-1e-7, 0, 1e-7) for b in (-1e-7, 0, 1e-7)]
    lats = np.clip(lat, -89.9999999, 89.9999999)
    near = [healpy.ang2pix(2**18, lon + a, lats + b, nest=True, lonlat=True) for a, b in around]
    assert (same | (np.array(near) != near[0]).any(axis=0)).all()


def test_an_outline_lies_on_the_cell_s_edge_at_both_poles():
    for cell in (-5114122, 3114122, -6, 1):
        ring = morton.mortie_rings([cell], step=8)
        lon, lat = ring.lon, ring.lat
        low, high = morton.cell_ranges([cell])
        centre_lon, centre_lat = healpy.pix2ang(2**18, (low[0] + high[0]) // 2, nest=True, lonlat=True)
        inwards = 1e-4
        dlon = (centre_lon - lon + 180) % 360 - 180
        index = morton.point_indices(lat + inwards * (centre_lat - lat), lon + inwards * dlon)
        assert ((low <= index) & (index < high)).mean() > 0.9


@pytest.mark.parametrize("bad", [0, 7, -71, 515, -50, 6111111111111111115])
def test_a_bad_cell_is_named(bad):
    with pytest.raises(InputError, match=f"^{bad} is not a morton cell"):
        morton.cell_ranges([-511412222, bad])
    with pytest.raises(InputError, match=f"^{bad} is not a morton cell"):
        morton.mortie_rings([bad])


def test_the_two_latitude_conventions_put_a_point_of_70_degrees_some_kilometres_apart():
    spherical, authalic = (
        np.array(healpy.pix2ang(2**18, morton.point_indices([-72.0], [10.0], name)[0], nest=True, lonlat=True))
        for name in morton.CONVENTIONS
    )
    assert 7 < abs(spherical[1] - authalic[1]) * 111.2 < 9


def test_nothing_is_no_error():
    assert len(morton.point_indices([], [])) == 0
    assert morton.mortie_rings([]).offsets.tolist() == [0]
