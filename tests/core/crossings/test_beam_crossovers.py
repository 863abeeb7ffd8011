"""Crossover points: rows, filters, times, sources."""

import gzip
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

import makers
from depth import drawn
from standin import strips as standin_strips
from xopr_crossovers.core import frames as frames_module
from xopr_crossovers.core.common.errors import CancelledError, InputError
from xopr_crossovers.core.crossings import COLUMNS, Wanted
from xopr_crossovers.core.crossings.beam_crossovers import crossover_points
from xopr_crossovers.core.geometry import sphere
from xopr_crossovers.core.geometry.projection import reproject
from xopr_crossovers.core.granules import footprints
from xopr_crossovers.core.granules.table import granules_from_umm
from xopr_crossovers.core.icesat2 import calendar, orbit
from xopr_crossovers.core.icesat2.options import BEAMS, LINES
from xopr_crossovers.core.icesat2.strips import find_strips
from xopr_crossovers.core.matching import pairs as matching

GEOD = pyproj.Geod(ellps="WGS84")
RADIUS_M = 6_371_007.2
# South-west over West Antarctica; vertices 5 km apart, so that the line hardly bends between them.
STRIP = makers.strip((-104, -74), (-106, -76), pairs=45)
LINE = [(-106, -75), (-104, -75)]
SEASON = "2020_Test_Synthetic"


def points(frames, granules, progress=None, **wanted):
    """All rows in one table."""
    parts = list(crossover_points(frames, granules, Wanted(**wanted), progress))
    crs = parts[0].crs
    return gpd.GeoDataFrame(pd.concat([part for part in parts if len(part)] or parts, ignore_index=True), crs=crs)


def plain_frames(lines):
    """Frames of many or long lines, without the cells that nobody asks for here."""
    ids = [f"Data_20200101_{number // 1000:02d}_{number % 1000:03d}" for number in range(len(lines))]
    geometry = gpd.GeoSeries([shapely.LineString(line) for line in lines], crs="EPSG:4326")
    return gpd.GeoDataFrame({"id": ids, "collection": SEASON, "opr:date": "20200101"}, geometry=geometry)


def lon_lat(table):
    return shapely.get_coordinates(reproject(table.geometry.to_numpy(), table.crs, "EPSG:4326"))


def modelled(region, rgts, cycle=22):
    """Granules as the stand-in has them, by RGT, region and cycle."""
    rings = [standin_strips.ring(rgt, region) for rgt in rgts]
    u0, u1 = orbit.region_arc(region)
    starts, ends = (pd.to_datetime(calendar.rgt_time(np.array(rgts), cycle, u)).tz_localize("UTC") for u in (u0, u1))
    names = [
        f"ATL06_{start:%Y%m%d%H%M%S}_{rgt:04d}{cycle:02d}{region:02d}_007_01.h5" for rgt, start in zip(rgts, starts)
    ]
    table = makers.granules(*rings, names=names)
    return table.assign(rgt=pd.array(rgts, dtype="Int64"), region=region, start_time=starts, end_time=ends)


def random_lines(n, seed, km=80, south=-86.0, north=-65.0):
    random = np.random.default_rng(seed)
    geod = pyproj.Geod(a=RADIUS_M, b=RADIUS_M)
    lon, lat = random.uniform(-180, 180, n), random.uniform(south, north, n)
    azimuth = random.uniform(0, 360, n)
    ends = [geod.fwd(lon, lat, azimuth + turn, np.full(n, km * 500.0)) for turn in (0, 180)]
    return [[(ends[0][0][i], ends[0][1][i]), (ends[1][0][i], ends[1][1][i])] for i in range(n)]


# --- where ------------------------------------------------------------------------------------------------------------


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


# --- when -------------------------------------------------------------------------------------------------------------


