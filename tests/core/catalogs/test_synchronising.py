"""The local copies of the season catalogs: complete, whole, and of use without the network."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import makers
from odd_server import OddServer, answer
from standin import Fault, StandIn
from xopr_crossovers.core.catalogs import manifest as season_manifest
from xopr_crossovers.core.catalogs import season_file as season_supply
from xopr_crossovers.core.catalogs.catalog import read_catalog
from xopr_crossovers.core.catalogs.listing import LISTING_URL, list_published, listing_url
from xopr_crossovers.core.catalogs.seasons import season_names, seasons
from xopr_crossovers.core.catalogs.synchronising import synchronise
from xopr_crossovers.core.common.errors import CancelledError, DownloadError, InputError
from xopr_crossovers.core.common.progress import Progress
from xopr_crossovers.core.morton import cell_numbers as morton
from xopr_crossovers.core.web.retries import Patience

HASTE = Patience(connect_timeout=2, read_timeout=0.7, retries=1, backoff=0.01, longest_wait=0.05)
DC8 = "hemisphere=south/provider=cresis/collection=2016_Antarctica_DC8/stac.parquet"
P3 = "hemisphere=north/provider=cresis/collection=2017_Greenland_P3/stac.parquet"
FUTURE = "hemisphere=south/provider=utig/collection=2031_Antarctica_Drone/stac.parquet"
SOUTH = ((-100, -75), (-101, -75.2)), ((-102, -75), (-103, -75.2))
NORTH = ((-40, 70), (-41, 70.2))


def publish(folder, path, *lines, date="20161014"):
    """Publish a season, or publish it anew."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(catalog_of(name_of(path), lines, date))


@lru_cache
def catalog_of(name, lines, date):
    stream = BytesIO()
    makers.frames(*lines, collection=name, date=date).to_parquet(stream)
    return stream.getvalue()


def name_of(path):
    return path.split("collection=")[1].partition("/")[0]


@pytest.fixture
def server(running, tmp_path, monkeypatch):
    """A server with three seasons, and nothing at hand yet."""
    running.files = tmp_path / "published"
    running.faults.clear()
    running.requests.clear()
    running.bucket_page = 1000
    publish(running.files, DC8, *SOUTH)
    publish(running.files, P3, NORTH, date="20170401")
    publish(running.files, FUTURE, *SOUTH, date="20310105")
    monkeypatch.setenv("XOPR_CATALOG_URL", running.files_url)
    monkeypatch.setenv("XOPR_LISTING_URL", running.bucket_url)
    monkeypatch.setenv("XOPR_CACHE_DIR", str(tmp_path / "cache"))
    yield running
    running.faults.clear()


def sync(*filters, log=None, patience=HASTE):
    return synchronise(*filters, patience=patience, progress=log)


def states(result):
    return dict(zip(result.table["season"], result.table["state"]))


def asked_for(server):
    return [request.path for request in server.requests]


def copies():
    root = season_manifest.copies_dir()
    return {file.relative_to(root).as_posix(): file for file in root.rglob("*.parquet")}


def content(file):
    return gpd.read_parquet(file)["id"].tolist()


def assert_whole(server):
    """All copies are, byte for byte, what is published, the manifest agrees, and nothing else lies about."""
    found = copies()
    published = {file.relative_to(server.files).as_posix(): file for file in server.files.rglob("*.parquet")}
    assert found.keys() == published.keys()
    assert all(file.read_bytes() == published[path].read_bytes() for path, file in found.items())
    others = {file.name for file in season_manifest.copies_dir().rglob("*") if file.is_file()} - {"stac.parquet"}
    assert others <= {"manifest.json", "manifest.lock"}


def change_manifest(path, **values):
    file = season_manifest.manifest_path()
    table = json.loads(file.read_text())
    table["seasons"][path].update(values)
    file.write_text(json.dumps(table))


def make_old(path=DC8, days=10):
    moment = datetime.now(timezone.utc) - timedelta(days=days)
    change_manifest(path, checked_at=moment.isoformat())


# --- the list ---


