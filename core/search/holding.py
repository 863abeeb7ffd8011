"""What the granule store holds: files, each with a label that says what was asked for, and when."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..common import fit_to_show
from ..geometry import Box, subtract
from .coverage import Extent, Span
from .window import CALENDAR_TOLERANCE

#: Of the files' layout; a file of another version is set aside.
VERSION = 1

_BY_NAME = "by_name"


@dataclass(frozen=True)
class Shelf:
    """The product whose answers lie in one folder.

    Attributes
    ----------
    short_name, version, provider : str
        None for any.
    by_name : bool
        Whether its granules were asked for by name, so that they are all of no area; see :attr:`Label.boxes`.
    """

    short_name: str
    version: str | None
    provider: str | None
    by_name: bool = False

    @property
    def folder(self) -> str:
        """Name of the folder; what was asked for by name lies in one within the product's."""
        parts = (fit_to_show(part or "any") for part in (self.short_name, self.version, self.provider))
        name = "_".join("".join(c if c.isalnum() or c in ".-" else "-" for c in part) for part in parts)
        return f"{name}/{_BY_NAME}" if self.by_name else name


@dataclass(frozen=True)
class Label:
    """What was asked for, and when; it stands in the file's metadata.

    Attributes
    ----------
    boxes : tuple of (west, south, east, north)
        The area that was asked for; none where granules were asked for by name.
    span : Span
        The time that was asked for, or that of the granules.
    asked : Timestamp
        When, by the clock of CMR.
    hits : int
        How many granules CMR found.
    cycle : int or None
        Where set, only granules of this cycle were asked for.
    """

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

    def extent(self, wanted: Span, cycle: int | None) -> Extent:
        """Return what is held of a wanted span: all of it where just this cycle is wanted."""
        return Extent(wanted if cycle is not None and self.cycle == cycle else self.whole_span, self.boxes)

    def tells_all(self, other: Label) -> bool:
        """Whether all that another one can tell is told by this one."""
        in_time = self.whole_span.start <= other.span.start and other.span.end <= self.whole_span.end
        same_cycle = self.cycle is not None and self.cycle == other.cycle
        return (in_time or same_cycle) and not subtract(other.boxes, self.boxes)

    def to_json(self) -> bytes:
        """Return the text that stands in the file."""
        content = {
            "store_version": VERSION,
            "boxes": [list(map(float, box)) for box in self.boxes],
            "start": self.span.start.isoformat(),
            "end": self.span.end.isoformat(),
            "asked": self.asked.isoformat(),
            "hits": int(self.hits),
            "cycle": self.cycle,
        }
        return json.dumps(content).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Label:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If it is something else; OldFileError, a ValueError, if another version wrote it.
        """
        content = json.loads(text)
        if content["store_version"] != VERSION:
            raise OldFileError(f"version {content['store_version']}")
        return cls(
            tuple((float(w), float(s), float(e), float(n)) for w, s, e, n in content["boxes"]),
            Span(pd.Timestamp(content["start"]), pd.Timestamp(content["end"])),
            pd.Timestamp(content["asked"]),
            int(content["hits"]),
            content["cycle"],
        )


class OldFileError(ValueError):
    """A file of another version of the store."""


@dataclass(frozen=True)
class Holding:
    """One file of the store, and its label."""

    path: Path
    label: Label

    def covers(self, other: Holding) -> bool:
        """Whether another holding is superfluous beside this one, which tells as much and is at least as fresh."""
        # Of two that are equal one wins, the same for every process, or two at once would remove each other's.
        newer = (self.label.asked, self.path.name) > (other.label.asked, other.path.name)
        return newer and self.label.tells_all(other.label)
