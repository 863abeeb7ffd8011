"""The flown lines of the frames of crossovers, and what the radar saw at places on them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import geopandas as gpd
import numpy as np
import pandas as pd

from ..common import Progress
from ..frames import Frames
from ..geometry import LONLAT_CRS
from ..radar import LayerAt, NoRadarFile, RadarFiles, RadarPicks, picks_at
from .crossovers_read import Planned
from .flown_lines import FlownAt, FlownLines, beam_directions, meet
from .pole_planes import in_pole_planes

#: How the flown line is known: trace by trace, by the simplified line of the catalog, or not at all.
LAYER_FILE, FRAME_LINE, NOWHERE = "layer file", "frame", "none"
# The slope along the flight is that of the picks up to so far away (m), if there are so many.
_SLOPE_REACH_M, _FEWEST_PICKS = 250.0, 8
_BESIDE, _NO_PICK = "beside the flown track", "no pick of the surface near enough"


@dataclass(frozen=True)
class RadarAt:
    """What the radar saw at crossovers.

    Attributes
    ----------
    surface : LayerAt
    height : (n,) ndarray
        Of the radar above the surface that it saw, in metres.
    time : (n,) ndarray of datetime64[us]
        When it was there, UTC.
    distance : (n,) ndarray
        Metres along the flown track.
    slope : (n,) ndarray
        Of the surface along the flight, in metres a metre: that of a line through the picks up to 250 m away.
    reason : (n,) ndarray of object
        Why there is no surface; empty where there is one.
    """

    surface: LayerAt
    height: np.ndarray
    time: np.ndarray
    distance: np.ndarray
    slope: np.ndarray
    reason: np.ndarray


class FlownFrames:
    """The frames of crossovers, with their layer files.

    Parameters
    ----------
    planned : Planned
    frames : Frames or None
        Those that there are; of others only the name is known.
    radar : RadarFiles

    Attributes
    ----------
    directions : (n, 2) ndarray
        Of the beams at the crossovers, in the plane of the pole.
    known_by : (n,) ndarray of object
        How the flown line of each is known; after :meth:`meet`.
    lines : FlownLines
        Those of the frames, as far as they are known; after :meth:`meet`.
    """

    def __init__(self, planned: Planned, frames: Frames | None, radar: RadarFiles) -> None:
        self._planned = planned
        self._radar = radar
        self._south = planned.south
        self.directions = beam_directions(planned.rgt, planned.region, planned.lon, planned.lat, self._south)
        self.known_by = np.full(len(planned), NOWHERE, dtype=object)
        self._frames, owner = _frames_of(planned, frames)
        order = np.argsort(owner, kind="stable")
        self._rows = np.split(order, np.searchsorted(owner[order], np.arange(1, len(self._frames))))
        self._reason = np.full(len(planned), "", dtype=object)
        self._has_file = np.zeros(len(self._frames), dtype=bool)
        self.lines = FlownLines.of([])

    def meet(self, progress: Progress) -> FlownAt:
        """Return where the planned beams meet the flown lines: by the layer files, or else the frames' own lines."""
        found = FlownAt.none(len(self._planned))
        place = in_pole_planes(self._planned.lon, self._planned.lat, self._south)
        drawn: list[tuple[np.ndarray, bool]] = []
        for number, layers in self._radar.layers_of(self._frames, progress):
            rows = self._rows[number]
            if isinstance(layers, NoRadarFile):
                self._reason[rows] = f"no radar surface: {layers.reason}"
                continue
            self._has_file[number] = True
            line = in_pole_planes(layers.lon, layers.lat, np.full(len(layers), self._south[rows[0]]))
            drawn.append((line, self._south[rows[0]]))
            self._meet_line(found, rows, place, line, LAYER_FILE)
        lines, frame = self._frames.lines
        for part, number in enumerate(frame):
            rows = self._rows[number]
            vertices = slice(lines.offsets[part], lines.offsets[part + 1])
            lon, lat, south = lines.lon[vertices], lines.lat[vertices], self._south[rows[0]]
            line = in_pole_planes(lon, lat, np.full(len(lon), south))
            if not self._has_file[number]:
                drawn.append((line, south))
            self._meet_line(found, rows[self.known_by[rows] == NOWHERE], place, line, FRAME_LINE)
        self.lines = FlownLines.of(drawn)
        return found

    def _meet_line(self, found: FlownAt, rows: np.ndarray, place: np.ndarray, line: np.ndarray, known_by: str) -> None:
        rows = rows[np.isfinite(place[rows]).all(axis=1)]
        if not len(rows) or len(line) < 2:
            return
        met = meet(line, place[rows], self.directions[rows])
        there = np.isfinite(met.xy).all(axis=1)
        found.xy[rows[there]], found.along[rows[there]] = met.xy[there], met.along[there]
        self.known_by[rows[there]] = known_by

    def radar_at(self, lon: np.ndarray, lat: np.ndarray, wanted: np.ndarray, progress: Progress) -> RadarAt:
        """Return what the radar saw at places.

        Parameters
        ----------
        lon, lat : (n,) ndarray
            Of the crossovers, EPSG:4326 degrees.
        wanted : (n,) ndarray of bool
            At which of them.
        progress : Progress
        """
        n = len(lon)
        nothing = LayerAt(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, np.uint8), np.zeros(n, np.uint8))
        height, distance, slope = (np.full(n, np.nan) for _ in range(3))
        time = np.full(n, np.datetime64("NaT", "us"))
        found = RadarAt(nothing, height, time, distance, slope, self._reason)
        needed = np.array([wanted[rows].any() for rows in self._rows], dtype=bool) & self._has_file
        numbers = np.flatnonzero(needed)
        # They were read before, and all was said of them then.
        for place, layers in self._radar.layers_of(self._frames.where(needed), _Quiet(progress)):
            rows = self._rows[numbers[place]]
            rows = rows[wanted[rows]]
            if isinstance(layers, RadarPicks):
                _look(found, layers, rows, lon, lat)
        return found


