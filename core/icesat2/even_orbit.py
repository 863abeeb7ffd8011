"""The even orbit: its track on an Earth that turns evenly, and its height.

NASA's reference ground tracks undulate about the even track by up to 2.5 km, 1.1 km in the root mean square.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..geometry import WGS84_A, WGS84_E2, norms

INCLINATION = 92.0
"""Inclination of the orbit in degrees."""
FIRST_NODE = -0.1276
"""Longitude of the ascending node of RGT 1 in degrees."""
TRACKS_PER_CYCLE = 1387
NODE_SHIFT = 360.0 * 91 / TRACKS_PER_CYCLE
"""Degrees that the ascending node moves west from one RGT to the next: the Earth turns 91 times under 1,387 orbits."""

SEMI_MAJOR_AXIS_M = 6_855_000.0
"""Of the orbit, in metres: NASA's specification, https://icesat-2.gsfc.nasa.gov/science/specs."""
ECCENTRICITY = 0.001374
"""Of the orbit, which is lowest in the north: from the times of NASA's track points, which run up to 2.5 s ahead and
behind."""

# How much the flattened Earth pulls the orbit up at the equator and down at the poles: J2 a_e^2 sin^2(i) / (4 a).
_PULL_M = 1_600.0


def altitudes(z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Tell how high ICESat-2 flies above the ellipsoid.

    The orbit is frozen: the altitude is a function of latitude, 477 km at the equator, 487 km at the northern end and
    505 km at the southern one.

    Parameters
    ----------
    z : ndarray
        Sine of geodetic latitude.

    Returns
    -------
    ndarray
        Metres.
    """
    # Of the ellipsoid's point: distance from the axis, and from the equator's plane.
    normal = WGS84_A / np.sqrt(1.0 - WGS84_E2 * z * z)
    aside, up = normal * np.sqrt(np.maximum(1.0 - z * z, 0.0)), normal * (1.0 - WGS84_E2) * z
    ground = np.hypot(aside, up)
    sine = np.clip(up / ground / np.sin(np.radians(INCLINATION)), -1.0, 1.0)
    return SEMI_MAJOR_AXIS_M * (1.0 - ECCENTRICITY * sine) + _PULL_M * (1.0 - 2.0 * sine * sine) - ground


def track(
    rgt: npt.ArrayLike, u: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Tell where an even track runs.

    Parameters
    ----------
    rgt : array_like of int
        Reference ground track.
    u : array_like of float
        Argument of latitude in degrees.

    Returns
    -------
    centre, ahead, left : (..., 3) ndarray
        The place as a unit vector, latitude taken as spherical; what a radian of `u` adds to it; the unit vector to the
        left of that.
    """
    rgt, u = np.broadcast_arrays(np.asarray(rgt), np.asarray(u, dtype=float))
    angle, inclination, node = np.radians(u), np.radians(INCLINATION), np.radians(_node(rgt, u))
    cos_u, sin_u, cos_node, sin_node = np.cos(angle), np.sin(angle), np.cos(node), np.sin(node)
    # Geodetic latitude: its tangent is the geocentric one's by 1 - e2.
    rise = np.sin(inclination) / (1.0 - WGS84_E2)
    x = cos_u * cos_node - np.cos(inclination) * sin_u * sin_node
    y = cos_u * sin_node + np.cos(inclination) * sin_u * cos_node
    turn = -NODE_SHIFT / 360.0
    dx = -sin_u * cos_node - np.cos(inclination) * cos_u * sin_node - turn * y
    dy = -sin_u * sin_node + np.cos(inclination) * cos_u * cos_node + turn * x
    place, way = np.stack([x, y, rise * sin_u], axis=-1), np.stack([dx, dy, rise * cos_u], axis=-1)
    norm = norms(place)[..., None]
    centre = place / norm
    ahead = (way - _dot(way, centre)[..., None] * centre) / norm
    left = np.cross(centre, ahead)
    return centre, ahead, left / norms(left)[..., None]


def beside_even_track(
    rgt: npt.ArrayLike, place: npt.NDArray[np.float64], near: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Tell where places lie along and beside an even track.

    Parameters
    ----------
    rgt : array_like of int
        Reference ground track.
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
    rgt, near = np.asarray(rgt), np.asarray(near, dtype=float)
    geocentric = place * np.array([1.0, 1.0, 1.0 - WGS84_E2])
    u = np.broadcast_to(near, place.shape[:-1])
    # In the plane of the orbit, which turns a little until the satellite is there; then by Newton's method.
    for _ in range(2):
        node = np.radians(_node(rgt, u))
        along = geocentric[..., 0] * np.cos(node) + geocentric[..., 1] * np.sin(node)
        aside = geocentric[..., 1] * np.cos(node) - geocentric[..., 0] * np.sin(node)
        inclination = np.radians(INCLINATION)
        up = np.cos(inclination) * aside + np.sin(inclination) * geocentric[..., 2]
        u = near + (np.degrees(np.arctan2(up, along)) - near + 180.0) % 360.0 - 180.0
    for _ in range(2):
        centre, ahead, left = track(rgt, u)
        u = u + np.degrees(_dot(place - centre, ahead) / _dot(ahead, ahead))
    centre, _, left = track(rgt, u)
    return u, _dot(place - centre, left)


def _node(rgt: npt.NDArray[np.int64], u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the longitude of the ascending node, as it is when the satellite has come to `u`."""
    return FIRST_NODE - NODE_SHIFT * (rgt - 1 + u / 360.0)


def _dot(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.einsum("...i,...i->...", a, b)