def test_the_public_list_is_asked_for_in_path_style_as_an_anonymous_reader():
    assert LISTING_URL == (
        "https://s3.us-west-2.amazonaws.com/us-west-2.opendata.source.coop?list-type=2&prefix=englacial/xopr/catalog/"
    )


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
def test_all_pages_of_the_list_are_read(server, page):
    server.bucket_page = page
    found = list_published()
    assert [one.season.path for one in found] == sorted([DC8, P3, FUTURE])
    assert {one.size for one in found} == {(server.files / path).stat().st_size for path in (DC8, P3, FUTURE)}
    assert len(server.requests) == -(-3 // page)


def test_the_names_of_the_list_are_taken_as_they_are_meant_and_others_are_counted(server):
    odd = "hemisphere=south/provider=cresis/collection=2020_Antarctica_Ice-Pod.v2/stac.parquet"
    publish(server.files, odd, *SOUTH)
    publish(server.files, "backup/" + DC8, *SOUTH)
    publish(server.files, "hemisphere=south/provider=a&b/collection=x/stac.parquet", *SOUTH)
    (server.files / "README.txt").write_text("hello")
    log = makers.Log()
    assert [one.season.name for one in list_published(log)] == [
        "2017_Greenland_P3",
        "2016_Antarctica_DC8",
        "2020_Antarctica_Ice-Pod.v2",
        "2031_Antarctica_Drone",
    ]
    assert "2 .parquet files in the list are not in a season's folders and are left out." in log.warnings


HEAD = '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
ITEM = f"<Contents><Key>englacial/xopr/catalog/{DC8}</Key><ETag>&quot;e&quot;</ETag><Size>5</Size></Contents>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "it is not the XML of an S3 bucket"),
        ("{}", "it is not the XML of an S3 bucket"),
        (f"{HEAD}<IsTruncated>false</IsTruncated>{ITEM}", "it is not the XML of an S3 bucket"),
        (
            f'<!DOCTYPE x [<!ENTITY a "b">]>{HEAD}<IsTruncated>false</IsTruncated>{ITEM}</ListBucketResult>',
            "it is not the XML of an S3 bucket",
        ),
        (f"{HEAD}{ITEM}</ListBucketResult>", "it does not say whether more follows"),
        (f"{HEAD}<IsTruncated>true</IsTruncated>{ITEM}</ListBucketResult>", "more follows, but not where"),
        (
            f"{HEAD}<IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken>{ITEM}"
            "</ListBucketResult>",
            "more follows, but not where",  # the same page again and again
        ),
        (
            f"{HEAD}<KeyCount>2</KeyCount><IsTruncated>false</IsTruncated>{ITEM}</ListBucketResult>",
            "it announces 2 files and names 1",
        ),
        (f"{HEAD}<IsTruncated>false</IsTruncated></ListBucketResult>", "it names no season catalog"),
    ],
)
def test_what_is_no_list_is_told(server, monkeypatch, body, words):
    with OddServer(answer(body.encode(), Content_Type="application/xml")) as odd:
        monkeypatch.setenv("XOPR_LISTING_URL", odd.url)
        with pytest.raises(DownloadError) as caught:
            list_published(patience=HASTE)
    assert str(caught.value).startswith(f"What {odd.url[7:]} sent is no list of seasons (")
    assert words in str(caught.value)


def test_a_list_in_one_piece_is_read_by_the_rules_of_xml(server, monkeypatch):
    body = f"{HEAD}<IsTruncated>false</IsTruncated>{ITEM}</ListBucketResult>\n"
    with OddServer(answer(body.encode())) as odd:
        monkeypatch.setenv("XOPR_LISTING_URL", odd.url)
        (one,) = list_published(patience=HASTE)
    assert (one.season.name, one.etag, one.size) == ("2016_Antarctica_DC8", "e", 5)


def test_the_bucket_s_own_words_are_shown(server, monkeypatch):
    body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    with OddServer(answer(body, "403 Forbidden", Content_Type="application/xml")) as odd:
        monkeypatch.setenv("XOPR_LISTING_URL", odd.url)
        with pytest.raises(DownloadError, match=r"answered 403 \(Forbidden\) and says 'Access Denied' when asked for"):
            list_published(patience=HASTE)


def test_a_web_page_is_no_list(server):
    server.faults.append(Fault("login_page", path="/bucket"))
    with pytest.raises(DownloadError, match=r"A web page came from .* instead of the list of seasons"):
        list_published(patience=HASTE)


