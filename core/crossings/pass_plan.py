"""Which passes are to be predicted: near what distance, from when to when, which beams, which direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..common import InputError, read_day, utc_now
from ..icesat2 import BEAMS, BOTH, check_beams, check_direction, cycle_of
from .options import DAYS_AHEAD, MOST_M, MOST_YEARS, NEAR_M

#: Before this day there are no passes: the first science data of ICESat-2.
FIRST_DAY = pd.Timestamp("2018-10-13")

# A granule's name has two digits for it.
_LAST_CYCLE = 99
_ONE_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class PassPlan:
    """Which passes are wanted.

    Attributes
    ----------
    distance_m : float
        How near a beam must come, in metres on the ground.
    start_date, end_date : date or ISO text, optional
        First and last day, UTC; today, and 91 days after the first.
    beams : tuple of str
        Of :data:`~xopr_crossovers.core.icesat2.beams.LINES`.
    direction : str
        Of the satellite where it is nearest: of :data:`~xopr_crossovers.core.icesat2.heading.DIRECTIONS`.
    now : Timestamp, optional
        The moment, UTC, instead of this machine's clock.

    Raises
    ------
    InputError
        If one of them is out of range.
    """

    distance_m: float = NEAR_M
    start_date: object = None
    end_date: object = None
    beams: Sequence[str] = BEAMS
    direction: str = BOTH
    now: pd.Timestamp | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "beams", check_beams(self.beams))
        check_direction(self.direction)
        if not 0 <= self.distance_m <= MOST_M:
            raise InputError(f"DISTANCE must be from 0 to {MOST_M:,.0f} metres, not {self.distance_m:,g}.")
        self.days()

    def days(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """Return the first and the last day."""
        given_first, given_last = read_day(self.start_date, "START_DATE"), read_day(self.end_date, "END_DATE")
        first = given_first if given_first is not None else (self.now or utc_now()).normalize()
        today = " (today)" if given_first is None else ""
        last = given_last if given_last is not None else first + DAYS_AHEAD * _ONE_DAY
        if first < FIRST_DAY:
            raise InputError(
                f"START_DATE {first:%Y-%m-%d} is before ICESat-2's first data; begin at {FIRST_DAY:%Y-%m-%d} or later."
            )
        if last < first:
            raise InputError(f"END_DATE {last:%Y-%m-%d} is before START_DATE {first:%Y-%m-%d}{today}; exchange them.")
        if last > first + pd.DateOffset(years=MOST_YEARS):
            raise InputError(
                f"From START_DATE {first:%Y-%m-%d}{today} to END_DATE {last:%Y-%m-%d} it is more than {MOST_YEARS} "
                "years; ask for fewer."
            )
        if int(cycle_of(last.to_datetime64())) > _LAST_CYCLE:
            raise InputError(
                f"END_DATE {last:%Y-%m-%d} is after repeat cycle {_LAST_CYCLE}, the last one that a granule's name can "
                "tell; choose an earlier one."
            )
        return first, last

    def span(self) -> tuple[np.datetime64, np.datetime64]:
        """Return the first moment, and that at which all is over."""
        first, last = self.days()
        return first.to_datetime64(), (last + _ONE_DAY).to_datetime64()
