"""What time it is: by this machine's clock, and by those of others, which tell that it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from threading import Lock

import pandas as pd

from .progress import Progress

#: Clocks that differ by more are not both right.
TOLERANCE = pd.Timedelta(days=1)


def utc_now() -> pd.Timestamp:
    """Return the moment by this machine's clock, UTC without a time zone."""
    return pd.Timestamp.now(tz="UTC").tz_localize(None)


def read_date(text: str) -> pd.Timestamp | None:
    """Return the moment of an HTTP ``Date``, UTC without a time zone; None if it is none."""
    with suppress(TypeError, ValueError, IndexError, OverflowError):
        moment = pd.Timestamp(parsedate_to_datetime(text))
        return moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment
    return None


class Clock:
    """The clock of this machine, put right by what others say.

    Parameters
    ----------
    own : callable
        Returns the moment by this machine's clock, UTC without a time zone.
    """

    def __init__(self, own: Callable[[], pd.Timestamp] = utc_now) -> None:
        self.own = own
        self._behind = pd.Timedelta(0)
        self._has_warned = False
        self._lock = Lock()

    def now(self) -> pd.Timestamp:
        """Return the latest moment that somebody says it is: of two clocks one may be behind, as a proxy's copy is."""
        return self.own() + self._behind

    def compare(self, other: pd.Timestamp | None, whose: str, progress: Progress) -> pd.Timestamp:
        """Compare with another clock, and say once that they differ by more than a day.

        Parameters
        ----------
        other : Timestamp or None
            What that clock says now.
        whose : str
            Its name.
        progress : Progress

        Returns
        -------
        Timestamp
            When it is at the earliest: an answer that is dated too early is asked about once more than needed, of one
            that is dated too late, what came after it is never seen. Where the clocks differ by more than a day, it is
            so early that the answer does not count as fresh, as the wrong one may say the same tomorrow.
        """
        own = self.own()
        if other is None:
            return own
        apart = other - own
        disagree = abs(apart) > TOLERANCE
        with self._lock:
            self._behind = max(self._behind, apart)
            is_news = disagree and not self._has_warned
            self._has_warned |= disagree
        if is_news:
            progress.warn(
                f"This machine's clock says {own:%Y-%m-%d %H:%M} UTC, but {whose} says {other:%Y-%m-%d %H:%M} UTC: "
                "check this machine's date and time."
            )
        return min(own, other) - (TOLERANCE if disagree else pd.Timedelta(0))

    def has_reached(self, moment: pd.Timestamp, whose: str, progress: Progress) -> None:
        """Take note that a moment has been: where it lies ahead of this clock, this clock is behind."""
        if moment > self.own():
            self.compare(moment, whose, progress)
