"""``make bench``: the plugin's core against upstream's xopr.crossovers, same inputs, same run.

``make bench ROWS=strtree1,prefix1`` runs some rows; ``BENCH=full`` gives upstream all frames where it else gets a
stated sample. Writes ``build/bench/report.json`` and the plots; fails on wrong pairs, never on time.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time

from measure import BENCH, BUILD, OURS, UPSTREAM, Measured, call
from outcomes import FULL, Line, Outcome
from rows import ROWS

#: Of the report; rows of a report of another layout are not kept.
LAYOUT = 2
_WIDTHS = (96, 10, 10, 10, 10, 8, 9, 4)


def main() -> None:
    """Set up, run the rows that were asked for, and tell what came out."""
    asked = [name for name in os.environ.get("ROWS", "").replace(",", " ").split() if name] or list(ROWS)
    unknown = [name for name in asked if name not in ROWS]
    if unknown:
        raise SystemExit(f"There is no row {', '.join(unknown)}; ROWS takes " + ", ".join(ROWS))
    set_up()
    print("Inputs ...", flush=True)
    call([OURS, BENCH / "inputs.py"], BUILD / "inputs.log")
    outcomes = {}
    for name in asked:
        print(f"{name}: {ROWS[name].about} ...", flush=True)
        start, outcomes[name] = time.perf_counter(), ROWS[name].run()
        print(f"   {time.perf_counter() - start:.0f} s", flush=True)
        outcomes[name].load = os.getloadavg()[1]
    earlier = write_report(outcomes)
    for line in table(outcomes, earlier):
        print(line)
    call([UPSTREAM, BENCH / "plots.py"], BUILD / "plots.log")
    wrong = [f"{name}: {text}" for name, outcome in outcomes.items() for text in outcome.wrong]
    if wrong:
        raise SystemExit("\n".join(["", "Wrong pairs:", *wrong]))


def set_up() -> None:
    """Make upstream's virtual environment, if it is not there."""
    needed = (BENCH / "requirements.txt").read_text(encoding="utf-8")
    stamp = UPSTREAM.parents[1] / "ready"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == needed:
        return
    print("Making build/bench/upstream ...", flush=True)
    folder = UPSTREAM.parents[1]
    call(["/usr/bin/python3", "-m", "venv", "--clear", folder], BUILD / "venv.log")
    call([UPSTREAM, "-m", "pip", "install", "--quiet", "-r", BENCH / "requirements.txt"], BUILD / "venv.log")
    call([UPSTREAM, "-c", "from xopr import crossovers"], BUILD / "venv.log")
    stamp.write_text(needed, encoding="utf-8")


def write_report(outcomes: dict[str, Outcome]) -> dict[str, dict[str, dict]]:
    """Write what was measured, keeping the rows of earlier runs that were not run now.

    Beside the new figures stand those of the last run before, which are returned: by row and line, when it was
    measured, and its seconds by the clock and of processor.
    """
    path = BUILD / "report.json"
    earlier = json.loads(path.read_text()) if path.exists() else {}
    rows = earlier["rows"] if earlier.get("layout") == LAYOUT else {}
    last = {name: _figures(row) for name, row in rows.items()}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for name, outcome in outcomes.items():
        rows[name] = {
            "measured": now,
            "full": FULL,
            "load": outcome.load,
            "lines": [line.as_dict() for line in outcome.lines],
            "compared": outcome.compared,
            "wrong": outcome.wrong,
            "data": outcome.data,
            "last": last.get(name, {}),
        }
    label = json.loads((BUILD / "inputs" / "label.json").read_text())
    report = {
        "layout": LAYOUT,
        "machine": machine(),
        "packages": {"ours": packages(OURS), "upstream": packages(UPSTREAM)},
        "inputs": {name: facts for name, facts in label.items() if name != "recipe"},
        "rows": {name: rows[name] for name in ROWS if name in rows},
    }
    path.write_text(json.dumps(report, indent=1))
    return last


