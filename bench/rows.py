"""The rows of the table, by the names that ``ROWS=`` takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archive_rows import archive, growth, points, search_area
from far_rows import far
from layer_rows import cancelled, qgis, qgis_points, there_and_back, trees
from outcomes import ALL, EIGHT, ONE, Outcome
from track_rows import predictions, reverse
from upstream_rows import flight, prefix, strtree


@dataclass(frozen=True)
class Row:
    """A name for ``ROWS=`` and what it does."""

    about: str
    run: Callable[[], Outcome]


ROWS = {
    "strtree1": Row("a season against a cycle, STRtree", lambda: strtree(ONE, 8)),
    "prefix1": Row("a season against a cycle, prefix", prefix),
    "strtree8": Row("a season against 8 cycles, STRtree", lambda: strtree(EIGHT, 10)),
    "flight33": Row("a season against 33 cycles, flight line, end to end", flight),
    "points33": Row("the same, six-beam crossover points", points),
    "archive": Row("51 seasons against 33 cycles, flight line", archive),
    "area51": Row("the search area of 51 seasons", search_area),
    "growth": Row("how the last one grows with frames and granules", growth),
    "track1": Row("a track against 51 seasons on disk, frames crossed", lambda: reverse("407", 3)),
    "track100": Row("100 tracks against 51 seasons on disk, frames crossed", lambda: reverse("1-100", 20)),
    "predict": Row("passes near 1,000 places in ten years", predictions),
    "far": Row("a stretch of a far granule, and of 200", far),
    "tree8": Row("the notebook's index of 8 cycles", trees),
    "layers8": Row("granules of 8 cycles to a layer and back", there_and_back),
    "qgis": Row("a season against cycles in qgis_process", qgis),
    "qgispoints8": Row(
        "crossover points of a season and 8 cycles in qgis_process", lambda: qgis_points("granules8", EIGHT)
    ),
    "cancel8": Row("how soon writing crossover points hears of Cancel", lambda: cancelled(EIGHT)),
    "cancel33": Row("the same with 33 cycles", lambda: cancelled(ALL)),
    "qgispoints33": Row("the same of 33 cycles", lambda: qgis_points("granules33", ALL)),
}
