"""Styles that lie beside the data in a GeoPackage."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from qgis.core import QgsProviderRegistry, QgsVectorLayer


def place_of(layer: QgsVectorLayer) -> tuple[str, str]:
    """Return the GeoPackage and the table of a layer; empty texts if it is in none."""
    if layer.providerType() != "ogr" or layer.dataProvider().storageType() != "GPKG":
        return "", ""
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    return parts["path"], parts.get("layerName") or Path(parts["path"]).stem


def forget(path: str, table: str, name: str) -> None:
    """Remove a style of a table, if the GeoPackage has it.

    QGIS 3.22 would else ask whether to replace it, in a window that nobody sees where there is no desktop.
    """
    # Without the table of styles, or where nothing can be written, there is nothing to forget.
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as file, file:
        file.execute("DELETE FROM layer_styles WHERE f_table_name = ? AND styleName = ?", (table, name))


def tell_about(path: str, table: str, text: str) -> bool:
    """Write what is said about a table where GDAL and QGIS look for it, and return whether nothing went wrong."""
    try:
        with closing(sqlite3.connect(path)) as file, file:
            file.execute("UPDATE gpkg_contents SET description = ? WHERE table_name = ?", (text, table))
    except sqlite3.Error:
        return False
    return True


def add_to(path: str, table: str, name: str, element: str) -> bool:
    """Put an element of XML at the end of a style, and return whether nothing went wrong."""
    try:
        with closing(sqlite3.connect(path)) as file, file:
            file.execute(
                "UPDATE layer_styles SET styleQML = replace(styleQML, '</qgis>', ? || '</qgis>') "
                "WHERE f_table_name = ? AND styleName = ?",
                (element, table, name),
            )
    except sqlite3.Error:
        return False
    return True
