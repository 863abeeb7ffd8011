"""Every crossover at its measured place: the laser's height there, what the radar saw, and what they differ by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..common import Progress, count, some_of
from ..frames import AnyFrames, Frames
from ..geometry import LONLAT_CRS, geodesic_lengths, reproject
from ..radar import PICK_QUALITIES, PICK_TYPES
from .crossovers_read import Planned, read_crossovers
from .differences import DAYS_A_YEAR, add_differences
from .flown_frames import FlownFrames, RadarAt
from .flown_lines import FlownLines
from .laser_heights import LaserHeights, read_laser
from .robust import Spread, spread_of
from .series import series_of
from .sources import Measuring, Sources
from .table_values import MOMENT, PICK_COLUMNS, ROUNDED, named_values, utc

#: Columns that a crossover gets, and what they hold; all lengths are in metres.
HEIGHT_COLUMNS = {
    "h_li": "float",
    "h_li_sigma": "float",
    "height_time": MOMENT,
    "quality": "int",
    "n_segments": "int",
    "strong": "bool",
    "slope": "float",
    "h_robust_sprd": "float",
    "snr_significance": "float",
    **PICK_COLUMNS,
    "flown_m": "float",
    "flown_slope": "float",
    "flown_line": "text",
    "difference": "float",
    "difference_at_flight": "float",
    "dhdt_m_a": "float",
    "dem_height": "float",
    "dem_slope_deg": "float",
    "slope_error_m": "float",
    "difference_slope": "float",
    "outlier": "text",
    "moved_m": "float",
    "reason": "text",
}


@dataclass(frozen=True)
class MeasuredCrossovers:
    """Crossovers with heights.

    Attributes
    ----------
    table : GeoDataFrame
        The columns that were given, and those of :data:`HEIGHT_COLUMNS`.
    series : GeoDataFrame
        See :data:`~xopr_crossovers.core.heights.SERIES_COLUMNS`.
    flown : FlownLines
        Of the frames, for maps.
    """

    table: gpd.GeoDataFrame
    series: gpd.GeoDataFrame
    flown: FlownLines = field(default_factory=lambda: FlownLines.of([]))

    @property
    def n_heights(self) -> int:
        """How many have a laser height."""
        return int(self.table["h_li"].notna().sum())

    @property
    def spread(self) -> Spread:
        """How the differences of laser and radar lie."""
        return spread_of(self.table["difference"])


def crossover_heights(
    crossovers: gpd.GeoDataFrame,
    frames: AnyFrames | None = None,
    sources: Sources | None = None,
    measuring: Measuring | None = None,
    progress: Progress | None = None,
) -> MeasuredCrossovers:
    """Measure crossovers: where the beam really crosses the flown track, and the heights of laser and radar there.

    Parameters
    ----------
    crossovers : GeoDataFrame
        See :func:`~xopr_crossovers.core.heights.read_crossovers`.
    frames : Frames or GeoDataFrame, optional
        With the addresses of their layer files; without them, files are looked for where Open Polar Radar publishes
        those of a frame's name.
    sources : Sources, optional
    measuring : Measuring, optional
    progress : Progress, optional

    Returns
    -------
    MeasuredCrossovers
        Every crossover that the filters leave, in order. One without a height stays at its planned place, and `reason`
        says why.

    Raises
    ------
    InputError, DownloadError, CancelledError
    """
    progress, sources, measuring = progress or Progress(), sources or Sources(), measuring or Measuring()
    planned = read_crossovers(crossovers, measuring.wanted, progress=progress)
    flown = FlownFrames(planned, Frames.of(frames) if frames is not None else None, sources.radar)
    at = flown.meet(progress.part(0.0, 0.25))
    laser = read_laser(
        planned, at, flown.directions, sources, measuring.buffer_m, measuring.quality, progress.part(0.25, 0.9)
    )
    measured = np.isfinite(laser.at.h_li)
    lon, lat = (np.where(measured, new, old) for new, old in ((laser.at.lon, planned.lon), (laser.at.lat, planned.lat)))
    radar = flown.radar_at(lon, lat, measured, progress.part(0.9, 1.0))
    table = _table(planned, laser, radar, flown.known_by, lon, lat)
    add_differences(table, sources.dem, sources.dhdt, radar.height)
    series = series_of(table, lon, lat, planned)
    result = MeasuredCrossovers(_as_layer(table, planned, lon, lat), series, flown.lines)
    _tell(result, progress)
    _tell_rasters(result.table, sources, progress)
    return result


def _table(
    planned: Planned, laser: LaserHeights, radar: RadarAt, known_by: np.ndarray, lon: np.ndarray, lat: np.ndarray
) -> pd.DataFrame:
    at, has = laser.at, np.isfinite(laser.at.h_li)
    layer = radar.surface
    reason = np.where(has, radar.reason, at.reason)
    moved = np.full(len(planned), np.nan)
    moved[has] = geodesic_lengths(planned.lon[has], planned.lat[has], lon[has], lat[has])
    columns = {
        "lon": lon,
        "lat": lat,
        "h_li": at.h_li,
        "h_li_sigma": at.h_li_sigma,
        "height_time": utc(at.height_time),
        "quality": pd.array(np.where(has, at.quality, np.nan), dtype="Float64").astype("Int64"),
        "n_segments": at.n_segments,
        "strong": pd.array(_only(laser.strong, has), dtype="boolean"),
        "slope": at.slope,
        "h_robust_sprd": at.h_robust_sprd,
        "snr_significance": at.snr_significance,
        "radar_surface": layer.height,
        "pick_quality": named_values(layer.quality, PICK_QUALITIES),
        "pick_type": named_values(layer.kind, PICK_TYPES),
        "trace_gap_m": layer.gap,
        "radar_time": utc(radar.time),
        "flown_m": radar.distance,
        "flown_slope": radar.slope,
        "flown_line": known_by,
        "moved_m": moved,
        "reason": _only(reason, reason != ""),
    }
    table = pd.DataFrame(columns)
    table["years"] = _years(planned, table)
    return table


def _only(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return objects, None where a mask does not keep them."""
    kept = np.full(len(values), None, dtype=object)
    kept[mask] = values[mask]
    return kept


