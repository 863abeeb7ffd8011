"""A file of another machine, of which pieces are fetched as they are needed."""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from functools import partial

from ..common import DownloadError, Progress, run_parallel
from ..web import Request, Response, host_of
from .access import AT_ONCE, Access

#: What is read here and there comes in pieces of so many bytes.
BLOCK = 1 << 16
#: With the link comes so much of the file's begin, where most of its directory is.
HEAD = 4 * BLOCK

# Of a file of so many bytes at most all is fetched, which takes no longer than to look for its pieces.
_SMALL = 1 << 22
# So many blocks are kept (16 MB); the oldest go first.
_MOST_BLOCKS = 256
# Pieces that lie so near each other come in one request: it takes longer to ask than to send so much.
_NEAR = BLOCK
_LONGEST = 1 << 23
# How S3 tells that a signed link is no longer valid.
_EXPIRED = (400, 401, 403)

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class NoRangesError(DownloadError):
    """The server gives whole files only.

    Attributes
    ----------
    size : int or None
        Bytes of the file, where the server says it.
    """

    def __init__(self, message: str, size: int | None) -> None:
        super().__init__(message)
        self.size = size


class RangeBytes:
    """Reads pieces of a file over HTTP.

    Several threads fetch, one reads. Where the server sends on to is asked directly; when that link expires, the
    address is asked anew.

    Parameters
    ----------
    url : str
    access : Access
    progress : Progress
        Is told of retries, and asked whether to go on.

    Attributes
    ----------
    name, size
        See :class:`~xopr_crossovers.core.remote.source.Source`.

    Raises
    ------
    DownloadError
        See :meth:`~xopr_crossovers.core.remote.Access.follow`.
    NoRangesError
        If the server gives whole files only.
    """

    def __init__(self, url: str, access: Access, progress: Progress) -> None:
        self.name = url
        self.size = 0
        self._access = access
        self._progress = _Quiet(progress)
        self._lock = threading.Lock()
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._begins: list[int] = []
        self._pieces: list[bytes] = []
        self._etag = ""
        self._direct = ""
        self._keep_blocks(0, self._resolve(0, HEAD))
        if HEAD < self.size <= _SMALL:
            self.fetch((begin, min(begin + HEAD, self.size)) for begin in range(HEAD, self.size, HEAD))
            for begin, piece in zip(self._begins, self._pieces):
                self._keep_blocks(begin, piece)
            self.forget()

    def read(self, begin: int, end: int) -> bytes:
        """Return the bytes from `begin` up to `end`, fewer where the file ends before."""
        begin, end = max(begin, 0), min(end, self.size)
        if begin >= end:
            return b""
        place = bisect_right(self._begins, begin) - 1
        if place >= 0 and end <= self._begins[place] + len(self._pieces[place]):
            first = begin - self._begins[place]
            return self._pieces[place][first : first + end - begin]
        blocks = range(begin // BLOCK, (end - 1) // BLOCK + 1)
        missing = [number for number in blocks if number not in self._blocks]
        if len(blocks) > _MOST_BLOCKS // 2:
            return self._get(begin, end, self._progress)
        if missing:
            first, last = missing[0] * BLOCK, min((missing[-1] + 1) * BLOCK, self.size)
            self._keep_blocks(first, self._get(first, last, self._progress))
        for number in blocks:
            self._blocks.move_to_end(number)
        joined = b"".join(self._blocks[number] for number in blocks)
        return joined[begin - blocks[0] * BLOCK :][: end - begin]

    def fetch(self, spans: Iterable[tuple[int, int]]) -> None:
        """Fetch pieces, many at once, and keep them until they are forgotten."""
        wanted = _merged(span for span in spans if not self._has(*span))
        steps = [partial(self._get, begin, end) for begin, end in wanted]
        pieces = run_parallel(steps, self._progress, AT_ONCE) if steps else []
        kept = dict(zip(self._begins, self._pieces))
        kept.update({begin: piece for (begin, _), piece in zip(wanted, pieces)})
        self._begins = sorted(kept)
        self._pieces = [kept[begin] for begin in self._begins]

    def forget(self) -> None:
        """Let go of the pieces that were fetched."""
        self._begins, self._pieces = [], []

    def close(self) -> None:
        """Let go of everything."""
        self.forget()
        self._blocks.clear()

    def _has(self, begin: int, end: int) -> bool:
        place = bisect_right(self._begins, begin) - 1
        if place >= 0 and end <= self._begins[place] + len(self._pieces[place]):
            return True
        return all(number in self._blocks for number in range(begin // BLOCK, (max(end, begin + 1) - 1) // BLOCK + 1))

    def _keep_blocks(self, begin: int, piece: bytes) -> None:
        """Keep a piece that begins with a block, and ends with one or with the file."""
        for first in range(0, len(piece), BLOCK):
            self._blocks[(begin + first) // BLOCK] = piece[first : first + BLOCK]
        while len(self._blocks) > _MOST_BLOCKS:
            self._blocks.popitem(last=False)

    def _get(self, begin: int, end: int, progress: Progress) -> bytes:
        """Return a piece of the file; if the link has expired, by a new one."""
        direct = self._direct
        response = self._access.ask(_request(direct, begin, end), progress)
        if response.status in _EXPIRED:
            with self._lock:
                if self._direct == direct:  # no other thread has renewed it meanwhile
                    return self._resolve(begin, end)
            response = self._access.ask(_request(self._direct, begin, end), progress)
        return self._checked(response, begin, end)

    def _resolve(self, begin: int, end: int) -> bytes:
        """Ask the address for a piece, and keep where it sends on to."""
        response = self._access.follow(_request(self.name, begin, end), self._progress)
        self._direct = response.url
        if response.status in _EXPIRED:
            raise DownloadError(
                f"{host_of(response.url)} does not give out {self.name}, though it was sent there "
                f"({response.says}): try again later."
            )
        return self._checked(response, begin, end)

    def _checked(self, response: Response, begin: int, end: int) -> bytes:
        host = host_of(self.name)
        if response.status == 200:
            length = response.headers.get("Content-Length", "")
            raise NoRangesError(
                f"{host} gives no pieces of {self.name}: download it, and give the file.",
                int(length) if length.isdecimal() else None,
            )
        found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
        if response.status == 416:
            raise DownloadError(f"{self.name} is cut off: try again later.")
        if response.status != 206 or found is None:
            raise DownloadError(f"{host} answered {response.says} for a piece of {self.name}: try again later.")
        first, last, size = map(int, found.groups())
        etag = response.headers.get("ETag", "")
        if (self.size and size != self.size) or (self._etag and etag and etag != self._etag):
            raise DownloadError(f"{self.name} was replaced on its server while it was read: run again.")
        self.size, self._etag = size, self._etag or etag
        if first != begin or last != min(end, size) - 1 or len(response.body) != last - first + 1:
            raise DownloadError(f"{host} sent another piece of {self.name} than it was asked for: try again later.")
        return response.body


def _request(url: str, begin: int, end: int) -> Request:
    # The length is that of the piece and of what servers say of a failure; a whole file stays where it is.
    return Request("GET", url, headers={"Range": f"bytes={begin}-{end - 1}"}, longest=max(end - begin, BLOCK))


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return pieces that hold all spans: those that are near each other in one, as long as that is not too long."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(set(spans)):
        if merged and begin - merged[-1][1] <= _NEAR and end - merged[-1][0] <= _LONGEST:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


class _Quiet(Progress):
    """Passes words and the wish to stop, and no fraction: that of a piece says nothing of the whole work."""

    def __init__(self, watcher: Progress) -> None:
        self._watcher = watcher

    def info(self, text: str) -> None:
        self._watcher.info(text)

    def warn(self, text: str) -> None:
        self._watcher.warn(text)

    def is_cancelled(self) -> bool:
        return self._watcher.is_cancelled()
