"""Where beams meet the line that was flown, trace by trace, and which way it runs there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from ..geometry import Columns, unit_vectors
from ..icesat2 import REGIONS, beside_track, ground_track, region_arc
from .pole_planes import cross, in_pole_planes

#: A place where a beam meets the flown line is the planned one if it lies so near (m).
REACH_M = 5_000.0
#: How far a line that is drawn may be off the flown one (m).
DRAWN_M = 100.0
# The flown line's direction is taken over so many vertices to both sides: single steps are a matter of centimetres.
_BESIDE = 2
# Degrees of the orbit, to both sides, over which a beam's direction is taken: 0.6 km.
_STEP_DEG = 0.005
_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class FlownLines(Columns):
    """Flown lines, for maps.

    Attributes
    ----------
    line : (n,) ndarray of LineString
        In the plane of the pole, good for some :data:`DRAWN_M`.
    south : (n,) ndarray of bool
        In whose pole's plane.
    """

    line: np.ndarray
    south: np.ndarray

    @classmethod
    def of(cls, lines: Sequence[tuple[np.ndarray, bool]]) -> FlownLines:
        """Return lines of their vertices in the plane, ``(n, 2)``, each with whether it is the south pole's."""
        made = [(xy[np.isfinite(xy).all(axis=1)], south) for xy, south in lines]
        made = [(xy, south) for xy, south in made if len(xy) > 1]
        found = np.array([shapely.linestrings(xy) for xy, _ in made], dtype=object)
        return cls(shapely.simplify(found, DRAWN_M), np.array([south for _, south in made], dtype=bool))


@dataclass(frozen=True)
class FlownAt(Columns):
    """Where beams meet flown lines; NaN where they do not, or nobody knows the line.

    Attributes
    ----------
    xy : (n, 2) ndarray
        In the plane of the pole.
    along : (n, 2) ndarray
        Unit vectors along the flown line.
    """

    xy: np.ndarray
    along: np.ndarray

    @classmethod
    def none(cls, n: int) -> FlownAt:
        """Return that of so many beams, none of which meets a flown line."""
        return cls(np.full((n, 2), np.nan), np.full((n, 2), np.nan))


def beam_directions(
    rgt: np.ndarray, region: np.ndarray, lon: np.ndarray, lat: np.ndarray, south: np.ndarray
) -> np.ndarray:
    """Tell in which direction beams run by places.

    Parameters
    ----------
    rgt, region : (n,) ndarray of int
        Reference ground track and granule region; 0 where they are not known.
    lon, lat : (n,) ndarray
        EPSG:4326 degrees.
    south : (n,) ndarray of bool
        In whose pole's plane.

    Returns
    -------
    (n, 2) ndarray
        Unit vectors, in the direction of the satellite's way; NaN where it is not known.
    """
    result = np.full((len(rgt), 2), np.nan)
    known = np.flatnonzero((rgt > 0) & np.isin(region, REGIONS) & np.isfinite(lon) & np.isfinite(lat))
    if len(known):
        begin, end = region_arc(region[known])
        u, _ = beside_track(rgt[known], unit_vectors(lon[known], lat[known]), (begin + end) / 2.0)
        ends = [in_pole_planes(*ground_track(rgt[known], u + step), south[known]) for step in (-_STEP_DEG, _STEP_DEG)]
        result[known] = _unit(ends[1] - ends[0])
    return result


def meet(line: np.ndarray, place: np.ndarray, direction: np.ndarray) -> FlownAt:
    """Tell where beams meet a flown line.

    Parameters
    ----------
    line : (m, 2) ndarray
        Vertices in the plane of the pole, at least two.
    place, direction : (n, 2) ndarray
        Where each beam was planned to cross, and its direction there.

    Returns
    -------
    FlownAt
        Of several places where a beam meets the line that which is nearest to the planned one, within
        :data:`REACH_M`.
    """
    found = FlownAt.none(len(place))
    at_once = max(_AT_ONCE // len(line), 1)
    for begin in range(0, len(place), at_once):
        some = slice(begin, begin + at_once)
        beside = cross(direction[some, None], line[None] - place[some, None])
        steps = beside[:, :-1] * beside[:, 1:] <= 0
        row, step = np.nonzero(steps & (beside[:, :-1] != beside[:, 1:]))
        left, right = beside[row, step], beside[row, step + 1]
        xy = line[step] + (left / (left - right))[:, None] * (line[step + 1] - line[step])
        far = np.abs(((xy - place[some][row]) * direction[some][row]).sum(axis=1))
        order = np.lexsort((far, row))
        order = order[np.unique(row[order], return_index=True)[1]]
        order = order[far[order] <= REACH_M]
        rows = row[order] + begin
        found.xy[rows] = xy[order]
        ends = np.clip(step[order] + 1 + _BESIDE, 0, len(line) - 1), np.clip(step[order] - _BESIDE, 0, None)
        found.along[rows] = _unit(line[ends[0]] - line[ends[1]])
    return found


def _unit(vectors: np.ndarray) -> np.ndarray:
    length = np.hypot(vectors[:, 0], vectors[:, 1])[:, None]
    return np.divide(vectors, length, out=np.full(vectors.shape, np.nan), where=length > 0)
