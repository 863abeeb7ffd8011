"""Options by their names, in Processing's dialogs: QGIS's own widgets, with other words on them.

QGIS looks here for the class that a parameter names (``parameters.choice``), and that the inputs of saved models name:
its name and place stay as they are. Only the desktop loads this file.
"""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingModelChildParameterSource, QgsProcessingParameterDefinition
from qgis.gui import QgsAbstractProcessingParameterWidgetWrapper, QgsGui, QgsProcessingGui
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QWidget

from .option_names import name_of

_TYPES = {"BatchAlgorithmDialog": QgsProcessingGui.WidgetType.Batch}


class OptionWidget:
    """What QGIS calls for a parameter with options; it gets the widget for the kind of the dialog.

    Parameters
    ----------
    parameter : QgsProcessingParameterEnum
    dialog : QDialog
    _others, _more : object
        The cell in the table of a batch, and what else the parameter says of its widget, which QGIS's own reads there.
    """

    def __new__(cls, parameter: QgsProcessingParameterDefinition, dialog: Any, *_others: Any, **_more: Any) -> Any:
        kind = type(dialog).__name__
        if kind == "ModelerParametersDialog":
            return _in_designer(parameter, dialog)
        return _Named(parameter, _TYPES.get(kind, QgsProcessingGui.WidgetType.Standard))


class _Named(QgsAbstractProcessingParameterWidgetWrapper):  # type: ignore[misc]
    """QGIS's own widget in an algorithm's dialog or in a batch; it holds the options, and shows their names."""

    def createWidget(self) -> QWidget:  # noqa: N802 (QGIS asks for this name)
        """Return QGIS's own widget, with other words."""
        registry = QgsGui.processingGuiRegistry()
        self._own = registry.createParameterWidgetWrapper(self.parameterDefinition(), self.type())
        widget = self._own.createWrappedWidget(QgsProcessingContext())
        self._own.widgetValueHasChanged.connect(lambda _: self.widgetValueHasChanged.emit(self))
        _rename(widget)
        return widget

    def setWidgetValue(self, value: Any, context: QgsProcessingContext) -> None:  # noqa: N802 (QGIS's name)
        """Show an option."""
        self._own.setParameterValue(value, context)
        _show_unknown(self._own.wrappedWidget(), value)

    def widgetValue(self) -> Any:  # noqa: N802 (QGIS asks for this name)
        """Return the option that is shown."""
        return self._own.parameterValue()


def _in_designer(parameter: QgsProcessingParameterDefinition, dialog: Any) -> QWidget:
    """Return QGIS's own widget in the model designer, which offers inputs, outputs and expressions as well."""
    registry = QgsGui.processingGuiRegistry()
    widget = registry.createModelerParameterWidget(dialog.model, dialog.childId, parameter, dialog.context)
    widget.setDialog(dialog)
    options = next((one for one in widget.findChildren(QComboBox) if _holds(one, parameter.options())), None)
    if options is None:
        return widget
    _rename(options)
    show = widget.setWidgetValue

    def show_also_unknown(value: Any) -> None:
        show(value)
        if isinstance(value, QgsProcessingModelChildParameterSource):
            _show_unknown(options, value.staticValue())

    widget.setWidgetValue = show_also_unknown
    return widget


def _holds(box: QComboBox, options: list[str]) -> bool:
    return [box.itemData(row) for row in range(box.count()) if box.itemData(row)] == list(options)


def _rename(widget: QWidget) -> None:
    """Put names on the items of a combo box, or on check boxes: there with the option, which tables name columns by."""
    if isinstance(widget, QComboBox):
        for row in range(widget.count()):
            if option := widget.itemData(row):
                widget.setItemText(row, name_of(option))
                widget.setItemData(row, option, Qt.ItemDataRole.ToolTipRole)
    for box in widget.findChildren(QCheckBox):
        option, name = box.text(), name_of(box.text())
        box.setText(option if name == option else f"{name} ({option})")


def _show_unknown(widget: QWidget, value: Any) -> None:
    """Show what is no option, where QGIS would show the default one without a word; the run will refuse it."""
    if isinstance(widget, QComboBox) and isinstance(value, str) and value:
        row = widget.findData(value)
        if row < 0:
            widget.addItem(f"{value} (no such option)", value)
            row = widget.count() - 1
        widget.setCurrentIndex(row)
