"""The extent that a user means: numbers in QGIS's order, with a reference system, also over the antimeridian."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from qgis.core import QgsCoordinateReferenceSystem

from ...core.common import InputError

if TYPE_CHECKING:
    from .inputs import Inputs

_EXTENT = re.compile(r"\s*([^,\s]+)\s*,\s*([^,\s]+)\s*,\s*([^,\s]+)\s*,\s*([^,\s\[]+)\s*(\[.*\])?\s*")


def read_extent(run: Inputs, name: str) -> tuple[tuple[float, float, float, float], str]:
    """Return (x_min, y_min, x_max, y_max) of an extent that is given, and its CRS as text.

    In longitude and latitude ``x_min > x_max`` where the text says so: a box over the antimeridian, which a QGIS
    rectangle cannot be.

    Raises
    ------
    InputError
        If it is no extent, or its CRS is unknown.
    """
    as_text = run.parameters[name]
    found = _EXTENT.fullmatch(as_text) if isinstance(as_text, str) else None
    crs = _crs(run, name, found[5] if found else None)
    rectangle = run.algorithm.parameterAsExtent(run.parameters, name, run.context)
    box = (rectangle.xMinimum(), rectangle.yMinimum(), rectangle.xMaximum(), rectangle.yMaximum())
    if found:
        try:
            x_min, x_max, y_min, y_max = (_number(part) for part in found.groups()[:4])
        except ValueError:
            raise InputError(f"{name} is no extent: '{as_text}'; write it as west,east,south,north.") from None
        box = (x_min, y_min, x_max, y_max)
        if crs.isGeographic() and not -90 <= y_min <= y_max <= 90:
            raise InputError(
                f"{name} is no box in longitude and latitude: '{as_text}'; {_advice(x_min, x_max, y_min, y_max)}."
            )
    elif rectangle.isNull():
        raise InputError(f"{name} is no extent: {run.shown(name)}; write it as west,east,south,north.")
    if not crs.isGeographic() and not (box[0] < box[2] and box[1] < box[3]):
        raise InputError(f"{name} is empty: {run.shown(name)}; write it as xmin,xmax,ymin,ymax.")
    return box, crs.authid() or crs.toWkt()


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _crs(run: Inputs, name: str, in_brackets: str | None) -> QgsCoordinateReferenceSystem:
    if in_brackets:
        # QGIS would take the project's for one that it does not know.
        crs = QgsCoordinateReferenceSystem(in_brackets.strip("[] "))
        if not crs.isValid():
            raise InputError(
                f"{name} has an unknown coordinate reference system, {in_brackets}: write one such as [EPSG:4326]."
            )
        return crs
    crs = run.algorithm.parameterAsExtentCrs(run.parameters, name, run.context)
    return crs if crs.isValid() else QgsCoordinateReferenceSystem("EPSG:4326")


def _advice(first: float, second: float, third: float, fourth: float) -> str:
    """Return what to do about four numbers that are no box in QGIS's order; CMR and earthaccess have another one."""
    if -90 <= second <= fourth <= 90 and -180 <= first <= 180 and -180 <= third <= 360:
        right = ",".join(f"{value:g}" for value in (first, third, second, fourth))
        return f"that is the order west,south,east,north, and here it is west,east,south,north: write {right}"
    return "write it as west,east,south,north, with latitudes from -90 to 90"
