"""The frames table: what its columns mean, and which frames are wanted.

Frames are a GeoDataFrame with the columns of an xOPR catalog; the geometry is the flight line in any CRS.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ..common import InputError, Progress, count, name_from_index, only_named, read_day, some_of
from ..geometry import HEMISPHERES, LONLAT_CRS, earth_crs, reproject
from .cell_lists import lists_of_cells
from .columns import COLUMNS, MBOX
from .frames import Frames, Given
from .stac_items import lift_properties
from .twins import twins
from .usable_lines import compare_hemispheres, usable_lines

# Row numbers that drivers add on reading; written back they would collide with the new layer's own.
_ROW_ID_COLUMNS = ("fid", "ogc_fid")


def normalize_frames(
    frames: gpd.GeoDataFrame, name: str = "The frames", progress: Progress | None = None
) -> gpd.GeoDataFrame:
    """Check that a table can be used as frames, bring its columns into one shape, and keep each frame once.

    Parameters
    ----------
    frames : GeoDataFrame
        Read from a catalog or from any vector layer; ``opr:mbox`` may be lists, arrays or JSON text.
    name : str
        What to call the table in an error.
    progress : Progress, optional
        Is told what :func:`usable_frames` and :func:`each_once` tell.

    Returns
    -------
    GeoDataFrame
        See :func:`usable_frames`.

    Raises
    ------
    InputError
        See :func:`usable_frames`.
    """
    progress = progress or Progress()
    return each_once(usable_frames(frames, name, progress), progress)


def usable_frames(
    frames: gpd.GeoDataFrame, name: str = "The frames", progress: Progress | None = None
) -> gpd.GeoDataFrame:
    """Check that a table can be used as frames and bring its columns into one shape.

    Parameters
    ----------
    frames : GeoDataFrame
        Read from a catalog or from any vector layer; ``opr:mbox`` may be lists, arrays or JSON text. Of STAC items, as
        xOPR's ``query_frames`` returns them, the properties become columns.
    name : str
        What to call the table in an error.
    progress : Progress, optional
        Is told of frames without a name, which are left out; of lines that are no place on the Earth, whose frames
        stay without a line; and of how the table was read where it is not made as a catalog is.

    Returns
    -------
    GeoDataFrame
        A copy with a plain row index, without the row numbers of a file format, ``id`` as text, ``opr:mbox`` as lists
        of int or None.

    Raises
    ------
    InputError
        If it is empty, has no geometry, ``id`` or usable CRS, an ``opr:mbox`` that cannot be read, or no line that is a
        place on the Earth.
    """
    progress = progress or Progress()
    if len(frames) == 0:
        raise InputError(f"{name} hold no frame: the layer or file is empty.")
    frames = _with_columns_of_items(frames, name, progress)
    if "id" not in frames.columns:
        raise InputError(
            f"{name} have no column 'id' with the frames' names; choose a layer made from an xOPR catalog."
        )
    if frames.crs is None:
        raise InputError(f"{name} have no coordinate reference system; assign the layer's CRS first.")
    earth_crs(frames.crs, name)
    frames = frames.drop(columns=[c for c in frames.columns if c.lower() in _ROW_ID_COLUMNS]).reset_index(drop=True)
    frames = only_named(frames, "id", name, progress)
    frames = frames.set_geometry(usable_lines(frames.geometry, frames["id"], name, progress))
    if MBOX in frames.columns:
        frames[MBOX] = lists_of_cells(frames[MBOX], frames["id"])
    compare_hemispheres(frames, name, progress)
    return frames


def _with_columns_of_items(frames: gpd.GeoDataFrame, name: str, progress: Progress) -> gpd.GeoDataFrame:
    frames, lifted = lift_properties(frames, COLUMNS)
    if lifted:
        progress.info(f"{name} are STAC items: {', '.join(lifted)} were read from their properties.")
    frames, source = name_from_index(frames, "id")
    if source:
        progress.info(f"{name} have their names in the index '{source}', which was read as 'id'.")
    return frames


def each_once(frames: Given, progress: Progress) -> Given:
    """Keep each frame once: the same season, id and line, as tables that were merged have them.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
        As :func:`usable_frames` returns it. Lines are the same if no vertex is further than 1 m from its twin, so that
        one that went through another projection or a text format is.
    progress : Progress
        Is told how many were left out, and how many frames of one name have different lines.

    Returns
    -------
    Frames or GeoDataFrame
        As `frames` is, and in its order; of twins the first that has cells.
    """
    table = Frames.of(frames).table
    columns = [table[column] for column in ("collection", "id") if column in table.columns]
    keys = pd.concat(columns, axis=1)
    several = np.flatnonzero(keys.duplicated(keep=False).to_numpy())
    if len(several) == 0:
        return frames
    kept = np.ones(len(table), dtype=bool)
    lines = reproject(table.geometry.to_numpy()[several], table.crs, LONLAT_CRS)
    group = keys.iloc[several].groupby(list(keys.columns), dropna=False, sort=False).ngroup().to_numpy()
    twin = twins(group, lines)
    without = table[MBOX].isna().to_numpy()[several] if MBOX in table.columns else np.zeros(len(several), dtype=bool)
    order = np.lexsort((np.arange(len(several)), without, twin))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(twin[order]) != 0
    kept[several[order[~first]]] = False
    double = int((~kept).sum())
    if double:
        twice = count(double, "frame was", "frames were")
        progress.warn(f"{twice} there twice (same season, id and line), and kept once.")
        keys = keys[kept]
    namesakes = int(keys.duplicated(keep=False).sum())
    if namesakes:
        like = count(namesakes, "frame has", "frames have")
        progress.warn(f"{like} the season and id of another, but not its line; all are kept.")
    return Frames.of(frames).where(kept).like(frames)


def filter_frames(
    frames: Given,
    hemisphere: str | None = None,
    provider: str | None = None,
    start_date: Any = None,
    end_date: Any = None,
    progress: Progress | None = None,
) -> Given:
    """Keep the frames of a hemisphere, of a provider, and flown between two days (both included).

    Parameters
    ----------
    frames : Frames or GeoDataFrame
    hemisphere : {'south', 'north'}, optional
    provider : str, optional
        As in ``opr:provider``; letter case does not matter.
    start_date, end_date : date or ISO text, optional
    progress : Progress, optional
        Is told how many frames each filter left.

    Raises
    ------
    InputError
        If a date or hemisphere cannot be read, the start is after the end, there is no ``opr:provider``, or nothing is
        left.
    """
    progress = progress or Progress()
    start, end = read_day(start_date, "START_DATE"), read_day(end_date, "END_DATE")
    if start is not None and end is not None and start > end:
        raise InputError(f"The first flight date {start:%Y-%m-%d} is after the last one {end:%Y-%m-%d}.")

    wanted = Frames.of(frames)

    def keep(mask: np.ndarray, what: str, why_not: str, undated: int = 0) -> None:
        nonlocal wanted
        total = len(wanted)
        wanted = wanted.where(mask)
        progress.info(f"{what}: {some_of(len(wanted), total, 'frame', 'frames')}.")
        progress.frames(what, len(wanted), {why_not: total - len(wanted) - undated, "no flight date": undated})
        if len(wanted) == 0:
            raise InputError(f"No frame is left: none of {count(total, 'frame', 'frames')} has {what.lower()}.")

    if hemisphere:
        if hemisphere.lower() not in HEMISPHERES:
            raise InputError(f"HEMISPHERE must be south or north, not {hemisphere!r}.")
        side = hemisphere.lower()
        keep(wanted.hemisphere == side, f"Hemisphere {side}", "not on this hemisphere")
    if provider:
        if "opr:provider" not in wanted.table.columns:
            raise InputError("The frames have no column 'opr:provider' to filter by; leave the provider empty.")
        keep(
            (wanted.table["opr:provider"].astype("string").str.lower() == provider.lower()).fillna(False).to_numpy(),
            f"Provider {provider}",
            "of another provider",
        )
    if start is not None or end is not None:
        days = wanted.flown
        undated = int(days.isna().sum())
        if undated:
            without = count(undated, "frame has", "frames have")
            progress.warn(f"{without} no flight date: left out by the date filter.")
        mask = days.notna()
        mask &= (days >= start) if start is not None else True
        mask &= (days <= end) if end is not None else True
        since = f" from {start:%Y-%m-%d}" if start is not None else ""
        until = f" to {end:%Y-%m-%d}" if end is not None else ""
        keep(mask.to_numpy(), f"A flight date{since}{until}", "flown on another day", undated)
    return wanted.like(frames)
