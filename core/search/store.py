"""The granule store: what searches brought, kept as plain GeoParquet, so that the next search asks for less.

Each file is the whole answer to one search and says in its own metadata what was asked and when. There is no index
beside the files: a file is either there, whole, or it is not. It is written under another name and then renamed, which
is why a process that is killed at any moment, or two at once, leave no broken store.
"""

from __future__ import annotations

import io
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from ..catalogs import DAMAGE, STORE_README, note_of, packed, unpacked
from ..common import Progress, reason_of
from .holding import Holding, Label, OldFileError, Shelf

_KEY = b"xopr_search"
_SUFFIX = ".parquet"
_PARTIAL = ".partial"
_ABANDONED_AFTER_S = 86_400

README = f"""\
{STORE_README}, kept so that the same search needs no network again.

Each is a plain GeoParquet file (geopandas.read_parquet reads it, or the whole folder): one row a granule, with the
columns granule_id, short_name, version, rgt (reference ground track), cycle, region, release, revision, start_time,
end_time (UTC), size_mb, https_url, s3_url and geometry (the footprint as NASA's CMR gives it, longitude and latitude,
not split at the antimeridian). What was asked, and when, stands in the file's metadata under the key xopr_search.

A folder of such files can be handed on: put it where XOPR_CACHE_DIR/granules is, or read it by its path.
"""


def pack(granules: gpd.GeoDataFrame, label: Label) -> bytes:
    """Return granules as the content of a GeoParquet file; it takes a tenth of the memory of the table."""
    return packed(granules, _KEY, label.to_json())


def unpack(content: bytes) -> gpd.GeoDataFrame:
    """Return the granules that :func:`pack` packed."""
    return unpacked(io.BytesIO(content))


def read_label(path: Path) -> Label | None:
    """Return what a GeoParquet file says of the search that filled it; None if it says nothing.

    Raises
    ------
    ArrowException, OSError, ValueError, KeyError, TypeError
        If it is no Parquet file, or says what cannot be understood.
    """
    note = note_of(path, _KEY)
    return None if note is None else Label.from_json(note)


@dataclass(frozen=True)
class Disk:
    """What the store does to files beside reading them, which tests may watch and end at any moment.

    Attributes
    ----------
    sync : callable
        Takes the number of an open file, and returns when what was written to it will outlive a power cut.
    move : callable
        Takes the file and where it goes, in the place of what is there.
    remove : callable
        Takes the file.
    """

    sync: Callable[[int], None] = os.fsync
    move: Callable[[Path, Path], None] = os.replace
    remove: Callable[[Path], None] = os.unlink


class GranuleStore:
    """A folder of answers.

    Parameters
    ----------
    folder : Path
        Need not be there yet.
    disk : Disk
    """

    def __init__(self, folder: Path, disk: Disk = Disk()) -> None:
        self.folder = Path(folder)
        self._disk = disk

    def holdings(self, shelf: Shelf, progress: Progress) -> list[Holding]:
        """Return the whole files of a product, the freshest first.

        A file that is damaged or of another version is renamed to end in ``.damaged`` or ``.old``, and that is said.
        """
        folder = self.folder / shelf.folder
        found = (self._holding(path, progress) for path in folder.glob(f"*{_SUFFIX}"))
        return sorted(
            (holding for holding in found if holding is not None),
            key=lambda one: (one.label.asked, one.path.name),
            reverse=True,
        )

    def read(self, holding: Holding, progress: Progress) -> gpd.GeoDataFrame | None:
        """Return the granules of a file; None if it is damaged (it is then set aside) or gone by now."""
        try:
            return unpacked(holding.path)
        except FileNotFoundError:
            return None
        except DAMAGE as error:
            self._put_off(holding.path, error, progress)
            return None

    def add(self, shelf: Shelf, content: bytes, label: Label, progress: Progress) -> Holding:
        """Keep the answer to a search, and remove the files that it makes superfluous.

        Parameters
        ----------
        shelf : Shelf
        content : bytes
            From :func:`pack`.
        label : Label
        progress : Progress

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        folder = self.folder / shelf.folder
        folder.mkdir(parents=True, exist_ok=True)
        self._write_readme()
        self._sweep(folder)
        # The moment of writing, so that of two answers of the same second the later one is the greater name.
        days = f"{label.span.start:%Y%m%d}-{label.span.end:%Y%m%d}"
        path = folder / f"{days}-{time.time_ns():016x}{secrets.token_hex(2)}{_SUFFIX}"
        self._replace(path, content)
        holding = Holding(path, label)
        for other in self.holdings(shelf, progress):
            if holding.covers(other):
                self.remove(other)
        return holding

    def forget(self, shelf: Shelf, progress: Progress) -> None:
        """Remove the answers of a shelf that say "nothing", and the shelf if it is empty then.

        Raises
        ------
        OSError
            If one cannot be removed.
        """
        for holding in self.holdings(shelf, progress):
            if holding.label.hits == 0:
                holding.path.unlink(missing_ok=True)
        with suppress(OSError):
            (self.folder / shelf.folder).rmdir()

    def remove(self, holding: Holding) -> None:
        """Remove a file, if that can be done."""
        with suppress(OSError):
            self._disk.remove(holding.path)

    def _holding(self, path: Path, progress: Progress) -> Holding | None:
        try:
            label = read_label(path)
        except FileNotFoundError:
            return None
        except OldFileError as error:
            self._set_aside(path, "old", error, progress)
            return None
        except DAMAGE as error:
            self._put_off(path, error, progress)
            return None
        if label is None:
            self._set_aside(path, "damaged", ValueError("it does not say what was asked for"), progress)
            return None
        return Holding(path, label)

    def _put_off(self, path: Path, error: Exception, progress: Progress) -> None:
        """Set a damaged file aside; one that the system does not let us read may be another user's, and stays."""
        if isinstance(error, OSError) and error.errno is not None:
            why = reason_of(error).what
            progress.warn(f"{path} of the granule store cannot be read ({why}); what it holds is asked for anew.")
        else:
            self._set_aside(path, "damaged", error, progress)

    @staticmethod
    def _set_aside(path: Path, why: str, error: Exception, progress: Progress) -> None:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        with suppress(OSError):
            path.rename(path.with_suffix(f".{why}"))
        progress.warn(
            f"{path} of the granule store is {why} ({reason}); it is set aside as .{why}, "
            "and what it held is asked for anew."
        )

    def _write_readme(self) -> None:
        path = self.folder / "README.txt"
        if not path.exists():
            self._replace(path, README.encode())

    @staticmethod
    def _sweep(folder: Path) -> None:
        """Remove what killed processes left half written long ago."""
        for path in folder.glob(f"*{_PARTIAL}"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_S:
                    path.unlink()

    def _replace(self, path: Path, content: bytes) -> None:
        """Write a file so that it is there whole, or not at all, whenever the process or the machine ends."""
        partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_PARTIAL}")
        try:
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                self._disk.sync(file.fileno())
            self._disk.move(partial, path)
        except BaseException:
            with suppress(OSError):
                self._disk.remove(partial)
            raise
