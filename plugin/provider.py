"""The Processing provider ``xopr``."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ..algorithms import ALGORITHMS
from .metadata import icon_path, metadata


class XoprProvider(QgsProcessingProvider):  # type: ignore[misc]
    """Offers this plugin's algorithms; it loads whether or not their Python packages are installed."""

    def id(self) -> str:
        """Return the first half of every algorithm's id."""
        return "xopr"

    def name(self) -> str:
        """Return the name in the toolbox."""
        return "xOPR Crossovers"

    def longName(self) -> str:  # noqa: N802 (QGIS asks for this name)
        """Return the name with the version."""
        return f"xOPR Crossovers {self.versionInfo()}"

    def versionInfo(self) -> str:  # noqa: N802 (QGIS asks for this name)
        """Return the plugin's version."""
        return metadata()["version"]

    def icon(self) -> QIcon:
        """Return the icon in the toolbox."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:  # noqa: N802 (QGIS asks for this name)
        """Return where the icon is."""
        return icon_path("xopr")

    def loadAlgorithms(self) -> None:  # noqa: N802 (QGIS asks for this name)
        """Add one object of each algorithm."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
