"""Datasets of an HDF5 file, read by pyfive: pure Python, and so no second HDF5 library beside QGIS's own.

What pyfive raises over a file that is damaged, or of a shape that it does not know, becomes one sentence here.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..common import InputError, XoprError
from .pyfive_door import pyfive
from .source import Source
from .view import SIGNATURE, SIGNATURE_AT, View

if TYPE_CHECKING:
    from types import TracebackType


class Rows(NamedTuple):
    """Rows of a dataset: from `begin` up to `end`."""

    begin: int
    end: int


class Hdf5File:
    """An HDF5 file, of which groups and datasets are read when they are asked for.

    Parameters
    ----------
    source : Source
        Is closed with the file.

    Attributes
    ----------
    name : str
        What the file is called in messages.

    Raises
    ------
    InputError
        If pyfive is missing, or this is no HDF5 file, or not all of one.
    """

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._source = source
        self._start = _signature_place(source)
        module = pyfive()
        with self._understood():
            self._root = module.File(View(source, self._start))
        self._found: dict[str, Any] = {"": self._root}

    def __enter__(self) -> Hdf5File:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def names(self, path: str = "") -> tuple[str, ...]:
        """Return the names in a group, in their order there; none if it is not there."""
        group = self._at(path)
        with self._understood(path):
            return () if group is None or _is_dataset(group) else tuple(group)

    def has_dataset(self, path: str) -> bool:
        """Whether there is a dataset at a path such as ``gt1l/land_ice_segments/h_li``."""
        found = self._at(path)
        return found is not None and _is_dataset(found)

    def attribute(self, path: str, name: str) -> object:
        """Return an attribute of a group or dataset, bytes as text; None if it is not there."""
        found = self._at(path)
        if found is None:
            return None
        with self._understood():
            value = found.attrs.get(name)
        if isinstance(value, np.ndarray) and value.size == 1:
            value = value.reshape(-1)[0]
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

    def shape(self, path: str) -> tuple[int, ...]:
        """Return the shape of a dataset.

        Raises
        ------
        InputError
            If it is not there.
        """
        return tuple(int(number) for number in self._dataset(path).shape)

    def check_row(self, path: str) -> None:
        """Refuse a dataset that is no row of numbers.

        Raises
        ------
        InputError
            If it is something else, or not there.
        """
        # Of some types pyfive has a name in place of numpy's type.
        if len(self.shape(path)) != 1 or getattr(self._dataset(path).dtype, "kind", "") not in _NUMBERS:
            raise InputError(f"{self.name} holds no row of numbers in {path}; it may be damaged: fetch it anew.")

    def chunk_rows(self, path: str) -> int:
        """Return how many rows a chunk of a dataset has; all of them where it is in one piece."""
        dataset = self._dataset(path)
        return int(dataset.chunks[0]) if dataset.chunks else max(self.shape(path)[0], 1)

    def read(self, path: str, rows: Rows | None = None) -> np.ndarray:
        """Return a dataset, or rows of it.

        Parameters
        ----------
        path : str
        rows : Rows, optional
            Which; without them all, also of one that has no rows.

        Raises
        ------
        InputError
            If the dataset is not there, or cannot be read.
        """
        dataset = self._dataset(path)
        with self._understood(path):
            return np.asarray(dataset[()] if rows is None else dataset[rows.begin : rows.end])

    def fetch(self, wanted: Iterable[tuple[str, Sequence[Rows]]]) -> None:
        """Make rows of datasets ready, many at once, before they are read one by one; they are kept until forgotten.

        Parameters
        ----------
        wanted : iterable of (path, rows)
            Of a dataset that is damaged nothing is made ready: reading it tells.
        """
        spans: list[tuple[int, int]] = []
        for path, rows in wanted:
            with suppress(InputError):
                spans.extend(self._spans(path, rows))
        self._source.fetch(spans)

    def forget(self) -> None:
        """Let go of what was fetched."""
        self._source.forget()

    def _spans(self, path: str, rows: Sequence[Rows]) -> Iterator[tuple[int, int]]:
        """Yield where in the source the chunks are that hold rows of a dataset."""
        identifier = self._dataset(path).id
        if identifier.layout_class != _CHUNKED:
            return
        size = int(identifier.chunks[0])
        with self._understood(path):
            numbers = {number for one in rows for number in range(one.begin // size, -(-one.end // size))}
            wanted = {number * size for number in numbers}
            for chunk in map(identifier.get_chunk_info, range(identifier.get_num_chunks())):
                begin = self._start + int(chunk.byte_offset)
                # What a damaged file says of its chunks may lie behind its end.
                if int(chunk.chunk_offset[0]) in wanted and 0 <= begin < begin + int(chunk.size) <= self._source.size:
                    yield begin, begin + int(chunk.size)

    def _dataset(self, path: str) -> Any:
        found = self._at(path)
        if found is None or not _is_dataset(found):
            raise InputError(f"{self.name} has no field {path}: check that it is a file of the kind that is asked for.")
        return found

    def _at(self, path: str) -> Any:
        """Return the group or dataset at a path, None if there is none; each is looked for once."""
        if path not in self._found:
            parent = self._at(posixpath.dirname(path))
            with self._understood(path):
                name = posixpath.basename(path)
                # Not `name in parent`, which would read what is there.
                there = parent is not None and not _is_dataset(parent) and name in tuple(parent)
                self._found[path] = parent[name] if there else None
        return self._found[path]

    @contextmanager
    def _understood(self, path: str = "") -> Iterator[None]:
        try:
            yield
        except XoprError:
            raise
        except Exception as error:
            what = ": ".join(filter(None, (type(error).__name__, str(error))))
            where = f", at {path}" if path else ""
            raise InputError(
                f"{self.name} cannot be read as HDF5 ({what}{where}); it may be damaged: fetch it anew."
            ) from error


# HDF5's number of the layout "chunked".
_CHUNKED = 2
# numpy's kinds of numbers.
_NUMBERS = "iuf"


def _is_dataset(found: Any) -> bool:
    return hasattr(found, "dtype") and hasattr(found, "shape")


def _signature_place(source: Source) -> int:
    """Return where the HDF5 file begins in a source.

    Raises
    ------
    InputError
        If it does nowhere, or ends before it should.
    """
    if source.size == 0:
        raise InputError(f"{source.name} is empty: fetch it anew.")
    head = source.read(0, SIGNATURE_AT[-1] + _SUPERBLOCK_BYTES)
    for place in SIGNATURE_AT:
        if head[place:].startswith(SIGNATURE):
            end = _end_of_file(head[place:])
            if end is not None and end > source.size:
                raise InputError(
                    f"{source.name} is cut off: it should have {end:,} bytes and has {source.size:,}; fetch it anew."
                )
            return place
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html")):
        raise InputError(f"{source.name} is a web page and no HDF5 file: fetch it anew, with a login if it needs one.")
    raise InputError(f"{source.name} is no HDF5 file: give one whose name ends with .h5 (of radar files also .mat).")


_SUPERBLOCK_BYTES = 96


def _end_of_file(superblock: bytes) -> int | None:
    """Return the end that a superblock says its file has, counted from the source's begin; None if it says none.

    Places by the HDF5 file format specification, version 3.0, II.A: version 0 has 24 bytes before the addresses,
    version 1 has 28, versions 2 and 3 have 12; of the addresses the base is the first and the end the third.
    """
    version, address_bytes = superblock[8], superblock[13] if superblock[8] < 2 else superblock[9]
    first = {0: 24, 1: 28, 2: 12, 3: 12}.get(version)
    if first is None or address_bytes != 8:
        return None
    return int.from_bytes(superblock[first + 16 : first + 24], "little")
