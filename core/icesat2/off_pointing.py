"""Where passes were pointed: how far beside its reference ground track each footprint's middle lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import EARTH_RADIUS_M, tangent_lengths
from .orbit import beside_track, region_arc, track_vectors
from .strips import Strips
from .tracks import Beside

# The satellite can turn by 5 degrees, 45 km; real footprints that run from there back to the track come to 70 km. What
# lies farther off, or outside of its region by more than real footprints do, has the name of another pass.
_FARTHEST_M = 75_000.0
_BEYOND_REGION_DEG = 1.0
# Metres aside per metre along, 11 degrees: of 897 real footprints of passes that were pointed elsewhere, 896 turn less.
# What runs more steeply lies across its track and not along it.
_STEEPEST = 0.2


@dataclass(frozen=True)
class Pointing:
    """How strips lie beside the reference tracks of their names.

    Attributes
    ----------
    follows : (s,) ndarray of bool
        Whether the strip lies along its reference track, in its region and in the direction of flight.
    farthest_m : (s,) ndarray
        How far beside the track the middle of a vertex pair lies at most.
    beside : Beside
        Of all strips, at their vertex pairs.
    """

    follows: np.ndarray
    farthest_m: np.ndarray
    beside: Beside

    def beside_of(self, wanted: np.ndarray) -> Beside:
        """Return the places of some strips, by a mask."""
        use = np.repeat(wanted, np.diff(self.beside.offsets))
        offsets = np.concatenate([[0], np.cumsum(np.diff(self.beside.offsets)[wanted])])
        return Beside(offsets, self.beside.u[use], self.beside.left_m[use])


def pointing(strips: Strips, rgt: np.ndarray, region: np.ndarray) -> Pointing:
    """Find out how strips lie beside their reference tracks.

    Parameters
    ----------
    strips : Strips
    rgt, region : (s,) ndarray of int
        Reference ground track and granule region that the name of each strip's granule says; 0 if it says none.
    """
    known = (rgt > 0) & (region > 0)
    strip, centre = strips.strip, strips.centre()
    track, part = np.where(known, rgt, 1)[strip], np.where(known, region, 1)
    begin, end = region_arc(part)
    u, left = beside_track(track, centre, ((begin + end) / 2.0)[strip])
    place, leftward = track_vectors(track, u)
    left_m = left * tangent_lengths(place, leftward)

    first, last = strips.offsets[:-1], strips.offsets[1:] - 1
    farthest = np.maximum.reduceat(np.abs(left_m), first) if len(first) else np.zeros(0)
    onward = np.ones(len(u), dtype=bool)
    onward[1:] = u[1:] > u[:-1]
    onward[first] = True
    steep = np.zeros(len(u), dtype=bool)
    along_m = np.radians(np.abs(np.diff(u))) * EARTH_RADIUS_M
    steep[1:] = np.abs(np.diff(left_m)) > _STEEPEST * along_m
    steep[first] = False
    follows = known & (farthest < _FARTHEST_M) & (np.bincount(strip, ~onward | steep, minlength=len(first)) == 0)
    follows &= (u[first] > begin - _BEYOND_REGION_DEG) & (u[last] < end + _BEYOND_REGION_DEG)
    return Pointing(follows, farthest, Beside(strips.offsets, u, left_m))
