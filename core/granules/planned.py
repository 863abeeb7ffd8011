"""Passes by plan, as a granules table without names and footprints."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from ..geometry import LONLAT_CRS
from ..icesat2 import REGIONS, TIME_DTYPE, region_arc, rgt_time
from .table import COLUMNS


def planned_granules(
    rgts: np.ndarray, cycles: np.ndarray | None = None, regions: np.ndarray | None = None
) -> gpd.GeoDataFrame:
    """Return the passes along reference ground tracks as granules that nobody has named or drawn.

    Parameters
    ----------
    rgts : (n,) ndarray of int
        Reference ground tracks, 1 to 1387.
    cycles : (m,) ndarray of int, optional
        Without them each track is there once, without cycle and time.
    regions : (k,) ndarray of int, optional
        Granule regions; all 14 if they are not given.

    Returns
    -------
    GeoDataFrame
        A granules table in order of cycle, track and region. ``start_time`` and ``end_time`` are those of the region by
        the orbit calendar; names, links and geometry are missing.

    Raises
    ------
    InputError
        If a track, cycle or region does not exist.
    """
    numbers = (np.zeros(1, dtype=np.int64) if cycles is None else cycles, rgts, REGIONS if regions is None else regions)
    cycle, rgt, region = (each.ravel() for each in np.meshgrid(*map(np.asarray, numbers), indexing="ij"))
    known = {"rgt": rgt, "region": region, **({} if cycles is None else {"cycle": cycle})}
    table = {}
    for name, dtype in COLUMNS.items():
        table[name] = pd.Series(known.get(name), index=range(len(rgt)), dtype=object if dtype == "text" else dtype)
    if cycles is not None:
        for name, u in zip(("start_time", "end_time"), region_arc(region)):
            table[name] = pd.Series(pd.DatetimeIndex(rgt_time(rgt, cycle, u)).tz_localize("UTC")).astype(TIME_DTYPE)
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * len(rgt), crs=LONLAT_CRS))
