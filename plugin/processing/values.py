"""What the shared parameters of :mod:`.parameters` mean for the core, and what its results are called outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import Qgis

from ... import core
from ...core.common import InputError
from ..metadata import metadata
from ..options import settings
from .command import command

if TYPE_CHECKING:
    import pandas as pd

    from .run import Run


def check_one_of(run: Run, *names: str) -> None:
    """Check that exactly one of some parameters is given.

    Raises
    ------
    InputError
    """
    given = [name for name in names if run.given(name)]
    if len(given) == 1:
        return
    listed = f"{', '.join(names[:-1])} or {names[-1]}"
    if given:
        raise InputError(f"Give only one of {listed}; now there are {' and '.join(given)}.")
    raise InputError(f"Give {listed}: one of them is needed.")


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
    """Return when a granule belongs to a frame."""
    return core.matching.Matching(run.choice("METHOD"), run.yes("CROSSING_ONLY"))


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


def search_results(found: core.job.Found, searched: core.search.Window) -> dict[str, Any]:
    """Return the numbers and texts of a search."""
    return {
        "N_GRANULES": len(found.granules),
        "CMR_HITS": found.hits,
        "WINDOW_START": searched.start_date,
        "WINDOW_END": searched.end_date,
    }


def wanted_crossovers(run: Run) -> core.crossings.Wanted:
    """Return which crossovers are wanted.

    Raises
    ------
    InputError
        If a number or a list of numbers is none, or out of range.
    """
    read, regions = core.common.read_numbers, core.icesat2.REGIONS
    return core.crossings.Wanted(
        beams=run.choices("BEAMS") or core.icesat2.BEAMS,
        max_days=run.number("MAX_DAYS") if run.given("MAX_DAYS") else None,
        min_angle=run.number("MIN_ANGLE"),
        direction=run.choice("DIRECTION"),
        cycles=read(run.text("CYCLES"), "CYCLES", 1, 99),
        rgts=read(run.text("RGTS"), "RGTS", 1, core.icesat2.TRACKS_PER_CYCLE),
        regions=read(run.text("REGIONS"), "REGIONS", regions[0], regions[-1]),
    )


def picking(run: Run) -> core.downloads.Picking:
    """Return which granules are to be fetched.

    Raises
    ------
    InputError
        If a number is none, or out of range, or ``BEST_BY`` would be ignored.
    """
    best, best_by = int(run.number("BEST")), run.choice("BEST_BY")
    if not best and best_by != core.downloads.BEST_BY[0]:
        raise InputError(f"BEST_BY={best_by} is only used with BEST, which is 0: give BEST, or leave BEST_BY out.")
    max_days = run.number("MAX_DAYS") if run.given("MAX_DAYS") else None
    return core.downloads.Picking(run.yes("CROSSES_LINE"), max_days, best, best_by)


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
