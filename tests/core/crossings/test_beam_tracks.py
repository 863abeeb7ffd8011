"""Crossovers against NASA's own tracks and real beams, computed without our code: PROJ's geodesics and planar lines."""

from __future__ import annotations

import geopandas as gpd
import h5py
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

import makers
from standin import strips as standin_strips
from xopr_crossovers.core.crossings.beam_crossovers import crossover_points
from xopr_crossovers.core.crossings.track_search import TrackSearch
from xopr_crossovers.core.frames.table import normalize_frames
from xopr_crossovers.core.geometry import sphere
from xopr_crossovers.core.granules.planned import planned_granules
from xopr_crossovers.core.icesat2 import beams, calendar, orbit

GEOD = pyproj.Geod(ellps="WGS84")
TO_SPACE = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
TO_POLE = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3031", always_xy=True)
# DOMAIN.md section 4: NASA's beam tracks in Antarctica; within the middle pair by its 94 m.
BESIDE = {"gt1l": 3420, "gt1r": 3326, "gt2l": 47, "gt2r": -47, "gt3l": -3326, "gt3r": -3420}
RGTS = np.arange(1, 1388, 27)


@pytest.fixture(scope="module")
def real_frames(real_data):
    parts = [gpd.read_parquet(path) for path in sorted((real_data / "catalog").rglob("*.parquet"))]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs="EPSG:4326")


def southern_passes(real_data):
    """Longitudes and latitudes of NASA's tracks south of 60 S, a place every quarter of a second."""
    points = pd.read_csv(real_data / "orbit" / "rgt_cycle14_points.csv.gz")
    for rgt in RGTS:
        track = points[points["RGT"] == rgt]
        xyz = np.column_stack(TO_SPACE.transform(track["longitude"], track["latitude"], np.zeros(len(track))))
        places = []
        for minute in range(55, 86):
            # A polynomial through eight points, a minute apart.
            powers = np.vander(np.arange(-3.0, 5.0), 8)
            weights = np.linalg.solve(powers.T, np.vander(np.arange(0, 1, 1 / 240), 8).T).T
            places.append(weights @ xyz[minute - 3 : minute + 5])
        lon, lat, _ = TO_SPACE.transform(*np.vstack(places).T, direction="INVERSE")
        yield rgt, lon, lat


