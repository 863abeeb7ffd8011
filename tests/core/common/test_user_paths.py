"""Paths as people have them: copied from a file manager, an address bar, a shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.common.user_paths import path_of


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('"/data/my season/stac.parquet"', "/data/my season/stac.parquet"),
        ("'/data/a.gpkg'", "/data/a.gpkg"),
        ('  "/data/a.gpkg" ', "/data/a.gpkg"),
        ("file:///data/a.gpkg", "/data/a.gpkg"),
        ('"file:///data/my%20season/a.gpkg"', "/data/my season/a.gpkg"),
        ("FILE://localhost/data/a.gpkg", "/data/a.gpkg"),
        ("file:/data/a.gpkg", "/data/a.gpkg"),
        ("/data/it's.gpkg", "/data/it's.gpkg"),
        ("/data/100%25/a.gpkg", "/data/100%25/a.gpkg"),
        ("file://data%2Fx", None),
        ("a/b", "a/b"),
        ('"', '"'),
    ],
)
def test_a_path_may_stand_in_quotes_or_be_a_file_address(text, path):
    if path is None:
        with pytest.raises(InputError, match="three slashes"):
            path_of(text, "CATALOG", windows=False)
    else:
        assert path_of(text, "CATALOG", windows=False) == Path(path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("file:///C:/data/a%20b.gpkg", "C:/data/a b.gpkg"),
        ("file://C:/data/a.gpkg", "C:/data/a.gpkg"),
        ("file:///C|/data/a.gpkg", "C:/data/a.gpkg"),
        (r"file:\\C:\data\a.gpkg", "C:/data/a.gpkg"),
        ("file://server/share/a.gpkg", "//server/share/a.gpkg"),
        (r'"C:\data\a.gpkg"', r"C:\data\a.gpkg"),
    ],
)
def test_an_address_of_windows_names_a_drive_or_a_server(text, path):
    assert path_of(text, "CATALOG", windows=True) == Path(path)


def test_the_home_folder_is_found_also_within_quotes(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert path_of('"~/a.gpkg"', "CATALOG") == tmp_path / "a.gpkg"


def test_a_file_that_is_really_called_with_a_tilde_is_that_file(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~nobody-at-all.gpkg").touch()
    assert path_of("~nobody-at-all.gpkg", "CATALOG") == Path("~nobody-at-all.gpkg")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("~nobody-at-all/a.gpkg", "a user whom this computer does not know: '~nobody-at-all/a.gpkg'; write the whole"),
        ("a" * 300, r"the name is too long\): 'a{80}...'; give a shorter name"),
        ("/a" * 5000, "the name is too long"),
        ("/data/a\0b", r"no path \(.*null.*\): '/data/a\?b'; check how it is written"),
        ("file://elsewhere/data/a.gpkg", "a file of the computer 'elsewhere'"),
        ('""', "is empty; give the path"),
        ("  ", "is empty; give the path"),
    ],
)
def test_what_can_be_no_path_is_refused_in_one_sentence_that_names_the_parameter(text, words):
    with pytest.raises(InputError, match=words) as caught:
        path_of(text, "GRANULE_FILES", windows=False)
    assert str(caught.value).startswith("GRANULE_FILES ")
    assert str(caught.value).count("\n") == 0
