"""What can be asked for of a search: a product, and a window in one of the ways that a user can say it."""

from __future__ import annotations

import re
from dataclasses import dataclass

SHORT_NAME = "ATL06"
VERSION = "007"
PROVIDER = "NSIDC_CPRD"

#: What to do with the store: use it, ask for everything anew and keep that, or leave it alone.
STORE_MODES = ("use", "refresh", "ignore")
TIME_MODES = ("date_range", "cycle", "nominal_cycle", "exact_year", "all_years")

# ATL06, and the quick looks ATL06QL; their versions have three digits.
_OF_ICESAT2 = re.compile(r"atl\d\d[a-z]*", re.IGNORECASE)
_NUMBER = re.compile(r"v?0*(?P<number>\d{1,3})", re.IGNORECASE)
_DIGITS = 3


@dataclass(frozen=True)
class WindowChoice:
    """Which time is searched, as the user says it; see :func:`~xopr_crossovers.core.search.resolve_window`.

    Attributes
    ----------
    mode : {'date_range', 'cycle', 'nominal_cycle', 'exact_year', 'all_years'}
    start, end : date or ISO text, optional
        For ``date_range``; no end means today.
    cycle : int, optional
        For the two cycle modes, from 1.
    """

    mode: str = "cycle"
    start: object = None
    end: object = None
    cycle: float | None = None


@dataclass(frozen=True)
class Product:
    """What is searched at CMR.

    Attributes
    ----------
    short_name, version : str
        For example ATL06 and 007.
    provider : str or None
        CMR's provider; None searches all.
    cmr_url : str or None
        Address of the CMR; None takes XOPR_CMR_URL or NASA's.
    store : {'use', 'refresh', 'ignore'}
        What to do with the granule store.

    Notes
    -----
    Products of ICESat-2 are written as CMR writes them: ``atl06`` becomes ATL06, and version ``7`` or ``v7`` 007.
    """

    short_name: str = SHORT_NAME
    version: str = VERSION
    provider: str | None = PROVIDER
    cmr_url: str | None = None
    store: str = STORE_MODES[0]

    def __post_init__(self) -> None:
        if not _OF_ICESAT2.fullmatch(self.short_name):
            return
        object.__setattr__(self, "short_name", self.short_name.upper())
        if found := _NUMBER.fullmatch(self.version):
            object.__setattr__(self, "version", found["number"].zfill(_DIGITS))