def test_an_address_of_the_list_that_is_none_is_told(monkeypatch):
    monkeypatch.setenv("XOPR_LISTING_URL", "bucket")
    with pytest.raises(InputError, match="XOPR_LISTING_URL is 'bucket', which is no address"):
        listing_url()


# --- a synchronisation ---


def test_the_first_synchronisation_fetches_everything_and_tells_of_each_season(server):
    log = makers.Log()
    result = sync(log=log)
    assert_whole(server)
    assert result.updated == 3
    rows = result.table.set_index("season")
    assert rows.index.tolist() == ["2016_Antarctica_DC8", "2031_Antarctica_Drone", "2017_Greenland_P3"]
    assert rows["state"].tolist() == ["new"] * 3
    assert rows["frames"].tolist() == [2, 2, 1]
    dc8 = rows.loc["2016_Antarctica_DC8"]
    assert (dc8["hemisphere"], dc8["provider"]) == ("south", "cresis")
    assert (dc8["first_date"], dc8["last_date"]) == (date(2016, 10, 14), date(2016, 10, 14))
    assert dc8["size_mb"] == (server.files / DC8).stat().st_size / 1e6
    assert Path(dc8["path"]) == season_manifest.copies_dir() / DC8
    assert abs((dc8["fetched_at"] - pd.Timestamp.now(tz="UTC")).total_seconds()) < 60
    assert log.fractions == sorted(log.fractions)
    assert log.fractions[-1] == 1.0
    assert "3 season catalogs are published." in log.infos
    assert "Season catalogs: 3 new." in log.infos


def test_the_second_synchronisation_asks_for_the_list_alone(server):
    sync()
    server.requests.clear()
    log = makers.Log()
    result = sync(log=log)
    assert asked_for(server) == ["/bucket"]
    assert set(states(result).values()) == {"unchanged"}
    assert result.updated == 0
    assert "Season catalogs: 3 unchanged." in log.infos


def test_only_what_is_new_or_changed_is_fetched(server):
    sync()
    publish(server.files, DC8, *SOUTH, NORTH)
    other = "hemisphere=south/provider=awi/collection=2032_Antarctica_New/stac.parquet"
    publish(server.files, other, *SOUTH)
    server.requests.clear()
    result = sync()
    assert_whole(server)
    assert sorted(asked_for(server)) == sorted(["/bucket", f"/files/{DC8}", f"/files/{other}"])
    assert states(result) == {
        "2016_Antarctica_DC8": "updated",
        "2017_Greenland_P3": "unchanged",
        "2031_Antarctica_Drone": "unchanged",
        "2032_Antarctica_New": "new",
    }
    assert result.updated == 2


def test_a_season_that_is_no_longer_published_is_kept_and_marked(server):
    sync()
    (server.files / DC8).unlink()
    log = makers.Log()
    result = sync(log=log)
    assert states(result)["2016_Antarctica_DC8"] == "no longer published"
    assert (season_manifest.copies_dir() / DC8).is_file()
    assert any(line.startswith("2016_Antarctica_DC8 is no longer published; its local copy") for line in log.warnings)
    assert "2016_Antarctica_DC8" in season_names()  # it is in the table that comes with the plugin
    publish(server.files, DC8, *SOUTH)
    assert "no longer published" not in states(sync()).values()


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (("south", None, None), {"2016_Antarctica_DC8", "2031_Antarctica_Drone"}),
        ((None, "UTIG", None), {"2031_Antarctica_Drone"}),
        ((None, None, "greenland"), {"2017_Greenland_P3"}),
        ((None, None, "201?_*"), {"2016_Antarctica_DC8", "2017_Greenland_P3"}),
        (("south", "cresis", "2016"), {"2016_Antarctica_DC8"}),
    ],
)
def test_filters_say_which_seasons_are_fetched(server, filters, names):
    assert set(states(sync(*filters))) == names
    assert set(map(name_of, copies())) == names


def test_filters_that_leave_nothing_are_told(server):
    with pytest.raises(InputError, match=r"None of 3 published seasons is meant; widen the filters\."):
        sync(None, "nobody", None)


class StopsAfter(Progress):
    """Wants to stop some time after the first look."""

    def __init__(self, seconds):
        self.seconds, self.began = seconds, None

    def is_cancelled(self):
        self.began = self.began or time.monotonic()
        return time.monotonic() - self.began > self.seconds


