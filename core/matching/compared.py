"""What a comparison of several methods finds, as numbers and tables.

A pair that a reference has and a method has not is *missed* by the method; a pair that the method has and the reference
has not is *extra*. There are two references: the flight line, which is the truth, and the cells of ``strtree``, which
upstream takes for the truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from .options import FLIGHTLINE, STRTREE

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
