"""ICESat-2's calendar and reference ground tracks: where and when it passes by plan.

Nothing here is a measurement: the reference ground track (RGT) is what the satellite is pointed at, and the calendar
when it should be there.

How far it is off:

- Ground track: NASA's own tracks, within 0.13 m across. From cycle 3 on the satellite keeps to them over the polar
  regions (4.4 +- 6.0 m, Luthcke et al. 2021; real ATL06 files: 1 to 10 m); over other land, and in cycles 1 and 2, it
  points up to 45 km beside them.
- Calendar: against 2,145 real granule names of cycles 1 to 30, 2 seconds in the median, 20 at the 99th percentile, 42
  at most. After cycle 30 nobody knows the drift, which was up to 35 seconds from one cycle to the next.

Terms: an orbit is counted from its ascending crossing of the equator; ``u`` is the argument of latitude, the angle
in degrees that the satellite has travelled since then (0 and 360 at the equator northward, 90 at the northernmost
point, 270 at the southernmost). The even track is that of a circular orbit over an Earth that turns evenly; the
reference track undulates about it by up to 2.5 km.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..common import InputError
from ..geometry import EARTH_RADIUS_M, WGS84_E2, lon_lat
from . import even_orbit, track_table
from .even_orbit import ECCENTRICITY, FIRST_NODE, INCLINATION, NODE_SHIFT, TRACKS_PER_CYCLE

__all__ = ["FIRST_NODE", "INCLINATION", "NODE_SHIFT", "TRACKS_PER_CYCLE"]

REGIONS = range(1, 15)
"""Granule regions: the 14 pieces into which ICESat-2's products cut each orbit."""

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
# In orbits: a table's last polynomial is good for so much more.
_CARRIED_ON = 0.003
_NORTHERN_EDGES = (27.0, 59.5, 80.0)
_SOUTHERN_EDGES = (27.0, 50.0, 79.0)


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
    return _time(_checked_rgt(rgt), _checked_cycle(cycle), np.asarray(u, dtype=float))


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


def ground_track(rgt: npt.ArrayLike, u: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Tell where a reference ground track runs: NASA's own, within 0.13 m across.

    Parameters
    ----------
    rgt : array_like of int
        Reference ground track, 1 to 1387.
    u : array_like of float
        Argument of latitude in degrees.

    Returns
    -------
    longitude, latitude : ndarray of float
        EPSG:4326 degrees, longitude from -180 up to 180, in the shape that the arguments broadcast to.

    Raises
    ------
    InputError
        If a track does not exist.
    """
    longitude, latitude = lon_lat(track_vectors(rgt, u)[0])
    return (longitude + 180.0) % 360.0 - 180.0, latitude


def track_vectors(rgt: npt.ArrayLike, u: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Tell where a reference ground track runs, and what is left of it.

    Parameters
    ----------
    rgt, u : array_like
        As for :func:`ground_track`.

    Returns
    -------
    centre, left : (..., 3) ndarray
        Unit vectors, latitude taken as spherical: the place, and the direction at a right angle to the even track.
    """
    centre, _, left = even_orbit.track(_checked_rgt(rgt), u)
    centre = centre + _offset(rgt, u)[..., None] * left
    return centre / np.linalg.norm(centre, axis=-1)[..., None], left


def beside_track(
    rgt: npt.ArrayLike, place: npt.NDArray[np.float64], near: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Tell where places lie along and beside a reference ground track.

    Parameters
    ----------
    rgt : array_like of int
        Reference ground track, 1 to 1387.
    place : (..., 3) ndarray
        Unit vectors, latitude taken as spherical.
    near : array_like of float
        Argument of latitude in degrees: of the ways past the place that within half an orbit from here is meant.

    Returns
    -------
    u : ndarray
        Argument of latitude where the place is abeam, within 180 degrees of `near`.
    left : ndarray
        How far left of the track the place lies: the sine of the angle on the core's sphere.
    """
    u, left = even_orbit.beside_even_track(_checked_rgt(rgt), place, near)
    return u, left - _offset(rgt, u)


def _offset(rgt: npt.ArrayLike, u: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return how far left of the even track the reference track runs, in radians."""
    orbits = _checked_rgt(rgt) - 1 + np.asarray(u, dtype=float) / 360.0
    # The tracks of a cycle join each other; only far before the first and after the last it is those of the next.
    orbits = np.where(
        (orbits < -_CARRIED_ON) | (orbits > TRACKS_PER_CYCLE + _CARRIED_ON), orbits % TRACKS_PER_CYCLE, orbits
    )
    return track_table.interpolated(track_table.offsets_m(), orbits * track_table.PER_ORBIT) / EARTH_RADIUS_M


def argument_of_latitude(latitude: npt.ArrayLike, ascending: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Tell where in its orbit the satellite passes a latitude.

    Parameters
    ----------
    latitude : array_like of float
        Geodetic latitude in degrees.
    ascending : array_like of bool
        Whether on the way north.

    Returns
    -------
    ndarray of float
        ``u`` in degrees, 0 to 360 (0 at the equator northward); NaN where no track gets so close to the pole.
    """
    geocentric = np.arctan((1 - WGS84_E2) * np.tan(np.radians(np.asarray(latitude, dtype=float))))
    sine = np.sin(geocentric) / np.sin(np.radians(INCLINATION))
    u = np.degrees(np.arcsin(np.where(np.abs(sine) <= 1, sine, np.nan)))
    return np.where(ascending, u, 180.0 - u) % 360.0


def region_arc(region: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Tell which part of an orbit is in a granule region.

    Parameters
    ----------
    region : array_like of int
        Granule region, 1 to 14: 1 to 3 northward from the equator over 27 and 59.5 to 80 N, 4 over the north,
        5 to 7 southward to the equator, 8 to 10 southward over 27 and 50 to 79 S, 11 over the south, 12 to 14 back
        to the equator.

    Returns
    -------
    u0, u1 : ndarray of float
        Arguments of latitude in degrees where the region begins and ends, 0 to 360, ``u0 < u1``.

    Raises
    ------
    InputError
        If a region does not exist.
    """
    number = np.asarray(region)
    if not np.all(np.isin(number, REGIONS)):
        raise InputError(f"Region {_first(number, ~np.isin(number, REGIONS))} does not exist: regions are 1 to 14.")
    bounds = _region_bounds()
    return bounds[number.astype(int) - 1], bounds[number.astype(int)]


def _region_bounds() -> npt.NDArray[np.float64]:
    north = argument_of_latitude(_NORTHERN_EDGES, True)
    south = argument_of_latitude(_SOUTHERN_EDGES, True)
    return np.concatenate([[0.0], north, 180.0 - north[::-1], [180.0], 180.0 + south, 360.0 - south[::-1], [360.0]])


def _checked_rgt(rgt: npt.ArrayLike) -> npt.NDArray[np.int64]:
    number = np.asarray(rgt)
    wrong = ~((number >= 1) & (number <= TRACKS_PER_CYCLE))
    if np.any(wrong):
        raise InputError(f"RGT {_first(number, wrong)} does not exist: reference ground tracks are 1 to 1387.")
    return number.astype(np.int64)


def _checked_cycle(cycle: npt.ArrayLike) -> npt.NDArray[np.int64]:
    number = np.asarray(cycle)
    if np.any(number < 1):
        raise InputError(f"Cycle {_first(number, number < 1)} does not exist: repeat cycles count from 1.")
    return number.astype(np.int64)


def _first(values: npt.NDArray, wrong: npt.NDArray[np.bool_]) -> object:
    return np.atleast_1d(values)[np.atleast_1d(wrong)][0]
