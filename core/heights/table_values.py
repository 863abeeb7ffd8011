"""Arrays as the columns of tables have them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd


def utc(times: np.ndarray) -> pd.DatetimeIndex:
    """Return times of whole milliseconds with their time zone.

    Parameters
    ----------
    times : (n,) ndarray of datetime64
        UTC.
    """
    return pd.DatetimeIndex(times.astype("datetime64[ms]")).tz_localize("UTC")


def named_values(numbers: np.ndarray, names: Mapping[int, str]) -> np.ndarray:
    """Return the names of numbers, None where a number has none.

    Parameters
    ----------
    numbers : (n,) ndarray of uint8
    names : mapping of int to str
    """
    table = np.full(256, None, dtype=object)
    for number, word in names.items():
        table[number] = word
    return table[numbers]
