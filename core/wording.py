"""Numbers in sentences."""

from __future__ import annotations


def count(number: int, one: str, several: str) -> str:
    """Return a number with its noun: ``1 box``, ``2 boxes``."""
    return f"{number:,} {one if number == 1 else several}"
