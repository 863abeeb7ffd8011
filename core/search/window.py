"""Temporal windows: which time is searched, in the five ways that a user can say it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from ..common import InputError, Progress, count, on_days, read_day, utc_now
from ..frames import flight_dates
from ..icesat2 import cycle_of, cycle_start
from .options import TIME_MODES, WindowChoice

#: The first science data of ICESat-2.
LAUNCH = pd.Timestamp("2018-10-13")

#: Length of a repeat cycle in the convention of xOPR and magg, which counts from `LAUNCH`.
NOMINAL_CYCLE_DAYS = 91

#: The orbit calendar fits 67,711 real granule names within ten minutes; the search is widened by that much, and the
#: granules' own cycle numbers decide.
CALENDAR_TOLERANCE = pd.Timedelta(minutes=10)

# Far beyond the satellite's life.
_LAST_CYCLE = 999
_ONE_DAY = pd.Timedelta(days=1)
_LAST_MOMENT = pd.Timedelta(milliseconds=1)


@dataclass(frozen=True)
class Window:
    """A span of time to search.

    Attributes
    ----------
    mode : str
        One of :data:`~xopr_crossovers.core.search.TIME_MODES`, or ``granule_ids`` of granules that were named.
    start, end : Timestamp
        First and last moment that is searched, UTC without a time zone.
    start_date, end_date : str
        The same as ISO days, for people.
    cycle : int or None
        Where set, only granules of this cycle are wanted.
    text : str
        A sentence for the log.
    open_end : bool
        Whether it ends today, whatever day that is: see :meth:`until`.
    """

    mode: str
    start: pd.Timestamp
    end: pd.Timestamp
    start_date: str
    end_date: str
    cycle: int | None
    text: str
    open_end: bool = False

    def until(self, now: pd.Timestamp) -> Window:
        """Return the window, up to the end of a later day where its end is open."""
        day = now.normalize()
        if not self.open_end or day <= self.end:
            return self
        return _days(self.mode, self.start, day, self.text.partition(":")[0], open_end=True)


def resolve_window(
    mode: str,
    frames: gpd.GeoDataFrame | None = None,
    start_date: object = None,
    end_date: object = None,
    cycle: int | None = None,
    progress: Progress | None = None,
    now: pd.Timestamp | None = None,
) -> Window:
    """Return the window that a mode and its arguments mean.

    Parameters
    ----------
    mode : {'date_range', 'cycle', 'nominal_cycle', 'exact_year', 'all_years'}
        Two days, both included; a repeat cycle by the actual orbit calendar; a repeat cycle as 91 days counted from
        launch (xOPR, magg); from the first to the last flight date of `frames`; from launch to today.
    frames : GeoDataFrame, optional
        For ``exact_year``.
    start_date, end_date : date or ISO text, optional
        For ``date_range``; no end means today.
    cycle : int, optional
        For the two cycle modes, from 1.
    progress : Progress, optional
        Is told the window.
    now : Timestamp, optional
        The moment, UTC, instead of this machine's clock.

    Raises
    ------
    InputError
        If an argument is missing, or the window lies before launch, after today or ends before it starts.
    """
    flown = flight_dates(frames) if mode == "exact_year" and frames is not None else None
    return window_of(WindowChoice(mode, start_date, end_date, cycle), flown, progress, now)


def window_of(
    choice: WindowChoice,
    flown: pd.Series | None = None,
    progress: Progress | None = None,
    now: pd.Timestamp | None = None,
) -> Window:
    """Return the window that a choice means; see :func:`resolve_window`.

    Parameters
    ----------
    choice : WindowChoice
    flown : Series of datetime64, optional
        The frames' flight dates, for ``exact_year``.
    progress : Progress, optional
    now : Timestamp, optional
    """
    progress = progress or Progress()
    if choice.mode not in TIME_MODES:
        raise InputError(f"TIME_MODE must be one of {', '.join(TIME_MODES)}, not {choice.mode!r}.")
    day = today(now)
    makers = {
        "date_range": lambda: _date_range(choice.start, choice.end, day, progress),
        "cycle": lambda: _orbit_cycle(choice.cycle, day),
        "nominal_cycle": lambda: _nominal_cycle(choice.cycle, day),
        "exact_year": lambda: _exact_year(flown, progress),
        "all_years": lambda: _days("all_years", LAUNCH, day, "All years, from launch to today", open_end=True),
    }
    window = makers[choice.mode]()
    progress.info(window.text)
    return window


def window_of_granules(granules: gpd.GeoDataFrame) -> Window | None:
    """Return the time from the first to the last day of granules; None if none says when it was.

    Parameters
    ----------
    granules : GeoDataFrame
        With ``start_time`` and ``end_time``.
    """
    starts = granules["start_time"].dropna()
    if len(starts) == 0:
        return None
    end = max(starts.max(), granules["end_time"].max()) if granules["end_time"].notna().any() else starts.max()
    first, last = (moment.tz_localize(None).normalize() for moment in (starts.min(), end))
    return _days("granule_ids", first, last, "The granules' own time")


def today(now: pd.Timestamp | None = None) -> pd.Timestamp:
    """Return the current day, UTC.

    Parameters
    ----------
    now : Timestamp, optional
        The moment, UTC, instead of this machine's clock.

    Raises
    ------
    InputError
        If that lies before launch: then the clock is wrong.
    """
    now = utc_now() if now is None else now
    if now < LAUNCH:
        raise InputError(
            f"This machine's clock says {now:%Y-%m-%d}, before the first ICESat-2 data of {LAUNCH:%Y-%m-%d}: set its "
            "date and time."
        )
    return now.normalize()


def nominal_cycle_days(cycle: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return first and last day of a cycle that counts 91 days from launch; the last day is the next one's first."""
    start = LAUNCH + (int(cycle) - 1) * NOMINAL_CYCLE_DAYS * _ONE_DAY
    return start, start + NOMINAL_CYCLE_DAYS * _ONE_DAY


