"""Days and moments that users write: one strict reader, so that 06/01/2024 is not taken for either of two days."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Any

import pandas as pd

from .errors import InputError

# YYYY-MM-DD or YYYYMMDD, alone or before a time.
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{8})(?!\d)")


def read_moment(value: Any, name: str) -> pd.Timestamp | None:
    """Return a moment in UTC, with the time zone.

    Parameters
    ----------
    value : date, datetime, Timestamp, datetime64 or ISO text, or None
        Without a time zone it is UTC. None and an empty text are no moment.
    name : str
        What to call it in an error.

    Raises
    ------
    InputError
        If it is something else, such as 06/01/2024.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    text = value.strip() if isinstance(value, str) else None
    moment = None
    if (text is not None and _ISO_DAY.match(text)) or isinstance(value, (date, pd.Timestamp)) or _is_datetime64(value):
        with suppress(ValueError, TypeError, OverflowError):
            moment = pd.Timestamp(text if text is not None else value)
    if moment is None or pd.isna(moment):
        raise InputError(f"{name} is not a date: {value!r}; write it as 2024-01-31.")
    return moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")


def read_day(value: Any, name: str) -> pd.Timestamp | None:
    """Return the day (UTC, midnight, without time zone) of a moment; see :func:`read_moment`."""
    moment = read_moment(value, name)
    return None if moment is None else moment.tz_localize(None).normalize()


def is_whole_day(value: Any) -> bool:
    """Whether a value names a day without a time in it."""
    if isinstance(value, str):
        return _ISO_DAY.fullmatch(value.strip()) is not None
    return isinstance(value, date) and not hasattr(value, "hour")


def _is_datetime64(value: Any) -> bool:
    return getattr(getattr(value, "dtype", None), "kind", "") == "M"


def check_max_days(max_days: float | None) -> None:
    """Refuse what cannot be the most days between flight and pass; None is no limit.

    Raises
    ------
    InputError
    """
    if max_days is not None and not max_days >= 0:
        raise InputError(f"MAX_DAYS must be at least 0, not {max_days:g}.")


def on_days(first: str, last: str) -> str:
    """Return ``on 2020-11-03`` or ``from 2020-11-03 to 2020-11-05``."""
    return f"on {first}" if first == last else f"from {first} to {last}"


def span_of(times: pd.Series) -> str:
    """Return the first and the last day of some times, one day once, and how many of them are unknown."""
    known = times.dropna()
    if known.empty:
        return "unknown"
    days = list(dict.fromkeys(f"{time:%Y-%m-%d}" for time in (known.min(), known.max())))
    unknown = f"; {len(times) - len(known):,} unknown" if len(known) < len(times) else ""
    return " to ".join(days) + unknown
