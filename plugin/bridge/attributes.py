"""Columns of a table and attribute values of a layer: the half of the bridge that is not geometry."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

import numpy as np
import pandas as pd
from qgis.core import QgsField
from qgis.PyQt.QtCore import QByteArray, QDate, QDateTime, Qt, QTime, QVariant

from ..compat import field, is_null

_MAX_INT64 = np.iinfo(np.int64).max
# What this pandas makes of Python's own moments.
_TIMES = pd.to_datetime(pd.Series([datetime.min.replace(year=2000)], dtype=object)).dtype
_NAT = np.iinfo(np.int64).min


def column_of(described: QgsField, values: tuple[Any, ...]) -> Any:
    """Return a column from the attribute values of a field: NULL is a missing value, date-times are UTC."""
    plain = list(values)
    kinds = set(map(type, plain))
    if QDateTime in kinds and kinds <= _MOMENTS:
        return _moments(described, plain)
    if not kinds <= _PLAIN_TYPES:
        plain = [None if is_null(value) else value for value in plain]
    if kinds & set(_FROM_QT):
        plain = [_FROM_QT[type(value)](value) if type(value) in _FROM_QT else value for value in plain]
    if not values:
        return pd.Series(plain, dtype=_empty_dtype(described))
    present = set(map(type, plain))
    missing = type(None) in present
    present.discard(type(None))
    if present == {bool}:
        return pd.array(plain, dtype="boolean") if missing else np.array(plain, dtype=bool)
    if present == {int}:
        if max(abs(value) for value in plain if value is not None) > _MAX_INT64:
            return pd.Series(plain, dtype=object)
        return pd.array(plain, dtype="Int64") if missing else np.array(plain, dtype=np.int64)
    if present and present <= {int, float}:
        return np.array([np.nan if value is None else value for value in plain], dtype=float)
    if not present:
        return pd.Series(plain, dtype=_empty_dtype(described))
    return pd.Series(plain, dtype=object)


def _moments(described: QgsField, values: list[QDateTime | QVariant | None]) -> pd.Series:
    known = [_NAT if is_null(value) else _from_qdatetime(value) for value in values]
    moments = np.array(known, dtype=np.int64).view("datetime64[ms]")
    if np.isnat(moments).all():
        return pd.Series([None] * len(values), dtype=_empty_dtype(described))
    return times_of(moments)


def times_of(moments: np.ndarray) -> pd.Series:
    """Return a column of moments, given in UTC."""
    column = pd.Series(moments)
    # Nanoseconds, in which pandas 2 counts, reach from 1677 to 2262, and some write 9999 for "for ever".
    with suppress(pd.errors.OutOfBoundsDatetime):
        column = column.astype(_TIMES)
    return column.dt.tz_localize("UTC")


def _empty_dtype(described: QgsField) -> str:
    """Return the dtype of a column without any value, so that its type survives."""
    name = described.typeName().lower()
    if described.isNumeric():
        return "float64" if "real" in name or "double" in name or "float" in name else "Int64"
    if "datetime" in name:
        return "datetime64[ns, UTC]"
    return "boolean" if "bool" in name else "object"


def _from_qdatetime(value: QDateTime) -> int:
    """Return the milliseconds of a moment, as numpy counts them."""
    # QGIS 3.22 reads a file's times without a zone, as "local" ones; the times in our tables are UTC, and so are these
    # digits. They are taken as they are: an hour that the local clock skips in spring would not be valid as a moment.
    if value.timeSpec() == Qt.TimeSpec.LocalTime:
        value = QDateTime(value.date(), value.time(), _UTC)
    return value.toMSecsSinceEpoch() if value.isValid() else _NAT


_MOMENTS = {QDateTime, QVariant, type(None)}
_PLAIN_TYPES = {bool, int, float, str, type(None)}
_FROM_QT: dict[type, Callable[[Any], Any]] = {
    QDate: lambda value: value.toPyDate(),
    QTime: lambda value: value.toPyTime(),
    QByteArray: lambda value: None if value.isNull() else bytes(value.data()),
}


def field_of(name: str, column: pd.Series, kind: str | None = None) -> QgsField:
    """Return the field that can hold a column: whole numbers are 64 bit, lists and dicts are text."""
    return field(name, kind or kind_of(column))


def values_of(column: pd.Series, kind: str | None = None) -> list[Any]:
    """Return the attribute values for a column: a missing value is NULL, a list or dict is JSON text."""
    kind = kind or kind_of(column)
    if kind == "datetime":
        moments = _milliseconds(column).astype(np.int64).tolist()
        made = QDateTime.fromMSecsSinceEpoch
        known = {moment: None if moment == _NAT else made(moment, _UTC) for moment in set(moments)}
        return [known[moment] for moment in moments]
    if _is_as_it_is(column, kind):
        return _objects(column)
    convert = _CONVERTERS[kind]
    return [None if _is_missing(value) else convert(value) for value in column.tolist()]


def sql_values_of(column: pd.Series, kind: str) -> list[Any]:
    """Return a column's values as a GeoPackage holds them: days and moments (UTC) are ISO text."""
    if kind == "datetime":
        # A granule's times are repeated in each of its pairs, and a text takes longer than finding the one there is.
        rows, moments = pd.factorize(_milliseconds(column), use_na_sentinel=False)
        texts = np.datetime_as_string(moments, unit="ms", timezone="UTC").astype(object)
        texts[np.isnat(moments)] = None
        found: list[Any] = texts[rows].tolist()
        return found
    if kind == "date":
        known = {day: None if _is_missing(day) else day.isoformat() for day in set(column.tolist())}
        return [known[day] for day in column.tolist()]
    # Of other objects than Python's own numbers SQLite would make bytes.
    if _is_as_it_is(column, kind):
        return _objects(column)
    if kind == "bytes":
        return [None if _is_missing(value) else bytes(value) for value in column.tolist()]
    convert = _CONVERTERS[kind]
    return [None if _is_missing(value) else convert(value) for value in column.tolist()]


