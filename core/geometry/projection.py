"""The pole's projection: polar stereographic, where straight lines are nearly great circles."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError

from ..common import InputError
from .poles import POLE_CRS

LONLAT_CRS = "EPSG:4326"

#: Great-circle edges longer than this are given more vertices before they are projected. A straight chord of 600 km
#: stays within 0.25 km of its great circle near the pole; the error falls with the square of the length and grows away
#: from the pole, so that 50 km is good for 10 m down to 60 degrees of latitude.
MAX_CHORD_M = 50_000.0

#: A projection shows what is far from its centre blown up beyond use: this is 70 degrees on the far side of a pole's.
PLANE_REACH_M = 7.0e7

_LONGEST_NAME = 60


@lru_cache(maxsize=32)
def transformer(source: str, target: str) -> pyproj.Transformer:
    """Return the (cached) transformer between two CRS, in order x, y (longitude first).

    Parameters
    ----------
    source, target : str
        CRS as pyproj takes them.

    Raises
    ------
    InputError
        If PROJ knows no way between them.
    """
    try:
        return pyproj.Transformer.from_crs(source, target, always_xy=True)
    except ProjError as error:
        raise InputError(
            f"PROJ knows no way from {crs_name(source)} to {crs_name(target)}; use another CRS."
        ) from error


def transformed(x: np.ndarray, y: np.ndarray, source: str, target: str) -> np.ndarray:
    """Return places in another CRS.

    Parameters
    ----------
    x, y : (n,) ndarray
        Longitude first.
    source, target : str
        See :func:`transformer`.

    Returns
    -------
    (n, 2) ndarray
    """
    # Of an array of one place pyproj makes numbers, in a way that numpy is about to refuse; not so of a list.
    made = transformer(source, target).transform(*((x, y) if len(x) != 1 else (x.tolist(), y.tolist())))
    return np.column_stack(made)


def earth_crs(crs: object, name: str) -> pyproj.CRS:
    """Return a CRS that has a way to longitude and latitude on the Earth.

    Parameters
    ----------
    crs : CRS
        Anything that pyproj understands.
    name : str
        What is in this CRS, for the message: ``The points``, or a parameter's name.

    Raises
    ------
    InputError
        If it is unknown, or is one of a drawing, a building site, heights alone, or another celestial body.
    """
    try:
        known = pyproj.CRS.from_user_input(crs)
    except CRSError as error:
        raise InputError(
            f"{name}: the coordinate reference system {crs_name(crs)} is not known to PROJ; assign another one."
        ) from error
    try:
        pyproj.Transformer.from_crs(known, LONLAT_CRS, always_xy=True)
    except ProjError:
        reaches = False
    else:
        reaches = not (known.is_geocentric or known.is_vertical)
    if not reaches:
        raise InputError(
            f"{name}: from the coordinate reference system {crs_name(known)} there is no way to longitude and latitude "
            "on the Earth; assign the one in which the coordinates were made, such as EPSG:3031, or reproject them."
        )
    return known


def crs_name(crs: object) -> str:
    """Return a CRS as it is called in a sentence: its name, and its code where it has one."""
    try:
        known = pyproj.CRS.from_user_input(crs)
    except CRSError:
        return f"'{str(crs)[:_LONGEST_NAME]}'"
    code = ":".join(known.to_authority() or ())
    return f"'{known.name}' ({code})" if code else f"'{known.name}'"


def same_crs(a: object, b: object) -> bool:
    """Whether two CRS are the same, however they are written.

    Parameters
    ----------
    a, b : CRS
        Anything that pyproj understands; the order of axes does not matter.
    """
    return pyproj.CRS.from_user_input(a).equals(pyproj.CRS.from_user_input(b), ignore_axis_order=True)


def layer_crs(hemispheres: np.ndarray) -> str:
    """Return the CRS of a layer: the pole's projection, or longitude/latitude where both hemispheres are in it.

    Parameters
    ----------
    hemispheres : (n,) ndarray of str
        ``south``, ``north``; others do not count.

    Returns
    -------
    str
        EPSG:3031, EPSG:3413, or EPSG:4326.
    """
    present = set(np.unique(np.asarray(hemispheres, dtype=object).astype(str))) & set(POLE_CRS)
    return POLE_CRS[present.pop()] if len(present) == 1 else LONLAT_CRS


def reproject(geometries: np.ndarray, source: object, target: object) -> np.ndarray:
    """Reproject an array of geometries vertex by vertex; None stays None.

    Parameters
    ----------
    geometries : (n,) ndarray of geometries
    source, target : CRS
        Anything that pyproj understands.

    Returns
    -------
    (n,) ndarray of geometries
        The same array where the two are the same CRS.
    """
    if same_crs(source, target):
        return geometries
    change = transformer(_text(source), _text(target))

    def move(xy: np.ndarray) -> np.ndarray:
        # To PROJ, 0 and -0 are on two sides of the antimeridian: a ring that begins at one and ends at the other would
        # not be closed any more. Adding 0 makes 0 of both.
        return np.column_stack(change.transform(xy[:, 0] + 0.0, xy[:, 1] + 0.0))

    return shapely.transform(geometries, move)


def _text(crs: object) -> str:
    return crs if isinstance(crs, str) else pyproj.CRS.from_user_input(crs).to_string()
