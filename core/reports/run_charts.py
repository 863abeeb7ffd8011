"""How many granules frames have, and when the matches of a run passed."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ..common import count
from ..job import Crossovers
from . import html_page as html
from .charts import columns, histogram

_CROSSING = "footprint crosses the flight line"


_BESIDE = "footprint passes beside the line"


def match_charts(result: Crossovers) -> list[str]:
    """Return the charts of the matches, with a caption."""
    counts, matches = result.matched.frames["n_granules"].to_numpy(), result.matched.matches
    drawings = [histogram("Granules per frame", counts, "granules", "frames"), *matches_in_time(matches)]
    caption = "Frames without a granule are counted in the grey bar." if (counts == 0).any() else ""
    unknown = int(matches[["cycle", "start_time"]].isna().any(axis=1).sum())
    if unknown:
        caption += f" Not shown: {count(unknown, 'match', 'matches')} of granules whose cycle or time is not known."
    return [html.heading("How many, and when"), html.charts(drawings, caption.strip())]


def matches_in_time(matches: pd.DataFrame) -> list[str]:
    """Draw the matches of each repeat cycle and of each month (UTC) of the passes; nothing where none is known."""
    cycles = matches["cycle"].dropna().astype(int)
    # A period has no time zone.
    months = matches["start_time"].dropna().dt.tz_localize(None).dt.to_period("M")
    drawings = []
    if len(cycles):
        every_cycle = range(cycles.min(), cycles.max() + 1)
        axis = "repeat cycle of the pass"
        drawings.append(_matches_by("Matches per repeat cycle", matches, cycles, every_cycle, axis))
    if len(months):
        every_month = pd.period_range(months.min(), months.max(), freq="M")
        drawings.append(_matches_by("Matches per month", matches, months, every_month, "month of the pass"))
    return drawings


def _matches_by(title: str, matches: pd.DataFrame, keys: pd.Series, names: Iterable[object], axis: str) -> str:
    names = list(names)
    crosses = matches["crosses_line"].astype(bool)[keys.index]
    parts = {
        part: keys[mask].value_counts().reindex(names, fill_value=0).tolist()
        for part, mask in ((_CROSSING, crosses), (_BESIDE, ~crosses))
        if mask.any()
    }
    return columns(title, [str(name) for name in names], parts, axis, "matches")
