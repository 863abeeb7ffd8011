"""The parameters that several algorithms share: each has one name, one wording and one help text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterAuthConfig,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterDistance,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ...core.catalogs import season_names
from ...core.crossings import DAYS_AHEAD, MOST_M, NEAR_M
from ...core.downloads import BEST_BY, KINDS
from ...core.frames import RULES
from ...core.geometry import HEMISPHERES
from ...core.icesat2 import BEAMS, DIRECTIONS
from ...core.icesat2 import LINES as BEAMS_AND_CENTRE
from ...core.matching import METHODS
from ...core.search import STORE_MODES, TIME_MODES
from ..compat import ADVANCED, DATE, FLOAT, INTEGER, LINES, METRES, POINTS, POLYGONS, TABLE
from ..options import settings

DEFAULT_CYCLE = 22
DEFAULT_DISTANCE_M = 10_000.0

_REPLACED = "In a GeoPackage that is there, the table of that name is replaced and the others stay."

#: Labels and examples of parameters that are lists of numbers.
NUMBER_LISTS = {
    "CYCLES": ("Repeat cycles", "22,24-26"),
    "RGTS": ("Reference ground tracks", "61,1100-1150"),
    "REGIONS": ("Granule regions", "10-12"),
}

GEOMETRY_TYPES = {"lines": LINES, "points": POINTS, "polygons": POLYGONS, "table": TABLE}


def described(
    parameter: QgsProcessingParameterDefinition, help_text: str, advanced: bool = False
) -> QgsProcessingParameterDefinition:
    """Return a parameter with its help, among the advanced ones if so wished."""
    parameter.setHelp(help_text)
    if advanced:
        parameter.setFlags(parameter.flags() | ADVANCED)
    return parameter


def choice(name: str, label: str, options: Sequence[str], default: str | None, help_text: str, **more: Any) -> Any:
    """Return a parameter with named options: the value is the option's text, in models and commands too."""
    advanced = more.pop("advanced", False)
    parameter = QgsProcessingParameterEnum(
        name, label, list(options), defaultValue=default, optional=default is None, usesStaticStrings=True
    )
    return described(parameter, f"{help_text} Options: {', '.join(options)}.", advanced)


def text(name: str, label: str, default: str | None, help_text: str, advanced: bool = False) -> Any:
    """Return a one-line text parameter; optional if it has no default."""
    parameter = QgsProcessingParameterString(name, label, defaultValue=default, optional=default is None)
    return described(parameter, help_text, advanced)


def day(name: str, label: str, help_text: str, advanced: bool = False) -> Any:
    """Return an optional parameter for a day."""
    parameter = QgsProcessingParameterDateTime(name, label, DATE, optional=True)
    return described(parameter, f"{help_text} Written as 2024-01-31.", advanced)


def layer(name: str, label: str, kind: str, help_text: str, optional: bool = False) -> Any:
    """Return a parameter for a layer of lines, points or polygons."""
    parameter = QgsProcessingParameterFeatureSource(name, label, [GEOMETRY_TYPES[kind]], optional=optional)
    return described(parameter, help_text)


def sink(name: str, label: str, kind: str, help_text: str, optional: bool = False) -> Any:
    """Return a parameter for an output layer, or for an output table; an optional one is not made unless asked for."""
    parameter = QgsProcessingParameterFeatureSink(name, label, GEOMETRY_TYPES[kind], optional=optional)
    parameter.setCreateByDefault(not optional)
    return described(parameter, f"{help_text} {_REPLACED}")


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


def add_points(algorithm: QgsProcessingAlgorithm, optional: bool) -> None:
    """Add ``POINTS``, ``RULE`` and ``DISTANCE``."""
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
            "mbox: one of the frame's morton cells (opr:mbox) holds a point, as in the xOPR notebook; "
            "distance: the flight line passes within the distance of a point.",
        )
    )
    distance = QgsProcessingParameterDistance(
        "DISTANCE", "Distance on the ground (rule distance)", defaultValue=DEFAULT_DISTANCE_M, minValue=0.0
    )
    distance.setDefaultUnit(METRES)
    algorithm.addParameter(described(distance, "Metres on the ground between point and flight line."))