def test_four_files_are_asked_for_at_once_and_not_more(server):
    for number in range(12):
        path = f"hemisphere=south/provider=x/collection=20{number:02d}_Test_Many/stac.parquet"
        publish(server.files, path, *SOUTH)
    server.faults.append(Fault("silence", path="/files/"))
    with pytest.raises(CancelledError):
        sync(None, "x", None, patience=Patience(), log=StopsAfter(1.5))
    assert len(asked_for(server)) == 1 + 4


# --- the list of seasons to choose from ---


def test_a_newly_published_season_can_be_chosen_by_name_after_a_synchronisation(server):
    assert "2031_Antarctica_Drone" not in season_names()
    before = season_names()
    sync("north", None, None)  # the list is noted even if the season itself is not meant
    names = season_names()
    assert set(names) - set(before) == {"2031_Antarctica_Drone"}
    south = [name for name in names if seasons()[name].hemisphere == "south"]
    assert names == [*sorted(south), *sorted(set(names) - set(south))]
    assert len(read_catalog("2031_Antarctica_Drone")) == 2


def test_a_season_that_moved_to_another_folder_is_found_there(server):
    moved = DC8.replace("cresis", "utig")
    (server.files / DC8).unlink()
    publish(server.files, moved, *SOUTH)
    sync()
    assert seasons()["2016_Antarctica_DC8"].path == moved


def test_the_table_that_comes_with_the_plugin_is_in_the_order_of_the_whole_list(server):
    names = season_names()
    south = [name for name in names if seasons()[name].hemisphere == "south"]
    assert (len(names), len(south)) == (51, 25)
    assert names == [*sorted(south), *sorted(set(names) - set(south))]


# --- a season by name ---


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


# --- faults ---


def test_without_a_network_what_is_at_hand_is_kept_and_told_with_its_dates(server, monkeypatch):
    sync()
    change_manifest(DC8, fetched_at="2026-05-01T10:00:00+00:00")
    monkeypatch.setenv("XOPR_LISTING_URL", "http://nowhere.invalid/bucket")
    log = makers.Log()
    result = sync(log=log)
    assert set(states(result).values()) == {"kept (server out of reach)"}
    assert result.table["frames"].tolist() == [2, 2, 1]
    (note,) = [line for line in log.warnings if "cannot be had" in line]
    assert note.startswith("The list of seasons cannot be had, so 3 local copies stay as fetched from 2026-05-01 to 20")
    assert "nowhere.invalid cannot be reached (its name is not known to the network)" in note
    assert_whole(server)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", path="/bucket", status=500), "answered 500 (Internal Server Error)"),
        (Fault("status", path="/bucket", status=404), "answered 404 (Not Found) and says 'The stand-in"),
        (Fault("cut", path="/bucket"), "ended the connection before its answer was complete"),
        (Fault("silence", path="/bucket"), "sent nothing for 0.7 s"),
        (Fault("login_page", path="/bucket"), "A web page came from"),
    ],
    ids=["500", "404", "cut", "silence", "web page"],
)
def test_a_list_that_cannot_be_had_changes_nothing(server, fault, words):
    sync()
    publish(server.files, DC8, *SOUTH, NORTH)
    server.faults.append(fault)
    before = {path: file.read_bytes() for path, file in copies().items()}
    log = makers.Log()
    assert set(states(sync(log=log)).values()) == {"kept (server out of reach)"}
    assert any("cannot be had, so 3 local copies" in line and words in line for line in log.warnings)
    assert {path: file.read_bytes() for path, file in copies().items()} == before


