"""Names of frames and granules as text, whatever type a file gave them."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

from .errors import InputError
from .granule_name import text_values
from .progress import Progress

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
        raise InputError(f"{name} have no name in the column '{column}' in any of {len(table):,} rows; fill it.")
    progress.warn(
        f"{name}: {int((~named).sum()):,} of {len(table):,} have no name in the column '{column}' and are left out."
    )
    return table[named].reset_index(drop=True)
