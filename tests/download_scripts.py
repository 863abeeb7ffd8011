"""Download scripts as their users run them: made of a table, run by a shell, against the stand-in of Earthdata."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xopr_crossovers.core import downloads

SIGNATURE = b"\x89HDF\r\n\x1a\n"


def name_of(number):
    """The file name of a made-up granule."""
    return f"ATL06_202401{number + 1:02d}042207_{100 + number:04d}2211_007_01.h5"


def body_of(number, size=30_000):
    """What is in its file: no two alike, and large enough for pieces."""
    return SIGNATURE + bytes((number * 7 + byte * 31) % 251 for byte in range(size - len(SIGNATURE)))


def table_of(nasa, names, **columns):
    """A table of granules whose links lead to the stand-in, with the sizes that their files have there."""
    sizes = [(nasa.files / name).stat().st_size / 1e6 if (nasa.files / name).exists() else 0.03 for name in names]
    links = [nasa.link(name) for name in names]
    return pd.DataFrame({"granule_id": names, "https_url": links, "size_mb": sizes, **columns})


@dataclass
class Ran:
    """A script that ended."""

    code: int
    out: str
    log: str


def written(kind, table, home):
    """Write the script of a table into the home folder."""
    script = Path(home) / f"script{downloads.ENDINGS[kind]}"
    text = downloads.download_text(downloads.granules_to_fetch(table), kind)
    script.write_bytes(text.encode("ascii"))
    return script


def script_environment(home, **more):
    """What a script is told: a home, and short waits."""
    waits = {"XOPR_PAUSE": "0.05", "XOPR_TRIES": "3", "XOPR_STALL": "5"}
    return {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), **waits, **more}


def run_script(kind, table, folder, home, *, interpreter="dash", arguments=None, **environment):
    """Write a script, run it in the home folder, and return how it ended."""
    script = written(kind, table, home)
    command = [*interpreter.split(), str(script), *([str(folder)] if arguments is None else arguments)]
    told = script_environment(home, **environment)
    done = subprocess.run(command, env=told, cwd=home, capture_output=True, text=True, check=False, timeout=60)
    return Ran(done.returncode, done.stdout, done.stderr)
