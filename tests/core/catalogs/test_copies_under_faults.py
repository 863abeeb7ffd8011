"""The local copies of the season catalogs stay whole whatever the network and the disk hold."""

from __future__ import annotations

import time

import pytest

import makers
from season_copies import (
    DC8,
    NORTH,
    P3,
    SOUTH,
    assert_whole,
    change_manifest,
    copies,
    publish,
    states,
    sync,
)
from standin import Fault
from stopping import StopsAfter
from xopr_crossovers.core.catalogs import manifest as season_manifest
from xopr_crossovers.core.catalogs.catalog import read_catalog
from xopr_crossovers.core.catalogs.seasons import season_names
from xopr_crossovers.core.common.errors import CancelledError, DownloadError, InputError
from xopr_crossovers.core.web.retries import Patience


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
