"""Rows of crossovers: which are wanted, their columns, and how they are made of crossings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..common import InputError, Progress, check_max_days, count
from ..frames import Frames
from ..geometry import LONLAT_CRS, layer_crs, lon_lat, transformer
from ..icesat2 import (
    ASCENDING,
    BEAMS,
    BOTH,
    check_beams,
    check_direction,
    direction_names,
    headings_at,
    pairs_and_sides,
)
from .line_crossings import LineCrossings
from .passes import SOURCES, TRACK_MODEL, Passes

# By this name, since scanners for passwords take "pass_time" with a text beside it for one.
_MOMENT = "datetime"

#: Columns of the table before its geometry, and what they hold.
COLUMNS = {
    "collection": "text",
    "frame_id": "text",
    "flight_date": "date",
    "granule_id": "text",
    "rgt": "int",
    "cycle": "int",
    "region": "int",
    "direction": "text",
    "beam": "text",
    "pair": "int",
    "side": "text",
    "angle_deg": "float",
    "distance_m": "float",
    "pass_time": _MOMENT,
    "flight_time": _MOMENT,
    "days_between": "int",
    "https_url": "text",
    "s3_url": "text",
    "source": "text",
    "uncertainty_m": "float",
}


@dataclass(frozen=True)
class Wanted:
    """Which crossovers are wanted.

    Attributes
    ----------
    beams : tuple of str
        Of :data:`~xopr_crossovers.core.icesat2.beams.LINES`.
    max_days : float, optional
        At most so many days between flight and pass, whichever came first.
    min_angle : float
        Of the crossing, in degrees.
    cycles, rgts, regions : (n,) ndarray of int, optional
    direction : str
        Of the pass where it crosses: of :data:`~xopr_crossovers.core.icesat2.heading.DIRECTIONS`.
    """

    beams: Sequence[str] = BEAMS
    max_days: float | None = None
    min_angle: float = 0.0
    cycles: np.ndarray | None = None
    rgts: np.ndarray | None = None
    regions: np.ndarray | None = None
    direction: str = BOTH

    def __post_init__(self) -> None:
        object.__setattr__(self, "beams", check_beams(self.beams))
        check_direction(self.direction)
        check_max_days(self.max_days)
        if not 0 <= self.min_angle <= 90:
            raise InputError(f"MIN_ANGLE must be from 0 to 90 degrees, not {self.min_angle:g}.")


@dataclass(frozen=True)
class WantedCrossings:
    """Crossings that are wanted, in the order of rows.

    Attributes
    ----------
    found : LineCrossings
        Of which each ``track`` is the row number of a granule.
    moment : (n,) ndarray of datetime64[ms]
        Of the pass, UTC; NaT where that is not known.
    days_between : (n,) ndarray of timedelta64[D]
        From flight to pass; NaT likewise.
    """

    found: LineCrossings
    moment: np.ndarray
    days_between: np.ndarray


class CrossoverRows:
    """Makes table rows of crossings, and counts.

    Attributes
    ----------
    crs : str
        Of the rows: the layer CRS of all frames, unless another one is set.
    """

    def __init__(self, frames: Frames, granules: gpd.GeoDataFrame, passes: Passes, wanted: Wanted) -> None:
        self._passes = passes
        self._wanted = wanted
        self.crs = layer_crs(frames.hemisphere)
        days, table = frames.flown, frames.table
        self._flight_day = days.to_numpy("datetime64[D]")
        self._frame = {"frame_id": _objects(table["id"]), "flight_date": _objects(days.dt.date)}
        if "collection" in table.columns:
            self._frame["collection"] = _objects(table["collection"])
        self._flight_time = _moments(table)
        self._granule = {name: _objects(granules[name]) for name in ("granule_id", "https_url", "s3_url")}
        self._number = {
            name: (granules[name].fillna(0).to_numpy(np.int64), granules[name].isna().to_numpy(bool))
            for name in ("rgt", "cycle", "region")
        }
        self._start_day = granules["start_time"].dt.tz_convert(None).to_numpy("datetime64[D]")
        self._beam = np.array([*wanted.beams, None], dtype=object)
        pairs, sides = pairs_and_sides(wanted.beams)
        self._pair, self._side = np.append(pairs, 0), np.array([*sides, None], dtype=object)
        self._source = np.array(SOURCES, dtype=object)
        self._rows = np.zeros(len(SOURCES), dtype=np.int64)
        self._left_out = {"outside": 0, "direction": 0, "angle": 0, "days": 0, "undated": 0}

    def by_granule(self, found: LineCrossings) -> LineCrossings:
        """Return crossings with the row number of the granule in the place of that of the line."""
        granule = self._passes.tracks.granule[found.track]
        planned = np.flatnonzero(self._passes.source[granule] == SOURCES.index(TRACK_MODEL))
        keep = np.ones(len(found), dtype=bool)
        keep[planned] = self._passes.inside(granule[planned], found.point[planned])
        self._left_out["outside"] += int((~keep).sum())
        return found.with_tracks(granule).where(keep)

    def of(self, found: LineCrossings) -> gpd.GeoDataFrame:
        """Return the rows of some crossings whose tracks are granules."""
        return self.rows(self.wanted(found))

    def wanted(self, found: LineCrossings) -> WantedCrossings:
        """Return of some crossings whose tracks are granules those that are wanted, and count them."""
        found = self._steep_enough(self._bound_for(self._with_headings(found)))
        begin, duration = self._passes.begin_ms[found.track], self._passes.duration_ms[found.track]
        moment = np.full(len(found), np.datetime64("NaT", "ms"))
        passed = np.rint(begin + found.share * duration)
        timed = np.isfinite(passed)
        moment[timed] = passed[timed].astype(np.int64).astype("datetime64[ms]")
        day = np.where(timed, moment.astype("datetime64[D]"), self._start_day[found.track])
        between = day - self._flight_day[found.frame]
        order = np.lexsort((found.distance_m, found.line, moment, found.frame))
        order = order[self._near_enough(between[order])]
        found = found.where(order)
        self._rows += np.bincount(self._passes.source[found.track], minlength=len(SOURCES))
        return WantedCrossings(found, moment[order], between[order])

    def _with_headings(self, found: LineCrossings) -> LineCrossings:
        """Return the crossings with the headings of those whose line is not known but whose granule's name is."""
        unknown = np.flatnonzero(found.heading == 0)
        if len(unknown) == 0:
            return found
        track = found.track[unknown]
        rgt, region = (self._number[name][0][track] for name in ("rgt", "region"))
        heading = found.heading.copy()
        heading[unknown] = headings_at(rgt, region, found.point[unknown])
        return replace(found, heading=heading)

    def _bound_for(self, found: LineCrossings) -> LineCrossings:
        if self._wanted.direction == BOTH:
            return found
        bound = found.heading == (1 if self._wanted.direction == ASCENDING else -1)
        self._left_out["direction"] += int((~bound).sum())
        return found.where(bound)

    def _steep_enough(self, found: LineCrossings) -> LineCrossings:
        if self._wanted.min_angle <= 0:
            return found
        steep = found.angle_deg >= self._wanted.min_angle
        self._left_out["angle"] += int((~steep).sum())
        return found.where(steep)

    def _near_enough(self, between: np.ndarray) -> np.ndarray:
        if self._wanted.max_days is None:
            return np.ones(len(between), dtype=bool)
        undated = np.isnat(between)
        near = ~undated & (np.abs(between.astype(np.int64)) <= self._wanted.max_days)
        self._left_out["undated"] += int(undated.sum())
        self._left_out["days"] += int((~near & ~undated).sum())
        return near

    def rows(self, kept: WantedCrossings) -> gpd.GeoDataFrame:
        """Return the rows of crossings."""
        found, moment, between = kept.found, kept.moment, kept.days_between
        source = self._passes.source[found.track]
        undated = np.isnat(between)
        pair = self._pair[found.line]
        columns = {name: values[found.frame] for name, values in self._frame.items()}
        columns |= {name: values[found.track] for name, values in self._granule.items()}
        columns |= {
            name: pd.arrays.IntegerArray(values[found.track], missing[found.track])
            for name, (values, missing) in self._number.items()
        }
        columns |= {
            "direction": direction_names(found.heading),
            "beam": self._beam[found.line],
            "pair": pd.arrays.IntegerArray(pair, pair == 0),
            "side": self._side[found.line],
            "angle_deg": np.round(found.angle_deg, 3),
            "distance_m": np.round(found.distance_m, 2),
            "pass_time": pd.DatetimeIndex(moment).tz_localize("UTC"),
            "flight_time": self._flight_time[found.frame],
            "days_between": pd.arrays.IntegerArray(np.where(undated, 0, between.astype(np.int64)), undated),
            "source": self._source[source],
            "uncertainty_m": np.round(found.uncertainty_m),
        }
        table = {
            name: pd.Series(columns[name], dtype=object if kind in ("text", "date") else None, copy=False)
            for name, kind in COLUMNS.items()
            if name in columns
        }
        x, y = lon_lat(found.point)
        if self.crs != LONLAT_CRS:
            x, y = transformer(LONLAT_CRS, self.crs).transform(x, y)
        return gpd.GeoDataFrame(table, geometry=shapely.points(x, y), crs=self.crs)

    def report(self, progress: Progress) -> None:
        """Tell how many rows there are of each source, and how many the filters left out."""
        total = int(self._rows.sum())
        kinds = ", ".join(f"{number:,} {name}" for name, number in zip(SOURCES, self._rows) if number)
        if total == 0:
            progress.warn("No crossover was found: no beam of these granules crosses these frames' lines as asked for.")
        else:
            progress.info(f"{count(total, 'crossover', 'crossovers')}: {kinds}.")
        for reason, text in (
            ("angle", f"at an angle of less than {self._wanted.min_angle:g} degrees, or at an unknown one"),
            ("days", f"more than {self._wanted.max_days or 0:g} days from the flight"),
            ("undated", "with an unknown day of flight or pass"),
            ("direction", f"not on {self._wanted.direction} passes, or of an unknown direction"),
            ("outside", "on a planned track outside the granule's footprint"),
        ):
            if self._left_out[reason]:
                progress.info(f"{self._left_out[reason]:,} more left out: {text}.")


def _objects(column: pd.Series) -> np.ndarray:
    """Return a column of texts or days as an array of objects whose missing values are None."""
    values = column.astype(object).to_numpy(copy=True)
    values[column.isna().to_numpy(dtype=bool)] = None
    return values


def _moments(frames: gpd.GeoDataFrame) -> pd.DatetimeIndex:
    """Return the frames' times of flight; missing where the catalog says the day only."""
    if "datetime" not in frames.columns:
        return pd.DatetimeIndex(np.full(len(frames), "NaT", dtype="datetime64[ms]")).tz_localize("UTC")
    times = pd.DatetimeIndex(pd.to_datetime(frames["datetime"], utc=True, errors="coerce", format="ISO8601"))
    return pd.DatetimeIndex(times.where(times != times.normalize()))
