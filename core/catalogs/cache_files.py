"""Which files of the cache folder are ours, how large they are, and how to be rid of them.

The folder may be one that the user chose and that holds other things, too. Ours is what bears a name that only the
granule store or the reading of heights gives, and the season catalogs that the manifest says were fetched. Everything
else stays.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from ..common import cache_dir, heights_dir, reason_of
from .manifest import INDEX_NAME, SEASON_PATH, DamagedManifestError, copies_dir, locked, manifest_path, read_manifest

GRANULES = "granules"
SEASONS = "seasons"
RADAR = "radar"
HEIGHTS = "heights"

#: How the file begins that stands beside the granule store and tells what it is.
STORE_README = "These files are the answers to granule searches of xOPR Crossovers"

#: A half written file that was changed this recently (s) belongs to a run that goes on.
_AT_WORK_S = 3600.0
_PARTS = (".part", ".partial")

# In a folder for the product, which for another CMR than NASA's lies in one for that.
_ANSWER = r"(?:[^/]+/){1,2}\d{8}-\d{8}-[0-9a-f]{20}\.(?:parquet|old|damaged)"
_STORE_README = r"(?:[^/]+/)?README\.txt"
_STORE_PART = r"(?:[^/]+/){0,2}(?:README\.txt|\d{8}-\d{8}-[0-9a-f]{20}\.parquet)\.[0-9a-f]{8}\.partial"
# What was read of a granule, in a folder for that; and whole files, where a server gives no pieces.
_HEIGHTS = r"(?:[\w.-]+/gt\d[lr]-[0-9a-f]{20}\.npz|files/[0-9a-f]{20}-[\w.+=-]+)(?:\.[0-9a-f]{8}\.partial)?"
# After a number of its address; and as it is called while it comes.
_RADAR_FILE = r"[0-9a-f]{20}-[\w.+=-]+\.(?:mat|jpe?g|png)(?:\.\d+-[0-9a-f]{8}\.part(?:\.part)?)?"
_SEASON_PART = rf"(?:{SEASON_PATH.pattern}|manifest\.json|frames\.index)\.\d+-[0-9a-f]{{8}}\.part"


@dataclass(frozen=True)
class Kept:
    """Files of one kind.

    Attributes
    ----------
    folder : Path
        Where they lie.
    files : tuple of Path
    size : int
        Bytes of all of them.
    """

    folder: Path
    files: tuple[Path, ...]
    size: int


@dataclass(frozen=True)
class Removed:
    """What came of removing files.

    Attributes
    ----------
    n_files, size : int
        How many were removed, and their bytes.
    n_at_work : int
        How many were left because another run is writing them.
    n_locked : int
        How many could not be removed.
    why : str
        What the system said of the first of those.
    """

    n_files: int
    size: int
    n_at_work: int
    n_locked: int
    why: str


def granules_dir() -> Path:
    """Return the folder of the granule store."""
    return cache_dir() / "granules"


def radar_dir() -> Path:
    """Return the folder of the radar's files: layer files, organisers, echograms."""
    return cache_dir() / "radar"


def folder_of(kind: str) -> Path:
    """Return the folder of a kind of files, ``'granules'``, ``'seasons'``, ``'heights'`` or ``'radar'``.

    Raises
    ------
    InputError
        If the cache folder is none.
    """
    return {GRANULES: granules_dir, SEASONS: copies_dir, HEIGHTS: heights_dir, RADAR: radar_dir}[kind]()


def find(kind: str, cancelled: Callable[[], bool] = lambda: False) -> Kept:
    """Return our files of a kind in the cache folder.

    Parameters
    ----------
    kind : {'granules', 'seasons', 'heights', 'radar'}
        The granule store, the copies of season catalogs, the measured heights that were read, or radar files.
    cancelled : callable
        Whether nobody wants to know any more; what was found until then is returned.

    Raises
    ------
    InputError
        If the cache folder is none.
    """
    folder = folder_of(kind)
    is_ours = {GRANULES: _is_of_store, HEIGHTS: _is_of_heights, RADAR: _is_of_radar}.get(kind) or _season_test()
    files, size = [], 0
    for path in _files_below(folder):
        if cancelled():
            break
        if is_ours(path, path.relative_to(folder).as_posix()):
            with suppress(OSError):  # gone by now
                size += path.lstat().st_size
                files.append(path)
    return Kept(folder, tuple(sorted(files)), size)


def remove(kind: str, cancelled: Callable[[], bool] = lambda: False) -> Removed:
    """Remove our files of a kind from the cache folder, and the folders that are empty then.

    A file that another run is writing stays, and one that the system does not let go of.

    Parameters
    ----------
    kind : {'granules', 'seasons', 'heights', 'radar'}
    cancelled : callable
        Whether to stop; what was removed until then is told.

    Raises
    ------
    InputError
        If the cache folder is none.
    """
    n_files = size = n_at_work = n_locked = 0
    why = ""
    # The copies and their manifest change together.
    with locked() if kind == SEASONS and find(kind, cancelled).files else nullcontext():
        kept = find(kind, cancelled)
        # The manifest is the last, and stays with a copy that stays.
        for path in sorted(kept.files, key=lambda file: file == manifest_path()):
            if cancelled() or (path == manifest_path() and n_locked):
                break
            try:
                state = path.lstat()
                if path.suffix in _PARTS and time.time() - state.st_mtime < _AT_WORK_S:
                    n_at_work += 1
                    continue
                path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                n_locked, why = n_locked + 1, why or reason_of(error).what
                continue
            n_files, size = n_files + 1, size + state.st_size
    _remove_empty(kept)
    return Removed(n_files, size, n_at_work, n_locked, why)


def _files_below(folder: Path) -> Iterator[Path]:
    # A link to another folder is not followed: what is there was not put there by us.
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names)


def _is_of_store(path: Path, name: str) -> bool:
    if re.fullmatch(_STORE_README, name):
        return _begins(path, STORE_README)
    return bool(re.fullmatch(_ANSWER, name) or re.fullmatch(_STORE_PART, name))


def _is_of_heights(_: Path, name: str) -> bool:
    return bool(re.fullmatch(_HEIGHTS, name))


def _is_of_radar(_: Path, name: str) -> bool:
    return bool(re.fullmatch(_RADAR_FILE, name))


def _season_test() -> Callable[[Path, str], bool]:
    """Return what tells our copies of season catalogs from files that somebody else put beside them."""
    ours = {"manifest.damaged.json", INDEX_NAME, f"{INDEX_NAME}.damaged"}
    with suppress(DamagedManifestError, OSError):
        ours |= {path for path, entry in read_manifest().items() if entry.sha256} | {"manifest.json"}
    return lambda _, name: name in ours or bool(re.fullmatch(_SEASON_PART, name))


def _begins(path: Path, text: str) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(text)) == text.encode()
    except OSError:
        return False


def _remove_empty(kept: Kept) -> None:
    """Remove the folders that held our files, as far as they are empty."""
    folders = {parent for file in kept.files for parent in file.parents if kept.folder in (parent, *parent.parents)}
    for folder in sorted(folders, key=lambda one: len(one.parts), reverse=True):
        with suppress(OSError):
            folder.rmdir()