def _look(found: RadarAt, picks: RadarPicks, rows: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> None:
    on_track = picks.track.project(lon[rows], lat[rows])
    at = picks_at(picks, np.where(on_track.beside, on_track.distance, np.nan))
    for column in fields(LayerAt):
        getattr(found.surface, column.name)[rows] = getattr(at.surface, column.name)
    found.time[rows], found.distance[rows] = at.time, np.where(on_track.beside, on_track.distance, np.nan)
    found.height[rows] = np.interp(on_track.distance, picks.distance, picks.elevation) - at.surface.height
    found.slope[rows] = _slopes(picks, found.distance[rows])
    reason = np.where(on_track.beside, _NO_PICK, _BESIDE)
    found.reason[rows] = np.where(np.isfinite(at.surface.height), "", reason)


def _slopes(picks: RadarPicks, distance: np.ndarray) -> np.ndarray:
    """Return the slopes of straight lines through the picked surface near places of the track."""
    known = np.isfinite(picks.surface)
    # About the middle, so that squares of long distances do not swallow what matters.
    at = picks.distance[known] - picks.track.length / 2
    height = picks.surface[known] - (np.mean(picks.surface[known]) if known.any() else 0.0)
    sums = np.zeros((5, len(at) + 1))
    for row, values in enumerate((np.ones(len(at)), at, height, at * at, at * height)):
        np.cumsum(values, out=sums[row, 1:])
    places = distance - picks.track.length / 2
    low, high = (np.searchsorted(at, places + side * _SLOPE_REACH_M) for side in (-1, 1))
    n, x, y, xx, xy = sums[:, high] - sums[:, low]
    square = n * xx - x * x
    fitted = np.isfinite(distance) & (n >= _FEWEST_PICKS)
    return np.divide(n * xy - x * y, square, out=np.full(len(distance), np.nan), where=fitted & (square > 0))


def _frames_of(planned: Planned, frames: Frames | None) -> tuple[Frames, np.ndarray]:
    """Return the frames of crossovers, and which of them each belongs to."""
    keys = pd.DataFrame({"id": planned.texts("frame_id")})
    has_season = "collection" in planned.table.columns
    if has_season:
        keys["collection"] = planned.texts("collection")
    owner = keys.groupby(list(keys.columns), sort=False).ngroup().to_numpy()
    wanted = keys.drop_duplicates(ignore_index=True)
    if frames is None:
        return Frames(gpd.GeoDataFrame(wanted, geometry=[None] * len(wanted), crs=LONLAT_CRS)), owner
    known = frames.table
    by = list(wanted.columns) if "collection" in known.columns else ["id"]
    known = known.drop_duplicates(by).assign(**{name: known[name].astype(object) for name in by})
    others = [name for name in known.columns if name not in wanted.columns]
    merged = wanted.merge(pd.DataFrame(known)[[*by, *others]], on=by, how="left")
    return Frames(gpd.GeoDataFrame(merged, geometry=known.geometry.name, crs=known.crs)), owner


class _Quiet(Progress):
    """Moves the bar and can be stopped, but says nothing."""

    def __init__(self, whole: Progress) -> None:
        self._whole = whole

    def fraction(self, done: float) -> None:
        self._whole.fraction(done)

    def is_cancelled(self) -> bool:
        return self._whole.is_cancelled()
