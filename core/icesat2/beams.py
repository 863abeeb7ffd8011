"""ICESat-2's six beams: their names, and where they run beside the centre line.

The names are those of the products' groups: ``gt1l`` is the left-most ground track in the direction of flight, ``gt3r``
the right-most, whichever way the spacecraft is turned. Which of a pair is the strong beam depends on that
(``sc_orient``); it stands in the files, and in no record that a search answers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..common import InputError
from .even_orbit import altitudes
from .options import BEAMS, CENTRE, LINES

#: From the centre line to the middle of an outer pair, and between the two beams of a pair, by the altitude. The angles
#: are fixed. Fitted to where real beams lie beside the reference track: 61 ATL06 segments and NASA's own beam tracks in
#: Antarctica (3,373 and 94 m), four ATL06 files of west Greenland (3,240 and 90 m, 1.3 km above the ellipsoid).
PAIR_SPACING = 0.006_687
WITHIN_PAIR = 0.000_186_6

_NOMINAL_ALTITUDE_M = 500_000.0

#: How far left of the centre line each beam runs, in metres from an altitude of 500 km, from left to right; then the
#: centre line itself.
BESIDE_M = {
    name: ((2 - int(name[2])) * PAIR_SPACING + (1 if name[3] == "l" else -1) * WITHIN_PAIR / 2) * _NOMINAL_ALTITUDE_M
    for name in BEAMS
}
BESIDE_M[CENTRE] = 0.0

_SIDES = {"l": "left", "r": "right"}


def check_beams(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names once each, from left to right, the centre line last.

    Parameters
    ----------
    names : sequence of str
        ``gt1l`` to ``gt3r``, ``centre``; in any order.

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


def beam_spread(z: np.ndarray) -> np.ndarray:
    """Return by how much farther apart the beams are than in :data:`BESIDE_M`, by the sine of geodetic latitude.

    That is on the ellipsoid: where the ice is 3 km high, the outer beams are 20 m nearer to the middle.

    Parameters
    ----------
    z : ndarray
        Sine of geodetic latitude.

    Returns
    -------
    ndarray
        About 0.95 to 1.01: the altitude by 500 km.
    """
    return altitudes(z) / _NOMINAL_ALTITUDE_M


def pairs_and_sides(names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the pair (1 left-most, 3 right-most; 0 for the centre line) and the side in it (None for that).

    Parameters
    ----------
    names : sequence of str
        Of :data:`LINES`.

    Returns
    -------
    pairs : (n,) ndarray of int
    sides : (n,) ndarray of object
        ``left``, ``right`` or None.
    """
    pairs = np.array([0 if name == CENTRE else int(name[2]) for name in names], dtype=np.int64)
    return pairs, np.array([None if name == CENTRE else _SIDES[name[3]] for name in names], dtype=object)
