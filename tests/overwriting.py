"""Runs that write over one GeoPackage again and again, to be killed: ``overwriting.py FILE CATALOG CATALOG``."""

from __future__ import annotations

import sys

from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback


def main() -> None:
    """Load one catalog after the other into the same table, and say when the first run begins."""
    destination, *catalogs = sys.argv[1:]
    application = QgsApplication([], False)
    application.initQgis()
    from xopr_crossovers.plugin.provider import XoprProvider

    provider = XoprProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    print("ready", flush=True)
    while True:
        for catalog in catalogs:
            feedback = QgsProcessingFeedback(False)
            parameters = {"CATALOG": catalog, "FRAMES": destination}
            _, succeeded = provider.algorithm("loadcatalog").create().run(parameters, QgsProcessingContext(), feedback)
            if not succeeded:
                sys.exit("a run failed: " + feedback.textLog())


main()
