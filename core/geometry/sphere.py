"""Geometry on the sphere: arcs on the circle of longitudes, great circles, distances."""

from __future__ import annotations

import numpy as np

from .polylines import Polylines
from .ragged import begins, offsets_of, since_first, spread

#: Radius of the sphere with the area of WGS 84, in metres (Moritz 1980, GRS 80: R2 = 6371007.18 m).
EARTH_RADIUS_M = 6_371_007.2

_POLE_TOLERANCE_DEG = 1e-9
_NEAR_POLE_DEG = 45.0
# How much larger things are at that latitude than at the pole, in its plane.
_SCALE_THERE = 2.0 / (1.0 + np.sin(np.radians(_NEAR_POLE_DEG)))
_NEAR_ENOUGH_M = 9.0
# Of the length of a chord between unit vectors.
_CHORD_ROUNDING = 1e-12


def wrap_longitude(lon: np.ndarray) -> np.ndarray:
    """Return longitudes in -180 (included) to 180 degrees; +180 stays +180.

    Parameters
    ----------
    lon : array_like of float
        Degrees.
    """
    lon = np.asarray(lon, dtype=float)
    wrapped = (lon + 180.0) % 360.0 - 180.0
    return np.where((wrapped == -180.0) & (lon > 0), 180.0, wrapped)


