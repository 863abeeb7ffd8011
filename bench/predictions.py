"""Passes near places, ours and as one would find them with lines in a plane: the same places and the same days."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from xopr_crossovers.core.crossings import PassPlan, predict_passes
from xopr_crossovers.core.icesat2 import BEAMS, BESIDE_M, beam_spread, cycle_of, ground_track, rgt_time

TRACKS = np.arange(1, 1388)
DISTANCE_M = 5_000.0
YEARS = PassPlan(DISTANCE_M, "2024-01-01", "2033-12-31")
# South of 60 S, a vertex every 5 km; a track once southward and once northward.
_STEP_DEG = 0.05
_ARCS = ((225.0, 270.0), (270.0, 315.0))


def places(n: int) -> gpd.GeoDataFrame:
    """Return points in Antarctica."""
    rng = np.random.default_rng(11)
    points = shapely.points(rng.uniform(-180, 180, n), rng.uniform(-86, -66, n))
    return gpd.GeoDataFrame(geometry=points, crs=4326)


def key(rgt: np.ndarray, ascending: np.ndarray) -> np.ndarray:
    """Return a pass, northward or southward, as a number below :data:`N_KEYS`."""
    return rgt * 2 + ascending


N_KEYS = 2 * (len(TRACKS) + 1)


def ours(table: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray, int]:
    """Return places and passes, each pair once, and the number of rows of all years."""
    found, n_rows = [], 0
    for rows in predict_passes(table, YEARS).passes():
        n_rows += len(rows)
        found.append(
            (rows["place"].to_numpy() - 1) * N_KEYS
            + key(rows["rgt"].to_numpy(), (rows["direction"] == "ascending").to_numpy())
        )
    place, passed = np.divmod(np.unique(np.concatenate(found)), N_KEYS)
    return place, passed, n_rows


def plain(table: gpd.GeoDataFrame, tracks: np.ndarray = TRACKS) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the same by lines of all beams in EPSG:3031, a tree of them, and distances in the plane."""
    geod = pyproj.Geod(ellps="WGS84")
    plane = pyproj.Proj("EPSG:3031")
    to_plane = pyproj.Transformer.from_crs(4326, 3031, always_xy=True)
    lines, passes, begins, ends = [], [], [], []
    for number, (first, last) in enumerate(_ARCS):
        u = np.arange(first, last + _STEP_DEG / 2, _STEP_DEG)
        rgt, along = (one.ravel() for one in np.meshgrid(tracks, u, indexing="ij"))
        lon, lat = ground_track(rgt, along)
        azimuth = geod.inv(lon, lat, *ground_track(rgt, along + 1e-3))[0]
        spread = beam_spread(np.sin(np.radians(lat)))
        for beam in BEAMS:
            beside = geod.fwd(lon, lat, azimuth - 90, BESIDE_M[beam] * spread)[:2]
            xy = np.column_stack(to_plane.transform(*beside))
            lines.append(shapely.linestrings(xy, indices=np.repeat(np.arange(len(tracks)), len(u))))
            passes.append(key(tracks, np.full(len(tracks), number)))
            begins.append(np.full(len(tracks), first))
            ends.append(np.full(len(tracks), last))
    lines, passes, begins, ends = (np.concatenate(parts) for parts in (lines, passes, begins, ends))
    lon, lat = shapely.get_coordinates(table.geometry.to_numpy()).T
    points = shapely.points(*to_plane.transform(lon, lat))
    scale = plane.get_factors(lon, lat).meridional_scale
    place, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=DISTANCE_M * scale)
    off = shapely.distance(points[place], lines[line]) / scale[place]
    share = shapely.line_locate_point(lines[line], points[place], normalized=True)
    order = np.lexsort((off, passes[line], place))
    pair = place[order] * N_KEYS + passes[line][order]
    best = order[np.append(True, pair[1:] != pair[:-1])]
    u = begins[line[best]] + share[best] * (ends - begins)[line[best]]
    begin, end = YEARS.span()
    n_rows = 0
    for cycle in range(int(cycle_of(begin)), int(cycle_of(end)) + 1):
        moment = rgt_time(passes[line[best]] // 2, cycle, u)
        n_rows += int(((moment >= begin) & (moment < end)).sum())
    return place[best], passes[line[best]], n_rows
