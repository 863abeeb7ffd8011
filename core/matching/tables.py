"""The two results as they are written: matched frames, and one row a frame and granule."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ..frames import AnyFrames, Frames
from ..icesat2 import direction_names
from .matched_pairs import Pairs
from .pair_facts import days_apart, pass_headings

#: The keys of a granule in the column ``atl06_granules``, as upstream has them.
LINK_KEYS = ("granule_id", "s3_url", "https_url")

#: What the table of pairs takes over from the granule.
GRANULE_COLUMNS = ("granule_id", "rgt", "cycle", "region", "start_time")


def matched_frames_and_matches(
    frames: AnyFrames, granules: gpd.GeoDataFrame, pairs: Pairs
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return both tables; see :func:`matched_frames` and :func:`matches`."""
    frames = Frames.of(frames)
    # Once for both.
    granules = granules.assign(**{key: _texts(granules[key]) for key in LINK_KEYS})
    # In this order, since the texts of the frames stay, and what the matches are reckoned from does not.
    found = matches(frames, granules, pairs)
    return matched_frames(frames, granules, pairs), found


def matched_frames(frames: AnyFrames, granules: gpd.GeoDataFrame, pairs: Pairs) -> gpd.GeoDataFrame:
    """Return the frames with their granules.

    Returns
    -------
    GeoDataFrame
        All frames in their order and CRS with ``n_granules``, ``n_crossing`` (granules whose footprint crosses the
        flight line) and ``atl06_granules``, JSON text: a list of ``granule_id``, ``s3_url``, ``https_url``.
    """
    result = Frames.of(frames).table.copy()
    n = len(result)
    result["n_granules"] = np.bincount(pairs.frame, minlength=n).astype(np.int64)
    result["n_crossing"] = np.bincount(pairs.frame[pairs.crosses_line], minlength=n).astype(np.int64)
    used, position = np.unique(pairs.granule, return_inverse=True)
    texts = np.array(_link_texts(granules.iloc[used]), dtype=object)
    first = np.searchsorted(pairs.frame, np.arange(n + 1)).tolist()
    lists = [f"[{', '.join(texts[position[a:b]])}]" for a, b in zip(first[:-1], first[1:])]
    # Objects: the type of texts that pandas has would copy a hundred megabytes.
    result["atl06_granules"] = pd.Series(lists, index=result.index, dtype=object)
    return result


def link_records(granules: pd.DataFrame) -> list[dict]:
    """Return one dict a granule with upstream's keys; a missing link is None.

    Parameters
    ----------
    granules : DataFrame
        With the columns :data:`LINK_KEYS`.
    """
    return [dict(zip(LINK_KEYS, values)) for values in zip(*_links(granules))]


def _links(granules: pd.DataFrame) -> list[list[Any]]:
    return [_texts(granules[key]).tolist() for key in LINK_KEYS]


def _texts(column: pd.Series) -> pd.Series:
    """Return texts as objects, and a missing one as None."""
    texts = column.astype(object)
    return texts.where(texts.notna(), None)


def _link_texts(granules: pd.DataFrame) -> list[str]:
    """Return what ``json.dumps`` makes of each of :func:`link_records`."""
    # Text by text: the whole of a record takes json ten times as long.
    columns = [
        ["null" if value is None else encode_basestring_ascii(value) for value in values] for values in _links(granules)
    ]
    form = "{" + ", ".join(f'"{key}": %s' for key in LINK_KEYS) + "}"
    return [form % texts for texts in zip(*columns)]


def matches(frames: AnyFrames, granules: gpd.GeoDataFrame, pairs: Pairs) -> pd.DataFrame:
    """Return the table of pairs: one row a frame and granule, in order of frame, then time.

    Returns
    -------
    DataFrame
        ``collection`` (where the frames have one), ``frame_id``, ``flight_date``, then the granule's ``granule_id``,
        ``rgt``, ``cycle``, ``region``, ``start_time``, then ``direction`` (``ascending`` or ``descending``, where the
        pass comes by the middle of the frame; missing if that is not known), ``days_between`` (days from flight to
        pass, negative where the pass came first), ``crosses_line``, ``overlap_m`` (metres), ``https_url``, ``s3_url``,
        ``size_mb``.
    """
    frames = Frames.of(frames)
    passed = granules["start_time"]
    when = np.argsort(np.argsort(passed.to_numpy("datetime64[ns]"), kind="stable"), kind="stable")
    pairs = pairs.where(np.lexsort((when[pairs.granule], pairs.frame)))
    frame, granule = pairs.frame, pairs.granule
    table = {}
    if "collection" in frames.table.columns:
        table["collection"] = _repeated(frames.table["collection"], frame)
    table["frame_id"] = _repeated(frames.table["id"], frame)
    table["flight_date"] = frames.flown.dt.date.array.take(frame)
    for column in GRANULE_COLUMNS:
        table[column] = _repeated(granules[column], granule)
    table["direction"] = pd.Series(direction_names(pass_headings(frames, granules, pairs)), dtype=object)
    table["days_between"] = days_apart(frames, granules, pairs)
    table["crosses_line"] = pairs.crosses_line
    table["overlap_m"] = np.round(pairs.overlap_m, 1)
    for column in ("https_url", "s3_url", "size_mb"):
        table[column] = _repeated(granules[column], granule)
    return pd.DataFrame(table)


def _repeated(column: pd.Series, rows: np.ndarray) -> Any:
    """Return some rows of a column, texts as objects: each of them is there once, however often it is repeated."""
    if isinstance(column.dtype, pd.StringDtype) or pd.api.types.is_object_dtype(column.dtype):
        return pd.Series(_texts(column).to_numpy()[rows], dtype=object)
    return column.array.take(rows)
