"""The lines of a frames table: whether each is a place on the Earth, and on the side that its season says."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..common import InputError, Progress, count, some_of
from ..geometry import (
    LINES,
    LONLAT_CRS,
    POLE_CRS,
    degrees_in_metres,
    degrees_sentence,
    is_kind,
    off_earth,
    parts_of,
    reproject,
    require_place,
)

# What seasons are called after, as 2016_Antarctica_DC8 is.
_SIDES = {"Antarctica": "south", "Greenland": "north", "Arctic": "north"}


def usable_lines(geometry: gpd.GeoSeries, ids: pd.Series, name: str, progress: Progress) -> gpd.GeoSeries:
    """Return the lines of frames; None where one is empty or has a vertex that is no place on the Earth.

    Parameters
    ----------
    geometry : GeoSeries
        In a CRS that has a way to the Earth.
    ids : Series
        The frames' names.
    name : str
        What to call the table in an error.
    progress : Progress
        Is told what is left out, and why.

    Raises
    ------
    InputError
        If there are other geometries than lines, or no line is a place on the Earth.
    """
    lines, others = parts_of(geometry.to_numpy().copy(), LINES)
    if others:
        progress.warn(f"{name}: {count(others, 'part', 'parts')} of collections, no lines, are left out.")
    wrong = ~is_kind(lines, LINES) & ~shapely.is_empty(lines)
    if wrong.any():
        no_lines = some_of(int(wrong.sum()), len(lines), "geometry", "geometries", "is", "are")
        raise InputError(f"{name} must be lines (flight lines), but {no_lines} none.")
    off = off_earth(lines, geometry.crs)
    if off.any():
        why = require_place(name, "lines", lines, off, geometry.crs)
        lines_off = count(int(off.sum()), "line has", "lines have")
        progress.warn(
            f"{name}: {lines_off} a vertex that is no place on the Earth (the first is "
            f"{ids.iloc[int(off.argmax())]}): {why}; such frames are kept without their line."
        )
    if degrees_in_metres(lines, geometry.crs):
        progress.warn(f"{name}: {degrees_sentence(geometry.crs)}")
    without = shapely.is_missing(lines) | shapely.is_empty(lines)
    if without.any():
        progress.warn(f"{name}: {some_of(int(without.sum()), len(lines), 'frame', 'frames', 'has', 'have')} no line.")
    lines[off | without] = None
    return gpd.GeoSeries(lines, index=geometry.index, crs=geometry.crs)


def compare_hemispheres(frames: gpd.GeoDataFrame, name: str, progress: Progress) -> None:
    """Warn of lines that do not lie on the hemisphere that their columns name."""
    named = pd.Series("", index=frames.index)
    if "collection" in frames.columns:
        season = frames["collection"].astype("string")
        for word, side in _SIDES.items():
            named = named.mask(season.str.contains(rf"_{word}(?:_|$)", regex=True).fillna(False).astype(bool), side)
    if "opr:hemisphere" in frames.columns:
        column = frames["opr:hemisphere"].astype("string").str.lower()
        named = named.mask(column.isin(list(POLE_CRS)).fillna(False).astype(bool), column.astype(object))
    middle = shapely.bounds(reproject(frames.geometry.to_numpy(), frames.crs, LONLAT_CRS))[:, 1::2].mean(axis=1)
    seen = np.select([middle < 0, middle > 0], ["south", "north"], "")
    wrong = (seen != "") & (named != "").to_numpy() & (seen != named.to_numpy(dtype=object))
    if wrong.any():
        first = int(wrong.argmax())
        lie = some_of(int(wrong.sum()), len(frames), "frame", "frames", "lies", "lie")
        progress.warn(
            f"{name}: {lie} in the {seen[first]}, but in the {named.iloc[first]} by the columns (the first is "
            f"{frames['id'].iloc[first]}): check whether latitude and longitude are exchanged."
        )
