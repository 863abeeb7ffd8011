"""Whether coordinates are places on the Earth, and if not, what is probably wrong with them."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely

from ..common import InputError, count
from .poles import POLE_CRS
from .projection import LONLAT_CRS, crs_name, reproject, same_crs

# Longitudes may go once round from 0 as well as from -180; what is larger is no angle.
_LARGEST_LONGITUDE = 360.0
_LARGEST_LATITUDE = 90.0


def off_earth(geometries: np.ndarray, crs: object) -> np.ndarray:
    """Return which geometries have a vertex that is no place on the Earth, as ``(n,)`` bool; missing ones have none.

    Parameters
    ----------
    geometries : (n,) ndarray of geometries
    crs : CRS
        One that :func:`~xopr_crossovers.core.geometry.earth_crs` accepts.
    """
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    good = np.isfinite(xy).all(axis=1)
    # A pole's projection has a place for any pair of numbers.
    if not any(same_crs(crs, plane) for plane in POLE_CRS.values()):
        lonlat = shapely.get_coordinates(reproject(geometries, crs, LONLAT_CRS))
        with np.errstate(invalid="ignore"):
            good &= np.isfinite(lonlat).all(axis=1) & (np.abs(lonlat) <= (_LARGEST_LONGITUDE, _LARGEST_LATITUDE)).all(1)
    off = np.zeros(len(geometries), dtype=bool)
    off[owner[~good]] = True
    return off


def flaw(geometries: np.ndarray, crs: object) -> str:
    """Return what is probably wrong with geometries that are no place on the Earth, and what to do.

    Parameters
    ----------
    geometries : (n,) ndarray of geometries
        Those that :func:`off_earth` tells.
    crs : CRS

    Returns
    -------
    str
        The second half of a sentence, without a full stop.
    """
    xy = shapely.get_coordinates(geometries)
    xy = xy[np.isfinite(xy).all(axis=1)]
    if len(xy) == 0:
        return "their coordinates are no numbers; make them anew"
    if not pyproj.CRS.from_user_input(crs).is_geographic:
        return f"they lie outside what {crs_name(crs)} can show; assign the CRS in which they were made"
    size = np.abs(xy)
    beyond = (size > (_LARGEST_LONGITUDE, _LARGEST_LATITUDE)).any(axis=1)
    if not beyond.any():
        return "some of their coordinates are no numbers; make them anew"
    first = xy[beyond][0]
    example = f"({first[0]:.10g}, {first[1]:.10g})"
    if (size[beyond] > _LARGEST_LONGITUDE).any(axis=1).mean() > 1 / 2:
        return (
            f"{example} looks like metres, but the coordinate reference system, {crs_name(crs)}, has degrees, so their "
            "own is missing; assign it, such as EPSG:3031 in Antarctica or EPSG:3413 in Greenland"
        )
    if (size[beyond, 0] <= _LARGEST_LATITUDE).mean() > 1 / 2:
        return f"latitude and longitude look exchanged, as in {example}; exchange them: longitude comes first"
    return f"{example} is no longitude and latitude; check how they were made"


def degrees_in_metres(geometries: np.ndarray, crs: object) -> bool:
    """Whether coordinates in a projection look like longitudes and latitudes: all within 360 m of its origin.

    Parameters
    ----------
    geometries : (n,) ndarray of geometries
    crs : CRS
        Theirs; in a geographic one coordinates are degrees, and the answer is no.
    """
    if pyproj.CRS.from_user_input(crs).is_geographic:
        return False
    size = np.abs(shapely.get_coordinates(geometries))
    within = (size <= (_LARGEST_LONGITUDE, _LARGEST_LATITUDE)).all()
    return bool(len(size) and within and (size > 1).all(axis=1).any())


def require_place(name: str, what: str, geometries: np.ndarray, off: np.ndarray, crs: object) -> str:
    """Return why some geometries are no place on the Earth; raise if that are all that there are.

    Parameters
    ----------
    name : str
        What the table is called.
    what : str
        What its geometries are, in the plural: ``lines``.
    geometries : (n,) ndarray of geometries
    off : (n,) ndarray of bool
        From :func:`off_earth`.
    crs : CRS

    Raises
    ------
    InputError
        If no geometry is left.
    """
    why = flaw(geometries[off], crs)
    drawn = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    if not (drawn & ~off).any():
        those = count(int(off.sum()), what.removesuffix("s"), what)
        raise InputError(f"{name}: none of the {those} is a place on the Earth: {why}.")
    return why


def degrees_sentence(crs: object) -> str:
    """Return the warning for what :func:`degrees_in_metres` finds.

    Parameters
    ----------
    crs : CRS
    """
    return (
        f"all coordinates look like degrees, but are metres in {crs_name(crs)}, all near its origin; if they are "
        "longitude and latitude, assign EPSG:4326."
    )
