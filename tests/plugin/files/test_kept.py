"""What a run may not touch, and what it does with the places of its outputs, inside a QGIS."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from qgis.core import (
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProperty,
    QgsVectorLayer,
)

from xopr_crossovers.plugin.files import databases
from xopr_crossovers.plugin.files import layer_places as places


@pytest.fixture
def south(repository):
    return str(repository / "demo" / "sample" / "catalog" / "hemisphere=south")


@pytest.fixture
def small(save, frames_table):
    """A catalog of three frames."""
    return save(frames_table).source()


@pytest.fixture
def points(save):
    return save(gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(-104, -75.2)], crs="EPSG:4326"))


@pytest.fixture
def subset(save, frames_table, points):
    """Parameters of a subset, but for its output, and the file that the frames are in."""
    frames = save(frames_table)
    file = Path(frames.source().partition("|")[0])
    return {"FRAMES": frames.source(), "POINTS": points.source()}, file


def rows(file, table):
    with closing(sqlite3.connect(file)) as opened:
        return opened.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 (the test's own name)


@pytest.mark.parametrize("given", ["layer", "id", "definition", "property", "joined", "virtual"])
def test_an_input_is_known_however_it_is_given(refusal, project, subset, given, frames_table):
    inputs, file = subset
    layer = QgsVectorLayer(inputs["FRAMES"], "frames", "ogr")
    project.addMapLayer(layer)
    if given == "joined":
        from qgis.core import QgsVectorLayerJoinInfo

        plain = QgsVectorLayer("LineString?crs=EPSG:4326&field=id:string", "plain", "memory")
        join = QgsVectorLayerJoinInfo()
        join.setJoinLayer(layer)
        join.setJoinFieldName("id")
        join.setTargetFieldName("id")
        plain.addJoin(join)
        project.addMapLayer(plain)
        layer = plain
    if given == "virtual":
        layer = QgsVectorLayer(f"?layer_ref={layer.id()}&query=select%20*%20from%20frames", "virtual", "virtual")
        project.addMapLayer(layer)
    value = {
        "id": layer.id(),
        "definition": QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True),
        "property": QgsProperty.fromValue(layer.id()),
    }.get(given, layer)
    message = refusal("subsetbypoints", **{**inputs, "FRAMES": value}, SUBSET=str(file))
    assert message.startswith(f"SUBSET would be written over {file}, which FRAMES is read from")


@pytest.mark.parametrize("spelling", ["{file}", "file://{file}", '"{file}"', "{folder}", "{folder}/*.gpkg", "x;{file}"])
def test_a_catalog_is_known_however_it_is_written(refusal, subset, tmp_path, spelling):
    _, file = subset
    if spelling == "{folder}":
        file = tmp_path / "season" / "stac.parquet"
        file.parent.mkdir()
        file.write_bytes(b"PAR1")
    catalog = spelling.format(file=file, folder=file.parent)
    message = refusal(
        "findgranules",
        CATALOG=catalog,
        MATCHED_FRAMES="memory:",
        MATCHES="memory:",
        GRANULES="memory:",
        REPORT=str(file),
    )
    assert message.startswith(f"REPORT would be written over {file}, which CATALOG is read from")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{folder}/o.gpkg", "{folder}/./o.gpkg"),
        ("{folder}/o.gpkg", "{folder}/../{name}/o.gpkg"),
        ("{folder}/o.gpkg", "{folder}/link/o.gpkg"),
        ("{folder}/o.gpkg", "ogr:dbname='{folder}/o.gpkg' table=\"a\" (geom)"),
        ("{folder}/o.gpkg|layername=A", "ogr:dbname='{folder}/o.gpkg' table=\"a\" (geom)"),
    ],
)
def test_two_outputs_in_one_file_are_seen_through_their_spelling(refusal, subset, tmp_path, first, second):
    (tmp_path / "link").symlink_to(tmp_path)
    inputs, _ = subset
    first, second = (one.format(folder=tmp_path, name=tmp_path.name) for one in (first, second))
    message = refusal(
        "matchgranules", FRAMES=inputs["FRAMES"], GRANULES=inputs["POINTS"], MATCHED_FRAMES=first, MATCHES=second
    )
    assert "MATCHES and MATCHED_FRAMES would be written to the same file" in message


def test_files_that_are_one_layer_are_one_place(tmp_path):
    shp, dbf, other = (places.LayerPlace(tmp_path / name) for name in ("a.shp", "a.dbf", "b.dbf"))
    assert shp.shares_file(dbf)
    assert not shp.shares_file(other)


def test_a_file_in_the_topmost_folder_has_a_place():
    assert not places.place_of_output("/a.gpkg", "A").shares_file(places.place_of_output("/b.gpkg", "B"))


def test_two_tables_of_one_server_are_told_apart():
    first = places.place_of_output('postgis:dbname=\'ice\' host=h port=5432 table="s"."frames" (geom)', "A")
    again = list(places.places_of_text('postgres://dbname=\'ice\' host=h port=5432 table="s"."frames" (geom) sql='))
    other = places.place_of_output('postgis:dbname=\'ice\' host=h port=5432 table="s"."matches" (geom)', "A")
    assert first.is_on_same_table(again[0])
    assert not first.is_on_same_table(other)


def test_of_an_archive_the_archive_is_the_place(tmp_path):
    (place,) = places.places_of_text(f"/vsizip/{tmp_path}/a.zip/frames.shp")
    assert place.path == tmp_path / "a.zip"


def test_a_later_output_that_fails_leaves_what_the_earlier_ones_would_replace(
    run, failure, save, frames_table, granules_table, tmp_path, monkeypatch
):
    from xopr_crossovers.core.common.errors import InputError
    from xopr_crossovers.plugin.processing.outputs import Outputs

    inputs = {"FRAMES": save(frames_table).source(), "GRANULES": save(granules_table).source()}
    outputs = {"MATCHED_FRAMES": str(tmp_path / "f.gpkg"), "MATCHES": str(tmp_path / "m.gpkg")}
    run("matchgranules", **inputs, **outputs)
    before = (tmp_path / "f.gpkg").read_bytes()
    write = Outputs.write

    def write_or_fail(self, name, *rest, **more):
        write(self, name, *rest, **more)
        if name == "MATCHES":
            raise InputError("the last output fails")

    monkeypatch.setattr(Outputs, "write", write_or_fail)
    assert failure("matchgranules", **inputs, **outputs) == "the last output fails"
    assert (tmp_path / "f.gpkg").read_bytes() == before
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".xopr-")]


def test_a_file_behind_a_link_is_replaced_and_keeps_its_permissions(run, south, small, tmp_path):
    real, link = tmp_path / "real.gpkg", tmp_path / "link.gpkg"
    run("loadcatalog", CATALOG=south, FRAMES=str(real))
    real.chmod(0o640)
    link.symlink_to(real)
    run("loadcatalog", CATALOG=small, FRAMES=str(link))
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert "link" in databases.tables(real)


def test_what_another_program_wrote_ahead_is_kept_and_never_applied_to_the_new_file(run, south, tmp_path):
    file = tmp_path / "all.gpkg"
    destination = f"ogr:dbname='{file}' table=\"frames\" (geom)"
    n_frames = run("loadcatalog", CATALOG=south, FRAMES=destination)["N_FRAMES"]
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE notes (note TEXT)")
    other.execute("INSERT INTO notes VALUES ('mine')")
    assert (tmp_path / "all.gpkg-wal").stat().st_size > 0
    run("loadcatalog", CATALOG=south, FRAMES=destination)
    other.close()
    assert rows(file, "notes") == 1
    assert rows(file, "frames") == n_frames
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_program_that_has_the_file_open_sees_the_new_rows_and_what_it_writes_then_is_not_lost(
    run, south, small, tmp_path
):
    file = tmp_path / "all.gpkg"
    run("loadcatalog", CATALOG=south, FRAMES=str(file))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE notes (note TEXT)")
        run("loadcatalog", CATALOG=small, FRAMES=str(file))
        assert other.execute('SELECT count(*) FROM "all"').fetchone()[0] == 3
        other.execute("INSERT INTO notes VALUES ('mine')")
    assert rows(file, "notes") == 1
    assert rows(file, "all") == 3


def test_what_is_left_of_a_database_that_is_gone_is_not_applied_to_a_new_one(run, small, tmp_path):
    file, log = tmp_path / "all.gpkg", tmp_path / "all.gpkg-wal"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE notes (note TEXT)")
    left = log.read_bytes()
    other.close()
    file.unlink()
    log.write_bytes(left)
    run("loadcatalog", CATALOG=small, FRAMES=str(file))
    assert rows(file, "all") == 3
    assert "notes" not in databases.tables(file)


def test_changes_that_are_not_saved_are_not_written_over(run, refusal, project, small, tmp_path):
    file = tmp_path / "all.gpkg"
    run("loadcatalog", CATALOG=small, FRAMES=str(file))
    layer = QgsVectorLayer(str(file), "my frames", "ogr")
    project.addMapLayer(layer)
    layer.startEditing()
    assert refusal("loadcatalog", CATALOG=small, FRAMES=str(file)) == ""
    layer.deleteFeature(next(layer.getFeatures()).id())
    message = refusal("loadcatalog", CATALOG=small, FRAMES=f"ogr:dbname='{file}' table=\"other\" (geom)")
    assert "the layer 'my frames' has changes that are not saved; save or discard them first" in message
    layer.rollBack()


def test_where_windows_moves_no_file_that_was_read_a_copy_comes_to_its_place(run, small, tmp_path, monkeypatch):
    replace = Path.replace

    def refuse_once_read(self, target):
        if self.suffix != ".twin":
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse_once_read)
    run("loadcatalog", CATALOG=small, FRAMES=str(tmp_path / "new.gpkg"))
    assert rows(tmp_path / "new.gpkg", "new") == 3
    assert not list(tmp_path.glob(".xopr-*"))


def test_where_windows_replaces_no_open_file_the_database_takes_over_the_pages(
    run, south, small, tmp_path, monkeypatch
):
    file = tmp_path / "all.gpkg"
    first = run("loadcatalog", CATALOG=south, FRAMES=str(file))["N_FRAMES"]

    def refuse(self, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    inode = file.stat().st_ino
    second = run("loadcatalog", CATALOG=small, FRAMES=str(file))["N_FRAMES"]
    assert file.stat().st_ino == inode
    assert rows(file, "all") == second != first


def test_a_workbook_with_other_sheets_is_not_replaced(run, refusal, save, frames_table, granules_table, tmp_path):
    inputs = {
        "FRAMES": save(frames_table).source(),
        "GRANULES": save(granules_table).source(),
        "MATCHED_FRAMES": "memory:",
    }
    run("matchgranules", **inputs, MATCHES=str(tmp_path / "m.xlsx"))
    assert refusal("matchgranules", **inputs, MATCHES=str(tmp_path / "m.xlsx")) == ""
    (tmp_path / "m.xlsx").rename(tmp_path / "n.xlsx")
    message = refusal("matchgranules", **inputs, MATCHES=str(tmp_path / "n.xlsx"))
    assert message == f"MATCHES: {tmp_path / 'n.xlsx'} holds m, which would be lost; choose another file."


def test_the_spatial_index_of_a_table_that_was_written_over_is_whole(run, south, small, tmp_path):
    file = tmp_path / "all.gpkg"
    for catalog in (south, small):
        n_frames = run("loadcatalog", CATALOG=catalog, FRAMES=str(file))["N_FRAMES"]
        with closing(sqlite3.connect(file)) as opened:
            assert opened.execute("SELECT count(*) FROM rtree_all_geom").fetchone()[0] == n_frames


def test_of_a_file_that_is_written_again_and_again_qgis_opens_the_table_and_not_its_styles(
    run, save, frames_table, granules_table, tmp_path
):
    inputs = {"FRAMES": save(frames_table).source(), "GRANULES": save(granules_table, empty="Polygon").source()}
    file = tmp_path / "matches.gpkg"
    for _ in range(3):
        n_matches = run("matchgranules", **inputs, MATCHED_FRAMES="memory:", MATCHES=str(file))["N_MATCHES"]
        opened = QgsVectorLayer(str(file), "matches", "ogr")
        assert "granule_id" in opened.fields().names()
        assert opened.featureCount() == n_matches > 0
        with closing(sqlite3.connect(file)) as styles:
            assert styles.execute("SELECT f_table_name FROM layer_styles").fetchall() == [("matches",)]


def test_a_layer_of_the_project_shows_the_new_rows_after_a_run_over_its_file(
    provider, project, context, feedback, south, small, tmp_path, run
):
    file = tmp_path / "all.gpkg"
    run("loadcatalog", CATALOG=south, FRAMES=str(file))
    layer = QgsVectorLayer(str(file), "old", "ogr")
    project.addMapLayer(layer)
    assert layer.featureCount() > 0
    output = QgsProcessingOutputLayerDefinition(str(file), project)
    second = run("loadcatalog", CATALOG=small, FRAMES=output)
    assert layer.featureCount() == second["N_FRAMES"] == sum(1 for _ in layer.getFeatures())
    assert context.willLoadLayerOnCompletion(second["FRAMES"])
    assert context.layerToLoadOnCompletionDetails(second["FRAMES"]).name == "Frames"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{folder}/" + "a" * 300 + ".gpkg", "is no path that can be used (the name is too long)"),
        ("~nobody-here/x.gpkg", "names the home folder of a user whom this computer does not know"),
        ("{folder}/none/x.gpkg", "there is no folder"),
        ("{folder}/x", "has no ending that tells its format"),
        ("{folder}/x.gdb.zip", "cannot write '.zip' files"),
    ],
)
def test_a_place_that_cannot_be_is_one_sentence(refusal, south, tmp_path, text, words):
    assert words in refusal("loadcatalog", CATALOG=south, FRAMES=text.format(folder=tmp_path))


@pytest.fixture
def kept(tmp_path):
    """A GeoPackage with a layer, a view of it, and a project that QGIS saved in it."""
    file = tmp_path / "kept.gpkg"
    gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, -80)], crs="EPSG:4326").to_file(file, layer="mine")
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)")
        opened.execute("INSERT INTO qgis_projects VALUES ('my map', '{}', x'01')")
        opened.execute("CREATE VIEW seen AS SELECT * FROM mine")
    return file


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("qgis_projects", "GeoPackage or QGIS itself uses"),
        ("Layer_Styles", "GeoPackage or QGIS itself uses"),
        ("rtree_mine_geom", "GeoPackage or QGIS itself uses"),
        ("gpkg_contents", "GeoPackage or QGIS itself uses"),
        ("sqlite_sequence", "GeoPackage or QGIS itself uses"),
        ("SEEN", "is a view in"),
    ],
)
def test_what_is_no_table_of_the_users_is_not_replaced(refusal, south, kept, table, words):
    before = kept.read_bytes()
    assert words in refusal("loadcatalog", CATALOG=south, FRAMES=f"{kept}|layername={table}")
    assert kept.read_bytes() == before


def test_a_database_that_is_no_geopackage_is_refused_before_the_work(refusal, south, tmp_path):
    file = tmp_path / "other.gpkg"
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("CREATE TABLE mine (a)")
    assert "is a database, but no GeoPackage" in refusal("loadcatalog", CATALOG=south, FRAMES=str(file))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_a_pipe_is_not_waited_for(refusal, south, subset, tmp_path):
    pipe = tmp_path / "pipe.gpkg"
    os.mkfifo(pipe)
    inputs, _ = subset
    assert "is no file but a device or a pipe" in refusal("loadcatalog", CATALOG=south, FRAMES=str(pipe))
    assert "is no file but a device or a pipe" in refusal(
        "subsetbypoints", **{**inputs, "POINTS": str(pipe)}, SUBSET="memory:"
    )


def test_a_home_folder_that_is_unknown_is_said_of_the_parameter_that_names_it(refusal, tmp_path):
    refused = refusal("loadcatalog", CATALOG="~nobody-here/x", FRAMES=str(tmp_path / "x.gpkg"))
    assert refused.startswith("CATALOG names the home folder of a user")


def test_a_report_over_an_input_is_told_of_no_other_table(refusal, save, frames_table, granules_table, tmp_path):
    frames, granules = save(frames_table).source(), save(granules_table, empty="Polygon").source()
    file = granules.partition("|")[0]
    tables = {"FRAMES_COMPARED": str(tmp_path / "f.gpkg"), "COMPARISON": str(tmp_path / "c.csv")}
    refused = refusal("comparemethods", FRAMES=frames, GRANULES=granules, REPORT=file, **tables)
    assert refused.endswith("which GRANULES is read from; choose another file.")
