"""Frames x granules."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
import spherely
from hypothesis import given
from hypothesis import strategies as st

import makers
from depth import drawn
from xopr_crossovers.core import frames
from xopr_crossovers.core.common.errors import CancelledError, InputError
from xopr_crossovers.core.granules import footprints
from xopr_crossovers.core.matching import pairs as matching

ACROSS = makers.strip((-104, -74), (-106, -76))
FAR = makers.strip((60, -74), (62, -76))
LINE = [(-106, -75), (-104, -75)]


def pairs_of(found):
    return set(zip(found.frame.tolist(), found.granule.tolist()))


@pytest.mark.parametrize("method", matching.METHODS)
def test_a_strip_across_a_line_is_matched_and_one_far_away_is_not(method):
    found = matching.match(makers.frames(LINE), makers.granules(FAR, ACROSS), method)
    assert pairs_of(found) == {(0, 1)}
    assert found.crosses_line.tolist() == [True]


def test_the_overlap_is_the_strip_s_width_where_it_crosses_at_a_right_angle():
    strip = makers.strip((-100, -76), (-100, -74), width_km=12.5)
    found = matching.match(makers.frames([(-101, -75), (-99, -75)]), makers.granules(strip), "flightline")
    # The line is a great circle between two points of one parallel: within a degree of a right angle to the meridian.
    assert found.overlap_m[0] == pytest.approx(12_500, rel=0.01)


def test_a_line_that_lies_inside_overlaps_with_its_whole_length():
    strip = makers.strip((-100, -76), (-100, -74))
    line = [(-100, -75.5), (-100, -74.5)]
    found = matching.match(makers.frames(line), makers.granules(strip), "flightline")
    assert found.overlap_m[0] == pytest.approx(pyproj.Geod(ellps="WGS84").inv(*line[0], *line[1])[2], rel=1e-6)


def test_cells_match_what_the_line_itself_does_not_cross():
    line = [(-106, -75), (-105.5, -75)]
    beside = makers.strip((-105.0, -74), (-105.0, -76))
    table = makers.frames(line)
    table["opr:mbox"] = [[makers.legacy_cell(-105.7, -75, 5)]]
    by_cells = matching.match(table, makers.granules(beside), "strtree")
    assert (len(by_cells), by_cells.crosses_line.tolist(), by_cells.overlap_m.tolist()) == (1, [False], [0.0])
    assert len(matching.match(table, makers.granules(beside), "flightline")) == 0
    assert len(matching.match(table, makers.granules(beside), "strtree", crossing_only=True)) == 0


@pytest.mark.parametrize("method", matching.METHODS)
def test_both_hemispheres_are_matched_in_one_run(method):
    north = makers.strip((-40, 69), (-42, 72))
    lines = [LINE, [(-42.5, 70.5), (-39.5, 70.5)], [(179.5, -80), (-179.5, -80)]]
    over_180 = makers.strip((-179.9, -79), (179.9, -81))
    table = makers.granules(ACROSS, north, over_180, FAR)
    assert pairs_of(matching.match(makers.frames(*lines), table, method)) >= {(0, 0), (1, 1), (2, 2)}
    layer = footprints.granules_in_layer_crs(table)
    assert layer.crs.to_string() == "EPSG:4326"
    assert pairs_of(matching.match(makers.frames(*lines), layer, method)) >= {(0, 0), (1, 1), (2, 2)}


@pytest.mark.parametrize("method", matching.METHODS)
def test_a_layer_in_the_pole_s_projection_matches_as_the_rings_in_longitude_and_latitude(method):
    table = makers.granules(ACROSS, makers.strip((170, -72), (-165, -84)), makers.strip((-60, -80), (110, -82)))
    lines = makers.frames(LINE, [(175, -79), (-175, -79)], [(0, -86), (20, -85)], [(-20, -87), (170, -88)])
    raw = matching.match(lines, table, method)
    layer = matching.match(frames.frames_in_layer_crs(lines), footprints.granules_in_layer_crs(table), method)
    assert pairs_of(raw) == pairs_of(layer)
    np.testing.assert_allclose(raw.overlap_m, layer.overlap_m, atol=0.1)


@drawn(120)
@given(
    sign=st.sampled_from([-1, 1]),
    centre=st.tuples(st.floats(-180, 180), st.floats(62, 89.99)),
    azimuth=st.floats(0, 360),
    length=st.floats(1_000, 80_000),
    offset=st.floats(-60_000, 60_000),
    heading=st.floats(0, 360),
)
def test_the_flight_line_method_agrees_with_the_sphere_but_for_ten_metres(
    sign, centre, azimuth, length, offset, heading
):
    geod = pyproj.Geod(a=6371007.2, b=6371007.2)
    lon, lat = centre[0], sign * centre[1]
    ends = [geod.fwd(lon, lat, azimuth + turn, length / 2)[:2] for turn in (0, 180)]
    middle = geod.fwd(lon, lat, azimuth + 90, offset)[:2]
    ring = makers.strip(*(geod.fwd(*middle, heading + turn, 400_000)[:2] for turn in (0, 180)), pairs=3)
    found = len(matching.match(makers.frames(ends), makers.granules(ring), "flightline")) == 1
    line, polygon = spherely.create_linestring(ends), spherely.create_polygon(ring)
    truth = spherely.intersects(line, polygon)
    if found != truth:
        edge = spherely.boundary(polygon)
        assert min(spherely.distance(spherely.create_point(*p), edge) for p in ends) < 10


def test_a_frame_of_zero_length_and_one_with_doubled_vertices_are_matched():
    point = [(-105, -75), (-105, -75)]
    doubled = [(-106, -75), (-106, -75), (-104, -75), (-104, -75)]
    found = matching.match(makers.frames(point, doubled), makers.granules(ACROSS), "flightline")
    assert pairs_of(found) == {(0, 0), (1, 0)}
    assert found.overlap_m[0] == 0


def test_frames_without_a_line_are_matched_by_their_cells_and_cross_nothing():
    table = makers.frames(LINE)
    table.loc[0, "geometry"] = None
    found = matching.match(table, makers.granules(ACROSS), "strtree")
    assert (len(found), found.crosses_line.tolist()) == (1, [False])


def test_frames_without_cells_are_counted_and_match_by_line_only():
    table = makers.frames(LINE, LINE)
    table["opr:mbox"] = [table["opr:mbox"][0], None]
    log = makers.Log()
    found = matching.match(frames.normalize_frames(table), makers.granules(ACROSS), "strtree", progress=log)
    assert pairs_of(found) == {(0, 0)}
    assert "1 of 2 frames has no 'opr:mbox', and no match by cells." in log.warnings


def test_a_granule_without_footprint_is_counted():
    table = makers.granules(ACROSS, FAR)
    table.loc[1, "geometry"] = None
    log = makers.Log()
    assert pairs_of(matching.match(makers.frames(LINE), table, "strtree", progress=log)) == {(0, 0)}
    assert "1 of 2 granules has no footprint, and no match." in log.warnings


def test_no_granules_give_no_pairs():
    for method in matching.METHODS:
        assert len(matching.match(makers.frames(LINE), makers.granules(ACROSS).iloc[:0], method)) == 0


def test_pairs_come_once_and_in_order():
    lines = [LINE] * 3
    found = matching.match(makers.frames(*lines), makers.granules(*[ACROSS] * 4), "strtree")
    assert list(zip(found.frame, found.granule)) == [(f, g) for f in range(3) for g in range(4)]


def test_a_method_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="METHOD must be one of strtree, prefix, flightline, not 'magic'"):
        matching.match(makers.frames(LINE), makers.granules(ACROSS), "magic")


def test_methods_by_cells_say_what_they_need():
    with pytest.raises(InputError, match="METHOD=flightline without cells"):
        matching.match(makers.frames(LINE).drop(columns="opr:mbox"), makers.granules(ACROSS), "prefix")


def test_matching_can_be_cancelled():
    with pytest.raises(CancelledError):
        matching.match(makers.frames(LINE), makers.granules(ACROSS), "strtree", progress=makers.Log(cancel_after=1))


@pytest.mark.parametrize("method", matching.METHODS)
def test_the_southern_pairs_of_a_run_do_not_depend_on_northern_frames_in_it(method):
    south = [LINE, [(175, -79), (-175, -79)], [(0, -86), (20, -85)], [(-20, -87), (170, -88)]]
    rings = [ACROSS, makers.strip((170, -72), (-165, -84)), makers.strip((-60, -80), (110, -82))]
    alone = matching.match(makers.frames(*south), makers.granules(*rings), method)
    north = makers.strip((-40, 69), (-42, 72))
    mixed = matching.match(
        makers.frames(*south, [(-42.5, 70.5), (-39.5, 70.5)]), makers.granules(*rings, north), method
    )
    assert {pair for pair in pairs_of(mixed) if pair[0] < len(south)} == pairs_of(alone)


def test_a_frame_of_several_parts_is_matched_with_each_of_them():
    table = makers.frames(LINE, LINE)
    point = [(-105, -75), (-105, -75)]
    parts = [shapely.MultiLineString([[(60, -70), (61, -70)], LINE]), shapely.MultiLineString([point, point])]
    table = table.set_geometry(gpd.GeoSeries(parts, crs="EPSG:4326"))
    assert pairs_of(matching.match(table, makers.granules(ACROSS), "flightline")) == {(0, 0), (1, 0)}


def authalic_cell(lon, lat, order):
    """Return the cell that holds a point where latitude is made authalic first (Snyder 1987, equation 3-12)."""
    e, sine = 0.081_819_190_842_6, np.sin(np.radians(lat))

    def q(sine):
        return (1 - e**2) * (sine / (1 - (e * sine) ** 2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e))

    return makers.legacy_cell(lon, float(np.degrees(np.arcsin(q(sine) / q(1.0)))), order)


@pytest.mark.parametrize("method", ["strtree", "prefix"])
def test_cells_of_authalic_latitude_are_matched_where_they_are(method):
    line = [(-105.01, -72.0), (-104.99, -72.0)]
    table = makers.frames(line)
    table["opr:mbox"] = [[authalic_cell(lon, lat, 11) for lon, lat in [*line, (-105.0, -72.0)]]]
    # Read as spherical, these cells of 3 km would lie 8 km to the north.
    rings = [makers.strip((-110, lat), (-100, lat), width_km=5) for lat in (-72.0, -71.925, -72.075)]
    found = matching.match(table, makers.granules(*rings), method)
    middle = np.array([makers.great_circle((-110, lat), (-100, lat), 3)[1][1] for lat in (-72.0, -71.925, -72.075)])
    meets = np.abs(middle + 72.0) * 111.2 < 4
    assert pairs_of(found) == {(0, granule) for granule in np.flatnonzero(meets)}


@pytest.mark.parametrize("method", ["strtree", "prefix"])
def test_a_strip_that_lies_inside_a_giant_cell_is_matched_and_one_outside_is_not(method):
    table = makers.frames(LINE)
    table["opr:mbox"] = [[makers.legacy_cell(-105, -75, order)] for order in (0,)]
    other_base_cell = makers.strip((-15, -75), (-14, -76))
    found = matching.match(table, makers.granules(makers.strip((-105, -74), (-104, -75)), other_base_cell), method)
    assert pairs_of(found) == {(0, 0)}


@pytest.mark.parametrize("method", matching.METHODS)
def test_footprints_that_are_no_strips_are_matched_as_strips_of_the_same_shape(method):
    with_a_corner = [(-104, -74), *ACROSS[1:]]
    odd = [*ACROSS[:3], tuple(np.mean(ACROSS[2:4], axis=0)), *ACROSS[3:]]
    lines = makers.frames(LINE, [(60.9, -75), (61.1, -75)])
    strips = matching.match(lines, makers.granules(ACROSS, FAR), method)
    others = matching.match(lines, makers.granules(odd, FAR), method)
    assert pairs_of(strips) == pairs_of(others) == {(0, 0), (1, 1)}
    np.testing.assert_allclose(strips.overlap_m, others.overlap_m, atol=60)
    assert len(matching.match(lines, makers.granules(with_a_corner), method)) == 1


def test_prefix_with_small_cells_covers_also_odd_footprints():
    odd = [(-105.2, -75.4), (-104.8, -74.6), (-104.7, -74.6)]
    table = makers.frames([(-105.0, -75.05), (-105.0, -75.0)])
    table["opr:mbox"] = [[makers.legacy_cell(-105.0, -75.02, 14)]]
    for order, expected in ((5, 1), (14, len(matching.match(table, makers.granules(odd), "strtree")))):
        assert len(matching.match(table, makers.granules(odd), "prefix", cover_order=order)) == expected


def test_a_cover_order_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="The cover order must be between 0 and 18, not 19"):
        matching.match(makers.frames(LINE), makers.granules(ACROSS), "prefix", cover_order=19)


@pytest.mark.parametrize("method", matching.METHODS)
def test_many_granules_are_matched_in_threads_as_one_by_one(method, monkeypatch):
    rings = [makers.strip((lon, -74), (lon - 2, -76)) for lon in np.linspace(-107, -101, 60)]
    table = makers.frames(LINE, [(-105.5, -75.2), (-105.4, -75.5)])
    together = matching.match(table, makers.granules(*rings), method)
    for name in ("_CHUNK", "_LEAST_CHUNK"):
        monkeypatch.setattr(matching, name, 1)
    apart = matching.match(table, makers.granules(*rings), method)
    for name in ("frame", "granule", "crosses_line"):
        assert getattr(together, name).tolist() == getattr(apart, name).tolist()
    np.testing.assert_allclose(together.overlap_m, apart.overlap_m, rtol=1e-9)
    assert 0 < len(together) < 120
