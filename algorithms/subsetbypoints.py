"""``xopr:subsetbypoints``: the frames at some points."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import core
from ..plugin.looks import styles
from ..plugin.processing import FRAMES_GROUP, Next, Run, XoprAlgorithm, frame_parameters, parameters


class SubsetByPoints(XoprAlgorithm):
    """Keeps the frames that hold a point or pass near one."""

    NAME = "subsetbypoints"
    TITLE = "Subset frames by points"
    GROUP = FRAMES_GROUP
    SUMMARY = "Keeps the frames whose morton cells hold a point of a layer, or whose line passes near one."
    HELP = """
With the rule mbox a frame is kept if one of its four morton cells (opr:mbox) holds a point: fast, generous, and what
the xOPR notebook does. With the rule distance it is kept if its flight line passes within the given distance of a
point, measured on the ground.

Points may be in any coordinate reference system; multipoints work too. If no frame is left, the algorithm fails and
says how many there were.
"""
    TAGS = ("points", "core sites", "near", "select", "mbox", "morton")
    STYLES: ClassVar = {"SUBSET": styles.FRAMES}
    NEXT: ClassVar = (Next("the granules that cross them", "findgranules", {"FRAMES": "SUBSET"}),)

    def declare(self) -> None:
        """Declare parameters and outputs."""
        frame_parameters.add_frames(self)
        frame_parameters.add_points(self, optional=False)
        self.addParameter(parameters.sink("SUBSET", "Frame subset", "lines", "The frames that are kept."))
        parameters.add_number(self, "N_FRAMES", "Number of frames")

    def work(self, run: Run) -> dict[str, Any]:
        """Read, subset, write."""
        frames = run.frames("FRAMES")
        subset = core.frames.frames_at_points(
            frames, run.table("POINTS"), frame_parameters.point_rule(run), run.progress
        )
        run.outputs.write("SUBSET", subset)
        return {"N_FRAMES": len(subset)}
