"""What the tests through ``qgis_process`` share: the command itself, and a CMR to search."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from standin import StandIn

# Lines that QGIS, GRASS or SAGA say on any run.
_NOISE = re.compile(
    r"libduckdb|setapi\(\)|GRASS|SAGA|XDG_RUNTIME_DIR|DeprecationWarning|_rust_geo2mort|_transform_point|_inv_point"
)


@dataclass
class Ran:
    """How one run of ``qgis_process`` ended."""

    code: int
    out: str
    errors: str

    @property
    def results(self) -> dict:
        return json.loads(self.out[self.out.index("{") :])["results"]

    @property
    def log(self) -> str:
        return self.out + self.errors


@pytest.fixture(scope="session")
def cmr():
    """A CMR with all granules of cycle 22."""
    with StandIn(cycles=[22]) as server:
        yield server


@pytest.fixture(scope="session")
def qgis_process(repository, cmr):
    """Run ``.venv/bin/qgis_process run ALGORITHM -- ...``."""

    def run(algorithm, *options, environment=None, **parameters) -> Ran:
        command = [str(repository / ".venv" / "bin" / "qgis_process"), *options, "run", algorithm, "--"]
        command += [f"{name}={value}" for name, value in parameters.items()]
        env = {**os.environ, "XOPR_CMR_URL": cmr.url, **(environment or {})}
        ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=180)
        # A warning of Python's shows the line of code that it warns of, indented, below itself.
        lines = re.sub(r"(?m)^.*Warning: .*\n  .*$", "", ran.stderr).splitlines()
        errors = "\n".join(line for line in lines if line and not _NOISE.search(line))
        return Ran(ran.returncode, ran.stdout, errors)

    return run


@pytest.fixture(scope="session")
def many_runs(repository, qgis_process, tmp_path_factory):
    """Run many algorithms, each with its parameters, in one ``qgis_process``: a start takes longer than most runs.

    Returns a function that takes pairs of an algorithm and its parameters, and returns how each ended.
    """
    profiles = tmp_path_factory.mktemp("profiles")
    shutil.copytree(repository / ".venv" / "profile", profiles, dirs_exist_ok=True)
    (folder,) = (profiles / "profiles").iterdir()
    scripts = folder / "processing" / "scripts"
    scripts.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("many_runs.py"), scripts)

    def run(runs) -> list[Ran]:
        file = tmp_path_factory.mktemp("runs") / "runs.json"
        texts = [(name, {key: str(value) for key, value in parameters.items()}) for name, parameters in runs]
        file.write_text(json.dumps(texts), encoding="utf-8")
        whole = qgis_process("script:manyruns", environment={"XOPR_QGIS_PROFILES": str(profiles)}, RUNS=file)
        assert whole.code == 0, whole.log
        assert "Traceback" not in whole.log
        return [Ran(*ended) for ended in json.loads(file.with_suffix(".ended").read_text(encoding="utf-8"))]

    return run


@pytest.fixture(scope="session")
def catalog(repository):
    """The folder of the sample catalogs."""
    return repository / "demo" / "sample" / "catalog"


@pytest.fixture(scope="session")
def points(repository):
    """The sample points."""
    return repository / "demo" / "sample" / "points.geojson"


@pytest.fixture(scope="session")
def whole(qgis_process, catalog, points, tmp_path_factory):
    """One run of the whole job on the Antarctic sample, and its files."""
    folder = tmp_path_factory.mktemp("found")
    files = {name: folder / f"{name.lower()}.gpkg" for name in ("MATCHED_FRAMES", "MATCHES", "GRANULES")}
    ran = qgis_process("xopr:findgranules", "--json", CATALOG=catalog / "hemisphere=south", POINTS=points, **files)
    assert ran.code == 0, ran.log
    return ran, files


@pytest.fixture(scope="session")
def found(whole):
    """Files with the frames at the sample points, the granules of cycle 22 about them, and what strtree matches."""
    return whole[1]