def test_without_a_network_and_without_copies_it_fails_in_a_sentence(server, monkeypatch):
    monkeypatch.setenv("XOPR_LISTING_URL", "http://nowhere.invalid/bucket")
    with pytest.raises(
        DownloadError, match=r"^No season catalog is at hand, and the list of seasons cannot be had\. n"
    ):
        sync()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", status=404), "There is no catalog at"),
        (Fault("status", status=403), "answered 403 (Forbidden)"),
        (Fault("status", status=500), "answered 500 (Internal Server Error)"),
        (Fault("cut"), "ended the connection before its answer was complete"),
        (Fault("silence"), "sent nothing for 0.7 s"),
        (Fault("login_page"), "is no season catalog (it cannot be read as Parquet)"),
    ],
    ids=["404", "403", "500", "cut", "silence", "web page"],
)
@pytest.mark.parametrize("at_hand", [True, False])
def test_a_file_that_cannot_be_fetched_is_told_and_the_others_come(server, at_hand, fault, words):
    if at_hand:
        sync()
        old = (season_manifest.copies_dir() / DC8).read_bytes()
        publish(server.files, DC8, *SOUTH, NORTH)
        publish(server.files, P3, NORTH, NORTH)
    fault.path = f"/files/{DC8}"
    server.faults.append(fault)
    log = makers.Log()
    result = sync(log=log)
    state = states(result)
    assert state.pop("2016_Antarctica_DC8").startswith("failed: ")
    assert not any(one.startswith("failed") for one in state.values())
    assert any(words in line for line in log.warnings)
    assert ((season_manifest.copies_dir() / DC8).exists()) == at_hand
    if at_hand:
        assert (season_manifest.copies_dir() / DC8).read_bytes() == old
        assert result.table.set_index("season").loc["2016_Antarctica_DC8", "frames"] == 2
    server.faults.clear()
    assert states(sync())["2016_Antarctica_DC8"] == ("updated" if at_hand else "new")
    assert_whole(server)


def test_a_passing_fault_costs_a_retry_and_nothing_else(server):
    server.faults += [Fault("status", path="/bucket", times=1), Fault("cut", path="/files/", times=2)]
    log = makers.Log()
    sync(log=log, patience=Patience(retries=3, backoff=0.01))
    assert_whole(server)
    assert sum("trying again" in line for line in log.warnings) == 3


def test_a_server_that_is_lost_on_the_way_is_not_asked_for_everything(server):
    for number in range(20):
        path = f"hemisphere=south/provider=x/collection=20{number:02d}_Test_Many/stac.parquet"
        publish(server.files, path, *SOUTH)
    sync("north", None, None)
    publish(server.files, P3, NORTH, NORTH)
    server.requests.clear()
    server.faults.append(Fault("status", path="/files/", status=500))
    log = makers.Log()
    result = sync(log=log)
    left = sum(one == "failed: it was not asked for, after others had failed." for one in states(result).values())
    assert 23 - 7 <= left <= 23 - 4
    assert f"4 catalogs in a row could not be fetched, so {left} more were not asked for." in log.warnings
    assert len(server.requests) <= 1 + 2 * 7  # four in a row and three under way by then, each with one retry
    state = states(result)
    assert len(state) == 23
    assert state["2017_Greenland_P3"].startswith("failed: 127.0.0.1")  # the first in order
    assert all(one.startswith("failed: ") for one in state.values())
    assert result.updated == 0


def test_it_stops_within_two_seconds_of_the_wish_also_of_a_silent_server(server):
    server.faults.append(Fault("silence", path=f"/files/{DC8}"))
    wish = StopsAfter(1.0)
    with pytest.raises(CancelledError):
        sync(log=wish, patience=Patience())
    assert time.monotonic() - wish.began < 1.0 + 2.0
    assert DC8 not in copies()
    had = len(copies())  # what had come is kept
    server.faults.clear()
    assert sorted(states(sync()).values()) == ["new"] * (3 - had) + ["unchanged"] * had
    assert_whole(server)


@pytest.mark.parametrize("damage", ["no JSON", '{"version": 1}', '{"version": 99, "seasons": {}}', "[]", b"\xff\xfe"])
def test_a_damaged_manifest_is_told_set_aside_and_made_anew(server, damage):
    sync()
    manifest = season_manifest.manifest_path()
    manifest.write_bytes(damage if isinstance(damage, bytes) else damage.encode())
    assert len(season_names()) == 51
    log = makers.Log()
    result = sync(log=log)
    assert any(line.startswith("The manifest of the local season catalogs is damaged (") for line in log.warnings)
    assert set(states(result).values()) == {"unchanged"}  # fetched anew, and found to be the same
    manifest.with_name("manifest.damaged.json").unlink()
    assert_whole(server)
    assert "2031_Antarctica_Drone" in season_names()


