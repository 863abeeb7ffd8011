"""Beams clipped to lines: all segments that are near them, of whatever quality."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from ..common import InputError
from ..geometry import Polylines, offsets_of, ranges
from ..remote import Hdf5File, Rows
from .along_track import SLACK_M, extents_along, metres_along
from .fields import path_of_field
from .granule_file import Beam, GranuleFile
from .locating import RowSearch
from .nearness import distances
from .segments import IceSegments

# A file whose name is another granule's is off by hundreds of kilometres.
_WRONG_TRACK_M = 5_000.0
_PROBES = 16


@dataclass(frozen=True)
class Clip:
    """The segments of a beam that are near lines.

    Attributes
    ----------
    segments : IceSegments
        With a height or without.
    is_there : bool
        Whether the granule has that beam.
    strong : bool or None
    missing : tuple of str
        Fields that were asked for and that the granule does not have.
    others : tuple of str
        Names of the granule's other beams.
    fault : str
        Why the beam cannot be read, in one sentence; empty where it can.
    """

    segments: IceSegments
    is_there: bool = True
    strong: bool | None = None
    missing: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    fault: str = ""


def clip_beams(
    granule: GranuleFile, windows: Mapping[str, Polylines], distance_m: float, columns: Sequence[str]
) -> dict[str, Clip]:
    """Read the segments of beams near lines; parameters, errors: see :func:`~.reading.read_heights`.

    A beam that cannot be read has a clip that says why.
    """
    file, rgt = granule.file, granule.rgt
    clips: dict[str, Clip] = {}
    faults = _Faults()
    beams: dict[str, Beam] = {}
    for name in windows:
        with faults.of(name):
            beam = granule.beam(name)
            if beam is None:
                clips[name] = Clip(IceSegments.none(), is_there=False, others=_others(granule, name))
            else:
                beams[name] = beam
    rows = _rows_near(file, rgt, beams, windows, distance_m, faults)
    paths: dict[str, dict[str, str]] = {}
    wanted: list[tuple[str, list[Rows]]] = []
    for name in rows:
        with faults.of(name):
            known = {column: path_of_field(name, column) for column in columns}
            there = {column: path for column, path in known.items() if file.has_dataset(path)}
            for path in there.values():
                file.check_row(path)
            wanted += [(path, _runs(rows[name][0], file.chunk_rows(path))) for path in there.values()]
            paths[name] = there
    file.fetch(wanted)
    for name in paths:
        with faults.of(name):
            row, window = rows[name]
            found = {column: _taken(file, path, row) for column, path in paths[name].items()}
            segments = _near(granule, IceSegments.of({**found, "window": window}), windows[name], distance_m)
            missing = tuple(path_of_field(name, column) for column in columns if column not in found)
            clips[name] = Clip(segments, True, beams[name].strong, missing, _others(granule, name))
    file.forget()
    clips.update({name: Clip(IceSegments.none(), fault=fault) for name, fault in faults.found.items()})
    return {name: clips[name] for name in windows}


class _Faults:
    """What is wrong with beams: one that is damaged does not take the others along."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    @contextmanager
    def of(self, beam: str) -> Iterator[None]:
        """Keep what goes wrong inside as the fault of a beam."""
        try:
            yield
        except InputError as error:
            self.found[beam] = str(error)


def _others(granule: GranuleFile, name: str) -> tuple[str, ...]:
    return tuple(one for one in granule.named_beams if one != name)


def _rows_near(
    file: Hdf5File,
    rgt: int,
    beams: Mapping[str, Beam],
    windows: Mapping[str, Polylines],
    distance_m: float,
    faults: _Faults,
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return for each beam the rows that lie along its lines' part of the track, and the line of each."""
    file.fetch((path_of_field(name, "segment_id"), [Rows(0, beam.n_segments)]) for name, beam in beams.items())
    searches: dict[str, RowSearch] = {}
    for name, beam in beams.items():
        with faults.of(name):
            search = RowSearch(file, name, beam.n_segments)
            begin, end = extents_along(rgt, windows[name], search.middle_m)
            search.begin(begin - distance_m - SLACK_M, end + distance_m + SLACK_M)
            searches[name] = search
    while looking := {name: search for name, search in searches.items() if search.wanted and name not in faults.found}:
        file.fetch((search.path, search.wanted) for search in looking.values())
        for name, search in looking.items():
            with faults.of(name):
                search.look()
    found = {}
    for name, search in searches.items():
        if name not in faults.found:
            first, last = search.found()
            counts = last - first
            found[name] = ranges(first, counts), np.repeat(np.arange(len(first)), counts)
    return found


def _runs(rows: np.ndarray, size: int) -> list[Rows]:
    """Return the runs of chunks of so many rows in which these rows are."""
    chunks = np.unique(rows // size)
    if not len(chunks):
        return []
    breaks = np.flatnonzero(np.diff(chunks) > 1) + 1
    return [Rows(int(run[0]) * size, (int(run[-1]) + 1) * size) for run in np.split(chunks, breaks)]


def _taken(file: Hdf5File, path: str, rows: np.ndarray) -> np.ndarray:
    """Return a field of some rows, in their order."""
    n_rows = file.shape(path)[0]
    if len(rows) and rows.max() >= n_rows:
        raise InputError(f"{file.name} has fewer values of {path} than segments; it may be damaged: fetch it anew.")
    runs = [Rows(run.begin, min(run.end, n_rows)) for run in _runs(rows, file.chunk_rows(path))]
    parts = [file.read(path, run) for run in runs]
    if not parts:
        return file.read(path, Rows(0, 0))
    begins = np.array([run.begin for run in runs])
    places = offsets_of(np.array([len(part) for part in parts]))
    run = np.searchsorted(begins, rows, side="right") - 1
    return np.concatenate(parts)[rows - begins[run] + places[run]]


def _near(granule: GranuleFile, segments: IceSegments, lines: Polylines, distance_m: float) -> IceSegments:
    """Return the segments that are near their lines."""
    if not len(segments):
        return segments
    probes = segments.where(np.unique(np.linspace(0, len(segments) - 1, _PROBES).astype(np.int64)))
    along = metres_along(granule.rgt, probes.lon, probes.lat, float(np.median(probes.x_atc)))
    if np.median(np.abs(along - probes.x_atc)) > _WRONG_TRACK_M:
        raise InputError(
            f"{granule.name} does not hold what its name says, as its segments do not lie along RGT {granule.rgt}: "
            "give the file the name that NASA gave the granule."
        )
    return segments.where(distances(segments.lon, segments.lat, segments.window, lines) <= distance_m)
