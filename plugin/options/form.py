"""Forms of native widgets with a line of help below each field, which bear large letters and small windows."""

from __future__ import annotations

from typing import Any

from qgis.gui import QgsFileWidget, QgsScrollArea
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QPalette
from qgis.PyQt.QtWidgets import QFrame, QGridLayout, QGroupBox, QLabel, QVBoxLayout, QWidget

# Can be read on light and on dark ground.
_RED = "#d0342c"


class Text(QLabel):  # type: ignore[misc]
    """A text of several lines that is never cut off: what is around it learns how high it is."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def setText(self, text: str) -> None:  # noqa: N802 (Qt's name)
        """Show another text."""
        super().setText(text)
        self._fit()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 (Qt's name)
        """Take the height that the new width asks for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        # First without the old one, below which the height for a width does not go.
        self.setMinimumHeight(0)
        self.setMinimumHeight(self.heightForWidth(self.width()))


class Form(QGroupBox):  # type: ignore[misc]
    """A group of fields, with their labels at the left.

    Parameters
    ----------
    title : str
    parent : QWidget
    """

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._grid = QGridLayout(self)
        self._grid.setColumnStretch(1, 1)
        self._labels: list[QLabel] = []

    def add_field(self, title: str, field: QWidget, help_text: str, wide: bool = True) -> QLabel:
        """Add a field with its label, and below it its help.

        Returns
        -------
        QLabel
            For a sentence on what is wrong with the field; it is hidden until there is one.
        """
        row = self._grid.rowCount()
        self._add_label(title, row).setBuddy(field.lineEdit() if isinstance(field, QgsFileWidget) else field)
        at_left = Qt.AlignmentFlag.AlignLeft
        self._grid.addWidget(field, row, 1, 1, 2, Qt.AlignmentFlag(0) if wide else at_left)
        problem = self.add_text("")
        problem.setStyleSheet(f"color: {_RED}")
        problem.hide()
        self.add_text(help_text).setForegroundRole(QPalette.ColorRole.PlaceholderText)
        return problem

    def add_row(self, title: str, shown: QWidget, button: QWidget) -> None:
        """Add a row of something that is shown and a button."""
        row = self._grid.rowCount()
        self._add_label(title, row)
        self._grid.addWidget(shown, row, 1)
        self._grid.addWidget(button, row, 2)

    def add_text(self, text: str) -> Text:
        """Add a text below the fields."""
        label = Text(text, self)
        self._grid.addWidget(label, self._grid.rowCount(), 1, 1, 2)
        return label

    def _add_label(self, title: str, row: int) -> QLabel:
        label = QLabel(title, self)
        self._grid.addWidget(label, row, 0)
        self._labels.append(label)
        return label


def align(*forms: Form) -> None:
    """Let the fields of several forms begin at the same place."""
    widest = max(label.sizeHint().width() for form in forms for label in form._labels)
    for form in forms:
        form.layout().setColumnMinimumWidth(0, widest)


def scrolled(page: QWidget) -> QVBoxLayout:
    """Return a layout in a page that is scrolled where the window is small; QGIS 3.22 does not see to that itself."""
    around = QVBoxLayout(page)
    around.setContentsMargins(0, 0, 0, 0)
    area = QgsScrollArea(page)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    content = QWidget(area)
    area.setWidget(content)
    around.addWidget(area)
    layout = QVBoxLayout(content)
    layout.setContentsMargins(0, 0, 0, 0)
    return layout
