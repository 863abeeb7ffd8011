"""The rows of what lies round the matching: indexes, layers there and back, and qgis_process."""

from __future__ import annotations

from collections.abc import Mapping

from measure import Measured, Side, alternate
from outcomes import EIGHT, GRANULES, ONE, SEASON_FRAMES, Line, Outcome
from qgis_runs import FIND, QgisRun, match, points, searchable


def trees() -> Outcome:
    """Build the notebook's index with great circles, which is to take no more than twice as long as with lines."""
    straight = Side(f"tree_{EIGHT}_straight", "ours", f"drop-in-strtree-straight --cycles {EIGHT}")
    circles = Side(f"tree_{EIGHT}", "ours", f"drop-in-strtree --cycles {EIGHT}")
    alternate([straight, circles], 3)
    work = f"{GRANULES[EIGHT]:,} footprints, build_granule_strtree, great circles (reference: straight edges)"
    return Outcome([Line(work, only(straight.best, "index"), only(circles.best, "index"), bar=0.5)])


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
    side = Side("layer_temporary", "layers", f"temporary --cycles {EIGHT}")
    alternate([side], 2)
    facts = side.best.facts
    title = f"{facts['rows']:,} rows of findgranules' three outputs to memory"
    outcome.lines.append(Line(title, None, only(side.best, "write")))
    outcome.must(facts["wrong"] == 0, f"{title}: in {facts['wrong']} of 3 layers rows are missing")
    return outcome


def cancelled(cycles: str) -> Outcome:
    """Cancel runs that write crossover points: that is to be heard within 2 seconds, and nothing is to be left."""
    side = Side(f"cancelled_{cycles}", "cancelled", f"crossoverpoints --cycles {cycles}")
    alternate([side], 1)
    work = f"crossover points of {GRANULES[cycles]:,} granules, Cancel"
    lines = [Line(f"{work} {stage}", None, only(side.best, stage), 1, 2, "seconds") for stage in side.best.stages]
    outcome, left = Outcome(lines), side.best.facts["left"]
    outcome.must(left == 0, f"{work}: {left} files are left of the runs")
    return outcome


def qgis() -> Outcome:
    """Run the algorithm as a user does: layers in, a GeoPackage out, or temporary layers; searching first, too."""
    outcome = Outcome()
    for method, cycles, layer in (("strtree", ONE, "granules"), ("flightline", ONE, "granules")):
        _take(outcome, match(layer, method), f"{SEASON_FRAMES:,} x {GRANULES[cycles]:,}, {method}, to a GeoPackage")
    work = f"{SEASON_FRAMES:,} x {GRANULES[EIGHT]:,}, strtree"
    _take(outcome, match("granules8"), f"{work}, to a GeoPackage", bar=6, limit_mb=700)
    _take(outcome, match("granules8", to_file=False), f"{work}, to temporary layers")
    to_file, temporary = (line.ours.facts["counted"] for line in outcome.lines[-2:])
    outcome.must(to_file == temporary, f"{work}: {to_file:,} pairs into the file, {temporary:,} into temporary layers")
    with searchable() as environment:
        FIND.measure(environment=environment)  # what the store then has
        _take(outcome, FIND, f"{work}, findgranules with a filled store, to temporary layers", environment)
    return outcome


def qgis_points(layer: str, cycles: str) -> Outcome:
    """Find crossover points as a user does: layers in, a GeoPackage out."""
    outcome = Outcome()
    _take(outcome, points(layer), f"{SEASON_FRAMES:,} x {GRANULES[cycles]:,}, crossover points, to a GeoPackage")
    for line in outcome.lines:
        line.rate = line.ours.facts["counted"] / line.ours.wall * 60
    return outcome


def _take(
    outcome: Outcome,
    run: QgisRun,
    work: str,
    environment: Mapping[str, str] | None = None,
    **bars: float,
) -> None:
    """Measure a run, and note whether as many rows are in the file as it counted."""
    best = min((run.measure(environment=environment) for _ in range(2)), key=lambda measured: measured.wall)
    counted, rows = best.facts["counted"], best.facts.get("rows")
    outcome.lines.append(Line(f"{work} ({counted:,})", None, best, bar_kind="seconds", **bars))
    in_file = "" if rows is None else f", and {rows:,} are in the file"
    outcome.must(counted > 0 and rows in (None, counted), f"{work}: {counted:,} rows were counted{in_file}")
