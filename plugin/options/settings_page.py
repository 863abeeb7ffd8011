"""The page of the plugin's settings in QGIS's options."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from qgis.gui import QgsFileWidget, QgsFilterLineEdit, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import QDir, QTimer
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from ...core.common import CMR_URL, Preferences, default_cache_dir
from ..metadata import icon_path
from . import settings
from .copies_rows import CopiesRows
from .form import Form, align, scrolled
from .settings import Settings

#: Name by which QGIS finds the page.
PAGE = "xoprCrossoversOptions"

# So long (ms) nobody types before a folder is looked at.
_PAUSE_MS = 400


class SettingsFactory(QgsOptionsWidgetFactory):  # type: ignore[misc]
    """Makes the page whenever the options are opened.

    Parameters
    ----------
    tell : callable
        Shows the user a sentence that the page itself can show no more.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell
        self.setTitle(settings.NAME)

    def icon(self) -> QIcon:
        """Return the icon in the options' list."""
        return QIcon(icon_path("xopr"))

    def createWidget(self, parent: QWidget | None = None) -> SettingsPage:  # noqa: N802 (QGIS asks for this name)
        """Return a new page."""
        return SettingsPage(parent, self._tell)


class SettingsPage(QgsOptionsPageWidget):  # type: ignore[misc]
    """Shows the settings, and keeps what is right of them.

    Parameters
    ----------
    parent : QWidget, optional
    tell : callable
        See :class:`SettingsFactory`.

    Attributes
    ----------
    cache_folder : QgsFileWidget
    copies : CopiesRows
    cmr_url, product_version : QgsFilterLineEdit
    timeout : QSpinBox
    coastline : QCheckBox
    problems : dict of str to QLabel
        What is wrong with each of them; hidden where nothing is.
    restore : QPushButton
    """

    def __init__(self, parent: QWidget | None, tell: Callable[[str], None]) -> None:
        super().__init__(parent)
        self.setObjectName(PAGE)
        self._tell = tell
        self._make_widgets()
        self.problems: dict[str, QLabel] = {}
        forms = [self._copies_form(), self._search_form(), self._map_form()]
        align(*forms)
        layout = scrolled(self)
        for form in forms:
            layout.addWidget(form)
        below = QHBoxLayout()
        below.addStretch()
        below.addWidget(self.restore)
        layout.addLayout(below)
        layout.addStretch()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.copies.count)
        self._stored = settings.stored()
        self._show(self._stored)
        self.cache_folder.fileChanged.connect(self._on_folder)
        for field in (self.cmr_url, self.product_version):
            field.textChanged.connect(self._check)
        self.restore.clicked.connect(lambda _=False: self._show(Settings()))
        self.copies.count()

    # --- what QGIS asks ---

    def isValid(self) -> bool:  # noqa: N802 (QGIS asks for this name, from 3.24 on)
        """Whether all settings can be kept; QGIS stays at this page otherwise."""
        self._check()
        return not self._wrong()

    def apply(self) -> None:
        """Keep the settings; one that is wrong stays as it was, and the user is told."""
        wrong = self._wrong()
        kept = {
            key: getattr(self._stored if key in wrong or settings.variable_of(key) else self._shown(), key)
            for key in vars(self._stored)
        }
        for problem in wrong.values():
            self._tell(f"{problem} The setting stays as it was.")
        self._stored = Settings(**kept)
        settings.store(self._stored)

    # --- values ---

    def _show(self, values: Settings) -> None:
        """Put settings into the fields; those that the environment replaces show that."""
        folder, address = (
            os.environ[name].strip() if (name := settings.variable_of(key)) else getattr(values, key)
            for key in ("cache_folder", "cmr_url")
        )
        self.cache_folder.setFilePath(QDir.toNativeSeparators(folder))
        self.cmr_url.setText(address)
        right = not settings.problem_of("timeout", values.timeout)
        self.timeout.setValue(int(values.timeout) if values.timeout and right else 0)
        self.product_version.setText(values.product_version)
        self.coastline.setChecked(values.coastline != settings.OFF)
        self._check()

    def _shown(self) -> Settings:
        seconds, version = self.timeout.value(), self.product_version.text().strip()
        return Settings(
            QDir.fromNativeSeparators(self.cache_folder.filePath().strip()),
            self.cmr_url.text().strip(),
            str(seconds) if seconds else "",
            "" if version == settings.DEFAULT_VERSION else version,
            "" if self.coastline.isChecked() else settings.OFF,
        )

    def _wrong(self) -> dict[str, str]:
        """Return what is wrong with the shown settings, by their names."""
        found = {
            key: settings.problem_of(key, text)
            for key, text in vars(self._shown()).items()
            if not settings.variable_of(key)
        }
        return {key: problem for key, problem in found.items() if problem}

    def _check(self, *_: Any) -> None:
        wrong = self._wrong()
        for key, label in self.problems.items():
            label.setText(wrong.get(key, ""))
            label.setVisible(key in wrong)

    def _on_folder(self, *_: Any) -> None:
        self.copies.say("")
        self.copies.forget()
        self._check()
        self._pause.start()

    # --- widgets ---

    def _make_widgets(self) -> None:
        # In the order in which the tabulator key goes through them.
        self.cache_folder = QgsFileWidget(self)
        self.cache_folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.cache_folder.setDialogTitle("Folder of the Local Copies")
        self.cache_folder.lineEdit().setPlaceholderText(_default_folder())
        self.copies = CopiesRows(
            self, lambda: Preferences(self._shown().cache_folder, place=settings.PLACE), self._tell
        )
        self.cmr_url = QgsFilterLineEdit(self)
        self.cmr_url.setPlaceholderText(CMR_URL)
        self.product_version = QgsFilterLineEdit(self)
        self.product_version.setPlaceholderText(settings.DEFAULT_VERSION)
        self.timeout = QSpinBox(self)
        self.timeout.setRange(0, settings.LONGEST_TIMEOUT)
        self.timeout.setSuffix(" s")
        self.timeout.setSpecialValueText(f"as in QGIS ({settings.qgis_timeout():g} s)")
        self.coastline = QCheckBox("Show it", self)
        self.restore = QPushButton("Restore Defaults", self)
        self.restore.setToolTip("Empty all fields of this page; it holds once you press OK.")

    def _copies_form(self) -> Form:
        form = Form("Local copies", self)
        self._add(
            form,
            "cache_folder",
            "Cache &folder",
            "Where season catalogs, found granules and measured heights are kept, so that the next run needs no "
            "network. Leave it empty for the folder that your system has for this. What is in the old folder is not "
            "moved.",
        )
        self.copies.add_to(form)
        return form

    def _search_form(self) -> Form:
        form = Form("Search", self)
        self._add(
            form,
            "cmr_url",
            "&Address of CMR",
            "NASA's catalog of granules (Common Metadata Repository); another address is for mirrors and tests. The "
            "parameter CMR_URL of an algorithm goes before this.",
        )
        self._add(
            form,
            "product_version",
            "Product &version",
            "The default of the parameter VERSION: its number, such as 007.",
            wide=False,
        )
        self._add(
            form,
            "timeout",
            "&Time-out",
            "How long to wait for a server that does not answer. CMR may need three minutes for an answer, and is "
            "always given them.",
            wide=False,
        )
        return form

    def _map_form(self) -> Form:
        form = Form("Map", self)
        self._add(
            form,
            "coastline",
            "Coast&line",
            "Natural Earth's, from the map of the world that QGIS ships. It comes once a project, and into none with a "
            "base map or areas of your own; remove or hide it as any layer.",
            wide=False,
        )
        return form

    def _add(self, form: Form, key: str, title: str, help_text: str, wide: bool = True) -> None:
        field = getattr(self, key)
        if name := settings.variable_of(key):
            field.setEnabled(False)
            help_text = f"Set by the environment variable {name}, which goes before this setting."
        self.problems[key] = form.add_field(title, field, help_text, wide)


def _default_folder() -> str:
    try:
        return QDir.toNativeSeparators(str(default_cache_dir()))
    except ImportError:
        return "the folder of your system for this"
