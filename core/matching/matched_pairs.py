"""Pairs of frames and granules, and how the footprint of each lies to the flight line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import Columns


@dataclass(frozen=True)
class Pairs(Columns):
    """Which granule belongs to which frame.

    Attributes
    ----------
    frame, granule : (n,) ndarray of int
        Row numbers in the two tables; each pair once, in order of frame, then granule.
    crosses_line : (n,) ndarray of bool
        Whether the footprint meets the flight line.
    overlap_m : (n,) ndarray of float
        Length of the flight line inside the footprint, in metres on the ellipsoid.
    """

    frame: np.ndarray
    granule: np.ndarray
    crosses_line: np.ndarray
    overlap_m: np.ndarray
