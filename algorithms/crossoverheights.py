"""``xopr:crossoverheights``: every crossover at its measured place, with the heights of laser and radar."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import core
from ..plugin.looks import MEASURED_ALIASES, Style, map_tips, renderers
from ..plugin.processing import (
    CROSSOVERS_GROUP,
    Next,
    Run,
    XoprAlgorithm,
    crossing_parameters,
    frame_parameters,
    height_parameters,
    parameters,
    provenance,
)

# By these names, since scanners for passwords take "pass_time" with a text beside it for one.
_OVERFLIGHT, _FIRST, _LAST = "Pass (UTC)", "First height (UTC)", "Last (UTC)"
HEIGHTS = Style(
    '"frame_id" || \' x \' || coalesce("beam", "source")',
    renderers.differences_renderer,
    map_tips.MEASURED,
    ("height_time",),
    aliases={
        **MEASURED_ALIASES,
        "pair": "Beam pair (1 left, 3 right)",
        "side": "Side in the pair",
        "angle_deg": "Angle (degrees)",
        "distance_m": "Planned distance along the line (m)",
        "pass_time": _OVERFLIGHT,
        "flight_time": "Flight (UTC)",
        "source": "Line known by",
        "uncertainty_m": "Uncertainty of the plan (m)",
        "n_segments": "Segments used",
        "strong": "Strong beam",
        "flown_slope": "Slope along the flight (m/m)",
        "difference_at_flight": "The same at the flight (m)",
        "dhdt_m_a": "DHDT (m a year)",
        "dem_height": "DEM (m)",
        "dem_slope_deg": "Slope of the DEM (degrees)",
        "slope_error_m": "Radar too high by slope (m)",
        "difference_slope": "Laser less radar, slope put right (m)",
        "outlier": "Out of line",
        "moved_m": "Moved from the plan (m)",
        "reason": "Reason for what is missing",
    },
    level=10,
    note=f"{core.heights.HEIGHTS_ARE} {core.heights.DIFFERENCES_ARE}",
)
SERIES = Style(
    '"frame_id" || \' x RGT \' || "rgt" || \', \' || "beam"',
    renderers.trends_renderer,
    map_tips.SERIES,
    ("first_time", "last_time"),
    aliases={
        "beam": "Beam",
        "strong": "Strong beam (first height)",
        "n_heights": "Heights",
        "cycles": "Cycles",
        "first_time": _FIRST,
        "last_time": _LAST,
        "first_height": "First height (m, ellipsoid)",
        "last_height": "Last height (m, ellipsoid)",
        "trend_m_a": "Trend (m a year)",
        "trend_spread_m_a": "Its spread (m a year)",
        "dhdt_m_a": "DHDT (m a year)",
        "radar_surface": "Radar surface (m, ellipsoid)",
        "difference_median": "Median of laser less radar (m)",
        "apart_m": "Farthest from the middle (m)",
        "heights": "Heights (JSON)",
    },
    level=5,
    note=f"{core.heights.HEIGHTS_ARE} Trends are the medians of all pairs' slopes (Theil and Sen).",
)


class CrossoverHeights(XoprAlgorithm):
    """Measures crossovers."""

    NAME = "crossoverheights"
    TITLE = "Heights of laser and radar at crossovers"
    GROUP = CROSSOVERS_GROUP
    SUMMARY = (
        "Measures every crossover: its true place, the laser's height, the radar's surface, what they differ by, and "
        "heights through time; a report."
    )
    HELP = """
Heights is a layer of points: every crossover that the filters leave, moved to where the beam, as its segments lie in
the ATL06 granule, crosses the track that was flown, trace by trace as the radar's layer file has it. h_li is the
laser's height there, between the two segments beside it (or carried on from one of them by its slope, dh_fit_dx);
radar_surface is the picked surface there; difference is laser less radar. It is a difference, not a change: picks are
no truth, years may lie between, and of firn the radar may see another depth than the laser.

Heights are metres above the ellipsoid WGS 84, as ATL06 and the layer files have them, not above sea level. A crossover
without a height stays at its planned place, and reason says why; nothing is left out but by the filters.

