"""What bytes are read from: a file of this machine or of another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Source(Protocol):
    """A file of which pieces can be read.

    Attributes
    ----------
    name : str
        What it is called in messages.
    size : int
        Bytes.
    """

    name: str
    size: int

    def read(self, begin: int, end: int) -> bytes:
        """Return the bytes from `begin` up to `end`, fewer where the file ends before."""

    def fetch(self, spans: Iterable[tuple[int, int]]) -> None:
        """Make ready, many at once, pieces (begin, end) that will be read; they are kept until they are forgotten."""

    def forget(self) -> None:
        """Let go of the pieces that were fetched."""

    def close(self) -> None:
        """Let go of everything."""
