"""GeoParquet files as tables: with the columns that are wanted, and the index that somebody saved as one of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow
import pyarrow.lib
import pyarrow.parquet as pq

from ..common import UNNAMED_INDEX, InputError
from ..geometry import LONLAT_CRS, earth_crs

MAGIC = b"PAR1"
#: Endings by which such files are known.
SUFFIXES = (".parquet", ".geoparquet", ".pq")

_UNREADABLE = (pyarrow.lib.ArrowException, OSError, ValueError, KeyError, TypeError, RecursionError)
_GEO = b"geo"


def read_geoparquet(
    path: Path, text: str, wanted: Callable[[pyarrow.Schema], Sequence[str]] | None = None
) -> gpd.GeoDataFrame:
    """Read a GeoParquet file.

    Parameters
    ----------
    path : Path
        Begins with :data:`MAGIC`.
    text : str
        What the user calls it.
    wanted : callable, optional
        Chooses columns by the schema; all are read without it. The geometry is always read.

    Returns
    -------
    GeoDataFrame
        The geometry column is ``geometry``. An index that pandas saved is a column, called
        :data:`UNNAMED_INDEX` if it had no name, unless it only numbers the rows.
        Where the file names no CRS, it is longitude and latitude, as GeoParquet has it.

    Raises
    ------
    InputError
        If it is damaged, or has no geometry.
    """
    table = read_parquet(path, text, wanted)
    if not isinstance(table, gpd.GeoDataFrame):
        raise InputError(f"{text} is Parquet without a geometry (no GeoParquet metadata); choose another file.")
    return table


def read_parquet(
    path: Path, text: str, wanted: Callable[[pyarrow.Schema], Sequence[str]] | None = None
) -> pd.DataFrame:
    """Read a Parquet file: a GeoDataFrame as :func:`read_geoparquet` says, a plain one where it has no geometry.

    Raises
    ------
    InputError
        If it is damaged.
    """
    try:
        schema = pq.read_schema(path)
        columns = None if wanted is None else list(wanted(schema))
        if _GEO not in (schema.metadata or {}):
            return _with_index(pd.read_parquet(path, columns=columns))
        geometry = json.loads(schema.metadata[_GEO])["primary_column"]
        if columns is not None:
            columns = [*dict.fromkeys(name for name in columns if name != geometry), geometry]
        table: gpd.GeoDataFrame = _with_index(gpd.read_parquet(path, columns=columns, page_checksum_verification=True))
    except InputError:
        raise
    except _UNREADABLE as error:
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise InputError(f"{text} cannot be read as GeoParquet ({reason}); fetch or export it anew.") from error
    if geometry != "geometry":
        table = table.drop(columns="geometry", errors="ignore").rename_geometry("geometry")
    if table.crs is None:
        return table.set_crs(LONLAT_CRS)
    earth_crs(table.crs, text)
    return table


def _with_index(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose index, where it says something that no column does, is the first of the columns."""
    index = table.index
    known = [name for name in index.names if name is not None and name in table.columns]
    if index.nlevels == 1 and (known or (index.name is None and pd.api.types.is_numeric_dtype(index))):
        return table.reset_index(drop=True)
    if index.nlevels == 1:
        return table.reset_index(names=index.name or UNNAMED_INDEX)
    return table.reset_index(level=known, drop=True).reset_index() if known else table.reset_index()
