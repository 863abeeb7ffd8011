"""Whole numbers that users list: ``22, 24-26``."""

from __future__ import annotations

import re

import numpy as np

from .errors import InputError

_PART = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")


def read_numbers(text: str | None, name: str, lowest: int, highest: int) -> np.ndarray | None:
    """Return the numbers of a list such as ``22, 24-26``.

    Parameters
    ----------
    text : str or None
        Numbers and ranges (both ends included), separated by commas, semicolons or spaces.
    name : str
        What to call the list in an error.
    lowest, highest : int
        What there is.

    Returns
    -------
    (n,) ndarray of int, or None
        Ascending, each once; None for an empty text, which asks for all.

    Raises
    ------
    InputError
        If a part is no number or range, or is one that there is not.
    """
    parts = [part for part in re.split(r"[,;\s]+", re.sub(r"\s*-\s*", "-", text or "")) if part]
    numbers: set[int] = set()
    for part in parts:
        found = _PART.fullmatch(part)
        if found is None:
            raise InputError(f"{name}: '{part}' is no number or range; write them as 22,24-26.")
        first = int(found[1])
        last = int(found[2] or first)
        if first > last:
            raise InputError(f"{name}: the range {part} ends before it begins; write {last}-{first}.")
        if first < lowest or last > highest:
            wrong = first if first < lowest else last
            raise InputError(f"{name}: there is no {wrong}; numbers are {lowest} to {highest}.")
        numbers.update(range(first, last + 1))
    return np.array(sorted(numbers), dtype=np.int64) if numbers else None


def write_numbers(numbers: np.ndarray) -> str:
    """Return numbers as :func:`read_numbers` reads them: ``1-3, 7``."""
    numbers = np.unique(numbers)
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
