"""Where the satellite passed: the centre lines of granules, and lines beside them.

A centre line is the reference ground track, as it is or with the off-pointing that the pass really had, or comes from
the middles of a footprint's vertex pairs alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..geometry import EARTH_RADIUS_M, short_arc_lengths, tangent_lengths
from .orbit import NODE_SHIFT, track_vectors
from .strips import Strips

# Of great circles between points of a reference track so far apart, the bend taken into account, none is off by 2.5 m.
# They make three of the steps in which crossings are sought.
_STEP_DEG = 2.14
# Real footprints' middles lie up to 90 m off the track that the satellite kept to, and more between far vertices.
_FOOTPRINT_M = 100.0
# The Earth turns under the orbit by this part of the way that the satellite goes round.
_EARTH_TURN = NODE_SHIFT / 360.0


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
    use = np.repeat(wanted, np.diff(strips.offsets))
    left, right = strips.left[use], strips.right[use]
    offsets = np.concatenate([[0], np.cumsum(np.diff(strips.offsets)[wanted])])
    centre = left + right
    centre /= np.linalg.norm(centre, axis=1)[:, None]
    across = left - right
    across -= (across * centre).sum(axis=1)[:, None] * centre
    across /= tangent_lengths(centre, across)[:, None]

    first, last = offsets[:-1], offsets[1:] - 1
    step = np.zeros(len(centre))
    if len(centre):
        step[1:] = short_arc_lengths(centre[:-1], centre[1:])
        step[first] = 0.0
    walked = np.cumsum(step)
    walked -= np.repeat(walked[first], np.diff(offsets))
    share = walked / np.repeat(walked[last], np.diff(offsets))
    known = np.full(len(centre), _FOOTPRINT_M)
    return Tracks(strips.footprint[wanted] + first_row, offsets, centre, across, share, known)


@dataclass(frozen=True)
class Beside:
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
    def along(cls, begin: np.ndarray, end: np.ndarray) -> Beside:
        """Return passes that keep to their tracks from one argument of latitude to another."""
        return cls(np.arange(len(begin) + 1) * 2, np.stack([begin, end], axis=1).ravel(), np.zeros(2 * len(begin)))


def reference_tracks(granule: np.ndarray, rgt: np.ndarray, beside: Beside, uncertainty_m: np.ndarray) -> Tracks:
    """Return lines along reference ground tracks, or beside them.

    Parameters
    ----------
    granule : (t,) ndarray of int
        Row numbers that the lines bear.
    rgt : (t,) ndarray of int
    beside : Beside
        From where to where, and how far beside the tracks. Where that changes, the line is known to half the change.
    uncertainty_m : (t,) ndarray
        Of the lines at least, in metres.
    """
    to_next = np.diff(beside.u, append=0.0)
    change = np.diff(beside.left_m, append=0.0)
    last = beside.offsets[1:] - 1
    to_next[last] = change[last] = 0.0
    count = np.maximum(np.ceil(to_next / _STEP_DEG), 1).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(count)])
    station = np.repeat(np.arange(len(count)), count)
    part = (np.arange(first[-1]) - first[station]) / count[station]
    u = beside.u[station] + part * to_next[station]
    left_m = beside.left_m[station] + part * change[station]

    offsets = first[beside.offsets]
    line = np.repeat(np.arange(len(granule)), np.diff(offsets))
    centre, across = track_vectors(np.asarray(rgt, dtype=np.int64)[line], u)
    across = across / tangent_lengths(centre, across)[:, None]
    centre = centre + left_m[:, None] * across
    centre /= np.linalg.norm(centre, axis=1)[:, None]
    begin, end = beside.u[beside.offsets[:-1]], beside.u[last]
    share = (u - begin[line]) / (end - begin)[line]
    known = np.maximum(np.asarray(uncertainty_m, dtype=float)[line], np.abs(change[station]) / 2.0)
    return Tracks(np.asarray(granule), offsets, centre, across, share, known)


def joined_tracks(parts: list[Tracks]) -> Tracks:
    """Return the lines of all parts, of which there is at least one."""
    counts = np.concatenate([np.diff(part.offsets) for part in parts])
    return Tracks(
        np.concatenate([part.granule for part in parts]),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([part.centre for part in parts]),
        np.concatenate([part.across for part in parts]),
        np.concatenate([part.share for part in parts]),
        np.concatenate([part.uncertainty_m for part in parts]),
    )


def bends(z: np.ndarray, angle: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Return how far left of a great circle the track between two of its points runs, in radians.

    Parameters
    ----------
    z : ndarray
        Sine of latitude.
    angle : ndarray
        Between the two points, in radians.
    part : ndarray
        Of the way from one to the other.
    """
    return _EARTH_TURN * z * angle**2 * part * (1.0 - part)


class Steps:
    """The tracks cut into short steps, whose ends are computed when they are asked for.

    Between two vertices the centre line is not the great circle: as the Earth turns under the orbit, the track bends to
    the right in the north and to the left in the south. In the middle of 300 km that is 0.2 km, of 1,600 km up to 6 km.
    The bend is that of an orbit whose node moves 23.6193 degrees west each time round; it takes 98.5 % of the bend of
    the track model away, and the pairs of real footprints stand slanted by just so much.

    Parameters
    ----------
    tracks : Tracks
    longest_m : float
        No step is longer than this on the sphere.

    Attributes
    ----------
    vertex : (n,) ndarray of int
        The vertex of the tracks before each step.
    track : (m,) ndarray of int
        The line of each vertex.
    """

    def __init__(self, tracks: Tracks, longest_m: float) -> None:
        self.tracks = tracks
        m = len(tracks.centre)
        self.track = np.repeat(np.arange(len(tracks), dtype=np.int32), np.diff(tracks.offsets))
        self._angle = np.zeros(m)
        if m:
            chord = np.linalg.norm(tracks.centre[1:] - tracks.centre[:-1], axis=1)
            self._angle[:-1] = 2.0 * np.arcsin(np.minimum(chord / 2.0, 1.0))
        self._count = np.maximum(np.ceil(self._angle * EARTH_RADIUS_M / longest_m), 1).astype(np.int32)
        self._count[tracks.offsets[1:] - 1] = 0
        first = np.cumsum(self._count, dtype=np.int64) - self._count
        self.vertex = np.repeat(np.arange(m, dtype=np.int32), self._count)
        self._number = (np.arange(len(self.vertex)) - first[self.vertex]).astype(np.int32)

    def __len__(self) -> int:
        return len(self.vertex)

    def at(self, steps: np.ndarray | slice, part: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return places on steps.

        Parameters
        ----------
        steps : (k,) ndarray of int, or slice
        part : float
            0 for the begin, 1 for the end; the end of a step is to the last bit the begin of the next.

        Returns
        -------
        centre, across : (k, 3) ndarray
            As in :class:`Tracks`.
        share : (k,) ndarray
        """
        vertex = self.vertex[steps].astype(np.int64)
        t = (self._number[steps] + part) / self._count[vertex]
        before, after = (1.0 - t)[:, None], t[:, None]
        tracks = self.tracks
        centre = before * tracks.centre[vertex] + after * tracks.centre[vertex + 1]
        centre /= np.sqrt((centre * centre).sum(axis=1))[:, None]
        across = before * tracks.across[vertex] + after * tracks.across[vertex + 1]
        share = (1.0 - t) * tracks.share[vertex] + t * tracks.share[vertex + 1]
        bend = bends(centre[:, 2], self._angle[vertex], t) * EARTH_RADIUS_M
        return centre + bend[:, None] * across, across, share
