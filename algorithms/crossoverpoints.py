"""``xopr:crossoverpoints``: where each beam crosses each frame's line."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import core
from ..plugin.looks import Style, map_tips, renderers
from ..plugin.processing import (
    CROSSOVERS_GROUP,
    Next,
    Run,
    XoprAlgorithm,
    crossing_parameters,
    frame_parameters,
    parameters,
)

# By this name, since scanners for passwords take "pass_time" with a text beside it for one.
_OVERFLIGHT = "Pass (UTC)"
CROSSOVERS = Style(
    '"frame_id" || \' x \' || coalesce("beam", "source")',
    renderers.crossovers_renderer,
    map_tips.CROSSOVER,
    ("pass_time",),
    aliases={
        "beam": "Beam",
        "pair": "Beam pair (1 left, 3 right)",
        "side": "Side in the pair",
        "angle_deg": "Angle (degrees)",
        "distance_m": "Distance along the line (m)",
        "pass_time": _OVERFLIGHT,
        "flight_time": "Flight (UTC)",
        "source": "Line known by",
        "uncertainty_m": "Uncertainty (m)",
    },
    level=10,
    section="Crossovers",
)


class CrossoverPoints(XoprAlgorithm):
    """Finds the points where beams cross flight lines."""

    NAME = "crossoverpoints"
    TITLE = "Crossover points of beams and flight lines"
    GROUP = CROSSOVERS_GROUP
    SUMMARY = (
        "Finds where each ICESat-2 beam crosses each frame's line: point, angle, distance, time, days apart, links."
    )
    HELP = """
Crossovers is a layer of points: one row for each crossing of a beam with a flight line, in order of frame and time of
the pass. A pass runs along NASA's reference ground track of its granule, or beside it by as much as the granule's
footprint does (off-pointing); the beams run beside that in three pairs, 3.37 km apart in Antarctica and 3.24 km in
Greenland. uncertainty_m says how well that is known, in metres across the track: 20 where the pass kept to its track,
as nearly all do over the ice sheets since cycle 3. At a small angle the point may be off by more along the flight line:
by uncertainty_m divided by the sine of angle_deg. The exact place of each shot is in the granule itself.

Beams are named as in ATL06: gt1l is the left-most in the direction of flight, gt3r the right-most. Which of a pair is
the strong one depends on the spacecraft's orientation (sc_orient), which no search tells; it is in the granule.

source says how the pass's line is known: rgt (the reference ground track, with which the footprint agrees within 150
m), rgt_offset (beside it by as much as the footprint), footprint (the middle of the footprint, which does not lie along
the track of its granule's name), track_model (the reference ground track, where the footprint does not tell: before
version 006; a plan) or strip (neither is known: the middle of the line's way through the footprint, without beam, angle
and time). The log says how many granules have which.

direction is ascending (northward) or descending, where the pass crosses: a granule of region 4 or 11 turns on its way.
angle_deg is the angle of the two lines; distance_m the distance flown since the frame's first vertex; pass_time is
interpolated between the granule's start and end; flight_time is there if the catalog has more than the day;
days_between are days from flight to pass, negative if the pass came first.
"""
    TAGS = ("crossover", "beams", "intersection", "ground track", "points", "angle", "gt1l", "atl06")
    STYLES: ClassVar = {"CROSSOVERS": CROSSOVERS}
    NEXT: ClassVar = (
        Next("the heights there", "crossoverheights", {"CROSSOVERS": "CROSSOVERS", "FRAMES": "FRAMES"}),
        Next("the files", "downloadscript", {"MATCHES": "CROSSOVERS"}),
    )

    def declare(self) -> None:
        """Declare parameters and outputs."""
        frame_parameters.add_frames(self)
        self.addParameter(
            parameters.layer("GRANULES", "Granules", "polygons", "Footprints, as 'Search granules' writes them.")
        )
        crossing_parameters.add_crossover_filters(self, advanced=False)
        crossing_parameters.add_granule_filters(self)
        self.addParameter(parameters.sink("CROSSOVERS", "Crossovers", "points", "One point per crossing."))
        parameters.add_number(self, "N_CROSSOVERS", "Number of crossovers")

    def check(self, run: Run) -> None:
        """Check the filters."""
        crossing_parameters.wanted_crossovers(run)

    def work(self, run: Run) -> dict[str, Any]:
        """Find and write, some frames at a time."""
        found = core.crossings.crossover_points(
            run.frames("FRAMES"), run.table("GRANULES"), crossing_parameters.wanted_crossovers(run), run.progress
        )
        n_crossovers = run.outputs.write_parts("CROSSOVERS", found, core.crossings.COLUMNS, empty="Point")
        return {"N_CROSSOVERS": n_crossovers}
