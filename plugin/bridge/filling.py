"""Rows into a GeoPackage table that QGIS has just made, in bulk.

QGIS makes the file, the table and its empty spatial index; a feature at a time takes some 45 microseconds a row to fill
them (QGIS 3.22), statements for all of them 3. GDAL's own way in bulk, through Arrow, begins with version 3.8 and is
not in QGIS's Python; docs/performance.md compares. For the layout of what is filled see
https://www.geopackage.org/spec131/ (contents, R-tree extension).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from . import geometry_blobs
from .attributes import kind_of, sql_values_of
from .geometries import of_one_kind
from .geopackage import FillingError, insert, quoted, statement
from .packed_index import PackedIndex

# Rows between two looks at whether the user asked to stop.
_BATCH = 20_000


def can_fill(destination: str) -> bool:
    """Whether rows can be put into what QGIS made: a GeoPackage file."""
    return destination.lower().endswith(".gpkg") and Path(destination).is_file()


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
        With the columns in the order of the fields.
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
        there = connection.execute(
            "SELECT table_name, srs_id FROM gpkg_contents WHERE lower(table_name) = lower(?)", [name]
        ).fetchone()
        if there is None:  # QGIS does not say so
            raise FillingError("no table can be added to it")
        self._table, self._srs = there
        spatial = connection.execute(
            "SELECT column_name, geometry_type_name, z FROM gpkg_geometry_columns WHERE table_name = ?", [self._table]
        ).fetchone()
        self._column: str
        self._column, kind, has_z = spatial or ("", "", 0)
        self._is_multi, self._has_z = kind.upper().startswith("MULTI"), has_z == 1
        self._index = self._open_index()
        columns = connection.execute("SELECT name FROM pragma_table_info(?)", [self._table]).fetchall()
        self._n_columns = len(columns)

    def _open_index(self) -> PackedIndex | None:
        name = f"rtree_{self._table}_{self._column}"
        return PackedIndex(self._sql, name, self._check) if self._column and self._is_there(name) else None

    def _is_there(self, name: str) -> bool:
        return self._sql.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [name]).fetchone() is not None

    def fill(self, tables: Iterator[pd.DataFrame]) -> int:
        # The triggers would do, row by row, what is done here at once; some ask for functions that only GDAL has.
        triggers = self._sql.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [self._table]
        ).fetchall()
        for name, _ in triggers:
            self._sql.execute(statement("DROP TRIGGER", quoted(name)))
        n_rows = 0
        for table in tables:
            self._add(table, n_rows)
            n_rows += len(table)
        if self._is_there("gpkg_ogr_contents"):  # GDAL's own, which files of other programs do not have
            counted = "UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?"
            self._sql.execute(counted, [n_rows, self._table])
        if self._index is not None:
            self._index.finish()
            if np.isfinite(self._index.bounds).all():
                self._sql.execute(
                    "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
                    [*self._index.bounds.tolist(), self._table],
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
            if self._column:
                columns.append(self._geometries(batch, first))
            columns += [sql_values_of(batch[name], kind) for name, kind in zip(names, kinds)]
            insert(self._sql, self._table, self._n_columns, zip(*columns), len(batch))

    def _geometries(self, table: gpd.GeoDataFrame, first: int) -> list[bytes | None]:
        """Return the geometries as the table holds them, and put them into its index."""
        geometries = of_one_kind(table.geometry.to_numpy(), self._is_multi, self._has_z)
        boxes = shapely.bounds(geometries)
        if self._index is not None:
            drawn = np.isfinite(boxes).all(axis=1)
            self._index.add(np.flatnonzero(drawn) + first, boxes[drawn])
        return geometry_blobs.encode(geometries, self._srs, boxes)
