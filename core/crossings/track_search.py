"""The question asked the other way round: from passes to the frames that they cross."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from ..common import InputError, Progress, count, listed, on_days, some_of
from ..frames import AnyFrames, Frames
from ..geometry import LONLAT_CRS, cut_lines, layer_crs, reproject
from ..icesat2 import Tracks, granule_directions
from .beam_crossovers import filtered, kept_crossings
from .crossover_rows import CrossoverRows, Wanted
from .passes import FIRST_POINTED_CYCLE, SOURCES, TRACK_MODEL, find_passes
from .tally import Tally
from .track_lines import ends_of, line_shapes, stretches

# How far a track is drawn beyond its outermost crossings: about as long as a frame.
_MARGIN_M = 50_000.0

_MOMENT = "datetime"
#: Columns of the tracks before their geometry, and what they hold.
TRACK_COLUMNS = {
    "granule_id": "text",
    "rgt": "int",
    "cycle": "int",
    "region": "int",
    "direction": "text",
    "start_time": _MOMENT,
    "end_time": _MOMENT,
    "n_frames": "int",
    "n_crossings": "int",
    "n_seasons": "int",
    "first_flight": "date",
    "last_flight": "date",
    "seasons": "text",
    "source": "text",
    "uncertainty_m": "float",
}
_NUMBERS = ("rgt", "cycle", "region")


@dataclass(frozen=True)
class Seasons:
    """Whose frames are crossed.

    Attributes
    ----------
    names : tuple of str
        In order of their first flight.
    first, last : str
        Days of the first and the last flight, ISO; empty if none is known.
    """

    names: tuple[str, ...]
    first: str
    last: str


class TrackSearch:
    """The frames that passes cross: first :meth:`crossovers`, to its end, then the rest.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
        As :func:`~xopr_crossovers.core.frames.normalize_frames` returns it.
    granules : GeoDataFrame
        As :func:`~xopr_crossovers.core.granules.normalize_granules` or
        :func:`~xopr_crossovers.core.granules.planned_granules` returns it. One without a footprint passes along its
        reference ground track.
    wanted : Wanted, optional
    progress : Progress, optional

    Raises
    ------
    InputError
        If the filters leave no granule, or days between flight and pass are limited of passes that have no time.

    Notes
    -----
    All tables are in one CRS: the pole's projection, or longitude and latitude where frames of both hemispheres are
    crossed.
    """

    def __init__(
        self,
        frames: AnyFrames,
        granules: gpd.GeoDataFrame,
        wanted: Wanted | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._progress = progress or Progress()
        self._wanted = wanted or Wanted()
        self._granules = filtered(granules, self._wanted, self._progress)
        self._passes = find_passes(self._granules, self._progress.part(0.0, 0.1), without_footprint=True)
        self._tell_planned()
        self._frames = Frames.of(frames)
        self._rows = CrossoverRows(self._frames, self._granules, self._passes, self._wanted)
        self._tally = Tally()

    def _tell_planned(self) -> None:
        """Tell how good passes are that are known by plan alone."""
        unseen, cycle = self._passes.unseen, self._granules["cycle"]
        if not unseen.any():
            return
        n, timeless = int(unseen.sum()), unseen & cycle.isna().to_numpy(dtype=bool)
        if timeless.any() and self._wanted.max_days is not None:
            raise InputError("MAX_DAYS needs the times of the passes: give CYCLES with RGTS, or leave MAX_DAYS out.")
        tracks = count(n, "pass is planned", "passes are planned")
        self._progress.info(
            f"{tracks}, along the reference ground track ({TRACK_MODEL}): good for 100 m over the ice "
            f"sheets from cycle {FIRST_POINTED_CYCLE} on, elsewhere for 13 km."
        )
        if timeless.all():
            self._progress.info("Without CYCLES each track counts once, for all cycles, and has no time.")
        early = int((unseen & (cycle < FIRST_POINTED_CYCLE).fillna(False).to_numpy(dtype=bool)).sum())
        if early:
            those = count(early, "of these passes is", "of these passes are")
            self._progress.warn(
                f"{those} of cycle 1 or 2, when the satellite pointed kilometres beside its "
                "tracks: their crossovers are good for 13 km, and before 2018-10-13 there are no data."
            )

    def crossovers(self) -> Iterator[gpd.GeoDataFrame]:
        """Yield the crossovers, some frames at a time; see :func:`.crossover_points`."""
        # All are found before the first row is made: only then is it known on which hemispheres they are.
        found = []
        for kept in kept_crossings(self._rows, self._frames, self._passes, self._wanted, self._progress):
            self._tally.add(kept)
            found.append(kept)
        crossed, _ = self._tally.frames()
        if len(crossed):
            self._rows.crs = layer_crs(self._frames.hemisphere[crossed])
        self._tell_crossed()
        yield from map(self._rows.rows, found)

    def frames(self) -> gpd.GeoDataFrame:
        """Return the frames that are crossed.

        Returns
        -------
        GeoDataFrame
            The frames' columns, and ``flight_date``, ``n_crossings``, ``n_passes``, ``first_pass``, ``last_pass``
            (UTC), ``days_between`` (of the pass nearest in time, from flight to pass).
        """
        number, by_frame = self._tally.frames()
        table = self._frames.table.iloc[number].reset_index(drop=True)
        lines = reproject(table.geometry.to_numpy(), table.crs, self._rows.crs)
        if self._rows.crs == LONLAT_CRS:
            lines = cut_lines(lines)
        days = self._frames.flown.iloc[number].reset_index(drop=True)
        table = pd.DataFrame(table.drop(columns=table.geometry.name))
        table["flight_date"] = days.dt.date.astype(object).where(days.notna(), None)
        for name, values in by_frame.items():
            table[name] = values
        return gpd.GeoDataFrame(table, geometry=lines, crs=self._rows.crs)

    def seasons(self) -> Seasons:
        """Return whose frames are crossed."""
        number, _ = self._tally.frames()
        days = self._frames.flown.iloc[number]
        names: tuple[str, ...] = ()
        if "collection" in self._frames.table.columns:
            season = self._frames.table["collection"].iloc[number]
            names = tuple(days.groupby(season).min().sort_values(kind="stable").index)
        known = days.dropna()
        if known.empty:
            return Seasons(names, "", "")
        return Seasons(names, f"{known.min():%Y-%m-%d}", f"{known.max():%Y-%m-%d}")

    def tracks(self) -> gpd.GeoDataFrame:
        """Return the centre lines of the passes that cross a frame, near their crossings.

        Returns
        -------
        GeoDataFrame
            Columns as in :data:`TRACK_COLUMNS`, in order of the granules. A line goes 50 km beyond its crossings, and
            has a gap where these are more than 100 km apart. Passes whose line is not known (``strip``) are not there.
        """
        row, by_pass = self._tally.passes(self._frames)
        has_line = np.isin(row, self._passes.tracks.granule)
        if (~has_line).any():
            lost = count(int((~has_line).sum()), "pass has", "passes have")
            self._progress.info(f"{lost} no known line, and no row in the tracks.")
        tracks = self._passes.tracks
        tracks = tracks.where(np.isin(tracks.granule, row[has_line]))
        shapes, share = self._drawn(tracks)
        order = np.argsort(tracks.granule, kind="stable")
        row = tracks.granule[order]
        granules = self._granules.iloc[row].reset_index(drop=True)
        by_pass = by_pass.iloc[np.flatnonzero(has_line)].reset_index(drop=True)
        begin, duration = self._passes.begin_ms[row], self._passes.duration_ms[row]
        times = {
            name: _moments(begin + part[order] * duration) for name, part in zip(("start_time", "end_time"), share)
        }
        uncertain = np.maximum.reduceat(tracks.uncertainty_m, tracks.offsets[:-1]) if len(row) else np.zeros(0)
        columns = {
            "granule_id": granules["granule_id"],
            **{name: granules[name] for name in _NUMBERS},
            "direction": granule_directions(granules["region"]),
            **times,
            **{name: by_pass[name] for name in by_pass.columns},
            "source": np.array(SOURCES, dtype=object)[self._passes.source[row]],
            "uncertainty_m": uncertain[order],
        }
        table = {name: pd.Series(columns[name]) for name in TRACK_COLUMNS}
        return gpd.GeoDataFrame(table, geometry=shapes[order], crs=self._rows.crs)

    def _drawn(self, tracks: Tracks) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
        """Return the shapes of lines, and the shares at which they begin and end."""
        if len(tracks) == 0:
            return np.zeros(0, dtype=object), (np.zeros(0), np.zeros(0))
        granule, share = self._tally.places()
        known = np.isin(granule, tracks.granule)
        by_granule = np.argsort(tracks.granule, kind="stable")
        track = by_granule[np.searchsorted(tracks.granule, granule[known], sorter=by_granule)]
        steps, near, stretch = stretches(tracks, track, share[known], _MARGIN_M)
        line, shapes = line_shapes(steps, near, stretch, self._rows.crs)
        return shapes, ends_of(steps, near, line)

    def _tell_crossed(self) -> None:
        number, _ = self._tally.frames()
        if len(number) == 0:
            return
        crossed = self.seasons()
        flown = f", flown {on_days(crossed.first, crossed.last)}" if crossed.first else ""
        of = f", of {count(len(crossed.names), 'season', 'seasons')}: {listed(crossed.names)}" if crossed.names else ""
        met = some_of(len(number), len(self._frames), "frame", "frames", "is", "are")
        self._progress.info(f"{met} crossed{flown}{of}.")


def _moments(milliseconds: np.ndarray) -> pd.Series:
    moment = np.full(len(milliseconds), np.datetime64("NaT", "ms"))
    timed = np.isfinite(milliseconds)
    moment[timed] = np.rint(milliseconds[timed]).astype(np.int64).astype("datetime64[ms]")
    return pd.Series(pd.DatetimeIndex(moment).tz_localize("UTC"))
