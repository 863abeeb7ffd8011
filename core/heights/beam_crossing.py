"""Where a beam, as its segments lie, crosses the flown line, and how high the ice is there."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ..altimetry import IceSegments
from ..geometry import Columns
from .pole_planes import cross, from_pole_planes, in_pole_planes

#: Columns of the segments that are needed.
SEGMENT_COLUMNS = ("h_li_sigma", "dh_fit_dx", "h_robust_sprd", "snr_significance")

# A beam's direction is that of its segments if they reach so far from their middle (m along the track): single ones lie
# up to metres beside it. Where the track's own direction is not known, less must do.
_LEAST_REACH_M, _LEAST_ALONE_M = 100.0, 15.0
# Within half its length (m) a segment's height holds without a slope.
_HALF_SEGMENT_M = 20.0
_EPOCH = np.datetime64("2018-01-01T00:00:00", "ns")


@dataclass(frozen=True)
class LaserAt(Columns):
    """Laser heights where beams cross flown lines; NaN (and 0 segments) where there is none.

    Attributes
    ----------
    lon, lat : (n,) ndarray
        The measured place, EPSG:4326 degrees; NaN where no segment is near.
    h_li, h_li_sigma : (n,) ndarray
        Metres above the ellipsoid, and the error.
    height_time : (n,) ndarray of datetime64[ns]
        UTC.
    quality : (n,) ndarray of float
        ``atl06_quality_summary`` of the worse segment.
    n_segments : (n,) ndarray of int
        2 where the height lies between two, 1 where it is carried on from one.
    slope : (n,) ndarray
        Along the beam, in metres a metre.
    h_robust_sprd, snr_significance : (n,) ndarray
        Of the worse segment.
    reason : (n,) ndarray of object
        Why there is no height, in short; empty where there is one.
    """

    lon: np.ndarray
    lat: np.ndarray
    h_li: np.ndarray
    h_li_sigma: np.ndarray
    height_time: np.ndarray
    quality: np.ndarray
    n_segments: np.ndarray
    slope: np.ndarray
    h_robust_sprd: np.ndarray
    snr_significance: np.ndarray
    reason: np.ndarray

    @classmethod
    def none(cls, n: int, reason: str = "") -> LaserAt:
        """Return that of so many places without a height."""
        made = {field.name: np.full(n, np.nan) for field in fields(cls)}
        made |= {
            "height_time": np.full(n, np.datetime64("NaT", "ns")),
            "n_segments": np.zeros(n, dtype=np.int64),
            "reason": np.full(n, reason, dtype=object),
        }
        return cls(**made)


def laser_at(
    near: IceSegments,
    is_good: np.ndarray,
    place: np.ndarray,
    along: np.ndarray,
    direction: np.ndarray,
    south: np.ndarray,
    buffer_m: float,
) -> LaserAt:
    """Tell where a beam crosses flown lines, and how high the ice is there.

    Parameters
    ----------
    near : IceSegments
        All segments near, with a height or without; ``window`` is the row of the place.
    is_good : (m,) ndarray of bool
        Which heights count.
    place, along : (n, 2) ndarray
        In the plane of the pole: where the beam should cross, and the direction of the flown line there, NaN where that
        is not known.
    direction : (n, 2) ndarray
        Of the beam, for where its segments are too near to each other to tell it.
    south : (n,) ndarray of bool
        In whose plane.
    buffer_m : float
        Segments up to so far along the beam count.

    Returns
    -------
    LaserAt

    Notes
    -----
    Through the middles of the segments near, a straight line is fitted over ``x_atc``: of a kilometre of a beam it is
    good for centimetres. Where it meets the flown line is the place. Without a flown line it is the place of the beam
    that is nearest to the planned one.
    """
    n = len(place)
    found = LaserAt.none(n, f"no segments within {buffer_m:,g} m")
    if not len(near):
        return found
    order = np.lexsort((near.x_atc, near.window))
    near, is_good = near.where(order), is_good[order]
    row, x = near.window, near.x_atc
    xy = in_pole_planes(near.lon, near.lat, south[row])
    # Counted from the middle of each window's segments, numbers are small enough to be multiplied.
    middle = _means(row, n, x)
    at_x, at_xy = _crossing(row, x - middle[row], xy - place[row], along, direction, n)
    at_x += middle
    known = np.isfinite(at_x)
    near_x = np.abs(x - at_x[row]) <= buffer_m
    n_near = np.bincount(row[near_x], minlength=n)
    placed = known & (n_near > 0)
    found.lon[placed], found.lat[placed] = from_pole_planes((place + at_xy)[placed], south[placed])
    _interpolate(found, near, np.flatnonzero(near_x & is_good), at_x, n)
    with_height = np.bincount(row[near_x & near.has_height], minlength=n)
    good = np.bincount(row[near_x & is_good], minlength=n)
    reasons = found.reason
    reasons[placed & (with_height == 0)] = f"no height within {buffer_m:,g} m (clouds)"
    reasons[placed & (with_height > 0) & (good == 0)] = f"no height of the best quality within {buffer_m:,g} m"
    reasons[placed & (good > 0)] = "one segment beside it, without a slope"
    reasons[np.isfinite(found.h_li)] = ""
    return found


def _means(row: np.ndarray, n: int, values: np.ndarray) -> np.ndarray:
    counts = np.bincount(row, minlength=n)
    sums = np.bincount(row, values, minlength=n)
    return np.divide(sums, counts, out=np.full(n, np.nan), where=counts > 0)


def _crossing(
    row: np.ndarray, x: np.ndarray, xy: np.ndarray, along: np.ndarray, direction: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far along the beam, and where, each line meets the beam; all counted from origins of their own."""
    centre = np.column_stack([_means(row, n, xy[:, axis]) for axis in (0, 1)])
    square = np.bincount(row, x * x, minlength=n)
    moment = np.column_stack([np.bincount(row, x * xy[:, axis], minlength=n) for axis in (0, 1)])
    highest = np.full(n, -np.inf)
    np.maximum.at(highest, row, np.abs(x))
    known = np.isfinite(direction).all(axis=1)
    fitted = highest >= np.where(known, _LEAST_REACH_M, _LEAST_ALONE_M)
    way = np.divide(moment, square[:, None], out=direction.copy(), where=fitted[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        crossing = -cross(centre, along) / cross(way, along)
        foot = -(centre * way).sum(axis=1) / (way * way).sum(axis=1)
        at = np.where(np.isfinite(along).all(axis=1), crossing, foot)
    at[~np.isfinite(at)] = np.nan
    return at, centre + at[:, None] * way


def _interpolate(found: LaserAt, near: IceSegments, good: np.ndarray, at_x: np.ndarray, n: int) -> None:
    """Write the heights at places along the beam, from good segments in order of window and place."""
    row, x = near.window[good], near.x_atc[good]
    if not len(good):
        return
    before = np.bincount(row[x <= at_x[row]], minlength=n)
    first = np.searchsorted(row, np.arange(n))
    last = np.searchsorted(row, np.arange(n), side="right")
    some = np.flatnonzero(last > first)
    left, right = (first + before - 1)[some], (first + before)[some]
    left, right = np.where(left < first[some], right, left), np.where(right >= last[some], left, right)
    a, b = good[left], good[right]
    span = near.x_atc[b] - near.x_atc[a]
    ahead = at_x[some] - near.x_atc[a]
    share = np.divide(ahead, span, out=np.zeros(len(some)), where=span > 0)
    alone = span == 0
    rise = np.divide(near.h_li[b] - near.h_li[a], span, out=near.dh_fit_dx[a].copy(), where=~alone)
    carried = np.where(alone & ~np.isfinite(rise) & (np.abs(ahead) <= _HALF_SEGMENT_M), 0.0, rise)
    height = near.h_li[a] + carried * ahead
    has = np.isfinite(height)
    some, a, b, share = some[has], a[has], b[has], share[has]
    found.h_li[some] = height[has]
    found.slope[some] = rise[has]
    sigma = near.h_li_sigma
    found.h_li_sigma[some] = np.hypot((1 - share) * sigma[a], share * sigma[b])
    found.n_segments[some] = np.where(a == b, 1, 2)
    found.quality[some] = np.maximum(near.quality[a], near.quality[b])
    for name in ("h_robust_sprd", "snr_significance"):
        values = getattr(near, name)
        getattr(found, name)[some] = np.fmax(values[a], values[b])
    begin, end = ((near.time[rows] - _EPOCH).astype(np.int64) for rows in (a, b))
    found.height_time[some] = _EPOCH + np.rint(begin + share * (end - begin)).astype("timedelta64[ns]")
