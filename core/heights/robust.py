"""Numbers that a few wild values do not spoil: median, NMAD, and the trend by Theil and Sen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import offsets_of, owners_of, ranges

#: Of normal deviates the median absolute deviation times this is the standard deviation: 1 / quantile(3/4) of the
#: normal distribution. NMAD as Hoehle and Hoehle (2009, ISPRS J. 64, 398-406) define it.
NMAD_FACTOR = 1.4826
# Of the standard normal distribution: between minus and plus this lie 68 %.
_QUANTILE_68 = 0.994457883209753


@dataclass(frozen=True)
class Spread:
    """How values lie; all NaN but `n` where there are none.

    Attributes
    ----------
    n : int
        How many there are.
    median, nmad, rms : float
        In the values' unit. NMAD is the normalised median absolute deviation from the median; RMS is about zero.
    """

    n: int
    median: float
    nmad: float
    rms: float


@dataclass(frozen=True)
class Trends:
    """Robust trends of groups.

    Attributes
    ----------
    slope : (n_groups,) ndarray
        Median of the slopes between all pairs of the group's points; NaN of fewer than two moments.
    spread : (n_groups,) ndarray
        Half of the interval that holds the slope with 68 % confidence; NaN of fewer than three points.
    """

    slope: np.ndarray
    spread: np.ndarray


def spread_of(values: np.ndarray) -> Spread:
    """Tell how values lie; those that are not finite do not count.

    Parameters
    ----------
    values : (n,) array_like of float
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    if not len(known):
        return Spread(0, np.nan, np.nan, np.nan)
    median = float(np.median(known))
    nmad = NMAD_FACTOR * float(np.median(np.abs(known - median)))
    return Spread(len(known), median, nmad, float(np.sqrt(np.mean(known**2))))


def theil_sen(group: np.ndarray, x: np.ndarray, y: np.ndarray, n_groups: int) -> Trends:
    """Fit a line to each group of points, so that nearly a third of them may be wild.

    Parameters
    ----------
    group : (n,) ndarray of int
        Ascending, from 0 on: whose each point is.
    x, y : (n,) ndarray
        Finite.
    n_groups : int

    Notes
    -----
    The estimator of Theil (1950) and Sen (1968, J. Am. Stat. Assoc. 63, 1379-1389): the median of the slopes of all
    pairs with different x. Its interval by Sen's equations 2.6: with N pairs and the variance of Kendall's
    statistic s^2 = (n (n-1) (2n+5) - sum of t (t-1) (2t+5) over ties in x and in y) / 18, the slopes of rank
    (N - z s) / 2 and (N + z s) / 2.
    """
    counts = np.bincount(group, minlength=n_groups)
    rest = np.repeat(offsets_of(counts)[1:], counts) - np.arange(len(group)) - 1
    left = owners_of(rest)
    right = ranges(np.arange(len(group)) + 1, rest)
    differ = x[left] != x[right]
    left, right = left[differ], right[differ]
    slopes = (y[right] - y[left]) / (x[right] - x[left])
    order = np.lexsort((slopes, group[left]))
    slopes = slopes[order]
    pairs = np.bincount(group[left], minlength=n_groups)
    first = offsets_of(pairs)[:-1]
    slope, spread = np.full(n_groups, np.nan), np.full(n_groups, np.nan)
    some = pairs > 0
    low, high = ((first + np.maximum(pairs - 1, 0) // 2)[some], (first + pairs // 2)[some])
    slope[some] = (slopes[low] + slopes[high]) / 2
    variance = _kendall(counts) - _tied(group, x, n_groups) - _tied(group, y, n_groups)
    reach = _QUANTILE_68 * np.sqrt(np.maximum(variance, 0.0) / 18.0)
    upper = np.minimum(np.round((pairs + reach) / 2).astype(np.int64), pairs - 1)
    lower = np.maximum(np.round((pairs - reach) / 2).astype(np.int64) - 1, 0)
    some &= counts >= 3
    spread[some] = (slopes[(first + upper)[some]] - slopes[(first + lower)[some]]) / 2
    return Trends(slope, spread)


def _kendall(n: np.ndarray) -> np.ndarray:
    """Return 18 times the variance of Kendall's statistic of so many points."""
    return n * (n - 1.0) * (2.0 * n + 5.0)


def _tied(group: np.ndarray, values: np.ndarray, n_groups: int) -> np.ndarray:
    """Return what equal values take from that, by group."""
    order = np.lexsort((values, group))
    values, group = values[order], group[order]
    new = np.ones(len(values), dtype=bool)
    new[1:] = (values[1:] != values[:-1]) | (group[1:] != group[:-1])
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, len(values)))
    return np.bincount(group[starts], _kendall(sizes), minlength=n_groups)