def test_pass_times_and_the_centre_line_are_those_of_published_tracks(real_data):
    path = real_data / "orbit" / "rgt_cycle14_points.csv.gz"
    with gzip.open(path, "rt") as file:
        tracks = pd.read_csv(file, parse_dates=["utc"])
    tracks = tracks[(tracks["latitude"] < -55) & (tracks["RGT"] % 100 == 1)].sort_values(["RGT", "utc"])
    rings, starts, ends, crossing, truth = [], [], [], [], []
    for _, track in tracks.groupby("RGT"):
        if len(track) < 7 or (np.diff(track["utc"]) != np.timedelta64(60, "s")).any():
            continue
        track = track.iloc[: len(track) - (len(track) + 1) % 2]
        lonlat = track[["longitude", "latitude"]].to_numpy()
        azimuth = np.array([GEOD.inv(*a, *b)[0] for a, b in zip(lonlat[:-1], lonlat[1:])])
        back = np.array([GEOD.inv(*b, *a)[0] + 180 for a, b in zip(lonlat[:-1], lonlat[1:])])
        turn = (azimuth[1:] - back[:-1] + 180) % 360 - 180
        heading = np.concatenate([azimuth[:1], back[:-1] + turn / 2, back[-1:]])
        left, right = (
            np.array([GEOD.fwd(*p, a + turn, 6250)[:2] for p, a in zip(lonlat, heading)]) for turn in (-90, 90)
        )
        keep = slice(0, None, 2)
        rings.append(np.vstack([right[keep][:1], left[keep], right[keep][:0:-1]]))
        starts.append(track["utc"].iloc[0])
        ends.append(track["utc"].iloc[-1])
        for row in range(3, len(track) - 1, 2):
            crossing.append([tuple(left[row]), tuple(right[row])])
            truth.append((len(rings) - 1, track["utc"].iloc[row], lonlat[row]))
    granules = makers.granules(*rings)
    granules["start_time"] = pd.to_datetime(starts).tz_localize("UTC")
    granules["end_time"] = pd.to_datetime(ends).tz_localize("UTC")
    frames = plain_frames(crossing)
    table = points(frames, granules, beams=["centre"])
    places = lon_lat(table)
    seconds, metres = [], []
    for number, (granule, moment, place) in enumerate(truth):
        mine = (table["frame_id"] == frames["id"].iloc[number]) & (
            table["granule_id"] == granules["granule_id"].iloc[granule]
        )
        assert mine.sum() == 1
        row = int(np.flatnonzero(mine)[0])
        seconds.append(abs((table["pass_time"].iloc[row].tz_localize(None) - moment).total_seconds()))
        metres.append(GEOD.inv(*place, *places[row])[2])
    assert len(truth) > 20
    # The published times are whole seconds; vertices are two minutes, some 850 km, apart.
    assert max(seconds) < 1.0
    assert np.median(metres) < 60
    assert max(metres) < 300


def test_days_between_count_from_the_flight_and_flight_times_are_given_where_there_are_any():
    frames = makers.frames(LINE, LINE, LINE, date="20240111")
    frames["datetime"] = pd.to_datetime(["2024-01-11T00:00:00Z", "2024-01-11T13:14:15Z", None])
    table = points(frames, makers.granules(STRIP), beams=["centre"])
    assert table["days_between"].tolist() == [-10] * 3
    assert table["flight_date"].astype(str).tolist() == ["2024-01-11"] * 3
    assert table["flight_time"].isna().tolist() == [True, False, True]
    assert table["flight_time"].iloc[1] == pd.Timestamp("2024-01-11T13:14:15Z")
    first, last = pd.Timestamp("2024-01-01T12:00:00Z"), pd.Timestamp("2024-01-01T12:05:00Z")
    assert table["pass_time"].between(first, last).all()


def test_a_granule_without_times_has_crossovers_without_a_time():
    granules = makers.granules(STRIP, names=["mine.h5"])
    granules["start_time"] = granules["end_time"] = pd.NaT
    table = points(makers.frames(LINE), granules)
    assert len(table) == 6
    assert table["pass_time"].isna().all()
    assert table["days_between"].isna().all()


# --- which ------------------------------------------------------------------------------------------------------------


