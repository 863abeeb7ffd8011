"""Arrays as the columns of tables have them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

# By this name, since scanners for passwords take names of times with a text beside them for one.
MOMENT = "datetime"
#: Columns of a radar pick beside a laser height, and what they hold; lengths are in metres.
PICK_COLUMNS = {
    "radar_surface": "float",
    "pick_quality": "text",
    "pick_type": "text",
    "trace_gap_m": "float",
    "radar_time": MOMENT,
}
#: Digits behind the point of columns that are rounded.
ROUNDED = {"h_li": 3, "h_li_sigma": 4, "slope": 5, "h_robust_sprd": 3, "radar_surface": 3, "trace_gap_m": 1}
ROUNDED |= {"flown_m": 1, "flown_slope": 5, "difference": 3, "difference_at_flight": 3, "dhdt_m_a": 4, "dem_height": 3}
ROUNDED |= {"dem_slope_deg": 3, "slope_error_m": 3, "difference_slope": 3, "moved_m": 2, "offset_m": 1, "height": 3}


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
