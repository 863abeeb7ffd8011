"""Which granules are searched, and when: the window, the product, names and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingAlgorithm, QgsProcessingParameterExtent, QgsProcessingParameterString

from ... import core
from ...core.common import InputError
from ...core.search import STORE_MODES, TIME_MODES
from ..compat import INTEGER
from ..options import settings
from .parameters import add_number, add_text, choice, day, described, number, text
from .relevance import is_stated

if TYPE_CHECKING:
    import pandas as pd

    from .run import Run

DEFAULT_CYCLE = 22


def add_window(algorithm: QgsProcessingAlgorithm, default: str) -> None:
    """Add ``TIME_MODE``, ``CYCLE``, ``START_DATE`` and ``END_DATE``."""
    algorithm.addParameter(
        choice(
            "TIME_MODE",
            "Time of the ICESat-2 passes",
            TIME_MODES,
            default,
            "Which passes are searched. The launch was on 2018-10-13; a cycle of 91 days is what xOPR and magg count.",
        )
    )
    algorithm.addParameter(
        number(
            "CYCLE",
            "Number of the repeat cycle",
            INTEGER,
            "Number of an ICESat-2 repeat cycle, for TIME_MODE cycle and nominal_cycle; cycle 22 began on 2023-12-18.",
            defaultValue=DEFAULT_CYCLE,
            minValue=1,
        )
    )
    algorithm.addParameter(
        day("START_DATE", "Start date (between two dates)", "First day that is searched, for TIME_MODE date_range.")
    )
    algorithm.addParameter(
        day(
            "END_DATE",
            "End date (between two dates)",
            "Last day that is searched, included, for TIME_MODE date_range; today if empty.",
        )
    )


def add_product(algorithm: QgsProcessingAlgorithm, advanced: bool = False) -> None:
    """Add ``SHORT_NAME``, ``VERSION``, ``PROVIDER``, ``CMR_URL`` and ``STORE``."""
    algorithm.addParameter(
        text(
            "SHORT_NAME",
            "Product",
            "ATL06",
            "Short name of a product in NASA's CMR. Known to work are ATL03, ATL06 and ATL08, whose granules are named "
            "after track, cycle and region. Others are searched too; where a name does not tell its cycle, the time "
            "alone decides.",
            advanced,
        )
    )
    algorithm.addParameter(
        text(
            "VERSION",
            "Version of the product",
            settings.product_version(),
            f"Its number, such as 007 or 7; one that CMR has of the product. The default is set in {settings.PLACE}.",
            advanced,
        )
    )
    algorithm.addParameter(
        text("PROVIDER", "CMR provider", "NSIDC_CPRD", "Whose copy of the product is searched in CMR.", advanced=True)
    )
    add_granule_store(algorithm)


def add_granule_store(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``CMR_URL`` and ``STORE``."""
    algorithm.addParameter(
        text(
            "CMR_URL",
            "Address of CMR",
            None,
            "Another CMR than https://cmr.earthdata.nasa.gov, for tests and mirrors; if empty, the one that "
            f"the environment variable XOPR_CMR_URL or {settings.PLACE} names.",
            advanced=True,
        )
    )
    algorithm.addParameter(
        choice(
            "STORE",
            "Granules of earlier searches",
            STORE_MODES,
            STORE_MODES[0],
            "What earlier searches brought is kept on this computer.",
            advanced=True,
        )
    )


def add_granule_files(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``GRANULE_FILES``."""
    algorithm.addParameter(
        text(
            "GRANULE_FILES",
            "Granule files (instead of CMR)",
            None,
            "A GeoParquet file, or a folder of them, such as a granule store that a colleague handed on; a layer of "
            "footprints, a pattern or an address, several with semicolons between. The granules "
            "are then read from there, and CMR is not asked at all.",
            advanced=True,
        )
    )


def add_extent(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``EXTENT``."""
    extent = QgsProcessingParameterExtent("EXTENT", "Extent to search (instead of frames)", optional=True)
    algorithm.addParameter(
        described(
            extent,
            "Used where no frames are given. Written as west,east,south,north [EPSG:4326], with west greater than east "
            "over the antimeridian, or as xmin,xmax,ymin,ymax in a projection such as [EPSG:3031].",
        )
    )


def add_granule_ids(algorithm: QgsProcessingAlgorithm, instead_of: str) -> None:
    """Add ``GRANULE_IDS``; `instead_of` says what else can be given."""
    names = QgsProcessingParameterString(
        "GRANULE_IDS", f"Granules by name (instead of {instead_of})", multiLine=True, optional=True
    )
    algorithm.addParameter(
        described(
            names,
            "Names such as ATL06_20240106123456_02342210_007_01, file names, paths or links, several with commas, "
            "semicolons, spaces or line breaks between. Of each the newest revision that is there is taken.",
        )
    )


def add_search_results(algorithm: QgsProcessingAlgorithm) -> None:
    """Declare the counts and the window that a search returns."""
    add_number(algorithm, "N_GRANULES", "Number of granules")
    add_number(algorithm, "CMR_HITS", "Number of granules that CMR announced")
    add_text(algorithm, "WINDOW_START", "First day searched")
    add_text(algorithm, "WINDOW_END", "Last day searched")


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


def search_results(found: core.job.Found, searched: core.search.Window | None) -> dict[str, Any]:
    """Return the numbers and texts of a search; of one by name that found nothing there is no window."""
    return {
        "N_GRANULES": len(found.granules),
        "CMR_HITS": found.hits,
        "WINDOW_START": searched.start_date if searched else "",
        "WINDOW_END": searched.end_date if searched else "",
    }
