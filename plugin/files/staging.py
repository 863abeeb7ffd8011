"""Files are written beside their place, in a folder of the run's own, and moved into it when all of them are whole.

So a file that was there before is untouched or wholly replaced, whatever fails or is killed, and whenever; and undoing
removes nothing but what the run made.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ...core.common import InputError, fault_of
from . import databases
from .databases import ELSEWHERE

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_FOLDER = re.compile(r"\.xopr-\d+-[0-9a-f]{8}\.part")
# Between making its folder and locking it a run needs no time to speak of.
_YOUNG_S = 60.0
_WAIT_S = 86_400.0


@dataclass
class _Piece:
    """A file, with those that belong to it, on its way to its place."""

    path: Path
    staged: Path
    held: sqlite3.Connection | None = None
    moved: list[Path] = field(default_factory=list)

    @property
    def place(self) -> Path:
        """Where the file itself is, whatever links lead to it."""
        return Path(os.path.realpath(self.path))


class Staging:
    """What one run is writing.

    Parameters
    ----------
    check : callable
        Called often; may raise to stop.
    """

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._folders: dict[Path, tuple[Path, int]] = {}
        self._pieces: dict[Path, _Piece] = {}

    def file(self, path: Path, table: str = "") -> Path:
        """Return where to write what is to become a file.

        Parameters
        ----------
        path : Path
            Absolute.
        table : str
            That is to be written into a database; if there is one, what is returned is a copy of it, and until the end
            nobody else can write into it.

        Raises
        ------
        InputError
            If the folder cannot be written, or the database cannot be read.
        CancelledError
            If the user cancelled.
        """
        place = Path(os.path.realpath(path))
        piece = self._pieces.get(place)
        if piece is None:
            try:
                folder = self._folder(place.parent) / str(len(self._pieces))
                folder.mkdir()
            except OSError as error:
                raise InputError(refused(path, error)) from None
            piece = self._pieces[place] = _Piece(path, folder / path.name)
            if table and databases.is_database(place):
                piece.held = databases.hold(place)
                databases.copy(place, piece.staged, self._check)
        return piece.staged

    def finish(self) -> list[Path]:
        """Move all files into their places, and return which of them replaced another.

        Raises
        ------
        InputError
            If one cannot be moved.
        """
        replaced = []
        done = False
        try:
            for piece in self._pieces.values():
                _settle(piece)
            for piece in self._pieces.values():
                if piece.place.exists():
                    replaced.append(piece.place)
                _move(piece)
            done = True
        except (OSError, sqlite3.Error) as error:
            raise InputError(refused(piece.path, error)) from None
        finally:
            if not done:
                for piece in self._pieces.values():
                    _remove(piece.moved)
            self.discard()
        return replaced

    def discard(self) -> None:
        """Remove what was written and not moved."""
        for piece in self._pieces.values():
            if piece.held is not None:
                piece.held.close()
        self._pieces.clear()
        for folder, lock in self._folders.values():
            with suppress(OSError):
                os.close(lock)
            shutil.rmtree(folder, ignore_errors=True)
        self._folders.clear()

    def _folder(self, parent: Path) -> Path:
        if parent not in self._folders:
            _sweep(parent)
            folder = parent / f".xopr-{os.getpid()}-{secrets.token_hex(4)}.part"
            folder.mkdir()
            lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR)
            if fcntl is not None:
                with suppress(OSError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._folders[parent] = folder, lock
        return self._folders[parent][0]


def refused(path: Path, error: Exception) -> str:
    """Return a sentence on a file that cannot be written."""
    if isinstance(error, PermissionError) and path.exists() and os.access(path.parent, os.W_OK):
        return (
            f"{path} cannot be replaced: it is open in this QGIS or in another program; close it first, or choose "
            "another file."
        )
    fault = fault_of(error, ELSEWHERE)
    why, advice = fault or (str(error), ELSEWHERE)
    return f"{path} cannot be written ({why}); {advice}."


def _settle(piece: _Piece) -> None:
    """Bring a file onto the disk, and a database that it replaces to rest."""
    if databases.is_database(piece.staged):
        databases.fold(piece.staged)
    for file in _files(piece):
        with file.open("rb+") as opened:
            os.fsync(opened.fileno())
    if piece.held is not None:
        piece.held.close()
        piece.held = None
    else:
        # Whoever is writing into it is waited for, and what a killed program left half done is rolled back.
        databases.check(piece.place)


def _files(piece: _Piece) -> list[Path]:
    """Return the files of a piece, the one that names them last."""
    files = [file for file in piece.staged.parent.iterdir() if not file.name.endswith(databases.COMPANIONS)]
    return sorted(files, key=lambda file: file == piece.staged)


def _move(piece: _Piece) -> None:
    place = piece.place
    for file in _files(piece):
        ending = file.name[len(piece.staged.stem) :]
        target = place if file == piece.staged else place.with_name(place.stem + ending)
        is_new = not target.exists()
        if not is_new:
            shutil.copymode(target, file)
        _replace(file, target)
        if is_new:
            piece.moved.append(target)


def _replace(file: Path, target: Path) -> None:
    if databases.is_database(file) and databases.is_shared(target):
        databases.take_over(file, target)
        return
    try:
        _exchange(file, target)
    except PermissionError:
        # Windows replaces no file that is open, but a database can take over another's pages.
        if not (databases.is_database(file) and databases.is_database(target)):
            raise
        databases.take_over(file, target)
        return
    # SQLite would apply what was left beside an older file to the new one.
    databases.remove_companions(target)


def _exchange(file: Path, target: Path) -> None:
    try:
        file.replace(target)
    except PermissionError:
        # QGIS keeps a file open for a minute after it was read, which Windows does not move either.
        twin = file.with_name(f"{file.name}.twin")
        shutil.copyfile(file, twin)
        twin.replace(target)


def _remove(files: list[Path]) -> None:
    for file in files:
        with suppress(OSError):
            file.unlink()


def _sweep(parent: Path) -> None:
    """Remove the folders of runs that were killed."""
    for folder in parent.iterdir():
        if _FOLDER.fullmatch(folder.name) and _is_left(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Whether no process works in a folder: it would hold the lock."""
    try:
        age_s = time.time() - folder.stat().st_mtime
        if fcntl is None:
            # What is open cannot be removed on Windows.
            (folder / "lock").unlink()
            return True
        with (folder / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return age_s > _YOUNG_S
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks.
        return age_s > _WAIT_S
    return True