def test_rows_come_in_order_of_frame_pass_time_and_distance():
    granules = modelled(11, list(range(1, 1388, 30)))
    table = points(plain_frames(random_lines(60, 3, south=-86, north=-79)), granules)
    assert len(table) > 300
    order = table.assign(beam=table["beam"].map(LINES.index)).sort_values(
        ["frame_id", "pass_time", "beam", "distance_m"], kind="stable"
    )
    assert order.index.tolist() == table.index.tolist()


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ({"cycles": np.array([21, 23])}, {"cycle": [23]}),
        ({"rgts": np.array([2])}, {"rgt": [2]}),
        ({"regions": np.array([11])}, {"region": [11]}),
        ({"beams": ["gt2l", "centre"]}, {"beam": ["centre", "gt2l"]}),
        ({"max_days": 100.0}, {"cycle": [22]}),
        ({"min_angle": 60.0}, {"frame_id": ["Data_20231201_01_001"]}),
    ],
)
def test_a_filter_keeps_what_is_asked_for_and_says_what_it_left_out(wanted, kept):
    # One line at a right angle to the pass, one at 30 degrees.
    frames = makers.frames(LINE, [(-105.6, -74.6), (-104.4, -75.4)], date="20231201")
    granules = makers.granules(STRIP, STRIP)
    granules["cycle"], granules["region"] = [22, 23], [10, 11]
    granules["start_time"] += pd.to_timedelta([0, 91], unit="D")
    granules["end_time"] += pd.to_timedelta([0, 91], unit="D")
    everything = points(frames, granules, beams=LINES)
    assert everything["angle_deg"].between(20, 60).any()
    log = makers.Log()
    table = points(frames, granules, progress=log, **{"beams": LINES, **wanted})
    for column, values in kept.items():
        assert sorted(set(table[column])) == values
        expected = everything[everything[column].isin(values)].reset_index(drop=True)
        assert table["distance_m"].tolist() == expected["distance_m"].tolist()
    if "beams" not in wanted:
        assert "more left out: " in log.text or "asked for" in log.text


def test_filters_that_leave_no_granule_are_told_in_a_sentence():
    with pytest.raises(InputError, match="None of 1 granule is of the cycles asked for"):
        points(makers.frames(LINE), makers.granules(STRIP), cycles=np.array([3]))


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"max_days": -1.0}, "MAX_DAYS must be at least 0, not -1."),
        ({"max_days": float("nan")}, "MAX_DAYS must be at least 0, not nan."),
        ({"min_angle": 91.0}, "MIN_ANGLE must be from 0 to 90 degrees, not 91."),
        ({"beams": ["gt9x"]}, "BEAMS: there is no beam 'gt9x'"),
    ],
)
def test_what_cannot_be_wanted_is_refused(wanted, message):
    with pytest.raises(InputError) as error:
        Wanted(**wanted)
    assert str(error.value).startswith(message)


def test_no_crossing_gives_one_empty_table_with_all_columns_and_a_warning():
    log = makers.Log()
    parts = list(crossover_points(makers.frames([(60, -70), (61, -70)]), makers.granules(STRIP), progress=log))
    assert [len(part) for part in parts] == [0]
    full = list(crossover_points(makers.frames(LINE), makers.granules(STRIP)))[-1]
    assert list(parts[0].columns) == [*COLUMNS, "geometry"] == list(full.columns)
    assert parts[0].dtypes.tolist() == full.dtypes.tolist()
    assert parts[0].crs == "EPSG:3031"
    assert "No crossover was found" in log.text


def test_no_granules_give_an_empty_table():
    assert len(points(makers.frames(LINE), makers.granules(STRIP).iloc[:0])) == 0


def test_both_hemispheres_in_one_run_give_longitude_and_latitude():
    north = makers.strip((-40, 70), (-42, 72), pairs=45)
    frames = makers.frames(LINE, [(-42.5, 71), (-39.5, 71)])
    both = points(frames, makers.granules(STRIP, north))
    assert both.crs == "EPSG:4326"
    assert both["frame_id"].value_counts().tolist() == [6, 6]
    alone = points(frames.iloc[:1], makers.granules(STRIP))
    np.testing.assert_allclose(both.geometry.get_coordinates().to_numpy()[:6], lon_lat(alone), atol=1e-9)


