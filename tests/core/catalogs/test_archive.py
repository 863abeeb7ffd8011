"""The frames of all seasons on this computer: which those are, what is told of the others, and the index of frames."""

from __future__ import annotations

import os
import shutil
from functools import lru_cache
from io import BytesIO

import pytest

import makers
from xopr_crossovers.core.catalogs import cache_files
from xopr_crossovers.core.catalogs.archive import frames_at_hand
from xopr_crossovers.core.catalogs.at_hand import bring_to_hand
from xopr_crossovers.core.catalogs.catalog import read_frames
from xopr_crossovers.core.catalogs.frame_index import index_path, read_index
from xopr_crossovers.core.catalogs.manifest import copies_dir
from xopr_crossovers.core.catalogs.seasons import season_names, seasons
from xopr_crossovers.core.catalogs.synchronising import synchronise
from xopr_crossovers.core.common.errors import CancelledError, InputError

DC8, TO, P3 = "2016_Antarctica_DC8", "2009_Antarctica_TO", "2017_Greenland_P3"
SOUTH = (((-100, -75), (-101, -75.2)), ((-102, -75), (-103, -75.2)))
NORTH = (((-40, 70), (-41, 70.2)),)


@pytest.fixture
def elsewhere(monkeypatch):
    """An archive that nobody can reach."""
    monkeypatch.setenv("XOPR_CATALOG_URL", "http://127.0.0.1:9/catalog")


def put(folder, name, lines, date="20161014"):
    """Put a season's catalog into a folder, as it is published."""
    file = folder / seasons()[name].path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(catalog_of(name, lines, date))
    return file


@lru_cache
def catalog_of(name, lines, date):
    stream = BytesIO()
    makers.frames(*lines, collection=name, date=date).to_parquet(stream)
    return stream.getvalue()


@pytest.fixture
def three(elsewhere):
    """Three seasons at hand."""
    return [put(copies_dir(), name, lines) for name, lines in ((DC8, SOUTH), (TO, SOUTH[:1]), (P3, NORTH))]


def names_of(frames):
    return list(dict.fromkeys(frames.table["collection"]))


def test_all_seasons_at_hand_are_read_and_the_others_are_told_by_name(three):
    log = makers.Log()
    frames = frames_at_hand(progress=log)
    # In the order of the published ones: the Antarctic ones first, by name.
    assert names_of(frames) == [TO, DC8, P3]
    assert len(frames) == 4
    lacking = next(line for line in log.infos if "are not on this computer" in line)
    assert lacking.startswith(f"{len(season_names()) - 3} of {len(season_names())} seasons that are published")
    told = lacking.partition("): ")[2].rstrip(".").split(", ")
    assert told == [name for name in season_names() if name not in (DC8, TO, P3)]


def test_the_frames_are_those_that_their_catalogs_hold(three):
    frames_at_hand()
    indexed = frames_at_hand().table
    read = read_frames(";".join(map(str, [three[1], three[0], three[2]]))).table
    assert list(indexed.columns) == list(read.columns)
    for name in read.columns.drop("geometry"):
        assert indexed[name].tolist() == read[name].tolist()
    assert indexed.geometry.geom_equals_exact(read.geometry, 1e-9).all()


def test_seasons_that_are_asked_for_and_lacking_are_warned_of_and_none_at_all_is_refused(three):
    log = makers.Log()
    assert names_of(frames_at_hand([P3, "2018_Antarctica_DC8"], log)) == [P3]
    assert any("1 of 2 seasons that are asked for" in line and "2018_Antarctica_DC8" in line for line in log.warnings)
    with pytest.raises(InputError, match=r"None of the 1 season asked for is on this computer; set SYNC, or run"):
        frames_at_hand(["2018_Antarctica_DC8"])
    with pytest.raises(InputError, match="SEASONS: there is no season 2016_Antarctica"):
        frames_at_hand(["2016_Antarctica"])


def test_without_any_season_the_sentence_says_how_to_get_one(elsewhere):
    with pytest.raises(InputError, match=r"No season catalog is on this computer; set SYNC, or run 'Synch.*CATALOG"):
        frames_at_hand()
    assert not index_path().exists()


def test_an_archive_in_a_folder_is_at_hand(tmp_path, monkeypatch):
    put(tmp_path / "mirror", P3, NORTH)
    monkeypatch.setenv("XOPR_CATALOG_URL", str(tmp_path / "mirror"))
    log = makers.Log()
    bring_to_hand(progress=log)
    assert "Nothing need be fetched" in log.text
    assert names_of(frames_at_hand()) == [P3]


# --- the index --------------------------------------------------------------------------------------------------------


def read_anew(log):
    """How many catalogs were read, and not taken from the index."""
    return next((int(line.split()[0]) for line in log.infos if "read into the index" in line), 0)


def log_of(names=()):
    log = makers.Log()
    frames_at_hand(names, log)
    return log


def test_a_catalog_is_read_once_and_again_when_it_has_changed(three):
    assert read_anew(log_of()) == 3
    assert read_anew(log_of()) == 0
    put(copies_dir(), DC8, SOUTH + NORTH)
    assert read_anew(log_of()) == 1
    assert len(frames_at_hand([DC8])) == 3


