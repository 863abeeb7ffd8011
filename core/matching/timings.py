"""How long the stages of matching take."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import geopandas as gpd
import numpy as np
import shapely

from ..common import Progress
from ..frames import FrameCells, Frames
from ..icesat2 import find_strips
from .cell_overlap import CellIndex
from .line_overlap import line_segments
from .pairs import in_chunks, match
from .prefix import CellsByCover
from .quads import cut_strips

#: The steps of matching, in their order, and what they are called for people.
STAGES = {
    "cells_s": "reading the frames' cells",
    "lines_s": "preparing the flight lines",
    "index_s": "building the cells' index",
    "footprints_s": "cutting the footprints",
    "match_s": "finding the pairs",
}


def warm_up(frames: gpd.GeoDataFrame, granules: gpd.GeoDataFrame, methods: list[str], cover_order: int) -> None:
    """Match one frame and one granule: what is loaded on first use is no part of any method."""
    usable = Frames(frames).have_cells if methods != ["flightline"] else np.ones(len(frames), dtype=bool)
    drawn = ~shapely.is_missing(granules.geometry.to_numpy())
    frame, granule = np.flatnonzero(usable)[:1], np.flatnonzero(drawn)[:1]
    if len(frame) and len(granule):
        for method in methods:
            match(frames.iloc[frame], granules.iloc[granule], method, cover_order=cover_order)


def time_stages(
    frames: gpd.GeoDataFrame, granules: gpd.GeoDataFrame, methods: list[str], cover_order: int, progress: Progress
) -> dict[str, float]:
    """Return the seconds of what can be run by itself; of an index for each method that has one."""
    footprints = granules.geometry.to_numpy()

    def cut(part: slice, progress: Progress) -> None:
        cut_strips(find_strips(footprints[part], granules.crs))
        progress.check()

    seconds = {"lines_s": _timed(lambda: line_segments(Frames(frames).lon_lat).raster())}
    progress.check()
    if methods != ["flightline"]:
        seconds["cells_s"] = _timed(lambda: Frames(frames).cells())
        cells = Frames(frames).cells()
        seconds["strtree"] = _timed(lambda: CellIndex(cells.shapes()))
        seconds["prefix"] = _timed(lambda: _index_by_cover(cells, cover_order))
        progress.check()
    seconds["footprints_s"] = _timed(lambda: in_chunks(cut, len(footprints), len(frames), progress))
    return seconds


def _timed(work: Callable[[], object]) -> float:
    clock = perf_counter()
    work()
    return perf_counter() - clock


def _index_by_cover(cells: FrameCells, cover_order: int) -> None:
    low, high = cells.ranges()
    for convention in np.unique(cells.convention):
        alike = cells.convention == convention
        CellsByCover(low[alike], high[alike], cover_order, str(convention))


def stages_of(method: str, best: dict[str, float], total: float) -> dict[str, float]:
    """Return the seconds of a method's stages, which are together those of the whole."""
    seconds = dict.fromkeys(STAGES, 0.0)
    seconds["lines_s"], seconds["footprints_s"] = best["lines_s"], best["footprints_s"]
    if method != "flightline":
        seconds["cells_s"], seconds["index_s"] = best["cells_s"], best[method]
    alone = sum(seconds.values())
    if alone > total:
        # A small job on a busy machine: what ran by itself took longer than within the whole.
        return {stage: part * total / alone for stage, part in seconds.items()}
    seconds["match_s"] = total - alone
    return seconds
