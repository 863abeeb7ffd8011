"""The parameters of the algorithms that read measured heights."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDistance,
    QgsProcessingParameterEnum,
    QgsProcessingParameterRasterLayer,
)

from ...core.altimetry import QUALITIES
from ...core.heights import ECHOGRAMS
from ...core.icesat2 import BEAMS
from ..compat import METRES
from .parameters import add_login, choice, described, layer, text


def add_buffer(algorithm: QgsProcessingAlgorithm, default_m: float, help_text: str) -> None:
    """Add ``BUFFER``."""
    distance = QgsProcessingParameterDistance("BUFFER", "Distance on the ground", defaultValue=default_m, minValue=0.0)
    distance.setDefaultUnit(METRES)
    algorithm.addParameter(described(distance, help_text))


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


def add_beams(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``BEAMS``: those that are measured."""
    beams = QgsProcessingParameterEnum(
        "BEAMS", "Beams", list(BEAMS), True, defaultValue=list(BEAMS), optional=True, usesStaticStrings=True
    )
    algorithm.addParameter(
        described(
            beams,
            "Which beams, separated by commas; all six if nothing is chosen. gt1l is the left-most in the direction of "
            f"flight. Options: {', '.join(BEAMS)}.",
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
            "none: the section has the radar's picks alone; thumbnail: the picture that the catalog has, with axes of "
            "its own, is shown below; data: the echogram file (CSARP_standard or CSARP_qlook, tens to hundreds of MB, "
            "fetched once and kept, or in RADAR_FILES) is drawn under the picks.",
        )
    )
    algorithm.addParameter(
        described(
            QgsProcessingParameterBoolean("TURN", "Turn the section round", False),
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
            "best: segments with atl06_quality_summary 0; all: every segment that has a height.",
        )
    )


def add_height_files(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``RADAR_FILES``, ``GRANULE_FILES`` and ``AUTHCFG``."""
    algorithm.addParameter(
        text(
            "RADAR_FILES",
            "Radar layer files (instead of fetching them)",
            None,
            "Files of CSARP_layer of your own: a folder, a file or a pattern, several with semicolons between; nothing "
            "is fetched then. If empty, the layer files are fetched from where the catalog says they are, and kept.",
        )
    )
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
    add_login(algorithm)


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
