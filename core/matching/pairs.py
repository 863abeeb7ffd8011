"""Frames x granules: which granule belongs to which frame, and whether it crosses the flight line.

Three methods answer "belongs to":

- ``strtree``: a cell of the frame's ``opr:mbox`` meets the granule's footprint (upstream's first method);
- ``prefix``: a cell of the frame meets one of the cells of some order that cover the footprint (upstream's second
  method, see :mod:`~xopr_crossovers.core.matching.prefix`): the same pairs and a few more;
- ``flightline``: the frame's line itself meets the footprint.

Whatever the method, each pair is told whether the footprint crosses the line, and for how many metres. Lines and the
footprints' edges are great circles. With footprints that are strips, as all of CMR's for ICESat-2 are, the answers are
those of the sphere: to 1 mm for lines, and to the 0.1 m of :mod:`.cell_overlap` for cells. For other footprints see
:mod:`.odd_footprints`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely

from ..common import InputError, Progress, count, run_parallel, some_of
from ..frames import AnyFrames, FrameCells, Frames
from ..geometry import stacked
from ..icesat2 import find_strips
from ..morton import cell_numbers as morton
from .cell_overlap import CellIndex
from .line_overlap import line_segments, overlaps
from .matched_pairs import Pairs
from .odd_footprints import match_odd
from .options import FLIGHTLINE, METHODS, PREFIX, STRTREE
from .prefix import COVER_ORDER, CellsByCover, cells_holding
from .quads import Quads, cut_strips

# Granules at a time in one thread; fewer where there are many frames, so that a thread needs some tens of megabytes and
# hears within a second that the user asked to stop.
_CHUNK = 1_024
_CHUNK_PAIRS = 8_000_000
_LEAST_CHUNK = 64
_THREADS = 4

Result = TypeVar("Result")
CellMatcher = Callable[[Quads], tuple[np.ndarray, np.ndarray]]


def match(
    frames: AnyFrames,
    granules: gpd.GeoDataFrame,
    method: str = STRTREE,
    crossing_only: bool = False,
    progress: Progress | None = None,
    cover_order: int = COVER_ORDER,
) -> Pairs:
    """Find the pairs of frames and granules.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
        As :func:`~xopr_crossovers.core.frames.normalize_frames` returns it.
    granules : GeoDataFrame
        Footprints as in :mod:`~xopr_crossovers.core.granules.footprints`.
    method : {'strtree', 'prefix', 'flightline'}
    crossing_only : bool
        Keep only pairs whose footprint crosses the flight line.
    progress : Progress, optional
    cover_order : int
        0 to 18, of the method ``prefix``: order of the cells that cover footprints.

    Returns
    -------
    Pairs

    Raises
    ------
    InputError
        If the method is unknown, or needs cells that the frames do not have.
    """
    progress = progress or Progress()
    progress.check()
    if method not in METHODS:
        raise InputError(f"METHOD must be one of {', '.join(METHODS)}, not {method!r}.")
    if not 0 <= cover_order <= morton.MAX_ORDER:
        raise InputError(f"The cover order must be between 0 and {morton.MAX_ORDER}, not {cover_order}.")
    frames = Frames.of(frames)
    cells = frames.cells(progress) if method != FLIGHTLINE else None
    if cells is not None and cells.without:
        lacking = some_of(cells.without, len(frames), "frame", "frames", "has", "have")
        progress.warn(f"{lacking} no 'opr:mbox', and no match by cells.")
    unplaced = int((frames.hemisphere == "").sum())
    if unplaced:
        lacking = some_of(unplaced, len(frames), "frame", "frames", "has", "have")
        progress.warn(f"{lacking} neither a line nor cells, and no match.")
    footprints = granules.geometry.to_numpy()
    without = int((shapely.is_missing(footprints) | shapely.is_empty(footprints)).sum())
    if without:
        lacking = some_of(without, len(granules), "granule", "granules", "has", "have")
        progress.warn(f"{lacking} no footprint, and no match.")

    matcher = None
    if cells is not None:
        matcher = _OutlineMatcher(cells) if method == STRTREE else _PrefixMatcher(cells, cover_order)
    found, odd = _match_strips(frames, granules, cells, matcher, progress.part(0.0, 0.9))
    if len(odd):
        if cells is not None and method == PREFIX:
            cells = cells.coarsened(cover_order)
        others = match_odd(frames.table, granules.iloc[odd], cells, progress.part(0.9, 1.0))
        found.append(replace(others, frame=others.frame.astype(np.int32), granule=odd[others.granule].astype(np.int32)))
    progress.check()
    pairs = _in_order(found, len(frames))
    crossing = int(pairs.crosses_line.sum())
    progress.info(
        f"Matched by {method}: {count(len(pairs), 'pair', 'pairs')} of {count(len(frames), 'frame', 'frames')} and "
        f"{count(len(granules), 'granule', 'granules')}; "
        f"in {crossing:,} of them the footprint crosses the flight line."
    )
    return only_crossing(pairs, progress) if crossing_only else pairs


def only_crossing(pairs: Pairs, progress: Progress) -> Pairs:
    """Return the pairs whose footprint crosses the flight line.

    Parameters
    ----------
    pairs : Pairs
    progress : Progress
        Is told how many are left out.
    """
    crossing = pairs.where(pairs.crosses_line)
    left_out = count(len(pairs) - len(crossing), "pair without one is", "pairs without one are")
    progress.info(f"Only crossings are kept: {left_out} left out.")
    return crossing


def _in_order(found: list[Pairs], n_frames: int) -> Pairs:
    pairs = stacked(found)
    # A stable sort of 16-bit numbers is a radix sort.
    number = np.uint16 if n_frames <= 1 << 16 else np.uint32
    if (np.diff(pairs.granule) < 0).any():
        pairs = pairs.where(np.argsort(pairs.granule, kind="stable"))
    pairs = pairs.where(np.argsort(pairs.frame.astype(number), kind="stable"))
    # For users who reckon with row numbers; while there were many parts of them, 32 bits were enough.
    return replace(pairs, frame=pairs.frame.astype(np.int64), granule=pairs.granule.astype(np.int64))


def _match_strips(
    frames: Frames,
    granules: gpd.GeoDataFrame,
    cells: FrameCells | None,
    matcher: CellMatcher | None,
    progress: Progress,
) -> tuple[list[Pairs], np.ndarray]:
    """Match the granules whose footprints are strips, some at a time; return the rows of the others as well."""
    segments = line_segments(frames.lon_lat)
    raster = segments.raster()
    progress.check()
    footprints = granules.geometry.to_numpy()

    def match_batch(part: slice, progress: Progress) -> tuple[Pairs, np.ndarray]:
        start, batch = part.start, footprints[part]
        quads, whole = cut_strips(find_strips(batch, granules.crs))
        progress.check()
        crossings = overlaps(quads, segments, raster)
        progress.check()
        if cells is not None and matcher is not None:
            met, inside = matcher(quads), _holding(cells, quads)
            frame, footprint = cells.expand(*(np.concatenate(both) for both in zip(met, inside)))
            crosses, overlap = crossings.look_up(frame, footprint)
        else:
            frame, footprint, overlap = crossings.line, crossings.footprint, crossings.overlap_m
            crosses = np.ones(len(frame), dtype=bool)
        order = np.argsort(footprint, kind="stable")
        pairs = Pairs(frame.astype(np.int32), (start + footprint).astype(np.int32), crosses, overlap).where(order)
        drawn = ~(shapely.is_missing(batch) | shapely.is_empty(batch))
        progress.fraction(1.0)
        return pairs, start + np.flatnonzero(drawn & ~whole)

    done = in_chunks(match_batch, len(footprints), len(frames), progress)
    return [pairs for pairs, _ in done], np.concatenate([odd for _, odd in done])


def in_chunks(
    work: Callable[[slice, Progress], Result], n_granules: int, n_frames: int, progress: Progress
) -> list[Result]:
    """Do work on granules, some at a time, in as many threads as there are processors (up to four).

    Parameters
    ----------
    work : callable
        Takes the slice of the granules and a Progress.
    n_granules, n_frames : int
    progress : Progress
    """

    def step(start: int) -> Callable[[Progress], Result]:
        return lambda progress: work(slice(start, start + size), progress)

    size = min(max(_CHUNK_PAIRS // max(n_frames, 1), _LEAST_CHUNK), _CHUNK)
    steps = [step(start) for start in range(0, max(n_granules, 1), size)]
    return run_parallel(steps, progress, min(_THREADS, os.cpu_count() or 1))


def _holding(cells: FrameCells, quads: Quads) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (cell, footprint) in which the cell holds a point of the footprint.

    A cell whose outline does not meet a footprint holds all of it or nothing, and any of its points tells which.
    """
    footprint, first = np.unique(quads.owner, return_index=True)
    return cells_holding(cells, quads.corners[0][:, first], footprint)


class _OutlineMatcher:
    """Cells against footprints."""

    def __init__(self, cells: FrameCells) -> None:
        self._index = CellIndex(cells.shapes())

    def __call__(self, quads: Quads) -> tuple[np.ndarray, np.ndarray]:
        """Return the pairs (cell, footprint) in which the footprint meets the outline, or holds the cell."""
        return self._index.met_by(quads)


class _PrefixMatcher:
    """Cells against the covers of footprints."""

    def __init__(self, cells: FrameCells, order: int) -> None:
        low, high = cells.ranges()
        self._parts = []
        for convention in np.unique(cells.convention):
            alike = np.flatnonzero(cells.convention == convention)
            self._parts.append((alike, CellsByCover(low[alike], high[alike], order, str(convention))))

    def __call__(self, quads: Quads) -> tuple[np.ndarray, np.ndarray]:
        """Return the pairs (cell, footprint) in which the footprint's cover comes near the outline."""
        found = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
        for alike, index in self._parts:
            cell, footprint = index.met_by(quads)
            found.append((alike[cell], footprint))
        cell, footprint = (np.concatenate(column) for column in zip(*found))
        return cell, footprint
