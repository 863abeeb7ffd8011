"""The cover of one footprint as morton numbers in text, made only when somebody reads it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import overload

import geopandas as gpd
import numpy as np
import shapely

from ..frames import FrameCells, cell_polygons
from ..geometry import LONLAT_CRS, POLE_CRS
from ..granules import project_footprints
from ..icesat2 import find_strips
from ..matching import cover_cells, cut_strips
from ..morton import cell_numbers as morton
from ..morton import healpix


class CoverText(Sequence[str]):
    """Morton numbers of the cells of one order that a footprint meets; for matching, see :mod:`.prefix`.

    Parameters
    ----------
    footprint : Polygon or MultiPolygon
        In longitude and latitude.
    order : int
        0 to 18.
    """

    def __init__(self, footprint: shapely.Geometry, order: int) -> None:
        self.footprint = footprint
        self.order = order

    @cached_property
    def _texts(self) -> list[str]:
        footprints = np.array([self.footprint], dtype=object)
        quads, whole = cut_strips(find_strips(footprints))
        index = np.unique(cover_cells(quads, self.order)[1]) if whole[0] else _cover_odd(footprints, self.order)
        return morton.decimals(index << (2 * (morton.MAX_ORDER - self.order)), self.order).astype(str).tolist()

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, item: int) -> str: ...

    @overload
    def __getitem__(self, item: slice) -> list[str]: ...

    def __getitem__(self, item: int | slice) -> str | list[str]:
        return self._texts[item]

    def __repr__(self) -> str:
        return f"<cells of order {self.order} that cover a footprint>"


def _cover_odd(footprints: np.ndarray, order: int) -> np.ndarray:
    """Return the cells that a footprint meets that is no strip, from the largest cells to the smallest."""
    bounds = shapely.bounds(footprints[0])
    crs = POLE_CRS["south" if bounds[1] + bounds[3] < 0 else "north"]
    shape = project_footprints(gpd.GeoDataFrame(geometry=gpd.GeoSeries(footprints, crs=LONLAT_CRS)), crs)[0]
    index = np.arange(healpix.N_FACES)
    for level in range(order + 1):
        decimals = morton.decimals(index << (2 * (morton.MAX_ORDER - level)), level)
        number = np.arange(len(index))
        cells = FrameCells(number, number, decimals, np.full(len(index), morton.GEODETIC_SPHERICAL), 0)
        index = index[shapely.intersects(cell_polygons(cells, crs), shape)]
        if level < order:
            index = (4 * index[:, None] + np.arange(4)).ravel()
    return index
