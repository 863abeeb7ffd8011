"""Edges that are given more vertices: as many as a plane needs, and no fewer."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from xopr_crossovers.core.geometry.polylines import Polylines
from xopr_crossovers.core.geometry.sphere import densify

STEP_M = 50_000.0
SPHERE = pyproj.Geod(a=6_371_007.2, b=6_371_007.2)


def edge(*lon_lat):
    return Polylines(*np.array(lon_lat, dtype=float).T, np.array([0, len(lon_lat)]))


@pytest.mark.parametrize(("side", "sign", "crs"), [("south", -1, 3031), ("north", 1, 3413)])
@pytest.mark.parametrize(
    "lon_lat", [[(0, 47), (70, 50)], [(175, 60), (-120, 70)], [(0, 86), (170, 88)], [(30, 46), (35, 89)]]
)
def test_in_the_pole_s_plane_edges_stay_within_ten_metres_or_as_near_as_short_steps(side, sign, crs, lon_lat):
    ends = [(lon, sign * lat) for lon, lat in lon_lat]
    few, many = densify(edge(*ends), STEP_M, side), densify(edge(*ends), STEP_M)
    assert 2 <= len(few.lon) <= len(many.lon)
    fine = np.array([ends[0], *SPHERE.npts(*ends[0], *ends[1], 999), ends[1]])
    plane = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    there = shapely.points(*plane.transform(*fine.T))
    lines = [shapely.LineString(np.column_stack(plane.transform(one.lon, one.lat))) for one in (few, many)]
    off, off_by_short_steps = (shapely.distance(line, there).max() for line in lines)
    assert off < max(10.0, off_by_short_steps + 0.1)


def test_along_a_meridian_no_vertex_is_needed_in_the_pole_s_plane():
    assert len(densify(edge((30, -50), (30, -88)), STEP_M, "south").lon) == 2


@pytest.mark.parametrize("lon_lat", [[(0, -30), (40, -30)], [(0, -40), (0, 40)], [(10, 80), (90, 80)]])
def test_far_from_the_pole_steps_are_as_short_as_anywhere(lon_lat):
    few, many = densify(edge(*lon_lat), STEP_M, "south"), densify(edge(*lon_lat), STEP_M)
    np.testing.assert_array_equal(few.lon, many.lon)
    np.testing.assert_array_equal(few.lat, many.lat)


@pytest.mark.parametrize("steps", [0.5, 0.99, 1.01, 1.5, 1.99, 2.01, 7.4, 300.2])
def test_an_edge_is_cut_into_as_few_equal_steps_as_are_no_longer_than_asked_for(steps):
    lon, lat, _ = SPHERE.fwd(20, -60, 71, steps * STEP_M)
    dense = densify(edge((20, -60), (lon, lat)), STEP_M)
    lengths = SPHERE.inv(dense.lon[:-1], dense.lat[:-1], dense.lon[1:], dense.lat[1:])[2]
    assert len(lengths) == np.ceil(steps)
    np.testing.assert_allclose(lengths, steps * STEP_M / np.ceil(steps), atol=0.01)
