"""The granules' passes: the line that each flew, when it was where, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .footprints import hemispheres, project_footprints
from .orbit import region_arc, rgt_time
from .progress import Progress
from .projection import LONLAT_CRS, POLE_CRS, transformer
from .sphere import lon_lat
from .strips import find_strips
from .tracks import Tracks, footprint_tracks, joined, model_tracks

#: How a line is known: measured, by the pairs of the footprint; by plan, with the track model; or not at all, so that
#: only the middle of the frame's way through the footprint can be told.
FOOTPRINT, TRACK_MODEL, STRIP = "footprint", "track_model", "strip"
SOURCES = (FOOTPRINT, TRACK_MODEL, STRIP)

# Real footprints of version 006 and later are 12.43 to 13.46 km wide. In the older ones (36 km) and in narrower ones
# (of granules with a part of the beams) the middle is not the centre line.
_NOMINAL_WIDTH_M = (10_000.0, 15_000.0)
# A granule that takes as long as its region by plan, within this, begins where the region begins.
_SAME_DURATION_MS = 5_000.0
_GRANULES_AT_ONCE = 10_000


@dataclass(frozen=True)
class Passes:
    """What is known of the passes of a table of granules.

    Attributes
    ----------
    tracks : Tracks
        Centre lines of the granules whose source is ``footprint`` or ``track_model``.
    source : (n,) ndarray of int
        Position in :data:`SOURCES`; -1 for a granule without a footprint.
    begin_ms, duration_ms : (n,) ndarray
        When the line begins, in milliseconds since 1970 UTC, and how long it takes; NaN if not known.
    shapes : dict of str to (n,) ndarray of geometries
        By hemisphere: the footprints of the granules there whose source is not ``footprint``, in the pole's projection.
    """

    tracks: Tracks
    source: np.ndarray
    begin_ms: np.ndarray
    duration_ms: np.ndarray
    shapes: dict[str, np.ndarray]

    def inside(self, granule: np.ndarray, point: np.ndarray) -> np.ndarray:
        """Tell which points ``(n, 3)`` lie in the footprints of these granules, whose source is not ``footprint``."""
        return _inside(self.shapes, granule, point)


def find_passes(granules: gpd.GeoDataFrame, progress: Progress | None = None) -> Passes:
    """Find out what can be known of each granule's pass.

    Parameters
    ----------
    granules : GeoDataFrame
        As :func:`~xopr_crossovers.core.granules.normalize_granules` returns it.
    progress : Progress, optional
        Is told how many granules have which source.
    """
    progress = progress or Progress()
    n = len(granules)
    source = np.full(n, -1, dtype=np.int8)
    tracks = _measured(granules, source, progress)
    begin = _milliseconds(granules["start_time"])
    duration = _milliseconds(granules["end_time"]) - begin

    there = ~shapely.is_missing(granules.geometry.to_numpy()) & ~shapely.is_empty(granules.geometry.to_numpy())
    rest = np.flatnonzero(there & (source < 0))
    source[rest] = SOURCES.index(STRIP)
    shapes = _shapes(granules, rest)
    named = rest[granules[["rgt", "region"]].notna().all(axis=1).to_numpy()[rest]]
    if len(named):
        rgt, region = (granules[column].iloc[named].to_numpy(dtype=np.int64) for column in ("rgt", "region"))
        planned = model_tracks(named, rgt, region)
        row = np.repeat(planned.granule, np.diff(planned.offsets))
        meets = np.unique(row[_inside(shapes, row, planned.centre)])
        source[meets] = SOURCES.index(TRACK_MODEL)
        keep = np.isin(named, meets)
        named, rgt, region = named[keep], rgt[keep], region[keep]
        tracks = joined([tracks, model_tracks(named, rgt, region)])
        cycle = granules["cycle"].iloc[named].to_numpy(dtype=float, na_value=np.nan)
        begin[named], duration[named] = _planned_times(rgt, region, cycle, begin[named], duration[named])
    _report(source, progress)
    return Passes(tracks, source, begin, duration, shapes)


def _measured(granules: gpd.GeoDataFrame, source: np.ndarray, progress: Progress) -> Tracks:
    footprints = granules.geometry.to_numpy()
    found = [model_tracks(*np.zeros((3, 0), dtype=np.int64))]
    for low in range(0, len(footprints), _GRANULES_AT_ONCE):
        progress.check()
        strips = find_strips(footprints[low : low + _GRANULES_AT_ONCE], granules.crs)
        width = strips.widths()
        nominal = (width > _NOMINAL_WIDTH_M[0]) & (width < _NOMINAL_WIDTH_M[1])
        found.append(footprint_tracks(strips, nominal, first_row=low))
        source[found[-1].granule] = SOURCES.index(FOOTPRINT)
        progress.fraction(min(1.0, (low + _GRANULES_AT_ONCE) / len(footprints)))
    return joined(found)


def _milliseconds(times: pd.Series) -> np.ndarray:
    values = times.dt.tz_convert(None).to_numpy("datetime64[ms]")
    return np.where(np.isnat(values), np.nan, values.astype(np.int64).astype(float))


def _shapes(granules: gpd.GeoDataFrame, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return the footprints of some rows by hemisphere; those of the other rows and hemisphere are None."""
    some = granules[[granules.geometry.name]].iloc[rows]
    where = hemispheres(some)
    shapes = {}
    for side, crs in POLE_CRS.items():
        mine = (where == side) | (where == "both")
        if mine.any():
            shapes[side] = np.full(len(granules), None, dtype=object)
            shapes[side][rows[mine]] = project_footprints(some[mine], crs)
            shapely.prepare(shapes[side])
    return shapes


