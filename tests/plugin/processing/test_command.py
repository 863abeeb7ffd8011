"""The command that repeats a run: it says everything that was given, and admits what it cannot say."""

from __future__ import annotations

import shlex
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qgis.core import (
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProperty,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate

from xopr_crossovers.plugin.processing.command import command, shell_text
from xopr_crossovers.plugin.processing.run import Run

POINTS = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=gpd.points_from_xy([-104, -105], [-75, -76]), crs="EPSG:4326")
OUTPUTS = {"MATCHED_FRAMES": "/data/frames.gpkg", "MATCHES": "/data/matches.gpkg", "GRANULES": "/data/granules.gpkg"}


@pytest.fixture
def made(provider, context):
    """Return the values in a command, by the parameters' names, and its notes."""

    def make(effective=None, **parameters):
        run = Run(provider.algorithm("findgranules").create(), parameters, context)
        found = command(run, effective)
        words = shlex.split(found.text)
        assert words[:4] == ["qgis_process", "run", "xopr:findgranules", "--"]
        return dict(word.split("=", 1) for word in words[4:]), found.notes

    return make


def test_all_that_is_given_is_in_the_command_and_nothing_else(made):
    given_values = {"SEASON": "2016_Antarctica_DC8", "TIME_MODE": "cycle", "CYCLE": 23, **OUTPUTS}
    values, notes = made(**given_values, CATALOG=None, POINTS=None, HEMISPHERE="")
    assert values == {**given_values, "CYCLE": "23"}
    assert notes == []


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("DISTANCE", 150_000.0, "150000"),
        ("DISTANCE", "0.25", "0.25"),
        ("CYCLE", "7", "7"),
        ("CYCLE", QgsProperty.fromExpression("20 + 2"), "22"),
        ("CROSSING_ONLY", True, "true"),
        ("CROSSING_ONLY", "False", "false"),
        ("START_DATE", QDate(2024, 1, 31), "2024-01-31"),
        ("START_DATE", "2024-01-31", "2024-01-31"),
        ("SHORT_NAME", " ATL08 ", "ATL08"),
        ("PROVIDER", "", ""),
        ("METHOD", "flightline", "flightline"),
        ("MAX_DAYS", 45.5, "45.5"),
        ("BEST", 3, "3"),
        ("DIRECTION", "ascending", "ascending"),
    ],
)
def test_values_of_all_kinds_are_written_as_qgis_process_reads_them(made, name, value, text):
    values, _ = made(**{name: value})
    assert values == {name: text}


def test_what_takes_effect_without_being_given_is_in_the_command_too(made):
    effective = {"CMR_URL": "http://127.0.0.1:1", "VERSION": "006"}
    assert made(effective)[0] == effective
    assert made(effective, VERSION="007")[0] == {**effective, "VERSION": "007"}


def test_a_layer_is_named_by_its_source_however_it_was_given(made, save, project):
    layer = save(POINTS)
    project.addMapLayer(layer)
    layer.setName("my points")
    ways = [layer, layer.id(), "my points", layer.source(), QgsProcessingFeatureSourceDefinition(layer.id())]
    for way in ways:
        assert made(POINTS=way) == ({"POINTS": layer.source()}, [])


def test_paths_are_whole(made, save, tmp_path, monkeypatch):
    file = Path(save(POINTS).source().partition("|")[0])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seasons").mkdir()
    values, _ = made(
        POINTS=file.name,
        CATALOG="seasons; 2016_Antarctica_DC8\nhttps://example.org/a.parquet;collection=*/stac.parquet",
        GRANULES="granules.gpkg",
        MATCHES="ogr:dbname='all.gpkg' table=\"matches\"",
        MATCHED_FRAMES=QgsProcessingOutputLayerDefinition("frames.gpkg"),
        REPORT="report.html",
    )
    assert values["POINTS"] == str(file)
    assert values["CATALOG"].split(";") == [
        f"{tmp_path}/seasons",
        "2016_Antarctica_DC8",
        "https://example.org/a.parquet",
        f"{tmp_path}/collection=*/stac.parquet",
    ]
    assert values["GRANULES"] == f"{tmp_path}/granules.gpkg"
    assert values["MATCHES"] == f"ogr:dbname='{tmp_path}/all.gpkg' table=\"matches\" (geom)"
    assert values["MATCHED_FRAMES"] == f"{tmp_path}/frames.gpkg"
    assert values["REPORT"] == f"{tmp_path}/report.html"


