"""Picks between the traces: on the straight line between the two next ones, where those are near enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .picks import NO_PICK, Layer, RadarPicks

#: Nothing is interpolated between picks that are further apart (m): traces are 15 m apart in the files of today, and up
#: to some 150 m in those of the 1990s.
MOST_GAP_M = 200.0
# A place so near to a pick (m) is at it; along a track metres are good for a hundredth of that.
_ON_PICK_M = 0.01


@dataclass(frozen=True)
class LayerAt:
    """A picked layer at places along the track.

    Attributes
    ----------
    height : (m,) ndarray
        Metres above the ellipsoid WGS 84; NaN where the track has no pick near enough.
    gap : (m,) ndarray
        Metres along the track to the nearest trace with a pick, whether near enough or not; NaN if there is none.
    quality : (m,) ndarray of uint8
        The worse one of the two picks, see `PICK_QUALITIES`; 0 where there is no height, or one of them tells none.
    kind : (m,) ndarray of uint8
        That of the nearer pick, see `PICK_TYPES`; 0 where there is no height.
    """

    height: np.ndarray
    gap: np.ndarray
    quality: np.ndarray
    kind: np.ndarray


@dataclass(frozen=True)
class PicksAt:
    """Surface and bed at places along the track.

    Attributes
    ----------
    surface, bed : LayerAt
    time : (m,) ndarray of datetime64[us]
        When the radar was there, UTC, interpolated; NaT off the track or where the file does not say.
    """

    surface: LayerAt
    bed: LayerAt
    time: np.ndarray


def picks_at(picks: RadarPicks, distance: np.ndarray, most_gap_m: float = MOST_GAP_M) -> PicksAt:
    """Return what was picked at places along the flown track.

    Parameters
    ----------
    picks : RadarPicks
    distance : (m,) array_like of float
        Metres along the flown track, as :meth:`FlownTrack.project` tells them.
    most_gap_m : float
        Nothing is interpolated between two picks that are further apart along the track (m).

    Returns
    -------
    PicksAt
        Before the first and behind the last pick there is no height: nothing is extrapolated.
    """
    distance = np.atleast_1d(np.asarray(distance, dtype=float))
    return PicksAt(
        _layer_at(picks, picks.surface, picks.surface_pick, distance, most_gap_m),
        _layer_at(picks, picks.bed, picks.bed_pick, distance, most_gap_m),
        _time_at(picks, distance),
    )


def _layer_at(picks: RadarPicks, height: np.ndarray, pick: Layer, distance: np.ndarray, most_gap_m: float) -> LayerAt:
    known = np.flatnonzero(np.isfinite(height))
    if len(known) == 0:
        nothing, none = np.full(len(distance), np.nan), np.full(len(distance), NO_PICK, dtype=np.uint8)
        return LayerAt(nothing, nothing, none, none)
    at = picks.distance[known]
    right = np.searchsorted(at, distance).clip(1, max(len(at) - 1, 1)).clip(0, len(at) - 1)
    left = np.maximum(right - 1, 0)
    nearer = np.where(np.abs(distance - at[left]) <= np.abs(at[right] - distance), left, right)
    gap = np.abs(distance - at[nearer])
    # On a pick itself both neighbours are that one, whatever is beside it.
    on_pick = gap <= _ON_PICK_M
    left, right = (np.where(on_pick, nearer, side) for side in (left, right))
    span = at[right] - at[left]
    share = np.divide(distance - at[left], span, out=np.zeros(len(distance)), where=span > 0)
    near = on_pick | ((share > 0) & (share < 1) & (span <= most_gap_m))
    values = height[known]
    between = values[left] + share * (values[right] - values[left])
    worse = _worse(pick.quality[known][left], pick.quality[known][right])
    return LayerAt(
        np.where(near, between, np.nan),
        gap,
        np.where(near, worse, NO_PICK).astype(np.uint8),
        np.where(near, pick.kind[known][nearer], NO_PICK).astype(np.uint8),
    )


def _worse(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where((a == NO_PICK) | (b == NO_PICK), NO_PICK, np.maximum(a, b))


def _time_at(picks: RadarPicks, distance: np.ndarray) -> np.ndarray:
    known = ~np.isnat(picks.time)
    off = ~((distance >= 0) & (distance <= picks.track.length))
    if not known.any():
        return np.full(len(distance), np.datetime64("NaT", "us"))
    first = picks.time[known][0]
    seconds = (picks.time[known] - first).astype(np.int64) / 1e6
    since = np.interp(np.where(off, 0.0, distance), picks.distance[known], seconds)
    moments = first + np.rint(since * 1e6).astype("timedelta64[us]")
    return np.where(off, np.datetime64("NaT", "us"), moments)
