"""Server, network and disk fail while ``qgis_process`` runs: exit code, what is read, what is kept."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pyogrio
import pytest

from standin import Fault, StandIn
from standin.areas import Box

BOX = "-107,-104,-77,-75 [EPSG:4326]"


@pytest.fixture
def server():
    """A CMR of the test's own, which may be harmed."""
    with StandIn(cycles=[22], regions=[10, 12]) as cmr:
        yield cmr


@pytest.fixture
def search(qgis_process, tmp_path):
    """Search granules of cycle 22, with local copies of the test's own."""

    def run(address, file="granules.gpkg", **parameters):
        environment = {"XOPR_CMR_URL": address, "XOPR_CACHE_DIR": str(tmp_path / "cache")}
        parameters = {"EXTENT": BOX, "GRANULES": tmp_path / file, **parameters}
        return qgis_process("xopr:querygranules", environment=environment, **parameters)

    return run


def names(file):
    table = pyogrio.read_dataframe(file, layer=file.stem, read_geometry=False, columns=["granule_id"])
    return sorted(table["granule_id"])


def sentence(ran):
    """The one sentence that the run ended with."""
    (line,) = {line.removeprefix("ERROR:").strip() for line in ran.errors.splitlines() if line.startswith("ERROR:")}
    return line


def test_a_server_that_is_down_is_one_sentence_and_no_file(search, tmp_path):
    ran = search("http://127.0.0.1:9")
    assert ran.code == 1
    assert sentence(ran).startswith("127.0.0.1:9 cannot be reached (the connection is refused), and 3 tries did not ")
    assert "check" in sentence(ran)
    assert "Traceback" not in ran.log
    assert not (tmp_path / "granules.gpkg").exists()


def test_what_was_searched_once_comes_again_without_the_server(search, tmp_path):
    with StandIn(cycles=[22], regions=[10, 12]) as cmr:
        assert search(cmr.url).code == 0
        asked = len(cmr.requests)
    ran = search(cmr.url, "again.gpkg")
    assert ran.code == 0, ran.log
    assert asked > 0
    assert "From the store: " in ran.out
    assert ran.errors == ""
    assert names(tmp_path / "again.gpkg") == names(tmp_path / "granules.gpkg") != []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            Fault("login_page"),
            "answered 200 (OK) with a web page instead of granules: check the address of the CMR, and ",
        ),
        (Fault("status", status=400, message="No."), "refuses the search with 400 (Bad Request): No."),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
def test_a_server_that_fails_is_one_sentence_and_no_file(server, search, tmp_path, fault, words):
    server.faults.append(fault)
    assert sentence(failed(search, server, tmp_path)).startswith(f"{server.url.partition('//')[2]} {words}")


def test_a_server_that_fails_on_the_way_is_one_sentence_and_the_next_run_gets_everything(server, search, tmp_path):
    server.faults.append(Fault("malformed_json", skip=1))
    words = "sent an answer that breaks off, and 6 tries did not help: try again later."
    assert sentence(failed(search, server, tmp_path)).startswith(f"{server.url.partition('//')[2]} {words}")
    server.faults.clear()
    ran = search(server.url)
    assert ran.code == 0, ran.log
    assert names(tmp_path / "granules.gpkg") == names_known(server) != []


def failed(search, server, folder):
    """A search that fails, and leaves no file."""
    ran = search(server.url)
    assert ran.code == 1
    assert "Traceback" not in ran.log
    assert not (folder / "granules.gpkg").exists()
    return ran


def names_known(server):
    """Names that the stand-in's granules themselves give."""
    there = server.granules.touching(Box(-107, -77, -104, -75))
    return sorted(name for name, touches in zip(server.granules.names, there) if touches)


@pytest.fixture
def on_a_disk(repository, tmp_path):
    """Run ``qgis_process`` while a folder is a file system of its own, which only this run sees."""
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        pytest.skip("the command unshare is not on this machine")
    disk = tmp_path / "disk"
    disk.mkdir()

    def run(options, address, cache, file, extent=BOX):
        steps = (
            f"mount -t tmpfs -o {options} disk {disk} || exit 99; "
            f'"$@"; code=$?; echo LEFT; find {disk} -type f; exit $code'
        )
        command = [str(repository / ".venv" / "bin" / "qgis_process"), "run", "xopr:querygranules", "--"]
        command += [f"EXTENT={extent}", f"GRANULES={file}"]
        environment = {**os.environ, "XOPR_CMR_URL": address, "XOPR_CACHE_DIR": str(cache)}
        ran = subprocess.run(
            [shutil.which("unshare"), "-m", "sh", "-c", steps, "sh", *command],
            env=environment, capture_output=True, text=True, timeout=180,
        )  # fmt: skip
        if ran.returncode == 99 or "unshare failed" in ran.stderr:
            pytest.skip(f"no file system can be mounted here: {ran.stderr.strip()}")
        out, _, left = ran.stdout.partition("LEFT\n")
        return ran.returncode, out + ran.stderr, left.split()

    return run, disk


@pytest.mark.parametrize(
    ("kind", "size"),
    [("gpkg", "60k"), ("gpkg", "200k"), ("geojson", "60k")],
    ids=["no room for a GeoPackage's own tables", "no room for the rows", "GeoJSON"],
)
def test_a_full_disk_for_the_output_fails_the_run_and_leaves_no_broken_file(server, on_a_disk, tmp_path, kind, size):
    run, disk = on_a_disk
    wide = "-115,-95,-80,-74 [EPSG:4326]"
    code, log, left = run(f"size={size}", server.url, tmp_path / "cache", disk / f"granules.{kind}", wide)
    assert code == 1, log
    assert re.search(r"GRANULES (cannot|could not) be written .*\(the disk is full\); free space there", log)
    assert left == []


def test_what_came_before_a_full_disk_is_kept_and_the_next_run_needs_no_request(server, on_a_disk, tmp_path):
    run, disk = on_a_disk
    code, log, _ = run("size=60k", server.url, tmp_path / "cache", disk / "granules.gpkg")
    asked = len(server.requests)
    assert code == 1, log
    code, log, _ = run("size=4m", server.url, tmp_path / "cache", disk / "granules.gpkg")
    assert code == 0, log
    assert len(server.requests) == asked > 0


def test_local_copies_that_cannot_be_written_are_said_and_the_search_comes_to_its_end(server, on_a_disk, tmp_path):
    run, disk = on_a_disk
    code, log, _ = run("ro", server.url, disk / "cache", tmp_path / "granules.gpkg")
    assert code == 0, log
    assert f"The granule store in {disk}/cache/granules/" in log
    assert "cannot be written (the file system is read-only); set XOPR_CACHE_DIR to another folder." in log
    assert names(tmp_path / "granules.gpkg") == names_known(server)
