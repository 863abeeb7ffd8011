"""``xopr:comparemethods``: the methods of matching side by side."""

from __future__ import annotations

from time import perf_counter
from typing import Any, ClassVar

from .. import core
from ..plugin.looks import Style, map_tips, renderers
from ..plugin.processing import (
    CROSSOVERS_GROUP,
    Run,
    XoprAlgorithm,
    frame_parameters,
    match_parameters,
    parameters,
    provenance,
)

COMPARED_FRAMES = Style(
    '"id"',
    renderers.count_renderer(
        "n_differing", "all methods agree", ("granule differs", "granules differ"), dark_is_many=True
    ),
    map_tips.frame_tip,
    level=30,
    is_of_frames=True,
    section="Frames compared",
)
COMPARISON = Style(
    '"method"',
    aliases={
        "method": "Method",
        "n_pairs": "Pairs",
        "n_frames_hit": "Frames hit",
        "median_granules": "Median granules a frame",
        "missed": "Missed (flight line)",
        "extra": "Extra (flight line)",
        "frames_differing": "Frames that differ (flight line)",
        "tree_missed": "Missed (strtree)",
        "tree_extra": "Extra (strtree)",
        "tree_frames_differing": "Frames that differ (strtree)",
        "cells_s": "Reading cells (s)",
        "lines_s": "Preparing lines (s)",
        "index_s": "Indexing cells (s)",
        "footprints_s": "Cutting footprints (s)",
        "match_s": "Finding pairs (s)",
        "total_s": "Together (s)",
    },
    level=70,
    section="Comparison",
)


class CompareMethods(XoprAlgorithm):
    """Matches frames and granules by several methods, and tells where they differ."""

    NAME = "comparemethods"
    TITLE = "Compare methods of matching"
    GROUP = CROSSOVERS_GROUP
    SUMMARY = (
        "Matches frames and granules by several methods: time, pairs, and what each misses or finds too much; a report."
    )
    HELP = """
Missed are pairs that the reference has and the method has not; extra are pairs that the method has and the reference
has not. There are two references, if they are among the methods: the flight line, which is the truth, and strtree,
which the xOPR notebook takes for it.

Comparison is a table with a row for each method: pairs, pairs whose footprint crosses the flight line, frames hit,
median, missed and extra in sum (tree_ in front: against strtree), and seconds of each stage. Frames compared are all
frames with the same for each of them; n_differing counts the granules that some, but not all of the methods give to
the frame. The report is a page with charts and a map for the browser, which needs no network.
"""
    TAGS = ("compare", "benchmark", "strtree", "prefix", "morton", "flight line", "agreement", "report", "time")
    STYLES: ClassVar = {"FRAMES_COMPARED": COMPARED_FRAMES, "COMPARISON": COMPARISON}

    def declare(self) -> None:
        """Declare parameters and outputs."""
        frame_parameters.add_frames(self)
        self.addParameter(
            parameters.layer("GRANULES", "Granules", "polygons", "Footprints, as 'Search granules' writes them.")
        )
        match_parameters.add_compared_methods(self)
        self.addParameter(
            parameters.sink("FRAMES_COMPARED", "Frames compared", "lines", "All frames with what each method finds.")
        )
        self.addParameter(parameters.sink("COMPARISON", "Comparison", "table", "One row a method."))
        parameters.add_report(self)
        parameters.add_number(self, "N_FRAMES", "Number of frames")
        parameters.add_number(self, "N_DISAGREEING", "Number of frames on which the methods disagree")

    def work(self, run: Run) -> dict[str, Any]:
        """Compare and write."""
        clock = perf_counter()
        frames, granules = run.frames("FRAMES"), run.table("GRANULES")
        read_s = perf_counter() - clock
        compared = core.matching.compare(
            frames,
            granules,
            run.choices("METHODS") or core.matching.METHODS,
            int(run.number("REPEATS")),
            run.progress,
        )
        run.outputs.write("FRAMES_COMPARED", compared.by_frame())
        run.outputs.write("COMPARISON", compared.sums())
        report = core.reports.comparison_page(compared, provenance.software(), read_s)
        numbers = {"N_FRAMES": len(frames), "N_DISAGREEING": compared.n_disagreeing}
        return {**numbers, **run.outputs.write_text("REPORT", report)}
