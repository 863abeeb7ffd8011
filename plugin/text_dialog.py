"""A window with text that can be copied."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import QApplication, QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QVBoxLayout


class TextDialog(QDialog):  # type: ignore[misc]
    """Shows a text, in letters of one width, and copies it at the press of a button.

    Parameters
    ----------
    title : str
    parent : QWidget, optional
    """

    def __init__(self, title: str, parent: Any = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(False)
        self._view = QPlainTextEdit(self)
        self._view.setReadOnly(True)
        # By a style sheet, as QGIS has one of its own with the user's font, which goes before any other.
        family = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        self._view.setStyleSheet(f'font-family: "{family}"')
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self._buttons.rejected.connect(self.reject)
        #: What each button copies; None is the whole text.
        self._offers: dict[str, str | None] = {}
        self.offer("Copy", None)
        layout = QVBoxLayout(self)
        layout.addWidget(self._view)
        layout.addWidget(self._buttons)
        self.resize(900, 560)

    def text(self) -> str:
        """Return what is shown."""
        return str(self._view.toPlainText())

    def set_text(self, text: str) -> None:
        """Show another text."""
        self._view.setPlainText(text)

    def offer(self, label: str, text: str | None) -> None:
        """Have a button that puts a text (or, if it is None, all that is shown) into the clipboard."""
        if label not in self._offers:
            button = QPushButton(label, self)
            button.clicked.connect(lambda _=False: self._copy(label))
            self._buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        self._offers[label] = text

    def _copy(self, label: str) -> None:
        text = self._offers[label]
        QApplication.clipboard().setText(self.text() if text is None else text)

    def bring(self) -> None:
        """Show the window, in front of the others."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
