"""The frames' lines as short great-circle pieces on the sphere, with the distance flown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..geometry import (
    Polylines,
    begins,
    densify,
    geodesic_lengths,
    norms,
    owners_of,
    since_first,
    unit_vectors,
)
from .frames import AnyFrames, Frames

# Within such a piece metres per radian change by less than 0.02 %: the distance along it is good for 0.1 m.
_PIECE_M = 20_000.0
# Pieces of one frame in a row that are sought together.
_BUNDLE_M = 50_000.0


@dataclass(frozen=True)
class FlightLines:
    """Pieces of flight lines, in order of frame and of flight; pieces without length are left out.

    Attributes
    ----------
    frame : (p,) ndarray of int
        Row number of each piece's frame.
    start, end : (p, 3) ndarray
        Unit vectors; latitude is geodetic, taken as spherical.
    distance_m, length_m : (p,) ndarray
        From the frame's first vertex to the piece, and along the piece, in metres on the ellipsoid. Gaps between the
        parts of a line do not count.
    bundles : (b + 1,) ndarray of int
        Pieces ``bundles[i]:bundles[i + 1]`` are of one part of one frame and near each other.
    """

    frame: np.ndarray
    start: np.ndarray
    end: np.ndarray
    distance_m: np.ndarray
    length_m: np.ndarray
    bundles: np.ndarray

    def bundle_frames(self) -> np.ndarray:
        """Return the row number of each bundle's frame."""
        return self.frame[self.bundles[:-1]]

    def bundle_caps(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the circles that hold the bundles: unit vectors ``(b, 3)`` of their middles, and radii in radians."""
        first = self.bundles[:-1]
        if len(first) == 0:
            return np.zeros((0, 3)), np.zeros(0)
        owner = owners_of(np.diff(self.bundles))
        middle = np.add.reduceat(self.start + self.end, first, axis=0)
        norm = norms(middle)[:, None]
        middle = np.where(norm > 0, middle / np.where(norm > 0, norm, 1.0), self.start[first])
        chord = np.maximum(norms(self.start - middle[owner]), norms(self.end - middle[owner]))
        return middle, 2.0 * np.arcsin(np.minimum(np.maximum.reduceat(chord, first) / 2.0, 1.0))


def flight_lines(frames: AnyFrames) -> FlightLines:
    """Cut the frames' lines into pieces of at most 20 km; frames without a line have none."""
    return pieces_of_lines(Frames.of(frames).lon_lat)


def pieces_of_lines(lines: np.ndarray) -> FlightLines:
    """Cut lines into pieces of at most 20 km; the row number of a line is its ``frame``.

    Parameters
    ----------
    lines : (n,) ndarray of geometries
        LineString, LinearRing or MultiLineString in longitude and latitude, whose vertices are joined by great circles;
        None has no piece.

    Returns
    -------
    FlightLines
    """
    parts, frame = shapely.get_parts(lines, return_index=True)
    dense = densify(Polylines.of(parts), _PIECE_M)
    lon, lat, part = dense.lon, dense.lat, dense.line
    vectors = unit_vectors(lon, lat)
    first = np.flatnonzero((part[1:] == part[:-1]) & (vectors[1:] != vectors[:-1]).any(axis=1))
    part, frame = part[first], frame[part[first]]
    length = geodesic_lengths(lon[first], lat[first], lon[first + 1], lat[first + 1])
    pieces = np.diff(np.append(np.flatnonzero(begins(frame)), len(first)))
    flown = since_first(np.cumsum(length) - length, pieces)
    bundles = np.append(np.flatnonzero(begins(frame, part, np.floor(flown / _BUNDLE_M))), len(first))
    return FlightLines(frame, vectors[first], vectors[first + 1], flown, length, bundles)
