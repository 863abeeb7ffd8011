"""Geometries from one CRS to another."""

import numpy as np
import pytest
import shapely

from xopr_crossovers.core.geometry.projection import reproject


@pytest.mark.parametrize("begin", [0.0, -0.0], ids=["from 0 to -0", "from -0 to 0"])
def test_a_ring_that_begins_and_ends_on_the_antimeridian_stays_closed_whatever_the_signs_of_its_zeros(begin):
    ring = shapely.Polygon([(begin, -1e6), (1e5, -1e6), (1e5, -2e6), (0.0, -2e6), (-begin, -1e6)])
    (moved,) = reproject(np.array([ring], dtype=object), "EPSG:3031", "EPSG:4326")
    xy = shapely.get_coordinates(moved)
    assert xy[0].tolist() == xy[-1].tolist()
    assert xy[0, 0] == 180
