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
    QgsMarkerSymbol,
    QgsRendererRange,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

from ..core.classes import VIRIDIS, class_colours, class_name, count_classes
from .compat import save_style

# By this name, since scanners for passwords take "pass_time" with a text beside it for one.
_OVERFLIGHT = "Pass (UTC)"

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
    "beam": "Beam",
    "pair": "Beam pair (1 left, 3 right)",
    "side": "Side in the pair",
    "angle_deg": "Angle (degrees)",
    "distance_m": "Distance along the line (m)",
    "pass_time": _OVERFLIGHT,
    "flight_time": "Flight (UTC)",
    "source": "Line known by",
    "method": "Method",
    "n_pairs": "Pairs",
    "n_frames_hit": "Frames hit",
    "median_granules": "Median granules a frame",
    "missed": "Missed (flight line)",
    "extra": "Extra (flight line)",
    "frames_differing": "Frames that differ (flight line)",
    "tree_missed": "Missed (strtree)",
    "tree_extra": "Extra (strtree)",
    "tree_frames_differing": "Frames that differ (strtree)",
    "cells_s": "Reading cells (s)",
    "lines_s": "Preparing lines (s)",
    "index_s": "Indexing cells (s)",
    "footprints_s": "Cutting footprints (s)",
    "match_s": "Finding pairs (s)",
    "total_s": "Together (s)",
    "n_differing": "Granules that differ",
    "n_strtree": "Granules, strtree",
    "n_prefix": "Granules, prefix",
    "n_flightline": "Granules, flight line",
    "missed_strtree": "strtree misses (flight line)",
    "extra_strtree": "strtree has extra (flight line)",
    "missed_prefix": "prefix misses (flight line)",
    "extra_prefix": "prefix has extra (flight line)",
    "tree_missed_prefix": "prefix misses (strtree)",
    "tree_extra_prefix": "prefix has extra (strtree)",
    "tree_missed_flightline": "flight line misses (strtree)",
    "tree_extra_flightline": "flight line has extra (strtree)",
}

#: What the saved style is called.
STYLE_NAME = "xOPR Crossovers"

_MOMENT_WIDTH = 150
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
    "start_time": _MOMENT_WIDTH,
    "end_time": _MOMENT_WIDTH,
    "pass_time": _MOMENT_WIDTH,
    "flight_time": _MOMENT_WIDTH,
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
_COMPARED_TIP = (
    _FRAME_TIP
    + """<br>
the methods differ on [% "n_differing" %] granules"""
)
_GRANULE_TIP = """<b>[% "granule_id" %]</b><br>
RGT [% "rgt" %], cycle [% "cycle" %], region [% "region" %]<br>
[% format_date("start_time", 'yyyy-MM-dd HH:mm') %] UTC<br>
<a href="[% "https_url" %]">[% "https_url" %]</a>"""

_CROSSOVER_TIP = """<b>[% "frame_id" %] x [% coalesce("beam", 'footprint') %]</b><br>
RGT [% "rgt" %], cycle [% "cycle" %], region [% "region" %]<br>
[% coalesce(format_date("pass_time", 'yyyy-MM-dd HH:mm:ss') || ' UTC, ', '') %]
[% "days_between" %] days after flight<br>
[% coalesce(round("angle_deg", 1) || ' degrees, ', '') %][% round("distance_m" / 1000, 2) %] km along the line<br>
line known by [% "source" %]<br>
<a href="[% "https_url" %]">[% "granule_id" %]</a>"""

_NONE_COLOUR = "#a0a0a0"
# Days between flight and pass that matter for a comparison of heights; unknown ones are in the last class.
_DAYS_APART = (
    (0, 31, "up to a month apart"),
    (31, 91, "up to a repeat cycle (91 days)"),
    (91, 366, "up to a year"),
    (366, 1827, "up to five years"),
    (1827, 1e9, "more than five years, or unknown"),
)


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
    kept = save_style(layer, STYLE_NAME)
    # Another connection wrote into the file: the first look of the layer's own, opened before, would fail.
    layer.dataProvider().reloadData()
    return kept


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


def _count_renderer(
    field: str, none: str, dark_is_many: bool = False
) -> Callable[[QgsVectorLayer], QgsFeatureRenderer]:
    """Return what makes the renderer of lines by a count: grey for 0, five classes for the others."""

    def renderer_for(layer: QgsVectorLayer) -> QgsFeatureRenderer:
        values, _ = QgsVectorLayerUtils.getValues(layer, field)
        ranges = [QgsRendererRange(0, 0, _line(_NONE_COLOUR, "0.3"), none)]
        classes = count_classes([int(value) for value in values if value])
        for (low, high), colour in zip(classes, class_colours(len(classes), dark_is_many)):
            ranges.append(QgsRendererRange(low, high, _line(colour, "0.7"), class_name(low, high)))
        renderer = QgsGraduatedSymbolRenderer(field, ranges)
        renderer.setSourceSymbol(_line(VIRIDIS[0], "0.7"))
        return renderer

    return renderer_for


def _crossovers_renderer(_: QgsVectorLayer) -> QgsFeatureRenderer:
    ranges = [
        QgsRendererRange(low, high, _point(VIRIDIS[number]), label)
        for number, (low, high, label) in enumerate(_DAYS_APART)
    ]
    renderer = QgsGraduatedSymbolRenderer("coalesce(abs(days_between), 1e9)", ranges)
    renderer.setSourceSymbol(_point(VIRIDIS[0]))
    return renderer


def _point(colour: str) -> QgsMarkerSymbol:
    look = {"name": "circle", "color": colour, "size": "1.6", "outline_style": "no"}
    return QgsMarkerSymbol.createSimple(look)


STYLES = {
    "frames": Style('"id"', _frames_renderer, _FRAME_TIP),
    "matched_frames": Style('"id"', _count_renderer("n_granules", "none"), _MATCHED_TIP),
    "compared_frames": Style(
        '"id"', _count_renderer("n_differing", "all methods agree", dark_is_many=True), _COMPARED_TIP
    ),
    "comparison": Style('"method"'),
    "granules": Style('"granule_id"', _granules_renderer, _GRANULE_TIP, links=True),
    "crossovers": Style(
        '"frame_id" || \' x \' || coalesce("beam", "source")', _crossovers_renderer, _CROSSOVER_TIP, True
    ),
    "matches": Style('"frame_id" || \' x \' || "granule_id"', links=True),
    "seasons": Style('"season"'),
}
