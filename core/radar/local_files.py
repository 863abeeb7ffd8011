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
from .kinds import ECHOGRAM, LAYERS, kind_of_file
from .layer_file import frame_of_file, read_layer_file
from .options import ECHOGRAM_FILES, RADAR_SUFFIXES
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
    _chosen: dict[tuple[str, bytes], Path | None] = field(default_factory=dict)

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

    def layer_file(self, frame_id: str, line: shapely.Geometry | None, progress: Progress) -> Path | None:
        """Return the layer file of a frame: by its name, or else by its track; None if there is none.

        Parameters
        ----------
        frame_id : str
            Tells the day of the flight.
        line : geometry or None
            The frame's line in longitude and latitude.
        progress : Progress
            Is told which is taken of several, and why.
        """
        asked = frame_id, b"" if line is None else shapely.to_wkb(line)
        if asked not in self._chosen:
            named = self.of_frame(frame_id, LAYERS, progress)
            self._chosen[asked] = (
                self._best(frame_id, named, line, progress) if named else self._like_line(frame_id, line, progress)
            )
        return self._chosen[asked]

    def echogram_file(self, frame_id: str, progress: Progress) -> Path | None:
        """Return the echogram file of a frame, of several the newest in a folder of the product that goes before."""
        paths = self.of_frame(frame_id, ECHOGRAM, progress)
        for product in ECHOGRAM_FILES:
            paths = [path for path in paths if product in path.parent.parts] or paths
        return _newest(paths, "echogram files", frame_id, "", progress)

    def _best(self, frame_id: str, paths: list[Path], line: shapely.Geometry | None, progress: Progress) -> Path | None:
        """Return of several files that bear a frame's name the one whose track is the frame's; else the newest."""
        if len(paths) == 1:
            return paths[0]
        tracks = {path: picks for path in paths if (picks := _read(path, progress)) is not None}
        fitting = [path for path, picks in tracks.items() if _fits(picks, frame_id, line, progress)]
        if len(fitting) == 1:
            progress.info(
                f"{_several(len(paths), 'layer files', frame_id)}; the one is read whose track is the frame's, "
                f"{fitting[0]}."
            )
            return fitting[0]
        which = (
            " of those whose track is the frame's" if fitting else ", as of none the track is known to be the frame's,"
        )
        return _newest(fitting or list(tracks), "layer files", frame_id, which, progress)

    def _like_line(self, frame_id: str, line: shapely.Geometry | None, progress: Progress) -> Path | None:
        """Return the layer file without a telling name whose track is that of a frame."""
        while self.nameless:
            progress.check()
            path = self.nameless.pop()
            if self.kind(path, progress) == LAYERS and (picks := _read(path, progress)) is not None:
                self._tracks[path] = picks
        fitting = [path for path, picks in self._tracks.items() if _fits(picks, frame_id, line, progress)]
        return _newest(sorted(fitting), "layer files", frame_id, " of those whose track is the frame's", progress)


def _read(path: Path, progress: Progress) -> RadarPicks | None:
    try:
        return read_layer_file(path)
    except InputError as error:
        progress.warn(f"Left out: {error}")
        return None


def _fits(picks: RadarPicks, frame_id: str, line: shapely.Geometry | None, progress: Progress) -> bool:
    """Whether a track is that of a frame: of its day, and near its line."""
    progress.check()
    if line is None or line.is_empty:
        return False
    day = segment_of(frame_id)[:8]
    return (not day or day in _days(picks)) and is_near(picks, line)


def _newest(paths: list[Path], what: str, frame_id: str, which: str, progress: Progress) -> Path | None:
    if len(paths) < 2:
        return paths[0] if paths else None
    newest = max(paths, key=lambda path: path.stat().st_mtime_ns)
    progress.warn(f"{_several(len(paths), what, frame_id)}; the newest{which} is read, {newest}.")
    return newest


def _several(n: int, what: str, frame_id: str) -> str:
    return f"{NAME} holds {n:,} {what} of {frame_id}"


def _days(picks: RadarPicks) -> set[str]:
    known = picks.time[~np.isnat(picks.time)]
    return {str(moment)[:10].replace("-", "") for moment in known[[0, -1]]} if len(known) else set()


def is_near(picks: RadarPicks, line: shapely.Geometry) -> bool:
    """Whether the traces lie within :data:`NEAR_M` of a line in longitude and latitude, in the median."""
    some = np.linspace(0, len(picks) - 1, _SAMPLES).astype(int)
    to_plane = transformer(LONLAT_CRS, picks.track.crs)
    flat = shapely.transform(line, lambda xy: np.column_stack(to_plane.transform(xy[:, 0], xy[:, 1])))
    points = shapely.points(*to_plane.transform(picks.lon[some], picks.lat[some]))
    return bool(np.median(shapely.distance(points, flat)) <= NEAR_M)


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
