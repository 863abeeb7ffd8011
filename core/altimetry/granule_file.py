"""An open granule: which pass it is, and which beams it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import numpy as np
import pandas as pd

from ..common import InputError, Progress
from ..icesat2 import BEAMS, TRACKS_PER_CYCLE, parse_granule_names
from ..remote import Access, Hdf5File, is_far, open_hdf5
from .fields import NEEDED, SEGMENTS, path_of_field

if TYPE_CHECKING:
    from types import TracebackType

# `sc_orient`: which beam of a pair is the strong one; 2 is a turn, during which it is neither.
_STRONG_SIDE = {0: "l", 1: "r"}


@dataclass(frozen=True)
class Beam:
    """A beam of a granule.

    Attributes
    ----------
    name : str
        ``gt1l`` to ``gt3r``.
    strong : bool or None
        Whether it is the strong one of its pair; None where the file does not say, or the spacecraft was turning.
    n_segments : int
    """

    name: str
    strong: bool | None
    n_segments: int


class GranuleFile:
    """An open ATL06 granule, to be closed after use (it is a context manager).

    Parameters
    ----------
    file : Hdf5File
    name : str
        Of the granule, or of a file that is called as it is.

    Attributes
    ----------
    file : Hdf5File
    name : str
        What it is called in messages.

    Raises
    ------
    InputError
        If it is no ATL06 file.
    """

    def __init__(self, file: Hdf5File, name: str) -> None:
        self.file = file
        self.name = name
        self._beams: dict[str, Beam | None] = {}
        if not any(beam in file.names() for beam in BEAMS):
            if file.names():
                raise InputError(
                    f"{name} is no ATL06 granule, as it has none of the groups {BEAMS[0]} to {BEAMS[-1]}; "
                    "give a file of ICESat-2's product ATL06."
                )
            raise InputError(f"{name} is an HDF5 file without anything in it; fetch it anew.")

    def __enter__(self) -> GranuleFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()

    @cached_property
    def _named(self) -> pd.Series:
        return parse_granule_names([self.name]).iloc[0]

    @cached_property
    def rgt(self) -> int:
        """Reference ground track, by the granule's name, or else by ``orbit_info/rgt``.

        Raises
        ------
        InputError
            If neither tells it.
        """
        if pd.notna(self._named["rgt"]):
            return int(self._named["rgt"])
        found = self._of_orbit("rgt")
        if found is None or not 1 <= found <= TRACKS_PER_CYCLE:
            raise InputError(
                f"{self.name} does not tell its reference ground track: it has no field orbit_info/rgt and is not "
                "called as NASA calls it; give it its name ATL06_..._ttttccnn_rrr_vv.h5 again."
            )
        return found

    @cached_property
    def cycle(self) -> int | None:
        """Repeat cycle, by the granule's name, or else by ``orbit_info/cycle_number``; None if neither tells it."""
        return int(self._named["cycle"]) if pd.notna(self._named["cycle"]) else self._of_orbit("cycle_number")

    @cached_property
    def beams(self) -> Mapping[str, Beam]:
        """The beams that it has, by their names, from left to right; those without a segment are none.

        Raises
        ------
        InputError
            If a beam lacks a field that is needed.
        """
        return {name: beam for name in self.named_beams if (beam := self.beam(name)) is not None}

    @cached_property
    def named_beams(self) -> tuple[str, ...]:
        """The beams of which there is a group, with segments or without."""
        there = self.file.names()
        return tuple(name for name in BEAMS if name in there)

    def beam(self, name: str) -> Beam | None:
        """Return one beam, without a look at the others; None if it is not there, or has no segment.

        Raises
        ------
        InputError
            If it lacks a field that is needed.
        """
        if name not in self._beams:
            self._beams[name] = self._read_beam(name)
        return self._beams[name]

    def _read_beam(self, name: str) -> Beam | None:
        if not self.file.names(f"{name}/{SEGMENTS}"):
            return None
        for field in NEEDED:
            path = path_of_field(name, field)
            if not self.file.has_dataset(path):
                raise InputError(
                    f"{self.name} has no field {path}: it is no whole ATL06 granule; fetch it as NASA has it."
                )
        path = path_of_field(name, "segment_id")
        self.file.check_row(path)
        n_segments = self.file.shape(path)[0]
        return Beam(name, self._is_strong(name), n_segments) if n_segments else None

    def _is_strong(self, beam: str) -> bool | None:
        kind = str(self.file.attribute(beam, "atlas_beam_type") or "").strip("\0 ").lower()
        if kind in ("strong", "weak"):
            return kind == "strong"
        side = _STRONG_SIDE.get(-1 if self._orientation is None else self._orientation)
        return None if side is None else beam.endswith(side)

    @cached_property
    def _orientation(self) -> int | None:
        return self._of_orbit("sc_orient")

    def check_name(self) -> None:
        """Refuse a file of another pass than its name says; a file that does not tell its pass is taken.

        Raises
        ------
        InputError
        """
        for word, column, field in (("RGT", "rgt", "rgt"), ("cycle", "cycle", "cycle_number")):
            named, found = self._named[column], self._of_orbit(field)
            if pd.notna(named) and found is not None and found != int(named):
                raise InputError(
                    f"{self.name} does not hold what its name says, as by its orbit_info/{field} it is of {word} "
                    f"{found}, not {int(named)}: give the file the name that NASA gave the granule."
                )

    def _of_orbit(self, name: str) -> int | None:
        path = f"orbit_info/{name}"
        if not self.file.has_dataset(path):
            return None
        values = np.unique(self.file.read(path))
        return int(values[0]) if len(values) == 1 else None


def open_granule(
    place: str | Path, name: str = "", access: Access | None = None, progress: Progress | None = None
) -> GranuleFile:
    """Open an ATL06 granule, to be closed after use (it is a context manager).

    Parameters
    ----------
    place : str or Path
        A file of this machine, or its http or https address.
    name : str
        The granule's name, where the file is not called as it is.
    access : Access, optional
        What the granules of a run share: session and login.
    progress : Progress, optional

    Raises
    ------
    InputError
        If it is not there, or cannot be read, or is no ATL06 granule.
    DownloadError
        If it cannot be fetched.
    CancelledError
        If the user asked to stop.
    """
    file = open_hdf5(place, access, progress)
    try:
        return GranuleFile(file, name or name_of_place(place))
    except BaseException:
        file.close()
        raise


def name_of_place(place: str | Path) -> str:
    """Return the file's name of a path or an address."""
    path = urlsplit(str(place)).path if is_far(place) else Path(place).as_posix()
    return PurePosixPath(unquote(path)).name
