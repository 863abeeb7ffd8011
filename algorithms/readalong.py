"""``xopr:readalong``: measured heights along one frame, with the radar's surface beside them."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import core
from ..plugin.looks import MEASURED_ALIASES, Style, map_tips, renderers
from ..plugin.processing import (
    CROSSOVERS_GROUP,
    Run,
    XoprAlgorithm,
    crossing_parameters,
    frame_parameters,
    height_parameters,
    parameters,
    provenance,
)

ELEVATIONS = Style(
    '"granule_id" || \', \' || "beam"',
    renderers.differences_renderer,
    map_tips.ALONG,
    ("height_time",),
    aliases={
        **MEASURED_ALIASES,
        "strong": "Strong beam",
        "offset_m": "Left of the flight (m)",
    },
    level=10,
    note=f"{core.heights.HEIGHTS_ARE} {core.heights.DIFFERENCES_ARE}",
)
RADAR = Style(
    "\"layer\" || ', ' || round(\"height\", 1) || ' m'",
    renderers.picks_renderer,
    map_tips.PICK,
    ("radar_time",),
    aliases={
        "layer": "Layer",
        "height": "Height (m, ellipsoid)",
        "flown_m": "Distance along the flown track (m)",
        "radar_time": "Radar (UTC)",
        "pick_quality": "Quality of the pick",
        "pick_type": "Kind of the pick",
    },
    level=30,
    note=f"{core.heights.HEIGHTS_ARE} Picks are no truth. Below the surface everything is taken for ice.",
)


class ReadAlong(XoprAlgorithm):
    """Reads the heights along a frame."""

    NAME = "readalong"
    TITLE = "Read heights along a frame"
    GROUP = CROSSOVERS_GROUP
    SUMMARY = (
        "Reads the laser heights of one or several passes along one frame, sets the radar's surface beside them, and "
        "draws both in a section."
    )
    HELP = """
Elevations is a layer of points with heights: every segment of the granules' beams within the distance of the flown
track, with its place along the track (flown_m) and beside it (offset_m, positive to the left of the flight), the
radar's picked surface at that place along the track, and what they differ by, laser less radar. It is a difference, not
a change: picks are no truth, years may lie between, of firn the radar may see another depth than the laser, and beside
the track the ice may be higher or lower than on it.

Heights are metres above the ellipsoid WGS 84, as ATL06 and the layer files have them, not above sea level. The track is
the one that was flown, trace by trace as the radar's layer file has it; without a layer file it is the line of the
catalog, and the heights come without a difference. Radar is a layer of the picked surface and bed, trace by trace.

FRAMES may hold many frames: the one that is selected is read along, or the one that FRAME names. Granules come from one
of three places: a layer of granules (GRANULES), the matches of 'Match frames and granules' or crossovers (MATCHES), of
which the rows of this frame are taken, or files of your own alone (GRANULE_FILES). Granules of the archive need an
Earthdata login; small pieces of them are read, several granules at once, and kept on this computer, so that a second
run needs no network.

The report is a page for the browser, which needs no network: the radar's picks or the echogram as a section, with the
laser's heights by cycle, their differences, a map, and for each beam and cycle how many heights there are, what was
left out and why. The section runs as the frame does on a map in the pole's projection, from left to right; TURN turns
it round. A and B say in both which end is which.
"""
    TAGS = ("heights", "elevation", "profile", "section", "echogram", "radargram", "atl06", "laser", "surface", "bed")
    PACKAGES: ClassVar = ("pyfive",)
    STYLES: ClassVar = {"ELEVATIONS": ELEVATIONS, "RADAR": RADAR}

    def declare(self) -> None:
        """Declare parameters and outputs."""
        frame_parameters.add_frames(self)
        height_parameters.add_one_frame(self)
        height_parameters.add_read_granules(self)
        height_parameters.add_buffer(
            self, "Distance from the flown track", 500.0, "Segments so near to the flown track are taken, in metres."
        )
        height_parameters.add_height_files(self)
        height_parameters.add_echogram(self)
        crossing_parameters.add_beams(self, with_centre=False)
        height_parameters.add_quality(self)
        self.addParameter(
            parameters.sink("ELEVATIONS", "Elevations", "points", "The laser's heights, with the radar's beside them.")
        )
        self.addParameter(parameters.sink("RADAR", "Radar", "points", "The picked surface and bed, trace by trace."))
        parameters.add_report(self)
        parameters.add_number(self, "N_POINTS", "Number of laser heights")
        parameters.add_number(self, "N_GRANULES", "Number of granules with a height")
        parameters.add_number(self, "MEDIAN", "Median of laser less radar (m)")
        parameters.add_number(self, "NMAD", "NMAD of laser less radar (m)")

    def check(self, run: Run) -> None:
        """Check what is asked for, and that there is one source of granules."""
        height_parameters.along(run)
        height_parameters.check_granule_source(run)

    def work(self, run: Run) -> dict[str, Any]:
        """Read and write."""
        source = height_parameters.check_granule_source(run)
        found = core.heights.read_along(
            run.frames("FRAMES"),
            run.rows(source) if source else None,
            core.heights.Sources(
                height_parameters.granule_places(run), height_parameters.radar_files(run), run.access()
            ),
            height_parameters.along(run),
            frame_id=run.text("FRAME"),
            selected=run.selected("FRAMES", "id"),
            name=source,
            progress=run.progress,
        )
        kinds = {"ELEVATIONS": core.heights.ELEVATION_COLUMNS, "RADAR": core.heights.RADAR_COLUMNS}
        for name, table in (("ELEVATIONS", found.elevations), ("RADAR", found.radar)):
            run.outputs.write_parts(name, iter([table]), kinds[name], empty="PointZ")
        report = run.outputs.write_text("REPORT", core.reports.section_page(found, provenance.software()))
        spread = found.spread
        numbers: dict[str, Any] = {"N_POINTS": len(found.elevations), "N_GRANULES": found.n_granules}
        if spread.n:  # a number that is none would stop the next step of a model
            numbers |= {"MEDIAN": round(spread.median, 6), "NMAD": round(spread.nmad, 6)}
        return {**numbers, **report}
