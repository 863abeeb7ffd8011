"""The parameters of the question that is asked the other way round: which passes, and the frames of which archive."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
)

from ...core.catalogs import season_names
from . import parameters


def add_tracks(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``GRANULE_IDS``, ``RGTS`` and ``GRANULES``, one of which is needed, and ``CYCLES`` and ``REGIONS``."""
    parameters.add_granule_ids(algorithm, "tracks or a layer")
    algorithm.addParameter(
        parameters.text(
            "RGTS",
            "Reference ground tracks (instead of granules)",
            None,
            "Numbers from 1 to 1387, such as 120-140,407. With CYCLES each of these passes counts, with its time by "
            "the orbit calendar; without, each track once.",
        )
    )
    algorithm.addParameter(
        parameters.layer(
            "GRANULES",
            "Granules (instead of names or tracks)",
            "polygons",
            "Footprints, as 'Search granules' writes them.",
            optional=True,
        )
    )
    for name in ("CYCLES", "REGIONS"):
        label, example = parameters.NUMBER_LISTS[name]
        help_text = f"Only passes of these, such as {example}; all of them if empty."
        if name == "CYCLES":
            help_text += " Of RGTS: the cycles for which passes are planned."
        algorithm.addParameter(parameters.text(name, label, None, help_text))


def add_archive(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``SEASONS``, ``CATALOG`` and ``FRAMES``, at most one of which may be given, and ``SYNC``."""
    algorithm.addParameter(
        parameters.described(
            QgsProcessingParameterEnum(
                "SEASONS", "Seasons", season_names(), True, defaultValue=None, optional=True, usesStaticStrings=True
            ),
            "Frames of these seasons, by their names, separated by commas; of all seasons whose catalogs are on this "
            "computer if nothing is chosen. Nothing is fetched without SYNC.",
        )
    )
    algorithm.addParameter(
        parameters.text(
            "CATALOG",
            "Catalog (instead of seasons)",
            None,
            "A stac.parquet file, a folder of them, a pattern, an https address, or a vector layer saved from a "
            "catalog; several are separated by semicolons.",
        )
    )
    parameters.add_frames(algorithm, optional=True)
    algorithm.addParameter(
        parameters.described(
            QgsProcessingParameterBoolean("SYNC", "Fetch missing seasons first", False),
            "Before the search, fetch the catalogs of the chosen seasons, or of all that are published, as far as they "
            "are not on this computer or have changed.",
        )
    )
