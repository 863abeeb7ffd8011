"""Whether a file of the user's can be read, and if not, why."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from ..common import InputError, fault_in, fault_of, reason_of

_ELSEWHERE = "give another file"
_SQLITE = b"SQLite format 3\0"
# A program that only saves is done within this time.
_PATIENCE_S = 2.0


def first_bytes(path: Path, text: str) -> bytes:
    """Return the first bytes of a file that can be read.

    Parameters
    ----------
    path : Path
    text : str
        What the user calls it.

    Raises
    ------
    InputError
        If it is not there, may not be read, is no file, is empty, or is a database that another program has locked.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{text} is a folder; give the path of a file.")
        if not stat.S_ISREG(mode):
            raise InputError(f"{text} is no file but a device or a pipe; {_ELSEWHERE}.")
        with path.open("rb") as stream:
            start = stream.read(1024)
    except OSError as error:
        raise unreadable(error, text) from error
    if not start:
        raise InputError(f"{text} is empty; fetch or export it anew.")
    if start.startswith(_SQLITE):
        _check_lock(path, text)
    return start


def unreadable(error: OSError, text: str) -> InputError:
    """Return the sentence for a file or folder that the system does not let us read."""
    if isinstance(error, PermissionError):
        return InputError(
            f"{text} may not be read ({reason_of(error).what}); ask whoever owns it for permission, or {_ELSEWHERE}."
        )
    what, advice = reason_of(error, _ELSEWHERE)
    return InputError(f"{text} cannot be read ({what}); {advice}.")


def _check_lock(path: Path, text: str) -> None:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE_S)) as database:
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        # For damage, and for what only looks like a database, whoever reads it has better words.
        fault = fault_of(error)
        if fault and fault == fault_in("database is locked"):
            raise InputError(f"{text} cannot be read ({fault.what}); {fault.advice}.") from error
