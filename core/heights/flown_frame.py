"""One frame as it was flown: trace by trace by its layer file, or else by the line of the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ..common import InputError, Progress, count
from ..frames import Frames
from ..geometry import Polylines
from ..radar import FlownTrack, RadarFiles, RadarPicks, left_out
from .flown_frames import FRAME_LINE, LAYER_FILE
from .pole_planes import from_pole_planes, in_pole_planes

#: A line of fewer vertices may be off by so much (m).
LINE_OFF_M = 2.0


@dataclass(frozen=True)
class FlownFrame:
    """One frame.

    Attributes
    ----------
    row : mapping
        Of the frames table; ``geometry`` in longitude and latitude.
    picks : RadarPicks or None
        None without a layer file.
    track : FlownTrack
        Trace by trace, or else the line of the catalog.
    flown : Timestamp
        The day of the flight; NaT if nobody says.
    no_picks : str
        Why there are none, in a sentence; empty where there are.
    """

    row: Mapping[str, Any]
    picks: RadarPicks | None
    track: FlownTrack
    flown: pd.Timestamp
    no_picks: str = ""

    @property
    def frame_id(self) -> str:
        """Its name."""
        return str(self.row["id"])

    @property
    def collection(self) -> str:
        """Its season; empty if the table does not say."""
        value = self.row.get("collection")
        return value if isinstance(value, str) else ""

    @property
    def known_by(self) -> str:
        """How the flown line is known: ``layer file`` or ``frame``."""
        return FRAME_LINE if self.picks is None else LAYER_FILE

    @property
    def picks_left_out(self) -> str:
        """How many picks are left out as they cannot be, and why, in a sentence; empty if none is."""
        if self.picks is None or not self.picks.impossible:
            return ""
        return left_out(self.picks.impossible, f" of {self.picks.source}")

    @property
    def is_south(self) -> bool:
        """In whose pole's plane it is drawn."""
        return bool(self.track.lat.mean() < 0)

    @property
    def lines(self) -> Polylines:
        """The flown line as one line in longitude and latitude, of as few vertices as are good for `LINE_OFF_M`."""
        south = np.full(len(self.track.lon), self.is_south)
        line = shapely.linestrings(in_pole_planes(self.track.lon, self.track.lat, south))
        xy = shapely.get_coordinates(shapely.simplify(line, LINE_OFF_M / 2, preserve_topology=False))
        lon, lat = from_pole_planes(xy, south[: len(xy)])
        return Polylines(lon, lat, np.array([0, len(lon)], dtype=np.int64))

    @property
    def runs_left(self) -> bool:
        """Whether the flight ends left of where it began on a map in the pole's projection.

        One that runs straight up or down there is taken from the top to the bottom.
        """
        ends = in_pole_planes(self.track.lon[[0, -1]], self.track.lat[[0, -1]], np.full(2, self.is_south))
        right, up = ends[1] - ends[0]
        return bool(right < 0 or (right == 0 and up > 0))


def flown_frame(frame: Frames, radar: RadarFiles, progress: Progress | None = None) -> FlownFrame:
    """Return one frame as it was flown.

    Parameters
    ----------
    frame : Frames
        One.
    radar : RadarFiles
    progress : Progress, optional
        Is warned if there is no layer file.

    Raises
    ------
    InputError
        If there is neither a layer file nor a line.
    CancelledError
    """
    progress = progress or Progress()
    attributes = frame.table.drop(columns=frame.table.geometry.name)
    row = {**attributes.to_dict("records")[0], "geometry": frame.lon_lat[0]}
    flown = frame.flown.iloc[0]
    try:
        picks = radar.layer_of(row, progress)
    except InputError as error:
        progress.warn(f"The heights come without the radar's surface, and without a difference: {error}")
        return FlownFrame(row, None, _line_of(row), flown, str(error))
    if picks.without_position:
        progress.warn(f"{count(picks.without_position, 'trace', 'traces')} without a place on the Earth left out.")
    known = picks.time[~np.isnat(picks.time)]
    if pd.isna(flown) and len(known):
        flown = pd.Timestamp(known[0]).normalize()
    found = FlownFrame(row, picks, picks.track, flown)
    if found.picks_left_out:
        progress.warn(found.picks_left_out)
    return found


def _line_of(row: Mapping[str, Any]) -> FlownTrack:
    line = row["geometry"]
    xy = shapely.get_coordinates(line) if line is not None else np.zeros((0, 2))
    # Where a line was cut, it goes on at the place where it ended.
    moved = np.ones(len(xy), dtype=bool)
    moved[1:] = (np.abs((np.diff(xy[:, 0]) + 180.0) % 360.0 - 180.0) > 1e-9) | (np.diff(xy[:, 1]) != 0)
    xy = xy[moved & np.isfinite(xy).all(axis=1)]
    if len(xy) < 2:
        raise InputError(f"{row['id']} has neither a layer file nor a line: load its frame anew, or give RADAR_FILES.")
    return FlownTrack(xy[:, 0], xy[:, 1])
