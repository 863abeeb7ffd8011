"""Local copies of season catalogs: which are at hand, whether they are whole, what the manifest holds of them."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.lib
import pyarrow.parquet as pq

from ..common import Progress, fit_to_show
from ..frames import flight_dates
from .manifest import (
    DamagedManifestError,
    Entry,
    copies_dir,
    locked,
    manifest_path,
    read_manifest,
    set_aside_manifest,
    unusable,
    update_manifest,
)
from .seasons import season_at

# Parts of files that were left so long ago (s) are nobody's any more.
_ABANDONED_S = 3600.0

_DATE_COLUMNS = ("id", "opr:date", "datetime")


@dataclass(frozen=True)
class Copy:
    """What is at hand of a season.

    Attributes
    ----------
    path : Path
        Where the copy is, or would be.
    entry : Entry
        What the manifest says of it.
    whole : bool
        Whether the file is there and is exactly what was fetched.
    exists : bool
        Whether there is a file at all.
    """

    path: Path
    entry: Entry
    whole: bool
    exists: bool

    @property
    def damaged(self) -> bool:
        """Whether there is a file that is not what was fetched."""
        return self.exists and not self.whole


def prepare(progress: Progress) -> None:
    """Make the folder of the copies and remove what killed runs left there.

    Raises
    ------
    InputError
        If the folder cannot be used.
    """
    folder = copies_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part in folder.rglob("*.part"):
            with suppress(FileNotFoundError):
                if time.time() - part.stat().st_mtime > _ABANDONED_S:
                    part.unlink()
    except OSError as error:
        raise unusable(folder, error) from error
    check_manifest(progress)


def check_manifest(progress: Progress) -> dict[str, Entry]:
    """Return the manifest; a damaged one is set aside, and the user told."""
    try:
        return read_manifest()
    except DamagedManifestError as damage:
        place = manifest_path()
        try:
            with locked():
                place = set_aside_manifest()
        except OSError as error:
            raise unusable(place, error) from error
        progress.warn(
            f"The manifest of the local season catalogs is damaged ({damage}); it is kept as {place}, and the catalogs "
            "are checked anew."
        )
        return {}
    except OSError as error:
        raise unusable(manifest_path(), error) from error


def copy_of(path: str, source: str) -> Copy:
    """Return what is at hand of a season.

    Parameters
    ----------
    path : str
        Below the catalogs' root, in hive folders.
    source : str
        Root of the catalogs that are asked for; a copy from another one does not count.

    Raises
    ------
    InputError
        If the folder cannot be used.
    """
    file = copies_dir() / path
    try:
        # Another process may be between the file and the manifest.
        with locked():
            entry = read_manifest().get(path, Entry(source))
            content = file.read_bytes() if file.is_file() else b""
    except DamagedManifestError:
        entry, content = Entry(source), b""
    except OSError as error:
        raise unusable(file, error) from error
    if entry.source != fit_to_show(source):
        return Copy(file, Entry(source), whole=False, exists=False)
    # The manifest keeps no password, without which nothing could be fetched.
    entry = replace(entry, source=source)
    if content and not entry.sha256:
        return _adopted(file, entry)
    whole = bool(content) and len(content) == entry.size and hashlib.sha256(content).hexdigest() == entry.sha256
    return Copy(file, entry, whole, bool(content) or file.is_file())


def _adopted(file: Path, entry: Entry) -> Copy:
    """Return a copy that the manifest does not know: good enough if it can be read, until it is fetched anew."""
    try:
        described = describe(file)
        fetched = datetime.fromtimestamp(file.stat().st_mtime, timezone.utc).isoformat(timespec="seconds")
    except (pyarrow.lib.ArrowException, ValueError, OSError):
        return Copy(file, entry, whole=False, exists=True)
    return Copy(file, replace(entry, etag="", listed_etag="", fetched_at=fetched, **described), whole=True, exists=True)


def paths_at_hand() -> list[str]:
    """Return the paths, below the root, of all files that may be copies of season catalogs."""
    root = copies_dir()
    found = (
        file.relative_to(root).as_posix() for file in root.glob("hemisphere=*/provider=*/collection=*/stac.parquet")
    )
    return sorted(path for path in found if season_at(path))


def keep_copy(part: Path, path: str, entry: Entry) -> None:
    """Put a file that is whole in the place of a copy, together with its entry.

    Raises
    ------
    OSError
        If that cannot be done; the copy then is as it was, or is noticed as damaged.
    """
    with locked():
        part.replace(copies_dir() / path)
        _update({path: entry})


def keep_entries(entries: dict[str, Entry]) -> None:
    """Write entries into the manifest.

    Raises
    ------
    InputError
        If that cannot be done.
    """
    try:
        with locked():
            _update(entries)
    except OSError as error:
        raise unusable(manifest_path(), error) from error


def _update(entries: dict[str, Entry]) -> None:
    try:
        update_manifest(entries)
    except DamagedManifestError:  # since the run began, and it has been told by then
        set_aside_manifest()
        update_manifest(entries)


def describe(file: Path) -> dict[str, Any]:
    """Return what the manifest holds of a file's content; what is no Parquet raises what pyarrow raises."""
    content = file.read_bytes()
    schema = pq.read_schema(file)
    columns = [name for name in _DATE_COLUMNS if name in schema.names]
    table = pq.read_table(file, columns=columns).to_pandas()
    return {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "frames": pq.read_metadata(file).num_rows,
        **_span(table),
    }


def _span(table: pd.DataFrame) -> dict[str, str]:
    """Return the first and the last day of flight."""
    if "id" not in table.columns:
        return {}
    days = flight_dates(table).dropna()
    return {} if days.empty else {"first_date": f"{days.min():%Y-%m-%d}", "last_date": f"{days.max():%Y-%m-%d}"}


def now() -> str:
    """Return this moment as ISO text in UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def day_of(moment: str) -> str:
    """Return the day of a moment in the manifest, for people."""
    return moment[:10] or "an unknown day"


def damage_sentence(copy: Copy) -> str:
    """Return what a user reads of a damaged copy."""
    return f"The local copy {copy.path} is damaged (it is not the file that was fetched); it is fetched anew."


def megabytes(size: int) -> float:
    """Return bytes as MB."""
    return size / 1e6
