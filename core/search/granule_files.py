"""Granules read from files instead of CMR: a store that a colleague handed on, or any GeoParquet of footprints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import requests

from ..catalogs import MAGIC, Place, VectorReader, first_bytes, local_file, places_of, read_table, split
from ..common import InputError, Progress, count, listed
from ..geometry import LONLAT_CRS, format_box, reproject
from ..granules import merge_granules, usable_granules
from .area import Area
from .coverage import Extent, Span, missing
from .holding import Label
from .named import of_names, tell_found
from .paging import in_order_of_time, of_cycle
from .product_check import OTHER_PRODUCT, is_of_product, kinds_of
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
    tables, held, n_unlabelled = [], [], 0
    files = _Files(source, short_name, version, read_vector, session, progress)
    for table, label in files:
        tables.append(of_extent(table, label.boxes if label else [_WORLD], reach))
        if label is None:
            n_unlabelled += 1
        elif window.cycle is None or label.cycle in (None, window.cycle):
            held.append(label.extent(wanted.span, window.cycle))
    granules = files.merged(tables, "belong to the product, the area and the time")
    if window.cycle is not None:
        granules, others = of_cycle(granules, window.cycle, progress)
        progress.info(f"Left out: {others:,} (a granule of another cycle).")
    _warn_of_gaps(wanted, held, n_unlabelled, progress)
    return in_order_of_time(granules)


def read_named_granule_files(
    source: str | Path,
    names: pd.DataFrame,
    progress: Progress | None = None,
    read_vector: VectorReader | None = None,
    session: requests.Session | None = None,
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the granules of files that have one of some names, without any request.

    Parameters
    ----------
    source : str or Path
        See :func:`read_granule_files`.
    names : DataFrame
        From :func:`~xopr_crossovers.core.search.read_granule_ids`.
    progress : Progress, optional
        Is told all counts, and warned of each name that is not found or of which there is another revision.
    read_vector, session
        See :func:`read_granule_files`.

    Returns
    -------
    granules : GeoDataFrame
        As of :func:`read_granule_files`.
    missing : tuple of str
        The names that were not found, as they were given.

    Raises
    ------
    InputError
        See :func:`read_granule_files`.
    """
    progress = progress or Progress()
    files = _Files(source, "", "", read_vector, session, progress)
    granules = in_order_of_time(files.merged([of_names(table, names) for table, _ in files], "are named"))
    return granules, tell_found(names, granules, progress)


class _Files:
    """The files of a source: each with its granules of the product, and its label if it has one."""

    def __init__(
        self,
        source: str | Path,
        short_name: str,
        version: str,
        read_vector: VectorReader | None,
        session: requests.Session | None,
        progress: Progress,
    ) -> None:
        self._source = source
        self._product = short_name, version
        self._readers = read_vector, session
        self._progress = progress
        self._places = [place for text in split(str(source)) for place in _expand(text, progress)]
        self._n_read = 0

    def __iter__(self) -> Iterator[tuple[gpd.GeoDataFrame, Label | None]]:
        others, n_others = [], 0
        for number, place in enumerate(self._places):
            self._progress.check()
            table, label = _read(place, *self._readers, self._progress)
            self._n_read += len(table)
            of_product = is_of_product(table, *self._product)
            if not of_product.all():
                others.append(kinds_of(table[~of_product]))
                n_others += int((~of_product).sum())
            yield table[of_product], label
            self._progress.fraction((number + 1) / len(self._places))
        if n_others:
            asked, kinds = " version ".join(filter(None, self._product)), listed(list(dict.fromkeys(others)))
            if n_others == self._n_read:
                none = f"None of {count(n_others, 'granule', 'granules')} of {self._source}"
                raise InputError(
                    f"{none} is of {asked}: what is there is of {kinds}; give "
                    "SHORT_NAME and VERSION as those, or other GRANULE_FILES."
                )
            self._progress.info(f"Left out: {n_others:,} of {kinds} ({OTHER_PRODUCT}).")

    def merged(self, tables: list[gpd.GeoDataFrame], what: str) -> gpd.GeoDataFrame:
        """Return what is wanted of the files, each granule once, and say how many that is."""
        granules, dropped = merge_granules(tables)
        self._progress.info(
            f"Read {count(self._n_read, 'granule', 'granules')} of {count(len(self._places), 'file', 'files')} in "
            f"{self._source}, without asking CMR; {len(granules) + sum(dropped.values()):,} {what}."
        )
        for reason, n_rows in dropped.items():
            self._progress.info(f"Counted once: {count(n_rows, 'granule', 'granules')} ({reason}).")
        return granules


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
