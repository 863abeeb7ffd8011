"""The granule store: what searches brought, kept as plain GeoParquet, so that the next search asks for less.

Each file is the whole answer to one search and says in its own metadata what was asked and when. There is no index
beside the files: a file is either there, whole, or it is not. It is written under another name and then renamed, which
is why a process that is killed at any moment, or two at once, leave no broken store.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .coverage import Box, Span, holds_box
from .progress import Progress
from .window import CALENDAR_TOLERANCE

#: Of the files' layout; a file of another version is set aside.
VERSION = 1

_KEY = b"xopr_search"
_SUFFIX = ".parquet"
_PARTIAL = ".partial"
_ABANDONED_AFTER_S = 86_400

README = """\
These files are the answers to granule searches of xOPR Crossovers, kept so that the same search needs no network again.

Each is a plain GeoParquet file (geopandas.read_parquet reads it, or the whole folder): one row a granule, with the
columns granule_id, short_name, version, rgt (reference ground track), cycle, region, release, revision, start_time,
end_time (UTC), size_mb, https_url, s3_url and geometry (the footprint as NASA's CMR gives it, longitude and latitude,
not split at the antimeridian). What was asked, and when, stands in the file's metadata under the key xopr_search.

A folder of such files can be handed on: put it where XOPR_CACHE_DIR/granules is, or read it by its path.
"""


@dataclass(frozen=True)
class Shelf:
    """The product whose answers lie in one folder."""

    short_name: str
    version: str | None
    provider: str | None

    @property
    def folder(self) -> str:
        """Name of the folder."""
        parts = (self.short_name, self.version or "any", self.provider or "any")
        return "_".join("".join(c if c.isalnum() or c in ".-" else "-" for c in part) for part in parts)


@dataclass(frozen=True)
class Holding:
    """One file of the store.

    Attributes
    ----------
    path : Path
    boxes : tuple of (west, south, east, north)
        The area that was asked for.
    span : Span
        The time that was asked for.
    asked : Timestamp
        When, by the clock of CMR.
    hits : int
        How many granules CMR found.
    cycle : int or None
        Where set, only granules of this cycle were asked for.
    """

    path: Path
    boxes: tuple[Box, ...]
    span: Span
    asked: pd.Timestamp
    hits: int
    cycle: int | None = None

    @property
    def whole_span(self) -> Span:
        """The time of which all granules are held: one of a cycle lacks its neighbours' at both ends."""
        if self.cycle is None:
            return self.span
        margin = 2 * CALENDAR_TOLERANCE
        return Span(self.span.start + margin, self.span.end - margin)

    def holds(self, span: Span) -> bool:
        """Whether all granules of a span are held."""
        return self.whole_span.start <= span.start and span.end <= self.whole_span.end

    def covers(self, other: Holding) -> bool:
        """Whether all that another holding can tell is told by this one, and at least as freshly."""
        # Of two that are equal one wins, the same for every process, or two at once would remove each other's.
        newer = (self.asked, self.path.name) > (other.asked, other.path.name)
        return (
            newer
            and (self.holds(other.span) or (self.cycle is not None and self.cycle == other.cycle))
            and all(holds_box(self.boxes, box) for box in other.boxes)
        )


class GranuleStore:
    """A folder of answers.

    Parameters
    ----------
    folder : Path
        Need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def holdings(self, shelf: Shelf, progress: Progress, box: Box | None = None) -> list[Holding]:
        """Return the whole files of a product, those only whose area holds a box if one is given.

        A file that is damaged or of another version is renamed to end in ``.damaged`` or ``.old``, and that is said.
        """
        folder = self.folder / shelf.folder
        found = []
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            holding = self._read_label(path, progress)
            if holding is not None and (box is None or holds_box(holding.boxes, box)):
                found.append(holding)
        return found

    def read(self, holding: Holding, progress: Progress) -> gpd.GeoDataFrame | None:
        """Return the granules of a file; None if it is damaged (it is then set aside) or gone by now."""
        try:
            return gpd.read_parquet(holding.path, page_checksum_verification=True)
        except FileNotFoundError:
            return None
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            self._set_aside(holding.path, "damaged", error, progress)
            return None

    def add(
        self,
        shelf: Shelf,
        granules: gpd.GeoDataFrame,
        boxes: Sequence[Box],
        span: Span,
        asked: pd.Timestamp,
        hits: int,
        progress: Progress,
        cycle: int | None = None,
    ) -> Holding:
        """Keep the answer to a search, and remove the files that it makes superfluous.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        folder = self.folder / shelf.folder
        folder.mkdir(parents=True, exist_ok=True)
        self._write_readme()
        self._sweep(folder)
        label = {
            "store_version": VERSION,
            "boxes": [list(map(float, box)) for box in boxes],
            "start": span.start.isoformat(),
            "end": span.end.isoformat(),
            "asked": asked.isoformat(),
            "hits": int(hits),
            "cycle": cycle,
        }
        # The moment of writing, so that of two answers of the same second the later one is the greater name.
        name = f"{span.start:%Y%m%d}-{span.end:%Y%m%d}-{time.time_ns():016x}{secrets.token_hex(2)}{_SUFFIX}"
        path = folder / name
        _replace(path, _parquet_bytes(granules, label))
        holding = Holding(path, tuple((w, s, e, n) for w, s, e, n in boxes), span, asked, hits, cycle)
        for other in self.holdings(shelf, progress):
            if holding.covers(other):
                with suppress(OSError):
                    other.path.unlink()
        return holding

    def _read_label(self, path: Path, progress: Progress) -> Holding | None:
        try:
            metadata = pq.read_metadata(path)
            label = json.loads(metadata.metadata[_KEY])
            if label["store_version"] != VERSION:
                self._set_aside(path, "old", ValueError(f"version {label['store_version']}"), progress)
                return None
            return Holding(
                path,
                tuple((float(w), float(s), float(e), float(n)) for w, s, e, n in label["boxes"]),
                Span(pd.Timestamp(label["start"]), pd.Timestamp(label["end"])),
                pd.Timestamp(label["asked"]),
                int(label["hits"]),
                label["cycle"],
            )
        except FileNotFoundError:
            return None
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
            self._set_aside(path, "damaged", error, progress)
            return None

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
            _replace(path, README.encode())

    @staticmethod
    def _sweep(folder: Path) -> None:
        """Remove what killed processes left half written long ago."""
        for path in folder.glob(f"*{_PARTIAL}"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_S:
                    path.unlink()


def _parquet_bytes(granules: gpd.GeoDataFrame, label: dict) -> bytes:
    buffer = io.BytesIO()
    granules.to_parquet(buffer, index=False)
    buffer.seek(0)
    table = pq.read_table(buffer)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _KEY: json.dumps(label).encode()})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return sink.getvalue()


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole, or not at all, whenever the process or the machine ends."""
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_PARTIAL}")
    try:
        with partial.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise
