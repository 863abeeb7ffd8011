"""One door for all tables in files: GeoParquet, anything that opens as a vector layer, from here or from the web."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow
import requests

from ..common import InputError, Progress
from ..web import fetch
from .geoparquet import MAGIC, read_geoparquet
from .plain_tables import with_places
from .readable import first_bytes
from .sources import Place

#: Opens a file that is not Parquet, such as a GeoPackage.
VectorReader = Callable[[str], pd.DataFrame]


@contextmanager
def local_file(place: Place, session: requests.Session | None, progress: Progress) -> Iterator[Path]:
    """Give a place as a local file, for as long as the ``with`` block lasts.

    Raises
    ------
    DownloadError
        If it is an address that cannot be fetched.
    """
    if place.path:
        yield place.path
        return
    with fetch(place.text, progress, session) as path:
        yield path


def read_table(
    path: Path,
    place: Place,
    name: str,
    kind: str,
    wanted: Callable[[pyarrow.Schema], Sequence[str]] | None = None,
    read_vector: VectorReader | None = None,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Read a table with geometry.

    Parameters
    ----------
    path : Path
        The place as a local file.
    place : Place
        As the user named it.
    name : str
        Of what that is the value.
    kind : str
        What the file should be, for messages: ``a season's stac.parquet``.
    wanted : callable, optional
        See :func:`~xopr_crossovers.core.catalogs.geoparquet.read_geoparquet`.
    read_vector : callable, optional
        :func:`geopandas.read_file` if not given.
    progress : Progress, optional
        Is told how a table without geometry was read.

    Raises
    ------
    InputError
        If it cannot be read, with the reason.
    """
    start = first_bytes(path, place.text)
    if start.startswith(MAGIC):
        return read_geoparquet(path, place.text, wanted)
    if place.address:
        raise InputError(f"{place.text} is not a GeoParquet file; give the address of {kind}.")
    if is_web_page(start):
        raise no_layer(start, place.text, kind)
    try:
        table = (read_vector or gpd.read_file)(place.text)
    except InputError:
        raise
    except Exception as error:
        # Whatever a driver raises here means the same to the user: this file is no layer.
        raise no_layer(start, place.text, f"{kind}, or a layer saved from one") from error
    return with_places(table, name, place.text, progress or Progress())


def no_layer(start: bytes, text: str, kind: str) -> InputError:
    """Return the sentence for a file that no reader can open.

    Parameters
    ----------
    start : bytes
        The first of the file.
    text : str
        What the user calls it.
    kind : str
        What it should be.
    """
    if is_web_page(start):
        return InputError(
            f"{text} is neither a GeoParquet file nor a vector layer but a web page, perhaps one to log in; fetch the "
            "file anew."
        )
    return InputError(
        f"{text} is neither a GeoParquet file nor a vector layer that can be opened; choose {kind}, or export it anew."
    )


def is_web_page(start: bytes) -> bool:
    """Whether a file that begins so is HTML."""
    return start.lstrip(b"\xef\xbb\xbf \t\r\n")[:14].lower().startswith((b"<!doctype html", b"<html"))