def test_layers_of_both_hemispheres_give_the_points_that_each_hemisphere_gives_alone():
    lines = random_lines(30, 21, south=-87, north=-75) + random_lines(30, 22, south=75, north=87)
    frames = plain_frames(lines)
    parts = {region: modelled(region, list(range(1, 1388, 40))) for region in (4, 11)}
    both = pd.concat(parts.values(), ignore_index=True)
    layer = footprints.granules_in_layer_crs(both)
    assert layer.crs == "EPSG:4326"
    assert "MultiPolygon" in set(layer.geom_type)
    log = makers.Log()
    together = points(frames_module.frames_in_layer_crs(frames), layer, progress=log)
    assert set(together["source"]) == {"rgt"}
    for half, region in ((slice(0, 30), 11), (slice(30, 60), 4)):
        alone = points(frames.iloc[half], parts[region])
        mine = together[together["region"] == region]
        assert len(alone) > 50
        assert mine["distance_m"].tolist() == pytest.approx(alone["distance_m"].tolist(), abs=0.02)
        assert mine["granule_id"].tolist() == alone["granule_id"].tolist()


def test_frames_without_a_line_or_without_length_are_counted():
    frames = makers.frames(LINE, LINE, [(-105, -75), (-105, -75)])
    frames.loc[1, "geometry"] = None
    log = makers.Log()
    assert len(points(frames, makers.granules(STRIP), progress=log)) == 6
    assert "2 of 3 frames have no line, or one without length, and no crossover." in log.warnings


def test_layers_in_the_pole_s_projection_give_the_same_points():
    frames, granules = plain_frames(random_lines(20, 5, south=-86, north=-80)), modelled(11, list(range(1, 1388, 50)))
    raw = points(frames, granules)
    layer = points(frames_module.frames_in_layer_crs(frames), footprints.granules_in_layer_crs(granules))
    assert raw["beam"].tolist() == layer["beam"].tolist()
    np.testing.assert_allclose(raw.geometry.get_coordinates(), layer.geometry.get_coordinates(), atol=0.01)


@pytest.mark.parametrize("direction", ["ascending", "descending"])
def test_a_direction_keeps_the_passes_that_go_that_way_also_where_a_granule_turns(direction):
    granules = modelled(11, [100, 700])
    lines = []
    for u in (262.0, 278.0, 268.5, 271.5):
        lon, lat = orbit.ground_track(100, u)
        x, y, _ = GEOD.fwd(lon, lat, 90, 6_000)
        lines.append([(lon - (x - lon), lat), (x, y)] if abs(u - 270) > 5 else [(lon, lat - 0.2), (lon, lat + 0.2)])
    frames = plain_frames(lines)
    log = makers.Log()
    both = points(frames, granules, beams=["centre"])
    table = points(frames, granules, progress=log, beams=["centre"], direction=direction)
    assert set(both["direction"]) == {"ascending", "descending"}
    assert set(table["direction"]) == {direction}
    assert len(table) == (both["direction"] == direction).sum()
    assert f"{len(both) - len(table)} more left out: not on {direction} passes" in log.text
    # The first frame lies where RGT 100 is on its way south, the second where it is on its way north.
    mine = both[both["rgt"] == 100].set_index("frame_id")["direction"]
    assert mine["Data_20200101_00_000"] == "descending"
    assert mine["Data_20200101_00_001"] == "ascending"


# --- how it is known --------------------------------------------------------------------------------------------------


