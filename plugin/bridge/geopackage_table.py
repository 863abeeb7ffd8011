"""One table of a GeoPackage, read as SQLite holds it, without a feature for each row."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from qgis.core import QgsProviderRegistry, QgsVectorLayer

from .geometry_blobs import decode
from .geopackage import quoted, statement

# Rows, and steps of SQLite's machine, between two looks at whether the user asked to stop.
_BATCH = 20_000
_STEPS = 1_000_000
_WAIT_S = 1.0
_PRIMARY_KEY = 1


@dataclass(frozen=True)
class GeoPackageTable:
    """What a GeoPackage says of one of its tables.

    Attributes
    ----------
    path : Path
    name : str
    columns : dict of str to str
        Declared type of each column but the geometry's, in upper case, in their order.
    fid : str
        The column with the row's number; empty if it has none.
    geometry, kind : str
        The column with the geometry, and its declared type; empty in a table without.
    has_z, has_m : int
        0 for no, 1 for all, 2 for some of the geometries.
    """

    path: Path
    name: str
    columns: dict[str, str]
    fid: str
    geometry: str = ""
    kind: str = ""
    has_z: int = 0
    has_m: int = 0

    @classmethod
    def of(cls, path: Path, name: str = "") -> GeoPackageTable | None:
        """Return a table of a file, or its only one if no name is given; None if there is no such table.

        Raises
        ------
        sqlite3.Error
            If it cannot be read now.
        """
        with _opened(path) as sql:
            tables = sql.execute(
                "SELECT m.name FROM sqlite_master AS m JOIN gpkg_contents AS c "
                "ON lower(c.table_name) = lower(m.name) "
                "WHERE m.type = 'table' AND c.data_type IN ('features', 'attributes')"
            )
            names = [found for (found,) in tables if name.lower() in ("", found.lower())]
            if len(names) != 1:
                return None
            found = sql.execute("SELECT name, type, pk FROM pragma_table_xinfo(?)", names).fetchall()
            spatial = sql.execute(
                "SELECT column_name, geometry_type_name, z, m FROM gpkg_geometry_columns "
                "WHERE lower(table_name) = lower(?)",
                names,
            ).fetchone()
        columns = {column: declared.upper() for column, declared, _ in found}
        keys = [column for column, declared, key in found if key and declared.upper() == "INTEGER"]
        is_keyed = len(keys) == sum(1 for *_, key in found if key) == _PRIMARY_KEY
        if spatial and columns.pop(spatial[0], None) is None:
            return None
        return cls(path, names[0], columns, keys[0] if is_keyed else "", *(spatial or ()))

    def rows(self, check: Callable[[], None]) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows, some at a time, in their order: the columns, and the geometry last if there is one.

        Raises
        ------
        sqlite3.Error
            If it cannot be read now.
        """
        return self._read([*self.columns, *([self.geometry] if self.geometry else [])], check)

    def geometries(self, check: Callable[[], None]) -> np.ndarray:
        """Return the geometries of all rows in their order; see :func:`.geometry_blobs.decode`."""
        parts = [decode([blob for (blob,) in some]) for some in self._read([self.geometry], check)]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=object)

    def _read(self, columns: list[str], check: Callable[[], None]) -> Iterator[list[tuple[Any, ...]]]:
        names = ", ".join(map(quoted, columns))
        with _opened(self.path) as sql:
            read = sql.execute(statement("SELECT", names, "FROM", quoted(self.name), "ORDER BY", quoted(self.fid)))
            while some := read.fetchmany(_BATCH):
                check()
                yield some

    def count(self, check: Callable[[], None]) -> tuple[int, int]:
        """Return the number of rows, and that of those without geometry.

        Parameters
        ----------
        check : callable
            Called often; may raise to stop.

        Raises
        ------
        sqlite3.Error
            If it cannot be read.
        """
        parts = ["count(*)"]
        if self.geometry:
            column = quoted(self.geometry)
            # The flags are the fourth byte: the lower bit of its upper half is that of an empty geometry.
            parts.append(f"sum({column} IS NULL OR substr(hex(substr({column}, 4, 1)), 1, 1) IN ('1', '3'))")
        n_rows, *n_missing = self._ask(statement("SELECT", ", ".join(parts), "FROM", quoted(self.name)), [], check)
        return n_rows, (n_missing[0] or 0) if n_missing else 0

    def holds_text(self, columns: list[str], length: int, check: Callable[[], None]) -> bool:
        """Whether a text in some columns is so long; see :meth:`count`."""
        if not columns or not length:
            return not length
        wanted = " OR ".join(f"length({quoted(name)}) >= ?" for name in columns)
        asked = statement("SELECT EXISTS (SELECT 1 FROM", quoted(self.name), "WHERE", wanted, ")")
        return bool(self._ask(asked, [length] * len(columns), check)[0])

    def longest_text(self, columns: list[str], check: Callable[[], None]) -> int:
        """Return the length of the longest text in some columns; see :meth:`count`."""
        parts = ", ".join(["0", *(f"max(length({quoted(name)}))" for name in columns)])
        found = self._ask(statement("SELECT", parts, "FROM", quoted(self.name)), [], check)
        return max(length or 0 for length in found)

    def _ask(self, asked: str, values: list[int], check: Callable[[], None]) -> tuple[int, ...]:
        with _opened(self.path) as sql:
            sql.set_progress_handler(lambda: _must_stop(check), _STEPS)
            try:
                return tuple(sql.execute(asked, values).fetchone())
            except sqlite3.Error:
                check()
                raise


def place_of(layer: QgsVectorLayer) -> tuple[Path, str] | None:
    """Return the file and the table (empty if not named) that a layer shows whole; None if it is no GeoPackage's."""
    if layer.providerType() != "ogr" or layer.dataProvider().storageType() != "GPKG":
        return None
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    path, name = parts.pop("path", ""), parts.pop("layerName", "")
    if any(value not in (None, "", []) for value in parts.values()) or not Path(path).is_file():
        return None
    return Path(path), name or ""


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    # Read-only: nothing is created, and a journal that another program left is not touched.
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)) as sql:
        yield sql


def _must_stop(check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:  # noqa: BLE001 (whatever it is, it is raised again outside of SQLite)
        return True
    return False
