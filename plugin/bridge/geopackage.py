"""Rows into a GeoPackage table that QGIS has just made, in bulk.

QGIS makes the file, the table and its spatial index; filling them a feature at a time takes some 45 microseconds a row
(QGIS 3.22), with one statement for all it takes half of that. For the layout of what is filled see
https://www.geopackage.org/spec131/ (geometry encoding, contents, R-tree extension).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...core.common import InputError
from .attributes import kind_of, sql_values_of

# Rows between two looks at whether the user asked to stop.
_BATCH = 20_000
_POINT = 0
# Where a GeoPackage says of its tables what they are; https://www.geopackage.org/spec131/, and GDAL's own. Those that
# others refer to come last.
_REGISTRIES = (
    "gpkg_extensions",
    "gpkg_data_columns",
    "gpkg_metadata_reference",
    "gpkg_ogr_contents",
    "gpkg_geometry_columns",
    "gpkg_contents",
)

_HEADER = [("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "<i4")]
_POINT_DTYPE = np.dtype([*_HEADER, ("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])


class FillingError(InputError):
    """A table cannot be filled; the message is only why."""


def can_fill(destination: str, table: pd.DataFrame) -> bool:
    """Whether rows like a table's can be put into what QGIS made: a GeoPackage file, for points or no geometry."""
    if not destination.lower().endswith(".gpkg") or not Path(destination).is_file():
        return False
    return not isinstance(table, gpd.GeoDataFrame) or _are_points(table)


