"""The rows of the table: what is measured, against what, and which pairs must be the same."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from measure import BENCH, BUILD, OURS, ROOT, Measured, Side, alternate, call, scaled

SEASON_FRAMES = 1126
ONE, EIGHT, ALL = "22", "18-25", "1-33"
GRANULES = {ONE: 4_161, EIGHT: 33_288, ALL: 137_313}
HARDLY_TOUCHING = 3e-4
FULL = os.environ.get("BENCH") == "full"
#: One frame in so many is given to upstream where all of them would take minutes, unless BENCH=full.
SAMPLE = {EIGHT: 4, ALL: 8}
QGIS_OUT = BUILD / "runs" / "qgis.gpkg"


@dataclass
class Line:
    """One line of the table.

    Attributes
    ----------
    work : str
    upstream, ours : Measured or None
    sample : int
        Upstream was given one frame in so many, and its time stretched.
    bar : float or None
        How many times faster it is to be; of lines without upstream the greatest number of seconds.
    limit_mb : float or None
        Greatest peak of memory.
    rate : float or None
        Things a minute, where the bar is one.
    """

    work: str
    upstream: Measured | None
    ours: Measured | None
    sample: int = 1
    bar: float | None = None
    bar_kind: str = "times"
    limit_mb: float | None = None
    rate: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times faster ours is."""
        return self.upstream.seconds / self.ours.seconds if self.upstream and self.ours else None

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None where there is none, or nothing was measured."""
        if self.bar is None or self.ours is None:
            return None
        value = {"times": self.ratio, "seconds": -self.ours.seconds, "rate": self.rate}[self.bar_kind]
        bar = -self.bar if self.bar_kind == "seconds" else self.bar
        return value >= bar and (self.limit_mb is None or self.ours.peak_mb <= self.limit_mb)

    def as_dict(self) -> dict:
        """Return what the report keeps."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


@dataclass
class Outcome:
    """What a row gives: its lines, what was compared, and whether that was as it must be.

    ``load`` is how many processes wanted to run at a time (mean of five minutes), ours included: figures that were
    measured beside other work are worth less.
    """

    lines: list[Line] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    data: dict = field(default_factory=dict)
    load: float = 0.0

    def must(self, right: bool, text: str) -> None:
        """Note a comparison whose result is right or wrong."""
        self.compared.append(text)
        if not right:
            self.wrong.append(text)


def difference(first: Side, second: Side, every: int = 1) -> dict:
    """Compare the pairs of two sides."""
    log = BUILD / "runs" / "compare.log"
    call([OURS, BENCH / "compare.py", first.pairs, second.pairs, "--every", every], log)
    return json.loads(log.read_text())


def in_words(found: dict, first: str, second: str) -> str:
    """Say what a comparison found."""
    return (
        f"{found['both']:,} pairs in both, {found['first_only']:,} in {first} only, "
        f"{found['second_only']:,} in {second} only"
    )


def same(found: dict) -> bool:
    """Whether two lists of pairs are identical."""
    return found["first_only"] == found["second_only"] == 0


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


def trees() -> Outcome:
    """Build the notebook's index with great circles, which is to take no more than twice as long as with lines."""
    straight = Side(f"tree_{EIGHT}_straight", "ours", f"drop-in-strtree-straight --cycles {EIGHT}")
    circles = Side(f"tree_{EIGHT}", "ours", f"drop-in-strtree --cycles {EIGHT}")
    alternate([straight, circles], 2)
    work = f"{GRANULES[EIGHT]:,} footprints, build_granule_strtree"
    return Outcome(
        [
            Line(f"{work}, straight edges", None, only(straight.best, "index")),
            Line(f"{work}, great circles", None, only(circles.best, "index")),
        ]
    )


def only(measured: Measured, stage: str) -> Measured:
    """Return one stage of what was measured."""
    seconds, processor = measured.stages[stage], measured.processor[stage]
    return Measured({stage: seconds}, seconds, measured.wall, measured.peak_mb, {stage: processor}, measured.facts)


