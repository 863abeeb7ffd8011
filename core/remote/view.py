"""The file-like object that pyfive reads from."""

from __future__ import annotations

import io

from .source import Source

#: Where HDF5 looks for its signature, as far as files of our kind go: MATLAB puts 512 bytes of its own before it.
SIGNATURE_AT = (0, 512)
SIGNATURE = b"\x89HDF\r\n\x1a\n"

# Of superblocks of version 0 and 1 these bytes hold the base address, which pyfive adds to nothing: behind the bytes
# that are cut off it is 0.
_BASE_ADDRESS = slice(24, 32)


class View(io.RawIOBase):
    """A source from one place on, as a file that can be read and positioned.

    Without a file descriptor, so that pyfive reads all by this and opens nothing by itself.

    Parameters
    ----------
    source : Source
    start : int
        Where the HDF5 file begins in it.
    """

    def __init__(self, source: Source, start: int) -> None:
        super().__init__()
        self._source = source
        self._start = start
        self._at = 0

    @property
    def name(self) -> str:
        """What the source is called."""
        return self._source.name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size - self._start}[whence]
        self._at = base + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        begin = self._start + self._at
        end = self._source.size if size is None or size < 0 else begin + size
        piece = self._source.read(begin, end)
        if self._start and self._at < _BASE_ADDRESS.stop:
            piece = self._without_base(piece)
        self._at += len(piece)
        return piece

    def _without_base(self, piece: bytes) -> bytes:
        changed = bytearray(piece)
        for place in range(max(_BASE_ADDRESS.start, self._at), min(_BASE_ADDRESS.stop, self._at + len(piece))):
            changed[place - self._at] = 0
        return bytes(changed)
