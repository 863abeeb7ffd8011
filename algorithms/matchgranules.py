"""``xopr:matchgranules``: frames x granules."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import core
from ..plugin.looks import styles
from ..plugin.processing import CROSSOVERS_GROUP, Run, XoprAlgorithm, frame_parameters, match_parameters, parameters


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

CROSSING_ONLY, DIRECTION, MAX_DAYS and BEST choose among the matches, in this order: with CROSSING_ONLY the best are
chosen among the granules that cross. The log says how many each of them left out.

Matched frames keep all frames, those without a granule too. Matches is a table without geometry: one row per frame and
granule with RGT, cycle, region, start time, days between flight and pass, and one clickable link.
"""
    TAGS = ("match", "join", "intersect", "crossover", "strtree", "morton", "links")
    STYLES: ClassVar = {"MATCHED_FRAMES": styles.MATCHED_FRAMES, "MATCHES": styles.MATCHES}
    NEXT: ClassVar = match_parameters.NEXT

    def declare(self) -> None:
        """Declare parameters and outputs."""
        frame_parameters.add_frames(self)
        self.addParameter(
            parameters.layer("GRANULES", "Granules", "polygons", "Footprints, as 'Search granules' writes them.")
        )
        match_parameters.add_matching(self)
        match_parameters.add_match_results(self)

    def check(self, run: Run) -> None:
        """Check what is asked for of matching."""
        match_parameters.matching(run)

    def work(self, run: Run) -> dict[str, Any]:
        """Match and write."""
        # Not by names of their own: what was read is in memory only until it is in the form that matching takes.
        matched = core.job.match_granules(
            run.frames("FRAMES"), run.table("GRANULES"), match_parameters.matching(run), run.progress
        )
        for name, table in match_parameters.matched_layers(matched).items():
            run.outputs.write(name, table)
        return {"N_MATCHES": len(matched.matches)}
