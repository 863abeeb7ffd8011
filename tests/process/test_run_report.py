"""The report of a run through ``qgis_process``, and the command in it, run once more."""

from __future__ import annotations

import json
import os
import shlex
import subprocess

import pytest
from qgis.core import QgsVectorLayer

from pages import Page

OUTPUTS = ("MATCHED_FRAMES", "MATCHES", "GRANULES")


def read(path):
    """The rows of a layer, as text."""
    layer = QgsVectorLayer(str(path), "result", "ogr")
    assert layer.isValid()
    return [[feature.geometry().asWkb().data(), *map(str, feature.attributes()[1:])] for feature in layer.getFeatures()]


@pytest.fixture(scope="module")
def reported(qgis_process, catalog, points, tmp_path_factory):
    """One run with a report, in a folder whose name has to be quoted."""
    folder = tmp_path_factory.mktemp("it's a run")
    files = {name: folder / f"{name.lower()}.gpkg" for name in OUTPUTS}
    sites = folder / "my sites.geojson"
    sites.write_bytes(points.read_bytes())
    ran = qgis_process(
        "xopr:findgranules",
        "--json",
        CATALOG=catalog / "hemisphere=south",
        POINTS=sites,
        RULE="distance",
        DISTANCE=150_000,
        CROSSING_ONLY=True,
        **files,
        REPORT=folder / "report.html",
    )
    assert ran.code == 0, ran.log
    return ran, files, folder / "report.html"


def test_the_numbers_of_the_report_are_those_of_the_run(reported):
    ran, files, path = reported
    results = ran.results
    page = Page(path.read_text(encoding="utf-8"))
    assert results["REPORT"] == str(path)
    assert page.row("In the table of matches")[0] == f"{results['N_MATCHES']:,}" == f"{len(read(files['MATCHES'])):,}"
    assert page.row("In the layer of granules")[0] == f"{results['N_GRANULES']:,}"
    assert page.row("In the layer of matched frames")[0] == f"{results['N_FRAMES']:,}"
    assert page.row("Announced by CMR, or known from the store")[0] == f"{results['CMR_HITS']:,}"
    assert page.has("Cycle 22 by the orbit calendar: 2023-12-18")


def test_every_line_of_the_log_is_in_the_report_but_what_comes_next(reported):
    ran, _, path = reported
    lines = json.loads(ran.out[ran.out.index("{") :])["log"]["info"]
    assert any(line.startswith("Matched by strtree: ") for line in lines)
    lines = [line for line in lines if not line.startswith("Next: ")]
    assert set(lines) <= set(Page(path.read_text(encoding="utf-8")).words)


def test_the_command_of_the_report_gives_the_same_again(reported, repository, cmr):
    _, files, path = reported
    (text,) = [words for words in Page(path.read_text(encoding="utf-8")).words if words.startswith("qgis_process run")]
    expected = {name: read(file) for name, file in files.items()}
    assert len(expected["MATCHES"]) > 0
    for file in [*files.values(), path]:
        file.unlink()
    program, *words = shlex.split(text)
    assert program == "qgis_process"
    # Nothing but what the command says: another folder, and no address of CMR in the environment.
    environment = {name: value for name, value in os.environ.items() if name != "XOPR_CMR_URL"}
    command = [str(repository / ".venv" / "bin" / program), *words]
    ran = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert {name: read(file) for name, file in files.items()} == expected
    assert path.is_file()


def test_a_run_that_fails_leaves_no_report(qgis_process, catalog, tmp_path):
    files = {name: tmp_path / f"{name.lower()}.gpkg" for name in OUTPUTS}
    ran = qgis_process(
        "xopr:findgranules",
        CATALOG=catalog / "hemisphere=south",
        CMR_URL="http://127.0.0.1:9",
        **files,
        REPORT=tmp_path / "report.html",
    )
    assert ran.code == 1
    assert "Traceback" not in ran.log
    assert list(tmp_path.iterdir()) == []