def shifted(granules, metres):
    """The descending granules with their footprints moved to the left, by PROJ's geodesics: metres at the pairs."""
    rings = []
    for ring in granules.geometry:
        lon, lat = shapely.get_coordinates(ring)[:-1].T
        left = np.concatenate([[0], np.arange(len(lon) - 1, len(lon) // 2, -1)])
        right = np.arange(1, len(lon) // 2 + 1)
        ahead, back, _ = GEOD.inv(lon[right], lat[right], lon[left], lat[left])
        for side, azimuth in ((left, back + 180), (right, ahead)):
            lon[side], lat[side], _ = GEOD.fwd(lon[side], lat[side], azimuth, np.broadcast_to(metres, len(left)))
        rings.append(shapely.Polygon(np.column_stack([lon, lat])))
    return granules.set_geometry(gpd.GeoSeries(rings, crs="EPSG:4326"))


def test_a_pass_that_keeps_to_its_track_lies_on_it_and_one_that_does_not_as_far_beside_it_as_its_footprint():
    on_track = modelled(10, [300])
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(10)))
    frames = plain_frames([[(lon - 1, lat), (lon + 1, lat)]])
    for metres, source, known, moved in (
        (0, "rgt", 20, 0),
        (120, "rgt", 20, 0),
        (-120, "rgt", 20, 0),
        (180, "rgt_offset", 60, 180),
        (-2500, "rgt_offset", 60, -2500),
        (40_000, "rgt_offset", 60, 40_000),
    ):
        log = makers.Log()
        wide = plain_frames([[(lon - 3, lat), (lon + 3, lat)]]) if abs(metres) > 10_000 else frames
        table = points(wide, shifted(on_track, metres), progress=log, beams=["centre"])
        assert table["source"].tolist() == [source]
        assert table["uncertainty_m"].tolist() == [known]
        assert f"({source})" in log.text
        _, beside = orbit.beside_track(300, sphere.unit_vectors(*lon_lat(table)[0]), np.mean(orbit.region_arc(10)))
        assert beside * RADIUS_M == pytest.approx(moved, abs=1 + abs(moved) * 0.007)


def test_where_the_off_pointing_changes_the_line_follows_it_and_is_less_certain():
    granules = modelled(10, [300])
    n = len(shapely.get_coordinates(granules.geometry.iloc[0])) // 2
    metres = np.zeros(n)
    metres[n // 2 :] = 8_000.0
    table = shifted(granules, metres)
    u0, u1 = orbit.region_arc(10)
    places = [orbit.ground_track(300, u0 + (u1 - u0) * part) for part in (0.15, 0.85)]
    middle = sphere.lon_lat(find_strips(table.geometry.to_numpy()).centre()[[n // 2 - 1, n // 2]].sum(axis=0))
    lines = [[(lon - 2, lat), (lon + 2, lat)] for lon, lat in [*places, [float(value) for value in middle]]]
    found = points(plain_frames(lines), table, beams=["centre"])
    assert found["source"].tolist() == ["rgt_offset"] * 3
    assert found["uncertainty_m"].tolist() == [60, 60, 4000]


def test_a_footprint_elsewhere_than_the_track_of_its_name_is_taken_for_itself_and_counted():
    frames = makers.frames(LINE)
    for named in ({"rgt": 5, "region": 12}, {"rgt": 700, "region": 10}):
        granules = makers.granules(STRIP).assign(**{key: pd.array([value]) for key, value in named.items()})
        log = makers.Log()
        table = points(frames, granules, progress=log)
        assert set(table["source"]) == {"footprint"}
        assert set(table["uncertainty_m"]) == {100}
        assert any("1 granule has a footprint that does not lie along" in line for line in log.warnings)
    # The same pass the other way round is another one: a footprint of region 10 that is named after region 12.
    wrong = modelled(10, [300]).assign(region=pd.array([12]))
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(10)))
    assert set(points(plain_frames([[(lon - 1, lat), (lon + 1, lat)]]), wrong)["source"]) == {"footprint"}


def test_footprints_of_granules_without_a_track_in_their_names_are_taken_for_themselves_without_a_warning():
    granules = makers.granules(STRIP, names=["mine.h5"])
    granules[["rgt", "region", "cycle"]] = pd.NA
    log = makers.Log()
    assert set(points(makers.frames(LINE), granules, progress=log)["source"]) == {"footprint"}
    assert not log.warnings


@pytest.mark.parametrize(("region", "cycle", "known"), [(12, 22, 100), (12, 3, 100), (12, 2, 13_000), (13, 22, 13_000)])
def test_a_planned_track_is_as_certain_as_real_passes_keep_to_theirs(region, cycle, known):
    planned = modelled(region, [300], cycle).assign(cycle=pd.array([cycle]))
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(region)))
    box = shapely.segmentize(shapely.box(lon - 30, lat - 8, lon + 30, lat + 8), 1.0)
    table = points(plain_frames([[(lon - 2, lat), (lon + 2, lat)]]), planned.set_geometry([box], crs="EPSG:4326"))
    assert set(table["source"]) == {"track_model"}
    assert set(table["uncertainty_m"]) == {known}


def test_where_the_footprint_has_no_pairs_the_track_model_is_used_and_named():
    """A box round a modelled pass gives the points of the model, which the strip gives as measured ones."""
    measured = modelled(12, [300])
    planned = measured.copy()
    west, south, east, north = measured.total_bounds
    ring = [(x, y) for y in (south, north) for x in np.linspace(west, east, 30)[:: 1 if y == south else -1]]
    planned = planned.set_geometry([shapely.Polygon(ring)], crs="EPSG:4326")
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(12)))
    frames = makers.frames([(lon - 2, lat - 0.1), (lon + 2, lat - 0.1)])
    log = makers.Log()
    model, footprint = points(frames, planned, progress=log), points(frames, measured)
    assert set(model["source"]) == {"track_model"}
    assert set(footprint["source"]) == {"rgt"}
    assert model["beam"].tolist() == footprint["beam"].tolist()
    apart = shapely.distance(model.geometry.to_numpy(), footprint.geometry.to_numpy())
    assert apart.max() < 100
    assert (model["pass_time"] - footprint["pass_time"]).abs().max() < pd.Timedelta(seconds=1)
    assert any("planned" in line and "track_model" in line for line in log.warnings)


