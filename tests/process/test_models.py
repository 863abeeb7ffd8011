"""The models that come with the plugin through ``qgis_process``: they give what their steps give one by one."""

from __future__ import annotations

import subprocess

import pytest
from qgis.core import QgsVectorLayer

FOUND = ("MATCHED_FRAMES", "MATCHES", "GRANULES")


@pytest.fixture(scope="module")
def run(qgis_process, catalog, points, tmp_path_factory):
    """Run an algorithm on the Antarctic sample, and return the files that it wrote by the outputs' names."""

    def run_algorithm(algorithm, outputs, **parameters):
        folder = tmp_path_factory.mktemp(algorithm.partition(":")[2])
        files = {name: folder / f"{name.lower()}.gpkg" for name in outputs}
        ran = qgis_process(algorithm, "--json", **parameters, **files)
        assert ran.code == 0, ran.log
        assert ran.errors == ""
        assert {name: ran.results[name] for name in outputs} == {name: str(path) for name, path in files.items()}
        return files

    return run_algorithm


@pytest.fixture(scope="module")
def sample(catalog, points):
    return {"CATALOG": catalog / "hemisphere=south", "POINTS": points}


@pytest.fixture(scope="module")
def by_points(run, sample):
    return run("xopr:pointstogranules", ("SUBSET", *FOUND), **sample)


@pytest.fixture(scope="module")
def to_crossovers(run, sample):
    return run("xopr:seasontocrossovers", ("CROSSOVERS", *FOUND), **sample, BEAMS="gt1l,gt3r", MIN_ANGLE=30)


def opened(path):
    layer = QgsVectorLayer(str(path), "result", "ogr")
    assert layer.isValid()
    return layer


def read(path):
    """Rows of a layer with their geometry, in order; times to the second, as the steps hand them on."""
    layer = opened(path)
    names = [name for name in layer.fields().names() if name != "fid"]
    rows = [
        [*(_plain(feature[name]) for name in names), feature.geometry().asWkt(3)] for feature in layer.getFeatures()
    ]
    assert rows
    return names, rows


def _plain(value):
    if hasattr(value, "isNull") and value.isNull():
        return None
    return value.toString("yyyy-MM-dd HH:mm:ss") if hasattr(value, "toString") else value


def test_the_notebook_s_steps_as_a_model_give_what_the_one_step_gives(by_points, found):
    for name in FOUND:
        assert read(by_points[name]) == read(found[name])
    fields, frames = read(by_points["SUBSET"])
    matched_fields, matched = read(found["MATCHED_FRAMES"])
    assert [row[fields.index("id")] for row in frames] == [row[matched_fields.index("id")] for row in matched]


def test_the_model_of_crossovers_gives_what_its_two_steps_give(run, sample, to_crossovers):
    found = run("xopr:findgranules", FOUND, **sample, METHOD="flightline")
    for name in FOUND:
        assert read(to_crossovers[name]) == read(found[name])
    frames, granules = found["MATCHED_FRAMES"], found["GRANULES"]
    crossovers = run(
        "xopr:crossoverpoints", ["CROSSOVERS"], FRAMES=frames, GRANULES=granules, BEAMS="gt1l,gt3r", MIN_ANGLE=30
    )
    assert read(to_crossovers["CROSSOVERS"]) == read(crossovers["CROSSOVERS"])


def test_what_a_model_wrote_is_styled_when_it_is_opened(by_points, to_crossovers):
    for path in (by_points["MATCHED_FRAMES"], to_crossovers["MATCHED_FRAMES"], to_crossovers["CROSSOVERS"]):
        layer = opened(path)
        assert layer.renderer().type() == "graduatedSymbol"
    for path in (by_points["MATCHES"], to_crossovers["MATCHES"]):
        matches = opened(path)
        assert matches.editorWidgetSetup(matches.fields().indexOf("https_url")).type() == "ExternalResource"


def test_a_model_without_frames_fails_with_one_sentence(qgis_process, tmp_path):
    files = {name: tmp_path / f"{name}.gpkg" for name in ("CROSSOVERS", *FOUND)}
    ran = qgis_process("xopr:seasontocrossovers", **files)
    assert ran.code == 1
    assert "Give SEASON or CATALOG: one of them is needed." in ran.errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["list"], ["help", "xopr:pointstogranules"], ["help", "xopr:seasontocrossovers"]])
def test_the_command_line_lists_the_models_and_shows_their_help_as_plain_text(repository, command):
    program = str(repository / ".venv" / "bin" / "qgis_process")
    ran = subprocess.run([program, *command], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0
    if command == ["list"]:
        assert "xopr:pointstogranules\tPoints to granules" in ran.stdout
        assert "xopr:seasontocrossovers\tSeason to crossover points" in ran.stdout
    else:
        assert "MATCHES: Matches" in ran.stdout
        assert "Options: date_range, cycle, nominal_cycle, exact_year, all_years." in ran.stdout
        assert "<p>" not in ran.stdout