def test_a_file_of_the_same_size_that_was_written_later_is_read_anew(three):
    frames_at_hand()
    state = three[0].stat()
    os.utime(three[0], ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert read_anew(log_of()) == 1


def test_asked_for_one_after_the_other_seasons_come_to_be_in_one_index(three):
    assert [read_anew(log_of([name])) for name in (DC8, P3, TO)] == [1, 1, 1]
    assert read_anew(log_of()) == 0


def test_a_season_that_is_gone_is_forgotten(three):
    frames_at_hand()
    three[0].unlink()
    assert names_of(frames_at_hand()) == [TO, P3]
    put(copies_dir(), P3, NORTH, date="20170402")
    frames_at_hand()
    assert set(read_index(makers.Log())) == {str(three[1]), str(three[2])}


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "another"])
def test_a_damaged_index_is_set_aside_and_made_anew(three, damage):
    frames_at_hand()
    whole = index_path().read_bytes()
    early = 40
    index_path().write_bytes(
        {
            "cut": whole[: len(whole) // 2],
            "changed": whole[:early] + bytes(byte ^ 255 for byte in whole[early:80]) + whole[80:],
            "emptied": b"",
            "another": b"PAR1 is how it begins",
        }[damage]
    )
    log = makers.Log()
    assert len(frames_at_hand(progress=log)) == 4
    assert any("is damaged; it is kept as frames.index.damaged and made anew" in line for line in log.warnings)
    assert read_anew(log) == 3
    assert index_path().with_name("frames.index.damaged").exists()
    assert read_anew(log_of()) == 0


def test_stopped_while_it_reads_it_leaves_the_index_as_it_was(three):
    frames_at_hand([DC8])
    before = index_path().read_bytes()
    with pytest.raises(CancelledError):
        frames_at_hand(progress=makers.Log(cancel_after=2))
    assert index_path().read_bytes() == before
    assert [path.name for path in copies_dir().glob("*.part")] == []
    assert read_anew(log_of()) == 2


def test_where_the_index_cannot_be_written_the_frames_are_read_all_the_same(three):
    index_path().mkdir()
    log = makers.Log()
    assert len(frames_at_hand(progress=log)) == 4
    assert "The index of frames" in log.text
    assert [path.name for path in copies_dir().glob("*.part")] == []


def test_what_a_catalog_warns_of_is_told_each_time(elsewhere):
    put(copies_dir(), DC8, SOUTH[:1] + NORTH)
    said = [[line for line in log_of().warnings if "but in the south by the columns" in line] for _ in range(2)]
    assert said[0] == said[1] != []


def test_one_frame_that_is_there_twice_in_a_catalog_counts_once(elsewhere):
    file = copies_dir() / seasons()[DC8].path
    file.parent.mkdir(parents=True)
    table = makers.frames(SOUTH[0], SOUTH[0], ids=["Data_20161014_01_001"] * 2, collection=DC8)
    table.to_parquet(file)
    assert len(frames_at_hand()) == 1


def test_a_folder_of_copies_is_a_folder_of_catalogs_beside_the_index(three):
    frames_at_hand()
    assert len(read_frames(str(copies_dir()))) == 4


def test_the_index_is_ours_and_goes_with_the_copies(three):
    frames_at_hand()
    assert index_path() in cache_files.find(cache_files.SEASONS).files
    cache_files.remove(cache_files.SEASONS)
    assert not index_path().exists()


# --- fetching ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def server(running, tmp_path, monkeypatch):
    """An archive of three seasons, and nothing at hand yet."""
    running.files = tmp_path / "published"
    for name, lines in ((DC8, SOUTH), (TO, SOUTH[:1]), (P3, NORTH)):
        put(running.files, name, lines)
    monkeypatch.setenv("XOPR_CATALOG_URL", running.files_url)
    monkeypatch.setenv("XOPR_LISTING_URL", running.bucket_url)
    return running


def test_what_is_missing_of_the_seasons_asked_for_is_fetched_first(server):
    bring_to_hand([P3, DC8])
    assert names_of(frames_at_hand()) == [DC8, P3]
    bring_to_hand()
    assert names_of(frames_at_hand()) == [TO, DC8, P3]


def test_a_copy_that_is_not_what_was_fetched_is_told_and_not_used(server):
    synchronise()
    file = copies_dir() / seasons()[DC8].path
    shutil.copy(copies_dir() / seasons()[P3].path, file)
    log = makers.Log()
    assert names_of(frames_at_hand(progress=log)) == [TO, P3]
    assert any(f"{file} is damaged" in line and "set SYNC" in line for line in log.warnings)
    assert any(DC8 in line for line in log.infos if "are not on this computer" in line)
    bring_to_hand([DC8])
    assert names_of(frames_at_hand()) == [TO, DC8, P3]


def test_copies_of_another_archive_do_not_count(server, monkeypatch):
    synchronise()
    assert len(frames_at_hand()) == 4  # now they are in the index, too
    monkeypatch.setenv("XOPR_CATALOG_URL", "http://127.0.0.1:9/other")
    with pytest.raises(InputError, match="No season catalog is on this computer"):
        frames_at_hand()
