"""The morton cells of a frames table: each season's latitude convention, outlines, and points held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from ..common import InputError
from ..geometry import equal_pairs, owners_of
from ..morton import CellShapes
from ..morton import cell_numbers as morton

# Under the right latitude convention all vertices of a frame lie in its cells, under the wrong one 57 % do.
_GOOD_SHARE = 0.95

Warn = Callable[[str], None]


@dataclass(frozen=True)
class FrameCells:
    """The cells of all frames in one long table, without the repeats that pad an mbox to four.

    Attributes
    ----------
    frame : (n,) ndarray of int
        Row number of the frame.
    cell : (n,) ndarray of int
        Position in `cells`.
    cells : (m,) ndarray of int64
        Legacy decimals, each once for a convention.
    convention : (m,) ndarray of str
        How their latitude is to be understood.
    without : int
        Number of frames that have no cells.
    """

    frame: np.ndarray
    cell: np.ndarray
    cells: np.ndarray
    convention: np.ndarray
    without: int

    def ranges(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the NESTED order-18 ranges of `cells`."""
        return morton.cell_ranges(self.cells)

    def expand(
        self, cell: np.ndarray, granule: np.ndarray, mine: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the pairs (frame, granule) from pairs (cell, granule), each once, in order of frame, then granule.

        Parameters
        ----------
        cell : (n,) ndarray of int
            Positions in `cells`.
        granule : (n,) ndarray of int
        mine : ndarray of bool, optional
            Frames that are wanted.
        """
        use = np.ones(len(self.frame), dtype=bool) if mine is None else mine[self.frame]
        frame_of, cell_of = self.frame[use], self.cell[use]
        order = np.argsort(cell_of, kind="stable")
        pair, at = equal_pairs(cell, cell_of[order])
        frame, granule = frame_of[order][at], granule[pair]
        n = int(granule.max()) + 1 if len(granule) else 1
        return np.divmod(np.unique(frame * n + granule), n)

    def coarsened(self, order: int) -> FrameCells:
        """Return the same with cells above an order replaced by their ancestors at it; these may come repeatedly."""
        low, high = self.ranges()
        return replace(self, cells=morton.decimals(low, np.minimum(morton.orders_of(low, high), order)))

    def where(self, mask: np.ndarray) -> FrameCells:
        """Return the cells of the frames that a mask keeps, which have new row numbers."""
        kept = mask[self.frame]
        frame = (np.cumsum(mask) - 1)[self.frame[kept]]
        used, cell = np.unique(self.cell[kept], return_inverse=True)
        without = int(mask.sum()) - len(np.unique(frame))
        return FrameCells(frame, cell, self.cells[used], self.convention[used], without)

    def shapes(self, view: Callable[[np.ndarray], np.ndarray] | None = None) -> CellShapes:
        """Return `cells` as shapes on the sphere, or as a view shows it."""
        return CellShapes.of(self.cells, self.convention, view)


def read_cells(
    lists: list[list[int] | None], ids: pd.Series, season: pd.Series, lon_lat: np.ndarray, warn: Warn
) -> FrameCells:
    """Return the cells of frames, each season read under the latitude convention that its own lines fit.

    Parameters
    ----------
    lists : list of (list of int or None)
        ``opr:mbox`` of each frame.
    ids, season : Series
        Of each frame.
    lon_lat : (n,) ndarray of geometries
        The frames' lines in longitude and latitude.
    warn : callable
        Is told where a season was made with the other convention, or where its cells fit its lines under neither.

    Raises
    ------
    InputError
        If a value is not a morton cell.
    """
    counts = np.array([len(cells) if cells is not None else 0 for cells in lists], dtype=np.int64)
    frame = owners_of(counts)
    cell = np.array([c for cells in lists if cells is not None for c in cells], dtype=np.int64)
    bad = morton.bad_cells(cell)
    if bad.any():
        name = ids.iloc[frame[bad][0]]
        raise InputError(f"'opr:mbox' of the frame {name}: {morton.bad_cell_sentence(cell[bad][0])}")
    convention = _conventions(lon_lat, frame, cell, season, warn)
    return _numbered(frame, cell, convention[frame] == morton.AUTHALIC, len(lists))


def merged_cells(parts: list[FrameCells], n_frames: list[int]) -> FrameCells:
    """Return the cells of tables that were put one below the other, of so many frames each."""
    first = np.cumsum([0, *n_frames[:-1]])
    return _numbered(
        np.concatenate([part.frame + start for part, start in zip(parts, first)]),
        np.concatenate([part.cells[part.cell] for part in parts]),
        np.concatenate([part.convention[part.cell] == morton.AUTHALIC for part in parts]),
        sum(n_frames),
    )


def _numbered(frame: np.ndarray, cell: np.ndarray, authalic: np.ndarray, n_frames: int) -> FrameCells:
    """Return pairs of a frame and a cell with each pair, and each cell of a convention, once."""
    pairs = pd.DataFrame({"frame": frame, "cell": cell, "authalic": authalic}).drop_duplicates()
    keys = pairs.groupby(["authalic", "cell"], sort=True).ngroup().to_numpy()
    unique = pairs.assign(key=keys).drop_duplicates("key").sort_values("key")
    return FrameCells(
        frame=pairs["frame"].to_numpy(),
        cell=keys,
        cells=unique["cell"].to_numpy(),
        convention=np.where(unique["authalic"], morton.AUTHALIC, morton.GEODETIC_SPHERICAL),
        without=n_frames - len(np.unique(frame)),
    )


def _conventions(lon_lat: np.ndarray, frame: np.ndarray, cell: np.ndarray, season: pd.Series, warn: Warn) -> np.ndarray:
    """Return the latitude convention of each frame: for each season the one under which cells hold their lines."""
    xy, vertex_frame = shapely.get_coordinates(lon_lat, return_index=True)
    result = np.full(len(lon_lat), morton.GEODETIC_SPHERICAL, dtype=object)
    with_cells = np.isin(vertex_frame, frame)
    xy, vertex_frame = xy[with_cells], vertex_frame[with_cells]
    low, high = morton.cell_ranges(cell)
    if len(xy) == 0:
        return result
    inside = {name: _share_inside(xy, vertex_frame, frame, low, high, name) for name in morton.CONVENTIONS}
    shares = pd.DataFrame(inside).groupby(season.to_numpy()[vertex_frame]).mean()
    for name, share in shares.iterrows():
        best = str(share.idxmax())
        if share[morton.GEODETIC_SPHERICAL] >= _GOOD_SHARE:
            best = morton.GEODETIC_SPHERICAL
        if share[best] < _GOOD_SHARE:
            warn(
                f"{name}: only {share[best]:.0%} of the lines' vertices lie in their frames' 'opr:mbox' cells; "
                "matches by cells may be incomplete, METHOD=flightline does not need them."
            )
        if best == morton.AUTHALIC:
            warn(
                f"{name}: the cells of 'opr:mbox' were made with authalic latitude (mortie 0.9.8 or later), "
                "not as xOPR publishes them; they are read so."
            )
            result[(season == name).to_numpy(dtype=bool)] = morton.AUTHALIC
    return result


def _share_inside(
    xy: np.ndarray, vertex_frame: np.ndarray, frame: np.ndarray, low: np.ndarray, high: np.ndarray, convention: str
) -> np.ndarray:
    """Return which vertices lie in a cell of their own frame."""
    index = morton.point_indices(xy[:, 1], xy[:, 0], convention)
    vertex, pair = equal_pairs(vertex_frame, frame)
    hit = (low[pair] <= index[vertex]) & (index[vertex] < high[pair])
    inside = np.zeros(len(xy), dtype=bool)
    inside[vertex[hit]] = True
    return inside


def hold_points(cells: FrameCells, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Return which of ``cells.cells`` hold at least one of the points (degrees)."""
    low, high = cells.ranges()
    hit = np.zeros(len(low), dtype=bool)
    for convention in np.unique(cells.convention):
        mine = cells.convention == convention
        indices = np.sort(morton.point_indices(lat, lon, convention))
        hit[mine] = morton.ranges_hold(low[mine], high[mine], indices)
    return hit
