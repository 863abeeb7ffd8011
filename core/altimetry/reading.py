"""Measured heights near lines: of several beams of a granule, near many places of each, every chunk read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..common import InputError, count
from ..geometry import Polylines, offsets_of, ranges
from ..remote import Hdf5File, Rows
from .along_track import SLACK_M, extents_along, metres_along
from .fields import FIELDS, NEEDED, path_of_field
from .granule_file import GranuleFile
from .locating import RowSearch
from .nearness import distances
from .options import BEST, QUALITIES
from .segments import IceSegments

# A file whose name is another granule's is off by hundreds of kilometres.
_WRONG_TRACK_M = 5_000.0
_PROBES = 16


@dataclass(frozen=True)
class Reading:
    """What a beam has near the lines that were asked for.

    Attributes
    ----------
    segments : IceSegments
        Those with a height of the quality that was asked for; ``window`` says near which line.
    n_near : int
        How many segments are near.
    n_cloudy : int
        How many of them have no height, mostly for clouds.
    n_poor : int
        How many have a height that is not of that quality.
    problem : str
        Why there are no heights, and what to do, in one sentence; empty if there are some.
    missing : tuple of str
        Fields that were asked for and that the granule does not have; their columns are NaN.
    """

    segments: IceSegments
    n_near: int = 0
    n_cloudy: int = 0
    n_poor: int = 0
    problem: str = ""
    missing: tuple[str, ...] = ()


def read_heights(
    granule: GranuleFile,
    windows: Mapping[str, Polylines],
    distance_m: float,
    quality: str = BEST,
    columns: Sequence[str] = tuple(FIELDS),
) -> dict[str, Reading]:
    """Read the heights of beams near lines or points.

    Parameters
    ----------
    granule : GranuleFile
    windows : mapping of str to Polylines
        By the name of each beam the lines (EPSG:4326, vertices joined by great circles), or single points, near which
        it is read.
    distance_m : float
        Segments whose middle is so near (m, on the ellipsoid) are taken.
    quality : {'best', 'all'}
        Whether only heights with ``atl06_quality_summary`` 0 count.
    columns : sequence of str
        Which columns of :class:`~xopr_crossovers.core.altimetry.IceSegments` are read, beside those that are always; all
        others are NaN.

    Returns
    -------
    dict of str to Reading
        By the name of the beam, in the order of `windows`. A beam that the granule does not have has no heights, and a
        problem.

    Raises
    ------
    InputError
        If the granule cannot be read, lacks a field that is needed, or is not the one that its name says.
    """
    if quality not in QUALITIES:
        raise InputError(f"There is no quality {quality!r}: choose of {', '.join(QUALITIES)}.")
    there = [beam for beam in windows if beam in granule.beams and len(windows[beam])]
    rows = _rows_near(granule, {beam: windows[beam] for beam in there}, distance_m)
    names = [name for name in FIELDS if name in columns or name in NEEDED]
    fields = {beam: [name for name in names if granule.file.has_dataset(path_of_field(beam, name))] for beam in there}
    granule.file.fetch(
        (path_of_field(beam, name), _runs(rows[beam][0], granule.file.chunk_rows(path_of_field(beam, name))))
        for beam in there
        for name in fields[beam]
    )
    readings = {}
    for beam in windows:
        if beam not in granule.beams:
            readings[beam] = Reading(IceSegments.none(), problem=_absent(granule, beam))
        elif beam not in rows:
            readings[beam] = Reading(IceSegments.none(), problem=f"{granule.name}: nothing is asked for of {beam}.")
        else:
            row, window = rows[beam]
            found = {name: _taken(granule.file, path_of_field(beam, name), row) for name in fields[beam]}
            near = _near(granule, IceSegments.of({**found, "window": window}), windows[beam], distance_m)
            missing = tuple(path_of_field(beam, name) for name in names if name not in fields[beam])
            readings[beam] = _reading(f"{granule.name}, beam {beam}", near, distance_m, quality, missing)
    granule.file.forget()
    return readings


def _rows_near(
    granule: GranuleFile, windows: Mapping[str, Polylines], distance_m: float
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return for each beam the rows that lie along its lines' part of the track, and the line of each."""
    file = granule.file
    paths = {beam: path_of_field(beam, "segment_id") for beam in windows}
    file.fetch((path, [Rows(0, granule.beams[beam].n_segments)]) for beam, path in paths.items())
    searches = {beam: RowSearch(file, beam, granule.beams[beam].n_segments) for beam in windows}
    for beam, search in searches.items():
        begin, end = extents_along(granule.rgt, windows[beam], search.middle_m)
        search.begin(begin - distance_m - SLACK_M, end + distance_m + SLACK_M)
    while any(search.wanted for search in searches.values()):
        file.fetch((search.path, search.wanted) for search in searches.values() if search.wanted)
        for search in searches.values():
            if search.wanted:
                search.look()
    found = {}
    for beam, search in searches.items():
        first, last = search.found()
        counts = last - first
        found[beam] = ranges(first, counts), np.repeat(np.arange(len(first)), counts)
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


def _reading(what: str, near: IceSegments, distance_m: float, quality: str, missing: tuple[str, ...]) -> Reading:
    has_height = np.isfinite(near.h_li)
    is_good = has_height & ((near.quality == 0) | (quality != BEST))
    n_cloudy, n_poor = int((~has_height).sum()), int((has_height & ~is_good).sum())
    problem = ""
    if not len(near):
        problem = f"{what}, has no segments within {distance_m:,g} m: take another cycle, or search farther off."
    elif not has_height.any():
        problem = (
            f"{what}, has no heights there, as all {count(len(near), 'segment is', 'segments are')} without one, "
            "mostly for clouds: take another cycle."
        )
    elif not is_good.any():
        problem = (
            f"{what}, has {count(n_poor, 'height', 'heights')} there, none of the best quality: take another cycle, or "
            "all qualities."
        )
    return Reading(near.where(is_good), len(near), n_cloudy, n_poor, problem, missing)


def _absent(granule: GranuleFile, beam: str) -> str:
    others = ", ".join(granule.beams)
    if not others:
        return f"{granule.name} has no segments in any beam: take another cycle."
    return f"{granule.name} has no beam {beam}: choose of those that it has ({others}), or another cycle."
