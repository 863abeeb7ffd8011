"""Frames x granules: which granule belongs to which frame, and whether it crosses the flight line.

Three methods answer "belongs to":

- ``strtree``: a cell of the frame's ``opr:mbox`` meets the granule's footprint (the seed's first method);
- ``prefix``: a sample of the footprint's boundary lies in a cell of the frame (the seed's second method);
- ``flightline``: the frame's line itself meets the footprint.

Whatever the method, each pair is told whether the footprint crosses the line, and for how many metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from .cells import FrameCells, frame_cells
from .errors import InputError
from .footprints import project_footprints
from .frames import hemispheres
from .prefix import cells_holding_samples
from .progress import Progress
from .projection import LONLAT_CRS, POLE_CRS, reproject, true_lengths
from .shapes import cell_polygons, project_lines

METHODS = ("strtree", "prefix", "flightline")

# Pairs between two looks at whether the user asked to stop.
_CHUNK = 20_000


@dataclass(frozen=True)
class Pairs:
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

    def __len__(self) -> int:
        return len(self.frame)

    def where(self, mask: np.ndarray) -> Pairs:
        """Return the pairs that a mask keeps."""
        return Pairs(self.frame[mask], self.granule[mask], self.crosses_line[mask], self.overlap_m[mask])


def match(
    frames: gpd.GeoDataFrame,
    granules: gpd.GeoDataFrame,
    method: str = "strtree",
    crossing_only: bool = False,
    progress: Progress | None = None,
) -> Pairs:
    """Find the pairs of frames and granules.

    Each hemisphere is matched in its own pole's projection; a table may hold both.

    Parameters
    ----------
    frames : GeoDataFrame
        As :func:`~xopr_crossovers.core.frames.normalize_frames` returns it.
    granules : GeoDataFrame
        Footprints as in :mod:`~xopr_crossovers.core.footprints`.
    method : {'strtree', 'prefix', 'flightline'}
    crossing_only : bool
        Keep only pairs whose footprint crosses the flight line.
    progress : Progress, optional

    Returns
    -------
    Pairs

    Raises
    ------
    InputError
        If the method is unknown, or needs cells that the frames do not have.
    """
    progress = progress or Progress()
    if method not in METHODS:
        raise InputError(f"METHOD must be one of {', '.join(METHODS)}, not {method!r}.")
    cells = frame_cells(frames, progress) if method != "flightline" else None
    if cells is not None and cells.without:
        progress.warn(f"{cells.without:,} of {len(frames):,} frames have no 'opr:mbox' and match nothing by cells.")
    without = int(np.isnan(shapely.bounds(granules.geometry.to_numpy())[:, 0]).sum())
    if without:
        progress.warn(f"{without:,} of {len(granules):,} granules have no footprint and match nothing.")
    frame_side = hemispheres(frames)
    unplaced = int((frame_side == "").sum())
    if unplaced:
        progress.warn(f"{unplaced:,} of {len(frames):,} frames have neither a line nor cells and match nothing.")
    found = []
    present = [side for side in POLE_CRS if (frame_side == side).any()]
    for number, side in enumerate(present):
        progress.check()
        part = progress.part(number / len(present), (number + 1) / len(present))
        found.append(_match_hemisphere(frames, granules, cells, frame_side == side, side, method, part))
    if not found:
        empty = np.zeros(0, dtype=np.int64)
        return Pairs(empty, empty, empty.astype(bool), empty.astype(float))
    pairs = Pairs(*(np.concatenate(column) for column in zip(*found)))
    pairs = _sorted(pairs)
    crossing = int(pairs.crosses_line.sum())
    progress.info(
        f"Matched by {method}: {len(pairs):,} pairs of {len(frames):,} frames and {len(granules):,} granules; "
        f"in {crossing:,} of them the footprint crosses the flight line."
    )
    if crossing_only:
        progress.info(f"Only crossings are kept: {len(pairs) - crossing:,} pairs without one are left out.")
        pairs = pairs.where(pairs.crosses_line)
    return pairs


def _sorted(pairs: Pairs) -> Pairs:
    order = np.lexsort((pairs.granule, pairs.frame))
    return Pairs(pairs.frame[order], pairs.granule[order], pairs.crosses_line[order], pairs.overlap_m[order])


def _match_hemisphere(
    frames: gpd.GeoDataFrame,
    granules: gpd.GeoDataFrame,
    cells: FrameCells | None,
    mine: np.ndarray,
    side: str,
    method: str,
    progress: Progress,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    crs = POLE_CRS[side]
    reach = shapely.bounds(reproject(granules.geometry.to_numpy(), granules.crs, LONLAT_CRS))
    with np.errstate(invalid="ignore"):
        near = np.flatnonzero(reach[:, 1] < 0 if side == "south" else reach[:, 3] > 0)
    shapes = project_footprints(granules.iloc[near], crs)
    lost = int(shapely.is_missing(shapes).sum())
    if lost:
        progress.warn(f"{lost:,} granules have no usable footprint in {crs} and match nothing.")
    progress.fraction(0.3)
    progress.check()
    lines = project_lines(frames, crs, mine)
    if cells is not None and method == "strtree":
        cell, granule = shapely.STRtree(shapes).query(cell_polygons(cells, crs, mine), predicate="intersects")
        frame, granule = expand_cells(cells, mine, cell, granule)
    elif cells is not None and method == "prefix":
        frame, granule = expand_cells(cells, mine, *cells_holding_samples(cells, granules.iloc[near]))
    else:
        frame, granule = shapely.STRtree(shapes).query(lines, predicate="intersects")
    progress.fraction(0.6)
    crosses, overlap = crossings(lines, shapes, frame, granule, crs, progress.part(0.6, 1.0))
    return frame, near[granule], crosses, overlap


def expand_cells(
    cells: FrameCells, mine: np.ndarray, cell: np.ndarray, granule: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (frame, granule) from pairs (cell, granule), each once, in order of frame, then granule.

    Only the frames that `mine` marks are taken.
    """
    use = mine[cells.frame]
    frame_of, cell_of = cells.frame[use], cells.cell[use]
    order = np.argsort(cell_of, kind="stable")
    frame_of, cell_of = frame_of[order], cell_of[order]
    first = np.searchsorted(cell_of, cell)
    count = np.searchsorted(cell_of, cell, side="right") - first
    pair = np.repeat(np.arange(len(cell)), count)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    frame, granule = frame_of[first[pair] + within], granule[pair]
    n = int(granule.max()) + 1 if len(granule) else 1
    return np.divmod(np.unique(frame * n + granule), n)


