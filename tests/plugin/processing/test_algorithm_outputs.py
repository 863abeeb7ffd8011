"""What comes out of the algorithms: layers, numbers, texts, and nothing where they fail or are cancelled."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date

import geopandas as gpd
import pytest
import shapely
from qgis.core import QgsProcessingContext

from xopr_crossovers.plugin.compat import WkbType


@pytest.fixture
def sample(repository):
    """The folder of the sample catalogs, Antarctica and Greenland."""
    return repository / "demo" / "sample" / "catalog"


@pytest.fixture
def south(sample):
    return str(sample / "hemisphere=south")


@pytest.fixture
def small(save, frames_table):
    """A catalog of three frames."""
    return save(frames_table).source()


def test_a_catalog_becomes_lines_in_the_poles_projection(run, south, table, context):
    results = run("loadcatalog", CATALOG=south, FRAMES="memory:")
    frames = table(results["FRAMES"])
    assert results["N_FRAMES"] == len(frames) > 0
    assert frames.crs == "EPSG:3031"
    assert set(frames["opr:hemisphere"]) == {"south"}
    assert all(len(json.loads(cells)) == 4 for cells in frames["opr:mbox"])
    assert context.getMapLayer(results["FRAMES"]).wkbType() in (WkbType.LineString, WkbType.MultiLineString)


def test_both_hemispheres_together_are_in_longitude_and_latitude(run, sample, table):
    both = table(run("loadcatalog", CATALOG=str(sample), FRAMES="memory:")["FRAMES"])
    assert both.crs == "EPSG:4326"
    north = table(run("loadcatalog", CATALOG=str(sample), HEMISPHERE="north", FRAMES="memory:")["FRAMES"])
    assert north.crs == "EPSG:3413"
    assert 0 < len(north) < len(both)


def test_a_search_gives_polygons_numbers_and_the_window(run, small, table, cmr, feedback):
    frames = run("loadcatalog", CATALOG=small, FRAMES="memory:")["FRAMES"]
    results = run("querygranules", FRAMES=frames, CYCLE=22, CMR_URL=cmr.url, GRANULES="memory:")
    granules = table(results["GRANULES"])
    assert results["N_GRANULES"] == len(granules) > 0
    assert results["CMR_HITS"] >= len(granules)
    assert (results["WINDOW_START"], results["WINDOW_END"]) == ("2023-12-18", "2024-03-18")
    assert granules.crs == "EPSG:3031"
    assert set(granules.geom_type) <= {"Polygon", "MultiPolygon"}
    assert set(granules["cycle"]) == {22}
    assert granules["granule_id"].is_unique
    assert any("Cycle 22" in line for line in feedback.infos)


def test_a_search_without_a_hit_gives_an_empty_layer_of_polygons_and_a_warning(run, cmr, context, feedback):
    results = run("querygranules", EXTENT="0,1,-80,-79", CYCLE=5, CMR_URL=cmr.url, GRANULES="memory:")
    layer = context.getMapLayer(results["GRANULES"])
    assert (results["N_GRANULES"], results["CMR_HITS"], layer.featureCount()) == (0, 0, 0)
    assert layer.wkbType() == WkbType.Polygon
    assert "granule_id" in layer.fields().names()
    assert any("No granule" in line for line in feedback.warnings)


@pytest.fixture
def match(run, save, frames_table, granules_table, table):
    """The two tables of a match by hand."""

    def run_match(**parameters):
        results = run(
            "matchgranules",
            FRAMES=save(frames_table),
            GRANULES=save(granules_table),
            MATCHED_FRAMES="memory:",
            MATCHES="memory:",
            **parameters,
        )
        return results, table(results["MATCHED_FRAMES"]), table(results["MATCHES"])

    return run_match


@pytest.mark.parametrize("method", ["strtree", "prefix", "flightline"])
def test_matched_frames_and_matches_tell_the_same(match, method):
    results, frames, matches = match(METHOD=method)
    assert frames["n_granules"].tolist() == [2, 2, 0]
    assert frames["n_crossing"].tolist() == [2, 2, 0]
    assert results["N_MATCHES"] == len(matches) == 4
    for number, text in zip(frames["n_granules"], frames["atl06_granules"]):
        links = json.loads(text)
        assert len(links) == number
        assert all(list(link) == ["granule_id", "s3_url", "https_url"] for link in links)


def test_a_match_has_one_row_a_pair_with_its_link(match, frames_table, granules_table):
    _, _, matches = match()
    row = matches.iloc[0]
    assert row["frame_id"] == frames_table["id"][0]
    assert row["granule_id"] == granules_table["granule_id"][0]
    assert row["https_url"] == granules_table["https_url"][0]
    assert (row["rgt"], row["cycle"], row["region"]) == (1, 22, 11)
    assert row["flight_date"] == date(2020, 1, 1)
    assert row["days_between"] == 4 * 365 + 1  # 2020 was a leap year
    assert bool(row["crosses_line"])
    # 12.5 km wide, crossed at a right angle but for some degrees.
    assert 12_400 < row["overlap_m"] < 13_500


def test_matches_are_a_table_without_geometry(run, save, frames_table, granules_table, context):
    results = run(
        "matchgranules",
        FRAMES=save(frames_table),
        GRANULES=save(granules_table),
        MATCHED_FRAMES="memory:",
        MATCHES="memory:",
    )
    assert not context.getMapLayer(results["MATCHES"]).isSpatial()


def test_the_whole_way_gives_what_its_steps_give(run, small, save, table, cmr):
    points = save(gpd.GeoDataFrame(geometry=[shapely.Point(-104, -75.2)], crs="EPSG:4326"))
    whole = run(
        "findgranules",
        CATALOG=small,
        POINTS=points,
        CMR_URL=cmr.url,
        **dict.fromkeys(["MATCHED_FRAMES", "MATCHES", "GRANULES"], "memory:"),
    )
    frames = run("loadcatalog", CATALOG=small, FRAMES="memory:")["FRAMES"]
    subset = run("subsetbypoints", FRAMES=frames, POINTS=points, SUBSET="memory:")
    search = run("querygranules", FRAMES=subset["SUBSET"], CMR_URL=cmr.url, GRANULES="memory:")
    match = run(
        "matchgranules",
        FRAMES=subset["SUBSET"],
        GRANULES=search["GRANULES"],
        MATCHED_FRAMES="memory:",
        MATCHES="memory:",
    )
    numbers = {"N_FRAMES", "N_GRANULES", "CMR_HITS", "N_MATCHES", "WINDOW_START", "WINDOW_END"}
    steps = {**subset, **search, **match}
    assert {key: whole[key] for key in numbers} == {key: steps[key] for key in numbers}
    assert whole["N_FRAMES"] == 1
    assert whole["N_MATCHES"] > 0
    for name in ("MATCHED_FRAMES", "MATCHES", "GRANULES"):
        a, b = table(whole[name]), table(steps[name])
        assert a.drop(columns="geometry").equals(b.drop(columns="geometry")), name


def test_three_tables_may_go_into_one_geopackage(run, small, cmr, tmp_path, fresh):
    path = tmp_path / "all.gpkg"
    outputs = {"MATCHED_FRAMES": "frames", "MATCHES": "matches", "GRANULES": "granules"}
    run(
        "findgranules",
        CATALOG=small,
        CMR_URL=cmr.url,
        **{name: f'ogr:dbname="{path}" table="{table}" (geom)' for name, table in outputs.items()},
    )
    for table in outputs.values():
        layer = fresh(f"{path}|layername={table}")
        assert layer.featureCount() > 0
        assert layer.displayExpression() != ""
    assert fresh(f"{path}|layername=matches").actions().actions()


def test_a_temporary_layer_is_styled_before_the_desktop_loads_it(run, save, frames_table, granules_table, context):
    results = run(
        "matchgranules",
        FRAMES=save(frames_table),
        GRANULES=save(granules_table),
        MATCHED_FRAMES="memory:",
        MATCHES="memory:",
    )
    assert context.getMapLayer(results["MATCHED_FRAMES"]).renderer().type() == "graduatedSymbol"
    assert context.getMapLayer(results["MATCHES"]).actions().actions()


def test_a_cancelled_run_leaves_no_file_and_no_error(provider, south, tmp_path, context, feedback):
    parameters = {"CATALOG": south, "FRAMES": str(tmp_path / "frames.gpkg")}
    feedback.cancel()
    results, _ = provider.algorithm("loadcatalog").create().run(parameters, context, feedback)
    assert results == {}
    assert feedback.errors == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("ending", "name"), [("gpkg", "fill"), ("fgb", "write")])
def test_a_run_that_is_cancelled_while_it_writes_removes_what_it_wrote(
    provider, south, tmp_path, feedback, monkeypatch, ending, name
):
    from xopr_crossovers.plugin import bridge

    place = bridge.filling if name == "fill" else bridge
    write = getattr(place, name)
    calls = []

    def write_and_cancel(*arguments):
        calls.append(len(list(tmp_path.iterdir())))
        feedback.cancel()
        return write(*arguments)

    monkeypatch.setattr(place, name, write_and_cancel)
    parameters = {"CATALOG": south, "FRAMES": str(tmp_path / f"frames.{ending}")}
    results, _ = provider.algorithm("loadcatalog").create().run(parameters, QgsProcessingContext(), feedback)
    assert calls == [1]
    assert results == {}
    assert feedback.errors == []
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_one_sentence_and_leaves_no_file(provider, south, tmp_path, context, feedback):
    parameters = {"CATALOG": south, "PROVIDER": "nobody", "FRAMES": str(tmp_path / "frames.gpkg")}
    _, succeeded = provider.algorithm("loadcatalog").create().run(parameters, context, feedback)
    assert not succeeded
    assert "provider nobody" in feedback.errors[0]
    assert "Traceback" not in "".join(feedback.errors + feedback.warnings + feedback.infos)
    assert list(tmp_path.iterdir()) == []


def test_a_table_in_a_sqlite_file_is_whole(run, save, frames_table, granules_table, tmp_path):
    file = tmp_path / "matches.sqlite"
    results = run(
        "matchgranules",
        FRAMES=save(frames_table),
        GRANULES=save(granules_table),
        MATCHED_FRAMES="memory:",
        MATCHES=str(file),
    )
    with closing(sqlite3.connect(file)) as opened:
        ((n_rows,),) = opened.execute("SELECT count(*) FROM matches")
    assert n_rows == results["N_MATCHES"] > 0
