"""``make bench-check``: this tree against an earlier commit, in turn, in one run; for people, not for CI.

``COMMIT=HEAD~3`` names another one than the commit before; with changes that are not committed, HEAD is the one before.
Says which rows take more than 15 % longer, by seconds of processor, and always ends well.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from measure import BENCH, BUILD, OURS, ROOT, call

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
}


@dataclass
class Best:
    """The least that a row took, in seconds of processor, by the clock, and in MB."""

    processor: float = float("inf")
    wall: float = float("inf")
    peak_mb: float = float("inf")

    def take(self, wall: float, peak_mb: float, processor: float) -> None:
        """Take note of one run."""
        self.wall, self.peak_mb = min(self.wall, wall), min(self.peak_mb, peak_mb)
        self.processor = min(self.processor, processor)


def main() -> None:
    """Run all rows in both trees, and compare."""
    commit = os.environ.get("COMMIT") or ("HEAD" if git("status", "--porcelain", "--untracked-files=no") else "HEAD~1")
    call([OURS, BENCH / "inputs.py"], BUILD / "inputs.log")
    set_up(commit)
    print(f"Before: {git('log', '-1', '--format=%h %s', commit)}")
    slower = [name for name in [*SCRIPTS, "matchgranules in qgis_process"] if compare(name) > SLOWER]
    print("More than 15 % slower: " + ("; ".join(slower) or "nothing"))


def git(*arguments: str) -> str:
    """Return what git says."""
    said = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return said.stdout.strip()


def set_up(commit: str) -> None:
    """Make a tree of the commit that has this tree's packages, and a profile with the plugin of its own."""
    if BEFORE.exists():
        git("worktree", "remove", "--force", str(BEFORE))
    git("worktree", "add", "--detach", str(BEFORE), commit)
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


def compare(name: str) -> float:
    """Run a row in both trees in turn, say what it took, and return how many times longer it takes now."""
    before, now = Best(), Best()
    for _ in range(TIMES):
        for tree, best in ((BEFORE, before), (ROOT, now)):
            best.take(*(run_script(name, tree) if name in SCRIPTS else run_qgis(tree)))
    ratio = now.processor / before.processor
    print(
        f"{name}: {before.processor:.2f} s of processor before, {now.processor:.2f} s now ({ratio:.2f}); by the clock "
        f"{before.wall:.2f} s and {now.wall:.2f} s; {before.peak_mb:,.0f} MB and {now.peak_mb:,.0f} MB",
        flush=True,
    )
    return ratio


def run_script(name: str, tree: Path) -> tuple[float, float, float]:
    """Run one of the scripts with the code of a tree."""
    script, arguments = SCRIPTS[name]
    report = BUILD / "runs" / "check.json"
    command = [OURS, BENCH / f"{script}.py", *arguments.split(), "--report", report]
    _, peak, _ = call(command, BUILD / "runs" / "check.log", {"PYTHONPATH": str(tree / ".venv" / "plugins")})
    found = json.loads(report.read_text(encoding="utf-8"))
    return sum(found["stages"].values()), peak, sum(found["processor"].values())


def run_qgis(tree: Path) -> tuple[float, float, float]:
    """Run ``xopr:matchgranules`` of a tree, from layers to a GeoPackage."""
    layers, out = BUILD / "inputs" / "layers.gpkg", BUILD / "runs" / "check.gpkg"
    out.unlink(missing_ok=True)
    command = [
        *(tree / ".venv" / "bin" / "qgis_process", "run", "xopr:matchgranules", "--"),
        f"FRAMES={layers}|layername=frames",
        f"GRANULES={layers}|layername=granules8",
        f'MATCHED_FRAMES=ogr:dbname="{out}" table="matched_frames"',
        f'MATCHES=ogr:dbname="{out}" table="matches"',
    ]
    return call(command, BUILD / "runs" / "check.log")


if __name__ == "__main__":
    main()
