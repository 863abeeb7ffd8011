"""What the shared parameters of :mod:`.parameters` mean for the core, and what its results are called outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qgis.core import Qgis

from ... import core
from ...core.common import InputError
from ..metadata import metadata
from ..options import settings
from .command import command
from .relevance import is_stated

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    from .run import Run


def check_one_of(run: Run, *names: str) -> None:
    """Check that exactly one of some parameters is given.

    Raises
    ------
    InputError
    """
    if not check_at_most_one_of(run, *names):
        raise InputError(f"Give {_or(_inputs(run, names))}: one of them is needed.")


def check_at_most_one_of(run: Run, *names: str) -> str:
    """Return which of some parameters is given; an empty text if none is.

    Raises
    ------
    InputError
        If several are.
    """
    inputs = _inputs(run, names)
    given = [name for name in inputs if run.given(name)]
    if len(given) > 1:
        raise InputError(f"Give only one of {_or(inputs)}; now there are {core.common.listed(given)}.")
    return "".join(given)


def _inputs(run: Run, names: Sequence[str]) -> list[str]:
    """Return the names that are inputs: a model need not ask for all, and may call an output so."""
    known = {one.name() for one in run.algorithm.parameterDefinitions() if not one.isDestination()}
    return [name for name in names if name in known]


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def check_days(run: Run, start: str, end: str) -> None:
    """Check that two optional days are in order.

    Raises
    ------
    InputError
    """
    first, last = run.day(start), run.day(end)
    if first and last and first > last:
        raise InputError(f"{start} {first} is after {end} {last}; exchange them.")


def catalog(run: Run) -> str:
    """Return the source of frames that ``SEASON`` or ``CATALOG`` names."""
    return run.choice("SEASON") or run.text("CATALOG")


def filters(
    run: Run, provider: str = "PROVIDER", start: str = "START_DATE", end: str = "END_DATE"
) -> dict[str, str | None]:
    """Return the arguments by which the core filters frames."""
    return {
        "hemisphere": run.choice("HEMISPHERE"),
        "provider": run.text(provider),
        "start_date": run.day(start),
        "end_date": run.day(end),
    }


def point_rule(run: Run) -> core.frames.PointRule:
    """Return which frames are at the points."""
    return core.frames.PointRule(run.choice("RULE"), run.number("DISTANCE"))


def window(run: Run) -> core.search.WindowChoice:
    """Return which time is to be searched."""
    # A fraction of a cycle is left for the core to refuse; QGIS would round it without a word.
    cycle = run.number("CYCLE")
    return core.search.WindowChoice(
        run.choice("TIME_MODE"),
        run.day("START_DATE"),
        run.day("END_DATE"),
        int(cycle) if cycle.is_integer() else cycle,
    )


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
        run.number("MAX_DAYS") if run.given("MAX_DAYS") else None,
        int(best) if best.is_integer() else best,  # type: ignore[arg-type]
    )
    return core.matching.check_matching(wanted)


def check_window(run: Run, has_frames: bool) -> None:
    """Resolve the window before the work begins, unless it depends on the frames' dates.

    Raises
    ------
    InputError
    """
    choice = window(run)
    if choice.mode == "exact_year" and has_frames:
        return
    core.search.window_of(choice)


def product(run: Run) -> core.search.Product:
    """Return the product to search.

    Raises
    ------
    InputError
        If its name or version is empty, or the address of CMR or the version in the settings is none.
    """
    address = core.common.cmr_url(run.text("CMR_URL"))
    short_name, version = run.text("SHORT_NAME"), run.text("VERSION")
    if not short_name or not version:
        raise InputError("SHORT_NAME and VERSION must say what to search, for example ATL06 and 007.")
    settings.check_version(version)
    return core.search.Product(short_name, version, run.text("PROVIDER") or None, address, run.choice("STORE"))


def granule_ids(run: Run, name: str = "GRANULE_IDS") -> pd.DataFrame:
    """Return the granules that are named.

    Raises
    ------
    InputError
        If a text is no granule's name, or of another product or version than was asked for beside it.
    """
    names = core.search.read_granule_ids(run.text(name), name)
    wanted = product(run)
    for parameter, column, value in (
        ("SHORT_NAME", "short_name", wanted.short_name),
        ("VERSION", "release", wanted.version),
    ):
        others = names[names[column] != value]
        if len(others) == 0:
            continue
        text, of = others["text"].iloc[0], others[column].iloc[0]
        if is_stated(run, parameter):
            default = run.algorithm.parameterDefinition(parameter).defaultValue()
            raise InputError(
                f"{parameter} is {value}, but {name} has {text}, which is of {of}: leave {parameter} at {default}, "
                "since the names say it, or leave that granule out."
            )
        if column == "release":
            how_many = core.common.count(len(others), f"granule of {name} is", f"granules of {name} are")
            run.progress.warn(f"{how_many} of another version than {value} (the first is {text}): the names count.")
    return names


def origin(run: Run) -> core.reports.Origin:
    """Return the command that repeats a whole job, what to know about it, and the versions of what called the core."""
    wanted = product(run)
    effective = {}
    if wanted.cmr_url and wanted.cmr_url != core.common.CMR_URL:
        effective["CMR_URL"] = wanted.cmr_url
    if wanted.version != core.search.VERSION:
        effective["VERSION"] = wanted.version
    repeat = command(run, effective)
    notes = list(repeat.notes)
    mode = run.choice("TIME_MODE")
    if mode == "all_years" or (mode == "date_range" and not run.given("END_DATE")):
        notes.append("The window ended on the day of the run; repeated on a later day, it ends on that day.")
    catalogs = core.common.catalog_url()
    if run.given("SEASON") and catalogs != core.common.CATALOG_URL:
        notes.append(f"The season's catalog is the one of {catalogs}; set XOPR_CATALOG_URL to the same.")
    return core.reports.Origin(repeat.text, notes, software())


def software() -> dict[str, str]:
    """Return the versions of the plugin and of QGIS, by name."""
    return {"xOPR Crossovers": metadata()["version"], "QGIS": Qgis.QGIS_VERSION}


def search_results(found: core.job.Found, searched: core.search.Window | None) -> dict[str, Any]:
    """Return the numbers and texts of a search; of one by name that found nothing there is no window."""
    return {
        "N_GRANULES": len(found.granules),
        "CMR_HITS": found.hits,
        "WINDOW_START": searched.start_date if searched else "",
        "WINDOW_END": searched.end_date if searched else "",
    }


def wanted_crossovers(run: Run) -> core.crossings.Wanted:
    """Return which crossovers are wanted.

    Raises
    ------
    InputError
        If a number or a list of numbers is none, or out of range.
    """
    return core.crossings.Wanted(
        beams=run.choices("BEAMS") or core.icesat2.BEAMS,
        max_days=run.number("MAX_DAYS") if run.given("MAX_DAYS") else None,
        min_angle=run.number("MIN_ANGLE"),
        direction=run.choice("DIRECTION"),
        cycles=_numbers(run, "CYCLES"),
        rgts=_numbers(run, "RGTS"),
        regions=_numbers(run, "REGIONS"),
    )


def picking(run: Run) -> core.downloads.Picking:
    """Return which granules are to be fetched.

    Raises
    ------
    InputError
        If a number is none, or out of range.
    """
    max_days = run.number("MAX_DAYS") if run.given("MAX_DAYS") else None
    return core.downloads.Picking(run.yes("CROSSES_LINE"), max_days, int(run.number("BEST")), run.choice("BEST_BY"))


def _numbers(run: Run, name: str) -> np.ndarray | None:
    """Return the numbers of a list; None if it is empty, for all."""
    regions = core.icesat2.REGIONS
    bounds = {"CYCLES": (1, 99), "RGTS": (1, core.icesat2.TRACKS_PER_CYCLE), "REGIONS": (regions[0], regions[-1])}
    return core.common.read_numbers(run.text(name), name, *bounds[name])


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
        _numbers(run, name)
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


def matched_layers(matched: core.job.Matched) -> dict[str, pd.DataFrame]:
    """Return the two results of matching by the names of their outputs."""
    return {"MATCHED_FRAMES": matched.frames, "MATCHES": matched.matches}


def granule_places(run: Run) -> core.heights.GranulePlaces:
    """Return where granules are read from.

    Raises
    ------
    InputError
        If ``GRANULE_FILES`` names no granule.
    """
    return core.heights.GranulePlaces(run.text("GRANULE_FILES"), run.progress)


def radar_files(run: Run) -> core.radar.RadarFiles:
    """Return where the files of frames are read from.

    Raises
    ------
    InputError
        If ``RADAR_FILES`` names no file.
    """
    return core.radar.RadarFiles(run.text("RADAR_FILES"), run.session(), run.progress)


def measuring(run: Run) -> core.heights.Measuring:
    """Return which crossovers are measured, and how.

    Raises
    ------
    InputError
        If a number or a list of numbers is none, or out of range.
    """
    return core.heights.Measuring(run.number("BUFFER"), run.choice("QUALITY"), wanted_crossovers(run))


def along(run: Run) -> core.heights.Along:
    """Return what is read along a frame.

    Raises
    ------
    InputError
        If a value is none, or out of range.
    """
    return core.heights.Along(
        run.number("BUFFER"),
        run.choices("BEAMS") or core.icesat2.BEAMS,
        run.choice("QUALITY"),
        # Nothing is fetched for a report that is not written.
        run.choice("ECHOGRAM") if run.given("REPORT") else core.heights.ECHOGRAMS[0],
        run.yes("TURN"),
    )


def check_granule_source(run: Run) -> str:
    """Return which parameter names the granules to read: ``GRANULES``, ``MATCHES``, or none with files alone.

    Raises
    ------
    InputError
        If both are given, or nothing is.
    """
    given = [name for name in ("GRANULES", "MATCHES") if run.given(name)]
    if len(given) == 2:
        raise InputError("Give only one of GRANULES and MATCHES; now there are both.")
    if not given and not run.given("GRANULE_FILES"):
        raise InputError("Give GRANULES, MATCHES or GRANULE_FILES: one of them is needed.")
    return given[0] if given else ""
