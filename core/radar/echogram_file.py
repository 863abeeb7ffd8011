"""Echogram files of Open Polar Radar: received power by trace and time, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..common import InputError, count
from .fields import numbers_of, row_of
from .kinds import ECHOGRAM, LAYERS, ORGANISER, OTHER, kind_of
from .mat_file import Node, opened

_BLOCK_BYTES = 32_000_000
_ADVICE = "fetch it anew, or do without the echogram"
_OTHERS = {LAYERS: "a layer file", ORGANISER: "the organiser of a segment", OTHER: "a file without 'Data'"}


@dataclass(frozen=True)
class Echogram:
    """An open echogram file.

    Attributes
    ----------
    name : str
        What it is called in messages.
    lon, lat : (n,) ndarray
        Degrees, WGS 84.
    elevation : (n,) ndarray
        That the times count from, metres above the ellipsoid; need not be that of the frame's layer file.
    time : (m,) ndarray
        Two-way travel time of the samples in seconds, ascending.
    surface, bottom : (n,) ndarray
        Two-way travel times that were picked when it was made; NaN where none are.
    """

    name: str
    lon: np.ndarray
    lat: np.ndarray
    elevation: np.ndarray
    time: np.ndarray
    surface: np.ndarray
    bottom: np.ndarray
    _data: Node

    def blocks(self, most_bytes: int = _BLOCK_BYTES) -> Iterator[tuple[int, np.ndarray]]:
        """Give the power of all traces in order, some at a time: the first one's number, and ``(m, some)`` floats.

        Parameters
        ----------
        most_bytes : int
            So much of it is in memory at once, about; a file before 7.3 is read as a whole.

        Raises
        ------
        InputError
            If it holds no real numbers.
        """
        together = self._data.columns_at_once
        step = max(most_bytes // (8 * len(self.time)), 1)
        step -= step % together if step > together else 0
        for begin in range(0, len(self.lon), step):
            power = self._data.columns(begin, min(begin + step, len(self.lon)))
            if power is None or power.dtype.kind not in "fiub":
                raise InputError(f"{self.name} holds no power (real numbers) in 'Data': {_ADVICE}.")
            yield begin, power.astype(float)


@contextmanager
def opened_echogram(path: Path, name: str = "") -> Iterator[Echogram]:
    """Give an echogram file of CSARP_standard or CSARP_qlook for as long as the ``with`` block lasts.

    Parameters
    ----------
    path : Path
    name : str
        What the file is called in messages; its path without one.

    Raises
    ------
    InputError
        If it cannot be read, or a field is missing or of another shape than the others.
    """
    name = name or str(path)
    with opened(path, name) as file:
        if (kind := kind_of(file)) != ECHOGRAM:
            raise InputError(
                f"{name} is {_OTHERS[kind]} and no echogram file: give that of CSARP_standard or CSARP_qlook."
            )
        lat = row_of(file, "Latitude", None, name)
        lon, elevation = (row_of(file, field, len(lat), name) for field in ("Longitude", "Elevation"))
        time = numbers_of(file, "Time", name).ravel()
        if len(time) < 2 or not (np.diff(time) > 0).all():
            raise InputError(f"{name} holds no ascending times in 'Time': {_ADVICE}.")
        data = file.child("Data")
        if data is None or data.shape != (len(time), len(lat)):
            shape = " x ".join(f"{size:,}" for size in data.shape) if data and data.shape else "no"
            wanted = f"{count(len(time), 'time', 'times')} and {count(len(lat), 'trace', 'traces')}"
            raise InputError(f"{name} holds {shape} values in 'Data' for {wanted}: {_ADVICE}.")
        surface, bottom = (
            row_of(file, field, len(lat), name) if file.child(field) else np.full(len(lat), np.nan)
            for field in ("Surface", "Bottom")
        )
        yield Echogram(name, lon, lat, elevation, time, surface, bottom, data)
