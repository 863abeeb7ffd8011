"""The symbols that our layers are drawn with."""

from __future__ import annotations

from qgis.core import QgsLineSymbol, QgsMarkerSymbol, QgsSimpleLineSymbolLayer, QgsSimpleMarkerSymbolLayer, QgsSymbol

# Dark on a light canvas and on pale colours; the light one round it, on dark lines and on a dark canvas.
_RIM, _HALO = "#26262e", "#ffffff"
_RIM_MM, _HALO_MM = 0.15, 0.3


def line(colour: str, width: float) -> QgsLineSymbol:
    """Return a line of a width in millimetres."""
    return QgsLineSymbol.createSimple({"color": colour, "width": str(width), "capstyle": "round"})


def cased_line(colour: str, width: float) -> QgsLineSymbol:
    """Return a line with a dark rim, which a pale colour needs on a light canvas."""
    symbol = line(_RIM, width + 2 * _RIM_MM)
    # "Change color" and the legend go by the first layer that is not locked.
    symbol.symbolLayer(0).setLocked(True)
    symbol.appendSymbolLayer(
        QgsSimpleLineSymbolLayer.create({"line_color": colour, "line_width": str(width), "capstyle": "round"})
    )
    return symbol


def point(colour: str, size: float = 2.0) -> QgsMarkerSymbol:
    """Return a disc of a diameter in millimetres that stands out on lines and ground of any colour."""
    symbol = QgsMarkerSymbol.createSimple(
        {"name": "circle", "color": _HALO, "size": str(size + 2 * _HALO_MM), "outline_style": "no"}
    )
    symbol.symbolLayer(0).setLocked(True)
    look = {"name": "circle", "color": colour, "size": str(size), "outline_color": _RIM}
    symbol.appendSymbolLayer(QgsSimpleMarkerSymbolLayer.create({**look, "outline_width": str(_RIM_MM)}))
    return symbol


def small_point(colour: str) -> QgsMarkerSymbol:
    """Return a dot: many of them make a line."""
    look = {"name": "circle", "color": colour, "size": "0.7", "outline_style": "no"}
    return QgsMarkerSymbol.createSimple(look)


def drawn_in_turn(symbol: QgsSymbol, turn: int) -> QgsSymbol:
    """Return a symbol that is drawn after those of lower turns, where the renderer uses symbol levels."""
    for layer in symbol.symbolLayers():
        layer.setRenderingPass(turn)
    return symbol
