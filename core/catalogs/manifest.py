"""What is known of the local copies of the season catalogs: one small JSON file beside them."""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from ..common import InputError, another_cache_dir, cache_dir, fit_to_show, reason_of

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_VERSION = 1
#: The index of frames, beside the copies; not called .parquet, since a folder of copies may be given as a catalog.
INDEX_NAME = "frames.index"
#: The hive folders below the catalog's root, and nothing that could lead out of them.
SEASON_PATH = re.compile(
    r"hemisphere=(?P<hemisphere>north|south)/provider=(?P<provider>\w[\w.-]*)/collection=(?P<name>\w[\w.-]*)/stac\.parquet"
)


@dataclass(frozen=True)
class Entry:
    """What is known of one season's catalog; times are ISO text in UTC, an empty text is "not known".

    Attributes
    ----------
    source : str
        The root of the catalogs that it was fetched from, or is published under; in the file without its secrets.
    published : bool
        Whether the last list named it.
    etag : str
        What the file's server calls this content.
    listed_etag : str
        What the list calls it, which need not be the same.
    size, sha256
        Of the copy; 0 and empty without a copy.
    fetched_at, checked_at : str
        When the copy came, and when it was last known to be the newest.
    frames : int
    first_date, last_date : str
        First and last day of flight.
    """

    source: str
    published: bool = True
    etag: str = ""
    listed_etag: str = ""
    size: int = 0
    sha256: str = ""
    fetched_at: str = ""
    checked_at: str = ""
    frames: int = 0
    first_date: str = ""
    last_date: str = ""


class DamagedManifestError(Exception):
    """The manifest is there but cannot be used."""


def copies_dir() -> Path:
    """Return the folder that holds the local copies, in hive folders as published."""
    return cache_dir() / "catalogs"


def manifest_path() -> Path:
    """Return where the manifest is."""
    return copies_dir() / "manifest.json"


def read_manifest() -> dict[str, Entry]:
    """Return what is known, by the season's path below the catalog's root; nothing if there is no manifest.

    Raises
    ------
    DamagedManifestError
        If the file is not one that :func:`update_manifest` wrote.
    OSError
        If it cannot be read.
    """
    try:
        content = manifest_path().read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    try:
        table = json.loads(content)
    except ValueError as error:
        raise DamagedManifestError("it is no JSON") from error
    if not isinstance(table, dict) or table.get("version") != _VERSION or not isinstance(table.get("seasons"), dict):
        raise DamagedManifestError("it is not as this version of the plugin writes it")
    return {path: _entry(path, values) for path, values in table["seasons"].items()}


def _entry(path: str, values: object) -> Entry:
    kinds = {field.name: {"str": str, "int": int, "bool": bool}[str(field.type)] for field in fields(Entry)}
    if (
        not SEASON_PATH.fullmatch(path)
        or not isinstance(values, dict)
        or values.keys() != kinds.keys()
        or any(type(value) is not kinds[name] for name, value in values.items())
    ):
        raise DamagedManifestError(f"its entry for {path} is not as this version of the plugin writes it")
    return Entry(**values)


def update_manifest(changes: dict[str, Entry]) -> None:
    """Change some entries and leave the others as they are; to be called with :func:`locked`.

    Raises
    ------
    DamagedManifestError
        If what is there cannot be used.
    OSError
        If the file cannot be written; it then is as it was.
    """
    shown = {path: replace(entry, source=fit_to_show(entry.source)) for path, entry in changes.items()}
    entries = {**read_manifest(), **shown}
    table = {"version": _VERSION, "seasons": {path: asdict(entry) for path, entry in sorted(entries.items())}}
    path = manifest_path()
    part = part_of(path)
    try:
        part.write_text(json.dumps(table, indent=1, ensure_ascii=False), encoding="utf-8")
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def set_aside_manifest() -> Path:
    """Rename a damaged manifest, so that it can be looked at, and return its new place."""
    aside = manifest_path().with_name("manifest.damaged.json")
    with suppress(FileNotFoundError):  # another process was faster
        manifest_path().replace(aside)
    return aside


def part_of(path: Path) -> Path:
    """Return the name, which nobody else has, of a file that will replace another one when it is whole."""
    return path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")


@contextmanager
def locked() -> Iterator[None]:
    """Keep other processes and threads from changing copies and manifest; released even when a process is killed.

    Where the folder cannot be locked (some network drives, a folder that is only read) it goes on without.
    """
    with ExitStack() as stack:
        with suppress(OSError):
            file = stack.enter_context(manifest_path().with_name("manifest.lock").open("a", encoding="utf-8"))
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def unusable(path: Path, error: OSError) -> InputError:
    """Return the sentence for a folder of local copies that cannot be used."""
    fault = reason_of(error, another_cache_dir())
    return InputError(
        f"The local copies of season catalogs cannot be used: {path} cannot be written or read "
        f"({fault.what}); {fault.advice}."
    )
