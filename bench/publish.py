"""Writes the figures of ``build/bench/report.json`` into docs/performance.md, and the plots into docs/images."""

from __future__ import annotations

import json
import re

from measure import BENCH, BUILD, ROOT, UPSTREAM, call

DOCUMENT = ROOT / "docs" / "performance.md"
_IN_QGIS = ("qgis", "qgispoints8", "qgispoints33")
#: Rows that have a place of their own in the document, or are told there in words.
_ELSEWHERE = ("far", "layers8", "cancel8", "cancel33", *_IN_QGIS)


def main() -> None:
    """Fill the places between the document's marks."""
    report = json.loads((BUILD / "report.json").read_text(encoding="utf-8"))
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, filling in (("table", table), ("pairs", pairs), ("growth", growth), ("far", far), ("qgis", qgis)):
        opening, closing = f"<!-- bench: {name} -->", "<!-- end -->"
        place = re.compile(re.escape(opening) + ".*?" + re.escape(closing), re.DOTALL)
        lines = "\n".join(filling(report))
        text = place.sub(lambda _, found=f"{opening}\n{lines}\n{closing}": found, text)
    DOCUMENT.write_text(text, encoding="utf-8")
    call([UPSTREAM, BENCH / "plots.py", ROOT / "docs" / "images"], BUILD / "plots.log")


def table(report: dict) -> list[str]:
    """Return the machine and the table of the rows that have a bar or a reference."""
    machine, rows = report["machine"], report["rows"]
    days = sorted({row["measured"][:10] for row in rows.values()})
    load = max(row["load"] for name, row in rows.items() if name not in _ELSEWHERE)
    text = [
        f"Measured {' and '.join(days)} on {machine['cores']} cores ({machine['processor']}, "
        f"{machine['memory_gb']:.0f} GB), with up to {load:.0f} processes at work at a time, these included. Ours: "
        f"{_versions(report['packages']['ours'])}. Upstream: {_versions(report['packages']['upstream'])}.",
        "",
        "| work | upstream | ours | ratio | bar | peak memory | met |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        if name not in _ELSEWHERE:
            text += [_line(line) for line in row["lines"]]
    return text


def _versions(packages: dict) -> str:
    names = ("python", "numpy", "pandas", "shapely", "geos", "mortie")
    return ", ".join(f"{name} {packages[name]}" for name in names)


def _line(line: dict) -> str:
    upstream, ours = line["upstream"], line["ours"]
    kind, bar = line["bar_kind"], line["bar"]
    reference = f"{'~' if line['sample'] > 1 else ''}{_seconds(upstream)}" if upstream else ""
    ratio = f"{line['ratio']:.1f}" if line["ratio"] else ""
    if line["rate"]:
        ratio = f"{line['rate'] / 1e6:.1f} million a minute"
    texts = {"times": "{:g}", "seconds": "{:.0f} s", "rate": "{:,.0f} a minute"}
    asked = "" if bar is None else texts[kind].format(bar)
    if line["limit_mb"]:
        asked += f", {line['limit_mb'] / 1000:.0f} GB"
    met = {None: "", True: "yes", False: "no"}[line["met"]]
    peak = f"{ours['peak_mb'] / 1000:.2f} GB" if ours else ""
    work = line["work"].strip() if line["bar"] is not None else f"&nbsp;&nbsp;{line['work'].strip()}"
    return f"| {work} | {reference} | {_seconds(ours) if ours else ''} | {ratio} | {asked} | {peak} | {met} |"


def _seconds(measured: dict) -> str:
    return f"{measured['seconds']:.2f} s ({sum(measured['processor'].values()):.1f})"


def pairs(report: dict) -> list[str]:
    """Return what was compared."""
    return [f"- {said}" for name, row in report["rows"].items() if name != "far" for said in row["compared"]]


def growth(report: dict) -> list[str]:
    """Return the points of the curves as a table."""
    data = report["rows"].get("growth", {}).get("data", {})
    text = ["| | matching | of processor | peak memory | pairs |", "|---|---|---|---|---|"] if data else []
    for kind, curve in data.items():
        text += [
            f"| {point['n']:,} {kind} | {point['seconds']:.1f} s | {point['processor']:.1f} s "
            f"| {point['peak_mb'] / 1000:.2f} GB "
            f"| {point['pairs']:,} |"
            for point in curve["points"]
        ]
    said = [f"the {curve['exponent']:.2f}th power of the number of {kind}" for kind, curve in data.items()]
    return [*text, "", f"Processor time grows with {' and '.join(said)} (1 is linear)."] if data else text


def far(report: dict) -> list[str]:
    """Return what each reader of a far granule asked for, and how long it took."""
    row = report["rows"].get("far")
    if row is None:
        return []
    memory = next(line["ours"]["peak_mb"] for line in row["lines"] if line["limit_mb"])
    said = [f"- {text}" for text in row["compared"] if "the same heights" not in text]
    return [f"Measured {row['measured'][:10]}:", "", *said, "", f"Peak memory with 200 granules: {memory:,.0f} MB."]


def qgis(report: dict) -> list[str]:
    """Return the stages inside QGIS as a table."""
    lines = [line for name in _IN_QGIS for line in report["rows"].get(name, {}).get("lines", [])]
    stages = list(lines[0]["ours"]["stages"]) if lines else []
    head = f"| work | whole | of processor | peak memory | {' | '.join(stages)} |"
    text = [head, "|---|---|---|---|" + "---|" * len(stages)] if lines else []
    for line in lines:
        # Crossover points are found while they are written, in no stage of their own.
        values = " | ".join(f"{line['ours']['stages'].get(stage, 0.0):.1f} s" for stage in stages)
        ours = line["ours"]
        whole = f"{ours['wall']:.1f} s | {sum(ours['processor'].values()):.1f} s | {ours['peak_mb'] / 1000:.2f} GB"
        text.append(f"| {line['work']} | {whole} | {values} |")
    return text


if __name__ == "__main__":
    main()
