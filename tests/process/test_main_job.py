"""The main job through ``qgis_process``, as a user runs it: exit codes, files, and what the files hold."""

from __future__ import annotations

import subprocess

import pytest
from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterString,
    QgsVectorLayer,
)

from drawn_model import draw, fixed, from_input, from_step

OUTPUTS = ("MATCHED_FRAMES", "MATCHES", "GRANULES")


def read(path, table=""):
    """Rows of a layer as dicts; times and dates as text."""
    layer = QgsVectorLayer(f"{path}|layername={table}" if table else str(path), "result", "ogr")
    assert layer.isValid()
    names = layer.fields().names()
    return [
        {name: _plain(value) for name, value in zip(names, feature.attributes()) if name != "fid"}
        for feature in layer.getFeatures()
    ]


def _plain(value):
    if hasattr(value, "isNull") and value.isNull():
        return None
    return value.toString("yyyy-MM-dd HH:mm:ss") if hasattr(value, "toString") else value


@pytest.fixture(scope="module")
def model(qgis_app, tmp_path_factory):
    """A saved model: load, subset, search, match."""
    inputs = [
        QgsProcessingParameterString("catalog", "Catalog"),
        QgsProcessingParameterFeatureSource("points", "Points", [QgsProcessing.SourceType.TypeVectorPoint]),
    ]
    subset = from_step("subset", "SUBSET")
    steps = {
        "load": ("loadcatalog", {"CATALOG": from_input("catalog")}, {}),
        "subset": ("subsetbypoints", {"FRAMES": from_step("load", "FRAMES"), "POINTS": from_input("points")}, {}),
        "search": (
            "querygranules",
            {"FRAMES": subset, "TIME_MODE": fixed("cycle"), "CYCLE": fixed(22)},
            {"granules": "GRANULES"},
        ),
        "match": (
            "matchgranules",
            {"FRAMES": subset, "GRANULES": from_step("search", "GRANULES")},
            {"frames": "MATCHED_FRAMES", "matches": "MATCHES"},
        ),
    }
    path = tmp_path_factory.mktemp("model") / "main_job.model3"
    assert draw("main job", inputs, steps).toFile(str(path))
    return path


def test_the_whole_job_ends_well_and_says_its_numbers(whole):
    ran, files = whole
    results = ran.results
    assert results["N_MATCHES"] == len(read(files["MATCHES"])) > 0
    assert results["N_GRANULES"] == len(read(files["GRANULES"])) <= results["CMR_HITS"]
    assert results["N_FRAMES"] == len(read(files["MATCHED_FRAMES"])) > 0
    assert (results["WINDOW_START"], results["WINDOW_END"]) == ("2023-12-18", "2024-03-18")
    assert ran.errors == ""


def test_the_counts_of_the_frames_are_those_of_the_matches(whole):
    _, files = whole
    matches = read(files["MATCHES"])
    for frame in read(files["MATCHED_FRAMES"]):
        mine = [row for row in matches if row["frame_id"] == frame["id"]]
        assert frame["n_granules"] == len(mine)
        assert frame["n_crossing"] == sum(row["crosses_line"] for row in mine)


def test_every_match_is_of_the_cycle_and_has_a_link_to_its_granule(whole):
    _, files = whole
    granules = {row["granule_id"]: row for row in read(files["GRANULES"])}
    for row in read(files["MATCHES"]):
        assert row["cycle"] == 22
        assert row["https_url"] == granules[row["granule_id"]]["https_url"]
        assert row["https_url"].startswith("https://")
        assert row["https_url"].endswith(row["granule_id"])


def test_a_file_that_qgis_process_wrote_is_styled_when_it_is_opened(whole):
    _, files = whole
    frames, matches, granules = (QgsVectorLayer(str(files[name]), name, "ogr") for name in OUTPUTS)
    assert frames.renderer().type() == "graduatedSymbol"
    assert "<a href" in frames.mapTipTemplate()
    assert granules.renderer().symbol().color().alphaF() < 0.2
    for layer in (matches, granules):
        assert layer.editorWidgetSetup(layer.fields().indexOf("https_url")).type() == "ExternalResource"
        assert [action.shortTitle() for action in layer.actions().actions()] == [
            "Open file",
            "Show in catalog",
            "Select frames",
        ]


