"""ICESat-2's calendar: when it passes by plan.

Nothing here is a measurement. Against 2,145 real granule names of cycles 1 to 30 it is 2 seconds off in the median, 20
at the 99th percentile, 42 at most. After cycle 30 nobody knows the drift, which was up to 35 seconds from one cycle to
the next.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..common import InputError
from .even_orbit import ECCENTRICITY, TRACKS_PER_CYCLE
from .orbit import checked_rgt, first_of

FIRST_CROSSING = np.datetime64("2018-09-28T16:20:24.000", "ms")
"""RGT 1 of cycle 1 at the equator, UTC; fitted (see the module's docstring)."""
CYCLE_DAYS = 90.81927
"""Days between the starts of two cycles; fitted."""
TRACK_SECONDS = 5657.3807
"""Seconds from one RGT to the next, and so once round the orbit; fitted."""

# How much later than by the even calendar the middle of each cycle came, from the first on, in seconds: by cycle starts
# fitted on 67,711 real granule names. The satellite is pushed back onto its track, not into its time.
_LATE_S = (
    *(-27, -14, -18, -20, -12, -12, -9, -6, -3, 6, 12, 20, 34, 39, 47),
    *(60, 55, 61, 58, 25, 16, 2, -11, -16, -21, -30, -41, -75, -78, -75),
)
# A whole number of milliseconds: counted in these, no cycle begins a rounding error before itself.
_CYCLE_MS = round(CYCLE_DAYS * 86_400_000)


def rgt_time(rgt: npt.ArrayLike, cycle: npt.ArrayLike, u: npt.ArrayLike = 0.0) -> npt.NDArray[np.datetime64]:
    """Tell when ICESat-2 is at a place of a reference ground track.

    Parameters
    ----------
    rgt : array_like of int
        Reference ground track, 1 to 1387.
    cycle : array_like of int
        Repeat cycle, 1 or more.
    u : array_like of float, optional
        Argument of latitude in degrees, 0 (the default) for the ascending crossing of the equator.

    Returns
    -------
    ndarray of datetime64[ms]
        Planned time, UTC, in the shape that the arguments broadcast to.

    Raises
    ------
    InputError
        If a track or cycle does not exist.
    """
    return _time(checked_rgt(rgt), _checked_cycle(cycle), np.asarray(u, dtype=float))


def _time(
    rgt: int | npt.NDArray[np.int64], cycle: npt.NDArray[np.int64], u: float | npt.NDArray[np.float64]
) -> npt.NDArray[np.datetime64]:
    orbits = rgt - 1 + u / 360.0
    middles = np.arange(len(_LATE_S)) + 1.5
    late = np.interp(cycle + orbits / TRACKS_PER_CYCLE, middles, _LATE_S)
    # Of an ellipse: where the satellite is low it is fast, and early.
    late = late + ECCENTRICITY * TRACK_SECONDS / np.pi * np.cos(np.radians(u))
    milliseconds = _CYCLE_MS * (cycle - 1) + 1000.0 * (TRACK_SECONDS * orbits + late)
    return FIRST_CROSSING + np.rint(milliseconds).astype("timedelta64[ms]")


def cycle_start(cycle: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
    """Tell when a repeat cycle begins: RGT 1 at the equator.

    Parameters
    ----------
    cycle : array_like of int
        Repeat cycle, 1 or more. Cycle 1 counts from 2018-09-28, though the first data are of 2018-10-13.

    Returns
    -------
    ndarray of datetime64[ms]
        UTC; the cycle ends where the next one begins.
    """
    return rgt_time(1, cycle)


def cycle_of(time: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Tell in which repeat cycle a time lies.

    Parameters
    ----------
    time : array_like of datetime64
        UTC.

    Returns
    -------
    ndarray of int64
        Cycle numbers; below 1 before 2018-09-28.
    """
    time = np.asarray(time, dtype="datetime64[ms]")
    cycle = (time - FIRST_CROSSING) // np.timedelta64(_CYCLE_MS, "ms") + 1
    begin, end = (_time(1, cycle + step, 0.0) for step in (0, 1))
    return cycle - (time < begin) + (time >= end)


def _checked_cycle(cycle: npt.ArrayLike) -> npt.NDArray[np.int64]:
    number = np.asarray(cycle)
    if np.any(number < 1):
        raise InputError(f"Cycle {first_of(number, number < 1)} does not exist: repeat cycles count from 1.")
    return number.astype(np.int64)
