"""The cache folder: what of it is ours, and that nothing else is ever removed."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from nobody import as_nobody
from standin import StandIn
from xopr_crossovers.core.catalogs.cache_files import GRANULES, SEASONS, find, granules_dir, remove
from xopr_crossovers.core.catalogs.manifest import copies_dir, locked, part_of
from xopr_crossovers.core.catalogs.synchronising import synchronise
from xopr_crossovers.core.common.environment import cache_dir
from xopr_crossovers.core.job import Product, query_granules
from xopr_crossovers.core.search import area, window

HERE = area.given_area((-105, -76, -104, -75))
CYCLE_22 = window.resolve_window("cycle", cycle=22)
LONG_AGO = time.time() - 7 * 86_400


@pytest.fixture(scope="module")
def server(repository):
    with StandIn(cycles=[22], regions=[11], files=repository / "demo" / "sample" / "catalog") as running:
        yield running


@pytest.fixture
def filled(server, monkeypatch):
    """A cache folder with the granule store of two CMRs, and copies of season catalogs."""
    monkeypatch.setenv("XOPR_CATALOG_URL", server.files_url)
    monkeypatch.setenv("XOPR_LISTING_URL", server.bucket_url)
    for address in (server.url, server.url.replace("127.0.0.1", "localhost")):
        query_granules([HERE], CYCLE_22, Product(cmr_url=address))
    synchronise()
    return cache_dir()


def files_in(folder):
    """All files below a folder but the empty lock, which two runs at once must be able to rely on."""
    return {file for file in folder.rglob("*") if file.is_file() and file.name != "manifest.lock"}


def write(path, content="mine", when=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    if when is not None:
        os.utime(path, (when, when))
    return path


def test_all_that_searches_and_synchronising_leave_is_found_with_its_size(filled):
    found = [find(kind) for kind in (GRANULES, SEASONS)]
    assert {file for kept in found for file in kept.files} == files_in(filled)
    assert sum(kept.size for kept in found) == sum(file.stat().st_size for file in files_in(filled)) > 0
    assert [kept.folder for kept in found] == [filled / "granules", filled / "catalogs"]
    assert all(kept.files for kept in found)


def test_each_kind_is_removed_alone_and_leaves_no_empty_folders(filled):
    kept = [find(kind) for kind in (GRANULES, SEASONS)]
    removed = remove(GRANULES)
    assert (removed.n_files, removed.size, removed.n_at_work, removed.n_locked) == (
        len(kept[0].files),
        kept[0].size,
        0,
        0,
    )
    assert files_in(filled) == set(kept[1].files)
    assert not granules_dir().exists()
    assert remove(SEASONS).n_files == len(kept[1].files)
    assert files_in(filled) == set()
    assert [path.name for path in copies_dir().iterdir()] == ["manifest.lock"]
    assert filled.is_dir()


def test_files_that_somebody_else_put_there_stay_whatever_they_are_called(filled):
    granules, catalogs = filled / "granules", filled / "catalogs"
    others = {
        write(filled / "notes.txt"),
        write(filled / "20231218-20240318-18ea7042818d61b8d2f8.parquet"),
        write(granules / "README.txt"),
        write(granules / "ATL06_007_NSIDC-CPRD" / "mine.parquet"),
        write(granules / "ATL06_007_NSIDC-CPRD" / "ATL06_20240101000000_00612210_007_01.h5"),
        write(granules / "a" / "b" / "c" / "20231218-20240318-18ea7042818d61b8d2f8.parquet"),
        write(catalogs / "hemisphere=south" / "provider=me" / "collection=2026_Mine" / "stac.parquet"),
        write(catalogs / "stac.parquet"),
        write(catalogs / "list.part"),
    }
    before = files_in(filled)
    n_ours = len(before - others)
    assert remove(GRANULES).n_files + remove(SEASONS).n_files == n_ours
    assert files_in(filled) == others
    assert {file.read_text() for file in others} == {"mine"}


def test_a_manifest_that_is_not_ours_makes_every_catalog_somebody_else_s(tmp_path):
    catalogs = cache_dir() / "catalogs"
    others = {
        write(catalogs / "manifest.json", '{"name": "a web app"}'),
        write(catalogs / "hemisphere=south" / "provider=utig" / "collection=2011_Antarctica" / "stac.parquet"),
    }
    assert find(SEASONS).files == ()
    assert remove(SEASONS).n_files == 0
    assert files_in(catalogs) == others


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_is_not_followed(filled, tmp_path):
    elsewhere = write(tmp_path / "elsewhere" / "20231218-20240318-18ea7042818d61b8d2f8.parquet")
    (granules_dir() / "linked").symlink_to(elsewhere.parent, target_is_directory=True)
    remove(GRANULES)
    assert elsewhere.is_file()


def test_what_another_run_is_writing_stays_until_it_has_been_left_for_long(filled):
    answer = next(file for file in find(GRANULES).files if file.suffix == ".parquet")
    copy = next(file for file in find(SEASONS).files if file.suffix == ".parquet")
    parts = [write(answer.with_name(f"{answer.name}.0123abcd.partial")), write(part_of(copy))]
    for kind, part in zip((GRANULES, SEASONS), parts):
        assert remove(kind).n_at_work == 1
        assert part.is_file()
        os.utime(part, (LONG_AGO, LONG_AGO))
        again = remove(kind)
        assert (again.n_files, again.n_at_work) == (1, 0)
        assert not part.exists()


def test_files_that_were_set_aside_as_damaged_or_old_are_ours(filled):
    answer = next(file for file in find(GRANULES).files if file.suffix == ".parquet")
    aside = [answer.rename(answer.with_suffix(".damaged")), write(answer.with_suffix(".old"))]
    aside.append(write(copies_dir() / "manifest.damaged.json"))
    remove(GRANULES)
    remove(SEASONS)
    assert not any(file.exists() for file in aside)


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such permissions there")
def test_what_the_system_does_not_let_go_of_is_counted_and_the_manifest_stays_with_it(filled, monkeypatch):
    # Below a folder that everybody may enter, which those of pytest are not.
    with tempfile.TemporaryDirectory() as open_folder:
        Path(open_folder).chmod(0o755)
        folder = Path(open_folder, "cache")
        shutil.copytree(filled, folder)
        monkeypatch.setenv("XOPR_CACHE_DIR", str(folder))
        n_all = len(find(SEASONS).files)
        copy = next(file for file in find(SEASONS).files if file.suffix == ".parquet")
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        copy.parent.chmod(0o555)
        said = as_nobody(lambda: repr(remove(SEASONS)))
        left = files_in(copies_dir())
    assert f"n_files={n_all - 2}," in said
    assert "n_locked=1, why='permission denied'" in said
    assert left == {copy, folder / "catalogs" / "manifest.json"}


def test_copies_are_not_removed_while_another_run_is_between_file_and_manifest(filled):
    entered, leave, ended = Event(), Event(), Event()

    def other_run():
        with locked():
            entered.set()
            leave.wait(10)

    other = Thread(target=other_run)
    other.start()
    entered.wait(10)
    removing = Thread(target=lambda: (remove(SEASONS), ended.set()))
    removing.start()
    assert not ended.wait(0.3)
    assert find(SEASONS).files
    leave.set()
    assert ended.wait(10)
    assert find(SEASONS).files == ()
    other.join()
    removing.join()


def test_after_removing_a_search_and_a_season_are_there_again(filled, server):
    before = [len(find(kind).files) for kind in (GRANULES, SEASONS)]
    remove(GRANULES)
    remove(SEASONS)
    for address in (server.url, server.url.replace("127.0.0.1", "localhost")):
        query_granules([HERE], CYCLE_22, Product(cmr_url=address))
    synchronise()
    assert [len(find(kind).files) for kind in (GRANULES, SEASONS)] == before


def test_a_wish_to_stop_is_heard(filled):
    assert find(GRANULES, lambda: True).files == ()
    assert remove(GRANULES, lambda: True).n_files == 0


def test_a_folder_that_is_not_there_holds_nothing_and_is_not_made():
    assert [find(kind).files for kind in (GRANULES, SEASONS)] == [(), ()]
    assert [remove(kind).n_files for kind in (GRANULES, SEASONS)] == [0, 0]
    assert list(cache_dir().iterdir()) == []