def _years(planned: Planned, table: pd.DataFrame) -> np.ndarray:
    """Return the years from pass to flight: by the radar's time, or else the catalog's, or else the day's noon."""
    flight = table["radar_time"]
    for column, noon in (("flight_time", False), ("flight_date", True)):
        if column in planned.table.columns:
            told = pd.to_datetime(planned.table[column].astype(object), utc=True, errors="coerce", format="ISO8601")
            told = told + pd.Timedelta(hours=12) if noon else told
            flight = flight.fillna(told.astype("datetime64[ms, UTC]"))
    return ((flight - table["height_time"]) / pd.Timedelta(days=DAYS_A_YEAR)).to_numpy(dtype=float)


def _as_layer(table: pd.DataFrame, planned: Planned, lon: np.ndarray, lat: np.ndarray) -> gpd.GeoDataFrame:
    """Return the table as a layer like the one that was given."""
    given = planned.table
    crs = given.crs or LONLAT_CRS
    points = np.array(given.geometry.to_numpy(), dtype=object)
    moved = table["h_li"].notna().to_numpy()
    points[moved] = reproject(shapely.points(lon[moved], lat[moved]), LONLAT_CRS, crs)
    ours_or_qgis = {given.geometry.name, "fid", *HEIGHT_COLUMNS}
    kept = [name for name in given.columns if name not in ours_or_qgis]
    ours = {name: table[name].round(ROUNDED[name]) if name in ROUNDED else table[name] for name in HEIGHT_COLUMNS}
    return gpd.GeoDataFrame({**{name: given[name] for name in kept}, **ours}, geometry=points, crs=crs)


def _tell(found: MeasuredCrossovers, progress: Progress) -> None:
    table, spread = found.table, found.spread
    progress.info(
        f"{some_of(found.n_heights, len(table), 'crossover', 'crossovers', 'has', 'have')} a laser height, "
        f"{spread.n:,} of them with the radar's surface beside it."
    )
    for without, text in ((table["h_li"].isna(), "without a height"), (table["h_li"].notna(), "without a difference")):
        for reason, number in Counter(table.loc[without, "reason"].dropna()).most_common():
            progress.info(f"{number:,} {text}: {reason}.")
    if spread.n:
        progress.info(
            f"Laser less radar: median {spread.median:+.2f} m, NMAD {spread.nmad:.2f} m, RMS {spread.rms:.2f} m. Picks "
            "are no truth: it is a difference, not a change."
        )
    if not len(table):
        progress.warn("No crossover is left to be measured: take other filters.")
    elif not found.n_heights:
        progress.warn("No crossover has a laser height; the column reason says why.")
    progress.info(f"{count(len(found.series), 'place was', 'places were')} measured in several cycles.")


def _tell_rasters(table: pd.DataFrame, sources: Sources, progress: Progress) -> None:
    """Say of how many crossovers a raster knows something: one that lies elsewhere seems to have no effect."""
    for name, raster, column in (("DEM", sources.dem, "dem_height"), ("DHDT", sources.dhdt, "dhdt_m_a")):
        if raster is None or not len(table):
            continue
        known = int(table[column].notna().sum())
        progress.info(f"{name} has a value at {known:,} of {count(len(table), 'crossover', 'crossovers')}.")
        if not known:
            progress.warn(f"{name} has no value at any crossover: give a raster that covers them, with its projection.")
