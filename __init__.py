"""xOPR Crossovers: which ICESat-2 passes cross my radar lines, when, and where is the data?

The package is a QGIS plugin. Its work is in :mod:`xopr_crossovers.core`, which needs no QGIS and serves a notebook
as well. Nothing of QGIS is imported here, for that reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .plugin.plugin import XoprCrossoversPlugin


def classFactory(iface: Any) -> XoprCrossoversPlugin:  # noqa: N802 (QGIS asks for this name)
    """Return the plugin; QGIS calls this once."""
    from .plugin.plugin import XoprCrossoversPlugin

    return XoprCrossoversPlugin(iface)
