"""``xopr:matchgranules``: frames x granules."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import core
from ..plugin.looks import styles
from ..plugin.processing import CROSSOVERS_GROUP, Run, XoprAlgorithm, parameters, values


class MatchGranules(XoprAlgorithm):
    """Matches a layer of frames with a layer of granules."""

    NAME = "matchgranules"
    TITLE = "Match frames and granules"
    GROUP = CROSSOVERS_GROUP
    SUMMARY = "Finds which granules belong to which frames: frames with counts, and one row per pair with its links."
    HELP = """
The default method strtree is that of the xOPR notebook: a granule belongs to a frame if its footprint meets one of the
frame's four morton cells. That is generous; n_crossing and crosses_line say beside it which footprints cross the flight
line itself, and overlap_m for how many metres.

Matched frames keep all frames, those without a granule too. Matches is a table without geometry: one row per frame and
granule with RGT, cycle, region, start time, days between flight and pass, and one clickable link.
"""
    TAGS = ("match", "join", "intersect", "crossover", "strtree", "morton", "links")
    STYLES: ClassVar = {"MATCHED_FRAMES": styles.MATCHED_FRAMES, "MATCHES": styles.MATCHES}

    def declare(self) -> None:
        """Declare parameters and outputs."""
        parameters.add_frames(self)
        self.addParameter(
            parameters.layer("GRANULES", "Granules", "polygons", "Footprints, as 'Search granules' writes them.")
        )
        parameters.add_matching(self)
        parameters.add_match_results(self)

    def work(self, run: Run) -> dict[str, Any]:
        """Match and write."""
        # Not by names of their own: what was read is in memory only until it is in the form that matching takes.
        matched = core.job.match_granules(
            run.frames("FRAMES"), run.table("GRANULES"), values.matching(run), run.progress
        )
        for name, table in values.matched_layers(matched).items():
            run.outputs.write(name, table)
        return {"N_MATCHES": len(matched.matches)}
