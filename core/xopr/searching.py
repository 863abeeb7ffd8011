"""Upstream's functions that choose frames, window and area, and search; see :mod:`~xopr_crossovers.core.crossovers`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import geopandas as gpd
import numpy as np
import shapely

from ..common import InputError
from ..frames import frame_cells, hold_points
from ..geometry import offsets_of_owners
from ..matching import link_records
from ..morton import cell_numbers as morton
from ..search import LAUNCH, CmrClient, GranuleQuery, box_of, nominal_cycle_days, resolve_window, search_granules, today
from .dictionaries import matchable_frames, with_id

#: First day of data, as upstream has it.
ICESAT2_LAUNCH = LAUNCH.date().isoformat()


def subset_frames_by_points(frames_gdf: gpd.GeoDataFrame, points: object, order: int = 18) -> gpd.GeoDataFrame:
    """Keep the frames of which a cell of ``opr:mbox`` holds at least one of the points.

    Parameters
    ----------
    frames_gdf : GeoDataFrame
        With the column ``opr:mbox``.
    points : array_like, shape (N, 2)
        Latitude and longitude in degrees.
    order : int
        Morton order at which a point is placed; cells finer than that hold no point.

    Returns
    -------
    GeoDataFrame
        Rows of `frames_gdf` in their order, none twice.

    Raises
    ------
    ValueError
        If ``opr:mbox`` is missing or `points` has another shape.
    """
    frames = matchable_frames(frames_gdf)
    pairs = np.asarray(points, dtype=float)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise InputError(f"points must be an (N, 2) array of (lat, lon); got shape {pairs.shape}")
    if len(pairs) == 0 or len(frames) == 0:
        return frames_gdf.iloc[0:0].copy()
    cells = frame_cells(frames)
    low, high = cells.ranges()
    hit = hold_points(cells, pairs[:, 0], pairs[:, 1]) & (high - low >= 4 ** (morton.MAX_ORDER - order))
    return frames_gdf.iloc[np.unique(cells.frame[hit[cells.cell]])].copy()


def cmr_bbox_from_mpolygon(
    mpolygon: Iterable[int], step: int = 32, wrap: str = "shortest"
) -> tuple[float, float, float, float]:
    """Return the search box of morton cells.

    Parameters
    ----------
    mpolygon : iterable of int
        Legacy signed decimals.
    step : int
        Vertices a side of a cell's outline.
    wrap : {'shortest', 'planar'}
        Smallest arc on the circle of longitudes, or smallest and largest longitude as upstream, which becomes
        -180..180 as soon as one cell crosses the antimeridian.

    Returns
    -------
    lon_min, lat_min, lon_max, lat_max : float
        Degrees; ``lon_min > lon_max`` where the box crosses the antimeridian.
    """
    cells = np.unique(np.asarray(list(mpolygon), dtype=np.int64))
    if len(cells) == 0:
        raise InputError("mpolygon holds no cell.")
    if wrap not in ("shortest", "planar"):
        raise InputError(f"wrap must be 'shortest' or 'planar', got {wrap!r}")
    rings = morton.mortie_rings(cells, step)
    planar = float(rings.lon.min()), float(rings.lat.min()), float(rings.lon.max()), float(rings.lat.max())
    shortest = box_of(rings)
    # Where both are the same box, the planar one has not been rounded on its way round the circle.
    return planar if wrap == "planar" or np.allclose(planar, shortest, rtol=0, atol=1e-9) else shortest


def cycle_to_dates(cycle: int) -> tuple[str, str]:
    """Return first and last day (ISO) of a cycle that counts 91 days from launch; the last day begins the next one."""
    start, end = nominal_cycle_days(cycle)
    return start.date().isoformat(), end.date().isoformat()


def resolve_temporal_window(
    frames_gdf: gpd.GeoDataFrame | None = None,
    mode: str = "exact_year",
    cycle: int | None = None,
    date_range: Sequence[str | date] | None = None,
) -> tuple[str, str]:
    """Return the window of a search; the first of `date_range`, `cycle` and `mode` that is given counts.

    Parameters
    ----------
    frames_gdf : GeoDataFrame, optional
        Needed for the mode 'exact_year'; with ``opr:date``.
    mode : {'exact_year', 'all_years'}
        First to last flight date of the frames, or launch to today.
    cycle : int, optional
        See :func:`cycle_to_dates`.
    date_range : (start, end), optional
        ISO text or dates.

    Returns
    -------
    start, end : str
        ISO days.

    Raises
    ------
    ValueError
        If the mode is unknown, 'exact_year' has no frames, or they were all flown before launch.
    """
    if date_range is not None:
        start, end = (day.isoformat() if hasattr(day, "isoformat") else str(day) for day in date_range)
        return start, end
    if cycle is not None:
        return cycle_to_dates(cycle)
    if mode == "all_years":
        return ICESAT2_LAUNCH, today().date().isoformat()
    if mode != "exact_year":
        raise InputError(f"mode must be 'exact_year' or 'all_years', got {mode!r}")
    if frames_gdf is None:
        raise InputError("mode='exact_year' requires frames_gdf")
    window = resolve_window("exact_year", with_id(frames_gdf))
    return window.start_date, window.end_date


def query_cmr_granules(
    start_date: str,
    end_date: str,
    short_name: str = "ATL06",
    version: str = "007",
    provider: str = "NSIDC_CPRD",
    bbox: Sequence[float] | None = None,
    polygon: Sequence[tuple[float, float]] | None = None,
    page_size: int = 2000,
    sleep_s: float = 0.1,
) -> list[dict]:
    """Search CMR for the granules of a window and an area, completely or not at all.

    Parameters
    ----------
    start_date, end_date : str
        ISO days, both included.
    short_name, version, provider : str
    bbox : (west, south, east, north), optional
        Degrees; ``west > east`` crosses the antimeridian.
    polygon : list of (lon, lat), optional
        Closed counter-clockwise ring; taken instead of `bbox` where both are given.
    page_size : int
        At most 2000.
    sleep_s : float
        Pause between pages in seconds.

    Returns
    -------
    list of dict
        ``granule_id``, ``s3_url``, ``https_url`` (None where there is none) and ``points``, the footprint's outline as
        (lat, lon); a footprint of several outlines has them all in ``rings`` as well.

    Raises
    ------
    SearchError
        If CMR cannot be reached, refuses, or delivers less than it promised.
    """
    query = GranuleQuery(
        short_name=short_name,
        version=version,
        provider=provider,
        start=start_date,
        end=end_date,
        boxes=[bbox] if bbox is not None and polygon is None else [],
        polygon=list(polygon) if polygon is not None else None,
        page_size=page_size,
    )
    granules = search_granules(query, CmrClient(pause=sleep_s)).granules
    records = link_records(granules)
    parts, owner = shapely.get_parts(granules.geometry.to_numpy(), return_index=True)
    xy, part = shapely.get_coordinates(shapely.get_exterior_ring(parts), return_index=True)
    corners = list(zip(xy[:, 1].tolist(), xy[:, 0].tolist()))
    first = offsets_of_owners(part, len(parts))
    for number, a, b in zip(owner.tolist(), first[:-1], first[1:]):
        record = records[number]
        if "points" in record:
            record.setdefault("rings", [record["points"]]).append(corners[a:b])
        else:
            record["points"] = corners[a:b]
    return records
