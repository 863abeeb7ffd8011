"""``make bench-check``: this tree against an earlier commit, in turn, in one run; for people, not for CI.

``COMMIT=HEAD~3`` names another one than the commit before; with changes that are not committed, HEAD is the one before.
``ROWS=memory,GeoPackage`` runs the rows whose names hold these. Says which rows take more than 15 % longer, by seconds
of processor, and always ends well.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from measure import BENCH, BUILD, OURS, ROOT, call
from qgis_runs import FIND, match, points, searchable

BEFORE = BUILD / "before"
SLOWER = 1.15
TIMES = 3
EIGHT = "--cycles 18-25"
#: What is run of ``bench/ours.py`` and ``bench/layers.py``.
SCRIPTS = {
    "drop-in STRtree, great circles": ("ours", f"drop-in-strtree {EIGHT}"),
    "drop-in STRtree, straight": ("ours", f"drop-in-strtree-straight {EIGHT}"),
    "engine, STRtree": ("ours", f"strtree {EIGHT}"),
    "engine, prefix": ("ours", f"prefix {EIGHT}"),
    "flight line, stored granules to pair table": ("ours", f"end-to-end {EIGHT}"),
    "crossover points": ("ours", "points --cycles 22"),
    "search area": ("ours", "area"),
    "granules to a GeoPackage and back": ("layers", f"gpkg {EIGHT}"),
    "granules to memory and back": ("layers", f"memory {EIGHT}"),
    "findgranules' three outputs to memory": ("layers", f"temporary {EIGHT}"),
}
#: The same of ``qgis_process``.
IN_QGIS = {
    "matchgranules, layers to a GeoPackage": match("granules8"),
    "matchgranules, layers to temporary layers": match("granules8", to_file=False),
    "findgranules with a filled store, to temporary layers": FIND,
    "crossoverpoints, layers to a GeoPackage": points("granules8"),
}


@dataclass
class Best:
    """The least that a row took: seconds of processor, by the clock, MB, and the seconds of its stages."""

    processor: float = float("inf")
    wall: float = float("inf")
    peak_mb: float = float("inf")
    stages: dict[str, float] = field(default_factory=dict)

    def take(self, wall: float, peak_mb: float, processor: float, stages: Mapping[str, float]) -> None:
        """Take note of one run."""
        self.wall, self.peak_mb = min(self.wall, wall), min(self.peak_mb, peak_mb)
        self.processor = min(self.processor, processor)
        self.stages = {stage: min(self.stages.get(stage, seconds), seconds) for stage, seconds in stages.items()}


def main() -> None:
    """Run all rows in both trees, and compare."""
    commit = os.environ.get("COMMIT") or ("HEAD" if git("status", "--porcelain", "--untracked-files=no") else "HEAD~1")
    call([OURS, BENCH / "inputs.py"], BUILD / "inputs.log")
    print(f"Before: {git('log', '-1', '--format=%h %s', commit)}")
    asked = [name for name in os.environ.get("ROWS", "").split(",") if name]
    rows = [name for name in [*SCRIPTS, *IN_QGIS] if not asked or any(part in name for part in asked)]
    with tree_of(commit), searchable() as environment:
        if FIND in map(IN_QGIS.get, rows):
            FIND.measure(environment=environment)  # what the store then has
        slower = [name for name in rows if compare(name, environment) > SLOWER]
    print("More than 15 % slower: " + ("; ".join(slower) or "nothing"))


def git(*arguments: str) -> str:
    """Return what git says."""
    said = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return said.stdout.strip()


@contextmanager
def tree_of(commit: str) -> Iterator[None]:
    """Have a tree of the commit for a while, with this tree's packages, and a profile with the plugin of its own."""
    if BEFORE.exists():  # of a run that was killed
        git("worktree", "remove", "--force", str(BEFORE))
    git("worktree", "add", "--detach", str(BEFORE), commit)
    try:
        set_up()
        yield
    finally:
        git("worktree", "remove", "--force", str(BEFORE))


def set_up() -> None:
    """Make in the tree what ``make setup`` makes, of this tree's packages."""
    venv = BEFORE / ".venv"
    (venv / "plugins").mkdir(parents=True)
    (venv / "plugins" / "xopr_crossovers").symlink_to(BEFORE)
    (venv / "bin").mkdir()
    for file in (ROOT / ".venv" / "bin").iterdir():
        if file.name != "qgis_process":
            (venv / "bin" / file.name).symlink_to(file)
    (venv / "bin" / "qgis_process").symlink_to(BEFORE / "scripts" / "qgis_process.sh")
    for name in ("lib", "pyvenv.cfg"):
        (venv / name).symlink_to(ROOT / ".venv" / name)
    shutil.copytree(ROOT / ".venv" / "profile", venv / "profile")


def compare(name: str, environment: Mapping[str, str]) -> float:
    """Run a row in both trees in turn, say what it took, and return how many times longer it takes now."""
    before, now = Best(), Best()
    for _ in range(TIMES):
        for tree, best in ((BEFORE, before), (ROOT, now)):
            best.take(*(run_script(name, tree) if name in SCRIPTS else run_qgis(name, tree, environment)))
    ratio = now.processor / before.processor
    stages = [
        f"{stage} {before.stages[stage]:.2f} s and {took:.2f} s"
        for stage, took in now.stages.items()
        if stage in before.stages
    ]
    print(
        f"{name}: {before.processor:.2f} s of processor before, {now.processor:.2f} s now ({ratio:.2f}); by the clock "
        f"{before.wall:.2f} s and {now.wall:.2f} s; {before.peak_mb:,.0f} MB and {now.peak_mb:,.0f} MB; of processor, "
        + ", ".join(stages),
        flush=True,
    )
    return ratio


def run_script(name: str, tree: Path) -> tuple[float, float, float, dict[str, float]]:
    """Run one of the scripts with the code of a tree."""
    script, arguments = SCRIPTS[name]
    report = BUILD / "runs" / "check.json"
    command = [OURS, BENCH / f"{script}.py", *arguments.split(), "--report", report]
    _, peak, _ = call(command, BUILD / "runs" / "check.log", {"PYTHONPATH": str(tree / ".venv" / "plugins")})
    found = json.loads(report.read_text(encoding="utf-8"))
    return sum(found["stages"].values()), peak, sum(found["processor"].values()), found["processor"]


def run_qgis(name: str, tree: Path, environment: Mapping[str, str]) -> tuple[float, float, float, dict[str, float]]:
    """Run an algorithm of a tree."""
    found = IN_QGIS[name].measure(tree, environment)
    return found.wall, found.peak_mb, sum(found.processor.values()), found.processor


if __name__ == "__main__":
    main()
