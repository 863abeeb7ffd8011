"""Measured heights near lines: of several beams of a granule, near many places of each, every chunk read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..common import InputError, Progress, count
from ..geometry import Polylines
from ..remote import Access, is_far
from .clipping import Clip, clip_beams
from .fields import FIELDS, NEEDED
from .granule_file import GranuleFile, name_of_place, open_granule
from .keeping import find_clip, keep_clip, kept_place
from .options import BEST, QUALITIES
from .segments import IceSegments


@dataclass(frozen=True)
class Reading:
    """What a beam has near the lines that were asked for.

    Attributes
    ----------
    segments : IceSegments
        Those with a height of the quality that was asked for; ``window`` says near which line.
    strong : bool or None
        Whether it is the strong beam of its pair; None where that is not known.
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
    near : IceSegments or None
        All that are near, with a height or without, of whatever quality; None of a beam that is not there, or broken.
    is_broken : bool
        Whether it is there and cannot be read; `problem` says why.
    """

    segments: IceSegments
    strong: bool | None = None
    n_near: int = 0
    n_cloudy: int = 0
    n_poor: int = 0
    problem: str = ""
    missing: tuple[str, ...] = ()
    near: IceSegments | None = None
    is_broken: bool = False


def heights_near(
    place: str | Path,
    windows: Mapping[str, Polylines],
    distance_m: float,
    quality: str = BEST,
    columns: Sequence[str] = tuple(FIELDS),
    *,
    name: str = "",
    access: Access | None = None,
    progress: Progress | None = None,
) -> dict[str, Reading]:
    """Open a granule and read the heights of beams near lines or points.

    What comes from another machine is kept in the cache folder: the same question is answered from there, and nobody
    is asked.

    Parameters
    ----------
    place, name, access, progress
        See :func:`~xopr_crossovers.core.altimetry.open_granule`.
    windows, distance_m, quality, columns
        See :func:`read_heights`.

    Returns
    -------
    dict of str to Reading
        See :func:`read_heights`.

    Raises
    ------
    InputError, DownloadError, CancelledError
        See there.
    """
    progress, access = progress or Progress(), access or Access()
    _check_quality(quality)
    name = name or name_of_place(place)
    far, wanted = is_far(place), _with_needed(columns)
    asked = {beam: lines for beam, lines in windows.items() if len(lines)}
    kept_at = {beam: kept_place(str(place), name, beam, asked[beam], distance_m, wanted) for beam in asked if far}
    clips = {beam: clip for beam, path in kept_at.items() if (clip := find_clip(path, progress)) is not None}
    rest = {beam: lines for beam, lines in asked.items() if beam not in clips}
    if rest:
        with open_granule(place, name, access, progress) as granule:
            if not far:
                granule.check_name()  # of the archive's own files it would cost requests, and no user has named them
            clips.update(clip_beams(granule, rest, distance_m, wanted))
        for beam in rest:
            if far and not clips[beam].fault:
                keep_clip(kept_at[beam], clips[beam], access, progress)
    return _readings(name, windows, clips, distance_m, quality)


def read_heights(
    granule: GranuleFile,
    windows: Mapping[str, Polylines],
    distance_m: float,
    quality: str = BEST,
    columns: Sequence[str] = tuple(FIELDS),
) -> dict[str, Reading]:
    """Read the heights of beams of an open granule near lines or points.

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
        Which columns of :class:`~xopr_crossovers.core.altimetry.IceSegments` are read, beside those that always are;
        all others are NaN.

    Returns
    -------
    dict of str to Reading
        By the name of the beam, in the order of `windows`. A beam that the granule does not have, or that is damaged
        while others are not, has no heights, and a problem.

    Raises
    ------
    InputError
        If of the granule no beam can be read: it lacks a field that is needed, is damaged, or is not the one that its
        name says.
    DownloadError
        If it cannot be fetched.
    CancelledError
        If the user asked to stop.
    """
    _check_quality(quality)
    asked = {beam: lines for beam, lines in windows.items() if len(lines)}
    clips = clip_beams(granule, asked, distance_m, _with_needed(columns))
    return _readings(granule.name, windows, clips, distance_m, quality)


def _check_quality(quality: str) -> None:
    if quality not in QUALITIES:
        raise InputError(f"There is no quality {quality!r}: choose of {', '.join(QUALITIES)}.")


def _with_needed(columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in FIELDS if name in columns or name in NEEDED)


def _readings(
    name: str, beams: Iterable[str], clips: Mapping[str, Clip], distance_m: float, quality: str
) -> dict[str, Reading]:
    faults = [clip.fault for clip in clips.values() if clip.fault]
    if faults and not any(clip.is_there and not clip.fault for clip in clips.values()):
        raise InputError(faults[0])
    return {beam: _reading(name, beam, clips.get(beam), distance_m, quality) for beam in beams}


def _reading(name: str, beam: str, clip: Clip | None, distance_m: float, quality: str) -> Reading:
    if clip is None:
        return Reading(
            IceSegments.none(), problem=f"Nothing is asked for of {name}, beam {beam}: give lines or points."
        )
    if clip.fault:
        return Reading(IceSegments.none(), problem=clip.fault, is_broken=True)
    if not clip.is_there:
        others = ", ".join(clip.others) or "it has none"
        problem = f"{name} has no beam {beam}: choose of the others ({others}), or another cycle."
        return Reading(IceSegments.none(), problem=problem)
    near = clip.segments
    is_good = near.has_height & ((near.quality == 0) | (quality != BEST))
    n_cloudy, n_poor = int((~near.has_height).sum()), int((near.has_height & ~is_good).sum())
    what, problem = f"{name}, beam {beam},", ""
    if not len(near):
        problem = f"{what} has no segments within {distance_m:,g} m: take another cycle, or search farther off."
    elif not near.has_height.any():
        segments = count(len(near), "segment is", "segments are")
        problem = f"{what} has no heights there, as all {segments} without one, mostly for clouds: take another cycle."
    elif not is_good.any():
        heights = count(n_poor, "height", "heights")
        problem = f"{what} has {heights} there, none of the best quality: take another cycle, or all qualities."
    return Reading(near.where(is_good), clip.strong, len(near), n_cloudy, n_poor, problem, clip.missing, near)