def _days(mode: str, start: pd.Timestamp, end: pd.Timestamp, what: str, open_end: bool = False) -> Window:
    return Window(
        mode=mode,
        start=start,
        end=end + _ONE_DAY - _LAST_MOMENT,
        start_date=f"{start:%Y-%m-%d}",
        end_date=f"{end:%Y-%m-%d}",
        cycle=None,
        text=f"{what}: {start:%Y-%m-%d} to {end:%Y-%m-%d}, both days included.",
        open_end=open_end,
    )


def _date_range(start_date: object, end_date: object, day: pd.Timestamp, progress: Progress) -> Window:
    start, end = read_day(start_date, "START_DATE"), read_day(end_date, "END_DATE")
    if start is None:
        raise InputError("TIME_MODE=date_range needs START_DATE (and END_DATE, else today); write it as 2024-01-31.")
    if start > day:
        raise InputError(
            f"The window starts on {start:%Y-%m-%d}, which is after today, {day:%Y-%m-%d} by this machine's clock; "
            "choose an earlier start, or set the clock."
        )
    open_end = end is None
    end = day if end is None else end
    if start > end:
        raise InputError(f"The window's start {start:%Y-%m-%d} is after its end {end:%Y-%m-%d}; exchange the dates.")
    if end < LAUNCH:
        raise InputError(
            f"The window ends on {end:%Y-%m-%d}, before the first ICESat-2 data of {LAUNCH:%Y-%m-%d}; "
            "choose a later window: passes repeat, so any cycle serves an older flight."
        )
    if start < LAUNCH:
        progress.warn(f"The window starts before the first ICESat-2 data of {LAUNCH:%Y-%m-%d}; nothing is older.")
        start = LAUNCH
    return _days("date_range", start, end, "Date range", open_end)


def _cycle_number(cycle: float | None) -> int:
    if cycle is None:
        raise InputError("This TIME_MODE needs CYCLE, the number of an ICESat-2 repeat cycle (1, 2, 3, ...).")
    if not 1 <= cycle <= _LAST_CYCLE or int(cycle) != cycle:
        raise InputError(f"CYCLE must be a whole number from 1 to {_LAST_CYCLE}, not {cycle}.")
    return int(cycle)


def _refuse_future(start: pd.Timestamp, cycle: int, day: pd.Timestamp) -> None:
    if start > day:
        current = int(cycle_of(np.datetime64(day, "ms")))
        raise InputError(
            f"Cycle {cycle} begins on {start:%Y-%m-%d}, after today; the current cycle is {current}: choose one up to "
            f"that, or set this machine's clock, which says {day:%Y-%m-%d}."
        )


def _orbit_cycle(cycle: float | None, day: pd.Timestamp) -> Window:
    number = _cycle_number(cycle)
    start, end = pd.to_datetime(cycle_start(np.array([number, number + 1])))
    _refuse_future(start, number, day)
    return Window(
        mode="cycle",
        start=start - CALENDAR_TOLERANCE,
        end=end + CALENDAR_TOLERANCE,
        start_date=f"{start:%Y-%m-%d}",
        end_date=f"{end:%Y-%m-%d}",
        cycle=number,
        text=f"Cycle {number} by the orbit calendar: {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC.",
    )


def _nominal_cycle(cycle: float | None, day: pd.Timestamp) -> Window:
    number = _cycle_number(cycle)
    start, end = nominal_cycle_days(number)
    _refuse_future(start, number, day)
    return _days("nominal_cycle", start, end, f"Cycle {number} counted as {NOMINAL_CYCLE_DAYS} days from launch")


def _exact_year(days: pd.Series | None, progress: Progress) -> Window:
    if days is None:
        raise InputError("TIME_MODE=exact_year takes its dates from the frames; give frames, or choose another mode.")
    undated = int(days.isna().sum())
    if undated == len(days):
        raise InputError("The frames have no flight dates ('opr:date'); choose another TIME_MODE.")
    if undated:
        without = count(undated, "frame has", "frames have")
        progress.warn(f"{without} no flight date; the window is that of the others.")
    start, end = days.min(), days.max()
    if end < LAUNCH:
        raise InputError(
            f"The frames were flown {on_days(f'{start:%Y-%m-%d}', f'{end:%Y-%m-%d}')}, before ICESat-2's first data of "
            f"{LAUNCH:%Y-%m-%d}; choose TIME_MODE cycle, date_range or all_years."
        )
    return _days("exact_year", start, end, "Exact year, the frames' own dates")
