"""The track as it was flown, trace by trace: how far along it, and how far beside it, a place is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyproj
import shapely

from ..geometry import LONLAT_CRS, POLE_CRS, geodesic_lengths, transformed

_GEOD = pyproj.Geod(ellps="WGS84")
# Rounds in which the foot of a perpendicular is moved along its step of the track. On steps of metres and points up to
# 100 km away the second one moves it by less than 1 mm; of a step of 50 km the third.
_ROUNDS = 3
_AT_ONCE = 200_000
# A place so little before the begin or behind the end of a step (m) is still beside it.
_TOLERANCE_M = 1e-4


@dataclass(frozen=True)
class OnTrack:
    """Places as the flown track has them.

    Attributes
    ----------
    distance : (n,) ndarray
        Metres along the flown track on the ellipsoid, from its first trace to the nearest place on it.
    offset : (n,) ndarray
        Metres from there to the place, positive to the left of the flight.
    trace : (n,) ndarray of int
        The last trace at or before that nearest place; never the very last one.
    beside : (n,) ndarray of bool
        Whether the place is beside the track; False for what lies before its begin or behind its end.
    """

    distance: np.ndarray
    offset: np.ndarray
    trace: np.ndarray
    beside: np.ndarray


class FlownTrack:
    """The line through the traces of a frame.

    Parameters
    ----------
    lon, lat : (n,) ndarray
        Degrees, WGS 84, in the order of flight; at least two.
    """

    def __init__(self, lon: np.ndarray, lat: np.ndarray) -> None:
        self.lon = np.asarray(lon, dtype=float)
        self.lat = np.asarray(lat, dtype=float)

    @cached_property
    def _steps(self) -> tuple[np.ndarray, np.ndarray]:
        """Azimuth in degrees and length in metres of each step from one trace to the next."""
        azimuth, _, length = _GEOD.inv(self.lon[:-1], self.lat[:-1], self.lon[1:], self.lat[1:])
        return np.asarray(azimuth), np.asarray(length)

    @cached_property
    def distance(self) -> np.ndarray:
        """Metres along the track at each trace, on the ellipsoid, ``(n,)``."""
        steps = geodesic_lengths(self.lon[:-1], self.lat[:-1], self.lon[1:], self.lat[1:])
        return np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length(self) -> float:
        """Metres from the first trace to the last, as flown."""
        return float(self.distance[-1])

    @cached_property
    def crs(self) -> str:
        """The projection of the pole that is nearer."""
        return POLE_CRS["south" if self.lat.mean() < 0 else "north"]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        xy = self._in_plane(self.lon, self.lat)
        return shapely.STRtree(shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)))

    def _in_plane(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return transformed(lon, lat, LONLAT_CRS, self.crs)

    def project(self, lon: np.ndarray, lat: np.ndarray) -> OnTrack:
        """Return where places are along the track and beside it.

        Parameters
        ----------
        lon, lat : (m,) array_like of float
            Degrees, WGS 84.

        Returns
        -------
        OnTrack
            NaN, and not beside the track, for places that are none.

        Notes
        -----
        The nearest step of the track is found in the pole's projection, which keeps angles and thus the order of
        distances nearby; distance and offset are then those of geodesics.
        """
        lon, lat = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
        usable = np.isfinite(lon) & np.isfinite(lat)
        distance, offset = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
        trace, beside = np.zeros(len(lon), dtype=np.int64), np.zeros(len(lon), dtype=bool)
        rows = np.flatnonzero(usable)
        for begin in range(0, len(rows), _AT_ONCE):
            some = rows[begin : begin + _AT_ONCE]
            points = shapely.points(self._in_plane(lon[some], lat[some]))
            nearest = self._beside(lon[some], lat[some], self._tree.nearest(points))
            # In the plane the border between two steps is not quite where it is on the ellipsoid.
            over = np.flatnonzero(nearest.over != 0)
            turned = self._beside(lon[some][over], lat[some][over], (nearest.step + nearest.over)[over])
            nearer = over[np.abs(turned.offset) < np.abs(nearest.offset[over])]
            nearest = nearest.replaced(nearer, turned.where(np.isin(over, nearer)))
            trace[some], distance[some], offset[some] = nearest.step, nearest.distance, nearest.offset
            beside[some] = nearest.beside
        return OnTrack(distance, offset, trace, beside)

    def _beside(self, lon: np.ndarray, lat: np.ndarray, step: np.ndarray) -> _Feet:
        """Return the places of steps that are nearest to given places."""
        azimuths, lengths = (values[step] for values in self._steps)
        wanted = np.zeros(len(step))
        foot_lon, foot_lat, heading = self.lon[step], self.lat[step], azimuths
        along = across = np.zeros(len(step))
        for _ in range(_ROUNDS):
            bearing, _, gap = _GEOD.inv(foot_lon, foot_lat, lon, lat)
            turn = np.radians(np.asarray(bearing) - heading)
            across = -np.asarray(gap) * np.sin(turn)
            along = wanted + np.asarray(gap) * np.cos(turn)
            wanted = np.clip(along, 0.0, lengths)
            foot_lon, foot_lat, back = _GEOD.fwd(self.lon[step], self.lat[step], azimuths, wanted)
            heading = np.where(wanted > 0, np.asarray(back) + 180.0, azimuths)
        _, _, gap = _GEOD.inv(foot_lon, foot_lat, lon, lat)
        before, behind = along < -_TOLERANCE_M, along > lengths + _TOLERANCE_M
        first, last = step == 0, step == len(self.lon) - 2
        over = (behind & ~last).astype(np.int64) - (before & ~first)
        beside = ~((before & first) | (behind & last))
        return _Feet(step, self.distance[step] + wanted, np.copysign(gap, across), beside, over)


@dataclass(frozen=True)
class _Feet:
    """The places of steps that are nearest to others; `over` is 1 or -1 where a neighbour may have a nearer one."""

    step: np.ndarray
    distance: np.ndarray
    offset: np.ndarray
    beside: np.ndarray
    over: np.ndarray

    def where(self, mask: np.ndarray) -> _Feet:
        return _Feet(*(values[mask] for values in vars(self).values()))

    def replaced(self, rows: np.ndarray, others: _Feet) -> _Feet:
        """Return the same with other ones in some rows."""
        made = {name: values.copy() for name, values in vars(self).items()}
        for name, values in vars(others).items():
            made[name][rows] = values
        return _Feet(**made)
