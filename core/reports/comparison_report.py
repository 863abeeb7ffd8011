"""A comparison of methods as an HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import geopandas as gpd
import numpy as np

from ..common import count, listed, some_of, span_of, write_numbers
from ..frames import flight_dates
from ..matching import STAGES, Comparison, Difference
from . import html_page as html
from .charts import histogram, stacked_bars, usual_largest
from .frame_maps import frame_maps
from .html_page import Figures
from .svg import PALETTE

_MOST_ROWS = 10
_OFF = "granules missed or extra"
_NAMES = {"flightline": "the flight line", "strtree": "strtree"}

_METHODS = {
    "strtree": "strtree: the granule's footprint, a strip 12.5 km wide, meets one of the frame's morton cells "
    "(opr:mbox).",
    "prefix": "prefix: one of the small morton cells that cover the footprint is in, or holds, a cell of the frame. It "
    "finds what strtree finds, and a few pairs whose footprint passes by the frame's cells at less than the width of a "
    "small cell (1.6 km).",
    "flightline": "flightline: the footprint meets the line that was flown.",
}
_MEANING = (
    "Missed are pairs of a frame and a granule that the reference has and the method has not; extra are pairs that the "
    "method has and the reference has not."
)
_TRUTH = (
    "Against the flight line, extra pairs of the methods by cells are no faults of theirs: the four cells of a frame "
    "are wider than its line, so a footprint may meet them and pass beside the line. Missed pairs would be faults: the "
    "cells hold the line, and what meets the line meets them. They come up where the cells do not hold the whole line, "
    "or where a frame has none. The flight line itself is the truth for footprints, not for the beams: a footprint is "
    "twice as wide as its six beams, so that some that meet a line's end have no beam that crosses it."
)
_NOTEBOOK = (
    "The xOPR notebook takes strtree for the truth and prefix for an approximation. Against strtree, the flight line "
    "“misses” what meets the cells alone."
)


def comparison_page(
    comparison: Comparison,
    software: Mapping[str, str] | None = None,
    read_s: float | None = None,
    made: datetime | None = None,
) -> str:
    """Return the report.

    Parameters
    ----------
    comparison : Comparison
    software : mapping of str to str, optional
        Names and versions of what called this; the libraries' own are added.
    read_s : float, optional
        Seconds that reading frames and granules took.
    made : datetime, optional
        When; now if not given.

    Returns
    -------
    str
        A whole HTML page that needs no other file.
    """
    parts = [
        html.paragraph(_summary(comparison), "lead"),
        *_warnings(comparison),
        *_subject(comparison),
        *_found(comparison),
    ]
    if comparison.references() and len(comparison.methods) > 1:
        parts += [*_disagreement(comparison), *_histograms(comparison), *_maps(comparison), *_most(comparison)]
    parts += _times(comparison, read_s)
    return html.report("Methods of matching, side by side", parts, software, made)


def _summary(comparison: Comparison) -> str:
    n = len(comparison.frames)
    matched = (
        f"{count(n, 'radar frame', 'radar frames')} and "
        f"{count(len(comparison.granules), 'ICESat-2 granule', 'ICESat-2 granules')}, matched by "
        f"{listed([result.method for result in comparison.methods])}."
    )
    if len(comparison.methods) < 2:
        return matched
    if comparison.n_disagreeing == 0:
        return f"{matched} All methods agree on every frame."
    return f"{matched} On {some_of(comparison.n_disagreeing, n, 'frame', 'frames')} they do not find the same granules."


def _warnings(comparison: Comparison) -> list[str]:
    if not comparison.warnings:
        return []
    return [html.heading("Mind", 3), html.listing(comparison.warnings)]


def _subject(comparison: Comparison) -> list[str]:
    frames, granules = comparison.frames, comparison.granules
    entries = []
    if "collection" in frames.columns:
        seasons = frames["collection"].astype("string").fillna("(no season)").value_counts(sort=False)
        named = ", ".join(f"{name} ({count(number, 'frame', 'frames')})" for name, number in seasons.items())
        entries.append(("Seasons", named))
    entries.append(("Flown", span_of(flight_dates(frames))))
    products = granules[["short_name", "version"]].astype("string").fillna("?").value_counts()
    named = ", ".join(
        f"{name} version {release} ({count(number, 'granule', 'granules')})"
        for (name, release), number in products.items()
    )
    entries.append(("Granules", named or "none"))
    entries.append(("Passes", span_of(granules["start_time"])))
    cycles = granules["cycle"].dropna().astype(int)
    if len(cycles):
        entries.append(("Repeat cycles", write_numbers(cycles.to_numpy())))
        entries.append(("Tracks (RGT)", count(granules["rgt"].nunique(), "track", "tracks")))
    methods = [_METHODS[result.method] for result in comparison.methods]
    return [html.heading("What was compared"), html.definitions(entries), html.listing(methods)]


def _found(comparison: Comparison) -> list[str]:
    rows = [
        (
            result.method,
            result.n_pairs,
            result.n_crossing,
            _share(result.n_crossing, result.n_pairs),
            result.n_frames_hit,
            Figures(f"{result.median:g}"),
        )
        for result in comparison.methods
    ]
    headers = ["Method", "Pairs", "cross the line", "share", "Frames hit", "Median a frame"]
    return [html.heading("What each method finds"), html.table(headers, rows)]


def _share(part: int, whole: int) -> Figures:
    return Figures(f"{part / whole:.1%}" if whole else "-")


def _disagreement(comparison: Comparison) -> list[str]:
    parts = [html.heading("Missed and extra"), html.paragraph(_MEANING)]
    for reference in comparison.references():
        rows = [
            (
                result.method,
                int(difference.missed.sum()),
                int(difference.extra.sum()),
                difference.n_frames,
                Figures(f"{_mean(difference.missed):.2f}"),
                Figures(f"{_mean(difference.extra):.2f}"),
            )
            for result, difference in comparison.differences(reference)
        ]
        headers = ["Method", "Missed", "Extra", "Frames that differ", "Mean missed", "Mean extra"]
        truth = "as the truth" if reference == "flightline" else "as the notebook has it"
        parts.append(html.table(headers, rows, f"Against {_NAMES[reference]}, {truth}"))
        parts.append(html.paragraph(_TRUTH if reference == "flightline" else _NOTEBOOK))
    parts += [html.heading("As the notebook prints them", 3), html.verbatim(comparison_figures(comparison))]
    return parts


def comparison_figures(comparison: Comparison) -> str:
    """Return the disagreement in upstream's words, for each method and reference."""
    return "\n\n".join(
        f"# {result.method} against {reference}\n"
        f"Frames with any disagreement: {difference.n_frames}/{len(comparison.frames)}\n"
        f"Mean missed by {result.method}: {_mean(difference.missed):.2f}\n"
        f"Mean extra from {result.method}: {_mean(difference.extra):.2f}"
        for reference in comparison.references()
        for result, difference in comparison.differences(reference)
    )


