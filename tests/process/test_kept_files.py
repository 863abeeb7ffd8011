"""Files that were there before a run: whole, whatever is killed, locked, or named in another way.

The kills with the number of a release:

    XOPR_KILLS=200 .venv/bin/python -m pytest -s tests/process/test_kept_files.py -k killed
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from depth import times
from makers import frames

N_KILLS = int(os.environ.get("XOPR_KILLS", times(6, 3)))


@pytest.fixture
def project(tmp_path):
    """A GeoPackage with frames and a table of the user's own."""
    file = tmp_path / "project.gpkg"
    many = [[(-105 + 0.01 * n, -75.2), (-104.9 + 0.01 * n, -75.2)] for n in range(5)]
    frames(*many).drop(columns="opr:mbox").to_file(file, layer="frames", driver="GPKG")
    rifts = gpd.GeoDataFrame({"note": ["mine"] * 7}, geometry=[shapely.Point(-105, -75.2)] * 7, crs="EPSG:4326")
    rifts.to_file(file, layer="my_rifts", driver="GPKG")
    return file


def tables(file):
    return {name: pyogrio.read_info(file, layer=name)["features"] for name, _ in pyogrio.list_layers(file)}


def test_an_output_over_its_inputs_file_is_refused_and_the_file_stays_as_it_is(qgis_process, project, tmp_path):
    before = project.read_bytes()
    link = tmp_path / "link.gpkg"
    link.symlink_to(project)
    twin = tmp_path / "twin.gpkg"
    os.link(project, twin)
    inputs = {"FRAMES": f"{project}|layername=frames", "POINTS": f"{project}|layername=my_rifts", "RULE": "distance"}
    for spelling in (
        link,
        tmp_path / "." / ".." / tmp_path.name / "twin.gpkg",
        f"ogr:dbname='{project}' table=\"my_rifts\" (geom)",
    ):
        ran = qgis_process("xopr:subsetbypoints", **inputs, SUBSET=spelling)
        assert ran.code == 1, (spelling, ran.log)
        assert "SUBSET would be written over" in ran.log
        assert "choose another" in ran.log
        assert project.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link.gpkg", "project.gpkg", "twin.gpkg"]


def test_a_table_goes_into_a_file_beside_the_others_which_stay(qgis_process, project, tmp_path):
    inputs = {"FRAMES": f"{project}|layername=frames", "POINTS": f"{project}|layername=my_rifts", "RULE": "distance"}
    for _ in range(2):  # the second run replaces what the first one wrote
        ran = qgis_process("xopr:subsetbypoints", **inputs, SUBSET=f"ogr:dbname='{project}' table=\"near\" (geom)")
        assert ran.code == 0, ran.log
        found = tables(project)
        assert found.pop("layer_styles") >= 1
        assert found == {"frames": 5, "my_rifts": 7, "near": 5}
    other = tmp_path / "other.gpkg"
    shutil.copy(project, other)
    ran = qgis_process("xopr:subsetbypoints", "--json", **inputs, SUBSET=other)
    assert ran.results["SUBSET"] == f"{other}|layername=other"
    found = tables(other)
    assert {name: found[name] for name in ("frames", "my_rifts", "near", "other")} == {
        "frames": 5,
        "my_rifts": 7,
        "near": 5,
        "other": 5,
    }
    assert sorted(file.name for file in tmp_path.iterdir()) == ["other.gpkg", "project.gpkg"]


def test_a_database_that_another_program_writes_into_is_said_to_be_locked_soon(qgis_process, project, catalog):
    before = project.read_bytes()
    with closing(sqlite3.connect(project, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        clock = time.monotonic()
        ran = qgis_process("xopr:loadcatalog", CATALOG=catalog, FRAMES=f"ogr:dbname='{project}' table=\"n\" (geom)")
        assert time.monotonic() - clock < 20
        assert ran.code == 1
        assert f"{project} is locked: another program is writing into it; close it there" in ran.log
        other.execute("ROLLBACK")
    assert project.read_bytes() == before


@pytest.mark.deep
def test_killed_while_it_writes_over_a_geopackage_a_run_leaves_the_old_file_or_the_new_one(
    repository, project, tmp_path
):
    sizes = (40, 70)
    catalogs = []
    for n in sizes:
        lines = [[(-105, -75 - 0.001 * row), (-104, -75 - 0.001 * row)] for row in range(n)]
        catalogs.append(tmp_path / f"{n}.gpkg")
        frames(*lines).drop(columns="opr:mbox").assign(**{"opr:mbox": "[1,2,3,4]"}).to_file(catalogs[-1], driver="GPKG")
    draw = np.random.default_rng(9)
    target = f"ogr:dbname='{project}' table=\"frames\" (geom)"
    seen = set()
    for number in range(N_KILLS):
        # Another program has the file open every other time, as QGIS has it.
        other = sqlite3.connect(project, isolation_level=None)
        if number % 2:
            other.execute("PRAGMA journal_mode = WAL")
            other.execute("CREATE TABLE IF NOT EXISTS notes (note TEXT)")
        else:
            other.close()
        running = subprocess.Popen(
            [sys.executable, str(repository / "tests" / "overwriting.py"), target, *map(str, catalogs)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
        assert running.stdout.readline() == b"ready\n", running.stderr.read().decode()
        time.sleep(draw.uniform(0.05, 1.0))
        # However busy the machine is, one of them gets through.
        patience = time.monotonic() + (60 if number == N_KILLS - 1 and not seen & set(sizes) else 0)
        while time.monotonic() < patience and tables(project)["frames"] not in sizes:
            time.sleep(0.2)
        assert running.poll() is None, running.stderr.read().decode()
        running.kill()
        running.wait()
        running.stdout.close()
        running.stderr.close()
        found = tables(project)
        assert found["my_rifts"] == 7
        assert found["frames"] in (5, *sizes)
        with closing(sqlite3.connect(project)) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        seen.add(found["frames"])
        other.close()
    assert seen & set(sizes)
    # The next run removes what the killed ones left.
    left = [file for file in tmp_path.iterdir() if file.name.startswith(".xopr-")]
    print(f"{N_KILLS} kills, folders left {len(left)}, seen {seen}")
    assert len(left) <= 1