def _inside(shapes: dict[str, np.ndarray], granule: np.ndarray, point: np.ndarray) -> np.ndarray:
    inside = np.zeros(len(granule), dtype=bool)
    for side, footprints in shapes.items():
        mine = np.flatnonzero(~shapely.is_missing(footprints[granule]))
        if len(mine):
            xy = transformer(LONLAT_CRS, POLE_CRS[side]).transform(*lon_lat(point[mine]))
            inside[mine] = shapely.intersects_xy(footprints[granule[mine]], *xy)
    return inside


def _planned_times(
    rgt: np.ndarray, region: np.ndarray, cycle: np.ndarray, begin: np.ndarray, duration: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return begin and duration of regions: of the granule if it took as long as the region, else by the calendar."""
    known = np.isfinite(cycle)
    planned = np.full((2, len(rgt)), np.nan)
    for row, u in zip(planned, region_arc(region)):
        row[known] = rgt_time(rgt[known], cycle[known], u[known]).astype(np.int64)
    length = planned[1] - planned[0]
    with np.errstate(invalid="ignore"):
        whole = np.abs(duration - length) < _SAME_DURATION_MS
    return np.where(whole, begin, planned[0]), np.where(whole, duration, length)


def _report(source: np.ndarray, progress: Progress) -> None:
    measured, planned, unknown = (int((source == number).sum()) for number in range(len(SOURCES)))
    progress.info(f"{measured:,} of {len(source):,} granules have their centre line by their footprints ({FOOTPRINT}).")
    if planned:
        progress.warn(
            f"{planned:,} granules have a footprint that does not hold their centre line: their crossovers are planned "
            f"ones of the track model, good for 1 to 2 km ({TRACK_MODEL})."
        )
    if unknown:
        progress.warn(
            f"{unknown:,} granules have neither such a footprint nor a known track: the middle of the flight line's "
            f"way through the footprint is given ({STRIP}), without beam, angle and time."
        )
    without = int((source < 0).sum())
    if without:
        progress.warn(f"{without:,} granules have no footprint, and no crossover.")