def test_a_layer_in_memory_cannot_be_repeated_and_the_note_says_what_to_do(made, save, project):
    layer = save(POINTS, "memory")
    layer.setName("scratch")
    project.addMapLayer(layer)
    values, (note,) = made(POINTS=layer.id())
    assert values == {"POINTS": "SAVED_POINTS"}
    assert note == (
        "POINTS was the layer 'scratch', which exists in this QGIS alone, so the run cannot be repeated without it: "
        "save it to a file, and put its path for SAVED_POINTS."
    )


def test_a_temporary_file_cannot_be_repeated(made, save, project):
    source = Path(save(POINTS).source().partition("|")[0])
    layer = QgsVectorLayer(f"{QgsProcessingUtils.tempFolder()}/gone.gpkg", "gone", "ogr")
    Path(QgsProcessingUtils.tempFolder(), "gone.gpkg").write_bytes(source.read_bytes())
    layer = QgsVectorLayer(layer.source(), "gone", "ogr")
    project.addMapLayer(layer)
    values, (note,) = made(FRAMES=layer.id())
    assert values == {"FRAMES": "SAVED_FRAMES"}
    assert "a temporary file" in note


def test_selected_features_and_open_edits_cannot_be_repeated(made, save, project):
    layer = save(POINTS)
    project.addMapLayer(layer)
    values, (note,) = made(POINTS=QgsProcessingFeatureSourceDefinition(layer.id(), True))
    assert values == {"POINTS": "SAVED_POINTS"}
    assert "only the selected features were used" in note
    layer.startEditing()
    layer.deleteFeature(next(layer.getFeatures()).id())
    values, (note,) = made(POINTS=layer.id())
    assert values == {"POINTS": "SAVED_POINTS"}
    assert "changes that were not saved" in note
    layer.rollBack()


def test_another_provider_is_named_and_a_filter_kept(made, project, tmp_path):
    (tmp_path / "sites.csv").write_text("name,lon,lat\na,-104,-75\n", encoding="utf-8")
    uri = f"file://{tmp_path}/sites.csv?xField=lon&yField=lat&crs=EPSG:4326"
    layer = QgsVectorLayer(uri, "sites", "delimitedtext")
    project.addMapLayer(layer)
    values, notes = made(POINTS=layer.id())
    assert (values, notes) == ({"POINTS": f"delimitedtext://{uri}"}, [])


@pytest.mark.parametrize("where", ["TEMPORARY_OUTPUT", "memory:", QgsProcessingOutputLayerDefinition("memory:")])
def test_temporary_outputs_are_so_again_and_the_note_says_it(made, where):
    values, (note,) = made(GRANULES=where, MATCHES=f"{QgsProcessingUtils.tempFolder()}/a/b.gpkg")
    assert values == {"GRANULES": "TEMPORARY_OUTPUT", "MATCHES": "TEMPORARY_OUTPUT"}
    assert note.startswith("Outputs that were temporary will be so again")


@given(st.lists(st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=12)))
def test_a_shell_gives_the_words_back(words):
    assert shlex.split(shell_text(words, windows=False)) == words


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("CYCLE=22", "CYCLE=22"),
        (r"CATALOG=C:\Data\a.parquet", r"CATALOG=C:\Data\a.parquet"),
        (r"CATALOG=C:\My Data\a.parquet", r'"CATALOG=C:\My Data\a.parquet"'),
        ("C:\\My Data\\", '"C:\\My Data\\\\"'),
        (r"C:\a.gpkg|layername=b", r'"C:\a.gpkg|layername=b"'),
        ('ogr:dbname="C:\\a & b.gpkg" table="b"', '"ogr:dbname=\'C:\\a & b.gpkg\' table=\\"b\\""'),
        ('\\"', r'"\\\""'),
        ("PROVIDER=", "PROVIDER="),
    ],
)
def test_words_are_quoted_as_windows_programs_read_them(word, text):
    # The rules: learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
    assert shell_text([word], windows=True) == text
