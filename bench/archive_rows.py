"""The rows at the scale of an archive: all seasons, all cycles, and how time grows."""

from __future__ import annotations

import math

from measure import Side, alternate
from outcomes import ALL, GRANULES, SEASON_FRAMES, Line, Outcome


def whole_archive() -> Side:
    """Run all frames of all seasons against all granules, once however many rows ask for it."""
    if _ARCHIVE.best is None:
        _ARCHIVE.run()
    return _ARCHIVE


_ARCHIVE = Side("archive", "ours", f"archive --archive --cycles {ALL}")


def archive() -> Outcome:
    """Go from the stored catalogs and granules to a Parquet file of all pairs."""
    best = whole_archive().best
    work = f"{best.facts['frames']:,} x {best.facts['granules']:,}, flight line ({best.facts['rows']:,} pairs)"
    return Outcome([Line(work, None, best, bar=600, bar_kind="seconds", limit_mb=4_000)])


def search_area() -> Outcome:
    """Find the boxes that hold all frames of all seasons."""
    side = Side("area", "ours", "area --archive")
    alternate([side], 3)
    facts = side.best.facts
    outcome = Outcome([Line(f"{facts['frames']:,} frames, search area", None, side.best)])
    outcome.must(
        facts["outside"] == 0,
        f"search area: {facts['outside']:,} of {facts['vertices']:,} vertices outside of {facts['boxes']} boxes",
    )
    return outcome


def growth() -> Outcome:
    """Match growing shares of the archive, for the plots."""
    cases = {
        "frames": [(every, ALL) for every in (8, 4, 2, 1)],
        "granules": [(1, cycles) for cycles in ("1-4", "1-8", "1-16", ALL)],
    }
    outcome = Outcome()
    for kind, wanted in cases.items():
        curve = []
        for every, cycles in wanted:
            asked = f"match-only --archive --cycles {cycles} --every {every}"
            side = whole_archive() if (every, cycles) == (1, ALL) else Side(f"growth_{every}_{cycles}", "ours", asked)
            best = side.best or side.run()
            curve.append(
                {
                    "n": best.facts[kind],
                    "seconds": best.stages["match"],
                    "processor": best.processor["match"],
                    "peak_mb": best.peak_mb,
                    "pairs": best.facts["pairs"],
                }
            )
        outcome.data[kind] = {"exponent": exponent(curve), "points": curve}
    return outcome


def exponent(curve: list[dict]) -> float:
    """Return the slope of the straight line through a curve on logarithmic axes: 1 where time grows as n."""
    x, y = ([math.log(point[name]) for point in curve] for name in ("n", "processor"))
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y))
    return slope / sum((a - mean_x) ** 2 for a in x)


def points() -> Outcome:
    """Where the six beams cross the frames' lines."""
    work = f"{SEASON_FRAMES:,} x {GRANULES[ALL]:,}, six-beam crossover points"
    ours = Side("points", "ours", f"points --cycles {ALL}")
    ours.run()
    rate = ours.best.facts["points"] / ours.best.seconds * 60
    line = Line(f"{work} ({ours.best.facts['points']:,})", None, ours.best, bar=3e6, bar_kind="rate", rate=rate)
    return Outcome([line])
