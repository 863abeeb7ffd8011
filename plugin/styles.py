"""How the layers look and behave: colours, field names for people, links, map tips; kept in the GeoPackage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qgis.core import (
    QgsAction,
    QgsAttributeTableConfig,
    QgsEditorWidgetSetup,
    QgsFeatureRenderer,
    QgsFillSymbol,
    QgsGraduatedSymbolRenderer,
    QgsLineSymbol,
    QgsRendererRange,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

from .compat import save_style

ALIASES = {
    "id": "Frame",
    "frame_id": "Frame",
    "collection": "Season",
    "datetime": "Time",
    "opr:date": "Flight date (YYYYMMDD)",
    "opr:segment": "Segment",
    "opr:frame": "Frame number",
    "opr:hemisphere": "Hemisphere",
    "opr:provider": "Radar provider",
    "opr:frequency": "Centre frequency",
    "opr:bandwidth": "Bandwidth",
    "opr:mbox": "Morton cells (mbox)",
    "n_granules": "Granules",
    "n_crossing": "Crossing granules",
    "atl06_granules": "Granules and links (JSON)",
    "flight_date": "Flight date",
    "granule_id": "Granule",
    "short_name": "Product",
    "version": "Version",
    "rgt": "RGT",
    "cycle": "Cycle",
    "region": "Region",
    "release": "Release",
    "revision": "Revision",
    "start_time": "Start (UTC)",
    "end_time": "End (UTC)",
    "days_between": "Days after flight",
    "crosses_line": "Crosses line",
    "overlap_m": "Overlap (m)",
    "https_url": "Link (https)",
    "s3_url": "Link (s3)",
    "size_mb": "Size (MB)",
    "season": "Season",
    "hemisphere": "Hemisphere",
    "provider": "Radar provider",
    "frames": "Frames",
    "first_date": "First flight",
    "last_date": "Last flight",
    "state": "State",
    "path": "Local copy",
    "fetched_at": "Fetched (UTC)",
}

#: What the saved style is called.
STYLE_NAME = "xOPR Crossovers"

# Columns of the attribute table whose content needs more or less room than QGIS gives, in pixels.
_WIDTHS = {
    "id": 170,
    "frame_id": 170,
    "collection": 165,
    "flight_date": 90,
    "granule_id": 310,
    "rgt": 55,
    "cycle": 55,
    "region": 60,
    "start_time": 150,
    "end_time": 150,
    "days_between": 120,
    "https_url": 420,
    "s3_url": 420,
}

_LINK = QgsEditorWidgetSetup(
    "ExternalResource", {"UseLink": True, "FullUrl": False, "FileWidget": True, "FileWidgetButton": False}
)
_LONG_TEXT = QgsEditorWidgetSetup("TextEdit", {"IsMultiline": True, "UseHtml": False})
_MOMENT = "yyyy-MM-dd HH:mm:ss"
_DAY = "yyyy-MM-dd"

_FRAME_TIP = """<b>[% "id" %]</b><br>
[% coalesce("collection", '') %], flown on [% coalesce("opr:date", '(no date)') %]"""
# The first ten links: the JSON text holds all of them.
_MATCHED_TIP = (
    _FRAME_TIP
    + """<br>
[% "n_granules" %] granules, [% "n_crossing" %] of them cross the line<br>
[% array_to_string(array_foreach(array_slice(from_json("atl06_granules"), 0, 9),
  '<a href="' || coalesce(map_get(@element, 'https_url'), '') || '">' || map_get(@element, 'granule_id') || '</a>'),
  '<br>') %]"""
)
_GRANULE_TIP = """<b>[% "granule_id" %]</b><br>
RGT [% "rgt" %], cycle [% "cycle" %], region [% "region" %]<br>
[% format_date("start_time", 'yyyy-MM-dd HH:mm') %] UTC<br>
<a href="[% "https_url" %]">[% "https_url" %]</a>"""

_NONE_COLOUR = "#a0a0a0"
# Five steps of matplotlib's viridis (CC0), without its palest end, which vanishes on white.
_VIRIDIS = ("#440154", "#3b528b", "#21918c", "#5ec962", "#c2df23")


@dataclass(frozen=True)
class Style:
    """How one kind of layer looks and behaves.

    Attributes
    ----------
    label : str
        Expression that names a feature.
    renderer : callable, optional
        Makes the renderer for a layer; tables have none.
    map_tip : str
        HTML with expressions.
    links : bool
        Whether there is a ``https_url`` to open.
    """

    label: str
    renderer: Callable[[QgsVectorLayer], QgsFeatureRenderer] | None = None
    map_tip: str = ""
    links: bool = False


def apply(layer: QgsVectorLayer, kind: str) -> None:
    """Give a layer its colours, field names, widgets, action and map tip.

    Parameters
    ----------
    layer : QgsVectorLayer
    kind : str
        Key of :data:`STYLES`.
    """
    style = STYLES[kind]
    fields = layer.fields()
    for index in range(fields.count()):
        name = fields.at(index).name()
        if name in ALIASES:
            layer.setFieldAlias(index, ALIASES[name])
        widget = _widget(name, fields.at(index).typeName())
        if widget is not None:
            layer.setEditorWidgetSetup(index, widget)
    layer.setAttributeTableConfig(_table_columns(layer))
    layer.setDisplayExpression(style.label)
    layer.setMapTipTemplate(style.map_tip)
    if style.renderer is not None and layer.isSpatial():
        layer.setRenderer(style.renderer(layer))
    if style.links:
        layer.actions().clearActions()
        layer.actions().addAction(_open_action())


def keep(layer: QgsVectorLayer) -> bool:
    """Save the layer's style beside its data where the file can hold one, and return whether nothing went wrong."""
    if layer.providerType() != "ogr" or layer.dataProvider().storageType() != "GPKG":
        return True
    return save_style(layer, STYLE_NAME)


