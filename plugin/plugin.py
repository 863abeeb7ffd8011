"""The plugin class: adds the Processing provider, and takes it away again."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication

from .provider import XoprProvider


class XoprCrossoversPlugin:
    """The plugin as QGIS sees it.

    Parameters
    ----------
    iface : QgisInterface or None
        The desktop; None in ``qgis_process``.
    """

    def __init__(self, iface: Any) -> None:
        self.iface = iface
        self.provider: XoprProvider | None = None

    def initProcessing(self) -> None:  # noqa: N802 (QGIS asks for this name)
        """Add the provider; ``qgis_process`` calls only this."""
        self.provider = XoprProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:  # noqa: N802 (QGIS asks for this name)
        """Add the provider; the desktop calls this."""
        self.initProcessing()

    def unload(self) -> None:
        """Take the provider away."""
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
