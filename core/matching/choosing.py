"""Which of the matched pairs are kept: those that cross, of one direction, near in time, the nearest of each frame."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from ..common import InputError, Progress, check_max_days, count
from ..frames import Frames
from ..icesat2 import ASCENDING, BOTH, check_direction
from .matched_pairs import Pairs
from .options import Matching
from .pair_facts import days_apart, pass_headings
from .pairs import only_crossing

#: Reasons for which pairs are left out.
NO_CROSSING = "the footprint does not cross the flight line (CROSSING_ONLY)"
OTHER_DIRECTION = "the pass goes the other way by the frame (DIRECTION)"
UNKNOWN_DIRECTION = "which way the pass goes by the frame is not known (DIRECTION)"
TOO_FAR = "flight and pass are too many days apart (MAX_DAYS)"
UNDATED = "the day of the flight or of the pass is not known (MAX_DAYS)"
NOT_BEST = "others of the frame are nearer in time (BEST)"

_UNKNOWN = np.iinfo(np.int64).max


def check_matching(matching: Matching) -> Matching:
    """Return what is asked for of matching.

    Parameters
    ----------
    matching : Matching

    Raises
    ------
    InputError
        If one of its values cannot be.
    """
    check_direction(matching.direction)
    check_max_days(matching.max_days)
    if not matching.best >= 0 or int(matching.best) != matching.best:
        raise InputError(f"BEST must be a whole number, 0 for all or more, not {matching.best:g}.")
    return matching


def chosen_pairs(
    pairs: Pairs, frames: Frames, granules: gpd.GeoDataFrame, matching: Matching, progress: Progress
) -> tuple[Pairs, dict[str, int]]:
    """Return the pairs that are wanted: what is asked for is applied in the order of these attributes.

    Parameters
    ----------
    pairs : Pairs
    frames : Frames
    granules : GeoDataFrame
    matching : Matching
        ``crossing_only``, ``direction``, ``max_days``, ``best``; so the best are the best of what the others leave.
    progress : Progress
        Is told how many are left out, and warned of frames whose day is not known where that matters.

    Returns
    -------
    pairs : Pairs
        In their order.
    left_out : dict of str to int
        Reasons for which others are not there, with their number.
    """
    left_out: dict[str, int] = {}

    def without(pairs: Pairs, wrong: np.ndarray, reason: str) -> Pairs:
        if wrong.any():
            left_out[reason] = int(wrong.sum())
            progress.info(f"Left out: {count(left_out[reason], 'pair', 'pairs')} ({reason}).")
        return pairs.where(~wrong)

    if matching.crossing_only:
        crossing = only_crossing(pairs, progress)
        left_out.update({NO_CROSSING: len(pairs) - len(crossing)} if len(crossing) < len(pairs) else {})
        pairs = crossing
    if matching.direction != BOTH:
        wanted = 1 if matching.direction == ASCENDING else -1
        heading = pass_headings(frames, granules, pairs)
        unknown = heading == 0
        pairs = without(pairs, unknown, UNKNOWN_DIRECTION)
        pairs = without(pairs, heading[~unknown] != wanted, OTHER_DIRECTION)
    if matching.max_days is not None:
        days = days_apart(frames, granules, pairs)
        undated = days.isna().to_numpy()
        pairs = without(pairs, undated, UNDATED)
        far = days[~undated].abs().to_numpy(dtype=np.int64) > matching.max_days
        pairs = without(pairs, far, TOO_FAR)
    if matching.best:
        pairs = without(pairs, ~_is_best(pairs, frames, granules, int(matching.best), progress), NOT_BEST)
    return pairs, left_out


def _is_best(pairs: Pairs, frames: Frames, granules: gpd.GeoDataFrame, best: int, progress: Progress) -> np.ndarray:
    """Return which pairs are among the nearest in time of their frame.

    Nearest is by whole days, as flights are known; of equal ones the earlier pass comes first, then the lesser name.
    Where a day is not known, a pair comes after all others.
    """
    days = days_apart(frames, granules, pairs).abs().fillna(_UNKNOWN).to_numpy(dtype=np.int64)
    by_time = granules[["start_time", "granule_id"]].reset_index(drop=True)
    rank = np.empty(len(granules), dtype=np.int64)
    rank[by_time.sort_values(["start_time", "granule_id"], kind="stable").index] = np.arange(len(granules))
    order = np.lexsort((rank[pairs.granule], days, pairs.frame))
    frame = pairs.frame[order]
    place = np.arange(len(frame)) - np.searchsorted(frame, frame)
    keep = np.empty(len(frame), dtype=bool)
    keep[order] = place < best
    undated = np.unique(pairs.frame[(~keep) & (days == _UNKNOWN)])
    undated = undated[frames.flown.isna().to_numpy()[undated]]
    if len(undated):
        progress.warn(
            f"{count(len(undated), 'frame has', 'frames have')} no flight date, so that no pass is nearest in time; "
            f"of each the earliest {count(best, 'pair is', 'pairs are')} kept (BEST)."
        )
    return keep
