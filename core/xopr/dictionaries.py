"""Upstream's dictionaries and tables, as notebooks hold them, and the columns that the engine takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import geopandas as gpd
import numpy as np
import shapely

from ..common import InputError
from ..frames import MBOX, lists_of_cells
from ..geometry import LONLAT_CRS, Polylines, gather, offsets_of, offsets_of_owners, spread, subdivide
from ..matching import LINK_KEYS
from ..morton import cell_numbers as morton


def matchable_frames(frames_gdf: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return frames as the engine takes them, in the same order.

    Raises
    ------
    InputError
        If ``opr:mbox`` is missing.
    """
    if MBOX not in frames_gdf.columns:
        raise InputError(
            "frames_gdf is missing 'opr:mbox'; load a season catalog made in April 2026 or later (xOPR issue #78)."
        )
    frames = with_id(frames_gdf).reset_index(drop=True)
    frames[MBOX] = lists_of_cells(frames[MBOX], frames["id"])
    return frames


def with_id(frames_gdf: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a copy that has a column ``id``, a geometry and a CRS, whatever a notebook left of them."""
    frames = gpd.GeoDataFrame(frames_gdf.copy())
    if "id" not in frames.columns:
        frames["id"] = frames.index.astype(str)
    if frames._geometry_column_name not in frames.columns:
        frames = frames.set_geometry(gpd.GeoSeries([None] * len(frames), index=frames.index, crs=LONLAT_CRS))
    return frames if frames.crs is not None else frames.set_crs(LONLAT_CRS)


def closed_ring(points: Sequence[tuple[float, float]]) -> np.ndarray:
    """Return an outline as closed (lon, lat)."""
    lon_lat = np.asarray(points, dtype=float)[:, ::-1]
    return lon_lat if np.array_equal(lon_lat[0], lon_lat[-1]) else np.vstack([lon_lat, lon_lat[:1]])


def with_footprints(granules: Iterable[dict]) -> tuple[list[dict], np.ndarray]:
    """Return the granules that have a link and an outline, and their footprints in longitude and latitude."""
    linked = [record for record in granules if record.get("s3_url") or record.get("https_url")]
    outlines, owner = [], []
    for number, record in enumerate(linked):
        for outline in record.get("rings") or (record.get("points"),):
            if outline is not None and len(outline) >= 3:
                outlines.append(outline)
                owner.append(number)
    if not outlines:
        return [], np.zeros(0, dtype=object)
    xy, offsets = _closed(outlines)
    length = np.diff(offsets)
    good = (length >= 4) & (np.add.reduceat(~np.isfinite(xy).all(axis=1), offsets[:-1]) == 0)
    ring = np.repeat(np.cumsum(good) - 1, length)
    inside = np.repeat(good, length)
    if not good.any():
        return [], np.zeros(0, dtype=object)
    parts = shapely.polygons(shapely.linearrings(xy[inside], indices=ring[inside]))
    kept, position = np.unique(np.array(owner)[good], return_inverse=True)
    return [linked[number] for number in kept.tolist()], gather(parts, position, len(kept))


def _closed(outlines: Sequence[Sequence[tuple[float, float]]]) -> tuple[np.ndarray, np.ndarray]:
    """Return outlines as (lon, lat), each ending where it begins, and their offsets."""
    lon_lat = np.array(list(chain.from_iterable(outlines)), dtype=float)[:, 1::-1]
    length = np.fromiter(map(len, outlines), dtype=np.int64, count=len(outlines))
    start = offsets_of(length)[:-1]
    is_open = (lon_lat[start] != lon_lat[start + length - 1]).any(axis=1)
    outline, vertex = spread(length + is_open)
    return lon_lat[start[outline] + vertex % length[outline]], offsets_of(length + is_open)


def outline_samples(rings: Sequence[object], per_edge: int, edges: str) -> tuple[np.ndarray, np.ndarray]:
    """Return whose each sample is, and its NESTED order-18 index."""
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if edges == "great_circle":
        found = subdivide(Polylines(xy[:, 0], xy[:, 1], offsets_of_owners(ring, len(rings))), per_edge)
        kept = np.ones(len(found.lon), dtype=bool)
        kept[found.offsets[1:] - 1] = False
        lon, lat, owner = found.lon[kept], found.lat[kept], found.line[kept]
    elif edges == "lonlat":
        start = np.flatnonzero(ring[1:] == ring[:-1])
        points = np.linspace(xy[start], xy[start + 1], per_edge, endpoint=False, axis=1).reshape(-1, 2)
        lon, lat, owner = points[:, 0], points[:, 1], np.repeat(ring[start], per_edge)
    else:
        raise InputError(f"edges must be 'great_circle' or 'lonlat', got {edges!r}")
    return owner, morton.point_indices(lat, lon)


def attach(
    frames_gdf: gpd.GeoDataFrame, records: Sequence[dict], frame: np.ndarray, granule: np.ndarray
) -> gpd.GeoDataFrame:
    """Return a copy of the frames with their granules as lists of dict."""
    links = [{key: record.get(key) for key in LINK_KEYS} for record in records]
    first = offsets_of_owners(frame, len(frames_gdf))
    numbers = granule.tolist()
    lists = [[links[number] for number in numbers[a:b]] for a, b in zip(first[:-1], first[1:])]
    result = frames_gdf.copy()
    result["atl06_granules"] = lists
    result["n_granules"] = [len(found) for found in lists]
    return result