def _table_columns(layer: QgsVectorLayer) -> QgsAttributeTableConfig:
    config = layer.attributeTableConfig()
    config.update(layer.fields())
    for index, column in enumerate(config.columns()):
        if column.name in _WIDTHS:
            config.setColumnWidth(index, _WIDTHS[column.name])
    return config


def _widget(name: str, type_name: str) -> QgsEditorWidgetSetup | None:
    if name == "https_url":
        return _LINK
    if name in ("opr:mbox", "atl06_granules"):
        return _LONG_TEXT
    if type_name.lower().replace("_", "") in ("datetime", "date"):
        shown = _DAY if type_name.lower() == "date" else _MOMENT
        return QgsEditorWidgetSetup(
            "DateTime",
            {
                "display_format": shown,
                "field_format": shown,
                "field_iso_format": False,
                "calendar_popup": True,
                "allow_null": True,
            },
        )
    return None


def _open_action() -> QgsAction:
    return QgsAction(
        QgsAction.ActionType.OpenUrl,
        "Open the granule's link (needs an Earthdata login)",
        '[% "https_url" %]',
        "",
        False,
        "Open granule",
        {"Feature", "Canvas", "Field"},
    )


def _line(colour: str, width: str) -> QgsLineSymbol:
    return QgsLineSymbol.createSimple({"color": colour, "width": width, "capstyle": "round"})


def _frames_renderer(_: QgsVectorLayer) -> QgsFeatureRenderer:
    return QgsSingleSymbolRenderer(_line("#33415c", "0.4"))


def _granules_renderer(_: QgsVectorLayer) -> QgsFeatureRenderer:
    look = {"color": "33,145,140,20", "outline_color": "33,110,140,140", "outline_width": "0.1"}
    return QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(look))


def _matched_renderer(layer: QgsVectorLayer) -> QgsFeatureRenderer:
    values, _ = QgsVectorLayerUtils.getValues(layer, "n_granules")
    ranges = [QgsRendererRange(0, 0, _line(_NONE_COLOUR, "0.3"), "none")]
    classes = count_classes([int(value) for value in values if value])
    for number, (low, high) in enumerate(classes):
        colour = _VIRIDIS[round(number * (len(_VIRIDIS) - 1) / max(len(classes) - 1, 1))]
        label = str(low) if low == high else f"{low} to {high}"
        ranges.append(QgsRendererRange(low, high, _line(colour, "0.7"), label))
    renderer = QgsGraduatedSymbolRenderer("n_granules", ranges)
    renderer.setSourceSymbol(_line(_VIRIDIS[0], "0.7"))
    return renderer


def count_classes(counts: list[int], n_classes: int = 5) -> list[tuple[int, int]]:
    """Return classes of whole numbers, each with about as many values, without gaps and without an empty one.

    Parameters
    ----------
    counts : list of int
        In any order, repeated as often as they occur.
    n_classes : int
        At most so many.

    Returns
    -------
    list of (low, high)
        Both included, ascending; the first low is the smallest count, the last high the largest.
    """
    counts = sorted(counts)
    if not counts:
        return []
    ends = {len(counts) * step // n_classes for step in range(1, n_classes + 1)}
    tops = sorted({counts[end - 1] for end in ends if end > 0})
    lows = [counts[0], *(top + 1 for top in tops[:-1])]
    return list(zip(lows, tops))


STYLES = {
    "frames": Style('"id"', _frames_renderer, _FRAME_TIP),
    "matched_frames": Style('"id"', _matched_renderer, _MATCHED_TIP),
    "granules": Style('"granule_id"', _granules_renderer, _GRANULE_TIP, links=True),
    "matches": Style('"frame_id" || \' x \' || "granule_id"', links=True),
    "seasons": Style('"season"'),
}
