"""The rows that measure the main job against upstream, and compare the pairs."""

from __future__ import annotations

import json

from measure import BENCH, BUILD, OURS, Side, alternate, call, scaled
from outcomes import (
    ALL,
    EIGHT,
    FULL,
    GRANULES,
    HARDLY_TOUCHING,
    ONE,
    SEASON_FRAMES,
    Line,
    Outcome,
    difference,
    in_words,
    same,
)

#: One frame in so many is given to upstream where all of them would take minutes, unless BENCH=full.
SAMPLE = {EIGHT: 4, ALL: 8}


def strtree(cycles: str, bar: float) -> Outcome:
    """Cells against footprints: upstream, and ours in three ways."""
    every = sample(cycles)
    times = 3 if cycles == ONE else 1
    upstream = Side(f"strtree_{cycles}_upstream", "upstream", f"strtree --cycles {cycles} --every {every}")
    straight = Side(f"strtree_{cycles}_straight", "ours", f"drop-in-strtree-straight --cycles {cycles}")
    circles = Side(f"strtree_{cycles}_drop_in", "ours", f"drop-in-strtree --cycles {cycles}")
    engine = Side(f"strtree_{cycles}_engine", "ours", f"strtree --cycles {cycles}")
    alternate([upstream, straight, circles, engine], times)
    reference = scaled(upstream.best, whole(every), ("match",))
    work = f"{SEASON_FRAMES:,} x {GRANULES[cycles]:,}, STRtree"
    outcome = Outcome(
        lines=[
            Line(f"{work}, index and match", reference, straight.best, every, bar),
            Line("   with great circles (default)", reference, circles.best, every),
            Line("   core.matching.match, and where the line crosses", reference, engine.best, every),
        ]
    )
    frames = f" (one frame in {every})" if every > 1 else ""
    found = difference(upstream, straight, every)
    outcome.must(same(found), f"straight edges{frames}: {in_words(found, 'upstream', 'ours')}")
    outcome.compared.append(
        f"great circles{frames}: {in_words(difference(upstream, engine, every), 'upstream', 'ours')}"
    )
    found = difference(circles, engine)
    # The engine knows a cell's outline better than 32 chords a side do; a few pairs that hardly touch may differ.
    few = found["first_only"] + found["second_only"] <= found["both"] * HARDLY_TOUCHING
    outcome.must(few, f"drop-in functions and engine, great circles: {in_words(found, 'drop-in', 'engine')}")
    return outcome


def sample(cycles: str) -> int:
    """Return in how many frames upstream is given one."""
    return 1 if FULL else SAMPLE.get(cycles, 1)


def whole(every: int) -> float:
    """Return how many times more frames there are than one in so many."""
    return SEASON_FRAMES / len(range(0, SEASON_FRAMES, every))


def prefix() -> Outcome:
    """Morton prefixes: upstream, and ours in two ways; none may miss what STRtree finds."""
    upstream = Side(f"prefix_{ONE}_upstream", "upstream", f"prefix --cycles {ONE}")
    engine = Side(f"prefix_{ONE}_engine", "ours", f"prefix --cycles {ONE}")
    lonlat = Side(f"prefix_{ONE}_lonlat", "ours", f"drop-in-prefix-lonlat --cycles {ONE}")
    cover = Side(f"prefix_{ONE}_cover", "ours", f"drop-in-prefix --cycles {ONE}")
    alternate([upstream, engine, cover, lonlat], 3)
    trees = {
        script: Side(f"prefix_{ONE}_tree_{script}", script, f"strtree --cycles {ONE}")
        for script in ("upstream", "ours")
    }
    alternate(list(trees.values()), 1)
    outcome = Outcome(
        lines=[
            Line(f"{SEASON_FRAMES:,} x {GRANULES[ONE]:,}, prefix, index and match", upstream.best, engine.best, 1, 20),
            Line("   the drop-in functions (default)", upstream.best, cover.best),
            Line("   the drop-in functions, upstream's samples", upstream.best, lonlat.best),
        ]
    )
    found = difference(trees["ours"], engine)
    outcome.must(found["first_only"] == 0, f"ours: {in_words(found, 'STRtree', 'prefix')}")
    found = difference(engine, cover)
    outcome.must(same(found), f"engine and drop-in functions (default): {in_words(found, 'engine', 'drop-in')}")
    found = difference(trees["upstream"], engine)
    outcome.compared.append(f"upstream's STRtree and our prefix: {in_words(found, 'STRtree', 'prefix')}")
    found = difference(trees["upstream"], upstream)
    outcome.compared.append(
        f"upstream: {in_words(found, 'STRtree', 'prefix')}, in {found['frames_that_differ']} frames"
    )
    found = difference(upstream, lonlat)
    outcome.must(same(found), f"the drop-in functions, upstream's samples: {in_words(found, 'upstream', 'ours')}")
    return outcome


def flight() -> Outcome:
    """Go from stored granules to the table of pairs, by the flight line; upstream by its STRtree."""
    every = sample(ALL)
    upstream = Side(f"flight_{ALL}_upstream", "upstream", f"strtree --cycles {ALL} --every {every}")
    ours = Side(f"flight_{ALL}", "ours", f"end-to-end --cycles {ALL}")
    for side in (ours, upstream, ours):
        side.run()
    reference = scaled(upstream.best, whole(every), ("match",))
    work = f"{SEASON_FRAMES:,} x {GRANULES[ALL]:,}, flight line, stored granules to pair table"
    outcome = Outcome(lines=[Line(work, reference, ours.best, every, 20, limit_mb=2_000)])
    found = difference(upstream, ours, every)
    outcome.compared.append(
        f"one frame in {every}: {found['both'] + found['first_only']:,} pairs by upstream's cells, of which the flight "
        f"line crosses {found['both']:,}; {found['second_only']:,} crossings that the cells do not have"
    )
    truth = BUILD / "runs" / "truth.log"
    call([OURS, BENCH / "truth.py", ours.pairs], truth)
    checked = json.loads(truth.read_text())
    outcome.must(checked["wrong"] == 0, checked["text"])
    return outcome
