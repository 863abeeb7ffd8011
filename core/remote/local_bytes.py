"""A file of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from ..common import InputError, reason_of


class LocalBytes:
    """Reads pieces of a file of this machine.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    name, size
        See :class:`~xopr_crossovers.core.remote.source.Source`.

    Raises
    ------
    InputError
        If it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._file: BinaryIO
        try:
            self._file = path.open("rb")
            self.size = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            fault = reason_of(error, "give another file")
            raise InputError(f"{path} cannot be read ({fault.what}); {fault.advice}.") from error

    def read(self, begin: int, end: int) -> bytes:
        """Return the bytes from `begin` up to `end`."""
        try:
            self._file.seek(min(begin, self.size))
            # A damaged file may say of a piece that it is of any length.
            return self._file.read(max(min(end, self.size) - begin, 0))
        except OSError as error:
            fault = reason_of(error, "give another file")
            raise InputError(f"{self.name} cannot be read ({fault.what}); {fault.advice}.") from error

    def fetch(self, spans: Iterable[tuple[int, int]]) -> None:
        """Do nothing: a disk is near."""

    def forget(self) -> None:
        """Do nothing: nothing is kept."""

    def close(self) -> None:
        """Close the file."""
        self._file.close()