def geodesic_lines(frames):
    """The frames' lines in the pole's projection, a vertex every 500 m or less of their geodesics."""
    lines = []
    for line in frames.geometry:
        corners = shapely.get_coordinates(line)
        vertices = []
        for a, b in zip(corners[:-1], corners[1:]):
            count = int(GEOD.inv(*a, *b)[2] // 500) + 1
            vertices += [tuple(a), *GEOD.npts(*a, *b, count)]
        lines.append(shapely.LineString(np.column_stack(TO_POLE.transform(*np.array([*vertices, corners[-1]]).T))))
    return np.array(lines, dtype=object)


def direction(line, point):
    """Direction of a line where it passes a point."""
    at = line.project(point)
    ahead, behind = (shapely.get_coordinates(line.interpolate(at + step))[0] for step in (20, -20))
    return (ahead - behind) / np.linalg.norm(ahead - behind)


def true_crossings(real_data, frames):
    lines = geodesic_lines(frames)
    tree = shapely.STRtree(lines)
    rows = []
    for rgt, lon, lat in southern_passes(real_data):
        azimuth = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[0]
        for beam, metres in BESIDE.items():
            x, y, _ = GEOD.fwd(lon[:-1], lat[:-1], azimuth - 90, np.full(len(azimuth), float(metres)))
            passed = shapely.LineString(np.column_stack(TO_POLE.transform(x, y)))
            for row in tree.query(passed, predicate="intersects"):
                for point in shapely.get_parts(shapely.intersection(passed, lines[row])):
                    turn = np.abs(np.dot(direction(passed, point), direction(lines[row], point)))
                    angle = np.degrees(np.arccos(min(turn, 1.0)))
                    rows.append((frames["id"].iloc[row], rgt, beam, point.x, point.y, angle))
    return pd.DataFrame(rows, columns=["frame_id", "rgt", "beam", "x", "y", "angle"])


@pytest.fixture(scope="module")
def truth(real_data, real_frames):
    """The crossings at more than 2 degrees."""
    found = true_crossings(real_data, real_frames)
    found = found[found["angle"] > 2].reset_index(drop=True)
    assert len(found) > 300
    return found


def apart_from_truth(truth, ours):
    """Distance in metres of each true crossing from the nearest one of ours of the same frame, track and beam."""
    ours = ours.assign(x_ours=ours.geometry.x, y_ours=ours.geometry.y)[["frame_id", "rgt", "beam", "x_ours", "y_ours"]]
    pairs = truth.reset_index().merge(ours.astype({"rgt": int}), on=["frame_id", "rgt", "beam"], how="left")
    return np.hypot(pairs["x"] - pairs["x_ours"], pairs["y"] - pairs["y_ours"]).groupby(pairs["index"]).min()


def test_99_of_100_crossings_of_nasas_beam_tracks_with_real_frames_have_one_of_ours_within_100_m(truth, real_frames):
    passes = [(rgt, region) for region in (10, 11, 12) for rgt in RGTS]
    rings = [standin_strips.ring(rgt, region) for rgt, region in passes]
    names = [f"ATL06_20240101000000_{rgt:04d}22{region:02d}_007_01.h5" for rgt, region in passes]
    granules = makers.granules(*rings, names=names)
    granules["rgt"], granules["region"] = (pd.array(column, dtype="Int64") for column in zip(*passes))
    ours = pd.concat([part for part in crossover_points(real_frames, granules) if len(part)])
    assert set(ours["source"]) == {"rgt"}
    apart = apart_from_truth(truth, ours)
    assert (apart < 100).mean() > 0.99
    assert apart.median() < 5


def test_from_the_numbers_of_tracks_alone_99_of_100_crossings_with_real_frames_are_found_within_100_m(
    truth, real_frames
):
    search = TrackSearch(normalize_frames(real_frames), planned_granules(RGTS))
    ours = pd.concat([part for part in search.crossovers() if len(part)])
    assert set(ours["source"]) == {"track_model"}
    apart = apart_from_truth(truth, ours)
    assert (apart < 100).mean() > 0.99
    assert apart.median() < 5
    counted = search.frames().set_index("id")["n_crossings"]
    assert counted.to_dict() == ours.groupby("frame_id").size().to_dict()


def test_beams_of_real_files_in_greenland_lie_within_25_m_of_ours(real_data):
    off = []
    for path in sorted((real_data / "readalong").glob("processed_ATL06_*.h5")):
        rgt = int(path.name.split("_")[3][:4])
        with h5py.File(path) as file:
            for beam in (name for name in beams.BEAMS if name in file):
                segments = file[f"{beam}/land_ice_segments"]
                lon, lat = segments["longitude"][:], segments["latitude"][:]
                off.append(distances_from_beam(rgt, np.full(len(lon), beam), lon, lat))
    assert len(off) > 15
    assert np.median(np.concatenate(off)) < 25
    assert np.max([np.median(one) for one in off]) < 35


def test_real_segments_at_thwaites_lie_within_25_m_of_our_beams(real_data):
    segments = gpd.read_parquet(real_data / "readalong" / "atl06_heights_thwaites.parquet")
    lon, lat = shapely.get_coordinates(segments.geometry.to_numpy()).T
    beam = segments["beam"].to_numpy()
    # Which track: that of the time, by the calendar; the segments are seconds, tracks an hour and a half apart.
    time = pd.to_datetime(segments["date"]).to_numpy("datetime64[ms]")
    begun = (time - calendar.cycle_start(calendar.cycle_of(time))) / np.timedelta64(1, "s")
    rgt = (begun // calendar.TRACK_SECONDS).astype(int) + 1
    off = np.array([distances_from_beam(*one)[0] for one in zip(rgt, beam[:, None], lon[:, None], lat[:, None])])
    assert len(off) == 61
    assert np.median(off) < 25
    assert off.max() < 60


def distances_from_beam(rgt, beam, lon, lat):
    """Distance in metres of places from the nearest place of their beams' lines, by PROJ."""
    u = np.arange(0, 360, 0.02)
    near = np.abs(orbit.ground_track(rgt, u)[1] - lat.mean()) < 2
    centre, left = orbit.track_vectors(rgt, u[near])
    track_lon, track_lat = sphere.lon_lat(centre)
    azimuth = GEOD.inv(track_lon, track_lat, *sphere.lon_lat(centre + 1e-4 * left))[0]
    found = np.empty(len(lon))
    for name in np.unique(beam):
        metres = beams.BESIDE_M[name] * beams.beam_spread(np.sin(np.radians(track_lat)))
        line = GEOD.fwd(track_lon, track_lat, azimuth, metres)[:2]
        to_pole = pyproj.Transformer.from_crs(
            "EPSG:4326", f"+proj=aeqd +lat_0={lat.mean()} +lon_0={lon.mean()} +ellps=WGS84", always_xy=True
        )
        passed = shapely.linestrings(np.column_stack(to_pole.transform(*line)))
        mine = beam == name
        found[mine] = shapely.distance(shapely.points(*to_pole.transform(lon[mine], lat[mine])), passed)
    return found
