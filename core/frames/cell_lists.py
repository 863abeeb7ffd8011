"""The morton cells of frames as tables hold them: lists, arrays, or text."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd

from ..common import InputError

# A base cell's digit up to 6 and eighteen digits up to 4.
_LARGEST_DECIMAL = 6_444_444_444_444_444_444
_BARE_NUMBERS = re.compile(r"\s*\[?\s*-?\d+(\s+-?\d+)+\s*\]?\s*")


def lists_of_cells(column: pd.Series, ids: pd.Series) -> pd.Series:
    """Return ``opr:mbox`` as lists of int or None, from lists, arrays or JSON text.

    Raises
    ------
    InputError
        If a value is no list of whole numbers, or holds packed words of a newer mortie; the message names the frame.
    """
    values: list[list[int] | None] = []
    for value, name in zip(column.tolist(), ids.tolist()):
        try:
            cells = _cells_in(value) if isinstance(value, str) and value.strip() else value
            empty = cells is None or isinstance(cells, (float, str)) or cells is pd.NA or len(cells) == 0
            numbers = None if empty else [int(cell) for cell in cells]
            if numbers and max(map(abs, numbers)) > _LARGEST_DECIMAL:
                raise InputError(
                    f"'opr:mbox' of the frame {name} holds {numbers[0]}, a packed word as mortie 0.8.1 and later make "
                    "them; xOPR's catalogs have legacy decimals such as -511412222: use a catalog as published."
                )
            values.append(numbers)
        except InputError:
            raise
        except (TypeError, ValueError) as error:
            raise InputError(
                f"'opr:mbox' of the frame {name} is not a list of morton cells: {value!r}; "
                "use the column as the catalog has it, or as JSON text such as [-511412222, -511412223]."
            ) from error
    return pd.Series(values, index=column.index, dtype=object)


def _cells_in(text: str) -> Any:
    """Return what a text lists: JSON, or the numbers alone with blanks between, as pandas writes arrays into CSV."""
    return text.strip("[] \n").split() if _BARE_NUMBERS.fullmatch(text) else json.loads(text)