def add_window(algorithm: QgsProcessingAlgorithm, default: str) -> None:
    """Add ``TIME_MODE``, ``START_DATE``, ``END_DATE`` and ``CYCLE``."""
    algorithm.addParameter(
        choice(
            "TIME_MODE",
            "Time of the ICESat-2 passes",
            TIME_MODES,
            default,
            "date_range: from the start date to the end date; cycle: one repeat cycle by the actual orbit calendar; "
            "nominal_cycle: the same counted as 91 days from launch, as xOPR and magg do; exact_year: from the first "
            "to the last flight date of the frames; all_years: from launch (2018-10-13) to today.",
        )
    )
    algorithm.addParameter(day("START_DATE", "Start date (mode date_range)", "First day that is searched."))
    algorithm.addParameter(
        day("END_DATE", "End date (mode date_range)", "Last day that is searched, included; today if empty.")
    )
    cycle = QgsProcessingParameterNumber(
        "CYCLE", "Repeat cycle (modes cycle and nominal_cycle)", INTEGER, DEFAULT_CYCLE, minValue=1
    )
    algorithm.addParameter(described(cycle, "Number of an ICESat-2 repeat cycle; cycle 22 began on 2023-12-18."))


def add_product(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``SHORT_NAME``, ``VERSION``, ``PROVIDER``, ``CMR_URL`` and ``STORE``."""
    algorithm.addParameter(
        text(
            "SHORT_NAME",
            "Product",
            "ATL06",
            "Short name of a product in NASA's CMR. Known to work are ATL03, ATL06 and ATL08, whose granules are named "
            "after track, cycle and region. Others are searched too; where a name does not tell its cycle, the time "
            "alone decides.",
        )
    )
    algorithm.addParameter(
        text(
            "VERSION",
            "Version of the product",
            settings.product_version(),
            f"Its number, such as 007 or 7; one that CMR has of the product. The default is set in {settings.PLACE}.",
        )
    )
    algorithm.addParameter(
        text("PROVIDER", "CMR provider", "NSIDC_CPRD", "Whose copy of the product is searched in CMR.", advanced=True)
    )
    add_granule_store(algorithm)


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


def add_matching(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``METHOD``, ``CROSSING_ONLY``, ``MAX_DAYS``, ``BEST`` and ``DIRECTION``."""
    algorithm.addParameter(
        choice(
            "METHOD",
            "A granule matches a frame if",
            METHODS,
            METHODS[0],
            "strtree: its footprint meets one of the frame's four morton cells (opr:mbox), as in the xOPR notebook; "
            "prefix: the same with morton cells alone; flightline: its footprint meets the flight line itself.",
        )
    )
    algorithm.addParameter(
        described(
            QgsProcessingParameterBoolean("CROSSING_ONLY", "Keep only granules that cross the flight line", False),
            "Leave out matches whose footprint lies in a frame's cells but does not cross its flight line.",
        )
    )
    _add_max_days(algorithm, "matches")
    best = QgsProcessingParameterNumber("BEST", "Only the nearest passes of each frame", INTEGER, 0, minValue=0)
    algorithm.addParameter(
        described(
            best,
            "So many granules of each frame, those whose day is nearest to the flight's; of equal ones the earlier. "
            "They are chosen of those that the other choices leave. Of a frame without a flight date the earliest are "
            "kept. 0 keeps all.",
        )
    )
    add_direction(
        algorithm,
        "Of the satellite where it comes by the middle of the frame, so that granules of regions 4 and 11, in which it "
        "turns, count by that as well:",
        advanced=True,
    )


def _add_max_days(algorithm: QgsProcessingAlgorithm, what: str) -> None:
    days = QgsProcessingParameterNumber(
        "MAX_DAYS", "Most days between flight and pass", FLOAT, optional=True, minValue=0.0
    )
    algorithm.addParameter(described(days, f"Keep {what} whose pass was at most so many days before or after."))


def add_direction(
    algorithm: QgsProcessingAlgorithm, where: str = "Of the satellite where it crosses:", advanced: bool = False
) -> None:
    """Add ``DIRECTION``."""
    direction = QgsProcessingParameterEnum(
        "DIRECTION", "Direction of flight", list(DIRECTIONS), defaultValue=DIRECTIONS[0], usesStaticStrings=True
    )
    help_text = f"{where} ascending is northward, descending southward. Options: {', '.join(DIRECTIONS)}."
    algorithm.addParameter(described(direction, help_text, advanced))


def add_compared_methods(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``METHODS`` and ``REPEATS``."""
    algorithm.addParameter(
        described(
            QgsProcessingParameterEnum(
                "METHODS",
                "Methods",
                list(METHODS),
                True,
                defaultValue=list(METHODS),
                optional=True,
                usesStaticStrings=True,
            ),
            "Which methods, separated by commas; all of them if nothing is chosen. strtree and prefix go by the "
            f"frames' morton cells (opr:mbox), flightline by the flight line. Options: {', '.join(METHODS)}.",
        )
    )
    repeats = QgsProcessingParameterNumber("REPEATS", "Runs of each method", INTEGER, 1, minValue=1)
    algorithm.addParameter(
        described(repeats, "The times are those of the best run; the pairs are the same in each.", advanced=True)
    )


def add_report(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``REPORT``."""
    algorithm.addParameter(
        described(
            QgsProcessingParameterFileDestination("REPORT", "Report", "HTML files (*.html)", optional=True),
            "An HTML page with charts and a map, for the browser; it is not written if this is left empty.",
        )
    )


def add_beams(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``BEAMS``."""
    algorithm.addParameter(
        described(
            QgsProcessingParameterEnum(
                "BEAMS",
                "Beams",
                list(BEAMS_AND_CENTRE),
                True,
                defaultValue=list(BEAMS),
                optional=True,
                usesStaticStrings=True,
            ),
            "Which beams, separated by commas; all six if nothing is chosen. gt1l is the left-most in the direction of "
            f"flight; centre is the line between them. Options: "
            f"{', '.join(BEAMS_AND_CENTRE)}.",
        )
    )


def add_crossover_filters(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``BEAMS``, ``MAX_DAYS``, ``MIN_ANGLE`` and ``DIRECTION``."""
    add_beams(algorithm)
    _add_max_days(algorithm, "crossovers")
    angle = QgsProcessingParameterNumber(
        "MIN_ANGLE", "Smallest crossing angle", FLOAT, 0.0, minValue=0.0, maxValue=90.0
    )
    algorithm.addParameter(described(angle, "Degrees, 0 to 90: crossings at a smaller angle are left out."))
    add_direction(algorithm)


def add_granule_filters(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``CYCLES``, ``RGTS`` and ``REGIONS``."""
    for name in ("CYCLES", "RGTS", "REGIONS"):
        label, example = NUMBER_LISTS[name]
        algorithm.addParameter(
            text(name, label, None, f"Only granules of these, such as {example}; all of them if empty.", advanced=True)
        )


def add_download(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``MATCHES``, ``KIND``, ``CROSSES_LINE``, ``MAX_DAYS``, ``BEST``, ``BEST_BY`` and ``SCRIPT``."""
    algorithm.addParameter(
        layer(
            "MATCHES",
            "Matches, crossovers or granules",
            "table",
            "A table or layer with granule_id and https_url, as the other algorithms write them; of a layer with a "
            "selection, the rows selected.",
        )
    )
    algorithm.addParameter(
        choice(
            "KIND",
            "Form",
            KINDS,
            KINDS[0],
            "curl and wget: a script for the shell of Linux and macOS; powershell: one for Windows, with the curl that "
            "is there; earthaccess: one for Python with that package; urls: a plain list, one link a line.",
        )
    )
    algorithm.addParameter(
        described(
            QgsProcessingParameterBoolean("CROSSES_LINE", "Only granules that cross the flight line", False),
            "Needs the column crosses_line, which Matches have.",
        )
    )
    days = QgsProcessingParameterNumber(
        "MAX_DAYS", "Most days between flight and pass", FLOAT, optional=True, minValue=0.0
    )
    algorithm.addParameter(
        described(
            days, "Only granules that passed at most so many days before or after. Needs the column days_between."
        )
    )
    best = QgsProcessingParameterNumber("BEST", "Best granules of each frame", INTEGER, 0, minValue=0)
    algorithm.addParameter(
        described(best, "So many granules of each frame, the best by BEST_BY; 0 for all. Needs the column frame_id.")
    )
    algorithm.addParameter(
        choice(
            "BEST_BY",
            "Best is",
            BEST_BY,
            BEST_BY[0],
            "time: nearest in time to the flight (column days_between); overlap: most of the flight line in the "
            "footprint (column overlap_m, which Matches have).",
        )
    )
    script = QgsProcessingParameterFileDestination(
        "SCRIPT", "Script", "Shell script (*.sh);;PowerShell (*.ps1);;Python (*.py);;List of links (*.txt)"
    )
    algorithm.addParameter(
        described(
            script,
            "The file to write; .sh for curl and wget, .ps1 for powershell, .py for earthaccess, .txt for urls. It "
            "never holds a login: you give yours when you run it.",
        )
    )


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
    store = choice(
        "STORE",
        "Granules of earlier searches",
        STORE_MODES,
        STORE_MODES[0],
        "use: what earlier searches brought is taken from this computer, and only the rest is asked of CMR; refresh: "
        "everything is asked anew, and kept; ignore: everything is asked anew, and nothing is kept.",
    )
    store.setFlags(store.flags() | ADVANCED)
    algorithm.addParameter(store)


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
    distance = QgsProcessingParameterDistance(
        "DISTANCE", "How near a beam must come", defaultValue=NEAR_M, minValue=0.0, maxValue=MOST_M
    )
    distance.setDefaultUnit(METRES)
    algorithm.addParameter(
        described(
            distance,
            "Metres on the ground from a beam to the place, up to 300,000; 0 for what crosses a line or passes through "
            "a polygon. In a polygon the distance is 0.",
        )
    )
    algorithm.addParameter(day("START_DATE", "First day", "In UTC, since 2018-10-13; today if empty."))
    algorithm.addParameter(
        day("END_DATE", "Last day", f"In UTC, up to ten years after the first; {DAYS_AHEAD} days after it if empty.")
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


def add_login(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``AUTHCFG``."""
    login = QgsProcessingParameterAuthConfig("AUTHCFG", "Earthdata login", optional=True)
    algorithm.addParameter(
        described(
            login,
            "NASA gives out granules to who is logged in (free, https://urs.earthdata.nasa.gov): an authentication "
            "configuration of the kind Basic, with user and password. If empty, the environment variable "
            "EARTHDATA_TOKEN is taken, or else the entry of urs.earthdata.nasa.gov in .netrc in your home folder.",
        )
    )


def add_number(algorithm: QgsProcessingAlgorithm, name: str, label: str) -> None:
    """Declare a number that the algorithm returns."""
    algorithm.addOutput(QgsProcessingOutputNumber(name, label))


def add_text(algorithm: QgsProcessingAlgorithm, name: str, label: str) -> None:
    """Declare a text that the algorithm returns."""
    algorithm.addOutput(QgsProcessingOutputString(name, label))


def add_frames(algorithm: QgsProcessingAlgorithm, optional: bool = False) -> None:
    """Add ``FRAMES`` as an input."""
    algorithm.addParameter(
        layer("FRAMES", "Frames", "lines", "Frames as 'Load season catalog' writes them, in any projection.", optional)
    )


def add_search_results(algorithm: QgsProcessingAlgorithm) -> None:
    """Declare the counts and the window that a search returns."""
    add_number(algorithm, "N_GRANULES", "Number of granules")
    add_number(algorithm, "CMR_HITS", "Number of granules that CMR announced")
    algorithm.addOutput(QgsProcessingOutputString("WINDOW_START", "First day searched"))
    algorithm.addOutput(QgsProcessingOutputString("WINDOW_END", "Last day searched"))


def add_match_results(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``MATCHED_FRAMES`` and ``MATCHES``, and declare the number of matches."""
    algorithm.addParameter(
        sink("MATCHED_FRAMES", "Matched frames", "lines", "All frames with n_granules, n_crossing, atl06_granules.")
    )
    algorithm.addParameter(sink("MATCHES", "Matches", "table", "One row per frame and granule, with its links."))
    add_number(algorithm, "N_MATCHES", "Number of matches")