def test_planned_times_are_those_of_the_granule_or_of_the_calendar_where_it_is_a_piece_of_its_region():
    whole, piece, later = modelled(12, [300]), modelled(12, [300]), pd.Timedelta(seconds=70)
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(12)))
    box = shapely.segmentize(shapely.box(lon - 30, lat - 12, lon + 30, lat + 12), 1.0)
    whole, piece = (table.set_geometry([box], crs="EPSG:4326") for table in (whole, piece))
    planned = calendar.rgt_time(300, 22, np.mean(orbit.region_arc(12)))
    whole[["start_time", "end_time"]] += later
    piece["start_time"] += later
    frames = plain_frames([[(lon - 1, lat), (lon + 1, lat)]])
    moments = [
        points(frames, table, beams=["centre"])["pass_time"].iloc[0].tz_localize(None) for table in (whole, piece)
    ]
    assert abs(moments[0] - (pd.Timestamp(planned) + later)) < pd.Timedelta(seconds=1)
    assert abs(moments[1] - pd.Timestamp(planned)) < pd.Timedelta(seconds=1)


def test_a_planned_crossing_outside_the_footprint_is_left_out():
    granules = modelled(12, [300])
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(12)))
    box = shapely.box(lon - 5, lat - 1, lon + 5, lat + 1)
    granules = granules.set_geometry([shapely.segmentize(box, 1.0)], crs="EPSG:4326")
    far = orbit.ground_track(300, orbit.region_arc(12)[0] + 1)
    lines = [[(x - 1, y), (x + 1, y)] for x, y in ((lon, lat), far)]
    log = makers.Log()
    table = points(plain_frames(lines), granules, progress=log)
    assert table["frame_id"].unique().tolist() == ["Data_20200101_00_000"]
    assert "6 more left out: on a planned track outside the granule's footprint." in log.infos


