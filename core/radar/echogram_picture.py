"""An echogram as a picture that fits beside laser heights: height on the ellipsoid against distance along the track."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..common import InputError, Progress, count
from .between_traces import MOST_GAP_M
from .echogram_file import Echogram, opened_echogram
from .picks import ICE_PERMITTIVITY, LIGHT_M_S, RadarPicks

_AIR = LIGHT_M_S / 2.0
_ICE = LIGHT_M_S / 2.0 / np.sqrt(ICE_PERMITTIVITY)
# What is shown above the surface and below the bed, as a share of what is between them; and at least so many metres.
_MARGIN, _LEAST_MARGIN_M = 0.1, 50.0
# The weakest and the strongest of the values become white and black.
_PERCENTILES = (5.0, 99.5)
_WHITE = 255
# The traces of an echogram and of its layer file are the same, but for how they were thinned and smoothed.
_SAME_TRACK_M = 200.0


@dataclass(frozen=True)
class EchogramPicture:
    """An echogram on regular axes.

    Attributes
    ----------
    decibel : (rows, columns) ndarray of float32
        Mean power of each pixel, in dB; the first row is the highest one. NaN where nothing was received.
    distance : (columns + 1,) ndarray
        Borders of the columns, metres along the flown track.
    height : (rows + 1,) ndarray
        Borders of the rows, metres above the ellipsoid WGS 84, from the top.
    shift_m : float
        By how much the elevation of the echogram lies above that of the layer file, metres (median); heights of both
        count from their own.
    surface_known : bool
        Whether there is a surface below which samples lie closer, as they are in ice; else all is taken for air.
    """

    decibel: np.ndarray
    distance: np.ndarray
    height: np.ndarray
    shift_m: float
    surface_known: bool

    def grey(self) -> np.ndarray:
        """Return it as uint8, strong echoes black; white where nothing was received."""
        known = np.isfinite(self.decibel)
        grey = np.full(self.decibel.shape, _WHITE, dtype=np.uint8)
        if known.any():
            weak, strong = np.percentile(self.decibel[known], _PERCENTILES)
            share = (self.decibel[known] - weak) / max(strong - weak, 1e-6)
            grey[known] = np.rint(_WHITE * (1.0 - share.clip(0.0, 1.0)))
        return grey


def draw_echogram(
    path: Path,
    picks: RadarPicks,
    width: int = 1200,
    height: int = 600,
    heights: tuple[float, float] | None = None,
    name: str = "",
    progress: Progress | None = None,
) -> EchogramPicture:
    """Return an echogram as a picture on the axes of a frame's layer file.

    Parameters
    ----------
    path : Path
        Echogram file.
    picks : RadarPicks
        Of the same frame: its track gives the distances, and its surface tells where ice begins; where it has none, the
        surface in the echogram file does.
    width, height : int
        Pixels at most; there are no more columns than traces.
    heights : (bottom, top), optional
        Metres above the ellipsoid; from somewhat above the surface to somewhat below the bed, or to the end of the
        record where no bed was picked.
    name : str
        What the file is called in messages.
    progress : Progress, optional

    Returns
    -------
    EchogramPicture

    Raises
    ------
    InputError
        If the file cannot be read, a field is missing or of another shape, or it is of another flight.
    CancelledError
    """
    progress = progress or Progress()
    with opened_echogram(path, name) as echogram:
        grid = _grid(echogram, picks, (width, height), heights)
        power = np.zeros((grid.n_columns, grid.n_rows))
        n_traces = np.zeros((grid.n_columns, grid.n_rows))
        for begin, block in echogram.blocks():
            progress.check()
            traces = np.arange(begin, begin + block.shape[1])
            on_track = grid.column[traces] >= 0
            means = grid.means(block[:, on_track], traces[on_track])
            known = np.isfinite(means)
            np.add.at(power, grid.column[traces[on_track]], np.where(known, means, 0.0))
            np.add.at(n_traces, grid.column[traces[on_track]], known)
            progress.fraction((begin + block.shape[1]) / len(echogram.lon))
    with np.errstate(divide="ignore", invalid="ignore"):
        decibel = 10.0 * np.log10(np.where(power > 0, power, np.nan) / n_traces)
    filled = decibel[_nearest_filled(n_traces.any(axis=1), grid.distance)]
    return EchogramPicture(
        filled.T.astype(np.float32), grid.distance, grid.height, grid.shift_m, bool(np.isfinite(grid.surface).all())
    )


@dataclass(frozen=True)
class _Grid:
    """Where the samples of an echogram lie in a picture; attributes as of :class:`EchogramPicture`, and by trace.

    Attributes
    ----------
    column : (n,) ndarray of int
        Of each trace; -1 for one that is not on the track.
    elevation, surface : (n,) ndarray
        Of the radar and the ice, metres; -inf where no surface is known.
    time : (m,) ndarray
        Of the samples, seconds.
    """

    distance: np.ndarray
    height: np.ndarray
    shift_m: float
    column: np.ndarray
    elevation: np.ndarray
    surface: np.ndarray
    time: np.ndarray

    @property
    def n_columns(self) -> int:
        return len(self.distance) - 1

    @property
    def n_rows(self) -> int:
        return len(self.height) - 1

    def means(self, power: np.ndarray, traces: np.ndarray) -> np.ndarray:
        """Return the mean power in each row's span of heights, ``(traces, rows)``; NaN beyond the record."""
        elevation, surface = self.elevation[traces, None], self.surface[traces, None]
        in_ice = np.clip(surface - self.height, 0.0, None)
        time = (elevation - self.height - in_ice) / _AIR + in_ice / _ICE
        # Sample k fills the span from k to k + 1.
        edge = np.interp(time, self.time, np.arange(len(self.time)) + 0.5)
        whole = np.minimum(edge.astype(np.int64), len(self.time) - 1)
        # A sample without a number counts as one without an echo, or nothing below it would be known.
        power = np.nan_to_num(power, nan=0.0, posinf=0.0, neginf=0.0)
        below = np.vstack([np.zeros(len(traces)), np.cumsum(power, axis=0)])
        columns = np.arange(len(traces))[:, None]
        sums = below[whole, columns] + (edge - whole) * power[whole, columns]
        span = np.diff(edge, axis=1)
        return np.divide(np.diff(sums, axis=1), span, out=np.full(span.shape, np.nan), where=span > 0)


