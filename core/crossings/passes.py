"""The granules' passes: the line that each flew, when it was where, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..common import Progress, count
from ..geometry import LONLAT_CRS, POLE_CRS, lon_lat, owners_of, transformer
from ..granules import granule_hemispheres, project_footprints
from ..icesat2 import (
    OffPointing,
    Tracks,
    find_strips,
    footprint_tracks,
    joined_tracks,
    reference_tracks,
    region_arc,
    rgt_time,
    strip_pointing,
)

#: How a line is known: the reference ground track, to which the footprint shows that the pass kept; the same with the
#: off-pointing that the footprint shows; the middle of the footprint alone; the reference track without a footprint
#: that could tell; or not at all, so that only the middle of the frame's way through the footprint can be told.
RGT, RGT_OFFSET, FOOTPRINT, TRACK_MODEL, STRIP = "rgt", "rgt_offset", "footprint", "track_model", "strip"
SOURCES = (RGT, RGT_OFFSET, FOOTPRINT, TRACK_MODEL, STRIP)

# Middles of real footprints of passes that kept to their track lie up to 150 m beside it, and half of them within 60 m
# (1,192 of 2,089 footprints of version 007); of those that did not, hardly any is so near.
_KEEPS_M = 150.0
# See docs/methods.md: satellite to track 10 m, beams 10 m; the footprint's middle as good as it is where a pass kept to
# its track; without a footprint that tells, as real passes kept to theirs (95 % of 2,089 footprints).
_RGT_M, _RGT_OFFSET_M = 20.0, 60.0
_POLAR_PLAN_M, _OTHER_PLAN_M = 100.0, 13_000.0
_POLAR_REGIONS = (3, 4, 5, 10, 11, 12)
#: Before it passes lie kilometres beside their tracks.
FIRST_POINTED_CYCLE = 3
# Real footprints of version 006 and later are 12.43 to 13.46 km wide. In the older ones (36 km) and in narrower ones
# (of granules with a part of the beams) the middle is not the centre line.
_NOMINAL_WIDTH_M = (10_000.0, 15_000.0)
# A granule that takes as long as its region by plan, within this, begins where the region begins.
_SAME_DURATION_MS = 5_000.0
# The calendar is up to 42 s off.
_SAME_BEGIN_MS = 120_000.0
_GRANULES_AT_ONCE = 10_000


@dataclass(frozen=True)
class Passes:
    """What is known of the passes of a table of granules.

    Attributes
    ----------
    tracks : Tracks
        Centre lines of the granules whose source is not ``strip``.
    source : (n,) ndarray of int
        Position in :data:`SOURCES`; -1 for a granule without a footprint.
    begin_ms, duration_ms : (n,) ndarray
        When the line begins, in milliseconds since 1970 UTC, and how long it takes; NaN if not known.
    footprints : dict of str to (n,) ndarray of geometries
        By hemisphere: the footprints of the granules there that do not tell the line (sources ``track_model`` and
        ``strip``), in the pole's projection.
    unseen : (n,) ndarray of bool
        Which passes are planned without a footprint.
    """

    tracks: Tracks
    source: np.ndarray
    begin_ms: np.ndarray
    duration_ms: np.ndarray
    footprints: dict[str, np.ndarray]
    unseen: np.ndarray

    def inside(self, granule: np.ndarray, point: np.ndarray) -> np.ndarray:
        """Tell which points ``(n, 3)`` lie in the footprints of these granules, if they have any."""
        return self.unseen[granule] | _inside(self.footprints, granule, point)


def find_passes(
    granules: gpd.GeoDataFrame, progress: Progress | None = None, *, without_footprint: bool = False
) -> Passes:
    """Find out what can be known of each granule's pass.

    Parameters
    ----------
    granules : GeoDataFrame
        As :func:`~xopr_crossovers.core.granules.normalize_granules` returns it.
    progress : Progress, optional
        Is told how many granules have which source.
    without_footprint : bool
        Whether granules without a footprint have a planned pass (``track_model``), of their RGT and region; else they
        have none.
    """
    progress = progress or Progress()
    n = len(granules)
    source = np.full(n, -1, dtype=np.int8)
    tracks = _measured(granules, source, progress)
    begin = _milliseconds(granules["start_time"])
    duration = _milliseconds(granules["end_time"]) - begin

    drawn = ~shapely.is_missing(granules.geometry.to_numpy()) & ~shapely.is_empty(granules.geometry.to_numpy())
    of_pass = granules[["rgt", "region"]].notna().all(axis=1).to_numpy()
    unseen = ~drawn & of_pass & without_footprint
    rest = np.flatnonzero(drawn & (source < 0))
    source[rest] = SOURCES.index(STRIP)
    footprints = _by_hemisphere(granules, rest)
    named = np.flatnonzero(((source == SOURCES.index(STRIP)) & of_pass) | unseen)
    if len(named):
        rgt, region = (granules[column].iloc[named].to_numpy(dtype=np.int64) for column in ("rgt", "region"))
        cycle = granules["cycle"].iloc[named].to_numpy(dtype=float, na_value=np.nan)
        known = plan_uncertainty_m(region, cycle)
        planned = reference_tracks(named, rgt, OffPointing.along(*region_arc(region)), known)
        row = planned.granule[owners_of(np.diff(planned.offsets))]
        meets = np.unique(row[unseen[row] | _inside(footprints, row, planned.centre)])
        source[meets] = SOURCES.index(TRACK_MODEL)
        keep = np.isin(named, meets)
        named, rgt, region, cycle, known = (values[keep] for values in (named, rgt, region, cycle, known))
        tracks = joined_tracks([tracks, reference_tracks(named, rgt, OffPointing.along(*region_arc(region)), known)])
        begin[named], duration[named] = _planned_times(rgt, region, cycle, begin[named], duration[named])
    _report(source, unseen, progress)
    return Passes(tracks, source, begin, duration, footprints, unseen)


def plan_uncertainty_m(region: np.ndarray, cycle: np.ndarray) -> np.ndarray:
    """Return how far beside its reference ground track a pass may be, where nothing but its plan is known.

    Parameters
    ----------
    region : (n,) ndarray of int
        Granule region.
    cycle : (n,) ndarray
        Repeat cycle; NaN where the track itself is meant, of no cycle.

    Returns
    -------
    (n,) ndarray
        Metres across the track.
    """
    # Without a cycle the track itself is meant, to which passes keep from then on.
    kept = np.isin(region, _POLAR_REGIONS) & ~(cycle < FIRST_POINTED_CYCLE)
    return np.where(kept, _POLAR_PLAN_M, _OTHER_PLAN_M)


def _measured(granules: gpd.GeoDataFrame, source: np.ndarray, progress: Progress) -> Tracks:
    """Return the lines of the granules whose footprints tell them, and note how."""
    footprints = granules.geometry.to_numpy()
    rgt, region = (granules[column].fillna(0).to_numpy(dtype=np.int64) for column in ("rgt", "region"))
    none = np.zeros(0, dtype=np.int64)
    found = [reference_tracks(none, none, OffPointing.along(none, none), none)]
    elsewhere = 0
    for low in range(0, len(footprints), _GRANULES_AT_ONCE):
        progress.check()
        strips = find_strips(footprints[low : low + _GRANULES_AT_ONCE], granules.crs)
        width = strips.widths()
        nominal = (width > _NOMINAL_WIDTH_M[0]) & (width < _NOMINAL_WIDTH_M[1])
        row = strips.footprint + low
        pointed = strip_pointing(strips, rgt[row], region[row])
        alone = nominal & ~pointed.follows
        elsewhere += int((alone & (rgt[row] > 0)).sum())
        kept = nominal & pointed.follows & (pointed.farthest_m < _KEEPS_M)
        shifted = nominal & pointed.follows & ~kept
        on_track = OffPointing.along(*pointed.off_pointing.where(kept).ends())
        beside = pointed.off_pointing.where(shifted)
        lines = {
            RGT: reference_tracks(row[kept], rgt[row[kept]], on_track, np.full(kept.sum(), _RGT_M)),
            RGT_OFFSET: reference_tracks(
                row[shifted], rgt[row[shifted]], beside, np.full(shifted.sum(), _RGT_OFFSET_M)
            ),
            FOOTPRINT: footprint_tracks(strips, alone, first_row=low),
        }
        for name, part in lines.items():
            source[part.granule] = SOURCES.index(name)
            found.append(part)
        progress.fraction(min(1.0, (low + _GRANULES_AT_ONCE) / len(footprints)))
    if elsewhere:
        progress.warn(
            f"{count(elsewhere, 'granule has', 'granules have')} a footprint that does not lie along the reference "
            f"ground track of their name; the middle of the footprint is taken ({FOOTPRINT})."
        )
    return joined_tracks(found)


def _milliseconds(times: pd.Series) -> np.ndarray:
    values = times.dt.tz_convert(None).to_numpy("datetime64[ms]")
    return np.where(np.isnat(values), np.nan, values.astype(np.int64).astype(float))


def _by_hemisphere(granules: gpd.GeoDataFrame, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return the footprints of some rows by hemisphere; those of the other rows and hemisphere are None."""
    wanted = granules[[granules.geometry.name]].iloc[rows]
    hemisphere = granule_hemispheres(wanted)
    footprints = {}
    for side, crs in POLE_CRS.items():
        here = (hemisphere == side) | (hemisphere == "both")
        if here.any():
            footprints[side] = np.full(len(granules), None, dtype=object)
            footprints[side][rows[here]] = project_footprints(wanted[here], crs)
            shapely.prepare(footprints[side])
    return footprints


