"""A layer that is a plain, whole table of a GeoPackage, read without QGIS's features: the same table, ten times faster.

Where anything is not as a GeoPackage has it by the letter (a view, a filter, values of another type than declared,
times of another zone, curves), nothing is read here, and QGIS is asked feature by feature.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely
from qgis.core import QgsField, QgsVectorLayer

from ..compat import kind_of_field
from .attributes import column_of, times_of
from .geometry_blobs import OddGeometryError, decode
from .geopackage_table import GeoPackageTable, place_of

_INT32 = 2**31
_DECLARED = {
    "bool": re.compile("BOOLEAN"),
    "int": re.compile("INTEGER|INT|MEDIUMINT"),
    "float": re.compile("REAL|DOUBLE"),
    "text": re.compile(r"TEXT(\(\d+\))?"),
    "date": re.compile("DATE"),
    "datetime": re.compile("DATETIME"),
    "bytes": re.compile(r"BLOB(\(\d+\))?"),
}
_STORED = {"bool": int, "int": int, "float": float, "text": str, "date": str, "datetime": str, "bytes": bytes}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Without a zone, as QGIS 3.22 writes them, times are taken as UTC, as in attributes.py.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z?", re.ASCII)
_KINDS = {
    "POINT": {0},
    "LINESTRING": {1},
    "POLYGON": {3},
    "MULTIPOINT": {4},
    "MULTILINESTRING": {5},
    "MULTIPOLYGON": {6},
    "GEOMETRY": {0, 1, 3, 4, 5, 6},
}


class _OddError(ValueError):
    """Something is not as a GeoPackage has it by the letter."""


def read(layer: QgsVectorLayer, check: Callable[[], None]) -> tuple[dict[str, Any], np.ndarray | None] | None:
    """Return the columns of a layer, and its geometries (None in a table without).

    Parameters
    ----------
    layer : QgsVectorLayer
    check : callable
        Called often; may raise to stop.

    Returns
    -------
    tuple or None
        None if the layer is anything but a plain, whole table, or cannot be read now.
    """
    place = place_of(layer)
    if place is None or layer.isEditable() or layer.subsetString():
        return None
    fields = layer.fields()
    try:
        table = GeoPackageTable.of(*place)
        if table is None or not table.fid or table.has_m:
            return None
        # Joined and reckoned columns are none of the table's.
        if fields.names() != [table.fid, *(name for name in table.columns if name != table.fid)]:
            return None
        order = [list(table.columns).index(name) for name in fields.names()]
        rows = [row for some in table.rows(check) for row in some]
        values: list[Sequence[Any]] = list(zip(*rows))
        del rows
        columns = {}
        for field, number in zip(fields, order):
            check()
            columns[field.name()] = _column(field, table.columns[field.name()], values[number] if values else ())
        geometries = _geometries(table, values[-1] if values else ()) if table.geometry else None
    except (sqlite3.Error, _OddError, OddGeometryError):
        return None
    return columns, geometries


def _column(field: QgsField, declared: str, values: Sequence[Any]) -> Any:
    """Return a column as :func:`.attributes.column_of` makes it of QGIS's values."""
    kind = kind_of_field(field)
    if kind not in _DECLARED or not _DECLARED[kind].fullmatch(declared):
        raise _OddError
    if not set(map(type, values)) <= {_STORED[kind], type(None)}:
        raise _OddError
    read = _READERS.get(kind)
    return column_of(field, tuple(values)) if read is None else read(field, values)


def _bools(field: QgsField, values: Sequence[int | None]) -> Any:
    if not set(values) <= {0, 1, None}:
        raise _OddError
    return column_of(field, tuple(None if value is None else bool(value) for value in values))


def _ints(field: QgsField, values: Sequence[int | None]) -> Any:
    present = [value for value in values if value is not None]
    is_short = "64" not in field.typeName()
    if is_short and present and not -_INT32 <= min(present) <= max(present) < _INT32:
        raise _OddError
    return column_of(field, tuple(values))


def _texts(field: QgsField, values: Sequence[str | None]) -> Any:
    # GDAL reads to the first NUL.
    if any("\0" in value for value in values if value):
        raise _OddError
    return column_of(field, tuple(values))


def _days(field: QgsField, values: Sequence[str | None]) -> Any:
    known: dict[str | None, date | None] = {None: None}
    for text in set(values) - {None}:
        if text is None or not _DAY.fullmatch(text):
            raise _OddError
        try:
            known[text] = date.fromisoformat(text)
        except ValueError:
            raise _OddError from None
    return column_of(field, tuple(known[text] for text in values))


def _moments(field: QgsField, values: Sequence[str | None]) -> Any:
    present = {text for text in values if text is not None}
    if not present:
        return column_of(field, tuple(values))
    if not all(map(_MOMENT.fullmatch, present)):
        raise _OddError
    try:
        return times_of(
            np.array(["NaT" if text is None else text.removesuffix("Z") for text in values], dtype="datetime64[ms]")
        )
    except ValueError:
        raise _OddError from None


_READERS: dict[str, Callable[[QgsField, Sequence[Any]], Any]] = {
    "bool": _bools,
    "int": _ints,
    "text": _texts,
    "date": _days,
    "datetime": _moments,
}


def _geometries(table: GeoPackageTable, blobs: Sequence[bytes | None]) -> np.ndarray:
    geometries = decode(blobs)
    kinds = set(np.unique(shapely.get_type_id(geometries)).tolist()) - {-1}
    drawn = ~shapely.is_missing(geometries)
    if not kinds <= _KINDS.get(table.kind.upper(), set()):
        raise _OddError
    if table.has_z not in (0, 1) or (shapely.has_z(geometries[drawn]) != bool(table.has_z)).any():
        raise _OddError
    return geometries
