"""NASA's reference ground tracks as a table: how far left of the even track each of them runs.

The table is `rgt_offsets.txt` beside this file, made by ``scripts/make_tracks.py`` of a point a minute of all 1,387
tracks, the same for every cycle (NASA's ICESat-2 reference ground tracks, cycle 14, by way of mlampros/IceSat2R). A
point lies on its track within 0.13 m; if every second value is left out, those left out come within 0.17 m.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

#: Of the table.
PATH = Path(__file__).with_name("rgt_offsets.txt")

PER_ORBIT = 72
"""Values each time round: one every 5 degrees of the argument of latitude."""
UNIT_M = 0.1
"""Metres in a unit of the table."""

# The tracks undulate at most nine times an orbit: six values in a row hold more than a polynomial through them needs.
_NEIGHBOURS = 6


@cache
def offsets_m() -> npt.NDArray[np.float64]:
    """Return how far left of the even track the reference tracks run, in metres on the core's sphere.

    Returns
    -------
    (1387 * 72 + 1,) ndarray
        Value ``i`` is that at ``5 * i`` degrees since RGT 1's ascending node: one orbit after the other. The last is
        the end of RGT 1387, which joins RGT 1 with a step of some tens of metres.
    """
    lines = PATH.read_text(encoding="ascii").splitlines()
    bends = np.array(" ".join(line for line in lines if not line.startswith("#")).split(), dtype=np.int64)
    return UNIT_M * np.cumsum(np.cumsum(bends))


def interpolated(values: npt.NDArray[np.float64], position: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return values of a table between its entries, by polynomials through the six nearest.

    Parameters
    ----------
    values : (n,) ndarray
        At the positions 0, 1, 2, ...
    position : array_like of float
        A little beyond the ends the last polynomial is carried on.
    """
    position = np.asarray(position, dtype=float)
    first = np.clip(np.floor(position).astype(np.int64) - _NEIGHBOURS // 2 + 1, 0, len(values) - _NEIGHBOURS)
    away = position - first
    total = np.zeros(position.shape)
    for i in range(_NEIGHBOURS):
        weight = np.ones(position.shape)
        for j in range(_NEIGHBOURS):
            if i != j:
                weight *= (away - j) / (i - j)
        total += weight * values[first + i]
    return total
