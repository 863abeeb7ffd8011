"""What the tests of crossover points share: frames and granules to cross, and the points in one table."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

import makers
from standin import strips as standin_strips
from xopr_crossovers.core.crossings import Wanted
from xopr_crossovers.core.crossings.beam_crossovers import crossover_points
from xopr_crossovers.core.geometry.projection import reproject
from xopr_crossovers.core.icesat2 import calendar, orbit

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
