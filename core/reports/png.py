"""Grey pictures as PNG files, by the standard library alone."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

_GREY_8_BIT = (8, 0, 0, 0, 0)


def grey_png(grey: np.ndarray) -> bytes:
    """Return a grey picture as a PNG file (W3C Portable Network Graphics, second edition).

    Parameters
    ----------
    grey : (rows, columns) ndarray of uint8
        0 is black.
    """
    rows, columns = grey.shape
    # Each row is told first how it is filtered: not at all.
    lines = np.zeros((rows, columns + 1), dtype=np.uint8)
    lines[:, 1:] = grey
    head = struct.pack(">IIBBBBB", columns, rows, *_GREY_8_BIT)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def data_url(content: bytes, kind: str) -> str:
    """Return the content of a file as an address that holds it; `kind` is its type, such as ``image/png``."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
