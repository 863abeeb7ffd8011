"""Several methods of matching side by side: how long each takes, and on what they disagree.

A pair that a reference has and a method has not is *missed* by the method; a pair that the method has and the reference
has not is *extra*. There are two references: the flight line, which is the truth, and the cells of ``strtree``, which
upstream takes for the truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import geopandas as gpd
import numpy as np
import pandas as pd

from ..common import InputError, Progress, count
from ..frames import AnyFrames, Frames
from ..granules import normalize_granules
from .matched_pairs import Pairs
from .options import FLIGHTLINE, METHODS, STRTREE
from .pairs import match
from .prefix import COVER_ORDER
from .timings import stages_of, time_stages, warm_up

#: What the others are compared with, and the beginning of the columns that say so.
REFERENCES = {FLIGHTLINE: "", STRTREE: "tree_"}


@dataclass(frozen=True)
class Difference:
    """What one method misses, and finds too much, against a reference.

    Attributes
    ----------
    missed, extra : (n_frames,) ndarray of int
        Granules of each frame.
    """

    missed: np.ndarray
    extra: np.ndarray

    @property
    def n_frames(self) -> int:
        """Number of frames with any disagreement."""
        return int(((self.missed > 0) | (self.extra > 0)).sum())


@dataclass(frozen=True)
class MethodResult:
    """What one method found, and how long it took.

    Attributes
    ----------
    method : str
    counts : (n_frames,) ndarray of int
        Granules of each frame.
    n_crossing : int
        Pairs whose footprint crosses the flight line.
    seconds : dict of str to float
        By stage, see :data:`~xopr_crossovers.core.matching.STAGES`; 0 for a stage that the method does not have.
        Their sum is the time of the whole.
    against : dict of str to Difference
        By reference, itself left out.
    """

    method: str
    counts: np.ndarray
    n_crossing: int
    seconds: dict[str, float]
    against: dict[str, Difference]

    @property
    def n_pairs(self) -> int:
        """Number of pairs."""
        return int(self.counts.sum())

    @property
    def n_frames_hit(self) -> int:
        """Number of frames with at least one granule."""
        return int((self.counts > 0).sum())

    @property
    def median(self) -> float:
        """Median number of granules of all frames, those without any included."""
        return float(np.median(self.counts))

    @property
    def total_s(self) -> float:
        """Seconds of the whole."""
        return sum(self.seconds.values())


@dataclass(frozen=True)
class Comparison:
    """Methods side by side.

    Attributes
    ----------
    frames, granules : GeoDataFrame
        What was matched.
    methods : list of MethodResult
        In the order of :data:`~xopr_crossovers.core.matching.METHODS`.
    differing : (n_frames,) ndarray of int
        Granules that some, but not all of the methods give to a frame.
    repeats : int
        How often each was run; the times are the best ones.
    warnings : list of str
        What matching warned of.
    """

    frames: gpd.GeoDataFrame
    granules: gpd.GeoDataFrame
    methods: list[MethodResult]
    differing: np.ndarray
    repeats: int
    warnings: list[str]

    @property
    def n_disagreeing(self) -> int:
        """Number of frames on which the methods disagree."""
        return int((self.differing > 0).sum())

    def references(self) -> list[str]:
        """Return the references that are among the methods."""
        present = [result.method for result in self.methods]
        return [reference for reference in REFERENCES if reference in present]

    def differences(self, reference: str) -> Iterator[tuple[MethodResult, Difference]]:
        """Return the methods that are compared to a reference, with how they differ from it."""
        return ((result, result.against[reference]) for result in self.methods if reference in result.against)

    def sums(self) -> pd.DataFrame:
        """Return the table of the methods, one row each.

        Returns
        -------
        DataFrame
            ``method``, ``n_pairs``, ``n_crossing``, ``n_frames_hit``, ``median_granules``; ``missed``, ``extra`` and
            ``frames_differing`` against the flight line, the same with ``tree_`` in front against strtree, missing
            where there is nothing to compare with; then the seconds of the stages and ``total_s``.
        """
        rows = []
        for result in self.methods:
            row: dict[str, object] = {
                "method": result.method,
                "n_pairs": result.n_pairs,
                "n_crossing": result.n_crossing,
                "n_frames_hit": result.n_frames_hit,
                "median_granules": result.median,
            }
            for reference, prefix in REFERENCES.items():
                difference = result.against.get(reference)
                row[f"{prefix}missed"] = int(difference.missed.sum()) if difference else pd.NA
                row[f"{prefix}extra"] = int(difference.extra.sum()) if difference else pd.NA
                row[f"{prefix}frames_differing"] = difference.n_frames if difference else pd.NA
            rows.append({**row, **result.seconds, "total_s": result.total_s})
        table = pd.DataFrame(rows)
        kinds = [
            f"{prefix}{name}" for prefix in REFERENCES.values() for name in ("missed", "extra", "frames_differing")
        ]
        return table.astype(dict.fromkeys(kinds, "Int64"))

    def by_frame(self) -> gpd.GeoDataFrame:
        """Return the frames with ``n_<method>``, what each misses and finds too much, and ``n_differing``.

        Returns
        -------
        GeoDataFrame
            All frames in their order, columns and CRS; further ``missed_<method>`` and ``extra_<method>`` against the
            flight line, ``tree_missed_<method>`` and ``tree_extra_<method>`` against strtree.
        """
        added = {"n_differing": self.differing}
        added.update({f"n_{result.method}": result.counts for result in self.methods})
        for reference, prefix in REFERENCES.items():
            for result, difference in self.differences(reference):
                added[f"{prefix}missed_{result.method}"] = difference.missed
                added[f"{prefix}extra_{result.method}"] = difference.extra
        return self.frames.assign(**added)


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
        raise InputError(
            f"{' and '.join(by_cells)} cannot be compared: none of {len(frames):,} frames has cells ('opr:mbox'); "
            "use a season catalog made in April 2026 or later (xOPR issue #78), or METHODS=flightline without cells."
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
                f"{int(difference.extra.sum()):,} extra; {difference.n_frames:,} of {n:,} frames disagree."
            )
    if FLIGHTLINE not in comparison.references():
        progress.info("flightline is not among METHODS: what is missed and extra in truth is not told.")
    for result in comparison.methods:
        progress.info(f"{result.method} took {result.total_s:.2f} s (best of {comparison.repeats}).")
