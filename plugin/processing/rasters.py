"""Values of raster layers at places, for the core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from qgis.core import Qgis, QgsProcessingException, QgsRasterDataProvider, QgsRasterLayer, QgsRectangle

from ... import core
from ...core.common import InputError

if TYPE_CHECKING:
    from .inputs import Inputs

_BAND = 1
# Cells on a side of the pieces in which a raster is read.
_TILE = 512


def raster(run: Inputs, name: str) -> core.heights.GridValues | None:
    """Return the raster of a parameter; None if there is none.

    Raises
    ------
    InputError
        If the layer cannot be opened, or nobody can tell where on the Earth it is.
    """
    if not run.given(name):
        return None
    try:
        layer = run.algorithm.parameterAsRasterLayer(run.parameters, name, run.context)
    except QgsProcessingException:
        layer = None
    if layer is None or not layer.isValid():
        raise InputError(f"{name}: there is no raster layer {run.shown(name)}; check the path or the layer's name.")
    if not layer.crs().isValid():
        raise InputError(f"{name}: the raster {layer.name()} has no coordinate reference system; assign the right one.")
    core.geometry.earth_crs(layer.crs().toWkt(), name)
    grid = _Grid(layer, run)
    if not grid.columns or not grid.rows:
        raise InputError(f"{name}: the raster {layer.name()} has no cells to read; save it as a GeoTIFF first.")
    return core.heights.GridValues(grid.sample, grid.spacing_m())


class _Grid:
    """A raster layer, from which values between the cells' middles are read."""

    def __init__(self, layer: QgsRasterLayer, run: Inputs) -> None:
        # A clone, since a layer's own provider may only be used in the layer's thread.
        self._provider: QgsRasterDataProvider = layer.dataProvider().clone()
        self._check = run.progress.check
        self._to_layer = core.geometry.transformer(core.geometry.LONLAT_CRS, layer.crs().toWkt())
        self._from_layer = core.geometry.transformer(layer.crs().toWkt(), core.geometry.LONLAT_CRS)
        self._extent = layer.extent()
        self.columns, self.rows = layer.width(), layer.height()

    def spacing_m(self) -> float:
        """Return how far cells in the middle are apart, in metres."""
        middle = self._extent.center()
        x = middle.x() + np.array([0.0, self._extent.width() / self.columns, 0.0])
        y = middle.y() + np.array([0.0, 0.0, self._extent.height() / self.rows])
        lon, lat = self._from_layer.transform(x, y)
        apart = core.geometry.geodesic_lengths(lon[[0, 0]], lat[[0, 0]], lon[1:], lat[1:])
        return float(np.max(apart))

    def sample(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Return the values at places, between the middles of cells by both directions; NaN where one is missing."""
        x, y = self._to_layer.transform(lon, lat)
        column = (np.asarray(x) - self._extent.xMinimum()) / self._extent.width() * self.columns - 0.5
        row = (self._extent.yMaximum() - np.asarray(y)) / self._extent.height() * self.rows - 0.5
        inside = (column >= -0.5) & (column <= self.columns - 0.5) & (row >= -0.5) & (row <= self.rows - 0.5)
        values = np.full(len(lon), np.nan)
        # Within half a cell of the rim the values are those of the outermost cells.
        column, row = (np.clip(at, 0, max(n - 1, 0)) for at, n in ((column, self.columns), (row, self.rows)))
        for rows, left, top, cells in self._tiles(column, row, np.flatnonzero(inside)):
            values[rows] = _between(cells, column[rows] - left, row[rows] - top)
        return values

    def _tiles(
        self, column: np.ndarray, row: np.ndarray, places: np.ndarray
    ) -> Iterator[tuple[np.ndarray, int, int, np.ndarray]]:
        """Yield which places lie in a piece, its first column and row, and its cells, one beyond its rim included."""
        number = (row[places] // _TILE).astype(np.int64) * (self.columns // _TILE + 1)
        number += (column[places] // _TILE).astype(np.int64)
        order = np.argsort(number, kind="stable")
        for part in np.split(places[order], np.flatnonzero(np.diff(number[order])) + 1):
            self._check()
            if len(part):
                left, top = (int(at[part[0]] // _TILE) * _TILE for at in (column, row))
                yield part, left, top, self._cells(left, top)

    def _cells(self, left: int, top: int) -> np.ndarray:
        columns, rows = min(_TILE + 1, self.columns - left), min(_TILE + 1, self.rows - top)
        wide, high = self._extent.width() / self.columns, self._extent.height() / self.rows
        x, y = self._extent.xMinimum() + left * wide, self._extent.yMaximum() - top * high
        box = QgsRectangle(x, y - rows * high, x + columns * wide, y)
        block = self._provider.block(_BAND, box, columns, rows)
        block.convert(Qgis.DataType.Float64)
        cells = np.frombuffer(bytes(block.data()), dtype=np.float64).reshape(rows, columns).copy()
        if block.hasNoDataValue():
            cells[cells == block.noDataValue()] = np.nan
        return cells


def _between(cells: np.ndarray, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    left, top = np.floor(column).astype(np.int64), np.floor(row).astype(np.int64)
    right, below = np.minimum(left + 1, cells.shape[1] - 1), np.minimum(top + 1, cells.shape[0] - 1)
    x, y = column - left, row - top
    # Of a missing cell that has no weight nothing is taken.
    corners = (
        (top, left, (1 - x) * (1 - y)),
        (top, right, x * (1 - y)),
        (below, left, (1 - x) * y),
        (below, right, x * y),
    )
    return np.asarray(sum(np.where(weight > 0, cells[line, at], 0.0) * weight for line, at, weight in corners))
