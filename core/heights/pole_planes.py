"""Places of both hemispheres in the planes of their poles, which keep angles: lines cross there as on the ground."""

from __future__ import annotations

import numpy as np

from ..geometry import LONLAT_CRS, POLE_CRS, transformed


def in_pole_planes(lon: np.ndarray, lat: np.ndarray, south: np.ndarray) -> np.ndarray:
    """Return places in the planes of poles.

    Parameters
    ----------
    lon, lat : (n,) ndarray
        EPSG:4326 degrees.
    south : (n,) ndarray of bool
        Whose plane; else the north pole's.

    Returns
    -------
    (n, 2) ndarray
        Metres, NaN where there is no place.
    """
    xy = np.full((len(lon), 2), np.nan)
    for side, here in (("south", south), ("north", ~south)):
        rows = np.flatnonzero(here & np.isfinite(lon) & np.isfinite(lat))
        if len(rows):
            xy[rows] = transformed(lon[rows], lat[rows], LONLAT_CRS, POLE_CRS[side])
    return xy


def from_pole_planes(xy: np.ndarray, south: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude of places in the planes of poles; parameters: see :func:`in_pole_planes`."""
    lon, lat = np.full(len(xy), np.nan), np.full(len(xy), np.nan)
    for side, here in (("south", south), ("north", ~south)):
        rows = np.flatnonzero(here & np.isfinite(xy).all(axis=1))
        if len(rows):
            lon[rows], lat[rows] = transformed(xy[rows, 0], xy[rows, 1], POLE_CRS[side], LONLAT_CRS).T
    return lon, lat


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the third component of cross products of vectors of the plane."""
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
