"""Geometry on the sphere: arcs on the circle of longitudes, great circles, distances.

Many lines or rings are handled at once. Such a batch is three arrays: ``lon`` and ``lat`` of all vertices in degrees,
and ``offsets`` of length ``n_parts + 1``, so that part ``i`` has the vertices ``offsets[i]:offsets[i + 1]``.
"""

from __future__ import annotations

import numpy as np

#: Radius of the sphere with the area of WGS 84, in metres (Moritz 1980, GRS 80: R2 = 6371007.18 m).
EARTH_RADIUS_M = 6_371_007.2

_POLE_TOLERANCE_DEG = 1e-9


def wrap_longitude(lon: np.ndarray) -> np.ndarray:
    """Return longitudes in -180 (included) to 180 degrees; +180 stays +180."""
    lon = np.asarray(lon, dtype=float)
    wrapped = (lon + 180.0) % 360.0 - 180.0
    return np.where((wrapped == -180.0) & (lon > 0), 180.0, wrapped)


def unit_vectors(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return the ``(n, 3)`` unit vectors of points given in degrees."""
    lam, phi = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def lon_lat(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude in degrees of ``(n, 3)`` vectors of any length."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def angle_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the angle in radians between unit vectors ``(n, 3)``; exact for small and for large angles."""
    cross = np.linalg.norm(np.cross(a, b), axis=-1)
    return np.arctan2(cross, np.einsum("...i,...i->...", a, b))


def densify(
    lon: np.ndarray, lat: np.ndarray, offsets: np.ndarray, max_step_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add points along the great circles between vertices so that no step is longer than `max_step_m`.

    Parameters
    ----------
    lon, lat : (n,) ndarray
        Vertices in degrees; every vertex is kept as it is.
    offsets : (n_parts + 1,) ndarray of int
    max_step_m : float
        Longest step in metres on the sphere.

    Returns
    -------
    lon, lat, offsets : ndarray
        The same batch with more vertices.
    """
    vectors = unit_vectors(lon, lat)
    angle = np.zeros(len(lon))
    angle[:-1] = angle_between(vectors[:-1], vectors[1:])
    return subdivide(lon, lat, offsets, np.ceil(angle * EARTH_RADIUS_M / max_step_m))


def subdivide(
    lon: np.ndarray, lat: np.ndarray, offsets: np.ndarray, steps: np.ndarray | int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut the great circle from each vertex to the next of its part into equal steps.

    Parameters
    ----------
    lon, lat : (n,) ndarray
        Vertices in degrees; every vertex is kept as it is.
    offsets : (n_parts + 1,) ndarray of int
    steps : (n,) ndarray of int, or int
        Number of steps from each vertex; less than 1 counts as 1, and the last vertex of a part has no next one.

    Returns
    -------
    lon, lat, offsets : ndarray
        The same batch with more vertices.
    """
    n = len(lon)
    steps = np.maximum(np.broadcast_to(steps, n), 1).astype(np.int64)
    steps[offsets[1:][np.diff(offsets) > 0] - 1] = 1
    first = np.concatenate([[0], np.cumsum(steps)])
    if first[-1] == n:
        return lon, lat, offsets

    vectors = unit_vectors(lon, lat)
    segment = np.repeat(np.arange(n), steps)
    following = np.minimum(segment + 1, n - 1)
    position = ((np.arange(first[-1]) - first[segment]) / steps[segment])[:, None]
    omega = angle_between(vectors[segment], vectors[following])[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        weight_a = np.where(omega > 0, np.sin((1 - position) * omega) / np.sin(omega), 1.0)
        weight_b = np.where(omega > 0, np.sin(position * omega) / np.sin(omega), 0.0)
    new_lon, new_lat = lon_lat(weight_a * vectors[segment] + weight_b * vectors[following])
    new_lon[first[:-1]] = lon
    new_lat[first[:-1]] = lat
    return new_lon, new_lat, first[offsets]


def longitude_arcs(
    lon: np.ndarray, lat: np.ndarray, offsets: np.ndarray, margin_m: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the arc of longitudes that each line or ring takes, widened by a margin.

    A ring that goes round a pole, and a part that comes nearer to a pole than the margin, takes the whole circle.
    Vertices at a pole have no longitude and are passed over.

    Parameters
    ----------
    lon, lat, offsets : ndarray
        A batch whose steps are shorter than 180 degrees of longitude; densify long steps near a pole first.
    margin_m : float
        Margin on the ground in metres.

    Returns
    -------
    west : (n_parts,) ndarray
        Where the arc begins, in degrees.
    width : (n_parts,) ndarray
        How far it goes east from there, 0 to 360 degrees; NaN for a part without any longitude.
    """
    n_parts = len(offsets) - 1
    part = np.repeat(np.arange(n_parts), np.diff(offsets))
    margin = margin_m / EARTH_RADIUS_M
    near_pole = np.cos(np.radians(lat)) <= np.sin(margin) if margin_m > 0 else np.zeros(len(lat), dtype=bool)
    whole = np.zeros(n_parts, dtype=bool)
    whole[part[near_pole]] = True

    keep = np.abs(lat) < 90.0 - _POLE_TOLERANCE_DEG
    lon, lat, part = lon[keep], lat[keep], part[keep]
    west = np.full(n_parts, np.nan)
    width = np.full(n_parts, np.nan)
    if len(lon):
        begins = np.concatenate([[True], part[1:] != part[:-1]])
        step = np.diff(lon, prepend=lon[:1])
        step = (step + 180.0) % 360.0 - 180.0
        step[begins] = 0.0
        start = np.flatnonzero(begins)
        count = np.diff(np.append(start, len(lon)))
        walked = np.cumsum(step)
        walked -= np.repeat(walked[start], count)
        turn = walked[start + count - 1]
        with np.errstate(invalid="ignore"):
            half = np.degrees(np.arcsin(np.minimum(np.sin(margin) / np.cos(np.radians(lat)), 1.0)))
        low = np.minimum.reduceat(walked - half, start)
        high = np.maximum.reduceat(walked + half, start)
        present = part[start]
        west[present] = lon[start] + low
        width[present] = np.minimum(high - low, 360.0)
        # A closed ring has turned by 0 or by the whole circle; a line may have turned by anything.
        whole[present[np.abs(turn) > 359.0]] = True
    west[whole], width[whole] = -180.0, 360.0
    return wrap_longitude(west), width


def smallest_arc(west: np.ndarray, width: np.ndarray) -> tuple[float, float]:
    """Return the smallest arc on the circle that holds all given arcs.

    Parameters
    ----------
    west, width : (n,) ndarray
        Arcs in degrees, as :func:`longitude_arcs` gives them; NaN arcs are passed over.

    Returns
    -------
    west, east : float
        In -180..180; ``west > east`` where the arc crosses the antimeridian; ``(-180, 180)`` for the whole circle.
    """
    known = ~np.isnan(west)
    west, width = np.asarray(west)[known] % 360.0, np.asarray(width)[known]
    if len(west) == 0 or np.any(width >= 360.0):
        return -180.0, 180.0
    order = np.argsort(west, kind="stable")
    start = np.concatenate([west[order], west[order] + 360.0])
    reached = np.maximum.accumulate(start + np.concatenate([width[order], width[order]]))
    gap = start[1:] - reached[:-1]
    gap = gap[len(west) - 1 :]
    widest = int(np.argmax(gap))
    if gap[widest] <= 0:
        return -180.0, 180.0
    east = reached[len(west) - 1 + widest]
    begin = start[len(west) + widest]
    bounds = wrap_longitude(np.array([begin, east]))
    if bounds[0] == 180.0 and bounds[1] != 180.0:
        bounds[0] = -180.0
    if bounds[1] == -180.0:
        bounds[1] = 180.0
    return float(bounds[0]), float(bounds[1])
