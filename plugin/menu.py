"""The plugin's menu in the desktop, and the message bar where Python packages are missing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from qgis.core import Qgis, QgsCommandLineUtils
from qgis.gui import QgsMessageBarItem
from qgis.PyQt.QtCore import QModelIndex, QTimer, QUrl
from qgis.PyQt.QtGui import QDesktopServices, QIcon
from qgis.PyQt.QtWidgets import QAbstractItemView, QDockWidget, QMenu, QPushButton

from ..core.common import count
from . import models
from .metadata import guide_url, icon_path
from .options import PAGE, SettingsFactory, settings
from .packages import dependencies, installation, installing
from .task import Latest
from .text_dialog import TextDialog

NAME = settings.NAME
_INSTALLATION = "xOPR Crossovers: Installation"
_PACKAGES = "xOPR Crossovers: Python Packages"


class Menu:
    """Adds Plugins > xOPR Crossovers.

    Parameters
    ----------
    iface : QgisInterface
        The desktop.

    Attributes
    ----------
    actions : list of QAction
    dialogs : dict of str to TextDialog
        The windows that were opened, by their title.
    check : Latest
        The check of the installation.
    models : QMenu
        Has an entry for each model once it is shown.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self.dialogs: dict[str, TextDialog] = {}
        self.check = Latest()
        self._message: QgsMessageBarItem | None = None
        # Made through a menu, as the class of actions is in another module of Qt 6.
        self._menu = QMenu(NAME, iface.mainWindow())
        self.models = QMenu("Open a Model in the Designer", self._menu)
        self.models.aboutToShow.connect(self._list_models)
        self.actions = [
            self._menu.addAction(QIcon(icon_path("xopr")), "Show in the Toolbox", self.show_toolbox),
            self._menu.addMenu(self.models),
            self._menu.addAction("User Guide", self.open_guide),
            self._menu.addAction("Settings...", self.show_settings),
            self._menu.addAction("Check the Installation...", self.check_installation),
        ]
        self._factory = SettingsFactory(self._warn)
        iface.registerOptionsWidgetFactory(self._factory)
        for action in self.actions:
            iface.addPluginToMenu(NAME, action)
        # Once the window is there, and other plugins (qpip) had their turn.
        self._timer = QTimer(iface.mainWindow())
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.tell_what_is_missing)
        self._timer.start(0)

    def remove(self) -> None:
        """Take the menu and its windows away."""
        self._timer.stop()
        self.check.stop()
        self._iface.unregisterOptionsWidgetFactory(self._factory)
        if self._message in self._iface.messageBar().items():
            self._iface.messageBar().popWidget(self._message)
        for action in self.actions:
            self._iface.removePluginMenu(NAME, action)
        self._menu.deleteLater()
        for dialog in self.dialogs.values():
            dialog.close()
            dialog.deleteLater()
        self.dialogs.clear()

    def tell_what_is_missing(self) -> None:
        """Show a message bar if Python packages are missing."""
        missing = dependencies.problems()
        if not missing:
            return
        bar = self._iface.messageBar()
        number = count(len(missing), "Python package", "Python packages")
        widget = bar.createMessage(NAME, f"needs {number} that this QGIS does not have.")
        button = QPushButton("What to Do...", widget)
        button.clicked.connect(lambda _=False: self.show_instructions())
        widget.layout().addWidget(button)
        self._message = bar.pushWidget(widget, Qgis.MessageLevel.Warning)

    def show_instructions(self) -> None:
        """Show how to install what is missing on this system."""
        system = installing.this_system()
        dialog = self._dialog(_PACKAGES, installing.instructions(system, dependencies.problems()))
        dialog.offer("Copy the Command", installing.command(system))
        dialog.bring()

    def show_toolbox(self) -> None:
        """Open the Processing toolbox at this plugin's group."""
        dock = self._iface.mainWindow().findChild(QDockWidget, "ProcessingToolbox")
        if dock is None:
            self._warn(
                "There is no toolbox while the plugin Processing is off: switch it on in Plugins > Manage and Install "
                "Plugins > Installed."
            )
            return
        dock.setVisible(True)
        dock.raise_()
        dock.searchBox.clear()
        tree = dock.algorithmTree
        group = _child(tree.model(), NAME)
        if group.isValid():
            tree.expandRecursively(group)
            tree.setCurrentIndex(group)
            tree.scrollTo(group, QAbstractItemView.ScrollHint.PositionAtTop)

    def open_guide(self) -> None:
        """Open the guide in the browser."""
        QDesktopServices.openUrl(QUrl(guide_url()))

    def show_settings(self) -> None:
        """Open QGIS's options at this plugin's page."""
        self._iface.showOptionsDialog(self._iface.mainWindow(), PAGE)

    def check_installation(self) -> None:
        """Show what is installed here, at once, and whether CMR answers, as soon as that is known."""
        self.check.stop()
        self._dialog(_INSTALLATION, self._report()).bring()
        self.check.start(f"{NAME}: check of the installation", _look, self._on_checked)

    def _list_models(self) -> None:
        """Fill the submenu: reading the models takes a moment, which QGIS's start should not wait for."""
        self.models.clear()
        for name, title in models.model_titles().items():
            self.models.addAction(title, partial(self.open_model, name))

    def open_model(self, name: str) -> None:
        """Open one of the plugin's models in the model designer."""
        try:
            models.open_in_designer(name)
        except ImportError:
            self._warn(
                "There is no model designer while the plugin Processing is off: switch it on in Plugins > Manage and "
                "Install Plugins > Installed."
            )
        except ValueError as error:
            self._warn(str(error))

    def _warn(self, text: str) -> None:
        self._iface.messageBar().pushMessage(NAME, text, Qgis.MessageLevel.Warning)

    def _on_checked(self, found: tuple[str, str] | None) -> None:
        self.dialogs[_INSTALLATION].set_text(self._report(*(found or ("not counted", "not asked: it was stopped"))))

    def _report(self, *found: str) -> str:
        return installation.report(QgsCommandLineUtils.allVersions(), *found)

    def _dialog(self, title: str, text: str) -> TextDialog:
        if title not in self.dialogs:
            self.dialogs[title] = TextDialog(title, self._iface.mainWindow())
            if title == _INSTALLATION:
                self.dialogs[title].finished.connect(self.check.stop)
        self.dialogs[title].set_text(text)
        return self.dialogs[title]


def _look(cancelled: Callable[[], bool]) -> tuple[str, str]:
    """Return what takes a while to find out: local copies, and whether CMR answers."""
    with settings.followed():
        return installation.local_copies(cancelled), installation.reach(_session, cancelled=cancelled)


def _session() -> Any:
    from .network import session  # which needs packages that may be missing

    return session()


def _child(model: Any, name: str) -> Any:
    """Return the row of the tree's first level that has a name; an invalid index if there is none."""
    rows = (model.index(row, 0, QModelIndex()) for row in range(model.rowCount(QModelIndex())))
    return next((row for row in rows if model.data(row) == name), QModelIndex())
