"""ICESat-2's reference ground tracks and granule regions: where it passes by plan; when, says :mod:`.calendar`.

Nothing here is a measurement: the reference ground track (RGT) is what the satellite is pointed at. These are NASA's
own tracks, within 0.13 m across. From cycle 3 on the satellite keeps to them over the polar regions (4.4 +- 6.0 m,
Luthcke et al. 2021; real ATL06 files: 1 to 10 m); over other land, and in cycles 1 and 2, it points up to 45 km beside
them.

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
from .even_orbit import FIRST_NODE, INCLINATION, NODE_SHIFT, TRACKS_PER_CYCLE

__all__ = ["FIRST_NODE", "INCLINATION", "NODE_SHIFT", "TRACKS_PER_CYCLE"]

REGIONS = range(1, 15)
"""Granule regions: the 14 pieces into which ICESat-2's products cut each orbit."""

# In orbits: a table's last polynomial is good for so much more.
_CARRIED_ON = 0.003
_NORTHERN_EDGES = (27.0, 59.5, 80.0)
_SOUTHERN_EDGES = (27.0, 50.0, 79.0)


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
    centre, _, left = even_orbit.track(checked_rgt(rgt), u)
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
    u, left = even_orbit.beside_even_track(checked_rgt(rgt), place, near)
    return u, left - _offset(rgt, u)


def _offset(rgt: npt.ArrayLike, u: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return how far left of the even track the reference track runs, in radians."""
    orbits = checked_rgt(rgt) - 1 + np.asarray(u, dtype=float) / 360.0
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
        raise InputError(f"Region {first_of(number, ~np.isin(number, REGIONS))} does not exist: regions are 1 to 14.")
    bounds = _region_bounds()
    return bounds[number.astype(int) - 1], bounds[number.astype(int)]


def _region_bounds() -> npt.NDArray[np.float64]:
    north = argument_of_latitude(_NORTHERN_EDGES, True)
    south = argument_of_latitude(_SOUTHERN_EDGES, True)
    return np.concatenate([[0.0], north, 180.0 - north[::-1], [180.0], 180.0 + south, 360.0 - south[::-1], [360.0]])


def checked_rgt(rgt: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return reference ground tracks as an array; raise InputError if one does not exist."""
    number = np.asarray(rgt)
    wrong = ~((number >= 1) & (number <= TRACKS_PER_CYCLE))
    if np.any(wrong):
        raise InputError(f"RGT {first_of(number, wrong)} does not exist: reference ground tracks are 1 to 1387.")
    return number.astype(np.int64)


def first_of(values: npt.NDArray, wrong: npt.NDArray[np.bool_]) -> object:
    """Return the first value that is wrong, for a message."""
    return np.atleast_1d(values)[np.atleast_1d(wrong)][0]
