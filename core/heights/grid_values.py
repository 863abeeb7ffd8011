"""Heights and rates of a raster at places, however it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..geometry import geodesic_lengths
from .pole_planes import from_pole_planes, in_pole_planes


@dataclass(frozen=True)
class GridValues:
    """A raster that can be looked up.

    Attributes
    ----------
    sample : callable
        Takes longitudes and latitudes (EPSG:4326 degrees), returns the values there, NaN where there is none.
    spacing_m : float
        How far its cells are apart on the ground, in metres.
    """

    sample: Callable[[np.ndarray, np.ndarray], np.ndarray]
    spacing_m: float

    def slopes(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Return the steepest slopes at places, in degrees: by the values one cell to each side.

        Parameters
        ----------
        lon, lat : (n,) ndarray
        """
        south = lat < 0
        xy = in_pole_planes(lon, lat, south)
        square = np.zeros(len(lon))
        for axis in (0, 1):
            step = np.zeros(2)
            step[axis] = self.spacing_m
            ends = [from_pole_planes(xy + sign * step, south) for sign in (-1.0, 1.0)]
            rise = self.sample(*ends[1]) - self.sample(*ends[0])
            square += (rise / geodesic_lengths(*ends[0], *ends[1])) ** 2
        return np.asarray(np.degrees(np.arctan(np.sqrt(square))))
