"""Which measured heights are read, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingParameterAuthConfig,
    QgsProcessingParameterRasterLayer,
)

from ... import core
from ...core.altimetry import QUALITIES
from ...core.common import InputError
from ...core.heights import ECHOGRAMS
from .crossing_parameters import wanted_crossovers
from .parameters import choice, described, distance, layer, switch, text

if TYPE_CHECKING:
    from .run import Run


def add_buffer(
    algorithm: QgsProcessingAlgorithm, label: str, default_m: float, help_text: str, advanced: bool = False
) -> None:
    """Add ``BUFFER``."""
    algorithm.addParameter(distance("BUFFER", label, default_m, help_text, advanced=advanced))


def add_one_frame(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``FRAME``."""
    algorithm.addParameter(
        text(
            "FRAME",
            "Name of the frame",
            None,
            "Which of several frames, such as Data_20161014_05_001; not needed where the layer has only one, or one is "
            "selected.",
        )
    )


def add_read_granules(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``GRANULES`` and ``MATCHES``."""
    algorithm.addParameter(
        layer(
            "GRANULES",
            "Granules",
            "polygons",
            "Of one or several cycles, as 'Search granules' writes them: all of the layer, or those selected.",
            optional=True,
        )
    )
    algorithm.addParameter(
        layer(
            "MATCHES",
            "Matches (instead of granules)",
            "table",
            "Matches, crossovers, or any table with granule_id and https_url; where it has frame_id too, only the rows "
            "of the frame are taken.",
            optional=True,
        )
    )


def add_echogram(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``ECHOGRAM`` and ``TURN``."""
    algorithm.addParameter(
        choice(
            "ECHOGRAM",
            "Echogram in the report",
            ECHOGRAMS,
            ECHOGRAMS[0],
            "What the section shows. The picture of the catalog has axes of its own; the echogram file (CSARP_standard "
            "or CSARP_qlook, tens to hundreds of MB) is fetched once and kept, or is in RADAR_FILES.",
        )
    )
    algorithm.addParameter(
        switch(
            "TURN",
            "Turn the section round",
            "The section runs the way round that the map has it in the pole's projection; turned, the other way.",
            advanced=True,
        )
    )


def add_quality(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``QUALITY``."""
    algorithm.addParameter(
        choice(
            "QUALITY",
            "Heights that count",
            QUALITIES,
            QUALITIES[0],
            "The best are segments with atl06_quality_summary 0; all are those that have a height.",
            advanced=True,
        )
    )


def add_height_files(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``AUTHCFG``, ``GRANULE_FILES`` and ``RADAR_FILES``: a login first, as most have no files of their own."""
    add_login(algorithm)
    algorithm.addParameter(
        text(
            "GRANULE_FILES",
            "ATL06 files (instead of reading them from the archive)",
            None,
            "Granules of your own, with the names that NASA gave them: a folder, a file or a pattern, several with "
            "semicolons between; nothing is fetched then. Of a granule that is there in another revision only, that "
            "one is read. If empty, small pieces of the granules are read from the archive, and kept.",
        )
    )
    algorithm.addParameter(
        text(
            "RADAR_FILES",
            "Radar layer files (instead of fetching them)",
            None,
            "Files of CSARP_layer of your own: a folder, a file or a pattern, several with semicolons between; nothing "
            "is fetched then. If empty, the layer files are fetched from where the catalog says they are, and kept.",
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


def add_rasters(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``DEM`` and ``DHDT``."""
    algorithm.addParameter(
        described(
            QgsProcessingParameterRasterLayer("DEM", "Elevation model", optional=True),
            "A raster of heights above the ellipsoid WGS 84 in metres, such as REMA or ArcticDEM, in any projection. "
            "It tells the slope, by which a radar sees the surface too high, and which of two heights is out of line. "
            "Heights above sea level are off by the geoid, up to 65 m.",
            advanced=True,
        )
    )
    algorithm.addParameter(
        described(
            QgsProcessingParameterRasterLayer("DHDT", "Rate of elevation change", optional=True),
            "A raster of metres a year, in any projection. By it the laser's height is carried from the pass to the "
            "flight (column difference_at_flight).",
            advanced=True,
        )
    )


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
        run.choice("ECHOGRAM") if run.given("REPORT") else ECHOGRAMS[0],
        run.yes("TURN"),
    )


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
