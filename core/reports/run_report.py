"""One run of the whole job as a page: what was asked, what was found, what was left out and why, how to repeat it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

import geopandas as gpd
import pandas as pd

from ..common import RunLog, cmr_url, count, listed, some_of, span_of
from ..frames import flight_dates
from ..geometry import owners_of
from ..icesat2 import BOTH
from ..job import Crossovers
from ..matching import Matching
from . import html_page as html
from .frame_maps import frame_maps
from .html_page import Figures
from .run_charts import match_charts
from .run_counts import step_counts

_MOST_ROWS = 20
_MOST_SEASONS = 3

_METHODS = {
    "strtree": "strtree: the footprint meets one of the frame's morton cells (opr:mbox)",
    "prefix": "prefix: a morton cell of the footprint's cover meets one of the frame's cells (opr:mbox)",
    "flightline": "flightline: the footprint meets the flight line itself",
}
_MODES = {
    "date_range": "date_range: between two days",
    "cycle": "cycle: a repeat cycle by the orbit calendar",
    "nominal_cycle": "nominal_cycle: a repeat cycle counted as 91 days from launch",
    "exact_year": "exact_year: the frames' own dates",
    "all_years": "all_years: from launch to the day of the run",
}


@dataclass(frozen=True)
class Origin:
    """Where a run came from.

    Attributes
    ----------
    command : str
        What repeats it; empty if nothing does.
    notes : sequence of str
        Sentences on what the command does not say.
    software : mapping of str to str
        Names and versions of what called the core.
    """

    command: str = ""
    notes: Sequence[str] = ()
    software: Mapping[str, str] = field(default_factory=dict)


def run_page(
    result: Crossovers, log: RunLog | None = None, origin: Origin | None = None, made: datetime | None = None
) -> str:
    """Return the report of a run.

    Parameters
    ----------
    result : Crossovers
        From :func:`~xopr_crossovers.core.job.find_granules`.
    log : RunLog, optional
        The progress that the frames were read with, and the granules found.
    origin : Origin, optional
    made : datetime, optional
        When; now if not given.

    Returns
    -------
    str
        A whole HTML page that needs no other file.
    """
    log, origin = log or RunLog(), origin or Origin()
    parts = [
        html.paragraph(_summary(result), "lead"),
        *_warnings(log),
        *_asked(result),
        *step_counts(result, log),
        *_notebook(result),
        *_maps(result),
        *match_charts(result),
        *_best(result),
        *_repeat(origin),
        *_done(log),
    ]
    return html.report(_title(result), parts, origin.software, made)


def _title(result: Crossovers) -> str:
    names = list(_seasons(result.matched.frames))
    shown = names if len(names) <= _MOST_SEASONS else [*names[: _MOST_SEASONS - 1], f"{len(names) - 2} more seasons"]
    window = f"{result.window.start_date} to {result.window.end_date}"
    return f"{result.product.short_name} granules for {listed(shown or ['radar frames'])}, {window}"


def _seasons(frames: gpd.GeoDataFrame) -> dict[str, int]:
    """Return the number of frames of each season, in their order."""
    if "collection" not in frames.columns:
        return {}
    seasons = frames["collection"].astype("string").fillna("(no season)").value_counts(sort=False)
    return {str(name): int(number) for name, number in seasons.items()}


def _summary(result: Crossovers) -> str:
    frames, matches = result.matched.frames, result.matched.matches
    if matches.empty:
        return (
            f"No pair was found: {count(len(frames), 'radar frame', 'radar frames')}, "
            f"{count(len(result.found.granules), 'ICESat-2 granule', 'ICESat-2 granules')}, and none of them match."
        )
    hit, crossing = int((frames["n_granules"] > 0).sum()), int(matches["crosses_line"].sum())
    return (
        f"{some_of(hit, len(frames), 'radar frame', 'radar frames', 'has', 'have')} at least one granule: "
        f"{count(len(matches), 'pair', 'pairs')} of a frame and a granule, in {crossing:,} of which the granule's "
        "footprint crosses the flight line."
    )


def _warnings(log: RunLog) -> list[str]:
    return [html.heading("Mind", 3), html.listing(log.warnings)] if log.warnings else []


def _asked(result: Crossovers) -> list[str]:
    frames, product = result.matched.frames, result.product
    entries = []
    if seasons := _seasons(frames):
        named = (f"{name} ({count(number, 'frame', 'frames')})" for name, number in seasons.items())
        entries.append(("Seasons" if len(seasons) > 1 else "Season", ", ".join(named)))
    entries += [
        ("Flown", span_of(flight_dates(frames))),
        ("Granules", f"{product.short_name} version {product.version}, {product.provider or 'any provider'}"),
        ("Window", result.window.text),
        ("Mode of the window", _MODES[result.window.mode]),
        ("A granule matches if", _METHODS[result.matched.matching.method]),
        *_filters(result.matched.matching),
        ("CMR", cmr_url(product.cmr_url)),
    ]
    rows = [
        (area.hemisphere or "-", *(Figures(f"{degrees:.3f}") for degrees in box))
        for area in result.areas
        for box in area.boxes
    ]
    over = any(west > east for area in result.areas for west, _, east, _ in area.boxes)
    caption = "Search area, in degrees" + (" (west is greater than east over the antimeridian)" if over else "")
    return [
        html.heading("What was asked"),
        html.definitions(entries),
        html.table(["Hemisphere", "West", "South", "East", "North"], rows, caption, wraps=False),
    ]


def _filters(matching: Matching) -> list[tuple[str, str]]:
    """Return what of the matches was wanted, in the order in which it is applied; nothing where that is all."""
    stated = [
        (matching.crossing_only, "whose footprint crosses the flight line (CROSSING_ONLY)"),
        (matching.direction != BOTH, f"of {matching.direction} passes (DIRECTION)"),
        (matching.max_days is not None, f"at most {matching.max_days or 0:g} days from the flight (MAX_DAYS)"),
        (matching.best, f"the {matching.best} nearest in time of each frame (BEST)"),
    ]
    words = [text for is_stated, text in stated if is_stated]
    return [("Of those only", "; then ".join(words))] if words else []


def run_figures(result: Crossovers) -> str:
    """Return the summary in upstream's words."""
    counts = result.matched.frames["n_granules"]
    hit = counts > 0
    return (
        f"{len(counts)} frames, {counts.sum()} total frame↔granule edges\n"
        f"Frames with ≥1 granule: {hit.sum()} ({100 * hit.mean():.1f}%)\n"
        f"Median granules per frame: {int(counts.median())}"
    )


