"""GPS time, which knows no leap seconds, and UTC, which does."""

from __future__ import annotations

import numpy as np

# Since when GPS time is how many seconds ahead of UTC. Source: IERS Bulletin C (all issues to number 70 of July 2025),
# as in the file leap-seconds.list of IERS and NIST: TAI - UTC less 19 s, which is TAI - GPS.
_AHEAD = (
    ("1980-01-06", 0),
    ("1981-07-01", 1),
    ("1982-07-01", 2),
    ("1983-07-01", 3),
    ("1985-07-01", 4),
    ("1988-01-01", 5),
    ("1990-01-01", 6),
    ("1991-01-01", 7),
    ("1992-07-01", 8),
    ("1993-07-01", 9),
    ("1994-07-01", 10),
    ("1996-01-01", 11),
    ("1997-07-01", 12),
    ("1999-01-01", 13),
    ("2006-01-01", 14),
    ("2009-01-01", 15),
    ("2012-07-01", 16),
    ("2015-07-01", 17),
    ("2017-01-01", 18),
)
_SECONDS = np.array([seconds for _, seconds in _AHEAD])
# Each as the GPS time at which it begins.
_SINCE = np.array([day for day, _ in _AHEAD], dtype="datetime64[s]").astype(np.int64) + _SECONDS

_LATEST = float(np.datetime64("2100-01-01", "s").astype(np.int64))


def gps_to_utc(gps_time: np.ndarray) -> np.ndarray:
    """Return moments in UTC of the times in radar files.

    Parameters
    ----------
    gps_time : (n,) ndarray of float
        Seconds since 1970-01-01 that count leap seconds as from 1980 on: GPS time, with POSIX's origin.

    Returns
    -------
    (n,) ndarray of datetime64[us]
        NaT where there is no number, or none of a year from 1980 to 2099.
    """
    known = np.isfinite(gps_time) & (gps_time >= _SINCE[0]) & (gps_time < _LATEST)
    seconds = np.where(known, gps_time, _SINCE[0])
    utc = seconds - _SECONDS[np.searchsorted(_SINCE, seconds, side="right") - 1]
    moments = np.rint(utc * 1e6).astype(np.int64).astype("datetime64[us]")
    return np.where(known, moments, np.datetime64("NaT", "us"))
