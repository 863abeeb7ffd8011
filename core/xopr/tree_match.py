"""Cells against the footprints of a shapely tree in a plane, as upstream's functions have them.

Edges are straight lines of the plane where a footprint has the vertices of its granule and no more, as upstream makes
it; otherwise they are the granule's great circles. A straight line of the plane is a great circle on the sphere that
:func:`~xopr_crossovers.core.matching.lift` makes of it, so both are matched alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyproj
import shapely

from ..common import Progress
from ..frames import FrameCells, cell_polygons
from ..geometry import LONLAT_CRS, lon_lat, transformer
from ..icesat2 import find_strips
from ..matching import CellIndex, cells_holding, cut_strips, in_chunks, lift
from .dictionaries import with_footprints

Found = tuple[np.ndarray, np.ndarray]


def cells_meeting_tree(cells: FrameCells, tree: shapely.STRtree, records: Sequence[dict], crs: str, step: int) -> Found:
    """Return the pairs (cell, footprint) that meet; they may come more than once.

    Parameters
    ----------
    cells : FrameCells
    tree : shapely.STRtree
        Of footprints in the plane of `crs`.
    records : sequence of dict
        The granules, one for each geometry of the tree.
    crs : str
    step : int
        Vertices a side of a cell's outline, between which its edges are straight in the plane.
    """
    shapes = np.array(tree.geometries, dtype=object)
    rest, found = np.arange(len(shapes)), []
    if len(shapes) and pyproj.CRS.from_user_input(crs).is_projected:
        n_vertices = np.array([_n_vertices(record) for record in records], dtype=np.int64)
        straight = shapely.get_num_coordinates(shapes) == n_vertices
        view, rest = _View(crs), rest[:0]
        for rows, footprints, own_crs in (
            (np.flatnonzero(straight), shapes[straight], crs),
            (np.flatnonzero(~straight), None, LONLAT_CRS),
        ):
            if len(rows) == 0:
                continue
            if footprints is None:
                kept, footprints = with_footprints([records[row] for row in rows.tolist()])
                if len(kept) < len(rows):  # records that no longer are those that the tree was made of
                    rest = np.concatenate([rest, rows])
                    continue
                index, change = CellIndex(cells.shapes()), None
            else:
                index, change = CellIndex(cells.shapes(view), step), view
            pairs, others = _match(cells, index, footprints, own_crs, change)
            found.append((pairs[0], rows[pairs[1]]))
            rest = np.concatenate([rest, rows[others]])
    if len(rest):
        cell, row = shapely.STRtree(shapes[rest]).query(cell_polygons(cells, crs, step=step), predicate="intersects")
        found.append((cell, rest[row]))
    nothing = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    cell, row = (np.concatenate(column) for column in zip(nothing, *found))
    return cell, row


class _View:
    """The sphere whose great circles are the straight lines of a plane."""

    def __init__(self, crs: str) -> None:
        self._change = transformer(LONLAT_CRS, crs)

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """Return the vectors that stand for unit vectors; NaN for what has no place in the plane."""
        with np.errstate(invalid="ignore"):
            return lift(*self._change.transform(*lon_lat(vectors)))


def _match(
    cells: FrameCells, index: CellIndex, footprints: np.ndarray, crs: str, view: _View | None
) -> tuple[Found, np.ndarray]:
    """Match the footprints that are strips; return the pairs, and the rows of the others."""

    def match_some(part: slice, progress: Progress) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        progress.check()
        start = part.start
        strips = find_strips(footprints[part], crs)
        first = strips.left[strips.offsets[:-1]].T
        inside = cells_holding(cells, first, strips.footprint)
        if view is not None:
            strips = replace(strips, left=view(strips.left), right=view(strips.right))
        quads, whole = cut_strips(strips)
        met = index.met_by(quads)
        mine = whole[inside[1]]
        cell = np.concatenate([met[0], inside[0][mine]])
        row = np.concatenate([met[1], inside[1][mine]])
        return cell, start + row, start + np.flatnonzero(~whole)

    done = in_chunks(match_some, len(footprints), len(np.unique(cells.frame)), Progress())
    cell, row, others = (np.concatenate(part) for part in zip(*done))
    return (cell, row), others


def _n_vertices(record: dict) -> int:
    """Return how many vertices the closed outline of a granule has; 0 if it has several outlines."""
    points: Sequence[Sequence[float]] = record.get("points") or ()
    if len(points) == 0 or len(record.get("rings") or ()) > 1:
        return 0
    return len(points) + (tuple(points[0]) != tuple(points[-1]))