def _notebook(result: Crossovers) -> list[str]:
    return [html.heading("As the xOPR notebook prints it", 3), html.verbatim(run_figures(result))]


def _maps(result: Crossovers) -> list[str]:
    frames = result.matched.frames
    counts = frames["n_granules"].to_numpy()
    maps = frame_maps(frames, counts, "Frames by their granules", "Granules of a frame", "none")
    if not maps.drawings:
        return []
    caption = (
        f"Flight lines by the number of granules that match them, in the pole's projection: {listed(maps.regions)}. "
        f"{maps.missing}"
    )
    return [html.heading("Where"), html.charts(maps.drawings, caption.strip(), maps=True)]


def best_frames(result: Crossovers, most: int = _MOST_ROWS) -> pd.DataFrame:
    """Return the frames with most crossing granules, then most granules, then fewest days between.

    Returns
    -------
    DataFrame
        ``id``, ``collection`` (where there are several), ``date``, ``n_granules``, ``n_crossing``, and
        ``fewest_days`` between the flight and a pass, missing where a date is; frames without a granule are left out.
    """
    frames, matches = result.matched.frames, result.matched.matches
    counts = frames["n_granules"].to_numpy()
    # The table of matches is in the order of the frames, which may have the same id in several seasons.
    owner = owners_of(counts)
    days = matches["days_between"].abs().reset_index(drop=True).groupby(owner).min()
    named = ["id", *(["collection"] if len(_seasons(frames)) > 1 else [])]
    table = pd.DataFrame(frames[named]).reset_index(drop=True)
    table["date"] = flight_dates(frames).reset_index(drop=True)
    table["n_granules"], table["n_crossing"] = counts, frames["n_crossing"].to_numpy()
    table["fewest_days"] = days.reindex(table.index).astype("Int64")
    order = ["n_crossing", "n_granules", "fewest_days"]
    ranked = table[counts > 0].sort_values(order, ascending=[False, False, True], kind="stable")
    return ranked.head(most).reset_index(drop=True)


def _best(result: Crossovers) -> list[str]:
    table = best_frames(result)
    if table.empty:
        return []
    headers = ["Frame", "Crossing", "Granules", "Days", "Flown"]
    rows: list[tuple[object, ...]] = [
        (
            row["id"],
            int(row["n_crossing"]),
            int(row["n_granules"]),
            Figures("-" if pd.isna(row["fewest_days"]) else f"{row['fewest_days']:,}"),
            "unknown" if pd.isna(row["date"]) else f"{row['date']:%Y-%m-%d}",
        )
        for row in table.to_dict("records")
    ]
    if "collection" in table.columns:
        headers.append("Season")
        seasons = table["collection"].astype("string").fillna("")
        rows = [(*row, season) for row, season in zip(rows, seasons)]
    first = "frame" if len(rows) == 1 else f"{len(rows)} frames"
    note = (
        f"The {first} with most crossing granules, then most granules. Days: between the flight and "
        "the pass that is nearest in time, before or after it."
    )
    return [html.heading("The best frames"), html.paragraph(note), html.table(headers, rows, wraps=False)]


def _repeat(origin: Origin) -> list[str]:
    if not origin.command:
        return []
    notes = [html.listing(origin.notes)] if origin.notes else []
    note = "The command of this run, for a shell; a click selects it as a whole."
    return [html.heading("To repeat it"), html.paragraph(note), html.command(origin.command), *notes]


def _done(log: RunLog) -> list[str]:
    if not log.lines:
        return []
    parts = [html.heading("What was done")]
    for step, lines in groupby(log.lines, key=lambda line: line.step):
        if step:
            parts.append(html.heading(step, 3))
        times = Counter((line.text, line.is_warning) for line in lines)
        parts.append(
            html.log((f"{text} ({n:,} times)" if n > 1 else text, warns) for (text, warns), n in times.items())
        )
    return parts
