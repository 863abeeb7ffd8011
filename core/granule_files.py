"""Granules read from files instead of CMR: a store that a colleague handed on, or any GeoParquet of footprints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from .area import Area
from .boxes import format_box
from .coverage import Extent, Span, missing
from .errors import InputError
from .granules import merge_granules, normalize_granules
from .progress import Progress
from .projection import LONLAT_CRS, reproject
from .search import in_order_of_time, of_cycle
from .store import Label, read_label
from .supply import of_extent
from .user_paths import path_of
from .window import Window
from .wording import count

_WORLD = (-180.0, -90.0, 180.0, 90.0)
_NO_END = pd.Timestamp("2200-01-01")
_UNREADABLE = (pa.ArrowException, OSError, ValueError, KeyError, TypeError)


def read_granule_files(
    source: str | Path,
    areas: Sequence[Area],
    window: Window,
    short_name: str = "",
    version: str = "",
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Return the granules of files that belong to an area and a window, without any request.

    Parameters
    ----------
    source : str or Path
        A GeoParquet file with footprints and a column ``granule_id``, or a folder with such files in it and below.
    areas : sequence of Area
    window : Window
    short_name, version : str
        Product that is wanted; empty takes all.
    progress : Progress, optional
        Is told all counts, and warned of what of the area and time no file holds.

    Returns
    -------
    GeoDataFrame
        Each granule once, in order of time; EPSG:4326, see :func:`~xopr_crossovers.core.granules.granules_from_umm`.

    Raises
    ------
    InputError
        If there is no such file, or one cannot be read as granules.
    """
    progress = progress or Progress()
    boxes = tuple(box for area in areas for box in area.boxes)
    wanted = Extent(Span(window.start, window.end), boxes)
    # An open end is today, which a wrong clock tells wrong: what is in the files has been.
    reach = Extent(Span(window.start, _NO_END), boxes) if window.open_end else wanted
    tables, held, n_read, n_unlabelled = [], [], 0, 0
    paths = _files(path_of(source, "GRANULE_FILES") if isinstance(source, str) else source)
    for number, path in enumerate(paths):
        progress.check()
        table, label = _read(path)
        n_read += len(table)
        table = table[_is_product(table, short_name, version)]
        tables.append(of_extent(table, label.boxes if label else [_WORLD], reach))
        if label is None:
            n_unlabelled += 1
        elif window.cycle is None or label.cycle in (None, window.cycle):
            held.append(label.extent(wanted.span, window.cycle))
        progress.fraction((number + 1) / len(paths))
    granules, dropped = merge_granules(tables)
    progress.info(
        f"Read {n_read:,} granules of {count(len(paths), 'file', 'files')} in {source}, without asking CMR; "
        f"{len(granules) + sum(dropped.values()):,} belong to the product, the area and the time."
    )
    for reason, n_rows in dropped.items():
        progress.info(f"Counted once: {n_rows:,} granules ({reason}).")
    if window.cycle is not None:
        granules, others = of_cycle(granules, window.cycle, progress)
        progress.info(f"Left out: {others:,} (a granule of another cycle).")
    _warn_of_gaps(wanted, held, n_unlabelled, progress)
    return in_order_of_time(granules)


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise InputError(f"There is no file or folder {source}: give the path of granules that an earlier search kept.")
    found = sorted(source.rglob("*.parquet"))
    if not found:
        raise InputError(f"The folder {source} holds no .parquet file: give a granule store, or a folder of one.")
    return found


def _read(path: Path) -> tuple[gpd.GeoDataFrame, Label | None]:
    try:
        label = read_label(path)
        table = gpd.read_parquet(path, page_checksum_verification=True)
    except _UNREADABLE as error:
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise InputError(
            f"{path} is no GeoParquet file of granules ({reason}): give another, or take it away."
        ) from error
    try:
        table = normalize_granules(table)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    lonlat = reproject(table.geometry.to_numpy(), table.crs, LONLAT_CRS)
    return table.set_geometry(gpd.GeoSeries(lonlat, index=table.index, crs=LONLAT_CRS)), label


def _is_product(granules: gpd.GeoDataFrame, short_name: str, version: str) -> np.ndarray:
    """Return which granules are of a product; those that do not say it are."""
    keep = np.ones(len(granules), dtype=bool)
    for column, value in (("short_name", short_name), ("version", version)):
        if value:
            keep &= (granules[column].isna() | (granules[column] == value)).to_numpy(dtype=bool)
    return keep


def _warn_of_gaps(wanted: Extent, held: Sequence[Extent], n_unlabelled: int, progress: Progress) -> None:
    if n_unlabelled:
        progress.warn(
            f"{count(n_unlabelled, 'file does', 'files do')} not say what was searched, so nobody can tell whether all "
            "granules are there."
        )
        return
    gaps, _ = missing(wanted, held)
    for gap in gaps:
        places = "; ".join(map(format_box, gap.boxes))
        progress.warn(
            f"Of {_day(gap.span.start)} to {_day(gap.span.end)} the files do not hold {places} (W, S, E, N): granules "
            "may be missing there."
        )


def _day(moment: pd.Timestamp) -> str:
    return f"{moment:%Y-%m-%d}"
