"""With what colours the layers are drawn, and what their legends say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFeatureRenderer,
    QgsFillSymbol,
    QgsGraduatedSymbolRenderer,
    QgsRendererCategory,
    QgsRendererRange,
    QgsSingleSymbolRenderer,
    QgsSymbol,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

from ...core.reports import (
    CLASS_COLOURS,
    CLASSES_M,
    NEARNESS,
    VIRIDIS,
    class_colours,
    class_name,
    class_names,
    count_classes,
    day_classes,
)
from ..compat import is_null
from .symbols import cased_line, drawn_in_turn, line, point, small_point

_NONE_COLOUR = "#a0a0a0"
# Stands for days that are not known: more than there are.
_UNKNOWN = 1e9
# Sizes (mm) of the classes, the near ones first: what is compared first is seen first.
_POINTS_MM = (2.6, 2.4, 2.2, 2.0, 1.8)
_LINES_MM = (0.9, 0.8, 0.7, 0.6, 0.5)
# Metres from a planned pass to its place.
_FROM_PLACE = (
    (0, 0, "over the place"),
    (0, 100, "within 100 m"),
    (100, 1_000, "within 1 km"),
    (1_000, 5_000, "within 5 km"),
    (5_000, 1e9, "farther off"),
)
# Classes of trends; values beyond, and where there is none.
_TRENDS_M_A = (-inf, -1.0, -0.3, -0.1, 0.1, 0.3, 1.0, inf)
_BEYOND, _NO_VALUE = 1e6, -1e9


def frames_renderer(_: QgsVectorLayer) -> QgsFeatureRenderer:
    """Return what draws frames that nothing was counted for."""
    return QgsSingleSymbolRenderer(line("#33415c", 0.4))


def tracks_renderer(_: QgsVectorLayer) -> QgsFeatureRenderer:
    """Return what draws the centre lines of passes."""
    return QgsSingleSymbolRenderer(line("#44206b", 0.35))


def granules_renderer(_: QgsVectorLayer) -> QgsFeatureRenderer:
    """Return what draws footprints: thin and nearly transparent, as many lie on each other."""
    look = {"color": "90,110,130,12", "outline_color": "90,110,130,90", "outline_width": "0.1"}
    return QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(look))


def count_renderer(
    field: str, none: str, counted: tuple[str, str], dark_is_many: bool = False
) -> Callable[[QgsVectorLayer], QgsFeatureRenderer]:
    """Return what makes the renderer of lines by a count: grey for 0, five classes for the others.

    Parameters
    ----------
    field : str
        With the count.
    none : str
        What the legend says of 0.
    counted : tuple of str
        What it says after 1, and after other numbers.
    dark_is_many : bool
    """

    def renderer_for(layer: QgsVectorLayer) -> QgsFeatureRenderer:
        values, _ = QgsVectorLayerUtils.getValues(layer, field)
        ranges = [QgsRendererRange(0, 0, line(_NONE_COLOUR, 0.3), none)]
        classes = count_classes([int(value) for value in values if value])
        for (low, high), colour in zip(classes, class_colours(len(classes), dark_is_many)):
            ranges.append(
                QgsRendererRange(low, high, line(colour, 0.7), f"{class_name(low, high)} {counted[high != 1]}")
            )
        renderer = QgsGraduatedSymbolRenderer(field, ranges)
        renderer.setSourceSymbol(line(VIRIDIS[0], 0.7))
        return renderer

    return renderer_for


def crossovers_renderer(layer: QgsVectorLayer) -> QgsFeatureRenderer:
    """Return what draws crossovers by the days between flight and pass."""
    # Of a column without its features: there may be millions.
    values = layer.uniqueValues(layer.fields().indexOf("days_between"))
    days = {abs(value) for value in values if not is_null(value)}
    classes = [(low, min(high, _UNKNOWN), name) for low, high, name in day_classes(days)]
    return _nearness_renderer(f"coalesce(abs(days_between), {_UNKNOWN:.0f})", classes, point, _POINTS_MM)


def passes_renderer(_: QgsVectorLayer) -> QgsFeatureRenderer:
    """Return what draws planned passes by how near they come to their places."""
    return _nearness_renderer("distance_m", _FROM_PLACE, cased_line, _LINES_MM)


def _nearness_renderer(
    value: str,
    classes: Sequence[tuple[float, float, str]],
    symbol: Callable[[str, float], QgsSymbol],
    sizes: tuple[float, ...],
) -> QgsFeatureRenderer:
    """Return what draws by how near something is: the nearest strongest, largest and on top of the others."""
    looks = list(zip(NEARNESS, sizes))
    ranges = [
        QgsRendererRange(low, high, drawn_in_turn(symbol(*look), turn), label)
        for turn, look, (low, high, label) in zip(reversed(range(len(looks))), looks, classes)
    ]
    renderer = QgsGraduatedSymbolRenderer(value, ranges)
    renderer.setSourceSymbol(symbol(*looks[0]))
    renderer.setUsingSymbolLevels(True)
    return renderer


def planned_crossovers_renderer(_: QgsVectorLayer) -> QgsFeatureRenderer:
    """Return what draws crossovers that are still to come."""
    return QgsSingleSymbolRenderer(point(NEARNESS[0], _POINTS_MM[1]))


def signed_renderer(
    field: str, edges: tuple[float, ...], unit: str, none: str
) -> Callable[[QgsVectorLayer], QgsFeatureRenderer]:
    """Return what makes the renderer of points by a value that may be below zero.

    Parameters
    ----------
    field : str
    edges : tuple of float
        Of the classes, from minus to plus infinity, as many as there are colours.
    unit : str
        Behind the classes' names.
    none : str
        What the legend says of points without a value.
    """

    def renderer_for(_: QgsVectorLayer) -> QgsFeatureRenderer:
        within = [-_BEYOND, *edges[1:-1], _BEYOND]
        ranges = [QgsRendererRange(_NO_VALUE, _NO_VALUE, drawn_in_turn(point(_NONE_COLOUR, 1.4), 0), none)]
        ranges += [
            QgsRendererRange(low, high, drawn_in_turn(point(colour), 1), f"{name} {unit}")
            for low, high, colour, name in zip(within[:-1], within[1:], CLASS_COLOURS, class_names(edges))
        ]
        renderer = QgsGraduatedSymbolRenderer(f'coalesce("{field}", {_NO_VALUE:.0f})', ranges)
        renderer.setSourceSymbol(point(CLASS_COLOURS[0]))
        renderer.setUsingSymbolLevels(True)
        return renderer

    return renderer_for


#: Draws crossovers by what laser and radar differ by.
differences_renderer = signed_renderer("difference", CLASSES_M, "m", "no difference")
#: Draws places by how fast the surface there rises.
trends_renderer = signed_renderer("trend_m_a", _TRENDS_M_A, "m a year", "no trend")


def picks_renderer(_: QgsVectorLayer) -> QgsFeatureRenderer:
    """Return what draws picked layers: small points, which make lines."""
    looks = (("surface", "#1d2b36", "radar surface"), ("bed", "#8c510a", "radar bed"))
    return QgsCategorizedSymbolRenderer(
        "layer", [QgsRendererCategory(value, small_point(colour), label) for value, colour, label in looks]
    )
