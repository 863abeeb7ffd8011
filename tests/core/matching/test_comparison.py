"""Methods side by side: what is missed and extra, in sum and per frame, and how long each took."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import makers
from xopr_crossovers.core import frames, job
from xopr_crossovers.core.common.errors import CancelledError, InputError
from xopr_crossovers.core.matching import Matching, comparison
from xopr_crossovers.core.matching import pairs as matching
from xopr_crossovers.core.matching import timings as match_times
from xopr_crossovers.core.reports import comparison_report

# (hemisphere's sign, longitude where the frames begin)
PLACES = pytest.mark.parametrize(("sign", "lon"), [(-1, -105.0), (1, -40.0), (-1, 179.75), (1, 179.75)])
TREE, LINE = "strtree", "flightline"


def wrapped(lon):
    return (lon + 180) % 360 - 180


def scene(sign, lon):
    """Frames and granules of which is known what misses what.

    ACROSS crosses the first two frames; BESIDE passes 29 km from them, but through a cell that both have; the second
    frame, of another season, has no other cell; no granule comes near the third frame.
    """

    def at(east, lat):
        return wrapped(lon + east), sign * lat

    line, elsewhere = [at(0, 75), at(0.5, 75)], [at(60, 72), at(60.5, 72)]
    beside = makers.legacy_cell(*at(1.25, 75), 9)
    table = makers.frames(line, line, elsewhere)
    table["collection"] = ["2020_Right", "2020_Astray", "2020_Right"]
    own = table["opr:mbox"].tolist()
    table["opr:mbox"] = [[*own[0][:3], beside], [beside] * 4, own[2]]
    strips = [makers.strip(at(east, 74), at(east, 76)) for east in (0.25, 1.25, -60)]
    return frames.normalize_frames(table), makers.granules(*strips)


def result(compared, method):
    return next(found for found in compared.methods if found.method == method)


@PLACES
def test_what_cells_miss_and_find_too_much_is_known_by_construction(sign, lon):
    compared = comparison.compare(*scene(sign, lon))
    for method in ("strtree", "prefix"):
        found = result(compared, method)
        assert found.counts.tolist() == [2, 1, 0]
        against = found.against[LINE]
        assert against.missed.tolist() == [0, 1, 0]
        assert against.extra.tolist() == [1, 1, 0]
        assert against.n_frames == 2
    assert result(compared, LINE).counts.tolist() == [1, 1, 0]
    assert compared.differing.tolist() == [1, 2, 0]
    assert compared.n_disagreeing == 2


@PLACES
def test_the_flight_line_against_strtree_is_strtree_against_the_flight_line_the_other_way_round(sign, lon):
    compared = comparison.compare(*scene(sign, lon))
    here, there = result(compared, TREE).against[LINE], result(compared, LINE).against[TREE]
    assert here.missed.tolist() == there.extra.tolist()
    assert here.extra.tolist() == there.missed.tolist()


@pytest.mark.parametrize("sign", [-1, 1])
def test_prefix_finds_a_pair_too_much_where_a_footprint_passes_by_in_the_same_large_cell(sign):
    place, by = (10.0, sign * 70.0), (10.4, sign * 70.0)
    order = 4
    assert makers.legacy_cell(*place, order) == makers.legacy_cell(*by, order)
    table = makers.frames([place, place])
    table["opr:mbox"] = [[makers.legacy_cell(*place, 18)] * 4]
    passing = makers.granules(makers.strip((by[0], sign * 69), (by[0], sign * 71)))
    compared = comparison.compare(table, passing, cover_order=order)
    assert [found.n_pairs for found in compared.methods] == [0, 1, 0]
    for reference in (TREE, LINE):
        difference = result(compared, "prefix").against[reference]
        assert (difference.missed.tolist(), difference.extra.tolist()) == ([0], [1])


@pytest.fixture(scope="module")
def many():
    """Random frames and granules at both poles, some over the antimeridian."""
    random = np.random.default_rng(4)
    lines, strips = [], []
    for sign in (-1, 1):
        lon, lat = random.uniform(-180, 180, 30), sign * random.uniform(76, 88, 30)
        east = random.uniform(-6, 6, 30)
        lines += [[(a, b), (wrapped(a + c), b)] for a, b, c in zip(lon, lat, east)]
        ends = random.uniform(-180, 180, 80)
        across = random.uniform(100, 160, 80)
        strips += [makers.strip((a, sign * 72), (wrapped(a + b), sign * 72), pairs=7) for a, b in zip(ends, across)]
    return frames.normalize_frames(makers.frames(*lines)), makers.granules(*strips)


@pytest.fixture(scope="module")
def compared(many):
    return comparison.compare(*many)


def test_sums_are_those_of_sets_of_names_as_the_notebook_reckons(many, compared):
    names = {}
    for method in matching.METHODS:
        column = job.match_granules(*many, Matching(method)).frames["atl06_granules"]
        names[method] = [{granule["granule_id"] for granule in json.loads(text)} for text in column]
    assert sum(map(len, names[LINE])) > 50
    assert sum(map(len, names[TREE])) > 1.2 * sum(map(len, names[LINE]))
    for reference in (LINE, TREE):
        for method in matching.METHODS:
            if method == reference:
                continue
            missed = [len(true - mine) for true, mine in zip(names[reference], names[method])]
            extra = [len(mine - true) for true, mine in zip(names[reference], names[method])]
            difference = result(compared, method).against[reference]
            assert difference.missed.tolist() == missed
            assert difference.extra.tolist() == extra
            differing = (np.array(missed) + np.array(extra) > 0).sum()
            assert comparison_report.comparison_figures(compared).count(
                f"# {method} against {reference}\n"
                f"Frames with any disagreement: {differing}/{len(missed)}\n"
                f"Mean missed by {method}: {np.mean(missed):.2f}\n"
                f"Mean extra from {method}: {np.mean(extra):.2f}"
            )
    some_but_not_all = [len(set.union(*found) - set.intersection(*found)) for found in zip(*names.values())]
    assert compared.differing.tolist() == some_but_not_all


def test_the_table_has_the_sums_of_the_frames(compared):
    table, by_frame = compared.sums().set_index("method"), compared.by_frame()
    for method in matching.METHODS:
        assert table.loc[method, "n_pairs"] == by_frame[f"n_{method}"].sum()
        assert table.loc[method, "n_frames_hit"] == (by_frame[f"n_{method}"] > 0).sum()
        assert table.loc[method, "median_granules"] == by_frame[f"n_{method}"].median()
        for prefix, reference in (("", LINE), ("tree_", TREE)):
            for name in ("missed", "extra"):
                column = f"{prefix}{name}_{method}"
                assert (column in by_frame) == (method != reference)
                if method != reference:
                    assert table.loc[method, f"{prefix}{name}"] == by_frame[column].sum()
    assert pd.isna(table.loc[LINE, "missed"])
    assert pd.isna(table.loc[TREE, "tree_extra"])
    assert table.loc[TREE, "n_crossing"] == table.loc[LINE, "n_pairs"] - table.loc[TREE, "missed"]


def test_all_frames_stay_in_their_order_with_their_columns(many, compared):
    by_frame = compared.by_frame()
    assert isinstance(by_frame, gpd.GeoDataFrame)
    assert by_frame["id"].tolist() == many[0]["id"].tolist()
    assert set(many[0].columns) < set(by_frame.columns)
    assert by_frame.crs == many[0].crs


def test_the_stages_of_a_method_sum_up_to_its_time(compared):
    table = compared.sums().set_index("method")
    stages = list(match_times.STAGES)
    assert (table[stages] >= 0).all(axis=None)
    np.testing.assert_allclose(table[stages].sum(axis=1).astype(float), table["total_s"])
    assert (table["total_s"] > 0).all()
    assert table.loc[LINE, ["cells_s", "index_s"]].tolist() == [0, 0]
    assert (table.loc[[TREE, "prefix"], "cells_s"] > 0).all()


def test_methods_that_are_not_chosen_are_neither_run_nor_compared_with(many):
    log = makers.Log()
    two = comparison.compare(*many, methods=["prefix", "strtree"], progress=log)
    assert [found.method for found in two.methods] == ["strtree", "prefix"]
    assert two.references() == [TREE]
    assert two.sums()["missed"].isna().all()
    assert not [column for column in two.by_frame() if "flightline" in column or column.startswith("missed")]
    assert "flightline is not among METHODS: what is missed and extra in truth is not told." in log.infos


def test_one_method_alone_agrees_with_itself(many):
    alone = comparison.compare(*many, methods=[LINE])
    assert (alone.n_disagreeing, alone.methods[0].against) == (0, {})


def test_however_often_a_method_is_run_each_line_is_told_once():
    log = makers.Log()
    compared = comparison.compare(*scene(-1, -105.0), repeats=3, progress=log)
    assert compared.repeats == 3
    assert len(log.infos) == len(set(log.infos))
    assert sum(line.startswith("Matched by") for line in log.infos) == 3
    assert compared.warnings == log.warnings
    assert any("2020_Astray" in line for line in log.warnings)
    assert log.fractions == sorted(log.fractions)


def test_the_log_tells_what_disagrees():
    log = makers.Log()
    comparison.compare(*scene(-1, -105.0), progress=log)
    assert "strtree against flightline: 1 pair missed, 2 extra; 2 of 3 frames disagree." in log.infos


@pytest.mark.parametrize("column", ["none", "empty"])
def test_frames_without_cells_cannot_be_compared_by_cells_but_by_their_lines(column):
    table, passes = scene(-1, -105.0)
    table = table.drop(columns="opr:mbox") if column == "none" else table.assign(**{"opr:mbox": [None] * 3})
    with pytest.raises(InputError, match="strtree and prefix cannot be compared: none of 3 frames has cells"):
        comparison.compare(table, passes)
    assert comparison.compare(table, passes, methods=[LINE]).methods[0].counts.tolist() == [1, 1, 0]


def test_a_frame_without_cells_misses_what_crosses_it():
    table, passes = scene(-1, -105.0)
    table["opr:mbox"] = [None, *table["opr:mbox"].tolist()[1:]]
    found = result(comparison.compare(table, passes), TREE)
    assert found.against[LINE].missed.tolist() == [1, 1, 0]


def test_without_granules_all_agree_that_there_is_nothing(many):
    compared = comparison.compare(many[0], many[1].iloc[:0])
    assert compared.sums()["n_pairs"].tolist() == [0, 0, 0]
    assert compared.n_disagreeing == 0
    assert "All methods agree on every frame." in comparison_report.comparison_page(compared)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"methods": ["magic"]}, "METHODS must be some of strtree, prefix, flightline, not 'magic'"),
        ({"methods": []}, "METHODS must be some of strtree, prefix, flightline, not none"),
        ({"repeats": 0}, "REPEATS must be at least 1, not 0"),
    ],
)
def test_wrong_options_are_refused(many, options, message):
    with pytest.raises(InputError, match=message):
        comparison.compare(*many, **options)


@pytest.mark.parametrize("looks", [0, 3, 8])
def test_a_comparison_can_be_cancelled(many, looks):
    with pytest.raises(CancelledError):
        comparison.compare(*many, progress=makers.Log(cancel_after=looks))
