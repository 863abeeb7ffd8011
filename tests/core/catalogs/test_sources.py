"""What files a text of the user's names, and why one cannot be read."""

import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import pytest

from makers import Log
from nobody import as_nobody
from xopr_crossovers.core.catalogs import sources as places
from xopr_crossovers.core.catalogs.readable import first_bytes
from xopr_crossovers.core.common.errors import InputError

linux = pytest.mark.skipif(sys.platform == "win32", reason="folders have no such permissions there")


@pytest.fixture
def folder(tmp_path):
    for name in ("a/stac.parquet", "a/b/stac.geoparquet", "a/notes.txt", "frames.gpkg", "sp ace;d/x.parquet"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"PAR1")
    return tmp_path


def named(text, progress=None):
    return [
        place for part in places.split(str(text)) for place in places.places_of(part, "CATALOG", "catalogs", progress)
    ]


@pytest.mark.parametrize(
    "written",
    ["{}", ' "{}" ', "'{}'", "file://{}", "file://localhost{}", '"file://{}"', "{}\n", "~/a/stac.parquet", ";{};"],
)
def test_a_file_is_found_however_its_path_was_copied(folder, monkeypatch, written):
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    (place,) = named(written.format(folder / "a" / "stac.parquet"))
    assert place.path == folder / "a" / "stac.parquet"
    assert place.text == str(place.path)


@pytest.mark.parametrize("written", ["{}|layername=frames", '"{}|layername=frames"', '"{}"|layername=frames'])
def test_a_layer_in_a_file_keeps_its_name(folder, written):
    (place,) = named(written.format(folder / "frames.gpkg"))
    assert place.path == folder / "frames.gpkg"
    assert place.text == f"{folder / 'frames.gpkg'}|layername=frames"


def test_a_folder_and_a_pattern_name_each_geoparquet_file_once(folder):
    both = [folder / "a" / "b" / "stac.geoparquet", folder / "a" / "stac.parquet"]
    assert [place.path for place in named(folder / "a")] == both
    assert sorted(place.path for place in named(f"{folder}/a/**")) == sorted([*both, folder / "a" / "notes.txt"])
    assert [place.path for place in named(f"{folder}/*/stac.parquet")] == [both[1]]
    assert [place.path for place in named(f'"{folder}/a";"{folder}/frames.gpkg"')] == [*both, folder / "frames.gpkg"]


def test_a_semicolon_in_the_name_of_a_file_that_is_there_does_not_part_it(folder):
    assert [place.path.name for place in named(folder / "sp ace;d" / "x.parquet")] == ["x.parquet"]


@pytest.mark.skipif(os.name == "nt", reason="there, a backslash is what it is meant for")
def test_backslashes_of_windows_are_understood_elsewhere(folder):
    assert [place.path for place in named(f"{folder}\\a\\stac.parquet")] == [folder / "a" / "stac.parquet"]


def test_the_bucket_of_todays_catalogs_is_read_by_its_https_address_and_that_is_said():
    log = Log()
    key = "englacial/xopr/catalog/hemisphere=south/provider=cresis/collection=2016_Antarctica_DC8/stac.parquet"
    (place,) = named(f"s3://us-west-2.opendata.source.coop/{key}", log)
    assert place.address == f"https://data.source.coop/{key}"
    assert log.infos == [
        f"s3://us-west-2.opendata.source.coop/{key} is read from {place.address}, which serves the same files."
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gs://opr_stac/catalog/**/*.parquet", "today they are at https://data.source.coop/englacial/xopr/catalog"),
        ("gs://mine/a b.parquet", "https://storage.googleapis.com/mine/a%20b.parquet serves it"),
        ("s3://mine/a.parquet", "https://s3.amazonaws.com/mine/a.parquet serves it"),
        ("ftp://host/a.parquet", "give an address that begins with http"),
        ("https://host/**/a.parquet", "the files behind a web address cannot be listed"),
        ("s3://us-west-2.opendata.source.coop/englacial/xopr/*/a.parquet", "cannot be listed"),
        ("http://[host/a.parquet", "is not an address"),
        ("/nowhere/a.parquet", "There is no file or folder /nowhere/a.parquet"),
        ("~nobody_of_this_name/a", "a user whom this computer does not know"),
        ("x" * 300, "the name is too long"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_that_leads_on(text, words):
    with pytest.raises(InputError) as caught:
        named(text)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 400


@linux
def test_a_folder_that_may_not_be_read_is_named_and_not_called_empty():
    # Below a folder that everybody may enter, which those of pytest are not.
    with tempfile.TemporaryDirectory() as open_folder:
        top = Path(open_folder)
        top.chmod(0o755)
        closed, part = top / "closed", top / "part"
        for name in (closed, part / "shut", part / "open"):
            name.mkdir(parents=True)
            (name / "stac.parquet").write_bytes(b"PAR1")
        (top / "closed.parquet").write_bytes(b"PAR1")
        for name in (closed, part / "shut", top / "closed.parquet"):
            name.chmod(0o000)

        def said():
            log, lines = Log(), []
            for text in (closed, closed / "stac.parquet", f"{closed}/*.parquet", top / "closed.parquet", part):
                try:
                    found = named(text, log)
                    lines += [f"read {place.path}" for place in found if first_bytes(place.path, str(text))]
                except InputError as error:
                    lines.append(str(error))
            return "\n".join([*lines, *log.warnings])

        lines = as_nobody(said).splitlines()
    refused = "may not be read (permission denied); ask whoever owns it for permission"
    for line, place in zip(lines, (closed, closed, closed, top / "closed.parquet")):
        assert f"{place} {refused}" in line
    assert lines[4:] == [
        f"read {part}/open/stac.parquet",
        f"1 folder below {part} cannot be read (permission denied; the first is {part}/shut).",
    ]


def test_a_file_that_is_empty_a_folder_or_no_file_is_refused_as_what_it_is(tmp_path):
    (tmp_path / "empty").touch()
    with pytest.raises(InputError, match="x is empty; fetch or export it anew"):
        first_bytes(tmp_path / "empty", "x")
    with pytest.raises(InputError, match="x is a folder"):
        first_bytes(tmp_path, "x")
    with pytest.raises(InputError, match=r"x cannot be read \(there is no such file or folder\)"):
        first_bytes(tmp_path / "none", "x")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(InputError, match="a device or a pipe"):
            first_bytes(tmp_path / "pipe", "x")


def test_a_database_that_another_program_has_locked_is_named_soon_and_one_that_is_only_read_is_not(tmp_path):
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE a (b)")
    database.isolation_level = None
    database.execute("BEGIN")
    database.execute("SELECT * FROM a").fetchall()
    assert first_bytes(path, "x").startswith(b"SQLite")
    database.execute("COMMIT")
    database.execute("BEGIN EXCLUSIVE")
    begun = time.monotonic()
    with pytest.raises(InputError, match=r"x cannot be read \(another program has locked it\); close it"):
        first_bytes(path, "x")
    assert time.monotonic() - begun < 5
    database.close()


def test_what_only_looks_like_a_database_is_left_to_its_reader(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\0 and no more")
    assert first_bytes(tmp_path / "a.gpkg", "x").startswith(b"SQLite")
