"""Whether passes go north or south: of granules, and at places."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..common import InputError
from .options import ASCENDING, BOTH, DESCENDING, DIRECTIONS
from .orbit import REGIONS, beside_track, region_arc

_TURN_DEG = (90.0, 270.0)
# A pass that is said to be farther off than this, by its name, is not the one that comes by.
_FARTHEST = 0.05


def check_direction(name: str) -> str:
    """Return the name of a direction.

    Parameters
    ----------
    name : str
        Of :data:`DIRECTIONS`.

    Raises
    ------
    InputError
        If there is no such direction.
    """
    if name not in DIRECTIONS:
        raise InputError(f"DIRECTION: there is no direction {name!r}; choose of {', '.join(DIRECTIONS)}.")
    return name


def direction_names(heading: np.ndarray) -> np.ndarray:
    """Return the words for 1 (ascending), -1 (descending) and 0 (None: not known) as an array of objects.

    Parameters
    ----------
    heading : (n,) ndarray of int
        As of :func:`headings_at`.

    Returns
    -------
    (n,) ndarray of object
    """
    return np.array([DESCENDING, None, ASCENDING], dtype=object)[np.asarray(heading, dtype=np.int64) + 1]


def granule_directions(region: pd.Series) -> pd.Series:
    """Return the direction in which granules of regions go.

    Parameters
    ----------
    region : (n,) Series of Int64
        Granule regions, 1 to 14; others, and missing ones, have no direction.

    Returns
    -------
    (n,) Series of object
        ``ascending``, ``descending``, or ``both`` where the satellite turns within the region: 4 over the north and 11
        over the south.
    """
    begin, end = region_arc(np.array(REGIONS))
    middle = (begin + end) / 2.0
    words = np.where(np.cos(np.radians(middle)) > 0, ASCENDING, DESCENDING).astype(object)
    for turn in _TURN_DEG:
        words[(begin < turn) & (turn < end)] = BOTH
    table = np.array([None, *words, None], dtype=object)
    number = region.fillna(0).to_numpy(dtype=np.int64)
    return pd.Series(table[np.clip(number, 0, len(table) - 1)], index=region.index, dtype=object)


def headings_at(rgt: np.ndarray, region: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Tell in which direction passes go by places.

    Parameters
    ----------
    rgt, region : (n,) ndarray of int
        Reference ground track and granule region; 0 where they are not known.
    place : (n, 3) ndarray
        Unit vectors; NaN where there is no place.

    Returns
    -------
    (n,) ndarray of int
        1 where the pass goes north as it comes by, -1 where it goes south, 0 where that is not known: in regions 4 and
        11, if the track or the place is not, or if they are more than 300 km apart.
    """
    known = np.isin(region, REGIONS)
    begin, end = region_arc(np.where(known, region, 1))
    u = (begin + end) / 2.0
    turns = np.zeros(len(u), dtype=bool)
    for turn in _TURN_DEG:
        turns |= (begin < turn) & (turn < end)
    placed = known & turns & (rgt > 0) & np.isfinite(place).all(axis=-1)
    u[placed], left = beside_track(rgt[placed], place[placed], u[placed])
    placed[placed] = np.abs(left) < _FARTHEST
    heading = np.where(np.cos(np.radians(u)) >= 0, 1, -1)
    return np.where(known & (~turns | placed), heading, 0).astype(np.int8)
