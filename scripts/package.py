"""Makes dist/xopr_crossovers.zip, checks it, and tries it: the steps of `make package`.

build
    From git's last commit; what goes in is said in .gitattributes. The same commit gives the same bytes.
check
    As QGIS's plugin repository does, see repository_rules.py.
trial
    Installs it into an empty profile of this machine's QGIS and runs an algorithm from it: with the packages of .venv,
    and without them, where it should say what is missing.

Without arguments all three; otherwise those that are named.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from zipfile import ZipFile

import pyarrow.parquet as pq
from repository_rules import findings, problems

NAME = "xopr_crossovers"
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "dist" / f"{NAME}.zip"
SAMPLE = ROOT / "demo" / "sample" / "catalog"


class PackageError(Exception):
    """The package cannot be made, or is not fit to be published."""


def build(repository: Path = ROOT, package: Path = PACKAGE) -> Path:
    """Make the package of a repository's last commit, and return where it is."""
    package.parent.mkdir(parents=True, exist_ok=True)
    command = ["git", "-C", str(repository), "archive", "--format=zip", "-9", f"--prefix={NAME}/"]
    # A zip file holds local times; those of the commit are to be the same everywhere.
    environment = {**os.environ, "TZ": "UTC"}
    ran = subprocess.run([*command, f"--output={package}", "HEAD"], env=environment, capture_output=True, text=True)
    if ran.returncode:
        raise PackageError(f"git cannot make the package: {ran.stderr.strip()}")
    return package


def check(package: Path = PACKAGE) -> None:
    """Raise :class:`PackageError` with everything that QGIS's plugin repository would refuse."""
    found = problems(package, NAME)
    if not found:
        with tempfile.TemporaryDirectory(prefix="xopr-package-") as folder:
            _unpack(package, Path(folder))
            found = findings(Path(folder))
    if found:
        raise PackageError("\n".join(["QGIS's plugin repository would refuse the package:", *found]))


def trial(package: Path = PACKAGE) -> str:
    """Install the package into an empty profile, run ``xopr:loadcatalog`` from it, and return what came of it."""
    with tempfile.TemporaryDirectory(prefix="xopr-package-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _unpack(package, folder / "profiles" / "default" / "python" / "plugins")
        environment = _environment(folder)
        _qgis_process(environment, "plugins", "enable", NAME)
        job = [f"CATALOG={SAMPLE}", f"FRAMES={folder / 'frames.gpkg'}"]
        bare = _qgis_process(environment, "run", "xopr:loadcatalog", "--", *job, fails=True)
        if bare.returncode and "needs Python packages" not in bare.stdout + bare.stderr:
            raise PackageError(f"Without its packages the plugin does not say what is missing:\n{_said(bare)}")
        # By PYTHONPATH and not by PATH: the environment itself would lead to the plugin of this folder, too.
        environment["PYTHONPATH"] = sysconfig.get_path("purelib")
        ran = _qgis_process(environment, "--json", "run", "xopr:loadcatalog", "--", *job)
        answer = json.loads(ran.stdout[ran.stdout.index("{") :])
    expected = sum(pq.read_metadata(path).num_rows for path in SAMPLE.rglob("*.parquet"))
    if answer["results"]["N_FRAMES"] != expected:
        raise PackageError(f"xopr:loadcatalog read {answer['results']['N_FRAMES']} of {expected} frames.")
    return f"QGIS {answer['qgis_version']} read {expected} frames with it"


def _unpack(package: Path, folder: Path) -> None:
    with ZipFile(package) as archive:
        archive.extractall(folder)


def _environment(folder: Path) -> dict[str, str]:
    """Return the environment of a QGIS that knows only the profile in a folder, and the system's packages."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("QGIS_", "XOPR_", "PYTHON", "VIRTUAL_"))
    }
    return {
        **environment,
        "PATH": "/usr/bin:/bin",
        "QGIS_CUSTOM_CONFIG_PATH": str(folder),
        "XOPR_CACHE_DIR": str(folder / "cache"),
        "XDG_RUNTIME_DIR": str(folder),
        "PYTHONNOUSERSITE": "1",
        "QT_QPA_PLATFORM": "offscreen",
        "LANG": os.environ.get("LANG", "C.UTF-8"),
    }


def _qgis_process(
    environment: dict[str, str], *arguments: str, fails: bool = False
) -> subprocess.CompletedProcess[str]:
    # The program itself where there is one: the start script of Debian 12 passes it an option that it does not know.
    program = next((name for name in ("qgis_process.bin", "qgis_process") if Path("/usr/bin", name).exists()), "")
    if not program:
        raise PackageError("There is no /usr/bin/qgis_process to try the package with.")
    command = [f"/usr/bin/{program}", *arguments]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    if "Traceback" in ran.stderr + ran.stdout or (ran.returncode and not fails):
        raise PackageError(f"{' '.join(command)} ended with {ran.returncode}:\n{_said(ran)}")
    return ran


def _said(ran: subprocess.CompletedProcess[str]) -> str:
    return f"{ran.stdout}\n{ran.stderr}".strip()


def main() -> int:
    """Take the steps that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", nargs="*", choices=[[], "build", "check", "trial"])
    steps = parser.parse_args().steps or ["build", "check", "trial"]
    try:
        if "build" not in steps and not PACKAGE.exists():
            raise PackageError(f"There is no {PACKAGE}; make package makes it.")
        if "build" in steps:
            build()
            print(f"{PACKAGE.relative_to(ROOT)}: {PACKAGE.stat().st_size / 1000:.0f} kB, of the last commit")
        if "check" in steps:
            check()
            print(
                "QGIS's plugin repository would take it: no finding of its rules, bandit, detect-secrets, flake8-qgis"
            )
        if "trial" in steps:
            print(f"Installed in an empty profile: {trial()}")
    except PackageError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