def test_an_entry_that_leads_out_of_the_folder_is_damage(server):
    sync()
    manifest = season_manifest.manifest_path()
    manifest.write_text(manifest.read_text().replace("collection=2016_Antarctica_DC8", "collection=../../x"))
    with pytest.raises(season_manifest.DamagedManifestError):
        season_manifest.read_manifest()


def test_copies_without_a_manifest_are_of_use_without_the_network(server, monkeypatch):
    sync()
    season_manifest.manifest_path().write_text("{")
    monkeypatch.setenv("XOPR_LISTING_URL", "http://nowhere.invalid/bucket")
    assert set(states(sync()).values()) == {"kept (server out of reach)"}
    server.faults.append(Fault("status", path="/files/", status=404))
    log = makers.Log()
    assert len(read_catalog("2016_Antarctica_DC8", progress=log)) == 2
    assert "could not be checked" in log.text


@pytest.mark.parametrize("harm", ["cut", "changed", "emptied", "replaced by a page"])
def test_a_damaged_copy_is_noticed_told_and_fetched_anew(server, harm):
    def damage():
        file = season_manifest.copies_dir() / DC8
        whole = file.read_bytes()
        middle = len(whole) // 2
        file.write_bytes(
            {
                "cut": whole[:middle],
                "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
                "emptied": b"",
                "replaced by a page": b"<html>",
            }[harm]
        )

    sync()
    damage()
    log = makers.Log()
    result = sync(log=log)
    assert any("is damaged (it is not the file that was fetched)" in line for line in log.warnings)
    assert result.updated == 1
    assert_whole(server)
    damage()
    log = makers.Log()
    assert len(read_catalog("2016_Antarctica_DC8", progress=log)) == 2
    assert any("is damaged (it is not the file that was fetched)" in line for line in log.warnings)
    assert_whole(server)


def test_a_copy_that_somebody_removed_is_fetched_again(server):
    sync()
    (season_manifest.copies_dir() / DC8).unlink()
    assert states(sync())["2016_Antarctica_DC8"] == "new"
    assert_whole(server)


def test_a_cache_that_cannot_be_made_is_one_clear_sentence(server, monkeypatch, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("XOPR_CACHE_DIR", str(file / "cache"))
    for run in (sync, lambda: read_catalog("2016_Antarctica_DC8")):
        with pytest.raises(InputError) as caught:
            run()
        assert str(caught.value) == (
            f"The local copies of season catalogs cannot be used: {file}/cache/catalogs cannot be written or read (a "
            "part of the path is a file and no folder); check the path, or set XOPR_CACHE_DIR to another folder."
        )
    assert len(season_names()) == 51


CODE = """
import os
from xopr_crossovers.core.catalogs.catalog import read_catalog
from xopr_crossovers.core.common.errors import XoprError
from xopr_crossovers.core.catalogs.synchronising import synchronise
{before}
try:
    print(synchronise().table["state"].tolist())
except XoprError as error:
    print(type(error).__name__, error)
"""


def process(before="", **arguments):
    code = CODE.format(before=before)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, **arguments)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of file sizes are set as Linux has them")
def test_a_full_disk_is_one_clear_sentence_and_the_copies_stay_whole(server):
    sync()
    large = makers.frames(*SOUTH).assign(assets=[os.urandom(50_000)] * 2)
    large.to_parquet(server.files / FUTURE)
    before = {path: file.read_bytes() for path, file in copies().items()}
    # Writing beyond the limit fails as it does on a full disk, in the middle of a file.
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))"
    said, _ = process(limit).communicate(timeout=60)
    assert said.startswith("InputError The local copies of season catalogs cannot be used: ")
    assert "cannot be written or read (the file is too large for that file system or" in said
    assert {path: file.read_bytes() for path, file in copies().items()} == before
    assert states(sync())["2031_Antarctica_Drone"] == "updated"
    assert_whole(server)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are other on Windows")
