"""Where the satellite passed: the centre lines of granules, and lines beside them.

A centre line is the reference ground track, as it is or with the off-pointing that the pass really had, or comes from
the middles of a footprint's vertex pairs alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..geometry import norms, offsets_of, owners_of, short_arc_lengths, since_first, spread, tangent_lengths
from .off_pointing import OffPointing
from .orbit import track_vectors
from .strips import Strips

# Of great circles between points of a reference track so far apart, the bend taken into account, none is off by 2.5 m.
# They make three of the steps in which crossings are sought.
_STEP_DEG = 2.14
# Real footprints' middles lie up to 90 m off the track that the satellite kept to, and more between far vertices.
_FOOTPRINT_M = 100.0


@dataclass(frozen=True)
class Tracks:
    """Centre lines of granules in the order of flight.

    Line ``k`` has the vertices ``offsets[k]:offsets[k + 1]``, at least two.

    Attributes
    ----------
    granule : (t,) ndarray of int
        Row number of each line's granule.
    offsets : (t + 1,) ndarray of int
    centre : (m, 3) ndarray
        Unit vectors; latitude is geodetic, taken as spherical.
    across : (m, 3) ndarray
        What one metre to the left on the ellipsoid adds to the unit vector.
    share : (m,) ndarray
        Part of the pass that is over, 0 at its first vertex, 1 at its last; by distance on the ellipsoid, or on a
        reference track by the way round the orbit.
    uncertainty_m : (m,) ndarray
        How far off, across the track, the line may be from this vertex to the next.
    """

    granule: np.ndarray
    offsets: np.ndarray
    centre: np.ndarray
    across: np.ndarray
    share: np.ndarray
    uncertainty_m: np.ndarray

    def __len__(self) -> int:
        return len(self.granule)

    def where(self, mask: npt.NDArray[np.bool_]) -> Tracks:
        """Return the lines that a mask ``(t,)`` keeps."""
        counts = np.diff(self.offsets)
        of_vertex = np.repeat(mask, counts)
        per_vertex = (self.centre, self.across, self.share, self.uncertainty_m)
        return Tracks(self.granule[mask], offsets_of(counts[mask]), *(values[of_vertex] for values in per_vertex))

    def lengths_m(self) -> np.ndarray:
        """Return the lengths of the lines on the ellipsoid, ``(t,)``, as of great circles between their vertices."""
        step = np.zeros(len(self.centre))
        if len(step):
            step[:-1] = short_arc_lengths(self.centre[:-1], self.centre[1:])
        step[self.offsets[1:] - 1] = 0.0
        return np.bincount(owners_of(np.diff(self.offsets)), step, minlength=len(self))


def footprint_tracks(strips: Strips, wanted: npt.NDArray[np.bool_] | None = None, first_row: int = 0) -> Tracks:
    """Return the centre lines of strips.

    The direction across is that of the pairs: it is the same for the steps before and after a pair, so that the lines
    beside the centre line are continuous; real pairs are perpendicular to the track within 0.1 degree in the median.

    Parameters
    ----------
    strips : Strips
    wanted : (s,) ndarray of bool, optional
        Which strips; all of them if it is not given.
    first_row : int
        Row number of the granule whose footprint is the first of the batch.
    """
    wanted = np.ones(len(strips), dtype=bool) if wanted is None else wanted
    use = wanted[strips.strip]
    left, right = strips.left[use], strips.right[use]
    counts = np.diff(strips.offsets)[wanted]
    offsets = offsets_of(counts)
    centre = left + right
    centre /= norms(centre)[:, None]
    across = left - right
    across -= (across * centre).sum(axis=1)[:, None] * centre
    across /= tangent_lengths(centre, across)[:, None]

    first, last = offsets[:-1], offsets[1:] - 1
    step = np.zeros(len(centre))
    if len(centre):
        step[1:] = short_arc_lengths(centre[:-1], centre[1:])
        step[first] = 0.0
    walked = since_first(np.cumsum(step), counts)
    share = walked / np.repeat(walked[last], counts)
    known = np.full(len(centre), _FOOTPRINT_M)
    return Tracks(strips.footprint[wanted] + first_row, offsets, centre, across, share, known)


def reference_tracks(
    granule: np.ndarray, rgt: np.ndarray, off_pointing: OffPointing, uncertainty_m: np.ndarray
) -> Tracks:
    """Return lines along reference ground tracks, or beside them.

    Parameters
    ----------
    granule : (t,) ndarray of int
        Row numbers that the lines bear.
    rgt : (t,) ndarray of int
    off_pointing : OffPointing
        From where to where, and how far beside the tracks. Where that changes, the line is known to half the change.
    uncertainty_m : (t,) ndarray
        Of the lines at least, in metres.
    """
    to_next = np.diff(off_pointing.u, append=0.0)
    change = np.diff(off_pointing.left_m, append=0.0)
    last = off_pointing.offsets[1:] - 1
    to_next[last] = change[last] = 0.0
    count = np.maximum(np.ceil(to_next / _STEP_DEG), 1).astype(np.int64)
    station, number = spread(count)
    part = number / count[station]
    u = off_pointing.u[station] + part * to_next[station]
    left_m = off_pointing.left_m[station] + part * change[station]

    offsets = offsets_of(count)[off_pointing.offsets]
    line = owners_of(np.diff(offsets))
    centre, across = track_vectors(np.asarray(rgt, dtype=np.int64)[line], u)
    across = across / tangent_lengths(centre, across)[:, None]
    centre = centre + left_m[:, None] * across
    centre /= norms(centre)[:, None]
    begin, end = off_pointing.ends()
    share = (u - begin[line]) / (end - begin)[line]
    known = np.maximum(np.asarray(uncertainty_m, dtype=float)[line], np.abs(change[station]) / 2.0)
    return Tracks(np.asarray(granule), offsets, centre, across, share, known)


def joined_tracks(parts: list[Tracks]) -> Tracks:
    """Return the lines of all parts, of which there is at least one.

    Parameters
    ----------
    parts : list of Tracks
    """
    return Tracks(
        np.concatenate([part.granule for part in parts]),
        offsets_of(np.concatenate([np.diff(part.offsets) for part in parts])),
        np.concatenate([part.centre for part in parts]),
        np.concatenate([part.across for part in parts]),
        np.concatenate([part.share for part in parts]),
        np.concatenate([part.uncertainty_m for part in parts]),
    )
