"""Flight lines against strips: which quads a line passes through, and how much of it lies in a footprint."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from .ellipsoid import distances
from .nearby import Raster, balls_on_segments, near, raster_of, spread
from .projection import LONLAT_CRS, reproject
from .quads import Quads, clip, heights
from .sphere import EARTH_RADIUS_M, unit_vectors

# Radians over which a length is taken at once: 50 km, which is good for 1 mm.
_PIECE = 50_000.0 / EARTH_RADIUS_M


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
        return raster_of(*balls_on_segments(self.a, self.b), len(self.owner))


def line_segments(frames: gpd.GeoDataFrame) -> Segments:
    """Return the edges of the frames' flight lines."""
    lines = reproject(frames.geometry.to_numpy(), frames.crs, LONLAT_CRS)
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


def overlaps(quads: Quads, segments: Segments, raster: Raster) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the lines that meet footprints.

    Parameters
    ----------
    quads : Quads
    segments : Segments
    raster : Raster
        Of the segments.

    Returns
    -------
    line, footprint : (n,) ndarray of int
        Each pair once, in order of footprint, then line.
    overlap_m : (n,) ndarray of float
        Length of the line inside the footprint, in metres on the ellipsoid; counted once where a footprint overlaps
        itself.
    """
    quad, segment = near(quads, raster)
    normals = quads.normals[..., quad]
    hit, begin, end = clip(heights(normals, segments.a[:, segment]), heights(normals, segments.b[:, segment]))
    footprint, segment = quads.owner[quad[hit]], segment[hit]
    order = np.lexsort((begin, segment, footprint))
    footprint, segment, begin, end = footprint[order], segment[order], begin[order], end[order]
    begin, end = _counted_once(footprint, segment, begin, end)
    a, b = segments.a[:, segment], segments.b[:, segment]
    length = great_circle_lengths(a + begin * (b - a), a + end * (b - a))
    line = segments.owner[segment]
    # Segments are in order of their lines, so that the pieces of one pair stand together.
    first = np.ones(len(line), dtype=bool)
    first[1:] = (line[1:] != line[:-1]) | (footprint[1:] != footprint[:-1])
    first = np.flatnonzero(first)
    overlap = np.add.reduceat(length, first) if len(first) else length
    return line[first], footprint[first], overlap


def _counted_once(
    footprint: np.ndarray, segment: np.ndarray, begin: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Cut from each piece of a segment what earlier pieces of the same segment and footprint have; all are sorted."""
    if len(begin) == 0:
        return begin, end
    fresh = np.ones(len(begin), dtype=bool)
    fresh[1:] = (footprint[1:] != footprint[:-1]) | (segment[1:] != segment[:-1])
    # Pieces lie between 0 and 1: two more for each group, and the farthest end so far never comes from another group.
    shift = 2.0 * np.cumsum(fresh)
    reached = np.maximum.accumulate(end + shift)
    before = np.zeros(len(begin))
    before[1:] = reached[:-1] - shift[1:]
    begin = np.where(fresh, begin, np.maximum(begin, before))
    return begin, np.maximum(begin, end)


def great_circle_lengths(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the lengths on the ellipsoid, in metres, of great circles between points.

    Parameters
    ----------
    a, b : (3, n) ndarray
        Vectors of any length to the ends; latitude is geodetic and taken as spherical.

    Returns
    -------
    (n,) ndarray
    """
    a, b = a / np.sqrt((a * a).sum(axis=0)), b / np.sqrt((b * b).sum(axis=0))
    chord = b - a
    pieces = np.maximum(np.ceil(np.sqrt((chord * chord).sum(axis=0)) / _PIECE), 1).astype(np.int64)
    if (pieces > 1).any():
        owner, number = spread(pieces)
        a, b = (a[:, owner] + share / pieces[owner] * chord[:, owner] for share in (number, number + 1))
        a, b = a / np.sqrt((a * a).sum(axis=0)), b / np.sqrt((b * b).sum(axis=0))
        return np.bincount(owner, distances(a.T, b.T), minlength=len(pieces))
    return distances(a.T, b.T)
