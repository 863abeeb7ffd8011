"""A season by its name: from the local copy, which is fetched once and checked where it is old."""

from __future__ import annotations

import pytest

import makers
from season_copies import DC8, HASTE, NORTH, SOUTH, asked_for, make_old, publish, sync
from standin import Fault, StandIn
from xopr_crossovers.core.catalogs import manifest as season_manifest
from xopr_crossovers.core.catalogs import season_file as season_supply
from xopr_crossovers.core.catalogs.catalog import read_catalog
from xopr_crossovers.core.catalogs.seasons import seasons
from xopr_crossovers.core.common.errors import DownloadError, InputError


def test_a_season_by_name_is_fetched_once_and_then_read_without_the_network(server):
    log = makers.Log()
    assert len(read_catalog("2016_Antarctica_DC8", progress=log)) == 2
    assert asked_for(server) == [f"/files/{DC8}"]
    assert any(line.startswith("2016_Antarctica_DC8: fetched from 127.0.0.1") for line in log.infos)
    server.requests.clear()
    server.faults.append(Fault("cut", path="/"))
    log = makers.Log()
    assert len(read_catalog("2016_Antarctica_DC8", progress=log)) == 2
    assert server.requests == []
    assert any("the local copy, fetched on 20" in line and line.endswith("is used.") for line in log.infos)
    assert log.warnings == []


def test_a_copy_that_a_synchronisation_brought_is_read_without_the_network(server):
    sync()
    server.requests.clear()
    read_catalog("2016_Antarctica_DC8")
    assert server.requests == []


def test_an_old_copy_is_checked_by_its_etag_and_kept_if_it_is_the_newest(server):
    read_catalog("2016_Antarctica_DC8")
    make_old()
    server.requests.clear()
    log = makers.Log()
    read_catalog("2016_Antarctica_DC8", progress=log)
    assert [request.status for request in server.requests] == [304]
    assert any(line.endswith("was checked: it is the newest.") for line in log.infos)
    read_catalog("2016_Antarctica_DC8")
    assert len(server.requests) == 1  # now it is not old any more


def test_an_old_copy_is_replaced_by_a_newer_one(server):
    read_catalog("2016_Antarctica_DC8")
    publish(server.files, DC8, *SOUTH, SOUTH[0])
    assert len(read_catalog("2016_Antarctica_DC8")) == 2
    make_old()
    log = makers.Log()
    assert len(read_catalog("2016_Antarctica_DC8", progress=log)) == 3
    assert any(line.endswith("a newer one was published and has been fetched.") for line in log.infos)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", path="/files/", status=404), "There is no catalog at"),
        (Fault("status", path="/files/", status=500), "answered 500"),
        (Fault("cut", path="/files/"), "ended the connection before its answer was complete"),
        (Fault("login_page", path="/files/"), "is no season catalog"),
    ],
    ids=["404", "500", "cut", "web page"],
)
def test_an_old_copy_is_used_with_a_note_where_it_cannot_be_checked(server, monkeypatch, fault, words):
    monkeypatch.setattr(season_supply, "QUICK", HASTE)
    read_catalog("2016_Antarctica_DC8")
    publish(server.files, DC8, *SOUTH, NORTH)
    make_old()
    server.faults.append(fault)
    log = makers.Log()
    assert len(read_catalog("2016_Antarctica_DC8", progress=log)) == 2
    (note,) = [line for line in log.warnings if "could not be checked, so the local copy, fetched on" in line]
    assert words in note
    server.faults.clear()
    assert len(read_catalog("2016_Antarctica_DC8", progress=log)) == 3


def test_without_a_network_a_season_that_is_not_at_hand_cannot_be_loaded(server, monkeypatch):
    monkeypatch.setenv("XOPR_CATALOG_URL", "http://nowhere.invalid/catalog")
    with pytest.raises(DownloadError, match=r"^The season 2016_Antarctica_DC8 is not at hand and cannot .* nowhere"):
        season_supply.local_season(seasons()["2016_Antarctica_DC8"])


def test_a_clock_that_was_wrong_leads_to_a_question_not_to_an_old_copy(server):
    read_catalog("2016_Antarctica_DC8")
    make_old(days=-4000)  # checked in the year 2037
    server.requests.clear()
    read_catalog("2016_Antarctica_DC8")
    assert len(server.requests) == 1


def test_a_copy_from_another_address_is_not_taken_for_this_one_s(server, monkeypatch, tmp_path):
    read_catalog("2016_Antarctica_DC8")
    publish(tmp_path / "mirror", DC8, NORTH)
    with StandIn(cycles=[22], regions=[11], files=tmp_path / "mirror") as mirror:
        monkeypatch.setenv("XOPR_CATALOG_URL", mirror.files_url)
        assert read_catalog("2016_Antarctica_DC8").crs.to_string() == "EPSG:3413"


def test_a_folder_as_the_place_of_the_catalogs_is_read_as_it_is(server, monkeypatch):
    monkeypatch.setenv("XOPR_CATALOG_URL", str(server.files))
    assert len(read_catalog("2016_Antarctica_DC8")) == 2
    assert not season_manifest.copies_dir().exists()
    with pytest.raises(InputError, match="from which nothing need be fetched"):
        sync()


def test_a_url_is_read_as_before_and_not_kept(server):
    assert len(read_catalog(f"{server.files_url}{DC8}")) == 2
    assert not season_manifest.copies_dir().exists()
