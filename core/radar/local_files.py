"""Radar files of the user's own: which of them belongs to which frame."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely

from ..catalogs import OwnFiles
from ..common import InputError, Progress, count
from ..geometry import LONLAT_CRS, transformer
from .addresses import segment_of
from .kinds import LAYERS, kind_of_file
from .layer_file import frame_of_file, read_layer_file
from .options import RADAR_SUFFIXES
from .picks import RadarPicks

NAME = "RADAR_FILES"
_OWN = OwnFiles(NAME, RADAR_SUFFIXES, "radar files", "the files are fetched from where the catalog says they are")
_ORGANISER = re.compile(r"layer_(\d{8}_\d{2})\.mat$", re.IGNORECASE)
#: A track whose traces lie within this (m, median) of a frame's simplified line, and whose day is the frame's, is its
#: track: catalogs simplify to 100 m, and one line of two vertices was seen 794 m off.
NEAR_M = 1_000.0
_SAMPLES = 50


@dataclass
class LocalFiles:
    """MATLAB files by the frames that their names tell.

    Attributes
    ----------
    by_frame : dict
        Paths by the frame's id.
    organisers : dict
        Path by segment, ``YYYYMMDD_SS``.
    nameless : list of Path
        Files whose names tell no frame.
    """

    by_frame: dict[str, list[Path]] = field(default_factory=dict)
    organisers: dict[str, Path] = field(default_factory=dict)
    nameless: list[Path] = field(default_factory=list)
    _kinds: dict[Path, str] = field(default_factory=dict)
    _tracks: dict[Path, RadarPicks] = field(default_factory=dict)

    def of_frame(self, frame_id: str, kind: str, progress: Progress) -> list[Path]:
        """Return the files of a kind whose names tell a frame; one that cannot be read is said and left out."""
        return [path for path in self.by_frame.get(frame_id, []) if self.kind(path, progress) == kind]

    def kind(self, path: Path, progress: Progress) -> str:
        """Return the kind of a file; that of one that cannot be read is none, and that is said once."""
        if path not in self._kinds:
            try:
                self._kinds[path] = kind_of_file(path)
            except InputError as error:
                progress.warn(f"Left out: {error}")
                self._kinds[path] = ""
        return self._kinds[path]

    def like_line(self, frame_id: str, line: shapely.Geometry | None, progress: Progress) -> list[Path]:
        """Return the layer files without a telling name whose track is that of a frame, the nearest one first.

        Parameters
        ----------
        frame_id : str
            Tells the day of the flight.
        line : geometry or None
            The frame's line in longitude and latitude.
        progress : Progress
        """
        if line is None or line.is_empty:
            return []
        self._read_nameless(progress)
        day = segment_of(frame_id)[:8]
        found = []
        for path, picks in self._tracks.items():
            progress.check()
            if not day or day in _days(picks):
                off = _median_offset(picks, line)
                found += [(off, path)] if off <= NEAR_M else []
        return [path for _, path in sorted(found)]

    def _read_nameless(self, progress: Progress) -> None:
        while self.nameless:
            progress.check()
            path = self.nameless.pop()
            if self.kind(path, progress) == LAYERS:
                try:
                    self._tracks[path] = read_layer_file(path)
                except InputError as error:
                    progress.warn(f"Left out: {error}")


def _days(picks: RadarPicks) -> set[str]:
    known = picks.time[~np.isnat(picks.time)]
    return {str(moment)[:10].replace("-", "") for moment in known[[0, -1]]} if len(known) else set()


def _median_offset(picks: RadarPicks, line: shapely.Geometry) -> float:
    """Return how far the traces lie from a line (m), in the median."""
    some = np.linspace(0, len(picks) - 1, _SAMPLES).astype(int)
    to_plane = transformer(LONLAT_CRS, picks.track.crs)
    flat = shapely.transform(line, lambda xy: np.column_stack(to_plane.transform(xy[:, 0], xy[:, 1])))
    points = shapely.points(*to_plane.transform(picks.lon[some], picks.lat[some]))
    return float(np.median(shapely.distance(points, flat)))


def find_local_files(text: str, progress: Progress) -> LocalFiles:
    """Return the MATLAB files that a text names.

    Parameters
    ----------
    text : str
        A file, a folder (all ``.mat`` files in it and below), or a pattern; several with ``;`` or line breaks between.
    progress : Progress
        Is told how many there are, and of folders that may not be read.

    Raises
    ------
    InputError
        If there is no such file, or none is a MATLAB file by its name.
    """
    files = LocalFiles()
    for path in _OWN.find(text, progress):
        if organiser := _ORGANISER.search(path.name):
            files.organisers.setdefault(organiser[1], path)
        elif frame_id := frame_of_file(path.name):
            files.by_frame.setdefault(frame_id, []).append(path)
        else:
            files.nameless.append(path)
    n_named = sum(map(len, files.by_frame.values()))
    n_files = n_named + len(files.organisers) + len(files.nameless)
    progress.info(
        f"{NAME}: {count(n_files, 'MATLAB file', 'MATLAB files')}, {n_named:,} of them named after a frame and "
        f"{count(len(files.organisers), 'organiser', 'organisers')}."
    )
    return files
