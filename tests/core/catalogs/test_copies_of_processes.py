"""The local copies of the season catalogs where processes end early, or are several."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import makers
from season_copies import (
    DC8,
    FUTURE,
    NORTH,
    P3,
    SOUTH,
    asked_for,
    assert_whole,
    content,
    copies,
    make_old,
    publish,
    states,
    sync,
)
from standin import Fault
from xopr_crossovers.core.catalogs import manifest as season_manifest

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
