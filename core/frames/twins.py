"""Lines that are the same but for rounding."""

from __future__ import annotations

import numpy as np
import shapely

from ..geometry import norms, offsets_of, owners_of, ranges, unit_vectors

_SAME_M = 1.0
_EARTH_RADIUS_M = 6.371e6


def twins(group: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Give lines numbers: within a group, the same one to those that are the same vertex by vertex.

    Parameters
    ----------
    group : (n,) ndarray of int
        Only lines of one group are compared.
    lines : (n,) ndarray of geometries
        In longitude and latitude; missing ones are the same.

    Returns
    -------
    (n,) ndarray of int
        Lines are the same if no two vertices in the same place of their order are more than 1 m apart.
    """
    lon_lat, owner = shapely.get_coordinates(lines, return_index=True)
    vertex = unit_vectors(lon_lat[:, 0], lon_lat[:, 1])
    size = np.bincount(owner, minlength=len(lines))
    start = offsets_of(size)
    # Equal lines have equal sums, so that sorting by these puts them side by side; a different one comes in between
    # only if its vertices have the same sum to the metre. The weights make lines of other shape or direction differ.
    weight = 1.0 + np.arange(len(vertex)) - start[owner]
    sums = np.zeros(len(lines))
    np.add.at(sums, owner, weight * (vertex @ np.array([1.0, np.sqrt(2.0), np.sqrt(3.0)])))
    order = np.lexsort((sums, size, group))
    one, other = order[:-1], order[1:]
    same = (group[one] == group[other]) & (size[one] == size[other])
    pairs = np.flatnonzero(same & (size[one] > 0))
    length = size[one[pairs]]
    apart = vertex[ranges(start[one[pairs]], length)] - vertex[ranges(start[other[pairs]], length)]
    far = norms(apart) * _EARTH_RADIUS_M > _SAME_M
    same[pairs[np.bincount(owners_of(length)[far], minlength=len(pairs)) > 0]] = False
    number = np.empty(len(lines), dtype=np.int64)
    number[order] = offsets_of(~same)[: len(lines)]
    return number
