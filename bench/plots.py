"""Draws the plots of docs/performance.md from ``build/bench/report.json``, into a folder (``build/bench`` if none)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.ticker import LogLocator, ScalarFormatter

BUILD = Path(__file__).resolve().parents[1] / "build" / "bench"
STAGES = {"read": "#9aa5b1", "index": "#e0a458", "match": "#2b6cb0", "find": "#2b6cb0", "table": "#38a169",
          "to parquet": "#805ad5", "write": "#805ad5", "start and end of QGIS": "#cbd5e0"}  # fmt: skip


def main() -> None:
    """Draw what the report has."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BUILD
    rows = json.loads((BUILD / "report.json").read_text(encoding="utf-8"))["rows"]
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "x"})
    if "growth" in rows:
        growth(rows["growth"]["data"], folder / "bench_growth.png")
    lines = [line for row in rows.values() for line in row["lines"] if line["upstream"] and line["ours"]]
    # Of other rows the reference is another way of our own.
    lines = [line for line in lines if line["bar"] and line["bar_kind"] == "times" and line["bar"] > 1]
    if lines:
        against_upstream(lines, folder / "bench_upstream.png")


def growth(data: dict, path: Path) -> None:
    """Draw time and memory against the share of frames and of granules."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
    for (kind, curve), colour, mark in zip(data.items(), ("#2b6cb0", "#c05621"), "os"):
        points = curve["points"]
        share = [point["n"] / points[-1]["n"] for point in points]
        label = f"{kind}: time ~ n^{curve['exponent']:.2f}"
        left.loglog(share, [point["processor"] for point in points], mark + "-", color=colour, label=label)
        right.plot(share, [point["peak_mb"] / 1000 for point in points], mark + "-", color=colour, label=kind)
        last = points[-1]["processor"]
        if kind == "frames":
            left.loglog(share, [last * x for x in share], ":", color="#718096", label="linear")
    ticks = [1 / 8, 1 / 4, 1 / 2, 1]
    left.set_xticks(ticks, ["1/8", "1/4", "1/2", "1"])
    left.minorticks_off()
    left.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    left.yaxis.set_major_formatter(ScalarFormatter())
    right.set_xticks(ticks, ["1/8", "1/4", "1/2", "1"])
    right.set_ylim(bottom=0)
    left.set_ylabel("matching, s of processor")
    right.set_ylabel("peak memory, GB")
    whole = [f"{curve['points'][-1]['n']:,} {kind}" for kind, curve in data.items()]
    for axes in (left, right):
        axes.set_xlabel("share of " + " or of ".join(whole))
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    save(figure, path)


def against_upstream(lines: list[dict], path: Path) -> None:
    """Draw the stages of upstream and ours as bars, each row's upstream being 1."""
    figure, axes = plt.subplots(figsize=(8, 0.5 + 0.75 * len(lines)), layout="constrained")
    names, seen = [], set()
    for row, line in enumerate(lines):
        for offset, side in ((0.0, "upstream"), (0.4, "ours")):
            start, place = 0.0, row + offset
            for stage, seconds in line[side]["stages"].items():
                share = seconds / line["upstream"]["seconds"]
                label = None if stage in seen else stage
                seen.add(stage)
                axes.barh(place, share, 0.36, start, color=STAGES.get(stage, "#718096"), label=label)
                start += share
            sign = "~" if side == "upstream" and line["sample"] > 1 else ""
            times = f", {line['ratio']:.1f} times faster" if side == "ours" else ""
            axes.text(start + 0.01, place, f"{side} {sign}{line[side]['seconds']:.2f} s{times}", va="center")
        names.append(line["work"].replace(", ", "\n", 1).replace(", stored", ",\nstored"))
    axes.set_yticks([row + 0.2 for row in range(len(lines))], names)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.3)
    axes.set_xlabel("time, that of upstream being 1")
    axes.legend(frameon=False, ncols=5, loc="lower center", bbox_to_anchor=(0.4, 1.0))
    save(figure, path)


def save(figure, path: Path) -> None:
    """Write a picture that is the same for the same figures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
