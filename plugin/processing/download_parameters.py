"""Which granules are fetched, and by what kind of script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsProcessingAlgorithm, QgsProcessingParameterFileDestination

from ... import core
from ...core.downloads import BEST_BY, KINDS
from ..compat import INTEGER
from .crossing_parameters import add_max_days, max_days
from .parameters import choice, described, layer, number, switch

if TYPE_CHECKING:
    from .run import Run


def add_download(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``MATCHES``, ``KIND``, ``CROSSES_LINE``, ``MAX_DAYS``, ``BEST``, ``BEST_BY`` and ``SCRIPT``."""
    algorithm.addParameter(
        layer(
            "MATCHES",
            "Matches, crossovers, granules or matched frames",
            "table",
            "A table or layer with granule_id and https_url, as the other algorithms write them, or matched frames "
            "with atl06_granules; of a layer with a selection, the rows selected.",
        )
    )
    algorithm.addParameter(
        choice(
            "KIND",
            "Form",
            KINDS,
            KINDS[0],
            "What is written. PowerShell takes the curl that Windows has, Python the package earthaccess; a plain list "
            "has one link a line.",
        )
    )
    algorithm.addParameter(
        switch(
            "CROSSES_LINE",
            "Only granules that cross the flight line",
            "Needs the column crosses_line, which Matches have.",
        )
    )
    add_max_days(
        algorithm, "Only granules that passed at most so many days before or after. Needs the column days_between."
    )
    algorithm.addParameter(
        number(
            "BEST",
            "Best granules of each frame",
            INTEGER,
            "So many granules of each frame, the best by BEST_BY; 0 for all. Needs the column frame_id.",
            defaultValue=0,
            minValue=0,
        )
    )
    algorithm.addParameter(
        choice(
            "BEST_BY",
            "Best is",
            BEST_BY,
            BEST_BY[0],
            "By the column days_between, or by overlap_m, which Matches have.",
        )
    )
    script = QgsProcessingParameterFileDestination(
        "SCRIPT", "Script", "Shell script (*.sh);;PowerShell (*.ps1);;Python (*.py);;List of links (*.txt)"
    )
    algorithm.addParameter(
        described(
            script,
            "The file to write; .sh for curl and wget, .ps1 for powershell, .py for earthaccess, .txt for urls. It "
            "never holds a login: you give yours when you run it.",
        )
    )


def picking(run: Run) -> core.downloads.Picking:
    """Return which granules are to be fetched.

    Raises
    ------
    InputError
        If a number is none, or out of range.
    """
    return core.downloads.Picking(
        run.yes("CROSSES_LINE"), max_days(run), int(run.number("BEST")), run.choice("BEST_BY")
    )
