"""Groups of different sizes in flat arrays: whose each element is, and where each group begins.

Many lines, rings or lists at once are one flat array in which the groups stand one after another. Which group has what
is said in one of three ways. Of three groups of two, no and three elements:

=======  ======================  ==================================================
counts   ``(2, 0, 3)``           how many each group has
offsets  ``(0, 2, 2, 5)``        group ``i`` is ``offsets[i]:offsets[i + 1]``
owners   ``(0, 0, 2, 2, 2)``     whose each element is, ascending
=======  ======================  ==================================================

All indices are of 64 bits, also where numpy's own default has 32 (on Windows, before numpy 2): they are multiplied to
make keys of pairs.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def offsets_of(counts: np.ndarray) -> np.ndarray:
    """Return the offsets of counts: (0, 2, 2, 5) of (2, 0, 3).

    Parameters
    ----------
    counts : (n,) ndarray of int

    Returns
    -------
    (n + 1,) ndarray of int64
    """
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def owners_of(counts: np.ndarray) -> np.ndarray:
    """Return the owners of counts: (0, 0, 2, 2, 2) of (2, 0, 3).

    Parameters
    ----------
    counts : (n,) ndarray of int

    Returns
    -------
    (counts.sum(),) ndarray of int64
    """
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


def ranges(first: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the numbers from each `first` on, as many as its count: (7, 8, 4, 5, 6) of (7, 1, 4) and (2, 0, 3).

    Parameters
    ----------
    first, counts : (n,) ndarray of int

    Returns
    -------
    (counts.sum(),) ndarray of int64
    """
    offsets = offsets_of(counts)
    return np.arange(offsets[-1], dtype=np.int64) + np.repeat(first - offsets[:-1], counts)


def ranks_of(counts: np.ndarray) -> np.ndarray:
    """Return each element's number in its group: (0, 1, 0, 1, 2) of (2, 0, 3).

    Parameters
    ----------
    counts : (n,) ndarray of int

    Returns
    -------
    (counts.sum(),) ndarray of int64
    """
    return ranges(np.zeros(len(counts), dtype=np.int64), counts)


def spread(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the owners of counts, and each element's number in its group.

    Parameters
    ----------
    counts : (n,) ndarray of int

    Returns
    -------
    owners, numbers : (counts.sum(),) ndarray of int64
        As of :func:`owners_of` and :func:`ranks_of`.
    """
    return owners_of(counts), ranks_of(counts)


def offsets_of_owners(owners: np.ndarray, n: int) -> np.ndarray:
    """Return the offsets of `n` groups from the owners, which are in ascending order: (0, 2, 2, 5).

    Parameters
    ----------
    owners : (m,) ndarray of int
    n : int
        Number of groups.

    Returns
    -------
    (n + 1,) ndarray of int
    """
    return np.searchsorted(owners, np.arange(n + 1, dtype=np.int64))


def equal_pairs(wanted: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return all pairs of positions at which two arrays are equal, in order of the first.

    Parameters
    ----------
    wanted : (n,) ndarray
        In any order.
    keys : (m,) ndarray
        Ascending.
    """
    first = np.searchsorted(keys, wanted)
    counts = np.searchsorted(keys, wanted, side="right") - first
    return owners_of(counts), ranges(first, counts)


def begins(*keys: np.ndarray) -> np.ndarray:
    """Return which elements begin a run of equal ones, ``(n,)`` bool: those that differ in a key from the one before.

    Parameters
    ----------
    *keys : (n,) ndarray
        One or more.
    """
    result = np.ones(len(keys[0]), dtype=bool)
    result[1:] = keys[0][1:] != keys[0][:-1]
    for key in keys[1:]:
        result[1:] |= key[1:] != key[:-1]
    return result


def since_first(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return values less that of the first of their group; no group is empty.

    Parameters
    ----------
    values : (counts.sum(),) ndarray
    counts : (n,) ndarray of int

    Returns
    -------
    (counts.sum(),) ndarray
    """
    return values - np.repeat(values[offsets_of(counts)[:-1]], counts)


def chunks(counts: np.ndarray, most: int) -> Iterator[slice]:
    """Yield slices of groups in a row that have at most so many elements together, or are a single larger group.

    Parameters
    ----------
    counts : (n,) ndarray of int
    most : int
    """
    offsets = offsets_of(counts)
    start = 0
    while start < len(counts):
        stop = max(int(np.searchsorted(offsets, offsets[start] + most, side="right")) - 1, start + 1)
        yield slice(start, stop)
        start = stop
