"""``xopr:querygranules``: one complete search in CMR becomes a layer of footprints."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import core
from ..plugin.looks import styles
from ..plugin.processing import (
    GRANULES_GROUP,
    Next,
    Run,
    XoprAlgorithm,
    alternatives,
    frame_parameters,
    parameters,
    search_parameters,
)


class QueryGranules(XoprAlgorithm):
    """Searches granules for frames or an extent."""

    NAME = "querygranules"
    TITLE = "Search granules"
    GROUP = GRANULES_GROUP
    SUMMARY = "Searches NASA's CMR for all ICESat-2 granules round frames, in an extent, or by name, as a layer."
    HELP = """
Give frames, an extent, or granules by name. For frames the search area holds them with a margin of 10 km, right round
the poles and over the antimeridian: one box for each hemisphere that has frames, or several where one would be mostly
empty.

The search is complete or it fails: the number of granules that came is compared with the number that CMR announced.
The log names the window that was used, and why a record was left out. Searching needs no login. What was found is kept
on this computer (STORE), so that the same search needs no network again; GRANULE_FILES reads such files by their path.

With TIME_MODE=exact_year the window comes from the frames, so frames must be given.

GRANULE_IDS finds granules by name, wherever and whenever they are: product and version are those in the names, and the
parameters of time are not used. A name of which there is another revision finds that one, and a name that is not found
is told, each with a warning; WINDOW_START and WINDOW_END are the first and the last day of what is found.
"""
    TAGS = ("cmr", "earthdata", "nasa", "nsidc", "atl06", "search", "footprints")
    STYLES: ClassVar = {"GRANULES": styles.GRANULES}
    NEXT: ClassVar = (
        Next("which frames they belong to", "matchgranules", {"FRAMES": "FRAMES", "GRANULES": "GRANULES"}),
        Next("where the beams cross the lines", "crossoverpoints", {"FRAMES": "FRAMES", "GRANULES": "GRANULES"}),
    )

    def declare(self) -> None:
        """Declare parameters and outputs."""
        frame_parameters.add_frames(self, optional=True)
        search_parameters.add_extent(self)
        search_parameters.add_granule_ids(self, "frames or an extent")
        search_parameters.add_window(self, "cycle")
        search_parameters.add_product(self)
        search_parameters.add_granule_files(self)
        self.addParameter(parameters.sink("GRANULES", "Granules", "polygons", "The footprints: one polygon each."))
        search_parameters.add_search_results(self)

    def check(self, run: Run) -> None:
        """Check that there is one area, and the window."""
        alternatives.check_one_of(run, "FRAMES", "EXTENT", "GRANULE_IDS")
        if run.given("GRANULE_IDS"):
            search_parameters.granule_ids(run)
            return
        search_parameters.check_window(run, has_frames=run.given("FRAMES"))
        search_parameters.product(run)
        if run.given("EXTENT"):
            core.search.area_of_rectangle(*run.extent("EXTENT"))

    def work(self, run: Run) -> dict[str, Any]:
        """Search and write."""
        found = self._named(run) if run.given("GRANULE_IDS") else self._in_areas(run)
        run.outputs.write("GRANULES", found.layer(), empty="Polygon")
        return search_parameters.search_results(found, found.window)

    @staticmethod
    def _named(run: Run) -> core.job.Found:
        names, product = search_parameters.granule_ids(run), search_parameters.product(run)
        if run.given("GRANULE_FILES"):
            return core.job.read_named_granules(
                run.text("GRANULE_FILES"), names, run.progress, run.open_vector, run.session()
            )
        return core.job.query_named_granules(names, product, run.progress, run.session())

    @staticmethod
    def _in_areas(run: Run) -> core.job.Found:
        frames = core.frames.Frames(run.frames("FRAMES")) if run.given("FRAMES") else None
        flown = frames.flown if frames is not None else None
        window = core.search.window_of(search_parameters.window(run), flown, run.progress)
        if frames is not None:
            areas = core.search.search_areas(frames, progress=run.progress)
        else:
            areas = [core.search.area_of_rectangle(*run.extent("EXTENT"))]
            boxes = "; ".join(map(core.geometry.format_box, areas[0].boxes))
            run.progress.info(f"Search area: {boxes} (W, S, E, N).")
        product = search_parameters.product(run)
        if run.given("GRANULE_FILES"):
            return core.job.read_granules(
                run.text("GRANULE_FILES"), areas, window, product, run.progress, run.open_vector, run.session()
            )
        return core.job.query_granules(areas, window, product, run.progress, run.session())