def _grid(echogram: Echogram, picks: RadarPicks, size: tuple[int, int], heights: tuple[float, float] | None) -> _Grid:
    places = picks.track.project(echogram.lon, echogram.lat)
    with np.errstate(invalid="ignore"):
        on_track = places.beside & (np.abs(places.offset) <= _SAME_TRACK_M) & np.isfinite(echogram.elevation)
    if not on_track.any():
        traces = count(len(echogram.lon), "trace", "traces")
        raise InputError(
            f"{echogram.name} is of another flight: none of its {traces} lies within "
            f"{_SAME_TRACK_M:g} m of the track of {picks.source}; give the echogram file of the same frame."
        )
    along = places.distance[on_track]
    surface, bed = np.full(len(on_track), -np.inf), np.full(len(on_track), np.nan)
    surface[on_track] = _known_along(picks.distance, picks.surface, along)
    bed[on_track] = np.interp(along, picks.distance, picks.bed)
    own = echogram.elevation - echogram.surface * _AIR
    if not np.isfinite(surface[on_track]).any():
        surface[on_track] = _known_along(along, own[on_track], along)
    if not np.isfinite(bed[on_track]).any():
        bed = own - (echogram.bottom - echogram.surface) * _ICE
    distance = np.linspace(0.0, picks.track.length, min(size[0], int(on_track.sum())) + 1)
    column = np.full(len(on_track), -1)
    column[on_track] = np.clip(np.searchsorted(distance, along, side="right") - 1, 0, len(distance) - 2)
    shift = echogram.elevation[on_track] - np.interp(along, picks.distance, picks.elevation)
    end = _end_of_record(echogram, surface)[on_track]
    bottom, top = heights or _shown(surface[on_track], bed[on_track], echogram.elevation[on_track], end)
    rows = np.linspace(top, bottom, size[1] + 1)
    return _Grid(distance, rows, float(np.nanmedian(shift)), column, echogram.elevation, surface, echogram.time)


def _known_along(distance: np.ndarray, height: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return heights at places along the track from those that are known, however far; -inf where none is."""
    known = np.isfinite(height)
    return np.interp(at, distance[known], height[known]) if known.any() else np.full(len(at), -np.inf)


def _end_of_record(echogram: Echogram, surface: np.ndarray) -> np.ndarray:
    in_air = echogram.elevation - echogram.time[-1] * _AIR
    with np.errstate(invalid="ignore"):
        return np.where(in_air >= surface, in_air, surface - (surface - in_air) / _AIR * _ICE)


def _shown(surface: np.ndarray, bed: np.ndarray, elevation: np.ndarray, end: np.ndarray) -> tuple[float, float]:
    """Return the lowest and the highest height that are shown where nobody asks for others."""
    top = surface.max() if np.isfinite(surface).all() else elevation.max()
    bottom = np.nanmin(bed) if np.isfinite(bed).any() else end.min()
    margin = max(_MARGIN * (top - bottom), _LEAST_MARGIN_M)
    return float(bottom - margin), float(top + margin)


def _nearest_filled(filled: np.ndarray, borders: np.ndarray) -> np.ndarray:
    """Return for each column the one to take: itself, or where no trace falls into it the nearest one that is near."""
    middle = (borders[1:] + borders[:-1]) / 2
    have = np.flatnonzero(filled)
    right = np.searchsorted(middle[have], middle).clip(0, len(have) - 1)
    left = np.maximum(right - 1, 0)
    nearer = np.where(np.abs(middle[have[left]] - middle) <= np.abs(middle[have[right]] - middle), left, right)
    nearest = have[nearer]
    return np.where(np.abs(middle[nearest] - middle) <= MOST_GAP_M / 2, nearest, np.arange(len(filled)))
