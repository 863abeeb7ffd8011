"""Boxes on the circle of longitudes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xopr_crossovers.core.geometry import boxes

# Whole numbers, and points between them, so that no point lies on an edge.
longitudes = st.integers(-180, 180)
latitudes = st.tuples(st.integers(-90, 90), st.integers(-90, 90)).filter(lambda pair: pair[0] != pair[1]).map(sorted)
some_boxes = st.builds(
    lambda west, east, lat: (float(west), float(lat[0]), float(east), float(lat[1])), longitudes, longitudes, latitudes
).filter(lambda box: box[0] % 360 != box[2] % 360 or (box[0], box[2]) == (-180, 180))


def inside(box, lon, lat):
    west, south, east, north = box
    if west <= east:
        return (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    return ((west <= lon) | (lon <= east)) & (south <= lat) & (lat <= north)


@given(st.lists(some_boxes, min_size=1, max_size=3), st.lists(some_boxes, max_size=4), st.randoms())
def test_what_is_left_of_boxes_is_just_what_the_others_do_not_hold(mine, others, random):
    left = boxes.subtract(mine, others)
    lon = np.array([random.randint(-180, 179) + 0.5 for _ in range(200)])
    lat = np.array([random.randint(-90, 89) + 0.5 for _ in range(200)])
    expected = np.any([inside(box, lon, lat) for box in mine], axis=0)
    for other in others:
        expected &= ~inside(other, lon, lat)
    found = np.any([inside(box, lon, lat) for box in left], axis=0) if left else np.zeros(200, dtype=bool)
    assert (found == expected).all()


@given(some_boxes)
def test_nothing_is_left_of_a_box_without_itself(box):
    assert boxes.subtract([box], [box]) == []


def test_a_box_that_the_others_do_not_touch_stays_as_it_is():
    box = (170.0, -80.0, -170.0, -70.0)
    assert boxes.subtract([box], [(-160.0, -80.0, 160.0, -70.0), (170.0, -70.0, -170.0, -60.0)]) == [box]


@pytest.mark.parametrize(
    ("box", "degrees"),
    [((-180, 0, 180, 1), 360), ((170, 0, -170, 1), 20), ((-10, 0, 10, 1), 20), ((180, 0, -180, 1), 0)],
)
def test_the_width_is_counted_eastward_over_the_antimeridian(box, degrees):
    assert boxes.width(box) == degrees
