"""Which radar frames are meant: of a season, a catalog, a layer or an archive of seasons, and at which points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsProcessingAlgorithm, QgsProcessingParameterEnum

from ... import core
from ...core.catalogs import season_names
from ...core.common import InputError
from ...core.frames import RULES
from ...core.geometry import HEMISPHERES
from .parameters import choice, day, described, distance, layer, switch, text

if TYPE_CHECKING:
    from .run import Run

DEFAULT_DISTANCE_M = 10_000.0


def add_catalog(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``SEASON`` and ``CATALOG``."""
    algorithm.addParameter(
        described(
            QgsProcessingParameterEnum(
                "SEASON", "Season", season_names(), defaultValue=None, optional=True, usesStaticStrings=True
            ),
            "A season that Open Polar Radar publishes, by its name such as 2016_Antarctica_DC8; it is fetched over the "
            "internet once, and then kept on this computer. Leave it empty to give a catalog.",
        )
    )
    algorithm.addParameter(
        text(
            "CATALOG",
            "Catalog (file, folder, pattern or URL)",
            None,
            "Instead of a season: a stac.parquet file, a folder of them, a pattern such as "
            "/data/collection=2016*/stac.parquet, an https address, or a vector layer saved from a catalog; several "
            "are separated by semicolons.",
        )
    )


def add_catalog_filters(
    algorithm: QgsProcessingAlgorithm,
    provider: str = "PROVIDER",
    start: str = "START_DATE",
    end: str = "END_DATE",
    advanced: bool = False,
) -> None:
    """Add ``HEMISPHERE`` and the filters by radar provider and flight date."""
    algorithm.addParameter(
        choice("HEMISPHERE", "Hemisphere", HEMISPHERES, None, "Keep the frames of one hemisphere.", advanced=advanced)
    )
    algorithm.addParameter(
        text(
            provider,
            "Radar data provider",
            None,
            "Keep the frames of one provider of radar data, for example cresis, utig, awi or dtu.",
            advanced,
        )
    )
    algorithm.addParameter(day(start, "First flight date", "Keep the frames flown on this day or later.", advanced))
    algorithm.addParameter(day(end, "Last flight date", "Keep the frames flown on this day or earlier.", advanced))


def add_archive(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``SEASONS``, ``CATALOG`` and ``FRAMES``, at most one of which may be given, and ``SYNC``."""
    algorithm.addParameter(
        described(
            QgsProcessingParameterEnum(
                "SEASONS", "Seasons", season_names(), True, defaultValue=None, optional=True, usesStaticStrings=True
            ),
            "Frames of these seasons, by their names, separated by commas; of all seasons whose catalogs are on this "
            "computer if nothing is chosen. Nothing is fetched without SYNC.",
        )
    )
    algorithm.addParameter(
        text(
            "CATALOG",
            "Catalog (instead of seasons)",
            None,
            "A stac.parquet file, a folder of them, a pattern, an https address, or a vector layer saved from a "
            "catalog; several are separated by semicolons.",
        )
    )
    add_frames(algorithm, optional=True)
    algorithm.addParameter(
        switch(
            "SYNC",
            "Fetch missing seasons first",
            "Before the search, fetch the catalogs of the chosen seasons, or of all that are published, as far as they "
            "are not on this computer or have changed.",
        )
    )


def add_frames(algorithm: QgsProcessingAlgorithm, optional: bool = False) -> None:
    """Add ``FRAMES`` as an input."""
    algorithm.addParameter(
        layer("FRAMES", "Frames", "lines", "Frames as 'Load season catalog' writes them, in any projection.", optional)
    )


def add_points(algorithm: QgsProcessingAlgorithm, optional: bool) -> None:
    """Add ``POINTS``, ``RULE`` and ``DISTANCE``; how near is nobody's first question where points are optional."""
    help_text = (
        "Points or multipoints in any coordinate reference system, or a table with columns lon and lat (degrees); of a "
        "layer with a selection, those selected."
    )
    if optional:
        help_text += " Without points, all frames are used."
    algorithm.addParameter(layer("POINTS", "Points of interest", "points", help_text, optional))
    algorithm.addParameter(
        choice(
            "RULE",
            "A frame is kept if",
            RULES,
            RULES[0],
            "The cells are those of opr:mbox, as in the xOPR notebook.",
            advanced=optional,
        )
    )
    algorithm.addParameter(
        distance(
            "DISTANCE",
            "Distance on the ground (flight line near a point)",
            DEFAULT_DISTANCE_M,
            "Metres on the ground between point and flight line, for RULE distance.",
            advanced=optional,
        )
    )


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


def check_days(run: Run, start: str, end: str) -> None:
    """Check that two optional days are in order.

    Raises
    ------
    InputError
    """
    first, last = run.day(start), run.day(end)
    if first and last and first > last:
        raise InputError(f"{start} {first} is after {end} {last}; exchange them.")


def point_rule(run: Run) -> core.frames.PointRule:
    """Return which frames are at the points."""
    return core.frames.PointRule(run.choice("RULE"), run.number("DISTANCE"))
