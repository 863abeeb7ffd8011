"""Parts of one kind out of collections of geometries."""

from __future__ import annotations

import numpy as np
import shapely

#: The kind that is wanted and its kind of many parts, by GEOS's numbers.
POINTS, LINES, POLYGONS = (0, 4), (1, 5), (3, 6)

_RING, _COLLECTION = 2, 7
_COLLECT = {POINTS: shapely.multipoints, LINES: shapely.multilinestrings, POLYGONS: shapely.multipolygons}


def parts_of(geometries: np.ndarray, kinds: tuple[int, int]) -> tuple[np.ndarray, int]:
    """Make of each collection one geometry of its parts of some kinds.

    Parameters
    ----------
    geometries : (n,) ndarray of geometries
        Others than collections stay as they are, and so does a collection without such a part.
    kinds : tuple of int
        :data:`POINTS`, :data:`LINES` or :data:`POLYGONS`.

    Returns
    -------
    geometries : (n,) ndarray of geometries
    n_others : int
        Number of parts of other kinds that were left out.
    """
    rows = np.flatnonzero(shapely.get_type_id(geometries) == _COLLECTION)
    if len(rows) == 0:
        return geometries, 0
    parts, owner = simple_parts(geometries[rows])
    of_kind = shapely.get_type_id(parts) == kinds[0]
    having = np.unique(owner[of_kind])
    if len(having) == 0:
        return geometries, 0
    taken = geometries.copy()
    taken[rows[having]] = _COLLECT[kinds](parts[of_kind], indices=np.searchsorted(having, owner[of_kind]))
    return taken, int((~of_kind & np.isin(owner, having)).sum())


def is_kind(geometries: np.ndarray, kinds: tuple[int, int]) -> np.ndarray:
    """Return which geometries are of some kinds, or missing, as ``(n,)`` bool.

    Parameters
    ----------
    geometries : (n,) ndarray of geometries
    kinds : tuple of int
        :data:`POINTS`, :data:`LINES` or :data:`POLYGONS`.
    """
    return np.isin(shapely.get_type_id(geometries), (-1, *kinds))


def simple_parts(geometries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts of geometries that have none themselves, and the row of each.

    Parameters
    ----------
    geometries : (n,) ndarray of geometries
        Missing ones have no part.

    Returns
    -------
    parts : (m,) ndarray of Point, LineString, LinearRing or Polygon
    owner : (m,) ndarray of int
        Ascending.
    """
    parts, owner = shapely.get_parts(geometries, return_index=True)
    while (shapely.get_type_id(parts) > _RING + 1).any():
        parts, within = shapely.get_parts(parts, return_index=True)
        owner = owner[within]
    return parts, owner
