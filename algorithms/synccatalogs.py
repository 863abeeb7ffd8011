"""``xopr:synccatalogs``: the local copies of the season catalogs become those that are published."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import core
from ..plugin.looks import Style
from ..plugin.processing import FRAMES_GROUP, Run, XoprAlgorithm, parameters

SEASONS = Style(
    '"season"',
    aliases={
        "frames": "Frames",
        "first_date": "First flight",
        "last_date": "Last flight",
        "state": "State",
        "path": "Local copy",
        "fetched_at": "Fetched (UTC)",
    },
    level=80,
    section="Seasons",
)


class SyncCatalogs(XoprAlgorithm):
    """Brings the local copies of season catalogs up to date."""

    NAME = "synccatalogs"
    TITLE = "Synchronise season catalogs"
    GROUP = FRAMES_GROUP
    SUMMARY = "Fetches new and changed season catalogs of Open Polar Radar, and lists the seasons that are at hand."
    HELP = """
Asks what is published and fetches only what is new or has changed. Afterwards 'Load season catalog' works by a season's
name without the internet, and offers seasons that were published since this plugin was made. The filters are optional.

Nothing is removed: a season that is no longer published is kept and marked so, and without the internet all copies stay
as they are. The table has a row for each season with its state: new, updated, unchanged, kept (server out of reach), no
longer published, or failed with the reason.

The copies are in the user's cache folder, or in the folder that the environment variable XOPR_CACHE_DIR or QGIS
(Settings > Options > xOPR Crossovers) names. XOPR_CATALOG_URL and XOPR_LISTING_URL replace the addresses of the
catalogs and of their list, for a mirror.
"""
    TAGS = ("catalog", "season", "sync", "update", "download", "offline", "cache", "stac", "geoparquet")
    STYLES: ClassVar = {"SEASONS": SEASONS}

    def declare(self) -> None:
        """Declare parameters and outputs."""
        self.addParameter(
            parameters.choice(
                "HEMISPHERE", "Hemisphere", core.geometry.HEMISPHERES, None, "Only the seasons of one hemisphere."
            )
        )
        self.addParameter(
            parameters.text(
                "PROVIDER",
                "Radar data provider",
                None,
                "Only the seasons of one provider of radar data, for example cresis, utig, awi or dtu.",
            )
        )
        self.addParameter(
            parameters.text(
                "SEASON_NAME",
                "Part of the season's name",
                None,
                "Only the seasons with this in their name, such as 2016 or DC8; or a pattern such as 201?_Greenland*.",
            )
        )
        self.addParameter(parameters.sink("SEASONS", "Seasons", "table", "One row for each season, with its state."))
        parameters.add_number(self, "N_SEASONS", "Number of seasons")
        parameters.add_number(self, "N_UPDATED", "Number of new and updated seasons")

    def work(self, run: Run) -> dict[str, Any]:
        """Synchronise and write."""
        result = core.catalogs.synchronise(
            run.choice("HEMISPHERE"),
            run.text("PROVIDER"),
            run.text("SEASON_NAME"),
            session=run.session(),
            progress=run.progress,
        )
        run.outputs.write("SEASONS", result.table)
        return {"N_SEASONS": len(result.table), "N_UPDATED": result.updated}
