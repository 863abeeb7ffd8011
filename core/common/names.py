"""Names of frames and granules as text, whatever type a file gave them, and wherever it keeps them."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

from .errors import InputError
from .progress import Progress
from .wording import count, some_of

#: What pandas makes of text: object before pandas 3, a string type since.
TEXT_DTYPE = pd.Series([], dtype=str).dtype
#: What pandas calls an index without a name.
UNNAMED_INDEX = "__index_level_0__"
#: Where else than in the column that is asked for a name may stand, in this order: what xOPR's ``query_frames`` calls
#: its index, and what pandas and others make of one without a name.
NAME_COLUMNS = ("stac_item_id", UNNAMED_INDEX, "index")

_Table = TypeVar("_Table", bound=pd.DataFrame)


def names_of(column: pd.Series) -> pd.Series:
    """Return names as text, or None where there is none.

    Parameters
    ----------
    column : Series
        Of text, or of numbers: 12 and 12.0 are both called 12.

    Returns
    -------
    Series of text
    """
    values = column
    if pd.api.types.is_float_dtype(column.dtype):
        numbers = column.to_numpy(dtype=float, na_value=np.nan)
        if (np.isnan(numbers) | (np.floor(numbers) == numbers)).all():
            values = pd.Series(numbers, column.index).astype("Int64")
    text = values.astype("string").str.strip()
    return text_values(text.where(text != ""))


def only_named(table: _Table, column: str, name: str, progress: Progress) -> _Table:
    """Return a table whose names are text, without the rows that have none.

    Parameters
    ----------
    table : DataFrame
    column : str
        Holds the names.
    name : str
        What the table is called, in the plural.
    progress : Progress
        Is told how many rows are left out.

    Raises
    ------
    InputError
        If rows are there, but none has a name.
    """
    table = table.assign(**{column: names_of(table[column])})
    named = table[column].notna().to_numpy()
    if named.all():
        return table
    if not named.any():
        rows = count(len(table), "row", "rows")
        raise InputError(f"{name} have no name in the column '{column}' in any of {rows}; fill it.")
    nameless = some_of(int((~named).sum()), len(table), "row", "rows", "has", "have")
    progress.warn(f"{name}: {nameless} no name in the column '{column}': left out.")
    return table[named].reset_index(drop=True)


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


def text_values(values: pd.Series) -> pd.Series:
    """Return a column of text whose missing values are None, or what this pandas has for them."""
    values = values.astype(object)
    return values.where(values.notna(), None).astype(TEXT_DTYPE)
