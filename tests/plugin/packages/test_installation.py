"""The check of the installation: what is here, where it comes from, and whether CMR answers."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy
import pandas
import pytest
import requests
from platformdirs import user_cache_dir
from qgis.core import QgsNetworkAccessManager, QgsSettings

from odd_server import OddServer, answer
from standin.client import ask
from xopr_crossovers.core import job
from xopr_crossovers.core.search import area, window
from xopr_crossovers.plugin.metadata import metadata
from xopr_crossovers.plugin.options import settings
from xopr_crossovers.plugin.packages import dependencies, installation


def silence(_):
    """Say nothing for longer than anyone waits."""
    time.sleep(20)


def test_the_report_names_version_and_folder_of_each_package():
    lines = installation.report("QGIS 9.9").splitlines()
    for package in (numpy, pandas):
        folder = Path(package.__file__).parents[1]
        assert any(
            re.fullmatch(rf" +{package.__name__} +{re.escape(package.__version__)} +{re.escape(str(folder))}", line)
            for line in lines
        )


def test_the_report_names_every_requirement(repository):
    text = installation.report("QGIS 9.9")
    required = re.findall(r"^[\w-]+", (repository / "requirements.txt").read_text(), flags=re.MULTILINE)
    assert [name for name in required if not re.search(rf"^ +{name} ", text, flags=re.MULTILINE)] == []
    assert "All that is needed is there." in text


def test_the_report_says_what_it_was_told():
    text = installation.report("QGIS 9.9\nQt 8", "/copies\n3 files", "http://cmr\nanswers")
    assert f"xOPR Crossovers {metadata()['version']}\n" in text
    for line in ("QGIS 9.9", "Qt 8", "/copies", "3 files", "http://cmr", "answers"):
        assert f"\n    {line}\n" in text


def test_local_copies_are_counted(tmp_path, monkeypatch, cmr):
    monkeypatch.setenv("XOPR_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("XOPR_CMR_URL", cmr.url)
    dependencies.load()
    job.query_granules([area.given_area((-105, -76, -104, -75))], window.resolve_window("cycle", cycle=22))
    (tmp_path / "granules" / "other.bin").write_bytes(b"x" * 1_500_000)
    assert installation.local_copies() == (
        f"{tmp_path}\nGranule store: 2 files (less than 0.1 MB)\nSeason catalogs: no files\nMeasured heights: no files"
        "\nRadar files: no files"
    )


def test_each_setting_is_named_with_where_it_comes_from(monkeypatch, tmp_path):
    for name in ("XOPR_CACHE_DIR", "XOPR_CMR_URL"):
        monkeypatch.delenv(name)
    QgsSettings().remove("xopr_crossovers")
    folder = user_cache_dir("xopr-crossovers", appauthor=False)
    options = "[QGIS (Settings > Options > xOPR Crossovers)]"
    assert setting_lines() == {
        "Cache folder": f"{folder}  [the default]",
        "Address of CMR": "https://cmr.earthdata.nasa.gov  [the default]",
        "Product version": "007  [the default]",
        "Time-out": f"{QgsNetworkAccessManager.timeout() / 1000:g} s  [QGIS (Settings > Options > Network)]",
    }
    settings.store(settings.Settings(str(tmp_path), "http://mirror/search", "45", "006"))
    monkeypatch.setenv("XOPR_CMR_URL", "http://environment")
    assert setting_lines() == {
        "Cache folder": f"{tmp_path}  {options}",
        "Address of CMR": "http://environment  [the environment variable XOPR_CMR_URL]",
        "Product version": f"006  {options}",
        "Time-out": f"45 s  {options}",
    }
    for key in ("cache_folder", "timeout", "product_version"):
        QgsSettings().setValue(f"xopr_crossovers/{key}", "wrong")
    shown = setting_lines()
    QgsSettings().remove("xopr_crossovers")
    assert shown["Cache folder"].startswith("'wrong' cannot be the cache folder")
    assert shown["Product version"].startswith("'wrong' is no version of a product")
    assert shown["Time-out"].startswith("'wrong' is no time-out")


def setting_lines():
    """The lines of the report's section on settings, by their names."""
    section = installation.report("QGIS 9.9").partition("\nSettings\n")[2].partition("\n\n")[0]
    lines = (re.split(r" {2,}", line.strip(), maxsplit=1) for line in section.splitlines())
    return dict(lines)


def test_a_folder_of_copies_need_not_be_there(tmp_path, monkeypatch):
    monkeypatch.setenv("XOPR_CACHE_DIR", str(tmp_path / "none"))
    assert installation.local_copies() == f"{tmp_path / 'none'}\nnothing yet"


def test_a_cmr_that_answers_is_said_to_with_the_number_of_its_granules(cmr, monkeypatch):
    monkeypatch.setenv("XOPR_CMR_URL", cmr.url)
    number = int(ask(cmr).headers["CMR-Hits"])
    said = installation.reach(requests.Session)
    assert re.fullmatch(rf"{cmr.url}\nanswers after \d+\.\d s, and knows {number:,} granules of ATL06", said)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (answer(b"<html>log in</html>"), "answers 200 (OK), but not as a CMR does"),
        (answer(b"gone", "404 Not Found"), "answers 404 (Not Found), but not as a CMR does"),
        (answer(b"busy", "503 Service Unavailable"), "answered 503 (Service Unavailable)"),
    ],
    ids=["a login page", "not found", "busy"],
)
def test_an_answer_that_is_no_cmr_s_is_told_apart(told, words, monkeypatch):
    with OddServer(told) as server:
        monkeypatch.setenv("XOPR_CMR_URL", server.url)
        assert words in installation.reach(requests.Session)


def test_an_address_that_nobody_answers_is_said_to_be_out_of_reach(monkeypatch):
    monkeypatch.setenv("XOPR_CMR_URL", "http://127.0.0.1:9")
    assert "cannot be reached (the connection is refused)" in installation.reach(requests.Session)


def test_an_address_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("XOPR_CMR_URL", "cmr")
    assert installation.reach(requests.Session).startswith("'cmr' is not the address of a CMR")


def test_a_silent_server_is_given_up_in_time(monkeypatch):
    with OddServer(silence) as server:
        monkeypatch.setenv("XOPR_CMR_URL", server.url)
        began = time.monotonic()
        said = installation.reach(requests.Session, seconds=0.5)
        assert time.monotonic() - began < 3
    assert said == f"{server.url}\nhas not answered within 0.5 s"


def test_nobody_waits_who_does_not_want_to_know_any_more(monkeypatch):
    with OddServer(silence) as server:
        monkeypatch.setenv("XOPR_CMR_URL", server.url)
        began = time.monotonic()
        installation.reach(requests.Session, cancelled=lambda: time.monotonic() - began > 0.3)
        assert time.monotonic() - began < 3
