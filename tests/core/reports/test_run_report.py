"""The report of a run: its numbers are those of the tables, counted here in another way."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timezone
from statistics import median

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import makers
from pages import Page, counts_of, drawings, parsed
from standin import Fault, StandIn
from xopr_crossovers.core import frames, job
from xopr_crossovers.core.catalogs import catalog
from xopr_crossovers.core.common import run_log
from xopr_crossovers.core.matching import Matching
from xopr_crossovers.core.reports import charts, html_page, run_charts, run_report
from xopr_crossovers.core.search import Product, WindowChoice, area, window

NASTY = "<script>alert('x & \"y\"')</script>"
SOUTH = [
    [(-105, -75.2), (-103, -75.2)],
    [(-105, -75.8), (-103, -75.9)],
    [(-107, -76.4), (-106, -76.2)],
    [(-104, -76.9), (-104, -76.0)],
]
NORTH = [[(-42.5, 71), (-39.5, 71)]]


def test_columns_stack_their_parts():
    drawn = charts.columns("Title", ["a", "b"], {"low": [1, 3], "high": [2, 0]}, "axis", "things")
    assert counts_of(drawn) == {"a, low": 1, "b, low": 3, "a, high": 2, "b, high": 0}
    rects = [rect for rect in parsed(drawn).iter("rect") if rect.find("title") is not None]
    a_low, b_low, a_high, _ = [{key: float(rect.get(key)) for key in ("x", "y", "width", "height")} for rect in rects]
    assert b_low["height"] == pytest.approx(3 * a_low["height"], abs=0.02)
    assert a_high["height"] == pytest.approx(2 * a_low["height"], abs=0.02)
    assert a_high["y"] + a_high["height"] == pytest.approx(a_low["y"], abs=0.02)
    assert a_low["y"] + a_low["height"] == pytest.approx(b_low["y"] + b_low["height"], abs=0.02)
    assert a_low["x"] == a_high["x"] < a_low["x"] + a_low["width"] < b_low["x"]


@pytest.fixture(scope="module")
def server():
    with StandIn(cycles=[21, 22, 23]) as cmr:
        yield cmr


@pytest.fixture(scope="module")
def table():
    south = makers.frames(*SOUTH, collection="2024_South", date="20240110")
    north = makers.frames(*NORTH, collection="2023_North", date="20231220")
    return pd.concat([south, north], ignore_index=True)


AUTUMN_TO_SPRING = WindowChoice("date_range", "2023-10-01", "2024-04-30")


def find(server, table, window=AUTUMN_TO_SPRING, **more):
    """Run the whole job, and keep what it says."""
    log = run_log.RunLog()
    log.step("Frames")
    read = frames.normalize_frames(table, progress=log)
    log.frames("Read from the layer", len(read))
    product = Product(cmr_url=server.url)
    return job.find_granules(read, window=window, product=product, progress=log, **more), log


@pytest.fixture(scope="module")
def run(server, table):
    return find(server, table)


@pytest.fixture(scope="module")
def text(run):
    return run_report.run_page(*run)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


@pytest.fixture(scope="module")
def matches(run):
    """The table of pairs as plain records."""
    return run[0].matched.matches.to_dict("records")


def test_the_page_is_whole_and_fetches_and_runs_nothing(text, page):
    assert page.tags[:3] == ["html", "head", "meta"]
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not {"href", "src", "xlink:href", "onload"} & {name for name, _ in page.attributes}
    assert "url(" not in text
    assert set(re.findall(r"https?://[^\"<]+\"", text)) == {'http://www.w3.org/2000/svg"'}
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_the_title_names_the_seasons_and_the_window(page):
    title = "ATL06 granules for 2024_South and 2023_North, 2023-10-01 to 2024-04-30"
    assert [words for words in page.words if words == title] == [title, title]


def test_the_title_of_many_seasons_stays_short(server):
    lines = [makers.frames(line, collection=f"season {number}") for number, line in enumerate([*SOUTH, *NORTH])]
    result, log = find(server, pd.concat(lines, ignore_index=True))
    assert "<h1>ATL06 granules for season 0, season 1 and 3 more seasons, " in run_report.run_page(result, log)


def test_pairs_and_frames_are_counted_as_the_tables_have_them(page, run, matches):
    result, _ = run
    crossing = sum(row["crosses_line"] for row in matches)
    by_frame = Counter(row["frame_id"] for row in matches)
    n_frames = len(result.matched.frames)
    assert 0 < crossing < len(matches)
    assert page.row("In the table of matches") == [f"{len(matches):,}", "", ""]
    assert page.row("Crossing pairs: the footprint crosses the flight line")[0] == f"{crossing:,}"
    assert page.row("With at least one granule")[0] == str(len(by_frame))
    assert page.row("Read from the layer") == ["5", "", ""]
    assert page.has(
        f"{len(by_frame)} of {n_frames} radar frames have at least one granule: {len(matches):,} pairs of a frame and "
        f"a granule, in {crossing:,} of which the granule's footprint crosses the flight line."
    )


def test_the_summary_is_worded_as_in_the_notebook(page, run, matches):
    names = run[0].matched.frames["id"]
    by_frame = Counter(row["frame_id"] for row in matches)
    counts = [by_frame[name] for name in names]
    hit = sum(number > 0 for number in counts)
    assert page.has(
        f"{len(names)} frames, {sum(counts)} total frame↔granule edges\n"
        f"Frames with ≥1 granule: {hit} ({100 * hit / len(names):.1f}%)\n"
        f"Median granules per frame: {int(median(counts))}"
    )


def test_every_granule_that_came_is_in_the_layer_or_left_out_for_a_reason(page, run):
    found = run[0].found
    used = set(run[0].matched.matches["granule_id"])
    assert page.row("Announced by CMR, or known from the store")[0] == f"{found.hits:,}"
    received, stored, kept = (
        int(page.row(name)[0].replace(",", ""))
        for name in ("Received from CMR", "From the store of earlier searches", "In the layer of granules")
    )
    left_out = int(page.row("In the layer of granules")[1].replace(",", "") or 0)
    assert received + stored - left_out == kept == len(found.granules)
    assert page.row("In at least one pair") == [
        f"{len(used):,}",
        f"{len(found.granules) - len(used):,}",
        "match no frame; they stay in the layer",
    ]


def test_reasons_are_told_with_their_numbers(server, table):
    server.faults[:] = [Fault("revisions", every=5), Fault("no_links", every=7), Fault("duplicates", every=3)]
    try:
        result, log = find(server, table)
    finally:
        server.faults.clear()
    page = Page(run_report.run_page(result, log))
    _, left_out, why = page.row("In the layer of granules")
    numbers = [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) an? ", why)]
    assert len(numbers) == 2
    assert sum(numbers) == int(left_out.replace(",", "")) == result.found.received - len(result.found.granules)
    assert "an older revision of a granule" in why
    assert "a second record of the same granule" in why
    without = [row for row in result.found.granules.itertuples() if row.https_url is None or pd.isna(row.https_url)]
    assert page.row("Without a link to their file (kept)")[0] == str(len(without)) != "0"
    assert any("no link to a file" in words for words in page.words)


def test_what_the_store_held_is_told(server, table):
    find(server, table)
    result, log = find(server, table)
    page = Page(run_report.run_page(result, log))
    assert page.row("Received from CMR")[0] == "0"
    assert page.row("From the store of earlier searches")[0] == f"{len(result.found.granules):,}"


def test_frames_that_filters_and_points_leave_out_are_told_with_the_reason(server, tmp_path):
    days = ["20240110", "20240111", "20240115", None]
    lines = [makers.frames(line, collection="2024_South", ids=[f"f{n}"]) for n, line in enumerate([*SOUTH, *SOUTH[:1]])]
    catalogue = pd.concat(lines, ignore_index=True)
    catalogue["opr:date"] = [*days, "20240110"]
    catalogue.loc[4, "id"] = "f0"  # the first frame once more
    catalogue.to_parquet(tmp_path / "stac.parquet")
    point = gpd.GeoDataFrame(geometry=[shapely.Point(-104, -75.2)], crs="EPSG:4326")
    log = run_log.RunLog()
    read = catalog.read_catalog(str(tmp_path), start_date="2024-01-10", end_date="2024-01-11", progress=log)
    result = job.find_granules(
        read,
        point,
        at=frames.PointRule("distance", 5_000),
        window=WindowChoice(cycle=22),
        product=Product(cmr_url=server.url),
        progress=log,
    )
    page = Page(run_report.run_page(result, log))
    assert page.row("Read from 1 catalog") == ["4", "1", "there twice (same season, id and line)"]
    assert page.row("A flight date from 2024-01-10 to 2024-01-11") == [
        "2",
        "2",
        "1 flown on another day; 1 no flight date",
    ]
    assert page.row("At 1 point (within 5 km)") == ["1", "1", "the flight line passes no point at this distance"]
    assert page.row("In the layer of matched frames")[0] == "1"


def test_pairs_without_a_crossing_are_counted_where_they_are_left_out(server, table, run):
    result, log = find(server, table, matching=Matching(crossing_only=True))
    whole = run[0].matched.matches
    page = Page(run_report.run_page(result, log))
    assert page.row("In the table of matches") == [
        f"{whole['crosses_line'].sum():,}",
        f"{(~whole['crosses_line'].astype(bool)).sum():,}",
        "the footprint does not cross the flight line (CROSSING_ONLY)",
    ]


def test_what_was_wanted_of_the_matches_is_told_with_what_each_choice_left_out(server, table, run):
    asked = Matching(crossing_only=True, direction="ascending", max_days=60.5, best=2)
    result, log = find(server, table, matching=asked)
    page = Page(run_report.run_page(result, log))
    assert page.has(
        "Of those only",
        "whose footprint crosses the flight line (CROSSING_ONLY); then of ascending passes (DIRECTION); then at most "
        "60.5 days from the flight (MAX_DAYS); then the 2 nearest in time of each frame (BEST)",
    )
    kept, left_out, why = page.row("In the table of matches")
    assert int(kept.replace(",", "")) + int(left_out.replace(",", "")) == len(run[0].matched.matches)
    assert "(DIRECTION)" in why
    assert "(BEST)" in why
    assert not Page(run_report.run_page(*run)).has("Of those only")


def test_the_search_area_is_the_boxes_that_were_searched(page, run):
    boxes = [box for part in run[0].areas for box in part.boxes]
    shown = [row for row in page.rows if row[0] in ("south", "north")]
    assert [[float(cell) for cell in row[1:]] for row in shown] == [pytest.approx(box, abs=5e-4) for box in boxes]
    assert {row[0] for row in shown} == {"south", "north"}


def test_bars_count_the_matches_of_each_cycle_and_month(text, matches):
    shown = drawings(text)
    for title, key in (
        ("Matches per repeat cycle", lambda row: str(row["cycle"])),
        ("Matches per month", lambda row: f"{row['start_time']:%Y-%m}"),
    ):
        bars = counts_of(shown[title])
        for part, crosses in (("footprint crosses the flight line", True), ("footprint passes beside the line", False)):
            mine = {name.partition(", ")[0]: number for name, number in bars.items() if name.endswith(part)}
            wanted = Counter(key(row) for row in matches if row["crosses_line"] == crosses)
            assert {name: number for name, number in mine.items() if number} == wanted
        assert len({name.partition(", ")[0] for name in bars}) >= 3


def test_a_month_without_a_pass_has_a_place_of_its_own():
    matches = pd.DataFrame(
        {
            "cycle": pd.array([20, 22, None], dtype="Int64"),
            "start_time": pd.to_datetime(["2023-11-30T23:59Z", "2024-02-01T00:00Z", None]),
            "crosses_line": [True, False, True],
        }
    )
    bars = [counts_of(drawing) for drawing in run_charts.matches_in_time(matches)]
    assert {name.partition(", ")[0] for name in bars[0]} == {"20", "21", "22"}
    assert {name.partition(", ")[0] for name in bars[1]} == {"2023-11", "2023-12", "2024-01", "2024-02"}
    assert sum(bars[0].values()) == sum(bars[1].values()) == 2


def test_the_histogram_counts_the_frames(text, run, matches):
    by_frame = Counter(row["frame_id"] for row in matches)
    bars = counts_of(drawings(text)["Granules per frame"])
    assert sum(bars.values()) == len(run[0].matched.frames)
    assert bars["0"] == len(run[0].matched.frames) - len(by_frame)


def test_there_is_a_map_for_each_hemisphere(text):
    assert {"Frames by their granules, Antarctica", "Frames by their granules, Greenland and the Arctic"} <= set(
        drawings(text)
    )


def test_the_best_frames_are_those_with_most_crossings_and_have_the_nearest_pass(page, run, matches):
    flown = dict(zip(run[0].matched.frames["id"], run[0].matched.frames["opr:date"]))
    wanted = []
    for name in {row["frame_id"] for row in matches}:
        mine = [row for row in matches if row["frame_id"] == name]
        day = datetime.strptime(flown[name], "%Y%m%d").date()
        nearest = min(abs((row["start_time"].date() - day).days) for row in mine)
        wanted.append((name, sum(row["crosses_line"] for row in mine), len(mine), nearest, str(day)))
    wanted.sort(key=lambda row: (-row[1], -row[2], row[3]))
    shown = [row for row in page.rows if row[0] in flown]
    assert [(row[0], *map(int, row[1:4]), row[4]) for row in shown] == wanted
    assert {row[5] for row in shown} <= {"2024_South", "2023_North"}


def made_by_hand(names, counts, days, date="20240110", n_crossing=None):
    """A result of frames with so many granules each, so many days from the flight."""
    n = len(names)
    table = makers.frames(*[SOUTH[0]] * n, ids=names, date=date)
    table["n_granules"], table["n_crossing"] = counts, counts if n_crossing is None else n_crossing
    table["atl06_granules"] = "[]"
    rows = sum(counts)
    pairs = pd.DataFrame(
        {
            "granule_id": [f"g{number}" for number in range(rows)],
            "cycle": pd.array([22] * rows, dtype="Int64"),
            "start_time": pd.to_datetime(["2024-01-01T12:00:00Z"] * rows),
            "days_between": pd.array(days, dtype="Int64"),
            "crosses_line": True,
        }
    )
    found = job.Found(makers.granules(*[makers.strip((-104, -74), (-104, -76))] * rows), rows, rows)
    searched = window.resolve_window("cycle", cycle=22)
    box = area.given_area((170, -80, -170, -70))
    return job.Crossovers(searched, (box,), job.Product(), found, job.Matched(table, pairs, Matching()))


def test_frames_of_the_same_name_keep_their_own_days():
    result = made_by_hand(["same", "same"], [2, 1], [-7, 9, 3])
    best = run_report.best_frames(result)
    assert best["fewest_days"].tolist() == [7, 3]


def test_at_most_twenty_frames_are_listed_and_none_without_a_granule():
    counts = [*range(30), 0]
    result = made_by_hand([f"f{number}" for number in range(31)], counts, [1] * sum(counts))
    assert run_report.best_frames(result)["id"].tolist() == [f"f{number}" for number in range(29, 9, -1)]
    few = run_report.best_frames(made_by_hand(["a", "b"], [0, 1], [5]))
    assert few["id"].tolist() == ["b"]


def test_of_equal_frames_the_one_with_a_nearer_pass_is_better():
    result = made_by_hand(["a", "b", "c"], [1, 1, 1], [50, None, -10])
    assert run_report.best_frames(result)["id"].tolist() == ["c", "a", "b"]


def test_of_frames_with_as_many_crossings_the_one_with_more_granules_is_better():
    result = made_by_hand(["few", "many", "most"], [2, 3, 4], [1] * 9, n_crossing=[2, 2, 1])
    assert run_report.best_frames(result)["id"].tolist() == ["many", "few", "most"]


def test_a_box_over_the_antimeridian_is_explained():
    page = Page(run_report.run_page(made_by_hand(["a"], [1], [5])))
    assert page.has("west is greater than east over the antimeridian")
    assert page.row("-") == ["170.000", "-80.000", "-170.000", "-70.000"]


def test_where_nothing_was_found_the_page_says_so(server):
    elsewhere = makers.frames([(-105, -89.5), (-103, -89.5)])  # ICESat-2 does not come nearer to the pole than 88 S
    result, log = find(server, elsewhere, matching=Matching("flightline"))
    text = run_report.run_page(result, log)
    page = Page(text)
    assert result.matched.matches.empty
    assert page.has("No pair was found: 1 radar frame, ", "Frames with ≥1 granule: 0 (0.0%)")
    assert set(drawings(text)) == {"Granules per frame", "Frames by their granules, Antarctica"}
    assert "The best frames" not in page.words
    assert any(words.startswith("No frame matches a granule") for words in page.words)


def test_frames_without_dates_lines_and_seasons_are_reported(server):
    bare = makers.frames(*SOUTH[:2], ids=["one", "two"]).drop(columns=["collection", "opr:date"])
    bare.loc[1, "geometry"] = None
    result, log = find(server, bare, WindowChoice("date_range", "2024-01-01", "2024-01-31"))
    page = Page(run_report.run_page(result, log))
    assert page.has("ATL06 granules for radar frames, 2024-01-01 to 2024-01-31", "1 frame has no line and cannot be")
    shown = [row for row in page.rows if row[0] in ("one", "two")]
    assert shown
    assert {tuple(row[3:5]) for row in shown} == {("-", "unknown")}


def test_data_cannot_put_anything_into_the_page():
    result = made_by_hand([NASTY], [1], [5])
    result.matched.frames["collection"] = NASTY
    log = run_log.RunLog()
    log.step(NASTY)
    log.info(NASTY)
    log.warn(NASTY)
    log.frames(NASTY, 1, {NASTY: 1})
    page = Page(run_report.run_page(result, log, run_report.Origin(NASTY, [NASTY], {NASTY: NASTY})))
    assert "script" not in page.tags
    assert sum(NASTY in words for words in page.words) >= 12


def test_the_command_the_notes_and_the_versions_are_told():
    origin = run_report.Origin("qgis_process run xopr:findgranules -- A='1 2'", ["A note."], {"QGIS": "9.87"})
    made = datetime(2024, 2, 3, 4, 5, tzinfo=timezone.utc)
    page = Page(run_report.run_page(made_by_hand(["a"], [1], [5]), origin=origin, made=made))
    assert {origin.command, "A note."} <= set(page.words)
    assert page.has("Made on 2024-02-03 04:05 UTC with QGIS 9.87, Python 3.", ", mortie ", ", numpy ", ", shapely ")
    assert ("class", "command") in page.attributes
    without = Page(run_report.run_page(made_by_hand(["a"], [1], [5])))
    assert "To repeat it" not in without.words


def test_the_log_is_told_step_by_step(page, run):
    _, log = run
    steps = ["Frames", "Window and area", "Search", "Matching"]
    assert list(dict.fromkeys(line.step for line in log.lines if line.step != "Frames")) == steps[1:]
    assert {line.text for line in log.lines} <= set(page.words)


def test_a_line_that_was_said_again_and_again_is_told_once_with_its_number():
    log = run_log.RunLog()
    for step in ("One", "Two"):
        log.step(step)
        for _ in range(3):
            log.info("500 came.")
    log.info("7 came.")
    words = Page(run_report.run_page(made_by_hand(["a"], [1], [5]), log)).words
    assert words.count("500 came. (3 times)") == 2
    assert words.count("7 came.") == 1


def test_a_run_log_passes_everything_on():
    told = makers.Log(cancel_after=1)
    log = run_log.RunLog(told)
    log.part(0.5, 1.0).info("a")
    log.part(0.5, 1.0).warn("b")
    log.part(0.5, 1.0).fraction(0.5)
    log.part(0.0, 0.5).frames("c", 3, {"d": 1, "e": 0})
    assert (told.infos, told.warnings, told.fractions) == (["a"], ["b"], [0.75])
    assert (log.is_cancelled(), log.is_cancelled()) == (False, True)
    assert log.frame_counts == [run_log.FrameCount("c", 3, {"d": 1})]
    assert log.warnings == ["b"]


def test_groups_of_rows_have_their_names():
    page = Page(html_page.grouped_table(["", "n"], {"One": [("a", 1)], NASTY: [("b", 2)]}))
    assert page.rows == [["", "n"], ["One"], ["a", "1"], [NASTY], ["b", "2"]]
    assert "script" not in page.tags
