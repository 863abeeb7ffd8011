"""How the columns of our layers are named, shown and edited."""

from __future__ import annotations

from collections.abc import Mapping

from qgis.core import QgsApplication, QgsAttributeTableConfig, QgsEditorWidgetSetup, QgsVectorLayer
from qgis.PyQt.QtGui import QFontMetrics

#: Names for people of columns that several kinds of layers may have; a :class:`.Style` adds its own.
ALIASES = {
    "id": "Frame",
    "frame_id": "Frame",
    "collection": "Season",
    "datetime": "Flight time (UTC)",
    "opr:date": "Flight date (YYYYMMDD)",
    "opr:segment": "Segment",
    "opr:frame": "Frame number",
    "opr:hemisphere": "Hemisphere",
    "opr:provider": "Radar provider",
    "opr:frequency": "Centre frequency (Hz)",
    "opr:bandwidth": "Bandwidth (Hz)",
    "opr:mbox": "Morton cells (mbox)",
    "thumbnail": "Echogram",
    "CSARP_layer": "Radar layer file",
    "CSARP_standard": "Echogram file (standard)",
    "CSARP_qlook": "Echogram file (quick look)",
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
    "direction": "Direction of flight",
    "release": "Release",
    "revision": "Revision",
    "start_time": "Start (UTC)",
    "end_time": "End (UTC)",
    "days_between": "Days after flight",
    "crosses_line": "Crosses line",
    "overlap_m": "Overlap (m)",
    "https_url": "Link (https, Earthdata login)",
    "s3_url": "Link (s3, in AWS us-west-2)",
    "size_mb": "Size (MB)",
    "season": "Season",
    "hemisphere": "Hemisphere",
    "provider": "Radar provider",
    "n_differing": "Granules that differ",
    "place": "Place number",
    "place_name": "Place",
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

#: The same of columns that hold a laser height and the radar's surface beside it.
MEASURED_ALIASES = {
    "beam": "Beam",
    "h_li": "Laser height (m, ellipsoid)",
    "h_li_sigma": "Its error (m)",
    "height_time": "Height measured (UTC)",
    "quality": "atl06_quality_summary (0 best)",
    "slope": "Slope along the beam (m/m)",
    "h_robust_sprd": "Spread of photons (m)",
    "snr_significance": "Chance of noise alone",
    "radar_surface": "Radar surface (m, ellipsoid)",
    "pick_quality": "Quality of the pick",
    "pick_type": "Kind of the pick",
    "trace_gap_m": "Nearest picked trace (m)",
    "radar_time": "Radar (UTC)",
    "flown_m": "Distance along the flown track (m)",
    "flown_line": "Flown track known by",
    "difference": "Laser less radar (m)",
}

_MOMENT_WIDTH = 150
# Columns of the attribute table whose content needs more or less room than QGIS gives, in pixels where ten digits take
# _TEN_DIGITS of them.
_TEN_DIGITS = 83
_WIDTHS = {
    "id": 170,
    "frame_id": 170,
    "place_name": 170,
    "collection": 165,
    "flight_date": 90,
    "granule_id": 310,
    "rgt": 55,
    "cycle": 55,
    "region": 60,
    "direction": 120,
    "start_time": _MOMENT_WIDTH,
    "end_time": _MOMENT_WIDTH,
    "pass_time": _MOMENT_WIDTH,
    "flight_time": _MOMENT_WIDTH,
    "days_between": 120,
    "https_url": 420,
    "s3_url": 420,
}

# For programs, not for people: they stay in the file, but neither table nor form shows them.
_TECHNICAL = ("fid", "opr:mbox", "atl06_granules")

# QGIS would write 1.95e+08 for 195 MHz.
_WHOLE = ("opr:frequency", "opr:bandwidth")

_LINK = {"UseLink": True, "FullUrl": False, "FileWidget": True, "FileWidgetButton": False}
# QGIS fetches the picture of a link only through a storage; this one asks for it with a plain GET.
_PICTURE = {**_LINK, "DocumentViewer": 1, "DocumentViewerHeight": 220, "StorageType": "WebDAV"}
_LINKS = ("https_url", "CSARP_layer", "CSARP_standard", "CSARP_qlook")
_SHOWN_DAY, _SHOWN_MOMENT = "yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss"


def describe(layer: QgsVectorLayer, own_aliases: Mapping[str, str]) -> None:
    """Give the columns of a layer their names, widgets and widths, and hide those that are for programs.

    Parameters
    ----------
    layer : QgsVectorLayer
    own_aliases : mapping of str to str
        Names for people, beside and before :data:`ALIASES`.
    """
    fields, aliases = layer.fields(), {**ALIASES, **own_aliases}
    for index in range(fields.count()):
        name = fields.at(index).name()
        if name in aliases:
            layer.setFieldAlias(index, aliases[name])
        widget = _widget(name, fields.at(index).typeName())
        if widget is not None:
            layer.setEditorWidgetSetup(index, widget)
    layer.setAttributeTableConfig(_table_columns(layer))


def names_columns(layer: QgsVectorLayer) -> bool:
    """Whether columns of a layer have our names: it is of this plugin, or of a file that it wrote."""
    columns = layer.fields()
    return any(columns.at(index).alias() == ALIASES.get(columns.at(index).name()) for index in range(columns.count()))


def widths_of_columns(letters: QFontMetrics | None) -> dict[str, int]:
    """Return the widths of columns (pixels) that need their own, by name, for the letters of a window."""
    scale = letters.horizontalAdvance("0" * 10) / _TEN_DIGITS if letters is not None else 1.0
    return {name: round(width * scale) for name, width in _WIDTHS.items()}


def _letters() -> QFontMetrics | None:
    """Return the letters that the user chose; None where there is no window."""
    if QgsApplication.platform() != "desktop":
        return None
    from qgis.utils import iface

    return iface.mainWindow().fontMetrics()


def _table_columns(layer: QgsVectorLayer) -> QgsAttributeTableConfig:
    config = layer.attributeTableConfig()
    config.update(layer.fields())
    columns, widths = config.columns(), widths_of_columns(_letters())
    for column in columns:
        if column.type == QgsAttributeTableConfig.Type.Action:
            column.hidden = not layer.actions().actions()
            continue
        column.width = widths.get(column.name, column.width)
        column.hidden = column.name in _TECHNICAL
    # What can be done with a row stands first, where it is seen.
    columns.sort(key=lambda column: column.type != QgsAttributeTableConfig.Type.Action)
    config.setColumns(columns)
    return config


def _widget(name: str, type_name: str) -> QgsEditorWidgetSetup | None:
    if name in _TECHNICAL:
        return QgsEditorWidgetSetup("Hidden", {})
    if name in _LINKS:
        return QgsEditorWidgetSetup("ExternalResource", _LINK)
    if name == "thumbnail":
        return QgsEditorWidgetSetup("ExternalResource", _PICTURE)
    if name in _WHOLE:
        return QgsEditorWidgetSetup("Range", {"Style": "SpinBox", "Precision": 0, "AllowNull": True})
    if name in ("frame_id", "collection"):
        # Said, as QGIS would else offer a choice among the related features.
        return QgsEditorWidgetSetup("TextEdit", {"IsMultiline": False, "UseHtml": False})
    if type_name.lower().replace("_", "") in ("datetime", "date"):
        shown = _SHOWN_DAY if type_name.lower() == "date" else _SHOWN_MOMENT
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
