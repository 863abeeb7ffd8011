"""Many lines or rings in longitude and latitude at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from .ragged import offsets_of, owners_of


@dataclass(frozen=True)
class Polylines:
    """Lines or rings, one after another; a ring ends with the vertex that it begins with.

    Attributes
    ----------
    lon, lat : (n,) ndarray of float
        Degrees, of all vertices.
    offsets : (n_lines + 1,) ndarray of int
        Line ``i`` has the vertices ``offsets[i]:offsets[i + 1]``.
    """

    lon: np.ndarray
    lat: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of(cls, lines: np.ndarray) -> Polylines:
        """Take the vertices out of single lines, rings or polygons of one ring in longitude and latitude."""
        xy = shapely.get_coordinates(lines)
        return cls(xy[:, 0], xy[:, 1], offsets_of(shapely.get_num_coordinates(lines)))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def sizes(self) -> np.ndarray:
        """Number of vertices of each line, ``(n_lines,)``."""
        return np.diff(self.offsets)

    @property
    def line(self) -> np.ndarray:
        """Which line each vertex belongs to, ``(n,)``."""
        return owners_of(self.sizes)

    def where(self, mask: np.ndarray) -> Polylines:
        """Return the lines that a mask ``(n_lines,)`` keeps."""
        vertex = np.repeat(mask, self.sizes)
        return Polylines(self.lon[vertex], self.lat[vertex], offsets_of(self.sizes[mask]))

    def then(self, other: Polylines) -> Polylines:
        """Return these lines, and after them others."""
        return Polylines(
            np.concatenate([self.lon, other.lon]),
            np.concatenate([self.lat, other.lat]),
            np.concatenate([self.offsets, self.offsets[-1] + other.offsets[1:]]),
        )
