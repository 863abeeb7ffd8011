"""Where a beam crosses a line, and how high it is there: by hand, and by shapely for lines at random."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from depth import drawn
from xopr_crossovers.core.altimetry import IceSegments
from xopr_crossovers.core.geometry import LONLAT_CRS, POLE_CRS, transformer
from xopr_crossovers.core.heights.beam_crossing import laser_at
from xopr_crossovers.core.heights.flown_lines import meet

PLACE = np.array([[-1_400_000.0, 200_000.0]])
SOUTH = np.array([True])


def segments(x, h, way=(0.0, 1.0), slope=np.nan, sigma=0.1, quality=0, off=0.0):
    """Segments of one window, so many metres along a straight beam through the place (in its plane)."""
    x, h = np.asarray(x, dtype=float), np.asarray(h, dtype=float)
    way = np.asarray(way) / np.hypot(*way)
    xy = PLACE + x[:, None] * way + off * np.array([way[1], -way[0]])
    lon, lat = transformer(POLE_CRS["south"], LONLAT_CRS).transform(xy[:, 0], xy[:, 1])
    n = len(x)
    return IceSegments.of(
        {
            "window": np.zeros(n),
            "lon": np.asarray(lon),
            "lat": np.asarray(lat),
            "h_li": np.where(np.isfinite(h), h, 3.4028235e38),
            "h_li_sigma": np.full(n, sigma),
            "time": 1e8 + x / 7000.0,
            "quality": np.full(n, quality),
            "segment_id": np.round(x / 20).astype(np.int64) + 10_000,
            "x_atc": x + 1.8e7,
            "dh_fit_dx": np.full(n, slope),
        }
    )


def crossing(near, along=(1.0, 0.0), good=None, buffer_m=100.0):
    along = np.asarray([along]) / np.hypot(*along)
    return laser_at(
        near, near.has_height if good is None else good, PLACE, along, np.array([[0.0, 1.0]]), SOUTH, buffer_m
    )


def test_between_two_segments_the_height_lies_on_the_straight_line():
    found = crossing(segments([-30.0, -10.0, 10.0, 30.0], [100.0, 102.0, 106.0, 120.0]))
    assert (found.h_li[0], found.n_segments[0]) == (pytest.approx(104.0, abs=1e-6), 2)
    assert found.slope[0] == pytest.approx(0.2)
    assert found.h_li_sigma[0] == pytest.approx(np.hypot(0.05, 0.05))


def test_from_one_segment_the_height_is_carried_on_by_its_slope():
    found = crossing(segments([-130.0, -60.0, -40.0], [np.nan, np.nan, 100.0], slope=0.05))
    assert (found.h_li[0], found.n_segments[0]) == (pytest.approx(102.0, abs=1e-6), 1)


@pytest.mark.parametrize(("at", "height"), [(-15.0, 100.0), (-40.0, np.nan)])
def test_without_a_slope_a_segment_tells_the_height_of_its_own_length_alone(at, height):
    found = crossing(segments([at - 20, at], [np.nan, 100.0]))
    assert found.h_li[0] == pytest.approx(height, nan_ok=True)
    assert found.reason[0] == ("" if np.isfinite(height) else "one segment beside it, without a slope")


def test_heights_beyond_the_buffer_do_not_count():
    near = segments([-140.0, -120.0, 120.0], [1.0, 2.0, 3.0])
    assert crossing(near).reason[0] == "no segments within 100 m"
    assert crossing(near, buffer_m=121.0).h_li[0] == pytest.approx(2.5)


def test_a_height_that_does_not_count_is_passed_over():
    near = segments([-30.0, -10.0, 10.0, 30.0], [100.0, 500.0, 102.0, 103.0])
    found = crossing(near, good=np.array([True, False, True, True]))
    assert found.h_li[0] == pytest.approx(101.5)


def test_gaps_of_the_beam_do_not_move_the_place():
    whole = segments(np.arange(-300.0, 301.0, 20.0), np.full(31, 5.0), way=(0.3, 1.0), off=17.0)
    holed = whole.where(np.r_[0:6, 17:31])
    a, b = (crossing(near, along=(1.0, 0.2)) for near in (whole, holed))
    assert (a.lon[0], a.lat[0]) == (pytest.approx(b.lon[0], abs=1e-9), pytest.approx(b.lat[0], abs=1e-9))


def test_segments_near_each_other_do_not_turn_the_beam():
    near = segments([-40.0, -20.0], [100.0, 100.0], slope=0.0)
    tilted = near.where(np.array([0, 1]))
    shifted = segments([-20.0], [100.0], slope=0.0, off=3.0)
    tilted.lon[1], tilted.lat[1] = shifted.lon[0], shifted.lat[0]
    a, b = crossing(near), crossing(tilted)
    apart = [transformer(LONLAT_CRS, POLE_CRS["south"]).transform(one.lon[0], one.lat[0]) for one in (a, b)]
    assert np.hypot(*np.subtract(*apart)) == pytest.approx(1.5, abs=0.01)


@drawn(60)
@given(st.floats(0, np.pi), st.floats(0, np.pi), st.floats(-60, 60), st.integers(0, 2**32 - 1))
def test_the_place_is_where_the_two_lines_meet(beam, line, off, seed):
    angle = abs((beam - line + np.pi / 2) % np.pi - np.pi / 2)
    if angle < 0.15:
        return
    way, along = (np.array([np.cos(one), np.sin(one)]) for one in (beam, line))
    x = np.sort(np.random.default_rng(seed).uniform(-500, 500, 40))
    near = segments(x, 0.01 * x, way=way, off=off)
    found = crossing(near, along=along, buffer_m=10_000.0)
    beside = off * np.array([way[1], -way[0]])
    lines = [shapely.LineString([c - 2e3 * d, c + 2e3 * d]) for c, d in ((beside, way), (np.zeros(2), along))]
    truth = np.array(shapely.intersection(*lines).coords[0]) + PLACE[0]
    place = transformer(LONLAT_CRS, POLE_CRS["south"]).transform(found.lon[0], found.lat[0])
    assert np.hypot(*(np.array(place) - truth)) < 1e-3
    inside = x[0] < (truth - PLACE[0] - beside) @ way < x[-1]
    assert not inside or found.h_li[0] == pytest.approx(0.01 * ((truth - PLACE[0] - beside) @ way), abs=1e-4)


@drawn(60)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.integers(1, 5))
def test_of_several_places_where_a_beam_meets_a_flown_line_it_is_the_nearest(seed, n_vertices, n_beams):
    generator = np.random.default_rng(seed)
    line = generator.uniform(-4_000, 4_000, (n_vertices, 2))
    place = generator.uniform(-2_000, 2_000, (n_beams, 2))
    angle = generator.uniform(0, 2 * np.pi, n_beams)
    way = np.column_stack([np.cos(angle), np.sin(angle)])
    found = meet(line, place, way)
    for number in range(n_beams):
        beam = shapely.LineString([place[number] - 5_000 * way[number], place[number] + 5_000 * way[number]])
        points = shapely.get_parts(shapely.intersection(shapely.LineString(line), beam))
        if shapely.is_empty(points).all():
            assert np.isnan(found.xy[number]).all()
            continue
        nearest = min(shapely.distance(shapely.Point(place[number]), points))
        assert np.hypot(*(found.xy[number] - place[number])) == pytest.approx(nearest, abs=1e-6)
        assert np.hypot(*found.along[number]) == pytest.approx(1.0)
