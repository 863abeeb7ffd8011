"""Heights through time: one row for each frame, track and beam that was crossed in several cycles."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..geometry import LONLAT_CRS, begins, geodesic_lengths, reproject
from .crossovers_read import Planned
from .differences import DAYS_A_YEAR
from .robust import theil_sen
from .table_values import MOMENT

#: Columns of a series before its geometry, and what they hold.
SERIES_COLUMNS = {
    "collection": "text",
    "frame_id": "text",
    "rgt": "int",
    "beam": "text",
    "strong": "bool",
    "n_heights": "int",
    "cycles": "text",
    "first_time": MOMENT,
    "last_time": MOMENT,
    "first_height": "float",
    "last_height": "float",
    "trend_m_a": "float",
    "trend_spread_m_a": "float",
    "dhdt_m_a": "float",
    "radar_surface": "float",
    "difference_median": "float",
    "apart_m": "float",
    "heights": "text",
}
# A beam that crosses a frame twice does so in places that are farther apart (m) than those of one crossing.
_SAME_PLACE_M = 1_000.0


def series_of(table: pd.DataFrame, lon: np.ndarray, lat: np.ndarray, planned: Planned) -> gpd.GeoDataFrame:
    """Gather the heights of each place that was measured in several cycles.

    Parameters
    ----------
    table : DataFrame
        The columns of :data:`~xopr_crossovers.core.heights.HEIGHT_COLUMNS`, a row a crossover.
    lon, lat : (n,) ndarray
        EPSG:4326 degrees.
    planned : Planned
        The same crossovers.

    Returns
    -------
    GeoDataFrame
        :data:`SERIES_COLUMNS`; points in the crossovers' CRS.
    """
    rows = np.flatnonzero((table["h_li"].notna() & table["height_time"].notna()).to_numpy() & (planned.cycle > 0))
    season, frame, beam = (planned.texts(name) for name in ("collection", "frame_id", "beam"))
    keys = pd.DataFrame({"season": season, "frame": frame, "rgt": planned.rgt, "beam": beam}).iloc[rows]
    place = keys.groupby(list(keys.columns), sort=True).ngroup().to_numpy()
    along = table["flown_m"].fillna(planned_distance(planned)).to_numpy(dtype=float)[rows]
    order = np.lexsort((along, place))
    new = begins(place[order])
    new[1:] |= np.diff(along[order]) > _SAME_PLACE_M
    group = np.cumsum(new) - 1
    rows = rows[order]
    several = pd.Series(planned.cycle[rows]).groupby(group).nunique().to_numpy() > 1
    keep = several[group] if len(rows) else np.zeros(0, dtype=bool)
    rows, group = rows[keep], np.unique(group[keep], return_inverse=True)[1]
    order = np.lexsort((table["height_time"].to_numpy()[rows], group))
    return _rows(table, lon, lat, planned, rows[order], group[order])


def planned_distance(planned: Planned) -> pd.Series:
    """Return the planned distances along the frames' lines; 0 where nobody says."""
    if "distance_m" not in planned.table.columns:
        return pd.Series(np.zeros(len(planned)))
    return pd.to_numeric(planned.table["distance_m"], errors="coerce").astype(float).fillna(0.0)


