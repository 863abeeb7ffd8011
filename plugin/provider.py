"""The Processing provider ``xopr``."""

from __future__ import annotations

from qgis.core import QgsApplication, QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ..algorithms import ALGORITHMS
from .metadata import icon_path, metadata
from .processing import load_models


class XoprProvider(QgsProcessingProvider):  # type: ignore[misc]
    """Offers this plugin's algorithms and models; it loads whether or not their Python packages are installed."""

    def __init__(self) -> None:
        super().__init__()
        QgsApplication.processingRegistry().providerAdded.connect(self._on_added)

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
        """Add one object of each algorithm and, once QGIS knows these, the models that are made of them."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
        if QgsApplication.processingRegistry().providerById(self.id()) is not None:
            for model in load_models():
                self.addAlgorithm(model)

    def _on_added(self, provider_id: str) -> None:
        if provider_id == self.id():
            self.refreshAlgorithms()