def unit_vectors(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return the ``(n, 3)`` unit vectors of points given in degrees.

    Parameters
    ----------
    lon, lat : (n,) ndarray
        Degrees; what is geodetic latitude is taken as spherical.
    """
    lam, phi = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def lon_lat(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude in degrees of ``(n, 3)`` vectors of any length.

    Parameters
    ----------
    vectors : (..., 3) ndarray

    Returns
    -------
    longitude, latitude : (...) ndarray
        Degrees, -180 to 180 and -90 to 90.
    """
    # In one piece each: of arrays with gaps numpy takes arctan2 one way or another, depending on where in memory they
    # lie, and the last bit depends on that.
    x, y, z = np.ascontiguousarray(np.moveaxis(vectors, -1, 0))
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the scalar products of vectors ``(..., 3)`` that fit together: to the same bits wherever they stand.

    Parameters
    ----------
    a, b : (..., 3) ndarray

    Returns
    -------
    (...) ndarray
    """
    # Written out, since sides of shared vertices must agree; and numpy takes twice as long for sums over a short axis.
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def norms(vectors: np.ndarray) -> np.ndarray:
    """Return the lengths of vectors ``(..., 3)``, in their own unit.

    Parameters
    ----------
    vectors : (..., 3) ndarray

    Returns
    -------
    (...) ndarray
    """
    return np.sqrt(dot(vectors, vectors))


def angle_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the angle in radians between unit vectors ``(n, 3)``; exact for small and for large angles."""
    return np.arctan2(norms(vector_product(a, b)), dot(a, b))


def vector_product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the vector products of vectors ``(..., 3)`` that fit together.

    Parameters
    ----------
    a, b : (..., 3) ndarray

    Returns
    -------
    (..., 3) ndarray
    """
    # Written out like the scalar products: numpy's own takes three times as long.
    return np.stack(
        [
            a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1],
            a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2],
            a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0],
        ],
        axis=-1,
    )


def densify(lines: Polylines, max_step_m: float, side: str | None = None) -> Polylines:
    """Add points along the great circles between vertices so that no step is longer than `max_step_m`.

    Parameters
    ----------
    lines : Polylines
        Every vertex is kept as it is.
    max_step_m : float
        Longest step in metres on the sphere.
    side : {'south', 'north'}, optional
        Of the pole in whose plane the steps are to be straight. Then edges beyond 45 degrees of latitude have only as
        many points as keep the steps within 9 m of the great circle in that plane, which shows a great circle that
        passes near its pole as nearly straight.

    Returns
    -------
    Polylines
        The same lines with more vertices.
    """
    vectors = unit_vectors(lines.lon, lines.lat)
    edges = _long_edges(lines, vectors, max_step_m)
    start, end = vectors[edges], vectors[edges + 1]
    normal = vector_product(start, end)
    sine = norms(normal)
    angle = np.arctan2(sine, dot(start, end))
    steps = angle * (EARTH_RADIUS_M / max_step_m)
    if side is not None:
        # Of what is one step there is nothing to be spared.
        steps = np.where(steps > 1.0, steps * _bend(start, end, normal[:, 2] / sine, max_step_m, side), steps)
    cut = steps > 1.0
    return _cut(lines, edges[cut], start[cut], end[cut], angle[cut], np.ceil(steps[cut]).astype(np.int64))


def _long_edges(lines: Polylines, vectors: np.ndarray, step_m: float) -> np.ndarray:
    """Return the vertices that are at least so far from the next one of their line, and hardly any others."""
    # A chord is quickly told, and exact enough to tell which angles are to be.
    chords = norms(vectors[1:] - vectors[:-1])
    longer = np.append(chords > 2.0 * np.sin(min(step_m / EARTH_RADIUS_M, np.pi) / 2.0) - _CHORD_ROUNDING, False)
    longer[_last(lines)] = False
    return np.flatnonzero(longer)


def _bend(a: np.ndarray, b: np.ndarray, height: np.ndarray, step_m: float, side: str) -> np.ndarray:
    """Return which part of the steps is enough for the bend of edges from `a` to `b` in a pole's plane, ``(n,)``.

    The height is that of the normal of the great circle.

    A great circle whose normal has the height h is a circle of the radius 2 R / h in the stereographic plane (Snyder
    1987, Map projections, USGS Professional Paper 1395, p. 157), and a chord L leaves it by L**2 h / (16 R).
    """
    leaves_m = np.abs(height) * (step_m * _SCALE_THERE) ** 2 / (16.0 * EARTH_RADIUS_M)
    least = np.sin(np.radians(_NEAR_POLE_DEG)) * (-1.0 if side == "south" else 1.0)
    farther = np.maximum(a[:, 2], b[:, 2]) > least if side == "south" else np.minimum(a[:, 2], b[:, 2]) < least
    return np.where(farther, 1.0, np.sqrt(np.minimum(leaves_m / _NEAR_ENOUGH_M, 1.0)))


def subdivide(lines: Polylines, steps: np.ndarray | int) -> Polylines:
    """Cut the great circle from each vertex to the next of its line into equal steps.

    Parameters
    ----------
    lines : Polylines
        Every vertex is kept as it is.
    steps : (n,) ndarray of int, or int
        Number of steps from each vertex; less than 1 counts as 1, and the last vertex of a line has no next one.

    Returns
    -------
    Polylines
        The same lines with more vertices.
    """
    steps = np.array(np.broadcast_to(steps, len(lines.lon)))
    steps[_last(lines)] = 1
    edges = np.flatnonzero(steps > 1)
    vectors = unit_vectors(lines.lon, lines.lat)
    start, end = vectors[edges], vectors[edges + 1]
    return _cut(lines, edges, start, end, angle_between(start, end), steps[edges].astype(np.int64))


def _last(lines: Polylines) -> np.ndarray:
    """Return the number of the last vertex of each line that has one."""
    return lines.offsets[1:][lines.sizes > 0] - 1


def _cut(
    lines: Polylines, edges: np.ndarray, start: np.ndarray, end: np.ndarray, omega: np.ndarray, steps: np.ndarray
) -> Polylines:
    """Cut edges that begin at some vertices into so many steps each, more than one; `omega` is how long they are."""
    if len(edges) == 0:
        return lines
    counts = np.ones(len(lines.lon), dtype=np.int64)
    counts[edges] = steps
    first = offsets_of(counts)
    # Between two that are the same any angle gives the same place again.
    omega = np.where(omega == 0.0, 1.0, omega)
    start, end = (one.T / np.sin(omega) for one in (start, end))
    segment, number = spread(steps - 1)
    angle = (omega / steps)[segment] * (number + 1)
    before, after = np.sin(omega[segment] - angle), np.sin(angle)
    between = np.stack([before * a[segment] + after * b[segment] for a, b in zip(start, end)])
    lon, lat = np.empty(first[-1]), np.empty(first[-1])
    lon[first[:-1]], lat[first[:-1]] = lines.lon, lines.lat
    place = first[edges][segment] + number + 1
    lon[place], lat[place] = lon_lat(between.T)
    return Polylines(lon, lat, first[lines.offsets])


def longitude_arcs(lines: Polylines, margin_m: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return the arc of longitudes that each line or ring takes, widened by a margin.

    A ring that goes round a pole, and a line that comes nearer to a pole than the margin, takes the whole circle.
    Vertices at a pole have no longitude and are passed over.

    Parameters
    ----------
    lines : Polylines
        Their steps are shorter than 180 degrees of longitude; densify long steps near a pole first.
    margin_m : float
        Margin on the ground in metres.

    Returns
    -------
    west : (n_lines,) ndarray
        Where the arc begins, in degrees.
    width : (n_lines,) ndarray
        How far it goes east from there, 0 to 360 degrees; NaN for a line without any longitude.
    """
    lon, lat, line = lines.lon, lines.lat, lines.line
    margin = margin_m / EARTH_RADIUS_M
    near_pole = np.cos(np.radians(lat)) <= np.sin(margin) if margin_m > 0 else np.zeros(len(lat), dtype=bool)
    whole = np.zeros(len(lines), dtype=bool)
    whole[line[near_pole]] = True

    keep = np.abs(lat) < 90.0 - _POLE_TOLERANCE_DEG
    lon, lat, line = lon[keep], lat[keep], line[keep]
    west = np.full(len(lines), np.nan)
    width = np.full(len(lines), np.nan)
    if len(lon):
        step = np.diff(lon, prepend=lon[:1])
        step = (step + 180.0) % 360.0 - 180.0
        start = np.flatnonzero(begins(line))
        step[start] = 0.0
        count = np.diff(np.append(start, len(lon)))
        walked = since_first(np.cumsum(step), count)
        turn = walked[start + count - 1]
        with np.errstate(invalid="ignore"):
            half = np.degrees(np.arcsin(np.minimum(np.sin(margin) / np.cos(np.radians(lat)), 1.0)))
        low = np.minimum.reduceat(walked - half, start)
        high = np.maximum.reduceat(walked + half, start)
        present = line[start]
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
