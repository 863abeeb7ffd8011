"""What the heights of laser and radar differ by, with what may explain it; and which are out of line."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .grid_values import GridValues
from .robust import NMAD_FACTOR

#: What is so many NMAD from the median is out of line.
OUTLIER_NMAD = 3.0
#: Fewer differences do not tell what is usual.
FEWEST_TO_TELL = 8
DAYS_A_YEAR = 365.25


def add_differences(
    table: pd.DataFrame, dem: GridValues | None, dhdt: GridValues | None, radar_height: np.ndarray
) -> None:
    """Add what the heights of a table differ by.

    Parameters
    ----------
    table : DataFrame
        With ``lon``, ``lat``, ``h_li``, ``radar_surface``, and ``years`` from the pass to the flight. Gets
        ``difference`` (laser less radar, m), ``difference_at_flight`` (the laser's height carried to the flight's
        time), ``dem_height``, ``dem_slope_deg``, ``slope_error_m`` (by how much a radar sees an inclined plane too
        high), ``difference_slope`` (that taken from the radar's surface) and ``outlier``.
    dem : GridValues or None
        Heights above the ellipsoid, in metres.
    dhdt : GridValues or None
        Metres a year.
    radar_height : (n,) ndarray
        How high the radar was above the surface that it saw, in metres.

    Notes
    -----
    A radar looks down with a wide beam: what it sees first of a plane inclined by `a` is not below it but uphill, at
    the distance H cos(a) of the foot of the perpendicular, where H is the height above the place below. Of the distance
    r that it measures, the surface is r / cos(a) below, not r.
    """
    lon, lat = table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float)
    laser, radar = table["h_li"].to_numpy(dtype=float), table["radar_surface"].to_numpy(dtype=float)
    missing = np.full(len(table), np.nan)
    difference = laser - radar
    table["difference"] = difference
    rate = dhdt.sample(lon, lat) if dhdt else missing
    table["dhdt_m_a"] = rate
    table["difference_at_flight"] = difference + rate * table["years"].to_numpy(dtype=float)
    height = dem.sample(lon, lat) if dem else missing
    slope = dem.slopes(lon, lat) if dem else missing
    table["dem_height"], table["dem_slope_deg"] = height, slope
    error = radar_height * (1.0 / np.cos(np.radians(slope)) - 1.0)
    table["slope_error_m"], table["difference_slope"] = error, difference + error
    off = np.where(np.isfinite(table["difference_at_flight"].to_numpy()), table["difference_at_flight"], difference)
    table["outlier"] = _outliers(off, laser - height, radar - height)


def _outliers(difference: np.ndarray, laser_off: np.ndarray, radar_off: np.ndarray) -> np.ndarray:
    """Return which differences are out of line: ``laser``, ``radar`` or ``both`` where a DEM tells, else ``yes``."""
    outside = _out_of_line(difference)
    laser, radar = _out_of_line(laser_off), _out_of_line(radar_off)
    words = np.select([laser & radar, laser, radar], ["both", "laser", "radar"], "yes").astype(object)
    words[~outside] = None
    return words


def _out_of_line(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    if known.sum() < FEWEST_TO_TELL:
        return np.zeros(len(values), dtype=bool)
    off = np.abs(values - np.median(values[known]))
    usual = NMAD_FACTOR * np.median(off[known])
    return known & (off > OUTLIER_NMAD * usual) & (off > 0)
