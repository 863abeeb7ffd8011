"""The index of frames: one file with the frames of all seasons at hand, which is read at once.

To read 51 season files and to check them takes some five seconds; the index takes a tenth of one. It holds what was
read from each file together with what tells whether that file is still the same, so nobody need care for it: it is
brought up to date when it is used, and may be removed at any time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np

from ..common import Progress, reason_of
from ..frames import MBOX, Frames
from ..geometry import offsets_of
from .kept_tables import DAMAGE, note_of, packed, unpacked
from .manifest import INDEX_NAME, copies_dir, part_of

# Of the file's layout and of what is made of a season's file; an index of another version is made anew.
_VERSION = 1
_KEY = b"xopr_frames"


@dataclass(frozen=True)
class Identity:
    """What tells whether a file is the one that was read."""

    size: int
    modified_ns: int
    sha256: str

    @classmethod
    def of(cls, path: Path, sha256: str) -> Identity:
        """Return that of a file that is there; `sha256` as the manifest knows it."""
        state = path.stat()
        return cls(state.st_size, state.st_mtime_ns, sha256)


@dataclass(frozen=True)
class Indexed:
    """The frames of one file.

    Attributes
    ----------
    identity : Identity
    frames : Frames
        In longitude and latitude.
    told : tuple of str
        What was to be warned of when the file was read, and is each time.
    """

    identity: Identity
    frames: Frames
    told: tuple[str, ...] = ()


def index_path() -> Path:
    """Return where the index is."""
    return copies_dir() / INDEX_NAME


def read_index(progress: Progress) -> dict[str, Indexed]:
    """Return what is indexed, by the path of the file; nothing if there is no index that can be used.

    Parameters
    ----------
    progress : Progress
        Is warned of a damaged index, which is set aside.
    """
    path = index_path()
    try:
        note = json.loads(note_of(path, _KEY) or b"{}")
        if note.get("version") != _VERSION:
            return {}
        return _entries(unpacked(path), note["files"])
    except FileNotFoundError:
        return {}
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:
            progress.warn(f"The index of frames {path} cannot be read ({reason_of(error).what}); it is not used.")
            return {}
        aside = path.with_name(f"{INDEX_NAME}.damaged")
        with suppress(OSError):
            path.replace(aside)
        progress.warn(f"The index of frames {path} is damaged; it is kept as {aside.name} and made anew.")
        return {}


def _entries(table: gpd.GeoDataFrame, files: Mapping[str, dict]) -> dict[str, Indexed]:
    if MBOX in table.columns:
        table[MBOX] = [None if cells is None else cells.tolist() for cells in table[MBOX]]
    offsets = offsets_of(np.array([one["frames"] for one in files.values()], dtype=np.int64))
    if offsets[-1] != len(table):
        raise ValueError("it has another number of rows than its files have frames")
    frames = Frames(table)
    entries = {}
    for (path, one), low, high in zip(files.items(), offsets[:-1], offsets[1:]):
        mask = np.zeros(len(table), dtype=bool)
        mask[low:high] = True
        entries[path] = Indexed(Identity(**one["identity"]), frames.where(mask), tuple(one["told"]))
    return entries


def write_index(entries: Mapping[str, Indexed], progress: Progress) -> None:
    """Put an index in the place of the one that is there: whole, or not at all.

    Parameters
    ----------
    entries : mapping of str to Indexed
        By the path of the file; at least one.
    progress : Progress
        Is told if that cannot be done; nothing is lost then but time.
    """
    files = {
        path: {"identity": asdict(one.identity), "frames": len(one.frames), "told": list(one.told)}
        for path, one in entries.items()
    }
    note = json.dumps({"version": _VERSION, "files": files}).encode()
    path = index_path()
    part = part_of(path)
    try:
        table = Frames.concatenated([one.frames for one in entries.values()]).table
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(packed(table, _KEY, note))
        part.replace(path)
    except DAMAGE as error:
        why = reason_of(error).what if isinstance(error, OSError) else str(error).splitlines()[0]
        progress.info(f"The index of frames {path} could not be written ({why}); the catalogs are read each time.")
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
