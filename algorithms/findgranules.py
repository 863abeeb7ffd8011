"""``xopr:findgranules``: the whole job in one step."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import core
from ..plugin.looks import styles
from ..plugin.processing import (
    CROSSOVERS_GROUP,
    Run,
    XoprAlgorithm,
    alternatives,
    frame_parameters,
    match_parameters,
    parameters,
    provenance,
    search_parameters,
)


class FindGranules(XoprAlgorithm):
    """Loads, subsets, searches and matches."""

    NAME = "findgranules"
    TITLE = "Find granules for frames"
    GROUP = CROSSOVERS_GROUP
    SUMMARY = "From a season (and points) to matched ICESat-2 granules with links, in one step."
    HELP = """
Does what four other algorithms do one after the other: loads a season, a catalog or a layer of frames (one of the
three), keeps the frames at the points of interest if there are any, resolves the time window, searches NASA's CMR
completely, and matches.

Of the advanced parameters, RULE and DISTANCE say when a frame is at a point; HEMISPHERE, FRAME_PROVIDER,
FLIGHT_START_DATE and FLIGHT_END_DATE filter the frames; SHORT_NAME, VERSION and PROVIDER say what is searched.
START_DATE and END_DATE belong to the search.

The default window is repeat cycle 22 by the orbit calendar. The default method strtree is that of the xOPR notebook;
n_crossing and crosses_line say beside it which footprints cross the flight line itself. CROSSING_ONLY, DIRECTION,
MAX_DAYS and BEST then choose among the matches, in this order.

The report is a page for the browser: window, area, counts at each step with the reasons for what was left out, map,
charts, the best frames, and the command that repeats the run.
"""
    TAGS = ("crossover", "search", "match", "season", "atl06", "cmr", "links", "workflow", "report")
    STYLES: ClassVar = {
        "MATCHED_FRAMES": styles.MATCHED_FRAMES,
        "MATCHES": styles.MATCHES,
        "GRANULES": styles.GRANULES,
    }
    NEXT: ClassVar = match_parameters.NEXT

    def declare(self) -> None:
        """Declare parameters and outputs."""
        frame_parameters.add_catalog(self)
        frame_parameters.add_frames(self, optional=True)
        frame_parameters.add_points(self, optional=True)
        search_parameters.add_window(self, "cycle")
        match_parameters.add_matching(self, advanced=True)
        frame_parameters.add_catalog_filters(
            self, "FRAME_PROVIDER", "FLIGHT_START_DATE", "FLIGHT_END_DATE", advanced=True
        )
        search_parameters.add_product(self, advanced=True)
        match_parameters.add_match_results(self)
        self.addParameter(parameters.sink("GRANULES", "Granules", "polygons", "All footprints that were found."))
        parameters.add_report(self)
        parameters.add_number(self, "N_FRAMES", "Number of frames")
        search_parameters.add_search_results(self)

    def check(self, run: Run) -> None:
        """Check that there is one source of frames, the dates and the window."""
        alternatives.check_one_of(run, "SEASON", "CATALOG", "FRAMES")
        frame_parameters.check_days(run, "FLIGHT_START_DATE", "FLIGHT_END_DATE")
        search_parameters.check_window(run, has_frames=True)
        search_parameters.product(run)
        match_parameters.matching(run)

    def work(self, run: Run) -> dict[str, Any]:
        """Walk the whole way and write."""
        log = run.progress = core.common.RunLog(run.progress)
        log.step("Frames")
        filters = frame_parameters.filters(run, "FRAME_PROVIDER", "FLIGHT_START_DATE", "FLIGHT_END_DATE")
        reading, finding = run.progress.part(0.0, 0.1), run.progress.part(0.1, 1.0)
        session = run.session()
        origin = provenance.origin(run) if run.given("REPORT") else None
        if run.given("FRAMES"):
            frames = core.frames.Frames(run.frames("FRAMES"))
            log.frames("Read from the layer", len(frames))
            frames = core.frames.filter_frames(frames, **filters, progress=reading)
        else:
            frames = core.catalogs.read_frames(
                frame_parameters.catalog(run), **filters, read_vector=run.open_vector, progress=reading, session=session
            )
        result = core.job.find_granules(
            frames,
            run.table("POINTS"),
            at=frame_parameters.point_rule(run),
            window=search_parameters.window(run),
            product=search_parameters.product(run),
            matching=match_parameters.matching(run),
            progress=finding,
            session=session,
        )
        for name, table in match_parameters.matched_layers(result.matched).items():
            run.outputs.write(name, table)
        run.outputs.write("GRANULES", result.found.layer(), empty="Polygon")
        report = {}
        if origin is not None:
            report = run.outputs.write_text("REPORT", core.reports.run_page(result, log, origin))
        return {
            **report,
            **search_parameters.search_results(result.found, result.window),
            "N_FRAMES": len(result.matched.frames),
            "N_MATCHES": len(result.matched.matches),
        }