def remove(path: str, name: str) -> list[str]:
    """Remove a table from a GeoPackage, if it is there; its styles stay.

    GDAL of one version does not know all triggers of another's.

    Returns
    -------
    list of str
        The tables that were there, in their order, for :func:`put_in_order`.

    Raises
    ------
    FillingError
        If the file cannot be written.
    """
    try:
        with closing(sqlite3.connect(path)) as sql, sql:
            found = sql.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND lower(name) = lower(?)", [name]
            ).fetchone()
            order = [table for (table,) in sql.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid")]
            if found is not None:
                _remove(sql, found[0])
    except sqlite3.Error as error:
        raise FillingError(str(error)) from error
    return order


def put_in_order(path: str, order: list[str]) -> None:
    """Give tables the order that they had: of a file without a table's name, QGIS and GDAL open the first.

    Parameters
    ----------
    path : str
    order : list of str
        Tables that are not in it come last.

    Raises
    ------
    FillingError
        If the file cannot be written.
    """
    places = {table.lower(): number for number, table in enumerate(order)}
    try:
        with closing(sqlite3.connect(path)) as sql, sql:
            tables = [table for (table,) in sql.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid")]
            tables.sort(key=lambda table: places.get(table.lower(), len(places)))
            # Free numbers first, since no two rows may have the same.
            (last,) = sql.execute("SELECT max(rowid) FROM gpkg_contents").fetchone()
            for first in (last + 1, 1):
                numbers = ((first + number, table) for number, table in enumerate(tables))
                sql.executemany("UPDATE gpkg_contents SET rowid = ? WHERE table_name = ?", numbers)
    except sqlite3.Error as error:
        raise FillingError(str(error)) from error


def _remove(sql: sqlite3.Connection, table: str) -> None:
    named = "SELECT name FROM sqlite_master WHERE type = ? AND tbl_name = ?"
    for kind, drop in (("trigger", "DROP TRIGGER"), ("view", "DROP VIEW")):
        for (name,) in sql.execute(named, [kind, table]).fetchall():
            sql.execute(_statement(drop, _quoted(name)))
    columns = sql.execute("SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", [table]).fetchall()
    for (column,) in columns:
        sql.execute(_statement("DROP TABLE IF EXISTS", _quoted(f"rtree_{table}_{column}")))
    tables = {name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for registry in (name for name in _REGISTRIES if name in tables):
        sql.execute(_statement("DELETE FROM", _quoted(registry), "WHERE table_name = ?"), [table])
    sql.execute(_statement("DROP TABLE", _quoted(table)))


def fill(
    path: str, name: str, tables: Iterator[pd.DataFrame], kinds: dict[str, str] | None, check: Callable[[], None]
) -> int:
    """Put tables one after the other into an empty table of a GeoPackage that nobody else has.

    Parameters
    ----------
    path : str
        Of the file as QGIS made it, closed, which is of no worth if this fails: there is no journal.
    name : str
        Of the table in it.
    tables : iterator of DataFrame or GeoDataFrame
        With the columns in the order of the fields, each with points or all without geometry.
    kinds : dict of str to str, optional
        As for :func:`~xopr_crossovers.plugin.bridge.layers.fields_of`.
    check : callable
        Called often; may raise to stop.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    FillingError
        If the file cannot be written.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        n_rows = _Filling(connection, name, kinds, check).fill(tables)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise FillingError(str(error)) from error
    finally:
        connection.close()
    return n_rows


class _Filling:
    def __init__(
        self, connection: sqlite3.Connection, name: str, kinds: dict[str, str] | None, check: Callable[[], None]
    ) -> None:
        self._sql = connection
        self._kinds = kinds or {}
        self._check = check
        self._table, self._srs = connection.execute(
            "SELECT table_name, srs_id FROM gpkg_contents WHERE lower(table_name) = lower(?)", [name]
        ).fetchone()
        found = connection.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", [self._table]
        ).fetchone()
        self._index = _Index(connection, f"rtree_{self._table}_{found[0]}") if found else None
        columns = connection.execute("SELECT name FROM pragma_table_info(?)", [self._table]).fetchall()
        self._insert = _statement("INSERT INTO", _quoted(self._table), "VALUES", _marks(len(columns)))

    def fill(self, tables: Iterator[pd.DataFrame]) -> int:
        # The triggers would do, row by row, what is done here at once; some ask for functions that only GDAL has.
        triggers = self._sql.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [self._table]
        ).fetchall()
        for name, _ in triggers:
            self._sql.execute(_statement("DROP TRIGGER", _quoted(name)))
        n_rows = 0
        for table in tables:
            self._add(table, n_rows)
            n_rows += len(table)
        self._sql.execute("UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", [n_rows, self._table])
        if self._index is not None and n_rows:
            limits = self._index.bounds()
            self._sql.execute(
                "UPDATE gpkg_contents SET min_x = ?, max_x = ?, min_y = ?, max_y = ? WHERE table_name = ?",
                [*limits, self._table],
            )
        for _, definition in triggers:
            self._sql.execute(definition)
        return n_rows

    def _add(self, table: pd.DataFrame, n_before: int) -> None:
        is_spatial = isinstance(table, gpd.GeoDataFrame)
        names = [name for name in table.columns if not is_spatial or name != table.geometry.name]
        kinds = [self._kinds.get(name) or kind_of(table[name]) for name in names]
        for low in range(0, len(table), _BATCH):
            self._check()
            batch = table.iloc[low : low + _BATCH]
            first = n_before + low + 1
            columns: list[Any] = [range(first, first + len(batch))]
            if self._index is not None:
                columns.append(self._points(batch))
            columns += [sql_values_of(batch[name], kind) for name, kind in zip(names, kinds)]
            self._sql.executemany(self._insert, zip(*columns))
            if self._index is not None:
                self._index.add(first, shapely.get_coordinates(batch.geometry.to_numpy()))

    def _points(self, table: gpd.GeoDataFrame) -> list[bytes]:
        """Return points as GeoPackage geometries: header without envelope, then little-endian WKB."""
        xy = shapely.get_coordinates(table.geometry.to_numpy())
        blobs = np.zeros(len(xy), dtype=_POINT_DTYPE)
        blobs["magic"], blobs["flags"], blobs["srs"] = b"GP", 1, self._srs
        blobs["order"], blobs["kind"] = 1, 1
        blobs["x"], blobs["y"] = xy.T
        size, data = _POINT_DTYPE.itemsize, blobs.tobytes()
        return [data[start : start + size] for start in range(0, len(data), size)]


class _Index:
    """The table's spatial index, filled by SQLite's own R*Tree module, and the bounds of everything in it."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._sql = connection
        self._put = _statement("INSERT INTO", _quoted(name), "VALUES", _marks(5))
        self._low, self._high = np.full(2, np.inf), np.full(2, -np.inf)

    def add(self, first_row: int, xy: np.ndarray) -> None:
        """Add points whose row numbers follow each other."""
        rows = range(first_row, first_row + len(xy))
        x, y = (values.tolist() for values in xy.T)
        self._sql.executemany(self._put, zip(rows, x, x, y, y))
        self._low, self._high = np.minimum(self._low, xy.min(axis=0)), np.maximum(self._high, xy.max(axis=0))

    def bounds(self) -> list[float]:
        """Return min_x, max_x, min_y, max_y."""
        return [float(value) for pair in zip(self._low, self._high) for value in pair]


def _are_points(table: gpd.GeoDataFrame) -> bool:
    geometries = table.geometry.to_numpy()
    plain = (shapely.get_type_id(geometries) == _POINT) & ~shapely.is_empty(geometries) & ~shapely.has_z(geometries)
    return bool(plain.all())


def _statement(*words: str) -> str:
    return " ".join(words)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _marks(count: int) -> str:
    return f"({', '.join('?' * count)})"
