"""What is run in ``qgis_process``: an algorithm of a tree, from layers to a GeoPackage or to temporary layers."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from measure import BENCH, BUILD, OURS, ROOT, Measured, call

ROUND_IT = "start and end of QGIS"
OUT = BUILD / "runs" / "qgis.gpkg"
_LAYERS = BUILD / "inputs" / "layers.gpkg"
_STORE = BUILD / "runs" / "store"


@dataclass(frozen=True)
class QgisRun:
    """One algorithm with its inputs and outputs.

    Attributes
    ----------
    algorithm : str
        Second half of its id.
    outputs : tuple of str
        Names of the outputs that are layers.
    count : str
        Name of the output that says how many rows the last of them has.
    granules : str
        Layer of the inputs; empty if the algorithm searches for them itself.
    values : mapping of str to str
        Other parameters.
    to_file : bool
        Whether the layers go into a GeoPackage, as tables called like the outputs; else they are temporary.
    """

    algorithm: str
    outputs: tuple[str, ...]
    count: str
    granules: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    to_file: bool = True

    def command(self, tree: Path) -> list[object]:
        """Return what runs it in a tree."""
        arguments = {"FRAMES": f"{_LAYERS}|layername=frames", **self.values}
        if self.granules:
            arguments["GRANULES"] = f"{_LAYERS}|layername={self.granules}"
        for output in self.outputs:
            table = f'ogr:dbname="{OUT}" table="{output.lower()}"'
            arguments[output] = table if self.to_file else "TEMPORARY_OUTPUT"
        program = tree / ".venv" / "bin" / "qgis_process"
        return [program, "run", f"xopr:{self.algorithm}", "--", *(f"{key}={value}" for key, value in arguments.items())]

    def measure(self, tree: Path = ROOT, environment: Mapping[str, str] | None = None) -> Measured:
        """Run it once, with a clock in its stages; its facts are what it counted, and the rows in the file."""
        stages, log = BUILD / "runs" / "qgis_stages.json", BUILD / "runs" / f"qgis_{self.algorithm}.log"
        OUT.unlink(missing_ok=True)
        stages.unlink(missing_ok=True)
        clock = {"PYTHONPATH": str(BENCH / "hook"), "XOPR_BENCH_STAGES": str(stages)}
        wall, peak, processor = call(self.command(tree), log, {**clock, **(environment or {})})
        # An earlier tree may not have the stages of this one.
        found = json.loads(stages.read_text(encoding="utf-8")) if stages.exists() else {"stages": {}, "processor": {}}
        for kind, whole in (("stages", wall), ("processor", processor)):
            found[kind][ROUND_IT] = whole - sum(found[kind].values())
        said = re.search(rf"^{self.count}:\s*(\d+)", log.read_text(errors="replace"), re.MULTILINE)
        facts = {"counted": int(said.group(1)) if said else 0}
        if self.to_file:
            facts["rows"] = _rows_of(OUT, self.outputs[-1].lower())
        return Measured(found["stages"], wall, wall, peak, found["processor"], facts)


def _rows_of(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as file:
        return file.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - names of this benchmark


def match(granules: str, method: str = "strtree", to_file: bool = True) -> QgisRun:
    """Return ``matchgranules`` with a layer of granules."""
    outputs = ("MATCHED_FRAMES", "MATCHES")
    return QgisRun("matchgranules", outputs, "N_MATCHES", granules, {"METHOD": method}, to_file)


def points(granules: str) -> QgisRun:
    """Return ``crossoverpoints`` with a layer of granules."""
    return QgisRun("crossoverpoints", ("CROSSOVERS",), "N_CROSSOVERS", granules)


#: ``findgranules`` for 8 cycles, whose granules the store has, into the temporary layers that the desktop offers.
FIND = QgisRun(
    "findgranules",
    ("MATCHED_FRAMES", "GRANULES", "MATCHES"),
    "N_MATCHES",
    values={"TIME_MODE": "date_range", "START_DATE": "2022-12-20", "END_DATE": "2024-12-15"},
    to_file=False,
)


@contextmanager
def searchable() -> Iterator[dict[str, str]]:
    """Stand in for CMR with 8 cycles; gives the variables by which the plugin finds it and keeps what it brought."""
    command = [OURS, "-m", "standin", "--cycles", "18-25"]
    with subprocess.Popen(  # noqa: S603 - a command of this benchmark
        command, cwd=ROOT / "tests", stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            yield {"XOPR_CMR_URL": server.stdout.readline().strip(), "XOPR_CACHE_DIR": str(_STORE)}
        finally:
            server.terminate()
