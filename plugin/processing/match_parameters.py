"""When a granule belongs to a frame, and which matches are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsProcessingAlgorithm

from ... import core
from ...core.matching import METHODS
from ..compat import INTEGER
from .crossing_parameters import add_direction, add_max_days, max_days
from .next_steps import Next
from .parameters import add_number, choice, choices, number, sink, switch

if TYPE_CHECKING:
    import pandas as pd

    from .run import Run

#: What can be done with the layers of :func:`add_match_results` and the granules.
NEXT = (
    Next("where the beams cross the lines", "crossoverpoints", {"FRAMES": "MATCHED_FRAMES", "GRANULES": "GRANULES"}),
    Next("the heights along a frame", "readalong", {"FRAMES": "MATCHED_FRAMES", "MATCHES": "MATCHES"}),
    Next("the files", "downloadscript", {"MATCHES": "MATCHES"}),
)


def add_matching(algorithm: QgsProcessingAlgorithm, advanced: bool = False) -> None:
    """Add ``METHOD``, ``CROSSING_ONLY``, ``MAX_DAYS``, ``BEST`` and ``DIRECTION``; `advanced`: all but the first."""
    algorithm.addParameter(
        choice(
            "METHOD",
            "A granule matches a frame if",
            METHODS,
            METHODS[0],
            "The frame's morton cells are the four of opr:mbox. strtree is what the xOPR notebook does, flightline is "
            "what is true on the ground.",
        )
    )
    algorithm.addParameter(
        switch(
            "CROSSING_ONLY",
            "Keep only granules that cross the flight line",
            "Leave out matches whose footprint lies in a frame's cells but does not cross its flight line.",
            advanced,
        )
    )
    add_max_days(algorithm, "Keep matches whose pass was at most so many days before or after.", advanced)
    algorithm.addParameter(
        number(
            "BEST",
            "Only the nearest passes of each frame",
            INTEGER,
            "So many granules of each frame, those whose day is nearest to the flight's; of equal ones the earlier. "
            "They are chosen of those that the other choices leave. Of a frame without a flight date the earliest are "
            "kept. 0 keeps all.",
            advanced=advanced,
            defaultValue=0,
            minValue=0,
        )
    )
    add_direction(
        algorithm,
        "Which way the satellite goes by the middle of the frame, so that granules of regions 4 and 11, in "
        "which it turns, count by that as well.",
    )


def add_compared_methods(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``METHODS`` and ``REPEATS``."""
    algorithm.addParameter(
        choices(
            "METHODS",
            "Methods: a granule matches a frame if",
            METHODS,
            METHODS,
            "Which methods, separated by commas; all of them if nothing is chosen. The frames' morton cells are those "
            "of opr:mbox.",
        )
    )
    algorithm.addParameter(
        number(
            "REPEATS",
            "Runs of each method",
            INTEGER,
            "The times are those of the best run; the pairs are the same in each.",
            advanced=True,
            defaultValue=1,
            minValue=1,
        )
    )


def add_match_results(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``MATCHED_FRAMES`` and ``MATCHES``, and declare the number of matches."""
    algorithm.addParameter(
        sink("MATCHED_FRAMES", "Matched frames", "lines", "All frames with n_granules, n_crossing, atl06_granules.")
    )
    algorithm.addParameter(sink("MATCHES", "Matches", "table", "One row per frame and granule, with its links."))
    add_number(algorithm, "N_MATCHES", "Number of matches")


def matching(run: Run) -> core.matching.Matching:
    """Return when a granule belongs to a frame, and which of those are wanted.

    Raises
    ------
    InputError
        If a number is none, or out of range.
    """
    # A fraction is left for the core to refuse; QGIS would round it without a word.
    best = run.number("BEST")
    wanted = core.matching.Matching(
        run.choice("METHOD"),
        run.yes("CROSSING_ONLY"),
        run.choice("DIRECTION"),
        max_days(run),
        int(best) if best.is_integer() else best,  # type: ignore[arg-type]
    )
    return core.matching.check_matching(wanted)


def matched_layers(matched: core.job.Matched) -> dict[str, pd.DataFrame]:
    """Return the two results of matching by the names of their outputs."""
    return {"MATCHED_FRAMES": matched.frames, "MATCHES": matched.matches}
