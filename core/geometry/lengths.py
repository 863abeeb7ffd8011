"""Metres on the ellipsoid: five ways from what is at hand to lengths on WGS 84.

===================  =====================================  ==========================================  =========
function             input                                  off the geodesic's length by at most        a million
===================  =====================================  ==========================================  =========
`geodesic_lengths`   two points in degrees                  15 nm (Karney 2013)                         0.47 s
`line_lengths`       lines in a pole's projection           15 nm a vertex                              0.50 s
`tangent_lengths`    a place as a unit vector, and a short  1e-6 of it up to 1 km, 2e-5 up to 20 km     0.03 s
                     vector along the surface
`short_arc_lengths`  two unit vectors                       2e-6 of it up to 50 km, 1e-3 up to 1,600    0.08 s
                                                            km; mostly 5e-8 and 5e-5
`arc_lengths`        two vectors of any length              2e-6 of it, mostly 6e-8                     0.10 s
===================  =====================================  ==========================================  =========

The last column is processor time of a million lengths of 10 to 20 km (of ``line_lengths``, of steps between vertices);
``arc_lengths`` takes longer ones as several.

The core takes geodetic latitude as spherical: a unit vector ``(cos lat cos lon, cos lat sin lon, sin lat)`` stands for
the point of WGS 84 with that latitude and longitude. A radian on that sphere is up to 0.6 % longer or shorter than the
mean radius says, and not the same north and east; the three functions for vectors put that right.
"""

from __future__ import annotations

import numpy as np
import pyproj
import shapely

from .projection import LONLAT_CRS, transformer
from .ragged import spread
from .sphere import EARTH_RADIUS_M, norms

#: Equatorial radius in metres and squared eccentricity of WGS 84.
WGS84_A = 6_378_137.0
WGS84_E2 = 0.00669437999014

_GEOD = pyproj.Geod(ellps="WGS84")
_AT_POLE = 1e-12
# Radians over which a length is taken at once: 50 km, which is good for 1 mm.
_PIECE = 50_000.0 / EARTH_RADIUS_M


def geodesic_lengths(lon_a: np.ndarray, lat_a: np.ndarray, lon_b: np.ndarray, lat_b: np.ndarray) -> np.ndarray:
    """Return the lengths in metres of the geodesics between points given in degrees.

    Parameters
    ----------
    lon_a, lat_a, lon_b, lat_b : (n,) ndarray
        EPSG:4326.

    Returns
    -------
    (n,) ndarray of float
        Metres on WGS 84.
    """
    return np.asarray(_GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2])


def line_lengths(lines: np.ndarray, crs: str) -> np.ndarray:
    """Return the lengths in metres of lines given in a pole's projection.

    Parameters
    ----------
    lines : (n,) ndarray of geometries
        Lines or collections of lines; points and empty geometries have length 0.
    crs : str
        That projection.

    Returns
    -------
    (n,) ndarray of float
    """
    lengths = np.zeros(len(lines))
    parts, owner = shapely.get_parts(lines, return_index=True)
    nested = shapely.get_type_id(parts) > 3
    if nested.any():
        inner, which = shapely.get_parts(parts[nested], return_index=True)
        owner = np.concatenate([owner[~nested], owner[nested][which]])
        parts = np.concatenate([parts[~nested], inner])
    linear = shapely.get_dimensions(parts) == 1
    parts, owner = parts[linear], owner[linear]
    xy, part = shapely.get_coordinates(parts, return_index=True)
    if len(xy) < 2:
        return lengths
    lon, lat = transformer(crs, LONLAT_CRS).transform(xy[:, 0], xy[:, 1])
    step = geodesic_lengths(lon[:-1], lat[:-1], lon[1:], lat[1:])
    within = part[1:] == part[:-1]
    np.add.at(lengths, owner[part[1:][within]], step[within])
    return lengths


def radii_of_curvature(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the metres of a radian northward (meridian) and eastward (prime vertical).

    Parameters
    ----------
    z : ndarray
        Third component of unit vectors: the sine of geodetic latitude.

    Returns
    -------
    north, east : ndarray
        Metres of a radian of great circle.
    """
    w = 1.0 - WGS84_E2 * z * z
    east = WGS84_A / np.sqrt(w)
    return east * (1.0 - WGS84_E2) / w, east


def tangent_lengths(at: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Return the lengths in metres of short vectors along the surface.

    Parameters
    ----------
    at : (n, 3) ndarray
        Unit vectors of the places.
    along : (n, 3) ndarray
        Vectors in radians, perpendicular to those.

    Returns
    -------
    (n,) ndarray
    """
    z = at[..., 2]
    north_m, east_m = radii_of_curvature(z)
    square = (along * along).sum(axis=-1)
    # The northward part is along_z / cos(lat). At a pole both radii are the same, and it does not matter.
    northward = np.minimum(along[..., 2] ** 2 / np.maximum(1.0 - z * z, _AT_POLE), square)
    return np.sqrt(north_m**2 * northward + east_m**2 * (square - northward))


def short_arc_lengths(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the lengths in metres of the great circles between ``(n, 3)`` unit vectors, each taken at once.

    With the radii of curvature of the middle: within 0.1 % up to 1,600 km, within 2e-6 up to 50 km.

    Parameters
    ----------
    a, b : (n, 3) ndarray
        Unit vectors of the two ends; latitude is geodetic, taken as spherical.

    Returns
    -------
    (n,) ndarray of float
        Metres on WGS 84; how good they are, the module's table says.
    """
    middle = a + b
    norm = norms(middle)
    chord = norms(b - a)
    # Of an arc, chord / 2 is the sine and norm / 2 the cosine of its half.
    stretch = np.where(chord > 0, 2.0 * np.arctan2(chord, norm) / np.where(chord > 0, chord, 1.0), 1.0)
    return tangent_lengths(middle / norm[..., None], b - a) * stretch


def arc_lengths(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the lengths in metres of great circles, taken in pieces of at most 50 km.

    Parameters
    ----------
    a, b : (3, n) ndarray
        Vectors of any length to the ends; latitude is geodetic and taken as spherical.

    Returns
    -------
    (n,) ndarray
    """
    a, b = a / np.sqrt((a * a).sum(axis=0)), b / np.sqrt((b * b).sum(axis=0))
    chord = b - a
    pieces = np.maximum(np.ceil(np.sqrt((chord * chord).sum(axis=0)) / _PIECE), 1).astype(np.int64)
    if (pieces > 1).any():
        owner, number = spread(pieces)
        a, b = (a[:, owner] + share / pieces[owner] * chord[:, owner] for share in (number, number + 1))
        a, b = a / np.sqrt((a * a).sum(axis=0)), b / np.sqrt((b * b).sum(axis=0))
        return np.bincount(owner, short_arc_lengths(a.T, b.T), minlength=len(pieces))
    return short_arc_lengths(a.T, b.T)
