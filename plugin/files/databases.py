"""SQLite files that were there before: locked, copied, and replaced without harm to what others do with them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import chain, count
from pathlib import Path

from ...core.common import InputError, fault_of

#: What to do where nothing but another file helps.
ELSEWHERE = "choose another file"

#: What SQLite keeps beside a database while it is open.
COMPANIONS = ("-wal", "-shm", "-journal")

_MAGIC = b"SQLite format 3\x00"
# Tables that GeoPackage, SQLite, SpatiaLite and QGIS keep for themselves: registries, indexes, styles, saved projects.
_OWN_BEGINNINGS = ("gpkg_", "sqlite_", "rtree_", "geometry_columns", "spatial_ref_sys")
_OWN_NAMES = ("layer_styles", "qgis_projects")
# For another program to end what it is writing.
_WAIT_S = 3.0
_PAGES = 4_000
# SQLITE_BUSY and SQLITE_LOCKED, https://www.sqlite.org/rescode.html
_BUSY = (5, 6)


def is_database(path: Path) -> bool:
    """Whether there is a file with tables in SQLite's format."""
    try:
        # A pipe would be waited for.
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def hold(path: Path) -> sqlite3.Connection:
    """Return a connection while which is open nobody else writes into a database; others can read.

    Raises
    ------
    InputError
        If another program is writing into it, or it is damaged.
    """
    connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        connection.close()
        raise InputError(_refused(path, error)) from None
    return connection


def check(path: Path) -> None:
    """Look whether a database can be written into.

    Raises
    ------
    InputError
        See :func:`hold`.
    """
    if is_database(path):
        hold(path).close()


def tables(path: Path) -> list[str]:
    """Return the names of the user's tables: those that GeoPackage, SQLite or QGIS keep for themselves are left out.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    return [name for name in _names(path, "table") if not is_kept_by_others(name)]


def is_kept_by_others(table: str) -> bool:
    """Whether a table of this name is not the user's, but holds what GeoPackage, SQLite or QGIS must know."""
    return table.lower().startswith(_OWN_BEGINNINGS) or table.lower() in _OWN_NAMES


def check_table(path: Path, table: str, *, is_geopackage: bool) -> None:
    """Look whether a table of a database can be written or replaced without harm to what is not the user's table.

    Parameters
    ----------
    path : Path
        Of the database, which need not be there yet.
    table : str
    is_geopackage : bool
        Whether it must be a GeoPackage.

    Raises
    ------
    InputError
        If the name is not for the user's tables, or is that of a view, or the file is another database.
    """
    if is_kept_by_others(table):
        raise InputError(
            f"a table cannot be called '{table}', which GeoPackage or QGIS itself uses; choose another name."
        )
    if not is_database(path):
        return
    if is_geopackage and "gpkg_contents" not in _names(path, "table"):
        raise InputError(f"{path} is a database, but no GeoPackage; {ELSEWHERE}.")
    if table.lower() in map(str.lower, _names(path, "view")):
        raise InputError(f"'{table}' is a view in {path}, which no table can replace; choose another name.")


def free_title(path: Path, table: str) -> str:
    """Return what a table that is added to a GeoPackage can be titled: as it is called, where no other one is.

    Raises
    ------
    InputError
        If the database cannot be read.
    """
    asked = "SELECT identifier FROM gpkg_contents WHERE lower(table_name) <> lower(?)"
    try:
        with closing(sqlite3.connect(path, timeout=_WAIT_S)) as opened:
            taken = {title for (title,) in opened.execute(asked, [table])}
    except sqlite3.Error as error:
        raise InputError(_refused(path, error)) from None
    return next(title for title in chain([table], (f"{table} ({n})" for n in count(2))) if title not in taken)


def _names(path: Path, kind: str) -> list[str]:
    try:
        with closing(sqlite3.connect(path, timeout=_WAIT_S)) as opened:
            return [name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = ?", [kind])]
    except sqlite3.Error as error:
        raise InputError(_refused(path, error)) from None


def copy(path: Path, to: Path, stop: Callable[[], None]) -> None:
    """Copy a database that is held, as it is at this moment.

    Raises
    ------
    InputError
        If there is no room, or it is damaged.
    """
    until = time.monotonic() + _WAIT_S

    def look(status: int, *_: int) -> None:
        nonlocal until
        stop()
        # Without a look at the clock, sqlite3 would try for ever.
        if status not in _BUSY:
            until = time.monotonic() + _WAIT_S
        elif time.monotonic() > until:
            raise InputError(_refused(path, sqlite3.OperationalError("locked")))

    try:
        with (
            closing(sqlite3.connect(path, timeout=_WAIT_S)) as source,
            closing(sqlite3.connect(to, timeout=_WAIT_S, isolation_level=None)) as target,
        ):
            source.backup(target, pages=_PAGES, progress=look)
    except sqlite3.Error as error:
        why, advice = fault_of(error, ELSEWHERE) or (str(error), ELSEWHERE)
        raise InputError(f"{path} cannot be copied, so that its other tables stay ({why}); {advice}.") from None


def fold(path: Path) -> None:
    """Bring all that was written into the file itself: what lies beside it is not moved along."""
    with closing(sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode = DELETE").fetchall()


def is_shared(path: Path) -> bool:
    """Whether another program, or this QGIS, has a database open in such a way that it must not be exchanged below it.

    What it writes later would go into a file that has no name any more.
    """
    return is_database(path) and path.with_name(f"{path.name}-wal").exists()


def take_over(staged: Path, path: Path) -> None:
    """Make a database that is there the same as another, in one transaction, which others see when it is complete.

    Raises
    ------
    InputError
        If another program keeps on writing into it.
    """
    copy(staged, path, lambda: None)


def remove_companions(path: Path) -> None:
    """Remove what SQLite kept beside a file that was replaced."""
    for ending in COMPANIONS:
        with suppress(OSError):
            path.with_name(path.name + ending).unlink()


def _refused(path: Path, error: sqlite3.Error) -> str:
    if "locked" in str(error):
        return f"{path} is locked: another program is writing into it; close it there, or choose another file."
    if "malformed" in str(error) or "not a database" in str(error):
        return f"{path} is damaged ({error}); move it away, or choose another file."
    why, advice = fault_of(error, ELSEWHERE) or (str(error), ELSEWHERE)
    return f"{path} cannot be written ({why}); {advice}."
