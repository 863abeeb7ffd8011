"""How many frames, granules and pairs there were at each step of a run, and why others were left out."""

from __future__ import annotations

from collections.abc import Mapping

from ..common import RunLog
from ..granules import LINK_COLUMNS
from ..job import Crossovers
from . import html_page as html
from .html_page import Figures

Row = tuple[object, ...]


def step_counts(result: Crossovers, log: RunLog) -> list[str]:
    """Return the table of the counts."""
    groups = {"Frames": _frame_rows(result, log), "Granules": _granule_rows(result), "Pairs": _pair_rows(result)}
    headers = ["", "Number", "Left out", "Why"]
    return [html.heading("Counts at each step"), html.grouped_table(headers, groups)]


def _row(what: str, kept: int, left_out: Mapping[str, int] | None = None) -> Row:
    """Return a row of counts; of several reasons each with its number."""
    reasons = {reason: number for reason, number in (left_out or {}).items() if number}
    why = next(iter(reasons)) if len(reasons) == 1 else "; ".join(f"{n:,} {reason}" for reason, n in reasons.items())
    return what, kept, Figures(f"{sum(reasons.values()):,}" if reasons else ""), why


def _frame_rows(result: Crossovers, log: RunLog) -> list[Row]:
    counts = result.matched.frames["n_granules"]
    hit = int((counts > 0).sum())
    return [
        *(_row(step.what, step.kept, step.left_out) for step in log.frame_counts),
        _row("In the layer of matched frames", len(counts)),
        _row("With at least one granule", hit, {"no granule matches; they stay in the layer": len(counts) - hit}),
    ]


def _granule_rows(result: Crossovers) -> list[Row]:
    found = result.found
    granules = found.granules
    without_link = int(granules[LINK_COLUMNS].isna().all(axis=1).sum())
    used = result.matched.matches["granule_id"].nunique()
    rows = [
        _row("Announced by CMR, or known from the store", found.hits),
        _row("Received from CMR", found.received),
        _row("From the store of earlier searches", found.from_store),
        _row("In the layer of granules", len(granules), found.left_out),
    ]
    if without_link:
        rows.append(_row("Without a link to their file (kept)", without_link))
    return [*rows, _row("In at least one pair", used, {"match no frame; they stay in the layer": len(granules) - used})]


def _pair_rows(result: Crossovers) -> list[Row]:
    matched = result.matched
    crossing = int(matched.matches["crosses_line"].sum())
    return [
        _row("In the table of matches", len(matched.matches), matched.left_out),
        _row("Crossing pairs: the footprint crosses the flight line", crossing),
    ]
