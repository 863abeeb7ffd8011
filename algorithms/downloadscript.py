"""``xopr:downloadscript``: from matches to a script that fetches the files."""

from __future__ import annotations

from typing import Any

from .. import core
from ..plugin.processing import GRANULES_GROUP, Run, XoprAlgorithm, download_parameters, parameters


class DownloadScript(XoprAlgorithm):
    """Writes a list of links, or a script that fetches granules."""

    NAME = "downloadscript"
    TITLE = "Write download script"
    GROUP = GRANULES_GROUP
    SUMMARY = "Writes a script (curl, wget, PowerShell, earthaccess) or a list of links that fetches the granules."
    HELP = """
Each granule is fetched once, in order of time. The log says how many there are and how large they are together, and
which have no link.

The scripts go on with what broke off, try again, skip what is there whole, write each file under a temporary name until
it is whole, notice a login page that comes in the place of a file, and end with a list of what is missing and an exit
code other than 0. Run them again until nothing is missing.

You need a free login of NASA's Earthdata, https://urs.earthdata.nasa.gov. No script holds one: it takes a token from
the environment variable EARTHDATA_TOKEN, or your login from the file .netrc in your home folder. It is told to no other
host.
"""
    TAGS = ("download", "fetch", "curl", "wget", "powershell", "earthaccess", "urls", "links", "earthdata", "atl06")

    def declare(self) -> None:
        """Declare parameters and outputs."""
        download_parameters.add_download(self)
        parameters.add_number(self, "N_GRANULES", "Number of granules")
        parameters.add_number(self, "SIZE_MB", "Size of those whose size is known (MB)")

    def check(self, run: Run) -> None:
        """Check the filters."""
        download_parameters.picking(run)

    def work(self, run: Run) -> dict[str, Any]:
        """Pick and write."""
        kind = run.choice("KIND")
        granules = core.downloads.granules_to_fetch(
            run.rows("MATCHES"), download_parameters.picking(run), "MATCHES", run.progress
        )
        text = core.downloads.download_text(granules, kind, run.progress)
        ending = core.downloads.ENDINGS[kind]
        written = run.outputs.write_text("SCRIPT", text, ending, runs=text.startswith("#!"))
        return {"N_GRANULES": len(granules), "SIZE_MB": core.downloads.total_mb(granules), **written}
