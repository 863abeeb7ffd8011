"""Which pieces of lines are near which steps of tracks: what is left of the candidates for a closer look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frames import FlightLines
from ..geometry import begins, dot, norms, ranges
from ..icesat2 import StepPlaces, Steps


@dataclass(frozen=True)
class NearPairs:
    """Steps and the pieces that may be near them.

    Attributes
    ----------
    present : (s,) ndarray of int
        The steps.
    begin, end : StepPlaces
        Of these.
    own : (n,) ndarray of int
        Position in `present` of each pair's step, a step with all its pieces in a row.
    piece : (n,) ndarray of int
    """

    present: np.ndarray
    begin: StepPlaces
    end: StepPlaces
    own: np.ndarray
    piece: np.ndarray


class NearPieces:
    """Looks for pieces near steps.

    Parameters
    ----------
    lines : FlightLines
    steps : Steps
    reach : float
        Farther than this from a centre line, in radians, no piece is wanted; some that are farther are returned.
    """

    def __init__(self, lines: FlightLines, steps: Steps, reach: float) -> None:
        self._lines = lines
        self._steps = steps
        self._reach = reach
        self._middle, self._radius = lines.bundle_caps()

    def of(self, step: np.ndarray, bundle: np.ndarray) -> NearPairs:
        """Return the pieces of bundles that may be near steps.

        Parameters
        ----------
        step, bundle : (n,) ndarray of int
            The candidates; a step comes with all its bundles in a row.
        """
        new = begins(step)
        present, own = step[new], np.cumsum(new) - 1
        begin, end = self._steps.at(present, 0.0), self._steps.at(present, 1.0)
        middle = begin.centre + end.centre
        middle /= norms(middle)[:, None]
        normal = np.cross(begin.centre, end.centre)
        length = norms(normal)
        normal /= np.where(length > 0, length, 1.0)[:, None]
        ahead = np.cross(normal, middle)

        # The circle about the bundle is near the step's middle, and near the great circle through the step.
        aside = self._radius + self._reach
        farthest = np.sin(np.minimum(aside, np.pi / 2))
        off = np.abs(dot(normal.take(own, axis=0), self._middle.take(bundle, axis=0)))
        close = off <= farthest[bundle]
        own, bundle = own[close], bundle[close]
        off = np.abs(dot(ahead.take(own, axis=0), self._middle.take(bundle, axis=0)))
        close = off <= aside[bundle] + length[own] / 2
        own, bundle = own[close], bundle[close]

        # The same for the pieces of those bundles.
        count = np.diff(self._lines.bundles)[bundle]
        own, piece = np.repeat(own, count), ranges(self._lines.bundles[bundle], count)
        for axis, limit in ((normal, np.full(len(length), self._reach)), (ahead, length / 2 + self._reach)):
            along = axis.take(own, axis=0)
            a = dot(along, self._lines.start.take(piece, axis=0))
            b = dot(along, self._lines.end.take(piece, axis=0))
            close = (np.minimum(a, b) <= limit[own]) & (np.maximum(a, b) >= -limit[own])
            own, piece = own[close], piece[close]
        return NearPairs(present, begin, end, own, piece)
