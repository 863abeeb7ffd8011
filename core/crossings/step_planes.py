"""A plane for each step of a track, in which what is near the step is nearly as it is on the ellipsoid."""

from __future__ import annotations

import numpy as np

from ..geometry import dot, norms, radii_of_curvature
from ..icesat2 import StepPlaces

_TINY = 1e-15
# Below this, in radians, an angle and its sine are the same to 1e-8, and the cosine tells neither.
_SMALL = 1e-4


class StepPlanes:
    """Planes in metres that touch the ellipsoid at the middles of steps; distances from there are right in them.

    The first coordinate goes along the step, the second to its left.

    Parameters
    ----------
    begin, end : StepPlaces
        Of the steps.

    Attributes
    ----------
    half_m : (s,) ndarray
        Half of each step's length.
    """

    def __init__(self, begin: StepPlaces, end: StepPlaces) -> None:
        middle = begin.centre + end.centre
        middle /= norms(middle)[:, None]
        x, y, z = middle.T
        aside = np.maximum(np.hypot(x, y), _TINY)
        north_m, east_m = radii_of_curvature(z)
        east = np.column_stack([-y / aside, x / aside, np.zeros(len(z))])
        north = np.cross(middle, east)
        way = end.centre - begin.centre
        way_east, way_north = dot(way, east) * east_m, dot(way, north) * north_m
        length = np.maximum(np.hypot(way_east, way_north), _TINY)
        east, north = east * east_m[:, None], north * north_m[:, None]
        cosine, sine = (way_east / length)[:, None], (way_north / length)[:, None]
        self.half_m = length / 2.0
        self._middle = middle
        self._ahead = cosine * east + sine * north
        self._left = cosine * north - sine * east

    def of(self, vectors: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Return places in the planes of steps, ``(n, 2)``.

        Parameters
        ----------
        vectors : (n, 3) ndarray
            Unit vectors, latitude taken as spherical.
        own : (n,) ndarray of int
            The step of each.
        """
        flat = np.stack([dot(vectors, axis.take(own, axis=0)) for axis in (self._ahead, self._left)], axis=-1)
        up = dot(vectors, self._middle.take(own, axis=0))
        off = np.sqrt(np.maximum(1.0 - up * up, 0.0))
        # From the sine of the angle to the angle.
        stretch = np.where(off > _SMALL, np.arctan2(off, up) / np.maximum(off, _SMALL), 1.0)
        return flat * stretch[:, None]
