"""What can be asked for of matching."""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    method: str = STRTREE
    crossing_only: bool = False
