"""From matches to files on the disk: the script through ``qgis_process``, then the script itself."""

from __future__ import annotations

import subprocess

import pandas as pd

from download_scripts import body_of, name_of, script_environment, table_of
from standin import Earthdata


def test_matches_become_a_script_that_brings_the_files(qgis_process, tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    names = [name_of(0), name_of(1)]
    for number, name in enumerate(names):
        (folder / name).write_bytes(body_of(number))
    with Earthdata(folder) as nasa:
        # A table as a spreadsheet keeps it: without places, each granule for two frames.
        table = pd.concat([table_of(nasa, names, frame_id=frame, crosses_line="true") for frame in ("f1", "f2")])
        table.to_csv(tmp_path / "matches.csv", index=False)
        script = tmp_path / "get the data.sh"
        ran = qgis_process(
            "xopr:downloadscript",
            "--json",
            MATCHES=tmp_path / "matches.csv",
            KIND="curl",
            CROSSES_LINE="true",
            SCRIPT=script,
            environment={"EARTHDATA_TOKEN": nasa.token},
        )
        assert ran.code == 0, ran.log
        assert (ran.results["N_GRANULES"], ran.results["SIZE_MB"]) == (2, 0.06)
        assert nasa.requests == []
        assert nasa.token not in script.read_text()
        told = script_environment(tmp_path, EARTHDATA_TOKEN=nasa.token)
        done = subprocess.run(
            [str(script), "data"], env=told, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()} == {
        name: body_of(number) for number, name in enumerate(names)
    }