def crossings(
    lines: np.ndarray,
    shapes: np.ndarray,
    frame: np.ndarray,
    granule: np.ndarray,
    crs: str,
    progress: Progress | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Tell for pairs whether the footprint meets the line, and for how many metres.

    Parameters
    ----------
    lines, shapes : ndarray of geometries
        Flight lines and footprints in the same pole's projection.
    frame, granule : (n,) ndarray of int
        The pairs, as positions in `lines` and `shapes`.
    crs : str
        That projection.
    progress : Progress, optional

    Returns
    -------
    crosses : (n,) ndarray of bool
    overlap_m : (n,) ndarray of float
        Metres on the ellipsoid; 0 where the line only touches, or is a point.
    """
    progress = progress or Progress()
    shapely.prepare(shapes)
    crosses = np.zeros(len(frame), dtype=bool)
    overlap = np.zeros(len(frame))
    for start in range(0, len(frame), _CHUNK):
        progress.check()
        part = slice(start, start + _CHUNK)
        crosses[part] = shapely.intersects(shapes[granule[part]], lines[frame[part]])
        hit = start + np.flatnonzero(crosses[part])
        overlap[hit] = true_lengths(shapely.intersection(lines[frame[hit]], shapes[granule[hit]]), crs)
        progress.fraction(min(1.0, (start + _CHUNK) / len(frame)))
    return crosses, overlap
