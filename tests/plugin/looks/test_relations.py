"""A frame's granules in its form: in the project of the run, and where the files are opened later."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from qgis.PyQt.QtXml import QDomDocument

from xopr_crossovers.plugin.looks import relations


@pytest.fixture
def files(run, save, frames_table, granules_table, tmp_path):
    """Return a function that matches the tables into the files that it is given."""

    def match(frames_file, matches_file):
        run(
            "matchgranules",
            FRAMES=save(frames_table),
            GRANULES=save(granules_table),
            MATCHED_FRAMES=frames_file,
            MATCHES=matches_file,
        )

    return match


def related(style):
    """What a style says of relations: name of the other layer, pairs of fields."""
    document = QDomDocument()
    assert document.setContent(style)
    kept = document.elementsByTagName("referencingLayers")
    assert kept.length() == 1
    found = {}
    relations_kept = kept.at(0).childNodes()
    for number in range(relations_kept.length()):
        relation = relations_kept.at(number).toElement()
        pairs = [relation.childNodes().at(pair).toElement() for pair in range(relation.childNodes().length())]
        found[relation.attribute("layerName")] = [
            (pair.attribute("referencingField"), pair.attribute("referencedField")) for pair in pairs
        ]
    return found


def style_of(path, table):
    with closing(sqlite3.connect(path)) as file:
        return file.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = ?", (table,)).fetchone()[0]


def test_a_frame_is_related_to_its_own_matches_only(files, fresh, project, tmp_path):
    files(str(tmp_path / "frames.gpkg"), str(tmp_path / "matches.gpkg"))
    frames, matches = fresh(tmp_path / "frames.gpkg"), fresh(tmp_path / "matches.gpkg")
    project.addMapLayers([frames, matches])
    relation = relations.relate(frames, matches, project)
    assert relation.isValid()
    assert project.relationManager().referencedRelations(frames)
    for frame in frames.getFeatures():
        listed = [match["frame_id"] for match in relation.getRelatedFeatures(frame)]
        assert listed == [frame["id"]] * frame["n_granules"]


def test_the_style_names_the_matches_as_qgis_calls_them_when_the_files_are_opened(files, tmp_path):
    files(str(tmp_path / "my frames.gpkg"), str(tmp_path / "my matches.gpkg"))
    kept = related(style_of(tmp_path / "my frames.gpkg", "my frames"))
    # By the browser, and by the dialog that asks which layers of a file to add.
    assert set(kept) == {"my matches", "my matches \N{EM DASH} my matches"}
    assert set(map(tuple, kept.values())) == {(("frame_id", "id"), ("collection", "collection"))}


def test_two_layers_of_one_file_know_each_other(files, tmp_path):
    file = tmp_path / "survey.gpkg"
    files(f"ogr:dbname='{file}' table=\"matched_frames\" (geom)", f"ogr:dbname='{file}' table=\"matches\"")
    assert {"matches", "survey \N{EM DASH} matches"} <= set(related(style_of(file, "matched_frames")))


def test_files_that_hold_no_style_are_left_alone(files, tmp_path):
    files(str(tmp_path / "frames.geojson"), str(tmp_path / "matches.csv"))
    assert sorted(file.name for file in tmp_path.glob("*.geojson")) == ["frames.geojson"]


def test_nothing_of_the_computers_folders_is_in_the_style(files, tmp_path):
    files(str(tmp_path / "frames.gpkg"), str(tmp_path / "matches.gpkg"))
    assert str(tmp_path) not in style_of(tmp_path / "frames.gpkg", "frames")


def test_a_file_without_styles_is_no_crash_but_said(files, fresh, tmp_path):
    files(str(tmp_path / "frames.gpkg"), str(tmp_path / "matches.gpkg"))
    with closing(sqlite3.connect(tmp_path / "frames.gpkg")) as file, file:
        file.execute("DROP TABLE layer_styles")
    assert not relations.keep(fresh(tmp_path / "frames.gpkg"), fresh(tmp_path / "matches.gpkg"), "xOPR Crossovers")


def test_a_second_run_into_the_same_tables_replaces_style_and_relation(files, tmp_path):
    file = tmp_path / "survey.gpkg"
    for _ in range(2):
        files(f"ogr:dbname='{file}' table=\"matched_frames\" (geom)", f"ogr:dbname='{file}' table=\"matches\"")
    assert style_of(file, "matched_frames").count("<referencingLayers>") == 1
    with closing(sqlite3.connect(file)) as opened:
        kept = opened.execute("SELECT f_table_name, useAsDefault FROM layer_styles ORDER BY 1").fetchall()
    assert kept == [("matched_frames", 1), ("matches", 1)]


def test_files_of_two_folders_are_not_related_by_their_names(files, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    files(str(tmp_path / "frames.gpkg"), str(tmp_path / "elsewhere" / "matches.gpkg"))
    assert "<referencingLayers" not in style_of(tmp_path / "frames.gpkg", "frames")