def _inside(footprints: dict[str, np.ndarray], granule: np.ndarray, point: np.ndarray) -> np.ndarray:
    inside = np.zeros(len(granule), dtype=bool)
    for side, polygons in footprints.items():
        here = np.flatnonzero(~shapely.is_missing(polygons[granule]))
        if len(here):
            xy = transformer(LONLAT_CRS, POLE_CRS[side]).transform(*lon_lat(point[here]))
            inside[here] = shapely.intersects_xy(polygons[granule[here]], *xy)
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
        # Of a name alone, which tells the begin; granules that begin late are pieces of their regions.
        whole |= np.isnan(duration) & (np.abs(begin - planned[0]) < _SAME_BEGIN_MS)
    return np.where(whole, begin, planned[0]), np.where(whole & ~np.isnan(duration), duration, length)


def _report(source: np.ndarray, unseen: np.ndarray, progress: Progress) -> None:
    known_by = {name: int(((source == number) & ~unseen).sum()) for number, name in enumerate(SOURCES)}
    total = count(len(source), "granule", "granules")
    for name, text in (
        (RGT, "kept to their reference ground track, by their footprints"),
        (RGT_OFFSET, "ran beside it, by as much as their footprints do"),
        (FOOTPRINT, "have their centre line by their footprints alone"),
    ):
        if known_by[name]:
            progress.info(f"{known_by[name]:,} of {total} {text} ({name}).")
    if known_by[TRACK_MODEL]:
        progress.warn(
            f"{count(known_by[TRACK_MODEL], 'granule has', 'granules have')} a footprint that does not tell the centre "
            f"line: the crossovers are planned ones on the reference ground track ({TRACK_MODEL}), to which the "
            "satellite keeps from cycle 3 on in the polar regions, but not elsewhere."
        )
    if known_by[STRIP]:
        progress.warn(
            f"{count(known_by[STRIP], 'granule has', 'granules have')} neither such a footprint nor a known track: the "
            f"middle of the flight line's way through the footprint is given ({STRIP}), without beam, angle and time."
        )
    without = int((source < 0).sum())
    if without:
        progress.warn(f"{count(without, 'granule has', 'granules have')} no footprint, and no crossover.")
