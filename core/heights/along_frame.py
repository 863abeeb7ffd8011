"""Read along: the laser's heights along one frame, with the radar's surface beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from ..altimetry import BEST, IceSegments, Reading
from ..common import InputError, Progress, count, some_of
from ..frames import AnyFrames
from ..geometry import stacked
from ..icesat2 import BEAMS
from ..radar import picks_at
from .along_tables import Near, Part, beams_table, elevations, radar_points
from .echogram_beside import Beside, echogram_beside
from .flown_frame import LINE_OFF_M, FlownFrame, flown_frame
from .frame_granules import FrameGranules, granules_of_frame
from .granule_readings import BROKEN_BEAM, GranuleAsked, GranuleRead, heights_of_granules
from .one_frame import chosen_frame
from .options import NO_ECHOGRAM
from .robust import Spread, spread_of
from .sources import Sources

#: Why segments are left out, by the column of the counts; and why a height has no difference.
LEFT_OUT = {
    "n_cloudy": "without a height, mostly for clouds",
    "n_poor": "not of the best quality",
    "n_beyond": "beyond the ends of the flown track",
}
NO_PICK = "no pick of the surface near enough"
#: Within so many metres of the flown track a height counts as one on it.
NEAR_TRACK_M = 50.0
# What is read beside what always is.
_COLUMNS = ("h_li_sigma", "dh_fit_dx", "h_robust_sprd", "snr_significance")


@dataclass(frozen=True)
class Along:
    """What is read along a frame.

    Attributes
    ----------
    buffer_m : float
        Segments so near to the flown line (m) are taken.
    beams : sequence of str
    quality : {'best', 'all'}
        Whether only heights with ``atl06_quality_summary`` 0 count.
    echogram : {'none', 'thumbnail', 'data'}
        What is shown of it.
    turned : bool
        Whether the section is to run the other way round than the frame on the map.
    """

    buffer_m: float = 500.0
    beams: Sequence[str] = BEAMS
    quality: str = BEST
    echogram: str = NO_ECHOGRAM
    turned: bool = False

    def __post_init__(self) -> None:
        if not 1.0 <= self.buffer_m <= 50_000.0:
            raise InputError(f"BUFFER must be from 1 m to 50,000 m, not {self.buffer_m:g} m.")


@dataclass(frozen=True)
class ReadAlong:
    """Heights along a frame.

    Attributes
    ----------
    frame : FlownFrame
    along : Along
        What was asked for.
    elevations : GeoDataFrame
        See :data:`~xopr_crossovers.core.heights.ELEVATION_COLUMNS`.
    radar : GeoDataFrame
        See :data:`~xopr_crossovers.core.heights.RADAR_COLUMNS`.
    beams : DataFrame
        A row a beam and granule: how many segments are near, how many of them count, why others do not, and how the
        differences lie.
    beside : Beside
        The echogram.
    """

    frame: FlownFrame
    along: Along
    elevations: gpd.GeoDataFrame
    radar: gpd.GeoDataFrame
    beams: pd.DataFrame
    beside: Beside = field(default_factory=Beside)

    @property
    def n_granules(self) -> int:
        """How many granules have a height."""
        return int(self.elevations["granule_id"].nunique())

    @property
    def spread(self) -> Spread:
        """How the differences of laser and radar lie."""
        return spread_of(self.elevations["difference"].to_numpy(dtype=float))

    @property
    def near_track(self) -> pd.Series:
        """Whether each height lies so near to the flown track that slopes across it hardly matter."""
        return self.elevations["offset_m"].abs() <= NEAR_TRACK_M

    @property
    def flown_leftwards(self) -> bool:
        """Whether the flight runs from right to left in the section."""
        return self.frame.runs_left != self.along.turned


def read_along(
    frames: AnyFrames,
    granules: pd.DataFrame | None = None,
    sources: Sources | None = None,
    along: Along | None = None,
    *,
    frame_id: str = "",
    selected: Sequence[str] = (),
    name: str = "GRANULES",
    progress: Progress | None = None,
) -> ReadAlong:
    """Read the heights of laser and radar along one frame.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
        With the one frame that is meant, see :func:`~xopr_crossovers.core.heights.chosen_frame`.
    granules : DataFrame, optional
        With ``granule_id`` and ``https_url``, of one or several cycles; with ``frame_id`` only the rows of the frame
        count. Without it all of the user's own files.
    sources : Sources, optional
    along : Along, optional
    frame_id, selected
        See :func:`~xopr_crossovers.core.heights.chosen_frame`.
    name : str
        What `granules` is called in messages.
    progress : Progress, optional

    Returns
    -------
    ReadAlong

    Raises
    ------
    InputError, DownloadError, CancelledError
    """
    progress, sources, along = progress or Progress(), sources or Sources(), along or Along()
    frame = flown_frame(chosen_frame(frames, frame_id, selected), sources.radar, progress.part(0.0, 0.05))
    asked = granules_of_frame(granules, frame, sources.granules, name, progress)
    parts = _read(frame, asked, sources, along, progress.part(0.05, 0.8))
    near, segments = _near(frame, parts, along.buffer_m)
    progress.check()
    counted = near.where(near.is_good & near.beside)
    at = None if frame.picks is None else picks_at(frame.picks, counted.distance)
    table = elevations(frame, asked, parts, counted, segments.where(counted.row), at)
    beams = beams_table(asked.names, parts, near, table)
    shown = echogram_beside(frame, sources.radar, along.echogram, progress.part(0.8, 1.0))
    result = ReadAlong(frame, along, table, radar_points(frame), beams, shown)
    _tell(result, len(asked), progress)
    return result


def _read(frame: FlownFrame, granules: FrameGranules, sources: Sources, along: Along, progress: Progress) -> list[Part]:
    windows = dict.fromkeys(along.beams, frame.lines)
    asked = [
        GranuleAsked(granule_id, place, windows, along.buffer_m + LINE_OFF_M)
        for granule_id, place in zip(granules.names, granules.places)
    ]

    def digest(number: int, read: GranuleRead) -> list[Part]:
        if read.reason:
            return [_nothing(number, beam, read.reason) for beam in along.beams]
        return [_part(number, beam, read.beams[beam], along.quality) for beam in along.beams]

    read = heights_of_granules(asked, digest, along.quality, _COLUMNS, sources.access, progress)
    return [part for parts in read for part in parts]


def _nothing(number: int, beam: str, reason: str) -> Part:
    return Part(number, beam, IceSegments.none(), np.zeros(0, dtype=bool), reason=reason)


def _part(number: int, beam: str, reading: Reading, quality: str) -> Part:
    if reading.near is None:
        return _nothing(number, beam, BROKEN_BEAM if reading.is_broken else "the granule has no such beam")
    read = reading.near
    return Part(number, beam, read, read.has_height & ((read.quality == 0) | (quality != BEST)), reading.strong)


def _near(frame: FlownFrame, parts: list[Part], buffer_m: float) -> tuple[Near, IceSegments]:
    """Return where the segments near the flown track itself lie, and all segments that were read."""
    segments = stacked([part.segments for part in parts])
    owner = np.repeat(np.arange(len(parts)), [len(part.segments) for part in parts])
    good = np.concatenate([part.is_good for part in parts])
    at = frame.track.project(segments.lon, segments.lat)
    near = Near(np.arange(len(owner)), owner, segments.has_height, good, at.distance, at.offset, at.beside)
    return near.where(np.abs(at.offset) <= buffer_m), segments


def _tell(found: ReadAlong, n_asked: int, progress: Progress) -> None:
    sums, spread, near = found.beams, found.spread, f"within {found.along.buffer_m:,g} m of {found.frame.frame_id}"
    progress.info(
        f"{some_of(found.n_granules, n_asked, 'granule', 'granules', 'has', 'have')} heights {near}: "
        f"{count(len(found.elevations), 'point', 'points')}, {spread.n:,} of them with the radar's surface beside it."
    )
    for column, why in LEFT_OUT.items():
        if number := int(sums[column].sum()):
            progress.info(f"{count(number, 'segment', 'segments')} left out: {why}.")
    if without := int(sums["n_no_pick"].sum()):
        progress.info(f"{count(without, 'height', 'heights')} without a difference: {NO_PICK}.")
    if spread.n:
        progress.info(
            f"Laser less radar: median {spread.median:+.2f} m, NMAD {spread.nmad:.2f} m. Picks are no truth: it is a "
            "difference, not a change."
        )
        on_track = spread_of(found.elevations.loc[found.near_track, "difference"].to_numpy(dtype=float))
        if on_track.n:
            progress.info(
                f"Within {NEAR_TRACK_M:g} m of the track: median {on_track.median:+.2f} m, NMAD {on_track.nmad:.2f} m, "
                f"n {on_track.n:,}."
            )
    if not len(found.elevations):
        reason = "of all segments near none has a height that counts" if sums["n_near"].sum() else "no segment is near"
        progress.warn(
            f"No height {near} ({reason}): take other granules, a larger BUFFER, or QUALITY=all; the layer Elevations "
            "is empty."
        )