def there_and_back() -> Outcome:
    """Write granules as a layer, and read it back."""
    outcome = Outcome()
    for place, title in (("gpkg", "a GeoPackage"), ("memory", "memory")):
        side = Side(f"layer_{place}", "layers", f"{place} --cycles {EIGHT}")
        alternate([side], 2)
        facts = side.best.facts
        for stage, words in (("write", "to"), ("read", "from")):
            outcome.lines.append(Line(f"{facts['rows']:,} granules {words} {title}", None, only(side.best, stage)))
        outcome.must(
            (facts["rows"], facts["wrong"]) == (GRANULES[EIGHT], 0),
            f"{facts['rows']:,} granules come back from {title}, {facts['wrong']:,} of them changed",
        )
    return outcome


def qgis_points() -> Outcome:
    """Run ``xopr:crossoverpoints`` as a user does: layers in, a GeoPackage out."""
    best = qgis_process("crossoverpoints", "granules8", {}, {"CROSSOVERS": "crossovers"})
    said = re.search(r"N_CROSSOVERS:\s*(\d+)", best.facts["log"])
    n_points, n_rows = int(said.group(1)) if said else 0, rows_of(QGIS_OUT, "crossovers")
    work = f"{SEASON_FRAMES:,} x {GRANULES[EIGHT]:,}, qgis_process, crossover points ({n_points:,}), to a GeoPackage"
    outcome = Outcome([Line(work, None, best, rate=n_points / best.wall * 60)])
    outcome.must(0 < n_points == n_rows, f"{n_points:,} crossover points were found, and {n_rows:,} are in the file")
    return outcome


def rows_of(path: Path, table: str) -> int:
    """Count the rows of a table of a GeoPackage."""
    with closing(sqlite3.connect(path)) as file:
        return file.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - names of this benchmark


def qgis() -> Outcome:
    """Run the algorithm as a user does: layers in, a GeoPackage out."""
    outcome = Outcome()
    for method, cycles, layer in (("strtree", ONE, "granules"), ("flightline", ONE, "granules"),
                                  ("strtree", EIGHT, "granules8")):  # fmt: skip
        outputs = {"MATCHED_FRAMES": "matched_frames", "MATCHES": "matches"}
        runs = [qgis_process("matchgranules", layer, {"METHOD": method}, outputs) for _ in range(2)]
        best = min(runs, key=lambda measured: measured.wall)
        work = f"{SEASON_FRAMES:,} x {GRANULES[cycles]:,}, qgis_process, {method}, to a GeoPackage"
        outcome.lines.append(Line(work, None, best))
        said = re.search(r"N_MATCHES:\s*(\d+)", best.facts["log"])
        n_pairs, n_rows = int(said.group(1)) if said else 0, rows_of(QGIS_OUT, "matches")
        outcome.must(0 < n_pairs == n_rows, f"{method}: {n_pairs:,} pairs were found, and {n_rows:,} are in the file")
    return outcome


def qgis_process(name: str, layer: str, values: dict[str, str], outputs: dict[str, str]) -> Measured:
    """Run an algorithm once, with a clock in its stages."""
    layers = BUILD / "inputs" / "layers.gpkg"
    stages, log = BUILD / "runs" / "qgis_stages.json", BUILD / "runs" / f"qgis_{name}_{layer}.log"
    QGIS_OUT.unlink(missing_ok=True)
    stages.unlink(missing_ok=True)
    arguments = {
        "FRAMES": f"{layers}|layername=frames",
        "GRANULES": f"{layers}|layername={layer}",
        **values,
        **{output: f'ogr:dbname="{QGIS_OUT}" table="{table}"' for output, table in outputs.items()},
    }
    program = ROOT / ".venv" / "bin" / "qgis_process"
    command = [program, "run", f"xopr:{name}", "--", *(f"{key}={value}" for key, value in arguments.items())]
    environment = {"PYTHONPATH": str(BENCH / "hook"), "XOPR_BENCH_STAGES": str(stages)}
    wall, peak, processor = call(command, log, environment)
    found = json.loads(stages.read_text())
    found["start and end of QGIS"] = wall - sum(found.values())
    return Measured(found, wall, wall, peak, {"all": processor}, {"log": log.read_text(errors="replace")})


