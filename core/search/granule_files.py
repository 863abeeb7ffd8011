"""Granules read from files instead of CMR: a store that a colleague handed on, or any GeoParquet of footprints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import requests

from ..catalogs import MAGIC, Place, VectorReader, first_bytes, local_file, places_of, read_table, split
from ..common import InputError, Progress, count
from ..geometry import LONLAT_CRS, format_box, reproject
from ..granules import merge_granules, usable_granules
from .area import Area
from .coverage import Extent, Span, missing
from .holding import Label
from .paging import in_order_of_time, of_cycle
from .store import read_label
from .supply import of_extent
from .window import Window

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
    read_vector: VectorReader | None = None,
    session: requests.Session | None = None,
) -> gpd.GeoDataFrame:
    """Return the granules of files that belong to an area and a window, without any request.

    Parameters
    ----------
    source : str or Path
        A GeoParquet file or vector layer with footprints and a column ``granule_id``; a folder with such GeoParquet
        files in it and below, a pattern, or an address; several of them with ``;`` or line breaks between.
    areas : sequence of Area
    window : Window
    short_name, version : str
        Product that is wanted; empty takes all.
    progress : Progress, optional
        Is told all counts, and warned of what of the area and time no file holds.
    read_vector, session
        See :func:`~xopr_crossovers.core.catalogs.read_catalog`.

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
    places = [place for text in split(str(source)) for place in _expand(text, progress)]
    for number, place in enumerate(places):
        progress.check()
        table, label = _read(place, read_vector, session, progress)
        n_read += len(table)
        table = table[_is_product(table, short_name, version)]
        tables.append(of_extent(table, label.boxes if label else [_WORLD], reach))
        if label is None:
            n_unlabelled += 1
        elif window.cycle is None or label.cycle in (None, window.cycle):
            held.append(label.extent(wanted.span, window.cycle))
        progress.fraction((number + 1) / len(places))
    granules, dropped = merge_granules(tables)
    progress.info(
        f"Read {n_read:,} granules of {count(len(places), 'file', 'files')} in {source}, without asking CMR; "
        f"{len(granules) + sum(dropped.values()):,} belong to the product, the area and the time."
    )
    for reason, n_rows in dropped.items():
        progress.info(f"Counted once: {n_rows:,} granules ({reason}).")
    if window.cycle is not None:
        granules, others = of_cycle(granules, window.cycle, progress)
        progress.info(f"Left out: {others:,} (a granule of another cycle).")
    _warn_of_gaps(wanted, held, n_unlabelled, progress)
    return in_order_of_time(granules)


def _expand(text: str, progress: Progress) -> list[Place]:
    return places_of(text, "GRANULE_FILES", "granules that an earlier search kept", progress)


def _read(
    place: Place, read_vector: VectorReader | None, session: requests.Session | None, progress: Progress
) -> tuple[gpd.GeoDataFrame, Label | None]:
    with local_file(place, session, progress) as path:
        table = read_table(path, place, "GRANULE_FILES", "a GeoParquet file of granules", None, read_vector, progress)
        label = _label_of(path, place.text)
    table = usable_granules(table, f"The granules of {place.text}", progress)
    lonlat = reproject(table.geometry.to_numpy(), table.crs, LONLAT_CRS)
    return table.set_geometry(gpd.GeoSeries(lonlat, index=table.index, crs=LONLAT_CRS)), label


def _label_of(path: Path, text: str) -> Label | None:
    if not first_bytes(path, text).startswith(MAGIC):
        return None
    try:
        return read_label(path)
    except _UNREADABLE as error:
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise InputError(
            f"{text} does not say in a way that is understood what was searched ({reason}): give another file."
        ) from error


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
