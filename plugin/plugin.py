"""The plugin class: adds the Processing provider and, in the desktop, menu and looks; and takes them away again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import QgsApplication

from .compat import GREYS_FORMS
from .looks import know_pole_crs
from .provider import XoprProvider

if TYPE_CHECKING:
    from .looks import ReadableForms
    from .menu import Menu


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
        self.menu: Menu | None = None
        self.forms: ReadableForms | None = None

    def initProcessing(self) -> None:  # noqa: N802 (QGIS asks for this name)
        """Add the provider; ``qgis_process`` calls only this."""
        know_pole_crs()
        self.provider = XoprProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:  # noqa: N802 (QGIS asks for this name)
        """Add the provider and, where there is a window, the menu; the desktop calls this."""
        self.initProcessing()
        if self.iface is not None:
            from .menu import Menu

            self.menu = Menu(self.iface)
            if GREYS_FORMS:
                from .looks import ReadableForms

                self.forms = ReadableForms()

    def unload(self) -> None:
        """Take the menu and the provider away."""
        if self.forms is not None:
            self.forms.remove()
            self.forms = None
        if self.menu is not None:
            from .looks import take_messages_away

            take_messages_away()
            self.menu.remove()
            self.menu = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
