"""Dates and numbers that can be read in the forms of layers that are not edited, in a QGIS that greys them out.

Up to some version after 3.22 QGIS shows them there in boxes that are switched off, grey on grey; later ones show text.
A layer's style cannot say so: as text, QGIS would write 2023-12-27T04:29:19.000Z and 1.95e+08, in the table as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from qgis.gui import QgsAttributeForm
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QAbstractSpinBox, QApplication, QWidget

from .columns import names_columns

# As the same QGIS shows a text that is not edited, on light and on dark ground.
_AS_TEXT = """
QAbstractSpinBox:disabled { color: black; background-color: rgba(255, 255, 255, 75%); border: none; padding: 2px; }
QAbstractSpinBox:disabled QLineEdit { color: black; background-color: transparent; }
QAbstractSpinBox::up-button:disabled, QAbstractSpinBox::down-button:disabled, QDateTimeEdit::drop-down:disabled {
    width: 0; border: none; }
"""


# What a form is, or what holds forms of its own, as QGIS calls them.
_HOLDERS = ("QgsAttributeForm", "QgsDualView")

_SEEN = "xopr_seen"


class ReadableForms:
    """Looks, whenever the focus goes to another place, whether that is in a form, or beside one in a table's window."""

    def __init__(self) -> None:
        QApplication.instance().focusChanged.connect(self._on_focus)

    def remove(self) -> None:
        """Look no more."""
        QApplication.instance().focusChanged.disconnect(self._on_focus)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        holders = [above for above in _above(now) if _kind(above) in _HOLDERS]
        if holders:
            make_readable(holders[-1])


def make_readable(holder: QWidget) -> None:
    """Let the boxes in forms of layers of ours look like text as long as they are switched off."""
    for box in holder.findChildren(QAbstractSpinBox):
        form = next((above for above in _above(box) if _kind(above) == "QgsAttributeForm"), None)
        # Once each, while it is new: a form may outlive its layer, and asked for it then would crash QGIS.
        if form is None or box.property(_SEEN):
            continue
        box.setProperty(_SEEN, True)
        # PyQt takes a form for a plain widget, since QGIS does not tell it more.
        if names_columns(sip.cast(form, QgsAttributeForm).layer()):
            box.setStyleSheet(_AS_TEXT)
            # A number at the right end of a wide form is far from its name, and of a narrow one is cut off.
            box.setAlignment(Qt.AlignmentFlag.AlignLeft)


def _above(widget: QWidget | None) -> Iterator[QWidget]:
    while widget is not None:
        yield widget
        widget = widget.parentWidget()


def _kind(widget: QWidget) -> str:
    return str(widget.metaObject().className())
