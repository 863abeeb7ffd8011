"""Drawings and pages: well-formed, in proportion, and safe whatever the data say."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import makers
from pages import Page, counts_of, parsed, texts
from xopr_crossovers.core import frames
from xopr_crossovers.core.matching import comparison
from xopr_crossovers.core.reports import charts, comparison_report, html_page, polar_map, svg
from xopr_crossovers.core.reports import legend as classes

NASTY = "<script>alert('x & \"y\"')</script>"
GEOD = pyproj.Geod(ellps="WGS84")


def bars(drawing, *colours):
    """The rectangles of some colours, without the small squares of a legend."""
    found = [rect for rect in parsed(drawing).iter("rect") if rect.get("fill") in colours]
    return [rect for rect in found if rect.get("width") != rect.get("height")]


# --- bars ---


def test_bars_are_as_long_as_their_numbers():
    parts = {"read": [1.0, 0.5], "match": [2.0, 4.0]}
    drawn = charts.stacked_bars("Times", ["one", "two"], parts, "seconds", " s")
    first, second = (bars(drawn, colour) for colour in svg.PALETTE[:2])
    lengths = np.array([[float(bar.get("width")) for bar in part] for part in (first, second)])
    np.testing.assert_allclose(lengths / lengths[0, 0], [[1, 0.5], [2, 4]], rtol=1e-3)
    # End to end, and the axis has the same scale.
    assert float(second[0].get("x")) == pytest.approx(float(first[0].get("x")) + lengths[0, 0], abs=0.02)
    marks = {mark.text: float(mark.get("x")) for mark in parsed(drawn).iter("text") if mark.text in ("0", "1")}
    assert marks["1"] - marks["0"] == pytest.approx(lengths[0, 0], abs=0.02)
    assert {"one", "two", "3 s", "4.5 s", "seconds", "read", "match"} <= set(texts(drawn))


def test_a_part_that_is_nowhere_is_not_in_the_legend():
    drawn = charts.stacked_bars("Times", ["one"], {"read": [0.0], "match": [2.0]}, "seconds")
    assert "read" not in texts(drawn)


@pytest.mark.parametrize("parts", [{}, {"read": [0.0, 0.0]}])
def test_bars_without_any_length_are_drawn(parts):
    assert {"one", "two"} <= set(texts(charts.stacked_bars("Times", ["one", "two"], parts, "seconds")))


# --- histograms ---


def test_a_histogram_counts():
    drawn = charts.histogram("Off", np.array([0, 0, 0, 1, 2, 2, 5]), "granules", "frames")
    assert counts_of(drawn) == {"0": 3, "1": 1, "2": 2, "3": 0, "4": 0, "5": 1}
    heights = [float(bar.get("height")) for bar in bars(drawn, svg.GREY, svg.PALETTE[0])]
    np.testing.assert_allclose(np.array(heights) / heights[1], [3, 1, 2, 0, 0, 1], rtol=1e-3)


def test_what_lies_far_beyond_the_others_is_in_the_last_class_which_says_so():
    values = np.array([0] * 50 + list(range(1, 11)) * 10 + [400])
    found = counts_of(charts.histogram("Off", values, "granules", "frames"))
    assert found["10+"] == 11
    assert sum(found.values()) == len(values)


@given(st.lists(st.integers(0, 5_000), max_size=60), st.integers(0, 6_000) | st.none())
def test_every_number_is_in_one_class_and_there_are_few(values, largest):
    drawn = charts.histogram("Off", np.array(values, dtype=int), "granules", "frames", largest)
    found = counts_of(drawn)
    assert sum(found.values()) == len(values)
    assert found.get("0", 0) == values.count(0)
    assert len(found) <= 14


@given(st.integers(0, 10**6), st.integers(2, 30))
def test_classes_go_on_without_gaps_up_to_the_largest(largest, most):
    edges = charts.count_bins(largest, most)
    assert edges[:2].tolist() == [0, 1]
    assert len(set(np.diff(edges[1:]).tolist())) <= 1
    assert edges[-2] <= max(largest, 1) < edges[-1]
    assert len(edges) - 2 <= most


def test_names_below_the_bars_do_not_touch():
    values = np.repeat(np.arange(0, 4_000, 7), 3)
    drawn = charts.histogram("Off", values, "granules", "frames", 4_000)
    names = [mark for mark in parsed(drawn).iter("text") if re.fullmatch(r"\d+(-\d+|\+)?", mark.text)]
    below = sorted((float(mark.get("x")), svg.width_of(mark.text)) for mark in names if mark.get("y") == "211")
    assert len(below) > 2
    assert all(b - a >= (wide + wider) / 2 for (a, wide), (b, wider) in zip(below, below[1:]))


# --- axes ---


@given(st.floats(1e-6, 1e9), st.integers(2, 10))
def test_ticks_are_round_and_hold_the_largest(top, most):
    marks = svg.ticks(top, most)
    assert marks[0] == 0
    assert marks[-2] < top <= marks[-1] * (1 + 1e-9)
    assert len(marks) <= most + 1
    mantissa = float(f"{marks[1]:.6e}".split("e")[0])
    assert mantissa in (1, 2, 5)


def test_colours_differ_in_lightness_too_for_print_without_colour():
    light = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in map(rgb, classes.class_colours(5))]
    assert light == sorted(light)
    assert min(np.diff(light)) > 15
    assert classes.class_colours(5, dark_is_many=True) == classes.class_colours(5)[::-1]


def rgb(colour):
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


# --- the map ---

SOUTH = pyproj.Transformer.from_crs(4326, 3031, always_xy=True)
NORTH = pyproj.Transformer.from_crs(4326, 3413, always_xy=True)


def line(transformer, *points):
    return shapely.LineString(np.column_stack(transformer.transform(*np.transpose(points))))


def drawn_lines(drawn, colour):
    """The lines of a colour, as arrays of places."""
    (path,) = [path for path in parsed(drawn).iter("path") if path.get("stroke") == colour]
    parts = path.get("d").split("M")[1:]
    return [np.array([[float(number) for number in place.split()] for place in part.split("L")]) for part in parts]


@pytest.mark.parametrize(
    ("hemisphere", "transformer", "sign"), [("south", SOUTH, -1), ("north", NORTH, 1)], ids=["south", "north"]
)
@pytest.mark.parametrize("lon", [-105.0, 179.0])
def test_lines_on_the_map_are_as_long_as_its_scale_says(hemisphere, transformer, sign, lon):
    lines = [
        line(transformer, (lon, sign * 74.0), (lon, sign * 75.0)),
        line(transformer, (lon, sign * 76.0), (lon + 3, sign * 76.0)),
    ]
    drawn = polar_map.count_map("Map", np.array(lines), np.array([1, 0]), hemisphere, "Differ", "none")
    (bar,) = [path.get("d") for path in parsed(drawn).iter("path") if path.get("d").startswith("M1 ")]
    units = float(re.search(r"H([\d.]+)", bar)[1]) - 1
    kilometres = next(float(words.split()[0]) for words in texts(drawn) if words.endswith(" km"))
    (shown,) = drawn_lines(drawn, classes.class_colours(1)[0])
    truth = GEOD.inv(lon, sign * 74.0, lon, sign * 75.0)[2] / 1000
    assert np.linalg.norm(shown[1] - shown[0]) / units * kilometres == pytest.approx(truth, rel=0.03)


def test_lines_are_coloured_by_their_class_and_those_that_agree_are_grey():
    lines = np.array([line(SOUTH, (lon, -75.0), (lon, -76.0)) for lon in (-110, -100, -90, -80)])
    drawn = polar_map.count_map("Map", lines, np.array([0, 1, 1, 9]), "south", "Differ", "all agree")
    few, many = classes.class_colours(2, dark_is_many=True)
    assert [len(drawn_lines(drawn, colour)) for colour in (svg.GREY, few, many)] == [1, 2, 1]
    assert {"Differ", "all agree", "1", "2 to 9"} <= set(texts(drawn))


@pytest.mark.parametrize(
    ("points", "wanted"),
    [
        ([(-106, -75), (-104, -74)], {"104°W", "106°W"}),
        ([(178, -80), (-178, -79)], {"180°"}),
        ([(0, -88), (180, -88)], {"0°", "180°", "90°E", "90°W"}),
    ],
)
def test_meridians_and_parallels_are_labelled(points, wanted):
    drawn = polar_map.count_map("Map", np.array([line(SOUTH, *points)]), np.array([1]), "south", "Differ", "none")
    labels = set(texts(drawn))
    assert wanted <= labels
    parallels = [label for label in labels if label.endswith("°S")]
    assert parallels
    low, high = sorted(abs(lat) for _, lat in points)
    assert all(low - 3 < float(label[:-2]) < high + 3 for label in parallels)


def test_a_label_of_a_parallel_stands_on_it():
    north = line(NORTH, (-45.0, 70.0), (-35.0, 75.0))
    drawn = polar_map.count_map("Map", np.array([north]), np.array([1]), "north", "Differ", "none")
    ((a, b),) = drawn_lines(drawn, classes.class_colours(1)[0])
    # Two points whose place on the map and in the projection are known give the way back.
    scale = shapely.length(north) / np.linalg.norm(b - a)
    first = np.array(north.coords[0])
    marks = [mark for mark in parsed(drawn).iter("text") if mark.text.endswith("°N")]
    assert len(marks) >= 2
    for mark in marks:
        x, y = float(mark.get("x")), float(mark.get("y")) - 4
        plane = first + scale * np.array([x - a[0], a[1] - y])
        _, lat = NORTH.transform(*plane, direction="INVERSE")
        assert lat == pytest.approx(float(mark.text[:-2]), abs=0.1)


def test_labels_stay_inside_and_apart():
    lines = np.array([line(SOUTH, (lon, -65.0), (lon, -89.0)) for lon in range(-180, 180, 40)])
    drawn = polar_map.count_map("Map", lines, np.zeros(len(lines), dtype=int), "south", "Differ", "none")
    labels = [
        (float(m.get("x")), float(m.get("y")), svg.width_of(m.text, 11))
        for m in parsed(drawn).iter("text")
        if "°" in m.text
    ]
    assert len(labels) > 10
    assert all(wide / 2 < x < polar_map.WIDTH - wide / 2 for x, _, wide in labels)
    for number, (x, y, wide) in enumerate(labels):
        for other, below, wider in labels[number + 1 :]:
            assert abs(x - other) > (wide + wider) / 2 or abs(y - below) >= 12


@pytest.mark.parametrize(
    "lines",
    [
        [shapely.LineString([(1e6, 1e6), (1e6, 1e6)])],
        [None, shapely.LineString([(0, 0), (1, 1)])],
        [shapely.MultiLineString([[(1e6, 0), (1.1e6, 0)], [(1.2e6, 0), (1.3e6, 0)]])],
        [shapely.LineString()],
    ],
    ids=["no length", "none", "parts", "empty"],
)
def test_odd_lines_can_be_drawn(lines):
    some = np.array(lines, dtype=object)
    assert parsed(polar_map.count_map("Map", some, np.ones(len(some), dtype=int), "south", "Differ", "none"))


# --- safety ---


def test_texts_are_escaped_wherever_they_are_drawn():
    drawings = [
        charts.stacked_bars(NASTY, [NASTY], {NASTY: [1.0]}, NASTY, NASTY),
        charts.histogram(NASTY, np.array([1]), NASTY, NASTY),
        polar_map.count_map(
            NASTY, np.array([shapely.LineString([(0, 0), (1, 1)])]), np.array([0]), "south", NASTY, NASTY
        ),
    ]
    for drawing in drawings:
        assert "script" not in {element.tag for element in parsed(drawing).iter()}
        assert NASTY in texts(drawing)
        assert "<script" not in drawing


def page_of(sign=-1, name="2020_Test", **more):
    table = makers.frames([(-105, sign * 75), (-104, sign * 75)], [(-60, sign * 80), (-59, sign * 80)], collection=name)
    passes = makers.granules(makers.strip((-104.5, sign * 74), (-104.5, sign * 76)))
    compared = comparison.compare(frames.normalize_frames(table), passes)
    return comparison_report.comparison_page(compared, **more), compared


def test_the_report_is_a_whole_page_that_fetches_and_runs_nothing():
    text, _ = page_of()
    page = Page(text)
    assert page.tags[:3] == ["html", "head", "meta"]
    assert page.tags.count("svg") == 5
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not {"href", "src", "xlink:href", "onload"} & {name for name, _ in page.attributes}
    assert "url(" not in text
    assert set(re.findall(r"https?://[^\"]+", text)) == {"http://www.w3.org/2000/svg"}


def test_data_cannot_put_anything_into_the_report():
    text, _ = page_of(name=NASTY, software={NASTY: NASTY})
    page = Page(text)
    assert "script" not in page.tags
    assert any(NASTY in words for words in page.words)


def test_the_report_says_what_was_compared_with_what_and_when():
    made = datetime(2024, 2, 3, 4, 5, tzinfo=timezone.utc)
    text, compared = page_of(software={"xOPR Crossovers": "9.8.7"}, read_s=1.234, made=made)
    words = " ".join(Page(text).words)
    for said in ("2020_Test (2 frames)", "ATL06 version 007 (1 granule)", "2020-01-01", "2024-01-01"):
        assert said in words
    assert "2020-01-01 to 2020-01-01" not in words
    assert "Made on 2024-02-03 04:05 UTC with xOPR Crossovers 9.8.7, Python" in words
    assert "took 1.23 s" in words
    assert comparison_report.comparison_figures(compared) in words


def test_the_report_of_both_hemispheres_has_two_maps():
    table = makers.frames([(-105, -75), (-104, -75)], [(-40, 70), (-39, 70)])
    passes = makers.granules(makers.strip((-104.5, -74), (-104.5, -76)), makers.strip((-39.5, 69), (-39.5, 71)))
    words = Page(comparison_report.comparison_page(comparison.compare(frames.normalize_frames(table), passes))).words
    assert {"EPSG:3031", "EPSG:3413"} <= set(words)


def test_the_report_warns_of_what_matching_warned_of():
    table = makers.frames([(-105, -75), (-104, -75)], [(-60, -80), (-59, -80)])
    table["opr:mbox"] = [table["opr:mbox"][0], None]
    compared = comparison.compare(table, makers.granules(makers.strip((-104.5, -74), (-104.5, -76))))
    assert (
        "1 of 2 frames has no 'opr:mbox', and no match by cells."
        in Page(comparison_report.comparison_page(compared)).words
    )


def test_a_report_without_lines_dates_and_names_is_made():
    table = makers.frames([(-105, -75), (-104, -75)]).drop(columns=["collection", "opr:date"])
    table["id"], table["geometry"] = "frame", None
    passes = makers.granules(makers.strip((-104.5, -74), (-104.5, -76)), names=["some file.h5"])
    passes["start_time"], passes["cycle"] = pd.NaT, pd.NA
    passes["rgt"] = pd.NA
    page = Page(comparison_report.comparison_page(comparison.compare(table, passes)))
    assert page.words.count("unknown") == 2


def test_numbers_in_tables_have_separators_and_stand_on_the_right():
    text = html_page.table(["name", "number"], [("a", 12_345), ("b & c", 6)])
    page = Page(text)
    assert page.cells == ["name", "number", "a", "12,345", "b & c", "6"]
    assert text.count('class="number"') == 3


def test_every_part_of_a_page_escapes_its_words():
    parts = [
        html_page.heading(NASTY),
        html_page.paragraph(NASTY, "lead"),
        html_page.listing([NASTY]),
        html_page.definitions([(NASTY, NASTY)]),
        html_page.verbatim(NASTY),
        html_page.table([NASTY], [(NASTY,)], NASTY),
        html_page.charts([], NASTY),
        html_page.footer(NASTY),
    ]
    for part in parts:
        page = Page(part)
        assert "script" not in page.tags
        assert NASTY in page.words
    whole = Page(html_page.page(NASTY, *parts))
    assert "script" not in whole.tags
    assert whole.words.count(NASTY) == 13
