"""Finding the rows of a beam that lie along parts of its track, without reading where all its segments are.

Segments are missing here and there, so that a row's number is no distance. The file numbers segments (``segment_id``,
about 20 m each, small), which tells in which chunk to look; ``x_atc`` of that chunk tells the row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..remote import Hdf5File, Rows
from .fields import path_of_field

#: Metres a number. In real files 20 m times the number is up to 18 km off the distance along the track.
SEGMENT_M = 20.0
# So many numbers around a first guess are looked at, and so many are surely too far off to look at.
_GUESS_OFF = 1_250
_FAR_OFF = 5_000


class RowSearch:
    """Looks for rows of one beam, chunk by chunk: fetch what is :attr:`wanted`, then :meth:`look`, until all is known.

    Parameters
    ----------
    file : Hdf5File
    beam : str
    n_segments : int
        Of that beam; 1 or more.
    """

    def __init__(self, file: Hdf5File, beam: str, n_segments: int) -> None:
        self._file = file
        self._n = n_segments
        self._path = path_of_field(beam, "x_atc")
        self._size = file.chunk_rows(self._path)
        ids = file.read(path_of_field(beam, "segment_id"), Rows(0, n_segments)).astype(np.float64)
        self._numbers = np.maximum.accumulate(ids)
        self._row = np.zeros(0, dtype=np.int64)
        self._metres = np.zeros(0)
        self._targets = np.zeros(0)
        self._loaded = np.zeros(-(-n_segments // self._size), dtype=bool)

    @property
    def middle_m(self) -> float:
        """About how far along the track the middle of the beam is."""
        return float(self._numbers[self._n // 2]) * SEGMENT_M

    def begin(self, begin_m: np.ndarray, end_m: np.ndarray) -> None:
        """Look for the rows between these metres along the track."""
        self._targets = np.concatenate([begin_m, end_m])
        guess = self._targets / SEGMENT_M
        # What is far off lies before the first row or behind the last one, and is not looked for.
        self._is_near = (guess > self._numbers[0] - _FAR_OFF) & (guess < self._numbers[-1] + _FAR_OFF)
        around = [self._rows_of(guess[self._is_near] + side * _GUESS_OFF) for side in (-1, 1)]
        self.wanted = self._unknown_chunks(np.concatenate(around))

    def look(self) -> None:
        """Read the wanted chunks, which were fetched, and find out what else is wanted."""
        for rows in self.wanted:
            self._loaded[rows.begin // self._size] = True
            self._row = np.concatenate([self._row, np.arange(rows.begin, rows.end)])
            self._metres = np.concatenate([self._metres, self._file.read(self._path, rows)])
        order = np.argsort(self._row)
        self._row = self._row[order]
        self._metres = np.maximum.accumulate(self._metres[order])
        self.wanted = self._next()

    def found(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the first row of each part, and the row after its last one."""
        after = np.searchsorted(self._metres, self._targets)
        rows = np.append(self._row, self._n)[after] if len(self._row) else after
        rows = np.where(self._is_near, rows, np.where(self._targets / SEGMENT_M < self._numbers[0], 0, self._n))
        half = len(rows) // 2
        return rows[:half], np.maximum(rows[half:], rows[:half])

    @property
    def path(self) -> str:
        """The field that is looked into."""
        return self._path

    def _next(self) -> Sequence[Rows]:
        """Return the chunks in which an end of a part may be that is not known yet."""
        targets = self._targets[self._is_near]
        after = np.searchsorted(self._metres, targets)
        low = np.concatenate([[-1], self._row])[after]
        high = np.append(self._row, self._n)[after]
        open_ = high - low > 1
        if not open_.any():
            return ()
        low, high = low[open_], high[open_]
        # What 20 m times the number is off, it is by about as much at the nearest row that is known.
        known = np.clip(np.where(low >= 0, after[open_] - 1, after[open_]), 0, len(self._row) - 1)
        off = self._metres[known] / SEGMENT_M - self._numbers[self._row[known]]
        return self._unknown_chunks(np.clip(self._rows_of(targets[open_] / SEGMENT_M - off), low + 1, high - 1))

    def _rows_of(self, numbers: np.ndarray) -> np.ndarray:
        return np.minimum(np.searchsorted(self._numbers, numbers), self._n - 1)

    def _unknown_chunks(self, rows: np.ndarray) -> Sequence[Rows]:
        chunks = np.unique(rows // self._size)
        return [
            Rows(int(chunk) * self._size, min((int(chunk) + 1) * self._size, self._n))
            for chunk in chunks[~self._loaded[chunks]]
        ]