def _is_as_it_is(column: pd.Series, kind: str) -> bool:
    """Whether the values are written as they are."""
    dtype = column.dtype
    if kind == "text":
        return isinstance(dtype, pd.StringDtype) or pd.api.types.infer_dtype(column, skipna=True) in ("string", "empty")
    if pd.api.types.is_object_dtype(dtype):
        return False
    return bool(kind in _IS_KIND and _IS_KIND[kind](dtype))


def _objects(column: pd.Series) -> list[Any]:
    """Return the values as they are, missing ones as None."""
    missing = column.isna().to_numpy(dtype=bool)
    values = column.to_numpy(dtype=object)
    if missing.any():
        values = values.copy()
        values[missing] = None
    return values.tolist()


def _milliseconds(column: pd.Series) -> np.ndarray:
    """Return moments, UTC, in the nearest millisecond."""
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        try:
            column = pd.to_datetime(column, utc=True)
        except pd.errors.OutOfBoundsDatetime:  # of pandas 2, see times_of
            column = pd.Series([_utc(value) for value in column], dtype="datetime64[us]")
    if column.dt.tz is not None:
        column = column.dt.tz_convert(None)
    moments = column.to_numpy("datetime64[us]")
    rounded = np.round(moments.astype(np.int64) / 1e3).astype(np.int64).view("datetime64[ms]")
    rounded[np.isnat(moments)] = "NaT"
    return rounded


def _utc(value: Any) -> np.datetime64:
    if _is_missing(value):
        return np.datetime64("NaT", "us")
    moment = pd.Timestamp(value)
    return (moment if moment.tzinfo is None else moment.tz_convert(None)).to_datetime64()


def kind_of(column: pd.Series) -> str:
    """Return what a column holds, by :data:`~xopr_crossovers.plugin.compat.FIELD_TYPES`."""
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
    if isinstance(column.dtype, pd.StringDtype):
        return "text"
    values = column.tolist()
    present = set(map(type, values)) - _MISSING_TYPES
    for number in [found for found in present if issubclass(found, float)]:
        if all(value != value for value in values if type(value) is number):
            present.discard(number)
    for kind, types in _OBJECT_KINDS.items():
        if present and present <= types:
            if kind == "int" and max(abs(value) for value in values if not _is_missing(value)) > _MAX_INT64:
                return "text"
            return kind
    return "text"


_MISSING_TYPES = {type(None), type(pd.NA), type(pd.NaT)}
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


_UTC = Qt.TimeSpec.UTC


_IS_KIND: dict[str, Callable[[Any], bool]] = {
    "bool": pd.api.types.is_bool_dtype,
    "int": pd.api.types.is_integer_dtype,
    "float": pd.api.types.is_float_dtype,
}
_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "int": int,
    "float": float,
    "date": lambda value: QDate(value.year, value.month, value.day),
    "bytes": QByteArray,
    "text": _text,
}
