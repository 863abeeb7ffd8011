"""The one door to HDF5 files, near and far."""

from __future__ import annotations

import re
from pathlib import Path

from ..common import InputError, Progress, is_web_address
from .access import Access
from .hdf5 import Hdf5File
from .local_bytes import LocalBytes
from .range_bytes import NoRangesError, RangeBytes
from .source import Source
from .whole_file import keep_whole, kept_path

_BUCKET = re.compile(r"s3[an]?://", re.IGNORECASE)


def is_far(place: str | Path) -> bool:
    """Whether a place is an address of another machine."""
    return isinstance(place, str) and is_web_address(place)


def open_hdf5(place: str | Path, access: Access | None = None, progress: Progress | None = None) -> Hdf5File:
    """Open an HDF5 file, to be closed after use (it is a context manager).

    Parameters
    ----------
    place : str or Path
        A file of this machine, or the http or https address of one.
    access : Access, optional
        What the files of a run share: session and login.
    progress : Progress, optional

    Raises
    ------
    InputError
        If it is not there, or no HDF5 file, or not all of one.
    DownloadError
        If it cannot be fetched.
    CancelledError
        If the user asked to stop.
    """
    if isinstance(place, str) and _BUCKET.match(place):
        raise InputError(f"{place} can be read within Amazon's network alone: give the https address of the file.")
    source = _far(str(place), access or Access(), progress or Progress()) if is_far(place) else LocalBytes(Path(place))
    try:
        return Hdf5File(source)
    except BaseException:
        source.close()
        raise


def _far(url: str, access: Access, progress: Progress) -> Source:
    if (path := kept_path(url)).is_file():
        return LocalBytes(path)
    try:
        return RangeBytes(url, access, progress)
    except NoRangesError as refusal:
        return LocalBytes(keep_whole(url, refusal.size, access, progress))
