"""The frames as one value, which is handed along: their table, and what is worked out from it once when asked for."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from functools import cached_property
from typing import TypeVar, Union

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..common import InputError, Progress, count
from ..geometry import LONLAT_CRS, Polylines, cut_lines, densify, layer_crs, reproject
from .cells import FrameCells, merged_cells, read_cells
from .columns import COLUMNS, MBOX, NEEDS_MBOX

_LINE_STEP_M = 5_000.0


class Frames:
    """Radar frames.

    Parameters
    ----------
    table : GeoDataFrame
        As :func:`normalize_frames` returns it; nobody changes it afterwards.

    Notes
    -----
    What is worked out is kept, and carried along by :meth:`where`, :meth:`in_layer_crs` and :meth:`concatenated`.
    """

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        self.table = table
        self._cells: FrameCells | None = None
        # Of the cells; a list that all frames share which have their cells from the same table.
        self._untold: list[str] = []

    def __len__(self) -> int:
        return len(self.table)

    @classmethod
    def of(cls, frames: AnyFrames) -> Frames:
        """Return frames that may be a bare table; those that are none are the same object."""
        return frames if isinstance(frames, Frames) else cls(frames)

    @classmethod
    def concatenated(cls, parts: Sequence[Frames]) -> Frames:
        """Return the frames of tables in the same CRS, one below the other."""
        if len(parts) == 1:
            return parts[0]
        table = gpd.GeoDataFrame(pd.concat([part.table for part in parts], ignore_index=True), crs=parts[0].table.crs)
        order = [column for column in COLUMNS if column in table.columns]
        whole = cls(table[order + [column for column in table.columns if column not in order]])
        known = [part._cells for part in parts if part._cells is not None]
        if len(known) == len(parts):
            whole._cells = merged_cells(known, [len(part) for part in parts])
            whole._untold = [text for part in parts for text in part._untold]
        return whole

    def where(self, mask: np.ndarray) -> Frames:
        """Return the frames that a mask keeps."""
        if mask.all() and self.table.index.equals(pd.RangeIndex(len(self))):
            return self
        kept = Frames(self.table[mask].reset_index(drop=True))
        if self._cells is not None:
            kept._cells, kept._untold = self._cells.where(mask), self._untold
        for name in ("hemisphere", "lon_lat"):
            if name in self.__dict__:
                kept.__dict__[name] = self.__dict__[name][mask]
        return kept

    def like(self, given: Given) -> Given:
        """Return these frames as a value or a bare table, whichever was given."""
        return self if isinstance(given, Frames) else self.table

    @cached_property
    def lon_lat(self) -> np.ndarray:
        """The lines in longitude and latitude, ``(n,)`` geometries."""
        return reproject(self.table.geometry.to_numpy(), self.table.crs, LONLAT_CRS)

    @cached_property
    def lines(self) -> tuple[Polylines, np.ndarray]:
        """The lines with a vertex at least every 5 km, and the row of each one's frame.

        A line of several parts is several of them.
        """
        parts, frame = shapely.get_parts(self.lon_lat, return_index=True)
        return densify(Polylines.of(parts), _LINE_STEP_M), frame

    @cached_property
    def hemisphere(self) -> np.ndarray:
        """'south', 'north' or '' (unknown) of each frame, from its line, else from its cells."""
        bounds = shapely.bounds(self.lon_lat)
        middle = (bounds[:, 1] + bounds[:, 3]) / 2
        if MBOX in self.table.columns and np.isnan(middle).any():
            first = [cells[0] if cells else 0 for cells in self.table[MBOX]]
            # Base cells 0-3 touch the north pole and 8-11 the south pole; 4-7 lie on the equator.
            digit = np.array([int(str(abs(cell))[0]) * (1 if cell > 0 else -1) for cell in first])
            from_cell = np.select([(digit >= 1) & (digit <= 4), digit <= -3], [1.0, -1.0], np.nan)
            middle = np.where(np.isnan(middle), from_cell, middle)
        return np.select([middle < 0, middle >= 0], ["south", "north"], "").astype(object)

    @cached_property
    def flown(self) -> pd.Series:
        """The day of each flight; see :func:`flight_dates`."""
        return _flight_dates(self.table)

    @property
    def have_cells(self) -> np.ndarray:
        """Whether each frame has cells."""
        if MBOX not in self.table.columns:
            return np.zeros(len(self), dtype=bool)
        return np.array([isinstance(cells, Sized) and len(cells) > 0 for cells in self.table[MBOX]], dtype=bool)

    def cells(self, progress: Progress | None = None) -> FrameCells:
        """Return the cells, each season read under the latitude convention that its own lines fit.

        Parameters
        ----------
        progress : Progress, optional
            Is warned where a season was made with the other convention, or where its cells fit its lines under
            neither: the first that asks.

        Raises
        ------
        InputError
            If there is no ``opr:mbox``, no frame has cells, or a value is not a morton cell.
        """
        if self._cells is None:
            self._cells = self._read_cells()
        if len(self) and self._cells.without == len(self):
            raise InputError(
                f"None of {count(len(self), 'frame', 'frames')} has cells in 'opr:mbox'; use a season catalog made in "
                "April 2026 or later (xOPR issue #78), or METHOD=flightline, which needs no cells."
            )
        while progress and self._untold:
            progress.warn(self._untold.pop(0))
        return self._cells

    def _read_cells(self) -> FrameCells:
        if len(self) and MBOX not in self.table.columns:
            raise InputError(
                f"These frames cannot be matched by cells: {NEEDS_MBOX}, or METHOD=flightline without cells."
            )
        lists = self.table[MBOX].tolist() if len(self) else []
        return read_cells(lists, self.table["id"], self._seasons(), self.lon_lat, self._untold.append)

    def _seasons(self) -> pd.Series:
        if "collection" in self.table.columns:
            return self.table["collection"].astype("string").fillna("(no season)")
        return pd.Series("(no season)", index=self.table.index, dtype="string")

    def in_layer_crs(self) -> Frames:
        """Return frames as they are put into a layer: in the pole's projection.

        Where both hemispheres are in the table the layer is in longitude and latitude, cut at the antimeridian.
        """
        crs = layer_crs(self.hemisphere)
        lines = reproject(self.table.geometry.to_numpy(), self.table.crs, crs)
        if crs == LONLAT_CRS:
            lines = cut_lines(lines)
        projected = Frames(self.table.set_geometry(gpd.GeoSeries(lines, index=self.table.index, crs=crs)))
        projected._cells, projected._untold = self._cells, self._untold
        projected.__dict__["hemisphere"] = self.hemisphere
        return projected


#: What public functions take: a bare table has everything worked out anew.
AnyFrames = Union[Frames, gpd.GeoDataFrame]
Given = TypeVar("Given", Frames, gpd.GeoDataFrame)


def frames_in_layer_crs(frames: Given) -> Given:
    """Return frames as they are put into a layer; see :meth:`Frames.in_layer_crs`."""
    return Frames.of(frames).in_layer_crs().like(frames)


def frame_hemispheres(frames: AnyFrames) -> np.ndarray:
    """Return 'south', 'north' or '' (unknown) of each frame, from its line, else from its cells."""
    return Frames.of(frames).hemisphere


def frame_cells(frames: AnyFrames, progress: Progress | None = None) -> FrameCells:
    """Return the cells of frames; see :meth:`Frames.cells`."""
    return Frames.of(frames).cells(progress)


def flight_dates(frames: AnyFrames) -> pd.Series:
    """Return the day of each flight: ``opr:date``, else ``datetime``, else the date in the frame's id; NaT if none.

    Returns
    -------
    Series of datetime64[ns]
        Midnight of the day, without a time zone.
    """
    return Frames.of(frames).flown


def _flight_dates(frames: gpd.GeoDataFrame) -> pd.Series:
    days = pd.Series(pd.NaT, index=frames.index, dtype="datetime64[ns]")
    if "opr:date" in frames.columns:
        text = frames["opr:date"].astype("string").str.replace("-", "", regex=False)
        days = days.fillna(_as_days(text, "%Y%m%d"))
    if "datetime" in frames.columns:
        days = days.fillna(_as_days(frames["datetime"], None))
    return days.fillna(_as_days(frames["id"].astype("string").str.extract(r"_(\d{8})_", expand=False), "%Y%m%d"))


def _as_days(values: pd.Series, pattern: str | None) -> pd.Series:
    times = pd.to_datetime(values, format=pattern or "ISO8601", utc=True, errors="coerce")
    return times.dt.tz_localize(None).dt.normalize().astype("datetime64[ns]")
