"""Whether granules are of the product and version that were asked for, by their records and by their names."""

from __future__ import annotations

import re
from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd

from ..common import listed
from ..icesat2 import parse_granule_names

OTHER_PRODUCT = "of another product or version than was asked for"

_MOST_KINDS = 5
_LEADING = re.compile(r"^v?0*(?=\d)")


def is_of_product(granules: gpd.GeoDataFrame, short_name: str | None, version: str | None) -> np.ndarray:
    """Return which granules are of a product and version.

    Parameters
    ----------
    granules : GeoDataFrame
        With ``granule_id``, ``short_name``, ``version`` and ``release``.
    short_name, version : str or None
        None or empty takes all. Capitals and small letters are the same, and so are 7, v7 and 007.

    Returns
    -------
    (n,) ndarray of bool
        A granule of which neither its record nor its name tells is one.
    """
    keep = np.ones(len(granules), dtype=bool)
    for wanted, columns in ((short_name, ("short_name",)), (version, ("version", "release"))):
        for column in columns if wanted else ():
            keep &= _is_same(granules[column], str(wanted))
    names = granules["granule_id"].tolist()
    # Names are read where they may tell another product than the record: that takes longer than all the rest.
    if short_name and not all(isinstance(name, str) and name.startswith(f"{short_name}_") for name in names):
        keep &= _is_same(parse_granule_names(granules["granule_id"])["short_name"], short_name)
    return keep


def _is_same(column: pd.Series, wanted: str) -> np.ndarray:
    """Return where a column has a value, in whatever spelling, or none."""
    told = {value: value is None or pd.isna(value) or _plain(str(value)) == _plain(wanted) for value in set(column)}
    return np.array([told[value] for value in column], dtype=bool)


def kinds_of(granules: gpd.GeoDataFrame) -> str:
    """Return of which products and versions granules are, in words: ``ATL06 version 006``.

    Parameters
    ----------
    granules : GeoDataFrame
        As for :func:`is_of_product`.
    """
    named = parse_granule_names(granules["granule_id"])
    products = named["short_name"].fillna(granules["short_name"]).fillna("an unknown product")
    versions = granules["release"].fillna(granules["version"]).fillna("unknown")
    kinds = [f"{product} version {version}" for (product, version), _ in Counter(zip(products, versions)).most_common()]
    more = [] if len(kinds) <= _MOST_KINDS else [f"{len(kinds) - _MOST_KINDS} more"]
    return listed([*kinds[:_MOST_KINDS], *more])


def _plain(text: str) -> str:
    return _LEADING.sub("", text.casefold())
