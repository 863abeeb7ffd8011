"""The two results as they are written: matched frames, and one row a frame and granule."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd

from .frames import flight_dates
from .matching import Pairs

#: The keys of a granule in the column ``atl06_granules``, as in the seed.
LINK_KEYS = ("granule_id", "s3_url", "https_url")

#: What the table of pairs takes over from the granule.
GRANULE_COLUMNS = ("granule_id", "rgt", "cycle", "region", "start_time")


def matched_frames(frames: gpd.GeoDataFrame, granules: gpd.GeoDataFrame, pairs: Pairs) -> gpd.GeoDataFrame:
    """Return the frames with their granules.

    Returns
    -------
    GeoDataFrame
        All frames in their order and CRS with ``n_granules``, ``n_crossing`` (granules whose footprint crosses the
        flight line) and ``atl06_granules``, JSON text: a list of ``granule_id``, ``s3_url``, ``https_url``.
    """
    result = frames.copy()
    n = len(frames)
    result["n_granules"] = np.bincount(pairs.frame, minlength=n).astype(np.int64)
    result["n_crossing"] = np.bincount(pairs.frame[pairs.crosses_line], minlength=n).astype(np.int64)
    texts = np.array([json.dumps(link) for link in link_records(granules)], dtype=object)[pairs.granule]
    first = np.searchsorted(pairs.frame, np.arange(n + 1))
    result["atl06_granules"] = [f"[{', '.join(texts[a:b])}]" for a, b in zip(first[:-1], first[1:])]
    return result


def link_records(granules: pd.DataFrame) -> list[dict]:
    """Return one dict a granule with the seed's keys; a missing link is None."""
    links = granules[list(LINK_KEYS)].astype(object)
    return links.where(links.notna(), None).to_dict("records")


def matches(frames: gpd.GeoDataFrame, granules: gpd.GeoDataFrame, pairs: Pairs) -> pd.DataFrame:
    """Return the table of pairs: one row a frame and granule, in order of frame, then time.

    Returns
    -------
    DataFrame
        ``collection`` (where the frames have one), ``frame_id``, ``flight_date``, then the granule's ``granule_id``,
        ``rgt``, ``cycle``, ``region``, ``start_time``, then ``days_between`` (days from flight to pass, negative where
        the pass came first), ``crosses_line``, ``overlap_m`` (metres), ``https_url``, ``s3_url``, ``size_mb``.
    """
    granule = granules.drop(columns=granules.geometry.name).iloc[pairs.granule].reset_index(drop=True)
    frame = frames.iloc[pairs.frame]
    flown = flight_dates(frames).iloc[pairs.frame].reset_index(drop=True)
    passed = granule["start_time"].dt.tz_localize(None).dt.normalize()
    table = pd.DataFrame()
    if "collection" in frames.columns:
        table["collection"] = frame["collection"].to_numpy()
    table["frame_id"] = frame["id"].to_numpy()
    table["flight_date"] = flown.dt.date
    for column in GRANULE_COLUMNS:
        table[column] = granule[column]
    table["days_between"] = (passed - flown).dt.days.astype("Int64")
    table["crosses_line"] = pairs.crosses_line
    table["overlap_m"] = np.round(pairs.overlap_m, 1)
    for column in ("https_url", "s3_url", "size_mb"):
        table[column] = granule[column]
    order = np.lexsort((granule["start_time"].to_numpy("datetime64[ns]"), pairs.frame))
    return table.iloc[order].reset_index(drop=True)
