"""Several methods of matching side by side: how long each takes, and on what they disagree."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

import geopandas as gpd
import numpy as np

from ..common import InputError, Progress, count, some_of
from ..frames import AnyFrames, Frames
from ..granules import normalize_granules
from .compared import REFERENCES, Comparison, Difference, MethodResult
from .matched_pairs import Pairs
from .options import FLIGHTLINE, METHODS
from .pairs import match
from .prefix import COVER_ORDER
from .timings import stages_of, time_stages, warm_up


def compare(
    frames: AnyFrames,
    granules: gpd.GeoDataFrame,
    methods: Sequence[str] = METHODS,
    repeats: int = 1,
    progress: Progress | None = None,
    cover_order: int = COVER_ORDER,
) -> Comparison:
    """Match frames and granules by several methods and compare them.

    Each stage but the last is also run by itself, in as many threads as in the whole, and timed; the last is what
    remains of the whole. Each time is the best of the repeats. Libraries are loaded before the clock starts.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
        As :func:`~xopr_crossovers.core.frames.normalize_frames` returns it.
    granules : GeoDataFrame
        As for :func:`~xopr_crossovers.core.job.match_granules`.
    methods : sequence of {'strtree', 'prefix', 'flightline'}
    repeats : int
        1 or more.
    progress : Progress, optional
        Is told everything once, however often a method is run.
    cover_order : int
        Of the method ``prefix``.

    Raises
    ------
    InputError
        If there is no method, one is unknown, `repeats` is less than 1, or a method needs cells that no frame has.
    """
    listener = _Once(progress or Progress())
    # A bare table: what is worked out from it is in the time of each method.
    table = Frames.of(frames).table
    unknown = [method for method in methods if method not in METHODS]
    if unknown or not methods:
        named = repr(unknown[0]) if unknown else "none"
        raise InputError(f"METHODS must be some of {', '.join(METHODS)}, not {named}.")
    if repeats < 1:
        raise InputError(f"REPEATS must be at least 1, not {repeats}.")
    chosen = [method for method in METHODS if method in methods]
    _check_cells(table, chosen)
    granules = normalize_granules(granules, progress=progress)
    warm_up(table, granules, chosen, cover_order)
    n_steps = repeats * (len(chosen) + 1)
    share = iter(np.linspace(0.0, 1.0, n_steps + 1))
    begun = next(share)
    stages: list[dict[str, float]] = []
    totals: dict[str, list[float]] = {method: [] for method in chosen}
    # A number a pair and no more of it: an archive has tens of millions of pairs.
    found: dict[str, np.ndarray] = {}
    n_crossing: dict[str, int] = {}
    for _ in range(repeats):
        reached = next(share)
        stages.append(time_stages(table, granules, chosen, cover_order, listener.part(begun, reached)))
        begun = reached
        for method in chosen:
            reached = next(share)
            clock = perf_counter()
            pairs = match(table, granules, method, False, listener.part(begun, reached), cover_order)
            totals[method].append(perf_counter() - clock)
            found[method] = _keys(pairs, len(granules))
            n_crossing[method] = int(pairs.crosses_line.sum())
            del pairs
            begun = reached
    best = {name: min(run[name] for run in stages) for name in stages[0]}
    compared = _compare_pairs(found, len(frames), len(granules))
    results = [
        MethodResult(
            method=method,
            counts=_by_frame(found[method], len(frames), len(granules)),
            n_crossing=n_crossing[method],
            seconds=stages_of(method, best, min(totals[method])),
            against=compared[method],
        )
        for method in chosen
    ]
    differing = _differing(found, len(frames), len(granules))
    comparison = Comparison(table, granules, results, differing, repeats, listener.warnings)
    _tell(comparison, listener)
    return comparison


class _Once(Progress):
    """Passes on each line once, and remembers the warnings."""

    def __init__(self, to: Progress) -> None:
        self._to = to
        self._passed_on: set[str] = set()
        self.warnings: list[str] = []

    def info(self, text: str) -> None:
        if text not in self._passed_on:
            self._passed_on.add(text)
            self._to.info(text)

    def warn(self, text: str) -> None:
        if text not in self._passed_on:
            self._passed_on.add(text)
            self.warnings.append(text)
            self._to.warn(text)

    def fraction(self, done: float) -> None:
        self._to.fraction(done)

    def is_cancelled(self) -> bool:
        return self._to.is_cancelled()


def _check_cells(frames: gpd.GeoDataFrame, methods: list[str]) -> None:
    by_cells = [method for method in methods if method != FLIGHTLINE]
    if by_cells and len(frames) and not Frames(frames).have_cells.any():
        none = f"none of {count(len(frames), 'frame', 'frames')} has cells ('opr:mbox')"
        raise InputError(
            f"{' and '.join(by_cells)} cannot be compared: {none}; use a season catalog made in April 2026 or later "
            "(xOPR issue #78), or METHODS=flightline without cells."
        )


def _keys(pairs: Pairs, n_granules: int) -> np.ndarray:
    """Return one number a pair, ascending."""
    return pairs.frame.astype(np.int64) * n_granules + pairs.granule


def _by_frame(keys: np.ndarray, n_frames: int, n_granules: int) -> np.ndarray:
    """Return the number of pairs of each frame."""
    return np.bincount(keys // max(n_granules, 1), minlength=n_frames)


def _compare_pairs(found: dict[str, np.ndarray], n_frames: int, n_granules: int) -> dict[str, dict[str, Difference]]:
    against: dict[str, dict[str, Difference]] = {method: {} for method in found}
    for reference in REFERENCES:
        if reference not in found:
            continue
        true = found[reference]
        for method, keys in found.items():
            if method != reference:
                missed, extra = (np.setdiff1d(*sides, assume_unique=True) for sides in ((true, keys), (keys, true)))
                against[method][reference] = Difference(
                    *(_by_frame(wrong, n_frames, n_granules) for wrong in (missed, extra))
                )
    return against


def _differing(found: dict[str, np.ndarray], n_frames: int, n_granules: int) -> np.ndarray:
    """Return of each frame the number of granules that some, but not all of the methods give to it."""
    keys, times = np.unique(np.concatenate(list(found.values())), return_counts=True)
    return _by_frame(keys[times < len(found)], n_frames, n_granules)


def _tell(comparison: Comparison, progress: Progress) -> None:
    n = len(comparison.frames)
    for reference in comparison.references():
        for result, difference in comparison.differences(reference):
            progress.info(
                f"{result.method} against {reference}: "
                f"{count(int(difference.missed.sum()), 'pair', 'pairs')} missed, "
                f"{int(difference.extra.sum()):,} extra; "
                f"{some_of(difference.n_frames, n, 'frame', 'frames', 'disagrees', 'disagree')}."
            )
    if FLIGHTLINE not in comparison.references():
        progress.info("flightline is not among METHODS: what is missed and extra in truth is not told.")
    for result in comparison.methods:
        progress.info(f"{result.method} took {result.total_s:.2f} s (best of {comparison.repeats}).")