class Archive:
    """The server of full-size granules, in a process of its own.

    Parameters
    ----------
    layout : {'original', 'paged'}
    """

    def __init__(self, layout: str) -> None:
        folder = BUILD / "far" / layout
        self._process = subprocess.Popen(  # noqa: S603 - a command of this benchmark
            [OURS, BENCH / "far_server.py", folder, layout], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.facts = json.loads(self._process.stdout.readline())

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait()

    def run(self, name: str, script: str, work: str) -> tuple[Measured, dict]:
        """Run a reader with nothing at hand; return what it took, and the requests and MB that it asked for."""
        cache = BUILD / "far" / "cache"
        shutil.rmtree(cache, ignore_errors=True)
        environment = {"XOPR_BENCH_FAR": json.dumps(self.facts), "XOPR_CACHE_DIR": str(cache)}
        self._counts()
        best = Side(name, script, work, environment).run()
        return best, self._counts()

    def _counts(self) -> dict:
        self._process.stdin.write("count\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


#: Of the readers of a stretch, in words.
_READERS = {
    "whole": "the whole file, then h5py",
    "fsspec": "h5py over fsspec, default",
    "fsspec_blocks": "h5py over fsspec, blocks of 1 MB",
}


def far() -> Outcome:
    """Read a stretch of three beams of a full-size granule behind the login, 50 ms an answer; then 200 granules."""
    outcome = Outcome()
    for layout in ("original", "paged"):
        with Archive(layout) as archive:
            runs = [archive.run(f"far_{layout}_ours", "far_ours", "one") for _ in range(3)]
            ours, asked = min(runs, key=lambda run: run[0].seconds)
            work = f"a stretch of 3 beams of a granule of {archive.facts['mb']:.0f} MB, {layout}"
            outcome.lines.append(Line(work, None, ours, bar=4, bar_kind="seconds"))
            few = asked["requests"] <= 60 and asked["mb"] <= 10
            outcome.must(few, f"{layout}, ours: {_asked(ours, asked)} (60 requests and 10 MB at most)")
            for reader, words in _READERS.items():
                other, other_asked = archive.run(f"far_{layout}_{reader}", "far_h5py", reader)
                outcome.lines.append(Line(f"   {words}", other, ours))
                outcome.compared.append(f"{layout}, {words}: {_asked(other, other_asked)}")
                outcome.must(_same_heights(ours, other), f"{layout}, {words}: the same heights as ours")
            if layout == "original":
                many, many_asked = archive.run("far_many", "far_ours", "many")
                n_granules = many.facts["granules"]
                work = f"{n_granules} granules, 4 at once"
                outcome.lines.append(Line(work, None, many, bar=600, bar_kind="seconds", limit_mb=600))
                outcome.must(many.facts["same"], f"{n_granules} granules: {_asked(many, many_asked)}, all the same")
    return outcome


def _asked(measured: Measured, asked: dict) -> str:
    return f"{asked['requests']:,} requests, {asked['mb']:,.1f} MB, {measured.seconds:.1f} s"


def _same_heights(ours: Measured, other: Measured) -> bool:
    """Whether both found the same segments, but for one or two at the edge of what is near, and heights."""
    pairs = [(ours.facts["found"][beam], other.facts["found"][beam]) for beam in ours.facts["found"]]
    return all(abs(n - m) <= 2 and abs(total / n - other_total / m) < 0.5 for (n, total), (m, other_total) in pairs)


@dataclass(frozen=True)
class Row:
    """A name for ``ROWS=`` and what it does."""

    about: str
    run: Callable[[], Outcome]


ROWS = {
    "strtree1": Row("a season against a cycle, STRtree", lambda: strtree(ONE, 8)),
    "prefix1": Row("a season against a cycle, prefix", prefix),
    "strtree8": Row("a season against 8 cycles, STRtree", lambda: strtree(EIGHT, 10)),
    "flight33": Row("a season against 33 cycles, flight line, end to end", flight),
    "points33": Row("the same, six-beam crossover points", points),
    "archive": Row("51 seasons against 33 cycles, flight line", archive),
    "area51": Row("the search area of 51 seasons", search_area),
    "growth": Row("how the last one grows with frames and granules", growth),
    "track1": Row("a track against 51 seasons on disk, frames crossed", lambda: reverse("407", 3)),
    "track100": Row("100 tracks against 51 seasons on disk, frames crossed", lambda: reverse("1-100", 20)),
    "predict": Row("passes near 1,000 places in ten years", predictions),
    "far": Row("a stretch of a far granule, and of 200", far),
    "tree8": Row("the notebook's index of 8 cycles", trees),
    "layers8": Row("granules of 8 cycles to a layer and back", there_and_back),
    "qgis": Row("a season against cycles in qgis_process", qgis),
    "qgispoints8": Row("crossover points of a season and 8 cycles in qgis_process", qgis_points),
}
