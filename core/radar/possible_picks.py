"""Picks that cannot be: travel times in another unit, negative ones, and those that put the surface where none is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..common import count
from .picks import Layer, RadarPicks

#: No surface of the Earth is outside of these heights above the ellipsoid (m). On land, sea level apart, it lies from
#: -430 m (the shore of the Dead Sea) to 8,849 m (Mount Everest, survey of 2020), and sea level itself lies from -106 m
#: to 85 m (EGM2008).
SURFACE_M = (-600.0, 9_000.0)
#: No ice is so thick (m): the thickest that is known has 4,897 m (BedMachine Antarctica; 4,776 m in Bedmap2).
MOST_ICE_M = 6_000.0
# Picks of a surface and a bed that are one differ by so much at most (m), the one way or the other.
_AT_ONE_M = 100.0


def possible_picks(picks: RadarPicks) -> RadarPicks:
    """Return picks without those that cannot be.

    Parameters
    ----------
    picks : RadarPicks

    Returns
    -------
    RadarPicks
        Without a surface before the pulse was sent or outside of :data:`SURFACE_M`, and without a bed more than
        :data:`MOST_ICE_M` below the surface or above it. `impossible` says how many are left out.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # of times without end
        ice = picks.surface - picks.bed
    surface = _only(picks.surface_pick, (picks.surface_pick.twtt >= 0) & _within(picks.surface, *SURFACE_M))
    # A bed below a surface that is left out has no height anyway, and is not counted.
    bed = _only(picks.bed_pick, ~np.isfinite(surface.twtt) | _within(ice, -_AT_ONE_M, MOST_ICE_M))
    impossible = _n_picks(picks.surface_pick) - _n_picks(surface) + _n_picks(picks.bed_pick) - _n_picks(bed)
    return replace(picks, surface_pick=surface, bed_pick=bed, impossible=impossible) if impossible else picks


def left_out(impossible: int, whose: str = "") -> str:
    """Return the sentence on so many picks that are left out."""
    low, high = SURFACE_M
    return (
        f"{count(impossible, 'pick', 'picks')}{whose} left out, as no surface or bed can be there: the two-way travel "
        f"time is below 0, the surface outside of {low:,g} to {high:,g} m above the ellipsoid, or the ice over "
        f"{MOST_ICE_M:,g} m thick; check that 'twtt' is in seconds and the elevation in metres."
    )


def _within(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return (values >= low) & (values <= high)


def _only(layer: Layer, can_be: np.ndarray) -> Layer:
    return Layer.of(np.where(can_be, layer.twtt, np.nan), layer.quality, layer.kind)


def _n_picks(layer: Layer) -> int:
    return int(np.isfinite(layer.twtt).sum())
