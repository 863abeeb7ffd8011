"""The plugin's menu in the desktop, and the message bar where Python packages are missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsCommandLineUtils, QgsTask
from qgis.gui import QgsMessageBarItem
from qgis.PyQt.QtCore import QModelIndex, QTimer, QUrl
from qgis.PyQt.QtGui import QDesktopServices, QIcon
from qgis.PyQt.QtWidgets import QAbstractItemView, QDockWidget, QMenu, QPushButton

from ..core.wording import count
from . import dependencies, installation, installing
from .metadata import icon_path, metadata
from .text_dialog import TextDialog

NAME = "xOPR Crossovers"
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
    check : QgsTask or None
        The check of the installation that is under way.
    """

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self.dialogs: dict[str, TextDialog] = {}
        self.check: _Check | None = None
        self._message: QgsMessageBarItem | None = None
        # Made through a menu, as the class of actions is in another module of Qt 6.
        self._menu = QMenu(NAME, iface.mainWindow())
        self.actions = [
            self._menu.addAction(QIcon(icon_path("xopr")), "Show in the Toolbox", self.show_toolbox),
            self._menu.addAction("User Guide", self.open_guide),
            self._menu.addAction("Check the Installation...", self.check_installation),
        ]
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
        self._stop_check()
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
            self._iface.messageBar().pushMessage(
                NAME,
                "There is no toolbox while the plugin Processing is off: switch it on in Plugins > Manage and Install "
                "Plugins > Installed.",
                Qgis.MessageLevel.Warning,
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
        QDesktopServices.openUrl(QUrl(metadata()["homepage"]))

    def check_installation(self) -> None:
        """Show what is installed here, at once, and whether CMR answers, as soon as that is known."""
        self._stop_check()
        self._dialog(_INSTALLATION, self._report()).bring()
        self.check = _Check(self._on_checked)
        QgsApplication.taskManager().addTask(self.check)

    def _on_checked(self, check: _Check) -> None:
        if check is self.check:  # and not one that was stopped for the sake of another
            self.check = None
            self.dialogs[_INSTALLATION].set_text(self._report(check.copies, check.cmr))

    def _report(self, *found: str) -> str:
        return installation.report(QgsCommandLineUtils.allVersions(), *found)

    def _stop_check(self, *_: Any) -> None:
        if self.check is not None:
            self.check.cancel()
            self.check = None

    def _dialog(self, title: str, text: str) -> TextDialog:
        if title not in self.dialogs:
            self.dialogs[title] = TextDialog(title, self._iface.mainWindow())
            if title == _INSTALLATION:
                self.dialogs[title].finished.connect(self._stop_check)
        self.dialogs[title].set_text(text)
        return self.dialogs[title]


class _Check(QgsTask):  # type: ignore[misc]
    """Looks at what takes a while, beside the window's own thread.

    Parameters
    ----------
    tell : callable
        Gets this task in the window's thread when it has ended, if nobody stopped it.

    Attributes
    ----------
    copies, cmr : str
        What :func:`~.installation.local_copies` and :func:`~.installation.reach` found.
    """

    def __init__(self, tell: Callable[[_Check], None]) -> None:
        super().__init__("xOPR Crossovers: check of the installation", QgsTask.Flag.CanCancel)
        self._tell = tell
        self.copies = self.cmr = ""

    def run(self) -> bool:
        """Look, in a thread of QGIS's."""
        self.copies = installation.local_copies()
        self.cmr = installation.reach(_session, cancelled=self.isCanceled)
        return not self.isCanceled()

    def finished(self, result: bool) -> None:
        """Tell; QGIS calls this, and deletes the task then."""
        if result:
            self._tell(self)


def _session() -> Any:
    from .network import session  # which needs packages that may be missing

    return session()


def _child(model: Any, name: str) -> Any:
    """Return the row of the tree's first level that has a name; an invalid index if there is none."""
    rows = (model.index(row, 0, QModelIndex()) for row in range(model.rowCount(QModelIndex())))
    return next((row for row in rows if model.data(row) == name), QModelIndex())
