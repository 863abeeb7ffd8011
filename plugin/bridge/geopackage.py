"""What a GeoPackage says of its tables: how one is taken out of it, and their order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice
from typing import Any

from ...core.common import InputError

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

# As many as SQLite takes in one statement, whatever its version.
_MOST_VALUES = 999


class FillingError(InputError):
    """A GeoPackage cannot be written; the message is only why."""


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
    # Names are the same in any case, to SQLite, but not what is written of them in a registry.
    named = "SELECT name FROM sqlite_master WHERE type = ? AND lower(tbl_name) = lower(?)"
    for kind, drop in (("trigger", "DROP TRIGGER"), ("view", "DROP VIEW")):
        for (name,) in sql.execute(named, [kind, table]).fetchall():
            sql.execute(statement(drop, quoted(name)))
    spatial = "SELECT column_name FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)"
    columns = sql.execute(spatial, [table]).fetchall()
    for (column,) in columns:
        sql.execute(statement("DROP TABLE IF EXISTS", quoted(f"rtree_{table}_{column}")))
    tables = {name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for registry in (name for name in _REGISTRIES if name in tables):
        sql.execute(statement("DELETE FROM", quoted(registry), "WHERE lower(table_name) = lower(?)"), [table])
    sql.execute(statement("DROP TABLE", quoted(table)))


def insert(sql: sqlite3.Connection, table: str, n_columns: int, rows: Iterator[tuple[Any, ...]], n_rows: int) -> None:
    """Put rows into a table.

    Parameters
    ----------
    sql : sqlite3.Connection
    table : str
    n_columns : int
        Of the table, and of each row.
    rows : iterator of tuple
    n_rows : int
        How many there are.
    """
    # With a statement for each row a third of the time goes into beginning and ending it.
    at_once = max(_MOST_VALUES // n_columns, 1)
    values = chain.from_iterable(islice(rows, n_rows - n_rows % at_once))
    row = f"({', '.join('?' * n_columns)})"
    into = statement("INSERT INTO", quoted(table), "VALUES")
    sql.executemany(statement(into, ", ".join([row] * at_once)), zip(*[values] * (at_once * n_columns)))
    sql.executemany(statement(into, row), rows)


def statement(*words: str) -> str:
    """Return a statement of words, names among them :func:`quoted`."""
    return " ".join(words)


def quoted(name: str) -> str:
    """Return a name as a statement has it."""
    return '"' + name.replace('"', '""') + '"'
