"""MATLAB files of both kinds through one door: v7.3, which is HDF5 behind 512 bytes, and those before it.

This is the one place that imports scipy, and only when a file needs it, which need not be there. Everything comes out
the way round that MATLAB shows it, whichever kind of file it was in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..common import InputError, XoprError, reason_of
from ..remote import SIGNATURE, LocalBytes, View, pyfive

MATLAB_SIGN = b"MATLAB"
# A userblock has 512 bytes, or that times a power of two (HDF5 File Format Specification, "Superblock").
_USERBLOCKS = (0, 512, 1024, 2048, 4096)
_REFERENCE_BYTES = 8
_REFERRED = "#refs#"
# The storage of a dataset in one piece (HDF5 File Format Specification, "Data Layout Message").
_CONTIGUOUS = 1


class Node(ABC):
    """A value in a MATLAB file: an array, a text, a cell array or a structure."""

    @abstractmethod
    def child(self, name: str) -> Node | None:
        """Return the field of a structure, or the variable of the file; None if there is none."""

    @abstractmethod
    def cells(self) -> list[Node]:
        """Return the values of a cell array, in MATLAB's order; empty for others."""

    @abstractmethod
    def array(self) -> np.ndarray | None:
        """Return an array of numbers as MATLAB shows it, rows x columns; None for what is none."""

    @abstractmethod
    def text(self) -> str:
        """Return a text; empty for what is none."""

    def columns(self, start: int, stop: int) -> np.ndarray | None:
        """Return some columns of an array of numbers; None for what is none."""
        whole = self.array()
        return None if whole is None else whole[:, start:stop]

    def names(self) -> list[str]:
        """Return the names of the variables of a file; empty for what is none."""
        return []

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Rows and columns of an array, without reading it."""

    @property
    def columns_at_once(self) -> int:
        """How many columns of an array are stored together."""
        return 1


@contextmanager
def opened(path: Path, name: str) -> Iterator[Node]:
    """Give the variables of a MATLAB file for as long as the ``with`` block lasts.

    Parameters
    ----------
    path : Path
    name : str
        What the file is called in messages.

    Raises
    ------
    InputError
        If it cannot be read, is no MATLAB file, breaks off, or needs a package that is missing; also for what a library
        finds out about the file only within the block.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(max(_USERBLOCKS) + len(SIGNATURE))
        userblock = _userblock(start)
        if userblock is not None:
            with closing(LocalBytes(path)) as source:
                view = View(source, userblock)
                root = pyfive().File(view)
                yield _Hdf5Node(root, _Behind(root, view))
        elif start.startswith(MATLAB_SIGN):
            yield _OldFile(_scipy_io(name), path)
        else:
            raise InputError(f"{name} is no MATLAB file: fetch it anew, or give a file of Open Polar Radar.")
    except XoprError:
        raise
    except OSError as error:
        if error.errno is None:
            raise _damaged(name, error) from error
        fault = reason_of(error, "give another file")
        raise InputError(f"{name} cannot be read ({fault.what}); {fault.advice}.") from error
    except MemoryError as error:
        raise InputError(
            f"{name} is larger than the memory that is left: close other programs, or do without this file."
        ) from error
    except Exception as error:
        # Whatever a library raises over a file's bytes means the same to the user.
        raise _damaged(name, error) from error


def _userblock(start: bytes) -> int | None:
    return next((size for size in _USERBLOCKS if start[size:].startswith(SIGNATURE)), None)


def _damaged(name: str, error: Exception) -> InputError:
    words = (str(error) or type(error).__name__).splitlines()[0].rstrip(". ")
    return InputError(f"{name} is damaged or made in a way that is not known ({words}): fetch it anew.")


def _scipy_io(name: str) -> ModuleType:
    try:
        return import_module("scipy.io")
    except ImportError as error:
        raise InputError(
            f"{name} is a MATLAB file of a version before 7.3, which needs the Python package scipy: install it where "
            "the plugin's other packages are (pip install scipy)."
        ) from error


