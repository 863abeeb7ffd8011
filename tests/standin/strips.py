"""The footprints: 12.5 km wide strips along the reference ground tracks, cut and ordered as the real ones are.

All tracks have nearly the same shape, turned about the pole: within a kilometre. Where that will do, a strip
is made once for each region and way of placing its vertices, and then turned for each RGT.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from xopr_crossovers.core.icesat2 import orbit

TRACKS = np.arange(1, orbit.TRACKS_PER_CYCLE + 1)
EARTH_RADIUS_KM = 6371.0
HALF_WIDTH_KM = 6.25
ARCTIC = range(1, 8)
"""The regions north of the equator; the other seven are south of it."""

# Vertex pairs of 32 ways of placing them: real rings have 9 to 51 vertices (4 to 25 pairs), 27 in the median.
_PAIRS = np.array([4, 8, 10, 11, 11, 11, *[12] * 5, *[13] * 12, *[14] * 4, 15, 15, 16, 18, 25])


def layout(rgt):
    """Which way of placing vertices a track has: 0 to 31, spread over the tracks."""
    return (np.asarray(rgt) * 13) % len(_PAIRS)


@cache
def pairs(region, layout_number, rgt=1):
    """Right and left edge of a strip in flight direction: two (n, 2) arrays of longitude and latitude."""
    return tuple(edge[0] for edge in _edges(region, layout_number, np.array([rgt])))


@cache
def _pairs_of_tracks(region, layout_number):
    """The edges of all tracks with a way of placing vertices, by RGT: a track alone takes nearly as long as all."""
    tracks = TRACKS[layout(TRACKS) == layout_number]
    return dict(zip(tracks.tolist(), zip(*_edges(region, layout_number, tracks))))


def _edges(region, layout_number, rgts):
    """Right and left edges of strips: two (tracks, n, 2) arrays."""
    u0, u1 = orbit.region_arc(region)
    u = u0 + (u1 - u0) * _spacing(region, layout_number)
    at, ahead, behind = (unit_vectors(*orbit.ground_track(rgts[:, None], u + turn)) for turn in (0, 0.01, -0.01))
    left = np.cross(at, ahead - behind)
    left /= np.linalg.norm(left, axis=-1)[..., None]
    angle = HALF_WIDTH_KM / EARTH_RADIUS_KM
    return tuple(degrees(at * np.cos(angle) + side * left * np.sin(angle)) for side in (-1, 1))


def _spacing(region, layout_number):
    """Where the pairs stand along the strip, from 0 to 1: short edges at the ends and uneven ones between."""
    n = _PAIRS[layout_number]
    if n < 8:
        return np.linspace(0, 1, n)
    u0, u1 = orbit.region_arc(region)
    length = np.radians(u1 - u0) * EARTH_RADIUS_KM
    random = np.random.default_rng([int(region), int(layout_number)])
    ends = random.uniform(65, 115, 2)
    middle = random.uniform(0.4, 1.6, n - 3)
    middle *= (length - ends.sum()) / middle.sum()
    return np.concatenate([[0], np.cumsum([ends[0], *middle, ends[1]])]) / length


def ring(rgt, region):
    """One strip's closed ring as the records carry it.

    Real rings run counter-clockwise and begin at the northern end with the eastern vertex of the pair; then comes
    the western edge southward, then the eastern one back. No real ring over a pole is known to us: ours begins at
    the end of the pass.

    Returns
    -------
    (2 n + 1, 2) array of longitude (wrapped to -180..180, not split) and latitude, five decimals.
    """
    right, left = _pairs_of_tracks(int(region), int(layout(rgt)))[int(rgt)]
    descends = 5 <= region <= 10
    outline = [left[:1], right, left[::-1]] if descends else [right[-1:], left[::-1], right]
    return np.round(np.vstack(outline), 5)


def unit_vectors(longitude, latitude):
    """Longitude and latitude in degrees to (n, 3) unit vectors; latitude as on a sphere, as CMR takes it."""
    longitude, latitude = np.radians(longitude), np.radians(latitude)
    across = np.cos(latitude)
    return np.stack([across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)], axis=-1)


def degrees(vectors):
    """Vectors to (n, 2) longitude and latitude in degrees."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    return np.stack([np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))], axis=-1)


def great_circles(corners, step_km):
    """The great-circle line through (n, 2) distinct corners, a point at least every ``step_km``; closed if they are."""
    vectors = unit_vectors(corners[:, 0], corners[:, 1])
    pieces = []
    for start, end in zip(vectors[:-1], vectors[1:]):
        angle = 2 * np.arcsin(min(1.0, np.linalg.norm(end - start) / 2))
        part = np.linspace(0, 1, max(1, int(np.ceil(angle * EARTH_RADIUS_KM / step_km))), endpoint=False)[:, None]
        pieces.append(np.sin((1 - part) * angle) * start + np.sin(part * angle) * end)
    line = degrees(np.vstack([*pieces, vectors[-1:]]))
    if np.all(corners[0] == corners[-1]):
        line[-1] = line[0]
    return line
