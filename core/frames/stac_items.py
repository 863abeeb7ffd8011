"""Frames that are kept as STAC items: with their properties in one column."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from ..common import mapping_of

PROPERTIES = "properties"
_PREFIX = f"{PROPERTIES}."


def lift_properties(items: gpd.GeoDataFrame, columns: Iterable[str]) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Make columns of what lies in the items' properties.

    Parameters
    ----------
    items : GeoDataFrame
        May have a column ``properties`` of dicts or JSON text, or columns such as ``properties.opr:mbox``.
    columns : iterable of str
        Those that are wanted; one that the table has is left as it is.

    Returns
    -------
    GeoDataFrame
        A new one if there was something to lift; without the column of properties.
    lifted : list of str
        Names of the columns that were made.
    """
    missing = [name for name in columns if name not in items.columns]
    dotted = {f"{_PREFIX}{name}": name for name in missing if f"{_PREFIX}{name}" in items.columns}
    items = items.rename(columns=dotted)
    lifted = list(dotted.values())
    if PROPERTIES in items.columns:
        properties = [mapping_of(value) for value in items[PROPERTIES].tolist()]
        inside = {name for item in properties for name in item}
        found = [name for name in missing if name in inside and name not in lifted]
        made = {name: pd.Series([item.get(name) for item in properties], items.index, dtype=object) for name in found}
        items = items.assign(**made).drop(columns=PROPERTIES)
        lifted += found
    return items, lifted