Granules are read from the archive, which needs an Earthdata login, or from files of your own (GRANULE_FILES). Each is
read once for all of its crossovers: small pieces, several granules at once, which are kept on this computer. A run that
was stopped goes on where it was. FRAMES are only needed for the links of their layer files: without them the files are
looked for where Open Polar Radar publishes those of a frame's name, or in RADAR_FILES.

With a DEM, slope_error_m says by how much a radar sees an inclined surface too high, difference_slope has that put
right, and outlier says which of the two heights is more than three NMAD from what is usual. With DHDT,
difference_at_flight is the difference with the laser's height carried to the flight.

Series is a layer of points: one row for each frame, track and beam that was crossed in several cycles, with the first
and the last height, the trend by Theil and Sen, and its spread, half of the interval that holds it with 68 %
confidence. As passes lie some metres beside each other, heights are first carried to one place by the slope that the
radar saw along the flight. The report is a page with charts, tables and a map for the browser, which needs no network.
"""
    TAGS = ("heights", "elevation", "difference", "atl06", "laser", "surface", "dhdt", "trend", "crossover", "dem")
    PACKAGES: ClassVar = ("pyfive",)
    STYLES: ClassVar = {"HEIGHTS": HEIGHTS, "SERIES": SERIES}
    NEXT: ClassVar = (Next("all heights along a frame", "readalong", {"FRAMES": "FRAMES", "MATCHES": "HEIGHTS"}),)

    def declare(self) -> None:
        """Declare parameters and outputs."""
        self.addParameter(
            parameters.layer(
                "CROSSOVERS", "Crossovers", "points", "As 'Crossover points of beams and flight lines' writes them."
            )
        )
        frame_parameters.add_frames(self, optional=True)
        height_parameters.add_height_files(self)
        height_parameters.add_buffer(
            self,
            "Distance along the beam",
            100.0,
            "Segments up to so far along the beam from the crossover count, in metres; at least 20.",
            advanced=True,
        )
        height_parameters.add_quality(self)
        height_parameters.add_rasters(self)
        crossing_parameters.add_crossover_filters(self)
        crossing_parameters.add_granule_filters(self)
        self.addParameter(parameters.sink("HEIGHTS", "Heights", "points", "The crossovers, measured."))
        self.addParameter(parameters.sink("SERIES", "Series", "points", "One row a place measured in several cycles."))
        parameters.add_report(self)
        parameters.add_number(self, "N_CROSSOVERS", "Number of crossovers")
        parameters.add_number(self, "N_HEIGHTS", "Number of crossovers with a laser height")
        parameters.add_number(self, "MEDIAN", "Median of laser less radar (m)")
        parameters.add_number(self, "NMAD", "NMAD of laser less radar (m)")

    def check(self, run: Run) -> None:
        """Check the filters and the buffer."""
        height_parameters.measuring(run)

    def work(self, run: Run) -> dict[str, Any]:
        """Measure and write."""
        crossovers = run.table("CROSSOVERS")
        frames = run.frames("FRAMES") if run.given("FRAMES") else None
        sources = core.heights.Sources(
            height_parameters.granule_places(run),
            height_parameters.radar_files(run),
            run.access(),
            run.raster("DEM"),
            run.raster("DHDT"),
        )
        measured = core.heights.crossover_heights(
            crossovers, frames, sources, height_parameters.measuring(run), run.progress
        )
        run.outputs.write("HEIGHTS", measured.table, empty="Point")
        run.outputs.write("SERIES", measured.series, empty="Point")
        report = run.outputs.write_text("REPORT", core.reports.heights_page(measured, provenance.software()))
        spread = measured.spread
        numbers: dict[str, Any] = {"N_CROSSOVERS": len(measured.table), "N_HEIGHTS": measured.n_heights}
        if spread.n:  # a number that is none would stop the next step of a model
            numbers |= {"MEDIAN": round(spread.median, 6), "NMAD": round(spread.nmad, 6)}
        return {**numbers, **report}
