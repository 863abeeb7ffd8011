"""The centre lines of passes as shapes: the stretches about their crossings."""

from __future__ import annotations

import numpy as np
import shapely

from ..geometry import LONLAT_CRS, begins, cut_lines, lon_lat, offsets_of, transformer
from ..icesat2 import Steps, Tracks

# Straight on the map, lines with a vertex every 20 km are 8 m off at most near a pole.
_STEP_M = 20_000.0


def stretches(
    tracks: Tracks, track: np.ndarray, share: np.ndarray, margin_m: float
) -> tuple[Steps, np.ndarray, np.ndarray]:
    """Find the stretches of lines that are near places on them.

    Parameters
    ----------
    tracks : Tracks
    track : (n,) ndarray of int
        On which of the lines each place is.
    share : (n,) ndarray
        Where on it, as in ``tracks.share``.
    margin_m : float
        How far a stretch goes beyond its places, in metres; two that would meet are one.

    Returns
    -------
    steps : Steps
        The lines cut into steps of at most 20 km.
    near : (k,) ndarray of int
        Positions of the steps that are in a stretch, ascending.
    stretch : (k,) ndarray of int
        Number of each one's stretch, ascending.
    """
    steps = Steps(tracks, _STEP_M)
    line = steps.track[steps.vertex].astype(np.int64)
    begin, end = (steps.at(slice(None), part).share for part in (0.0, 1.0))
    margin = margin_m / np.maximum(tracks.lengths_m(), margin_m)
    # All lines side by side on one axis: a share is from 0 to 1, a margin at most 1.
    places = np.sort(4.0 * track + share)
    first = np.searchsorted(places, 4.0 * line + np.maximum(begin - margin[line], -1.0))
    last = np.searchsorted(places, 4.0 * line + np.minimum(end + margin[line], 2.0), side="right")
    near = np.flatnonzero(last > first)
    # Steps of one line that follow each other keep their difference.
    return steps, near, np.cumsum(begins(line[near], near - np.arange(len(near)))) - 1


def line_shapes(steps: Steps, near: np.ndarray, stretch: np.ndarray, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Return stretches as multilines, one for each line that has any.

    Parameters
    ----------
    steps, near, stretch
        From :func:`stretches`.
    crs : str
        A pole's projection, or longitude and latitude, where the lines are cut at the antimeridian.

    Returns
    -------
    track : (t,) ndarray of int
        Numbers of the lines, ascending.
    shapes : (t,) ndarray of geometries
    """
    last = np.flatnonzero(begins(stretch[::-1])[::-1])
    places = np.concatenate([steps.at(near, 0.0).centre, steps.at(near[last], 1.0).centre])
    owner = np.concatenate([stretch, stretch[last]])
    order = np.argsort(owner, kind="stable")
    lon, lat = lon_lat(places[order])
    xy = np.column_stack([lon, lat] if crs == LONLAT_CRS else transformer(LONLAT_CRS, crs).transform(lon, lat))
    parts = shapely.linestrings(xy, indices=owner[order])
    line = steps.track[steps.vertex[near[last]]].astype(np.int64)
    if crs == LONLAT_CRS:
        parts, whole = shapely.get_parts(cut_lines(parts), return_index=True)
        line = line[whole]
    track, index = np.unique(line, return_inverse=True)
    return track, shapely.multilinestrings(parts, indices=index) if len(parts) else np.zeros(0, dtype=object)


def ends_of(steps: Steps, near: np.ndarray, track: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares at which the first stretch of each of some lines begins, and the last one ends.

    Parameters
    ----------
    steps, near
        From :func:`stretches`.
    track : (t,) ndarray of int
        From :func:`line_shapes`.
    """
    line = steps.track[steps.vertex[near]]
    counts = offsets_of(np.bincount(np.searchsorted(track, line), minlength=len(track)))
    first, last = near[counts[:-1]], near[counts[1:] - 1]
    return steps.at(first, 0.0).share, steps.at(last, 1.0).share