def test_a_folder_without_permission_is_one_clear_sentence_and_copies_in_it_are_still_used(server, monkeypatch):
    with TemporaryDirectory() as home:  # not pytest's, which nobody else may look into
        Path(home).chmod(0o755)
        monkeypatch.setenv("XOPR_CACHE_DIR", f"{home}/cache")
        sync()
        publish(server.files, FUTURE, *SOUTH, NORTH)
        make_old()
        folder = season_manifest.copies_dir()
        places = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
        for place in places:
            place.chmod(0o555)
        user = "os.setuid(65534)" if os.geteuid() == 0 else ""
        read = "print(len(read_catalog('2016_Antarctica_DC8')), end=' frames, ')"
        said, _ = process(f"{user}\n{read}").communicate(timeout=60)
        for place in places:
            place.chmod(0o755)
    assert said.startswith("2 frames, InputError The local copies of season catalogs cannot be used: ")
    assert "cannot be written or read (permission denied); change the permissions there, or set XOPR_CACHE_DIR" in said


def test_two_synchronisations_at_once_do_each_other_no_harm(server):
    for number in range(8):
        path = f"hemisphere=south/provider=x/collection=20{number:02d}_Test_Many/stac.parquet"
        publish(server.files, path, *SOUTH)
    both = [process() for _ in range(2)]
    said = [one.communicate(timeout=60)[0] for one in both]
    assert all(text.startswith("[") and "failed" not in text for text in said)
    assert_whole(server)
    server.requests.clear()
    assert set(states(sync()).values()) == {"unchanged"}
    assert asked_for(server) == ["/bucket"]