def _rows(
    table: pd.DataFrame, lon: np.ndarray, lat: np.ndarray, planned: Planned, rows: np.ndarray, group: np.ndarray
) -> gpd.GeoDataFrame:
    n = int(group.max()) + 1 if len(group) else 0
    first = np.searchsorted(group, np.arange(n))
    last = np.searchsorted(group, np.arange(n), side="right") - 1
    some = table.iloc[rows].reset_index(drop=True)
    time, height = some["height_time"], some["h_li"].to_numpy(dtype=float)
    years = ((time - pd.Timestamp("2018-01-01", tz="UTC")) / pd.Timedelta(days=DAYS_A_YEAR)).to_numpy(dtype=float)
    medians = some.groupby(group)[["radar_surface", "difference", "dhdt_m_a", "flown_m", "flown_slope"]].median()
    trends = theil_sen(group, years, _at_one_place(some, height, group, medians), n)
    middle = [
        pd.Series(values[rows]).groupby(group).median().to_numpy() for values in _unwrapped(lon, lat, rows, group)
    ]
    apart = np.zeros(n)
    np.maximum.at(
        apart, group, geodesic_lengths(lon[rows], lat[rows], middle[0][group], middle[1][group]) if n else np.zeros(0)
    )
    points = reproject(shapely.points(*middle), LONLAT_CRS, planned.table.crs or LONLAT_CRS)
    texts = {name: pd.Series(planned.texts(name)[rows][first], dtype=object) for name in ("collection", "frame_id")}
    cycles = planned.cycle[rows]
    made = {
        **texts,
        "rgt": planned.rgt[rows][first],
        "beam": pd.Series(planned.texts("beam")[rows][first], dtype=object),
        "strong": some["strong"].iloc[first].reset_index(drop=True),
        "n_heights": np.bincount(group, minlength=n),
        "cycles": _joined(group, [str(number) for number in cycles], n),
        "first_time": time.iloc[first].reset_index(drop=True),
        "last_time": time.iloc[last].reset_index(drop=True),
        "first_height": np.round(height[first], 3),
        "last_height": np.round(height[last], 3),
        "trend_m_a": np.round(trends.slope, 4),
        "trend_spread_m_a": np.round(trends.spread, 4),
        "dhdt_m_a": np.round(medians["dhdt_m_a"].to_numpy(dtype=float), 4),
        "radar_surface": np.round(medians["radar_surface"].to_numpy(dtype=float), 3),
        "difference_median": np.round(medians["difference"].to_numpy(dtype=float), 3),
        "apart_m": np.round(apart, 1),
        "heights": _as_json(some, cycles, first, last),
    }
    if "collection" not in planned.table.columns:
        made.pop("collection")
    return gpd.GeoDataFrame(made, geometry=points, crs=planned.table.crs or LONLAT_CRS)


def _at_one_place(some: pd.DataFrame, height: np.ndarray, group: np.ndarray, medians: pd.DataFrame) -> np.ndarray:
    """Return heights as they would be in the middle of their group, by the slope along the flight where it is known."""
    away = some["flown_m"].to_numpy(dtype=float) - medians["flown_m"].to_numpy(dtype=float)[group]
    rise = away * medians["flown_slope"].to_numpy(dtype=float)[group]
    return height - np.where(np.isfinite(rise), rise, 0.0)


def _unwrapped(lon: np.ndarray, lat: np.ndarray, rows: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return longitudes, near that of the first of each group, and latitudes."""
    near = lon.copy()
    if len(rows):
        start = lon[rows][np.searchsorted(group, group)]
        near[rows] = start + (lon[rows] - start + 180.0) % 360.0 - 180.0
    return near, lat


def _joined(group: np.ndarray, words: list[str], n: int) -> pd.Series:
    parts: list[list[str]] = [[] for _ in range(n)]
    for number, word in zip(group.tolist(), words):
        parts[number].append(word)
    return pd.Series([", ".join(dict.fromkeys(part)) for part in parts], dtype=object)


def _as_json(some: pd.DataFrame, cycles: np.ndarray, first: np.ndarray, last: np.ndarray) -> pd.Series:
    """Return the heights of each group as JSON text: a list of cycle, time, height and sigma."""
    times = some["height_time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ").tolist()
    heights, sigmas = some["h_li"].round(3).tolist(), some["h_li_sigma"].round(4)
    known = [None if missing else value for value, missing in zip(sigmas.tolist(), sigmas.isna())]
    rows = [
        {"cycle": cycle, "time": time, "h_li": height, "h_li_sigma": sigma}
        for cycle, time, height, sigma in zip(cycles.tolist(), times, heights, known)
    ]
    return pd.Series([json.dumps(rows[low : high + 1]) for low, high in zip(first, last)], dtype=object)
