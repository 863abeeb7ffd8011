"""Metres along reference ground tracks, as ATL06's ``x_atc`` counts them.

That is the length of the track on WGS 84 from its ascending crossing of the equator: computed from NASA's own tracks it
agrees with ``x_atc`` of real files (regions 03, 05 and 14) within 14 m.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..geometry import Polylines, densify, geodesic_lengths, unit_vectors
from ..icesat2 import beside_track, ground_track

#: `x_atc` may differ by so much (m) from what is computed here; half a segment, and a part for early releases.
SLACK_M = 250.0

# Chords of so many degrees of the orbit (5.6 km) add up to the track's length within a metre.
_STEP_DEG = 0.05
# An edge of a line between two vertices may bulge along the track, by 2 m where it is so long (m).
_EDGE_M = 10_000.0


def extents_along(rgt: int, lines: Polylines, near_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Tell along which part of a track lines lie.

    Parameters
    ----------
    rgt : int
        Reference ground track.
    lines : Polylines
        Lines, or single points; each has a vertex.
    near_m : float
        Of the ways round the orbit the one is meant that lies within half an orbit of here, in metres.

    Returns
    -------
    begin, end : (n,) ndarray
        Metres along the track.
    """
    dense = densify(lines, _EDGE_M)
    metres = metres_along(rgt, dense.lon, dense.lat, near_m)
    first = dense.offsets[:-1]
    return np.minimum.reduceat(metres, first), np.maximum.reduceat(metres, first)


def metres_along(rgt: int, lon: np.ndarray, lat: np.ndarray, near_m: float) -> np.ndarray:
    """Tell how far along a track places are abeam, in metres; parameters: see :func:`extents_along`."""
    degrees, metres = _lengths(rgt)
    near = np.interp(near_m, metres, degrees)
    u, _ = beside_track(rgt, unit_vectors(lon, lat), near)
    # Beyond the orbit's ends as within it: granules of regions 1 and 14 may begin or end a little there.
    whole = metres[-1]
    return np.floor(u / 360.0) * whole + np.interp(u % 360.0, degrees, metres)


@lru_cache(maxsize=256)
def _lengths(rgt: int) -> tuple[np.ndarray, np.ndarray]:
    """Return arguments of latitude in degrees from 0 to 360, and the track's length to there."""
    degrees = np.linspace(0.0, 360.0, round(360.0 / _STEP_DEG) + 1)
    lon, lat = ground_track(rgt, degrees)
    steps = geodesic_lengths(lon[:-1], lat[:-1], lon[1:], lat[1:])
    return degrees, np.concatenate([[0.0], np.cumsum(steps)])
