"""Numbers in sentences."""

from __future__ import annotations

from collections.abc import Sequence


def count(number: int, one: str, several: str) -> str:
    """Return a number with its noun: ``1 box``, ``2 boxes``."""
    return f"{number:,} {one if number == 1 else several}"


def some_of(number: int, total: int, one: str, several: str, has: str = "", have: str = "") -> str:
    """Return a part of a number of things, with its verb: ``1 of 4 frames has``, ``2 of 4 frames have``."""
    verb = has if number == 1 else have
    return f"{number:,} of {count(total, one, several)}{verb and f' {verb}'}"


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
