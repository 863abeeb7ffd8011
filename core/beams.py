"""ICESat-2's six beams: their names, and where they run beside the centre line.

The names are those of the products' groups: ``gt1l`` is the left-most ground track in the direction of flight, ``gt3r``
the right-most, whichever way the spacecraft is turned. Which of a pair is the strong beam depends on that
(``sc_orient``); it stands in the files, and in no record that a search answers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .errors import InputError

#: From the centre line to the middle of an outer pair, and between the two beams of a pair, in metres.
PAIR_SPACING_M = 3_300.0
WITHIN_PAIR_M = 90.0

#: How far left of the centre line each beam runs, in metres, from left to right; then the centre line itself.
BESIDE_M = {
    f"gt{pair}{side}": (2 - pair) * PAIR_SPACING_M + sign * WITHIN_PAIR_M / 2
    for pair in (1, 2, 3)
    for side, sign in (("l", 1), ("r", -1))
}
BESIDE_M["centre"] = 0.0

CENTRE = "centre"
#: The six beams, and all lines: with the centre line.
BEAMS = tuple(name for name in BESIDE_M if name != CENTRE)
LINES = tuple(BESIDE_M)

_SIDES = {"l": "left", "r": "right"}


def check_beams(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names once each, from left to right, the centre line last.

    Raises
    ------
    InputError
        If there is none, or one that is no beam.
    """
    unknown = [name for name in names if name not in BESIDE_M]
    if unknown:
        raise InputError(f"BEAMS: there is no beam {unknown[0]!r}; choose of {', '.join(LINES)}.")
    if not names:
        raise InputError(f"BEAMS: no beam is chosen; choose of {', '.join(LINES)}.")
    return tuple(name for name in LINES if name in names)


def pairs_and_sides(names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the pair (1 left-most, 3 right-most; 0 for the centre line) and the side in it (None for that)."""
    pairs = np.array([0 if name == CENTRE else int(name[2]) for name in names], dtype=np.int64)
    return pairs, np.array([None if name == CENTRE else _SIDES[name[3]] for name in names], dtype=object)
