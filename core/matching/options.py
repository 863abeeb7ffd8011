"""What can be asked for of matching."""

from __future__ import annotations

from dataclasses import dataclass

from ..icesat2 import BOTH

STRTREE, PREFIX, FLIGHTLINE = "strtree", "prefix", "flightline"
METHODS = (STRTREE, PREFIX, FLIGHTLINE)


@dataclass(frozen=True)
class Matching:
    """When a granule belongs to a frame.

    Attributes
    ----------
    method : {'strtree', 'prefix', 'flightline'}
        See :func:`~xopr_crossovers.core.matching.match`.
    crossing_only : bool
        Keep only pairs whose footprint crosses the flight line.
    direction : {'both', 'ascending', 'descending'}
        Keep only pairs whose pass goes so where it comes by the middle of the frame: northward or southward.
    max_days : float, optional
        Keep only pairs with at most so many days between flight and pass, whichever came first.
    best : int
        Keep only so many granules of each frame, the nearest in time; 0 keeps all.
    """

    method: str = STRTREE
    crossing_only: bool = False
    direction: str = BOTH
    max_days: float | None = None
    best: int = 0