def _figures(row: dict) -> dict[str, dict]:
    """Return what a row of a report came to, by its lines."""
    return {
        line["work"]: {
            "measured": row["measured"],
            "seconds": line["ours"]["seconds"],
            "processor": sum(line["ours"]["processor"].values()),
        }
        for line in row["lines"]
        if line["ours"]
    }


def machine() -> dict:
    """Return what the figures depend on."""
    with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel's
        kilobytes = int(file.readline().split()[1])
    with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": models[0] if models else platform.processor(),
        "memory_gb": round(kilobytes / 1e6, 1),
        "system": platform.platform(),
    }


def packages(python) -> dict:
    """Return the versions of what matters to speed."""
    code = (
        "import json, platform, shapely; from importlib.metadata import version as v; "
        "print(json.dumps({'python': platform.python_version(), 'geos': shapely.geos_version_string, "
        "**{n: v(n) for n in ('numpy', 'pandas', 'shapely', 'pyproj', 'mortie')}}))"
    )
    found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    return json.loads(found.stdout)


def table(outcomes: dict[str, Outcome], last: dict[str, dict[str, dict]]) -> list[str]:
    """Return the table, with the figures of the run before, and below it what was compared."""
    head = ("work", "upstream", "ours", "last run", "ratio", "bar", "peak", "met")
    text = ["", _row(*head), "-" * (sum(_WIDTHS) + 2 * len(_WIDTHS))]
    for name, outcome in outcomes.items():
        for line in outcome.lines:
            work, upstream, ours, *others = cells(line)
            before = last.get(name, {}).get(line.work)
            text.append(_row(work, upstream, ours, f"{before['seconds']:.2f} s" if before else "", *others))
    text.append("")
    samples = {line.sample for outcome in outcomes.values() for line in outcome.lines if line.sample > 1}
    if samples:
        text.append(
            "~ upstream was given one frame in "
            + " or ".join(str(n) for n in sorted(samples))
            + "; the time of its matching is multiplied accordingly. BENCH=full gives it all of them."
        )
    for name, outcome in outcomes.items():
        for line in outcome.lines:
            for side, measured in (("upstream", line.upstream), ("ours", line.ours)):
                if measured:
                    text.append(f"{name}: {line.work.strip()}: {side}: {stages(measured)}")
        text += [f"{name}: {said}" for said in outcome.compared]
        for kind, curve in outcome.data.items():
            text += [
                f"{name}: {point['n']:,} {kind}: {point['seconds']:.1f} s, {point['processor']:.1f} s of processor, "
                f"{point['peak_mb']:,.0f} MB, {point['pairs']:,} pairs"
                for point in curve["points"]
            ]
            text.append(f"{name}: processor time grows with the {curve['exponent']:.2f}th power of {kind}")
    return text


def _row(*texts: str) -> str:
    first, *others = zip(texts, _WIDTHS)
    return "  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)])


def cells(line: Line) -> tuple[str, ...]:
    """Return a line of the table as texts."""
    upstream = f"{'~' if line.sample > 1 else ''}{line.upstream.seconds:.2f} s" if line.upstream else ""
    ours = f"{line.ours.seconds:.2f} s" if line.ours else "not there"
    ratio = f"{line.ratio:.1f} x" if line.ratio else ""
    if line.rate:
        ratio = f"{line.rate / 1e6:.1f} M/min"
    bar = {None: "", "times": "{:g} x", "seconds": "{:.0f} s", "rate": "{:.0e}/min"}[
        line.bar_kind if line.bar is not None else None
    ].format(line.bar)
    peak = f"{line.ours.peak_mb:,.0f} MB" if line.ours else ""
    return line.work, upstream, ours, ratio, bar, peak, {None: "", True: "yes", False: "no"}[line.met]


def stages(measured: Measured) -> str:
    """Return the times of the stages as a text."""
    parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in measured.stages.items())
    return f"{parts}; {sum(measured.processor.values()):.2f} s of processor"


if __name__ == "__main__":
    sys.exit(main())
