"""What is known of a pair beside its lines: how many days apart flight and pass are, and which way the pass goes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..frames import Frames
from ..geometry import unit_vectors
from ..icesat2 import headings_at
from .matched_pairs import Pairs


def days_apart(frames: Frames, granules: gpd.GeoDataFrame, pairs: Pairs) -> pd.Series:
    """Return the days from flight to pass of each pair.

    Parameters
    ----------
    frames : Frames
    granules : GeoDataFrame
    pairs : Pairs

    Returns
    -------
    (n,) Series of Int64
        Negative where the pass came first; missing where one of the two days is not known.
    """
    passed = granules["start_time"].dt.tz_localize(None).dt.normalize().array.take(pairs.granule)
    return pd.Series(passed - frames.flown.array.take(pairs.frame)).dt.days.astype("Int64")


def pass_headings(frames: Frames, granules: gpd.GeoDataFrame, pairs: Pairs) -> np.ndarray:
    """Return the direction in which each pair's granule comes by the middle of its frame.

    Parameters
    ----------
    frames : Frames
        The middle is that of the line's vertices; of a frame without a line, that of its cells.
    granules : GeoDataFrame
    pairs : Pairs

    Returns
    -------
    (n,) ndarray of int
        1 northward, -1 southward, 0 where it is not known; see :func:`~xopr_crossovers.core.icesat2.headings_at`.
    """
    rgt, region = (granules[column].fillna(0).to_numpy(dtype=np.int64)[pairs.granule] for column in ("rgt", "region"))
    # Repeats of a track pass a frame alike: one of them, whatever its cycle, tells all.
    (track, tracks), (piece, pieces) = (pd.factorize(numbers) for numbers in (rgt, region))
    alike, kinds = pd.factorize((pairs.frame * len(tracks) + track) * len(pieces) + piece)
    one = np.empty(len(kinds), dtype=np.int64)
    one[alike] = np.arange(len(alike))
    return headings_at(rgt[one], region[one], _middles(frames)[pairs.frame[one]])[alike]


def _middles(frames: Frames) -> np.ndarray:
    """Return a unit vector in the middle of each frame, ``(n, 3)``; NaN where it has no place."""
    xy, owner = shapely.get_coordinates(frames.lon_lat, return_index=True)
    middles = _mean(unit_vectors(*xy.T), owner, len(frames))
    lost = np.isnan(middles[:, 0])
    if (lost & frames.have_cells).any():
        cells = frames.where(lost).cells()
        middles[lost] = _mean(cells.shapes().centres()[cells.cell], cells.frame, int(lost.sum()))
    return middles


def _mean(vectors: np.ndarray, owner: np.ndarray, n: int) -> np.ndarray:
    total = np.stack([np.bincount(owner, part, minlength=n) for part in vectors.T], axis=1)
    with np.errstate(invalid="ignore"):
        middles: np.ndarray = total / np.linalg.norm(total, axis=1)[:, None]
    return middles
