"""Runs that write over one GeoPackage again and again, to be killed: ``overwriting.py FILE CATALOG CATALOG``."""

from __future__ import annotations

import sys

from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback


def main() -> None:
    """Load one catalog after the other into the same table, and say when it begins."""
    destination, *catalogs = sys.argv[1:]
    application = QgsApplication([], False)
    application.initQgis()
    from xopr_crossovers.plugin.provider import XoprProvider

    provider = XoprProvider()
    QgsApplication.processingRegistry().addProvider(provider)

    def run(catalog: str, frames: str) -> None:
        feedback = QgsProcessingFeedback(False)
        parameters = {"CATALOG": catalog, "FRAMES": frames}
        _, succeeded = provider.algorithm("loadcatalog").create().run(parameters, QgsProcessingContext(), feedback)
        if not succeeded:
            sys.exit("a run failed: " + feedback.textLog())

    # The first run is slow: it loads the packages.
    run(catalogs[0], "memory:")
    print("ready", flush=True)
    while True:
        for catalog in catalogs:
            run(catalog, destination)


main()