def test_the_steps_one_by_one_give_the_same_on_a_machine_in_another_time_zone(
    whole, qgis_process, catalog, points, tmp_path
):
    _, expected = whole
    clock = {"TZ": "Pacific/Auckland"}
    frames, subset, granules = (tmp_path / f"{name}.gpkg" for name in ("frames", "subset", "granules"))
    south = catalog / "hemisphere=south"
    steps = [
        ("xopr:loadcatalog", {"CATALOG": south, "FRAMES": frames}),
        ("xopr:subsetbypoints", {"FRAMES": frames, "POINTS": points, "SUBSET": subset}),
        ("xopr:querygranules", {"FRAMES": subset, "GRANULES": granules}),
        (
            "xopr:matchgranules",
            {
                "FRAMES": subset,
                "GRANULES": granules,
                "MATCHED_FRAMES": f'ogr:dbname="{tmp_path}/out.gpkg" table="frames" (geom)',
                "MATCHES": f'ogr:dbname="{tmp_path}/out.gpkg" table="matches"',
            },
        ),
    ]
    for algorithm, parameters in steps:
        ran = qgis_process(algorithm, environment=clock, **parameters)
        assert ran.code == 0, ran.log
    assert read(granules) == read(expected["GRANULES"])
    assert read(tmp_path / "out.gpkg", "matches") == read(expected["MATCHES"])
    assert read(tmp_path / "out.gpkg", "frames") == read(expected["MATCHED_FRAMES"])


def test_a_saved_model_of_the_steps_gives_the_same(whole, model, qgis_process, catalog, points, tmp_path):
    _, expected = whole
    files = {name: tmp_path / f"{name}.gpkg" for name in ("frames", "granules", "matches")}
    # QGIS 3.22 calls the outputs by their step, newer ones by their own name.
    steps = {"frames": "match", "granules": "search", "matches": "match"}
    outputs = {**files, **{f"{steps[name]}:{name}": path for name, path in files.items()}}
    ran = qgis_process(str(model), catalog=catalog / "hemisphere=south", points=points, **outputs)
    assert ran.code == 0, ran.log
    assert read(files["frames"]) == read(expected["MATCHED_FRAMES"])
    assert read(files["matches"]) == read(expected["MATCHES"])
    assert read(files["granules"]) == read(expected["GRANULES"])
    assert QgsVectorLayer(str(files["frames"]), "frames", "ogr").renderer().type() == "graduatedSymbol"


def test_both_hemispheres_in_one_run(qgis_process, catalog, tmp_path):
    files = {name: tmp_path / f"{name.lower()}.gpkg" for name in OUTPUTS}
    ran = qgis_process("xopr:findgranules", "--json", CATALOG=catalog, METHOD="flightline", CROSSING_ONLY=True, **files)
    assert ran.code == 0, ran.log
    regions = {row["region"] for row in read(files["MATCHES"])}
    assert regions & {3, 4, 5}
    assert regions & {10, 11, 12}
    assert all(row["crosses_line"] for row in read(files["MATCHES"]))
    assert QgsVectorLayer(str(files["MATCHED_FRAMES"]), "frames", "ogr").crs().authid() == "EPSG:4326"


def test_the_help_names_the_options_as_text(repository):
    command = [str(repository / ".venv" / "bin" / "qgis_process"), "help", "xopr:findgranules"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0
    assert "Options: date_range, cycle, nominal_cycle, exact_year, all_years." in ran.stdout
    assert "Options: strtree, prefix, flightline." in ran.stdout
    assert "<p>" not in ran.stdout


def test_the_same_run_again_into_the_same_tables_of_a_geopackage_ends_well(qgis_process, found, tmp_path):
    file = tmp_path / "survey.gpkg"
    for _ in range(2):
        ran = qgis_process(
            "xopr:matchgranules",
            FRAMES=found["MATCHED_FRAMES"],
            GRANULES=found["GRANULES"],
            MATCHED_FRAMES=f"ogr:dbname='{file}' table=\"matched_frames\" (geom)",
            MATCHES=f"ogr:dbname='{file}' table=\"matches\"",
        )
        assert ran.code == 0, ran.log
    frames = QgsVectorLayer(f"{file}|layername=matched_frames", "frames", "ogr")
    assert frames.renderer().type() == "graduatedSymbol"
