"""What the tests through ``qgis_process`` share: the command itself, and a CMR to search."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass

import pytest

from standin import StandIn

# Lines that QGIS, GRASS or SAGA say on any run.
_NOISE = re.compile(
    r"setapi\(\)|GRASS|SAGA|XDG_RUNTIME_DIR|DeprecationWarning|_rust_geo2mort|_transform_point|_inv_point"
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
def catalog(repository):
    """The folder of the sample catalogs."""
    return repository / "demo" / "sample" / "catalog"


@pytest.fixture(scope="session")
def points(repository):
    """The sample points."""
    return repository / "demo" / "sample" / "points.geojson"


@pytest.fixture(scope="session")
def found(qgis_process, catalog, points, tmp_path_factory):
    """Files with the frames at the sample points, the granules of cycle 22 about them, and what strtree matches."""
    folder = tmp_path_factory.mktemp("found")
    files = {name: folder / f"{name.lower()}.gpkg" for name in ("MATCHED_FRAMES", "MATCHES", "GRANULES")}
    ran = qgis_process("xopr:findgranules", "--json", CATALOG=catalog / "hemisphere=south", POINTS=points, **files)
    assert ran.code == 0, ran.log
    return files
