"""What the name of an ICESat-2 granule says: product, start, RGT, cycle, region, release and revision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from ..common import text_values
from .orbit import REGIONS, TRACKS_PER_CYCLE

#: Of all columns of times: milliseconds, UTC.
TIME_DTYPE: Final = "datetime64[ms, UTC]"

# ATLxx_YYYYMMDDhhmmss_ttttccnn_rrr_vv; the greedy start takes the last name of a path, since folders bear names too.
_NAME = (
    r"(?s)^.*(?<![A-Za-z0-9])(?P<stem>(?P<short_name>ATL\d{2})_(?P<start_time>\d{14})_"
    r"(?P<rgt>\d{4})(?P<cycle>\d{2})(?P<region>\d{2})_(?P<release>\d{3}))_(?P<revision>\d{2})(?!\d)"
)
#: Products whose granules lie along one pass, or along the few orbits that begin with it, so that RGT, cycle and
#: region in a name are those of its data. Gridded ones of weeks and months (ATL16 to ATL21, ATL23) have those of the
#: first pass that went in: ATL23_20230401000000_10761801_001_01.h5 begins in cycle 19. Names of ATL11, ATL14 and
#: ATL15 are made in another way. From names of NSIDC's public files, one of each kind.
ALONG_TRACK = frozenset(f"ATL{number:02d}" for number in (2, 3, 4, 6, 7, 8, 9, 10, 12, 13, 22, 24))
_OF_PASS = ["rgt", "cycle", "region"]
_NUMBERS = ["rgt", "cycle", "region", "revision"]


def parse_granule_names(names: Iterable[str | None]) -> pd.DataFrame:
    """Read the names of along-track granules, ``ATLxx_YYYYMMDDhhmmss_ttttccnn_rrr_vv`` (ATL03, ATL06, ATL08, ...).

    Parameters
    ----------
    names : iterable of str, or Series
        Names, paths or URLs; a prefix (``processed_``), a suffix of a subsetter and any ending do not matter. An index,
        if there is one, is kept.

    Returns
    -------
    DataFrame
        One row a name: ``short_name`` and ``release`` (text), ``start_time`` (UTC), ``rgt``, ``cycle``, ``region`` and
        ``revision`` (Int64). A name that is not of this pattern, or that says what cannot be (RGT 1388, month 13),
        gives a row of missing values; a gridded product's name has no ``rgt``, ``cycle`` and ``region``.
    """
    table = _parsed(names)
    return table[["short_name", "start_time", "rgt", "cycle", "region", "release", "revision"]]


def granule_stems(names: Iterable[str | None]) -> pd.Series:
    """Return the part of granules' names that all revisions of a granule share, ``ATLxx_YYYYMMDDhhmmss_ttttccnn_rrr``.

    Parameters
    ----------
    names : iterable of str, or Series
        See :func:`parse_granule_names`.

    Returns
    -------
    Series of object
        None where a name is not of that pattern.
    """
    return text_values(_parsed(names)["stem"])


def _parsed(names: Iterable[str | None]) -> pd.DataFrame:
    column = names if isinstance(names, pd.Series) else pd.Series(list(names), dtype=object)
    table = column.astype("string").str.extract(_NAME)
    start = pd.to_datetime(table["start_time"], format="%Y%m%d%H%M%S", errors="coerce", utc=True)
    table["start_time"] = start.astype(TIME_DTYPE)
    table[_NUMBERS] = table[_NUMBERS].apply(pd.to_numeric).astype("Int64")
    possible = (
        table["start_time"].notna()
        & table["rgt"].between(1, TRACKS_PER_CYCLE)
        & table["region"].between(REGIONS[0], REGIONS[-1])
        & table["cycle"].ge(1)
    )
    table = table.where(possible.fillna(False).astype(bool))
    table.loc[~table["short_name"].isin(ALONG_TRACK).astype(bool), _OF_PASS] = pd.NA
    for text in ("short_name", "release"):
        table[text] = text_values(table[text])
    return table


def cycle_patterns(short_name: str, cycle: int) -> tuple[str, ...]:
    """Return CMR's patterns of the names of a product's granules of a cycle; none where names do not tell the cycle.

    Parameters
    ----------
    short_name : str
        Of the product: ``ATL06``.
    cycle : int
        Repeat cycle, 1 or more.

    Returns
    -------
    tuple of str
        With ``?`` for one character and ``*`` for any.
    """
    return (f"{short_name}_??????????????_????{cycle:02d}??_*",) if short_name in ALONG_TRACK else ()
