"""Flight lines against strips: which quads a line passes through, and how much of it lies in a footprint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..geometry import Columns, arc_lengths, begins, unit_vectors
from .quads import Quads, clip, heights
from .raster import Raster, balls_on_segments, near, raster_of


@dataclass(frozen=True)
class Segments:
    """The edges of lines: great circles from one vertex to the next.

    Attributes
    ----------
    a, b : (3, n) ndarray
        Unit vectors of both ends; a line of a single vertex has one edge without length.
    owner : (n,) ndarray of int
        Row of the line's frame, ascending.
    """

    a: np.ndarray
    b: np.ndarray
    owner: np.ndarray

    def raster(self) -> Raster:
        """Return the raster in which quads find the segments near them."""
        return raster_of(balls_on_segments(self.a, self.b), len(self.owner))


@dataclass(frozen=True)
class Overlaps(Columns):
    """The pairs of a line and a footprint that meet, each once, in order of footprint, then line.

    Attributes
    ----------
    line, footprint : (n,) ndarray of int
    overlap_m : (n,) ndarray of float
        Length of the line inside the footprint, in metres on the ellipsoid; counted once where a footprint overlaps
        itself.
    """

    line: np.ndarray
    footprint: np.ndarray
    overlap_m: np.ndarray

    def look_up(self, line: np.ndarray, footprint: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return for any pairs whether they are among these, and with what overlap."""
        if len(self) == 0:
            return np.zeros(len(line), dtype=bool), np.zeros(len(line))
        n = max(int(self.line.max()), int(line.max(initial=0))) + 1
        wanted, known = footprint * n + line, self.footprint * n + self.line
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        meet = known[at] == wanted
        return meet, np.where(meet, self.overlap_m[at], 0.0)


@dataclass(frozen=True)
class _Pieces(Columns):
    """Parts of segments, from begin to end (0 to 1 along the chord), that lie in footprints."""

    footprint: np.ndarray
    segment: np.ndarray
    begin: np.ndarray
    end: np.ndarray


def line_segments(lines: np.ndarray) -> Segments:
    """Return the edges of flight lines, ``(n,)`` geometries in longitude and latitude."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    vectors = unit_vectors(xy[:, 0], xy[:, 1]).T
    start = np.flatnonzero(part[1:] == part[:-1])
    alone = np.flatnonzero(np.bincount(part, minlength=len(parts))[part] == 1)
    begin = np.concatenate([start, alone])
    end = np.concatenate([start + 1, alone])
    of = owner[part[begin]]
    order = np.argsort(of, kind="stable")
    return Segments(vectors[:, begin[order]], vectors[:, end[order]], of[order])


def overlaps(quads: Quads, segments: Segments, raster: Raster) -> Overlaps:
    """Find the lines that meet footprints.

    Parameters
    ----------
    quads : Quads
    segments : Segments
    raster : Raster
        Of the segments.

    Returns
    -------
    Overlaps
    """
    quad, segment = near(quads, raster)
    normals = quads.normals[..., quad]
    hit = clip(heights(normals, segments.a[:, segment]), heights(normals, segments.b[:, segment]))
    pieces = _Pieces(quads.owner[quad[hit.which]], segment[hit.which], hit.begin, hit.end)
    pieces = pieces.where(np.lexsort((pieces.begin, pieces.segment, pieces.footprint)))
    begin, end = _counted_once(pieces)
    a, b = segments.a[:, pieces.segment], segments.b[:, pieces.segment]
    length = arc_lengths(a + begin * (b - a), a + end * (b - a))
    line = segments.owner[pieces.segment]
    # Segments are in order of their lines, so that the pieces of one pair stand together.
    first = np.flatnonzero(begins(line, pieces.footprint))
    overlap = np.add.reduceat(length, first) if len(first) else length
    return Overlaps(line[first], pieces.footprint[first], overlap)


def _counted_once(pieces: _Pieces) -> tuple[np.ndarray, np.ndarray]:
    """Return where pieces, which are sorted, begin and end without what earlier ones of segment and footprint have."""
    begin, end = pieces.begin, pieces.end
    if len(begin) == 0:
        return begin, end
    fresh = begins(pieces.footprint, pieces.segment)
    # Pieces lie between 0 and 1: two more for each group, and the farthest end so far never comes from another group.
    shift = 2.0 * np.cumsum(fresh)
    reached = np.maximum.accumulate(end + shift)
    before = np.zeros(len(begin))
    before[1:] = reached[:-1] - shift[1:]
    begin = np.where(fresh, begin, np.maximum(begin, before))
    return begin, np.maximum(begin, end)
