"""Classes of numbers, for colours on a map."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from math import ceil, inf

#: Five steps of matplotlib's viridis (CC0), without its palest end, which vanishes on white.
VIRIDIS = ("#440154", "#3b528b", "#21918c", "#5ec962", "#c2df23")
#: Five steps from what is nearest (in time, or to a place) to what is far: from strong to pale. They lie off
#: :data:`VIRIDIS`, so that they stand out on lines drawn with that. To trichromats and to those blind to red, green or
#: blue (Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113), steps beside each other are 12 and
#: more apart, and each is 14 and more from all colours of lines, by CIEDE2000.
NEARNESS = ("#c4002f", "#912ffe", "#b877ff", "#e5a9ff", "#f7ecc9")
#: Edges of the classes of differences on maps, in metres, and their colours: brown below zero, green above (ColorBrewer
#: BrBG, which the colour-blind can read).
CLASSES_M = (-inf, -10.0, -3.0, -1.0, 1.0, 3.0, 10.0, inf)
CLASS_COLOURS = ("#8c510a", "#d8a03d", "#e8cf9a", "#5b6670", "#a5d8d0", "#35978f", "#01665e")

# Days between flight and pass that people speak of. The first two matter for a comparison of heights.
_SPANS = (
    (31, "within a month of the flight"),
    (91, "within 91 days, a repeat cycle"),
    (183, "within half a year"),
    (366, "within a year"),
    (731, "within two years"),
    (1096, "within three years"),
    (1827, "within five years"),
    (2557, "within seven years"),
    (3653, "within ten years"),
    (5479, "within fifteen years"),
    (7305, "within twenty years"),
    (10_958, "within thirty years"),
)
_ALWAYS = 2
# Where nothing is farther: up to a year, and up to five.
_USUAL = [366, 1827, 1827]


def day_classes(days: Collection[float]) -> list[tuple[float, float, str]]:
    """Return five classes of days between flight and pass: a month, a repeat cycle, and what divides the others.

    Parameters
    ----------
    days : collection of float
        Those that there are, from 0 on, each once; not known ones left out.

    Returns
    -------
    list of (low, high, name)
        Ascending, without gaps. The third and fourth end where a third and two thirds of the days beyond a repeat cycle
        are passed, at a number that people speak of; the last has no end.
    """
    always, others = _SPANS[:_ALWAYS], _SPANS[_ALWAYS:]
    ends = [end for end, _ in others]
    beyond = sorted(day for day in days if day > always[-1][0]) or _USUAL
    first, second = (bisect_left(ends, beyond[ceil(len(beyond) * third / 3) - 1]) for third in (1, 2))
    first = min(first, len(others) - 2)
    chosen = others[first], others[min(max(second, first + 1), len(others) - 1)]
    spans = (*always, *chosen)
    lows = [0, *(end for end, _ in spans)]
    return [
        *((low, end, name) for low, (end, name) in zip(lows, spans)),
        (lows[-1], inf, "farther in time, or not known"),
    ]


def count_classes(counts: list[int], n_classes: int = 5) -> list[tuple[int, int]]:
    """Return classes of whole numbers, each with about as many values, without gaps and without an empty one.

    Parameters
    ----------
    counts : list of int
        In any order, repeated as often as they occur.
    n_classes : int
        At most so many.

    Returns
    -------
    list of (low, high)
        Both included, ascending; the first low is the smallest count, the last high the largest.
    """
    counts = sorted(counts)
    if not counts:
        return []
    ends = {len(counts) * step // n_classes for step in range(1, n_classes + 1)}
    tops = sorted({counts[end - 1] for end in ends if end > 0})
    lows = [counts[0], *(top + 1 for top in tops[:-1])]
    return list(zip(lows, tops))


def class_colours(n_classes: int, dark_is_many: bool = False) -> list[str]:
    """Return the colours of classes, in their order, over all of :data:`VIRIDIS`.

    Parameters
    ----------
    n_classes : int
    dark_is_many : bool
        Whether the last class is the darkest one, as fits a white page, or the lightest, as viridis is used on maps.
    """
    colours = [VIRIDIS[round(number * (len(VIRIDIS) - 1) / max(n_classes - 1, 1))] for number in range(n_classes)]
    return colours[::-1] if dark_is_many else colours


def class_name(low: int, high: int) -> str:
    """Return what a class is called: ``7``, ``8 to 12``.

    Parameters
    ----------
    low, high : int
        The least and the greatest number in the class.
    """
    return str(low) if low == high else f"{low} to {high}"


def class_names(edges: Sequence[float] = CLASSES_M) -> list[str]:
    """Return what classes of values are called: ``below -10``, ``-10 to -3``, ``above 10``.

    Parameters
    ----------
    edges : sequence of float
        Ascending, from minus to plus infinity.
    """
    inner = [f"{low:g} to {high:g}" for low, high in zip(edges[1:-2], edges[2:-1])]
    return [f"below {edges[1]:g}", *inner, f"above {edges[-2]:g}"]
