"""Morton cells as shapes on the sphere: outlines as fine as wanted, and places inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..geometry import Polylines, lon_lat, spread
from . import cell_numbers as morton
from . import healpix

# Cells whose rings are made at once: 128 vertices of each need some 100 MB.
_CHUNK = 8_192


@dataclass(frozen=True)
class CellShapes:
    """Cells of any orders.

    Attributes
    ----------
    index : (n,) ndarray of int64
        NESTED index, each at the order of its own.
    order : (n,) ndarray of int64
    convention : (n,) ndarray of str
        How latitude was turned into HEALPix latitude.
    view : callable, optional
        Takes unit vectors (..., 3) to those that are wanted instead, such as the straight lines of a plane need.
    """

    index: np.ndarray
    order: np.ndarray
    convention: np.ndarray
    view: Callable[[np.ndarray], np.ndarray] | None = None

    @classmethod
    def of(
        cls, cells: np.ndarray, convention: np.ndarray, view: Callable[[np.ndarray], np.ndarray] | None = None
    ) -> CellShapes:
        """Return the shapes of cells given as legacy decimals."""
        low, high = morton.cell_ranges(cells)
        order = morton.orders_of(low, high)
        return cls(low >> (2 * (morton.MAX_ORDER - order)), order, np.asarray(convention), view)

    def __len__(self) -> int:
        return len(self.index)

    def take(self, which: np.ndarray | slice) -> CellShapes:
        """Return some of the cells."""
        return CellShapes(self.index[which], self.order[which], self.convention[which], self.view)

    def border(self, order: int) -> tuple[CellShapes, np.ndarray]:
        """Return the cells with those below an order cut up, and whose part each is.

        Of such a cell only those descendants at the order are returned that touch its outline.
        """
        levels = np.maximum(order - self.order, 0)
        parent, number = spread(np.int64(4) ** levels)
        outer = healpix.on_border(number, levels[parent])
        parent, number = parent[outer], number[outer]
        index = (self.index << (2 * levels))[parent] + number
        return CellShapes(index, (self.order + levels)[parent], self.convention[parent], self.view), parent

    def centres(self) -> np.ndarray:
        """Return a unit vector in the middle of each cell, ``(n, 3)``."""
        return self._seen(healpix.places(self.index, self.order, 0.5, 0.5))

    def outlines(self, step: int) -> np.ndarray:
        """Return `step` points a side of each cell, ``(n, 4 * step, 3)`` unit vectors; the first is not repeated."""
        return self._seen(healpix.outlines(self.index, self.order, step))

    def rings(self, step: int) -> Polylines:
        """Return the cells' outlines as closed rings, `step` vertices a side."""
        lon = np.empty((len(self), 4 * step + 1))
        lat = np.empty_like(lon)
        for start in range(0, len(self), _CHUNK):
            part = slice(start, start + _CHUNK)
            lon[part, :-1], lat[part, :-1] = lon_lat(self.take(part).outlines(step))
        lon[:, -1], lat[:, -1] = lon[:, 0], lat[:, 0]
        return Polylines(lon.ravel(), lat.ravel(), np.arange(len(self) + 1, dtype=np.int64) * (4 * step + 1))

    def _seen(self, vectors: np.ndarray) -> np.ndarray:
        for convention in np.unique(self.convention):
            if convention != morton.GEODETIC_SPHERICAL:
                alike = self.convention == convention
                vectors[alike] = morton.geodetic_vectors(vectors[alike], str(convention))
        return vectors if self.view is None else self.view(vectors)
