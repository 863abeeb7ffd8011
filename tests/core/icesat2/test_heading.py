"""Ascending and descending: of granules and at places."""

import numpy as np
import pandas as pd
import pytest

from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.geometry import sphere
from xopr_crossovers.core.icesat2 import heading, orbit


def test_granules_go_north_or_south_by_their_region_and_both_ways_over_the_poles():
    regions = pd.Series([*range(1, 15), None, 15], dtype="Int64", index=range(5, 21))
    directions = heading.granule_directions(regions)
    # DOMAIN.md section 4: 10 is 50 to 79 S descending, 11 over the south, 12 ascending; 4 over the north.
    assert directions.tolist() == [
        *["ascending"] * 3,
        "both",
        *["descending"] * 6,
        "both",
        *["ascending"] * 3,
        None,
        None,
    ]
    assert directions.index.tolist() == regions.index.tolist()


@pytest.mark.parametrize(("region", "turn"), [(4, 90.0), (11, 270.0)])
def test_over_a_pole_the_direction_is_that_at_the_place(region, turn):
    u = turn + np.array([-20, -5, -0.5, 0.5, 5, 20])
    for rgt in (1, 333, 1387):
        centre, left = orbit.track_vectors(np.full(6, rgt), u)
        going_north = np.sign(orbit.ground_track(rgt, u + 0.1)[1] - orbit.ground_track(rgt, u)[1])
        for aside in (-0.002, 0.0, 0.002):
            found = heading.headings_at(np.full(6, rgt), np.full(6, region), centre + aside * left)
            assert found.tolist() == going_north.tolist()


def test_elsewhere_the_region_tells_the_direction_without_track_or_place():
    nowhere = np.full((3, 3), np.nan)
    assert heading.headings_at(np.zeros(3, int), np.array([10, 12, 11]), nowhere).tolist() == [-1, 1, 0]
    assert heading.headings_at(np.array([5, 5, 5]), np.array([0, 10, 11]), nowhere).tolist() == [0, -1, 0]


def test_a_place_far_from_the_track_of_the_name_tells_nothing():
    place = sphere.unit_vectors(np.array([90.0, -90.0]), np.array([-70.0, -70.0]))
    assert heading.headings_at(np.array([1, 1]), np.array([11, 11]), place).tolist() == [0, 0]


def test_what_is_no_direction_is_refused_by_name():
    with pytest.raises(
        InputError, match=r"DIRECTION: there is no direction 'up'; choose of both, ascending, descending\."
    ):
        heading.check_direction("up")