# Writes the entry of one season. With "stops" it stops where the new manifest is about to take the old one's place;
# without, it tells when it asks for the lock.
WRITER = """
import sys
from xopr_crossovers.core.catalogs.copies import keep_entries
from xopr_crossovers.core.catalogs.manifest import Entry, manifest_path

def watch(event, arguments):
    if how == "stops" and event == "os.rename" and str(arguments[1]) == str(manifest_path()):
        print("at the door", flush=True)
        sys.stdin.readline()
    if how == "runs" and event == "fcntl.flock":
        print("waits", flush=True)

how, path = sys.argv[1:]
sys.addaudithook(watch)
keep_entries({path: Entry("http://nowhere")})
print("done", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="its lock makes no audit event")
def test_who_writes_the_manifest_while_another_is_at_it_waits_and_neither_s_entry_is_lost():
    season_manifest.copies_dir().mkdir(parents=True, exist_ok=True)

    def writer(how, path):
        words = [sys.executable, "-c", WRITER, how, path]
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    first = writer("stops", DC8)
    assert first.stdout.readline() == "at the door\n"
    second = writer("runs", P3)
    # Without a lock it is done by now, and the first one puts it away unread.
    assert second.stdout.readline() in ("waits\n", "done\n")
    first.communicate("go on\n", timeout=30)
    second.communicate(timeout=30)
    assert (first.returncode, second.returncode) == (0, 0)
    assert season_manifest.read_manifest().keys() == {DC8, P3}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal")
def test_killed_at_any_moment_the_copies_are_whole_and_the_next_run_goes_on(server):
    for number in range(10):
        path = f"hemisphere=south/provider=x/collection=20{number:02d}_Test_Many/stac.parquet"
        publish(server.files, path, *SOUTH)
    server.faults.append(Fault("drip", path="/files/", pause=0.02, piece=2000))
    killed = 0
    for number, pause in enumerate([0.0, 0.05, 0.1, 0.2, 0.35]):
        publish(server.files, DC8, *[SOUTH[0]] * (number + 1))
        before = len(server.requests)
        run = process()
        deadline = time.monotonic() + 30
        while len(server.requests) <= before + 1 and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)  # until it has the list and asks for a file
        time.sleep(pause)
        killed += run.poll() is None
        run.kill()
        run.communicate()
        for path, file in copies().items():
            assert content(file), path  # each is a whole Parquet file
        entries = season_manifest.read_manifest()  # and the manifest is whole
        assert all(len(entry.sha256) in (0, 64) for entry in entries.values())
    assert killed >= 2
    server.faults.clear()
    left = list(season_manifest.copies_dir().rglob("*.part"))
    for part in left:
        os.utime(part, (0, 0))
    log = makers.Log()
    result = sync(log=log)
    assert not result.table["state"].str.startswith("failed").any()
    assert_whole(server)


def test_the_parts_of_a_run_that_goes_on_are_left_alone_and_old_ones_are_removed(server):
    sync()
    folder = (season_manifest.copies_dir() / DC8).parent
    young, old = folder / "stac.parquet.1-a.part", folder / "stac.parquet.2-b.part"
    young.touch()
    old.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    sync()
    assert young.exists()
    assert not old.exists()


# --- seasons that are odd ---


def load(server, **changes):
    """Load the season by name after a change of its table; return frames and log."""
    table = gpd.read_parquet(server.files / DC8)
    for name, values in changes.items():
        column = name.replace("opr_", "opr:")
        table = table.drop(columns=column) if values is None else table.assign(**{column: values})
    shutil.rmtree(season_manifest.copies_dir(), ignore_errors=True)
    table.to_parquet(server.files / DC8)
    log = makers.Log()
    return read_catalog("2016_Antarctica_DC8", progress=log), log


def test_a_season_without_cells_is_refused_and_says_what_it_needs(server):
    with pytest.raises(
        InputError, match=r"2016_Antarctica_DC8/stac\.parquet: the column 'opr:mbox' .* is missing; use"
    ):
        load(server, opr_mbox=None)


def test_a_good_season_is_loaded_without_a_warning(server):
    frames, log = load(server)
    assert len(frames) == 2
    assert log.warnings == []


def test_extra_columns_are_left_out_and_missing_ones_come_from_the_folders_names(server):
    frames, log = load(server, assets=[{"data": {"href": "x"}}] * 2, stac_version="1.0.0", collection=None)
    assert {"assets", "stac_version"}.isdisjoint(frames.columns)
    assert frames["collection"].tolist() == ["2016_Antarctica_DC8"] * 2
    assert frames["opr:provider"].tolist() == ["cresis"] * 2
    assert log.warnings == []


def test_a_season_without_names_of_frames_is_refused(server):
    with pytest.raises(InputError, match="have no column 'id' with the frames' names"):
        load(server, id=None)


def test_frames_without_a_line_are_loaded_and_counted(server):
    frames, log = load(server, geometry=[None, gpd.read_parquet(server.files / DC8).geometry[1]])
    assert len(frames) == 2
    assert frames.geometry.isna().tolist() == [True, False]
    assert any("1 of 2 frames has no line" in line for line in log.warnings)


def test_frames_without_cells_are_loaded_and_counted(server):
    cells = gpd.read_parquet(server.files / DC8)["opr:mbox"].tolist()
    frames, log = load(server, opr_mbox=[None, cells[1]])
    assert len(frames) == 2
    assert any("1 of 2 frames has no cells in 'opr:mbox'" in line for line in log.warnings)


def test_giant_cells_from_position_jumps_are_loaded_and_counted(server):
    lon, lat = SOUTH[0][0]
    coarse, finer = makers.legacy_cell(lon, lat, 4), makers.legacy_cell(lon, lat, 5)
    whole = gpd.read_parquet(server.files / DC8)["opr:mbox"].tolist()
    frames, log = load(server, opr_mbox=[[coarse] * 4, whole[1]])
    assert len(frames) == 2
    (line,) = log.warnings
    assert "1 of 2 frames has giant cells from position jumps (of an order below 5" in line
    _, log = load(server, opr_mbox=[[finer] * 4, whole[1]])
    assert not any("giant" in line for line in log.warnings)


def test_cells_of_the_other_latitude_convention_are_told_and_read_so(server):
    import mortie

    lines = gpd.read_parquet(server.files / DC8).geometry
    cells = []
    for line in lines:
        lon, lat = line.segmentize(0.01).xy
        words = mortie.geo2mort(list(lat), list(lon), order=18, latitude="authalic")
        indices, _ = mortie.mort2healpix(words)
        cells.append(sorted(map(int, set(morton.decimals(indices, 9)))))
    frames, log = load(server, opr_mbox=cells)
    assert len(frames) == 2
    assert any("were made with authalic latitude" in line for line in log.warnings)


def test_packed_words_of_a_newer_mortie_are_refused_in_a_sentence(server):
    with pytest.raises(InputError, match=r"a packed word as mortie 0\.8\.1 and later make"):
        load(server, opr_mbox=[np.full(4, 12757146377205579794, dtype=np.uint64)] * 2)


def test_what_is_no_cell_is_told_and_the_lines_are_loaded(server):
    frames, log = load(server, opr_mbox=[[-519, -51]] * 2)
    assert len(frames) == 2
    assert any("only METHOD=flightline can" in line and "-519 is not a morton cell" in line for line in log.warnings)
