"""Frames that are kept as STAC items: with their properties in one column, and their name in a table's index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from .geoparquet import UNNAMED_INDEX

PROPERTIES = "properties"
#: Where else than in the column that is asked for a name may stand, in this order: what xOPR's ``query_frames`` calls
#: its index, and what pandas and others make of one without a name.
NAME_COLUMNS = ("stac_item_id", UNNAMED_INDEX, "index")

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
        properties = [_mapping(value) for value in items[PROPERTIES].tolist()]
        inside = {name for item in properties for name in item}
        found = [name for name in missing if name in inside and name not in lifted]
        made = {name: pd.Series([item.get(name) for item in properties], items.index, dtype=object) for name in found}
        items = items.assign(**made).drop(columns=PROPERTIES)
        lifted += found
    return items, lifted


def name_from_index(table: pd.DataFrame, column: str) -> tuple[pd.DataFrame, str]:
    """Make the column of names of an index that was saved as a column.

    Parameters
    ----------
    table : DataFrame
    column : str
        What the names are called: ``id``.

    Returns
    -------
    DataFrame
        A new one if the names were elsewhere.
    source : str
        Where they were; empty if they were where they should be, or nowhere.
    """
    if column in table.columns:
        twins = [name for name in NAME_COLUMNS if name in table.columns and table[name].equals(table[column])]
        return table.drop(columns=twins), ""
    for name in NAME_COLUMNS:
        if name in table.columns and not pd.api.types.is_numeric_dtype(table[name]):
            return table.rename(columns={name: column}), name
    return table, ""


def _mapping(value: Any) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, Mapping) else {}
