"""Why there is nothing where something was asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lack:
    """Why something cannot be had or used; each room has its own kind.

    Attributes
    ----------
    reason : str
        In short, for a column or a count.
    sentence : str
        What a user reads.
    """

    reason: str
    sentence: str
