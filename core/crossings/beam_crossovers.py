"""Crossover points: where each beam of each pass crosses each frame's line, as one table row a crossing."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np

from ..common import InputError, Progress, count, some_of
from ..frames import AnyFrames, Frames, flight_lines
from ..geometry import stacked
from ..granules import normalize_granules
from ..icesat2 import BESIDE_M, beam_spread
from .crossing_search import line_crossings
from .crossover_rows import CrossoverRows, Wanted, WantedCrossings
from .passes import SOURCES, STRIP, Passes, find_passes
from .strip_crossings import strip_crossings


def crossover_points(
    frames: AnyFrames,
    granules: gpd.GeoDataFrame,
    wanted: Wanted | None = None,
    progress: Progress | None = None,
) -> Iterator[gpd.GeoDataFrame]:
    """Find where the beams of each pass cross each frame's line.

    A beam runs beside the centre line of the pass at a fixed angle, so that its distance goes with the altitude. The
    centre line is the reference ground track, shifted by the off-pointing that the footprint shows; as good as
    ``uncertainty_m`` says.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
        As :func:`~xopr_crossovers.core.frames.normalize_frames` returns it.
    granules : GeoDataFrame
        Footprints as in :mod:`~xopr_crossovers.core.granules.footprints`.
    wanted : Wanted, optional
    progress : Progress, optional

    Yields
    ------
    GeoDataFrame
        Rows of some frames, one row a crossing, in order of frame, pass time, beam and distance; at least one table,
        which may be empty. Together they are the result; none of them grows with the number of frames or granules.
        Columns as in :data:`~xopr_crossovers.core.crossings.COLUMNS`, where

        - ``beam`` is ``gt1l`` to ``gt3r``, numbered from left to right in the direction of flight as in ATL06, or
          ``centre``; ``pair`` and ``side`` say the same. They are missing for ``source`` ``strip``;
        - ``direction`` is ``ascending`` or ``descending``, where the pass crosses; missing if that is not known;
        - ``angle_deg`` is the angle between the two lines, 0 to 90: that on the sphere of geodetic latitudes, up to 0.2
          degrees from that on the ellipsoid;
        - ``distance_m`` is the distance from the frame's first vertex along its line on the ellipsoid, good for 0.1 m;
        - ``pass_time`` is interpolated between the granule's start and end by distance along the track (UTC);
        - ``flight_time`` is that of the frame, where its catalog has more than the day;
        - ``days_between`` are the days from flight to pass, negative where the pass came first;
        - ``source`` says how the line is known, see :data:`~xopr_crossovers.core.crossings.passes.SOURCES`;
        - ``uncertainty_m`` says how well, in metres across the track: about 19 of 20 lines are no farther off. For
          ``strip`` it is half of the way through the footprint, along the flight line.

        The geometry is a point in the pole's projection, or in longitude and latitude where the frames lie in both
        hemispheres.

    Raises
    ------
    InputError
        If no granule is left by the filters.
    """
    wanted, progress = wanted or Wanted(), progress or Progress()
    granules = filtered(normalize_granules(granules, progress=progress), wanted, progress)
    passes = find_passes(granules, progress.part(0.0, 0.15))
    frames = Frames.of(frames)
    table = CrossoverRows(frames, granules, passes, wanted)
    return (table.rows(kept) for kept in kept_crossings(table, frames, passes, wanted, progress))


def kept_crossings(
    table: CrossoverRows, frames: Frames, passes: Passes, wanted: Wanted, progress: Progress
) -> Iterator[WantedCrossings]:
    """Find the crossings of frames and passes, some frames at a time.

    Parameters
    ----------
    table : CrossoverRows
        Of the same frames and passes; reports at the end how many it kept.
    frames : Frames
    passes : Passes
    wanted : Wanted
    progress : Progress

    Yields
    ------
    WantedCrossings
        At least one, which is empty.
    """
    lines = flight_lines(frames)
    without = len(frames) - len(np.unique(lines.frame))
    if without:
        lacking = some_of(without, len(frames), "frame", "frames", "has", "have")
        progress.warn(f"{lacking} no line, or one without length, and no crossover.")
    open_strips = strip_crossings(frames.table, lines, passes.footprints, passes.source == SOURCES.index(STRIP))
    beside = np.array([BESIDE_M[name] for name in wanted.beams])
    yield table.wanted(open_strips.where(np.zeros(len(open_strips), dtype=bool)))
    for found in line_crossings(lines, passes.tracks, beside, progress.part(0.15, 1.0), beam_spread):
        progress.check()
        if len(found) == 0:
            continue
        # Whole frames in their order: what comes later is of later frames.
        ready = open_strips.frame <= found.frame.max()
        yield table.wanted(stacked([table.by_granule(found), open_strips.where(ready)]))
        open_strips = open_strips.where(~ready)
    if len(open_strips):
        yield table.wanted(open_strips)
    table.report(progress)


def filtered(granules: gpd.GeoDataFrame, wanted: Wanted, progress: Progress) -> gpd.GeoDataFrame:
    """Return the granules of the cycles, tracks and regions that are wanted.

    Parameters
    ----------
    granules : GeoDataFrame
    wanted : Wanted
    progress : Progress
        Is told how many each filter left.

    Raises
    ------
    InputError
        If one leaves none.
    """
    for column, numbers in (("cycle", wanted.cycles), ("rgt", wanted.rgts), ("region", wanted.regions)):
        if numbers is None:
            continue
        total = len(granules)
        granules = granules[granules[column].isin(numbers).fillna(False).to_numpy(dtype=bool)]
        some = some_of(len(granules), total, "granule", "granules", "is", "are")
        progress.info(f"{some} of the {column}s asked for.")
        if total and len(granules) == 0:
            none = f"None of {count(total, 'granule', 'granules')}"
            raise InputError(f"{none} is of the {column}s asked for; ask for others, or for all.")
    return granules.reset_index(drop=True)