def _mean(numbers: np.ndarray) -> float:
    return float(numbers.mean()) if len(numbers) else 0.0


def _histograms(comparison: Comparison) -> list[str]:
    drawings = []
    colours = dict(zip((result.method for result in comparison.methods), PALETTE))
    for reference in comparison.references():
        off = {result.method: _off(difference) for result, difference in comparison.differences(reference)}
        if reference == "strtree":
            # The flight line against strtree is strtree against the flight line, which is shown already.
            off.pop("flightline", None)
        largest = max(map(usual_largest, off.values()), default=0)
        drawings += [
            histogram(f"{method} against {reference}", values, _OFF, "frames", largest, colours[method])
            for method, values in off.items()
        ]
    caption = (
        "How many frames have how many granules missed or extra. The grey bar counts the frames on which both agree."
    )
    return [html.heading("Disagreement per frame"), html.charts(drawings, caption)]


def _off(difference: Difference) -> np.ndarray:
    return difference.missed + difference.extra


def _maps(comparison: Comparison) -> list[str]:
    maps = frame_maps(
        comparison.frames,
        comparison.differing,
        "Frames on which the methods disagree",
        "Granules that differ",
        "none: all methods agree",
    )
    if not maps.drawings:
        return []
    caption = (
        "Flight lines by the number of granules that some, but not all of the methods give to them, in the pole's "
        f"projection: {listed(maps.regions)}. {maps.missing}"
    )
    return [html.heading("Where they disagree"), html.charts(maps.drawings, caption.strip(), maps=True)]


def _most(comparison: Comparison) -> list[str]:
    if comparison.n_disagreeing == 0:
        return []
    order = np.argsort(-comparison.differing, kind="stable")[: min(_MOST_ROWS, comparison.n_disagreeing)]
    frames: gpd.GeoDataFrame = comparison.frames
    named = [str(name) for name in frames["id"].iloc[order]]
    headers = ["Frame", "Granules that differ", *(result.method for result in comparison.methods)]
    counts = [[int(result.counts[row]) for result in comparison.methods] for row in order]
    rows = [(name, int(comparison.differing[row]), *found) for name, row, found in zip(named, order, counts)]
    if "collection" in frames.columns and frames["collection"].nunique() > 1:
        headers.append("Season")
        seasons = frames["collection"].astype("string").fillna("").iloc[order]
        rows = [(*row, str(season)) for row, season in zip(rows, seasons)]
    return [html.heading("The frames that disagree most", 3), html.table(headers, rows)]


def _times(comparison: Comparison, read_s: float | None) -> list[str]:
    labels = [result.method for result in comparison.methods]
    parts = {name: [result.seconds[stage] for result in comparison.methods] for stage, name in STAGES.items()}
    bars = stacked_bars("Seconds of each method, by stage", labels, parts, "seconds", " s")
    first = comparison.methods[0]
    rows: list[tuple[object, ...]] = [
        (name, *(Figures(f"{seconds:.3f}" if seconds else "-") for seconds in values)) for name, values in parts.items()
    ]
    rows.append(("together", *(Figures(f"{result.total_s:.3f}") for result in comparison.methods)))
    if len(labels) > 1 and first.total_s > 0:
        ratios = (Figures(f"{result.total_s / first.total_s:.2f}") for result in comparison.methods)
        rows.append((f"times {first.method}", *ratios))
    note = (
        f"Seconds, the best of {count(comparison.repeats, 'run', 'runs')}. All stages but the last were also run by "
        "themselves and timed; the last is what remains of the whole. Every method also tells which pairs cross the "
        "flight line, so all of them prepare the lines."
    )
    if read_s is not None:
        note += f" Reading frames and granules took {read_s:.2f} s before, once for all methods."
    headers = ["Seconds", *labels]
    return [html.heading("Time"), html.charts([bars]), html.table(headers, rows), html.paragraph(note)]