def test_where_nothing_is_known_the_middle_of_the_way_through_is_given():
    box = shapely.segmentize(shapely.box(-106, -76, -104, -74), 0.5)
    granules = makers.granules(STRIP, names=["mine.h5"]).set_geometry([box], crs="EPSG:4326")
    granules[["rgt", "region", "cycle"]] = pd.NA
    frames = makers.frames([(-108, -75), (-102, -75)], [(-105.5, -75), (-104.5, -75)], [(-100, -75), (-99, -75)])
    log = makers.Log()
    table = points(frames, granules, progress=log, beams=["gt1l"])
    assert table["source"].tolist() == ["strip", "strip"]
    assert table[["beam", "pair", "side", "angle_deg", "pass_time"]].isna().all(axis=None)
    length = GEOD.inv(-108, -75, -102, -75)[2]
    np.testing.assert_allclose(lon_lat(table)[:, 0], [-105, -105], atol=1e-3)
    np.testing.assert_allclose(table["distance_m"], [length / 2, GEOD.inv(-105.5, -75, -104.5, -75)[2] / 2], atol=20)
    assert table["days_between"].tolist() == [1461, 1461]
    # Half of the way through: as far as the point may be off along the line.
    ways = [GEOD.inv(-106, -75, -104, -75)[2] / 2, GEOD.inv(-105.5, -75, -104.5, -75)[2] / 2]
    np.testing.assert_allclose(table["uncertainty_m"], ways, rtol=2e-3)
    assert table["direction"].isna().all()
    assert any("strip" in line for line in log.warnings)


def test_strip_rows_and_beam_rows_are_in_one_order_of_frames(monkeypatch):
    monkeypatch.setattr("xopr_crossovers.core.crossings.cube_grid._CANDIDATES", 1)
    box = shapely.segmentize(shapely.box(-110, -76, -104, -74), 0.5)
    granules = makers.granules(STRIP, STRIP, names=["ATL06_20240101000000_00012211_007_01.h5", "mine.h5"])
    granules.loc[1, ["rgt", "region", "cycle"]] = pd.NA
    granules.loc[1, "geometry"] = box
    frames = makers.frames(
        [(-109, -75), (-108, -75)], LINE, [(-107, -75), (-106.5, -75)], LINE, [(-109, -75), (-108, -75)]
    )
    table = points(frames, granules, beams=["centre"])
    assert table["frame_id"].str[-1].tolist() == ["1", "2", "2", "3", "4", "4", "5"]
    assert sorted(table["source"]) == ["footprint"] * 2 + ["strip"] * 5


def test_real_old_footprints_are_known_for_what_they_are(real_data):
    path = real_data / "granules" / "atl06_real_values_umm.json"
    items = json.loads(path.read_text(encoding="utf-8"))
    granules, _ = granules_from_umm(items["items"] if isinstance(items, dict) else items)
    log = makers.Log()
    lines = random_lines(300, 11, km=300, south=-80, north=-55) + random_lines(200, 12, km=300, south=62, north=82)
    table = points(plain_frames(lines), granules, progress=log)
    sources = table.groupby("granule_id")["source"].agg(set)
    # Footprints are 12.5 km wide strips since version 006, and 36 km wide before.
    by_version = {name: next(iter(source)) for name, source in sources.items()}
    assert {source for name, source in by_version.items() if "_006_" not in name} == {"track_model"}
    assert "rgt_offset" in {source for name, source in by_version.items() if "_006_" in name}
    assert len(by_version) > 30


def test_granules_without_a_footprint_are_counted():
    granules = makers.granules(STRIP, STRIP)
    granules.loc[1, "geometry"] = None
    log = makers.Log()
    assert len(points(makers.frames(LINE), granules, progress=log)) == 6
    assert "1 granule has no footprint, and no crossover." in log.warnings


@pytest.mark.parametrize("looks", [0, 1, 2])
def test_the_search_can_be_stopped_at_any_stage(looks):
    with pytest.raises(CancelledError):
        points(makers.frames(LINE), makers.granules(STRIP), progress=makers.Log(cancel_after=looks))
