"""Crossings of flight lines and lines beside centre lines: where each is, and of what."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..geometry import Columns


@dataclass(frozen=True)
class LineCrossings(Columns):
    """Crossings of flight lines and lines beside centre lines.

    Attributes
    ----------
    frame : (n,) ndarray of int
        Row number.
    track : (n,) ndarray of int
        Number of the centre line.
    line : (n,) ndarray of int
        Which of the lines beside it; -1 for none of them.
    distance_m : (n,) ndarray
        Along the frame, in metres on the ellipsoid.
    share : (n,) ndarray
        Part of the pass that is over, as in :class:`~xopr_crossovers.core.icesat2.Tracks`.
    angle_deg : (n,) ndarray
        Between the two lines, 0 to 90.
    point : (n, 3) ndarray
        Unit vectors, on the flight line.
    heading : (n,) ndarray of int
        1 where the pass goes north, -1 where it goes south; 0 if that is not known.
    uncertainty_m : (n,) ndarray
        How far off the line may be, across the track; without a line, how far the point may be along the flight line.
    """

    frame: np.ndarray
    track: np.ndarray
    line: np.ndarray
    distance_m: np.ndarray
    share: np.ndarray
    angle_deg: np.ndarray
    point: np.ndarray
    heading: np.ndarray
    uncertainty_m: np.ndarray

    def with_tracks(self, track: np.ndarray) -> LineCrossings:
        """Return the crossings with other numbers in the place of their centre lines'."""
        return replace(self, track=track)
