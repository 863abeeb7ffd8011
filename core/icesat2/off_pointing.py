"""Where passes were pointed: how far beside its reference ground track each footprint's middle lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import EARTH_RADIUS_M, offsets_of, tangent_lengths
from .orbit import beside_track, region_arc, track_vectors
from .strips import Strips

# The satellite can turn by 5 degrees, 45 km; real footprints that run from there back to the track come to 70 km. What
# lies farther off, or outside of its region by more than real footprints do, has the name of another pass.
_FARTHEST_M = 75_000.0
_BEYOND_REGION_DEG = 1.0
# Metres aside per metre along, 11 degrees: of 897 real footprints of passes that were pointed elsewhere, 896 turn less.
# What runs more steeply lies across its track and not along it.
_STEEPEST = 0.2


@dataclass(frozen=True)
class OffPointing:
    """How far beside their reference tracks passes run, at some places of each; from place to place it changes evenly.

    Attributes
    ----------
    offsets : (t + 1,) ndarray of int
        Pass ``k`` has the places ``offsets[k]:offsets[k + 1]``, at least two.
    u : (p,) ndarray
        Arguments of latitude of the places in degrees, ascending in each pass.
    left_m : (p,) ndarray
        Metres to the left.
    """

    offsets: np.ndarray
    u: np.ndarray
    left_m: np.ndarray

    @classmethod
    def along(cls, begin: np.ndarray, end: np.ndarray) -> OffPointing:
        """Return passes that keep to their tracks from one argument of latitude to another."""
        return cls(np.arange(len(begin) + 1) * 2, np.stack([begin, end], axis=1).ravel(), np.zeros(2 * len(begin)))

    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the arguments of latitude at which the passes begin and end, ``(t,)`` each."""
        return self.u[self.offsets[:-1]], self.u[self.offsets[1:] - 1]

    def where(self, mask: np.ndarray) -> OffPointing:
        """Return the passes that a mask ``(t,)`` keeps."""
        counts = np.diff(self.offsets)
        place = np.repeat(mask, counts)
        return OffPointing(offsets_of(counts[mask]), self.u[place], self.left_m[place])


@dataclass(frozen=True)
class StripPointing:
    """How strips lie beside the reference tracks of their names.

    Attributes
    ----------
    follows : (s,) ndarray of bool
        Whether the strip lies along its reference track, in its region and in the direction of flight.
    farthest_m : (s,) ndarray
        How far beside the track the middle of a vertex pair lies at most.
    off_pointing : OffPointing
        Of all strips, at their vertex pairs.
    """

    follows: np.ndarray
    farthest_m: np.ndarray
    off_pointing: OffPointing


def strip_pointing(strips: Strips, rgt: np.ndarray, region: np.ndarray) -> StripPointing:
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
    return StripPointing(follows, farthest, OffPointing(strips.offsets, u, left_m))
