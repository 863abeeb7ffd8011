"""An HDF5 file without the bytes before it, as pyfive can read it."""

from __future__ import annotations

import io
from typing import BinaryIO

# Where the superblock holds the address that all others count from, by its version (HDF5 File Format Specification,
# "Superblock"): a file whose first bytes are gone begins at 0.
_BASE_ADDRESS = {0: 24, 1: 28, 2: 12, 3: 12}
_VERSION = 8
_ADDRESS_BYTES = 8


class CutStream(io.RawIOBase):
    """A stream without its first bytes, in which the base address of the HDF5 file is 0.

    pyfive 1.0 to 1.3 stumbles over chunked data in files that begin behind a userblock, as MATLAB's do.

    Parameters
    ----------
    stream : binary file
    cut : int
        Bytes to leave out.
    """

    def __init__(self, stream: BinaryIO, cut: int) -> None:
        super().__init__()
        self._stream = stream
        self._cut = cut
        self._at = 0
        stream.seek(cut)
        head = stream.read(_VERSION + 1)
        self._zero = _BASE_ADDRESS[head[_VERSION]] if len(head) > _VERSION and head[_VERSION] in _BASE_ADDRESS else None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            self._at = self._stream.seek(offset, io.SEEK_END) - self._cut
        else:
            self._at = offset + (self._at if whence == io.SEEK_CUR else 0)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any writable buffer
        self._stream.seek(self._at + self._cut)
        piece = bytearray(self._stream.read(len(buffer)))
        if self._zero is not None:
            first, last = self._zero - self._at, self._zero + _ADDRESS_BYTES - self._at
            first, last = max(first, 0), min(last, len(piece))
            if first < last:
                piece[first:last] = bytes(last - first)
        memoryview(buffer).cast("B")[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
