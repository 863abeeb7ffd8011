"""Many lines at once; what is expected comes from lists of their vertices."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from xopr_crossovers.core.geometry.polylines import Polylines

LINES = st.lists(st.lists(st.tuples(st.integers(-180, 180), st.integers(-90, 90)), max_size=4), max_size=6)


def polylines(lines):
    lon, lat = np.array([vertex for line in lines for vertex in line], dtype=float).reshape(-1, 2).T
    return Polylines(lon, lat, np.array([sum(map(len, lines[:i])) for i in range(len(lines) + 1)]))


def listed(found):
    vertices = list(zip(found.lon.tolist(), found.lat.tolist()))
    return [vertices[a:b] for a, b in zip(found.offsets.tolist(), found.offsets.tolist()[1:])]


@given(LINES)
def test_lines_know_their_sizes_and_vertices_their_line(lines):
    found = polylines(lines)
    assert len(found) == len(lines)
    assert found.sizes.tolist() == [len(line) for line in lines]
    assert found.line.tolist() == [number for number, line in enumerate(lines) for _ in line]


@given(LINES, st.data())
def test_a_mask_keeps_whole_lines(lines, data):
    mask = data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    assert listed(polylines(lines).where(np.array(mask, dtype=bool))) == [
        line for line, kept in zip(lines, mask) if kept
    ]


@given(LINES, LINES)
def test_other_lines_come_after_these(lines, others):
    assert listed(polylines(lines).then(polylines(others))) == [*lines, *others]


def test_geometries_give_their_vertices():
    shapes = [shapely.LineString([(0, 1), (2, 3)]), shapely.LineString(), shapely.LinearRing([(0, 0), (1, 0), (1, 1)])]
    found = Polylines.of(np.array(shapes, dtype=object))
    assert listed(found) == [[(0, 1), (2, 3)], [], [(0, 0), (1, 0), (1, 1), (0, 0)]]
