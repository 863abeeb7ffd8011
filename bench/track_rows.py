"""The rows that go the other way round: from tracks to frames, and from places to passes."""

from __future__ import annotations

from measure import Side, alternate
from outcomes import HARDLY_TOUCHING, Line, Outcome, difference, in_words, same


def reverse(rgts: str, bar: float) -> Outcome:
    """Go from tracks to the frames of 51 seasons on disk that they cross; the reference reads all catalogs anew."""
    plain = Side(f"reverse_{rgts}_plain", "ours", f"reverse-plain --rgts {rgts}")
    ours = Side(f"reverse_{rgts}", "ours", f"reverse --rgts {rgts}")
    alternate([plain, ours], 3)
    found = ours.best.facts
    work = f"RGT {rgts} x {found['frames']:,} frames of {found['seasons']} catalogs (reference: all read anew)"
    outcome = Outcome([Line(work, plain.best, ours.best, bar=bar, bar_kind="seconds")])
    frames = difference(plain, ours)
    outcome.must(same(frames), f"frames crossed: {in_words(frames, 'the plain way', 'ours')}")
    outcome.must(
        plain.best.facts["points"] == found["points"],
        f"crossovers: {plain.best.facts['points']:,} the plain way, {found['points']:,} ours",
    )
    return outcome


def predictions() -> Outcome:
    """Predict passes near places; the reference is what one would write with lines in a plane."""
    plain = Side("predict_plain", "ours", "predict-plain")
    ours = Side("predict", "ours", "predict")
    alternate([plain, ours], 2)
    found = difference(plain, ours)
    rows = ours.best.facts["rows"]
    work = f"1,000 places, ten years, predicted passes ({rows:,}), against lines in a plane"
    outcome = Outcome([Line(work, plain.best, ours.best, bar=10, bar_kind="seconds", limit_mb=1_000)])
    # At the very distance a metre decides.
    few = found["first_only"] + found["second_only"] <= found["both"] * HARDLY_TOUCHING * 10
    outcome.must(few, f"planar lines and ours, places and passes: {in_words(found, 'planar lines', 'ours')}")
    return outcome