class _Behind:
    """What stands behind the references of an HDF5 file: MATLAB keeps all of that in one group.

    pyfive 1.0 to 1.3 follows references, too, but reads them only from files on a disk that begin at their first byte,
    and does not look into the kind of groups that MATLAB writes.
    """

    def __init__(self, root: Any, stream: View) -> None:
        self._stream = stream
        self._group = root.get(_REFERRED)
        links = self._group._links if self._group is not None else {}
        self._names = {address: name for name, address in links.items()}

    def of(self, cells: Any) -> list[Any]:
        """Return the objects behind a dataset of references."""
        addresses = np.frombuffer(self._bytes_of(cells), dtype="<u8")
        if self._group is None or not set(addresses.tolist()) <= set(self._names):
            raise ValueError(f"references of {cells.name} lead nowhere")
        return [self._group[self._names[address]] for address in addresses.tolist()]

    def _bytes_of(self, cells: Any) -> bytes:
        if cells.id.layout_class == _CONTIGUOUS:
            self._stream.seek(cells.id.data_offset)
            return self._stream.read(int(np.prod(cells.shape)) * _REFERENCE_BYTES) or b""
        return np.ascontiguousarray(cells[()]).tobytes()


class _Hdf5Node(Node):
    def __init__(self, value: Any, behind: _Behind) -> None:
        self._value = value
        self._behind = behind

    def child(self, name: str) -> Node | None:
        is_group = hasattr(self._value, "keys")
        return _Hdf5Node(self._value[name], self._behind) if is_group and name in self._value else None

    def names(self) -> list[str]:
        return list(self._value) if hasattr(self._value, "keys") else []

    def cells(self) -> list[Node]:
        if hasattr(self._value, "keys") or self._class() != "cell" or self._is_empty():
            return []
        return [_Hdf5Node(one, self._behind) for one in self._behind.of(self._value)]

    def array(self) -> np.ndarray | None:
        if hasattr(self._value, "keys") or self._class() in ("cell", "char"):
            return None
        if self._is_empty():
            return np.empty((0, 0))
        values = np.asarray(self._value[()])
        return np.atleast_2d(values).T if values.dtype.kind in "fiub" else None

    def columns(self, start: int, stop: int) -> np.ndarray | None:
        if hasattr(self._value, "keys") or len(self._value.shape) != 2 or self._is_empty():
            return super().columns(start, stop)
        # Whole rows of a chunked array, one span of them at a time.
        return np.asarray(self._value[start:stop, :]).T

    @property
    def columns_at_once(self) -> int:
        return (getattr(self._value, "chunks", None) or (1,))[0]

    @property
    def shape(self) -> tuple[int, ...]:
        if hasattr(self._value, "keys"):
            return ()
        return (0, 0) if self._is_empty() else tuple(self._value.shape[::-1])

    def text(self) -> str:
        if hasattr(self._value, "keys") or self._class() != "char" or self._is_empty():
            return ""
        return "".join(map(chr, np.asarray(self._value[()]).ravel())).strip()

    def _class(self) -> str:
        found = self._value.attrs.get("MATLAB_class", b"")
        return found.decode() if isinstance(found, bytes) else str(found)

    def _is_empty(self) -> bool:
        return bool(self._value.attrs.get("MATLAB_empty", 0))


class _OldFile(Node):
    """The variables of a file before 7.3, each read when it is asked for."""

    def __init__(self, scipy: ModuleType, path: Path) -> None:
        self._scipy = scipy
        self._path = path
        self._names = [name for name, _, _ in scipy.whosmat(path)]

    def names(self) -> list[str]:
        return self._names

    def child(self, name: str) -> Node | None:
        if name not in self._names:
            return None
        return _OldNode(self._scipy.loadmat(self._path, variable_names=[name], chars_as_strings=True)[name])

    def cells(self) -> list[Node]:
        return []

    def array(self) -> np.ndarray | None:
        return None

    def text(self) -> str:
        return ""

    @property
    def shape(self) -> tuple[int, ...]:
        return ()


class _OldNode(Node):
    def __init__(self, value: Any) -> None:
        # A structure alone is an array of one with named fields.
        lone = isinstance(value, np.ndarray) and value.dtype.names and value.size == 1
        self._value = value.ravel()[0] if lone else value

    def child(self, name: str) -> Node | None:
        names = getattr(getattr(self._value, "dtype", None), "names", None) or ()
        return _OldNode(self._value[name]) if name in names else None

    def cells(self) -> list[Node]:
        value = self._value
        is_cell = isinstance(value, np.ndarray) and value.dtype == object
        return [_OldNode(one) for one in value.ravel(order="F")] if is_cell else []

    def array(self) -> np.ndarray | None:
        value = self._value
        return np.atleast_2d(value) if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" else None

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self._value)

    def text(self) -> str:
        value = self._value
        return "".join(value.ravel()).strip() if isinstance(value, np.ndarray) and value.dtype.kind == "U" else ""
