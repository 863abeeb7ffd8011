"""The kinds of parameters and outputs that algorithms declare: each has a label and a help text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterDistance,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..compat import ADVANCED, DATE, LINES, METRES, POINTS, POLYGONS, TABLE
from .option_names import names_beside

_REPLACED = "In a GeoPackage that is there, the table of that name is replaced and the others stay."

# Named, not imported: the desktop alone loads what has windows.
_OPTION_WIDGET = f"{__package__}.option_widgets.OptionWidget"
# QGIS fills columns first: so many set the left and the right beam of a pair below each other.
_ABREAST = 4

GEOMETRY_TYPES = {"lines": LINES, "points": POINTS, "polygons": POLYGONS, "table": TABLE}


def described(
    parameter: QgsProcessingParameterDefinition, help_text: str, advanced: bool = False
) -> QgsProcessingParameterDefinition:
    """Return a parameter with its help, among the advanced ones if so wished."""
    parameter.setHelp(help_text)
    if advanced:
        parameter.setFlags(parameter.flags() | ADVANCED)
    return parameter


def choice(
    name: str, label: str, options: Sequence[str], default: str | None, help_text: str, advanced: bool = False
) -> Any:
    """Return a parameter with options, which the dialog shows by their names.

    The value is the option itself, in models and commands too.
    """
    parameter = QgsProcessingParameterEnum(
        name, label, list(options), defaultValue=default, optional=default is None, usesStaticStrings=True
    )
    return _with_names(parameter, help_text, advanced)


def choices(
    name: str, label: str, options: Sequence[str], default: Sequence[str], help_text: str, advanced: bool = False
) -> Any:
    """Return an optional parameter of which several options can be chosen, by boxes to check."""
    parameter = QgsProcessingParameterEnum(
        name, label, list(options), True, defaultValue=list(default), optional=True, usesStaticStrings=True
    )
    return _with_names(parameter, help_text, advanced)


def _with_names(parameter: QgsProcessingParameterEnum, help_text: str, advanced: bool) -> Any:
    options = parameter.options()
    names = names_beside(options)
    widget: dict[str, Any] = {"class": _OPTION_WIDGET}
    if parameter.allowMultiple():
        # As QGIS calls its own boxes; long names are read below each other.
        widget |= {"useCheckBoxes": True, "columns": 1 if names else _ABREAST}
    parameter.setMetadata({"widget_wrapper": widget})
    told = (help_text, names, f"Options: {', '.join(options)}.")
    return described(parameter, " ".join(filter(None, told)), advanced)


def switch(name: str, label: str, help_text: str, advanced: bool = False) -> Any:
    """Return a parameter that is yes or no, and no by default."""
    return described(QgsProcessingParameterBoolean(name, label, False), help_text, advanced)


def number(name: str, label: str, kind: Any, help_text: str, *, advanced: bool = False, **more: Any) -> Any:
    """Return a parameter for a number of a kind, INTEGER or FLOAT; `more` is handed to QGIS."""
    return described(QgsProcessingParameterNumber(name, label, kind, **more), help_text, advanced)


def distance(name: str, label: str, default_m: float, help_text: str, *, advanced: bool = False, **more: Any) -> Any:
    """Return a parameter for metres on the ground, from 0 on; `more` is handed to QGIS."""
    parameter = QgsProcessingParameterDistance(name, label, defaultValue=default_m, minValue=0.0, **more)
    parameter.setDefaultUnit(METRES)
    return described(parameter, help_text, advanced)


def text(name: str, label: str, default: str | None, help_text: str, advanced: bool = False) -> Any:
    """Return a one-line text parameter; optional if it has no default."""
    parameter = QgsProcessingParameterString(name, label, defaultValue=default, optional=default is None)
    return described(parameter, help_text, advanced)


def day(name: str, label: str, help_text: str, advanced: bool = False) -> Any:
    """Return an optional parameter for a day."""
    parameter = QgsProcessingParameterDateTime(name, label, DATE, optional=True)
    return described(parameter, f"{help_text} Written as 2024-01-31.", advanced)


def layer(name: str, label: str, kind: str, help_text: str, optional: bool = False) -> Any:
    """Return a parameter for a layer of lines, points or polygons, or for a table."""
    parameter = QgsProcessingParameterFeatureSource(name, label, [GEOMETRY_TYPES[kind]], optional=optional)
    return described(parameter, help_text)


def sink(name: str, label: str, kind: str, help_text: str, optional: bool = False) -> Any:
    """Return a parameter for an output layer, or for an output table; an optional one is not made unless asked for."""
    parameter = QgsProcessingParameterFeatureSink(name, label, GEOMETRY_TYPES[kind], optional=optional)
    parameter.setCreateByDefault(not optional)
    return described(parameter, f"{help_text} {_REPLACED}")


def add_report(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``REPORT``."""
    algorithm.addParameter(
        described(
            QgsProcessingParameterFileDestination("REPORT", "Report", "HTML files (*.html)", optional=True),
            "An HTML page with charts and a map, for the browser; it is not written if this is left empty.",
        )
    )


def add_number(algorithm: QgsProcessingAlgorithm, name: str, label: str) -> None:
    """Declare a number that the algorithm returns."""
    algorithm.addOutput(QgsProcessingOutputNumber(name, label))


def add_text(algorithm: QgsProcessingAlgorithm, name: str, label: str) -> None:
    """Declare a text that the algorithm returns."""
    algorithm.addOutput(QgsProcessingOutputString(name, label))
