"""Which passes are asked about: granules or tracks whose frames are wanted, or places that they come near."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qgis.core import QgsProcessingAlgorithm

from ... import core
from ...core.common import InputError
from ...core.crossings import DAYS_AHEAD, MOST_M, NEAR_M
from .alternatives import check_at_most_one_of, check_one_of
from .crossing_parameters import NUMBER_LISTS, numbers, wanted_crossovers
from .parameters import day, distance, layer, text
from .search_parameters import add_granule_ids

if TYPE_CHECKING:
    import geopandas as gpd

    from .run import Run


def add_tracks(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``GRANULE_IDS``, ``RGTS`` and ``GRANULES``, one of which is needed, and ``CYCLES`` and ``REGIONS``."""
    add_granule_ids(algorithm, "tracks or a layer")
    algorithm.addParameter(
        text(
            "RGTS",
            "Reference ground tracks (instead of granules)",
            None,
            "Numbers from 1 to 1387, such as 120-140,407. With CYCLES each of these passes counts, with its time by "
            "the orbit calendar; without, each track once.",
        )
    )
    algorithm.addParameter(
        layer(
            "GRANULES",
            "Granules (instead of names or tracks)",
            "polygons",
            "Footprints, as 'Search granules' writes them.",
            optional=True,
        )
    )
    for name in ("CYCLES", "REGIONS"):
        label, example = NUMBER_LISTS[name]
        help_text = f"Only passes of these, such as {example}; all of them if empty."
        if name == "CYCLES":
            help_text += " Of RGTS: the cycles for which passes are planned."
        algorithm.addParameter(text(name, label, None, help_text))


def add_places(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``PLACES``, ``DISTANCE``, ``START_DATE`` and ``END_DATE``."""
    algorithm.addParameter(
        layer(
            "PLACES",
            "Places",
            "table",
            "Points, lines or polygons, also mixed: a camp, a planned flight, frames; in any coordinate reference "
            "system. Or a table with columns lon and lat (degrees). Of a layer with a selection, those selected.",
        )
    )
    algorithm.addParameter(
        distance(
            "DISTANCE",
            "How near a beam must come",
            NEAR_M,
            "Metres on the ground from a beam to the place, up to 300,000; 0 for what crosses a line or passes through "
            "a polygon. In a polygon the distance is 0.",
            maxValue=MOST_M,
        )
    )
    algorithm.addParameter(day("START_DATE", "First day", "In UTC, since 2018-10-13; today if empty."))
    algorithm.addParameter(
        day("END_DATE", "Last day", f"In UTC, up to ten years after the first; {DAYS_AHEAD} days after it if empty.")
    )


def check_tracks(run: Run) -> None:
    """Check which passes are meant, and the frames of which archive.

    Raises
    ------
    InputError
    """
    check_one_of(run, "GRANULE_IDS", "RGTS", "GRANULES")
    if run.given("GRANULE_IDS"):
        core.search.read_granule_ids(run.text("GRANULE_IDS"))
    for name in ("RGTS", "CYCLES", "REGIONS"):
        numbers(run, name)
    archive = check_at_most_one_of(run, "SEASONS", "CATALOG", "FRAMES")
    if run.yes("SYNC") and archive in ("CATALOG", "FRAMES"):
        raise InputError(f"SYNC fetches seasons, and the frames are those of {archive}: leave one of the two out.")


def planned_passes(run: Run) -> tuple[gpd.GeoDataFrame, core.crossings.Wanted]:
    """Return the passes along ``RGTS``, and which crossovers are wanted of them; see :func:`wanted_crossovers`."""
    wanted = wanted_crossovers(run)
    if wanted.rgts is None:
        raise InputError("RGTS names no track; write them as 120-140,407.")
    if wanted.max_days is not None and wanted.cycles is None:
        raise InputError("MAX_DAYS needs the times of the passes: give CYCLES with RGTS, or leave MAX_DAYS out.")
    passes = core.granules.planned_granules(wanted.rgts, wanted.cycles, wanted.regions)
    return passes, replace(wanted, cycles=None, rgts=None, regions=None)


def pass_plan(run: Run) -> core.crossings.PassPlan:
    """Return which passes are to be predicted.

    Raises
    ------
    InputError
        If a date or the distance is out of range.
    """
    return core.crossings.PassPlan(
        distance_m=run.number("DISTANCE"),
        start_date=run.day("START_DATE"),
        end_date=run.day("END_DATE"),
        beams=run.choices("BEAMS") or core.icesat2.BEAMS,
        direction=run.choice("DIRECTION"),
    )
