"""Crossover points lie where a beam crosses the flight line."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

import makers
from beam_points import GEOD, LINE, RADIUS_M, STRIP, lon_lat, modelled, plain_frames, points, random_lines
from depth import drawn
from xopr_crossovers.core import frames as frames_module
from xopr_crossovers.core.geometry import sphere
from xopr_crossovers.core.geometry.projection import reproject
from xopr_crossovers.core.granules import footprints
from xopr_crossovers.core.icesat2.options import BEAMS, LINES
from xopr_crossovers.core.matching import pairs as matching


def test_a_line_across_a_strip_crosses_six_beams_at_their_distances():
    table = points(makers.frames(LINE), makers.granules(STRIP))
    assert sorted(table["beam"]) == sorted(BEAMS)
    assert table["pair"].tolist() == [int(beam[2]) for beam in table["beam"]]
    assert table["side"].tolist() == [{"l": "left", "r": "right"}[beam[3]] for beam in table["beam"]]
    # The pass goes south-west and the line east, so that it meets the right-most beam first.
    ordered = table.sort_values("distance_m")
    assert ordered["beam"].tolist() == ["gt3r", "gt3l", "gt2r", "gt2l", "gt1r", "gt1l"]
    slanted = np.diff(ordered["distance_m"]) * np.sin(np.radians(ordered["angle_deg"].to_numpy()[1:]))
    # NASA's beam tracks: 94 m within a pair, 3,373 m from pair to pair.
    np.testing.assert_allclose(slanted, [94, 3279, 94, 3279, 94], rtol=3e-3)


# At the latitude where the tracks turn, footprints that run across them.
@example(sign=-1, colatitude=2.0, longitude=54.0, heading=199.0, frame_turn=20.0)
@example(sign=-1, colatitude=1.9, longitude=54.0, heading=260.0, frame_turn=20.0)
@drawn(80)
@given(
    sign=st.sampled_from([-1, 1]),
    colatitude=st.floats(0, 30),
    longitude=st.floats(-180, 180),
    heading=st.floats(190, 350),
    frame_turn=st.floats(20, 160),
)
@example(sign=-1, colatitude=6.0, longitude=0.0, heading=264.0, frame_turn=20.0)
def test_beams_go_from_left_to_right_in_any_direction_and_at_both_poles(
    sign, colatitude, longitude, heading, frame_turn
):
    middle = makers.unit_vector(longitude, sign * (90 - colatitude))
    east = np.array([-np.sin(np.radians(longitude)), np.cos(np.radians(longitude)), 0.0])
    north = np.cross(middle, east)

    def towards(azimuth, angle):
        way = np.sin(np.radians(azimuth)) * east + np.cos(np.radians(azimuth)) * north
        return tuple(float(x) for x in np.ravel(sphere.lon_lat(middle * np.cos(angle) + way * np.sin(angle))))

    ring = makers.strip(towards(heading + 180, 0.01), towards(heading, 0.01), pairs=25)
    line = [towards(heading + frame_turn + 180, 0.005), towards(heading + frame_turn, 0.005)]
    # Not the name of a pass: a strip that is drawn anywhere may happen to lie along its track.
    unnamed = makers.granules(ring, names=["drawn.h5"]).assign(rgt=pd.array([pd.NA], dtype="Int64"))
    table = points(plain_frames([line]), unnamed, beams=LINES)
    assert len(table) == 7
    places = {beam: sphere.unit_vectors(*xy) for beam, xy in zip(table["beam"], lon_lat(table))}
    ahead = np.sin(np.radians(heading)) * east + np.cos(np.radians(heading)) * north
    left = np.cross(middle, ahead)
    leftward = np.array([(places[beam] - places["centre"]) @ left for beam in BEAMS]) * RADIUS_M
    # Real beams: 3,371 m from pair to pair in Antarctica, 3,240 m in Greenland, over ice of about 1 km.
    outer = 3373 if sign < 0 else 3248
    expected = np.array([outer + 47, outer - 47, 47, -47, 47 - outer, -47 - outer])
    np.testing.assert_allclose(leftward, expected, rtol=0.02, atol=2)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_line_over_the_pole_and_one_over_the_antimeridian_cross_all_beams(sign):
    pole = makers.strip((100, 89 * sign), (-81, 89 * sign), pairs=45)
    at_180 = makers.strip((-179, 80 * sign), (179, 81 * sign), pairs=45)
    frames = makers.frames([(10, 89.9 * sign), (-170, 89.9 * sign)], [(180, 80.1 * sign), (180, 80.9 * sign)])
    table = points(frames, makers.granules(pole, at_180))
    assert table.groupby(["frame_id", "rgt"]).size().tolist() == [6, 6]
    assert table.crs == ("EPSG:3031" if sign < 0 else "EPSG:3413")
    xy = lon_lat(table)
    assert (np.abs(xy[6:, 0]) > 179.9).all()
    assert (np.abs(xy[:6, 1]) > 89.8).all()


def test_a_point_lies_on_the_flight_line_at_its_distance_and_in_the_footprint():
    line = [(-106, -75), (-105.2, -74.9), (-104.8, -75.05), (-104, -75)]
    table = points(makers.frames(line), makers.granules(STRIP))
    assert len(table) == 6
    lon, lat = lon_lat(table).T
    lengths = GEOD.line_lengths(*np.array(line).T)
    corners = np.concatenate([[0], np.cumsum(lengths)])
    for x, y, distance in zip(lon, lat, table["distance_m"]):
        edge = int(np.searchsorted(corners, distance)) - 1
        assert GEOD.inv(*line[edge], x, y)[2] == pytest.approx(distance - corners[edge], abs=0.2)
        great_circle = np.cross(makers.unit_vector(*line[edge]), makers.unit_vector(*line[edge + 1]))
        off = makers.unit_vector(x, y) @ great_circle / np.linalg.norm(great_circle)
        assert abs(off) * RADIUS_M < 0.01
    footprint = footprints.project_footprints(makers.granules(STRIP), "EPSG:3031")[0]
    assert shapely.contains(footprint, table.geometry.to_numpy()).all()


@pytest.mark.parametrize("region", [10, 11, 12])
def test_lines_from_one_side_of_a_strip_to_the_other_cross_each_beam_and_all_crossings_lie_in_footprints(region):
    frames = plain_frames(random_lines(150, region))
    granules = modelled(region, list(range(1, 1388, 9)))
    table = points(frames, granules)
    pairs = matching.match(frames, granules, "flightline")
    assert len(pairs) > 60
    known = dict(zip(zip(pairs.frame, pairs.granule), pairs.overlap_m))
    frame_of = {name: row for row, name in enumerate(frames["id"])}
    granule_of = {name: row for row, name in enumerate(granules["granule_id"])}
    rows = list(zip(table["frame_id"].map(frame_of), table["granule_id"].map(granule_of)))
    assert set(rows) <= set(known)
    counts = pd.Series(rows).value_counts()

    lines = frames_module.frames_in_layer_crs(frames).geometry.to_numpy()
    shapes = footprints.project_footprints(granules, "EPSG:3031")
    wholly = 0
    for frame, granule in known:
        outside = shapely.get_num_geometries(shapely.difference(lines[frame], shapes[granule])) == 2
        if outside and opposite(lines[frame], granules.geometry.iloc[granule]):
            assert counts.get((frame, granule)) == 6
            wholly += 1
    assert wholly > 40


def opposite(line, ring):
    """Whether a line's ends lie on both sides of the strip's two long edges."""
    xy = shapely.get_coordinates(ring)[:-1]
    half = len(xy) // 2
    edges = [np.vstack([xy[:1], xy[:half:-1]]), xy[1 : half + 1]]
    edges = reproject(np.array([shapely.LineString(edge) for edge in edges]), "EPSG:4326", "EPSG:3031")
    return all(shapely.intersects(line, edge) for edge in edges)


def test_real_footprints_hold_their_beams_but_for_the_bend_along_the_longest_edges(real_data):
    path = real_data / "granules" / "atl03_v007_footprints.parquet"
    real = gpd.read_parquet(path).iloc[::20]
    granules = real.rename(columns={"id": "granule_id", "start_datetime": "start_time", "end_datetime": "end_time"})
    granules = granules[["granule_id", "start_time", "end_time", "geometry"]]
    lines = random_lines(400, 7, km=300, south=30.0, north=59.0)
    log = makers.Log()
    table = points(plain_frames(lines), granules, progress=log, beams=LINES)
    assert set(table["source"]) == {"rgt", "rgt_offset"}
    assert len(table) > 500
    shapes = dict(zip(granules["granule_id"], footprints.project_footprints(granules, "EPSG:3413")))
    off = shapely.distance(table["granule_id"].map(shapes).to_numpy(), table.geometry.to_numpy())
    # Edges are up to 1,600 km long; there the bend of the track brings an outer beam a little over the edge.
    assert (off == 0).mean() > 0.995
    assert off.max() < 1_100
    centre = table[table["beam"] == "centre"]
    seconds = centre["granule_id"].map(dict(zip(granules["granule_id"], granules["start_time"])))
    after = (centre["pass_time"] - seconds).dt.total_seconds()
    assert after.between(0, 515).all()
