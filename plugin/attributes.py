"""Columns of a table and attribute values of a layer: the half of the bridge that is not geometry."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, time, timezone
from typing import Any

import numpy as np
import pandas as pd
from qgis.core import QgsField
from qgis.PyQt.QtCore import QByteArray, QDate, QDateTime, Qt, QTime

from .compat import field, is_null

_EPOCH = pd.Timestamp(0, tz="UTC")
_MAX_INT64 = np.iinfo(np.int64).max


def column_of(described: QgsField, values: tuple[Any, ...]) -> Any:
    """Return a column from the attribute values of a field: NULL is a missing value, date-times are UTC."""
    plain = [None if is_null(value) else _from_qt(value) for value in values]
    if not values:
        return pd.Series(plain, dtype=_empty_dtype(described))
    present = {type(value) for value in plain if value is not None}
    missing = any(value is None for value in plain)
    if present == {bool}:
        return pd.array(plain, dtype="boolean") if missing else np.array(plain, dtype=bool)
    if present == {int}:
        if max(map(_magnitude, plain)) > _MAX_INT64:
            return pd.Series(plain, dtype=object)
        return pd.array(plain, dtype="Int64") if missing else np.array(plain, dtype=np.int64)
    if present and present <= {int, float}:
        return np.array([np.nan if value is None else value for value in plain], dtype=float)
    if present == {datetime}:
        return pd.to_datetime(pd.Series(plain, dtype=object), utc=True)
    if not present:
        return pd.Series(plain, dtype=_empty_dtype(described))
    return pd.Series(plain, dtype=object)


def _magnitude(value: int | None) -> int:
    return 0 if value is None else abs(value)


def _empty_dtype(described: QgsField) -> str:
    """Return the dtype of a column without any value, so that its type survives."""
    name = described.typeName().lower()
    if described.isNumeric():
        return "float64" if "real" in name or "double" in name or "float" in name else "Int64"
    if "datetime" in name:
        return "datetime64[ns, UTC]"
    return "boolean" if "bool" in name else "object"


def _from_qt(value: Any) -> Any:
    if isinstance(value, QDateTime):
        return _from_qdatetime(value)
    if isinstance(value, QDate):
        return value.toPyDate()
    if isinstance(value, QTime):
        return value.toPyTime()
    if isinstance(value, QByteArray):
        return bytes(value.data())
    return value


def _from_qdatetime(value: QDateTime) -> datetime | None:
    # QGIS 3.22 reads a file's times without a zone, as "local" ones; the times in our tables are UTC, and so are these
    # digits. They are taken as they are: an hour that the local clock skips in spring would not be valid as a moment.
    if value.timeSpec() != Qt.TimeSpec.LocalTime:
        value = value.toUTC()
    day, clock = value.date(), value.time()
    if not day.isValid() or not clock.isValid():
        return None
    return datetime.combine(day.toPyDate(), clock.toPyTime(), timezone.utc)


def field_of(name: str, column: pd.Series) -> QgsField:
    """Return the field that can hold a column: whole numbers are 64 bit, lists and dicts are text."""
    return field(name, _kind(column))


def values_of(column: pd.Series) -> list[Any]:
    """Return the attribute values for a column: a missing value is NULL, a list or dict is JSON text."""
    kind = _kind(column)
    if kind == "datetime":
        column = pd.to_datetime(column, utc=True)
    convert = _CONVERTERS[kind]
    return [None if _is_missing(value) else convert(value) for value in column.tolist()]


def _kind(column: pd.Series) -> str:
    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype) and not pd.api.types.is_object_dtype(dtype):
        return "bool"
    if pd.api.types.is_unsigned_integer_dtype(dtype) and len(column) and column.max() > _MAX_INT64:
        return "text"
    if pd.api.types.is_integer_dtype(dtype):
        return "int"
    if pd.api.types.is_float_dtype(dtype):
        return "float"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "datetime"
    return _kind_of_objects(column)


def _kind_of_objects(column: pd.Series) -> str:
    present = {type(value) for value in column.tolist() if not _is_missing(value)}
    for kind, types in _OBJECT_KINDS.items():
        if present and present <= types:
            if kind == "int" and max(abs(value) for value in column.tolist() if not _is_missing(value)) > _MAX_INT64:
                return "text"
            return kind
    return "text"


_OBJECT_KINDS: dict[str, set[type]] = {
    "bool": {bool, np.bool_},
    "int": {int, np.int64, np.int32},
    "float": {int, float, np.float64, np.float32},
    "datetime": {datetime, pd.Timestamp},
    "date": {date},
    "bytes": {bytes},
}


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple, dict, np.ndarray)):
        return json.dumps(value, default=_plain, ensure_ascii=False)
    return value.isoformat() if isinstance(value, time) else str(value)


def _plain(value: Any) -> Any:
    """Return what JSON can write of a value that it cannot."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.item() if isinstance(value, np.generic) else str(value)


def _qdatetime(value: pd.Timestamp) -> QDateTime:
    milliseconds = round((value - _EPOCH) / pd.Timedelta(milliseconds=1))
    return QDateTime.fromMSecsSinceEpoch(milliseconds, Qt.TimeSpec.UTC)


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "int": int,
    "float": float,
    "datetime": _qdatetime,
    "date": lambda value: QDate(value.year, value.month, value.day),
    "bytes": QByteArray,
    "text": _text,
}
