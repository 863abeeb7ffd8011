"""The one door to HDF5 files, near and far."""

from __future__ import annotations

from pathlib import Path

from .hdf5 import Hdf5File
from .local_bytes import LocalBytes


def open_hdf5(place: str | Path) -> Hdf5File:
    """Open an HDF5 file, to be closed after use (it is a context manager).

    Parameters
    ----------
    place : str or Path
        A file of this machine.

    Raises
    ------
    InputError
        If it is not there, or no HDF5 file, or not all of one.
    """
    source = LocalBytes(Path(place))
    try:
        return Hdf5File(source)
    except BaseException:
        source.close()
        raise
