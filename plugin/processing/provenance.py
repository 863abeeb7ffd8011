"""What called the core, for the reports: the command that repeats a run, and the versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import Qgis

from ... import core
from ..metadata import metadata
from .command import command
from .search_parameters import product

if TYPE_CHECKING:
    from .run import Run


def origin(run: Run) -> core.reports.Origin:
    """Return the command that repeats a whole job, what to know about it, and the versions of what called the core."""
    wanted = product(run)
    effective = {}
    if wanted.cmr_url and wanted.cmr_url != core.common.CMR_URL:
        effective["CMR_URL"] = wanted.cmr_url
    if wanted.version != core.search.VERSION:
        effective["VERSION"] = wanted.version
    repeat = command(run, effective)
    notes = list(repeat.notes)
    mode = run.choice("TIME_MODE")
    if mode == "all_years" or (mode == "date_range" and not run.given("END_DATE")):
        notes.append("The window ended on the day of the run; repeated on a later day, it ends on that day.")
    catalogs = core.common.catalog_url()
    if run.given("SEASON") and catalogs != core.common.CATALOG_URL:
        notes.append(f"The season's catalog is the one of {catalogs}; set XOPR_CATALOG_URL to the same.")
    return core.reports.Origin(repeat.text, notes, software())


def software() -> dict[str, str]:
    """Return the versions of the plugin and of QGIS, by name."""
    return {"xOPR Crossovers": metadata()["version"], "QGIS": Qgis.QGIS_VERSION}
