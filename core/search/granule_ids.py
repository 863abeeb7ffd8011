"""Granules that users name: file names, paths and links, several in one text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from ..common import InputError
from ..icesat2 import granule_stems, parse_granule_names

_BETWEEN = re.compile(r"[,;\r\n\t]+")
#: What lists that are copied from elsewhere have round their items.
_ROUND = " \"'`[](){}<>"
_SLASHES = ("/", "\\")
_BEGUN = re.compile(r"ATL\d\d_\d{14}_", re.IGNORECASE)
_EXAMPLE = "ATL06_20240106123456_02342210_007_01.h5"


def read_granule_ids(texts: str | Sequence[str], name: str = "GRANULE_IDS") -> pd.DataFrame:
    """Read the names of granules.

    Parameters
    ----------
    texts : str or sequence of str
        Names, file names with or without their ending, paths, or https and s3 links; several in a text are separated
        by commas, semicolons, spaces, tabs or line breaks. Small letters do, and quotes and brackets round them do not
        matter.
    name : str
        What to call them in an error.

    Returns
    -------
    DataFrame
        One row a granule, in the order in which they came, each granule once: ``text`` (as it was given), ``stem``
        (the name without its revision), and the columns of
        :func:`~xopr_crossovers.core.icesat2.parse_granule_names`; of several revisions of a granule the highest.

    Raises
    ------
    InputError
        If there is none, or if a text holds no granule's name.
    """
    parts = [texts] if isinstance(texts, str) else list(texts)
    given = [word for part in parts for piece in _BETWEEN.split(part) for word in _words(piece)]
    if not given:
        raise InputError(f"{name} names no granule; give names such as {_EXAMPLE}.")
    words = pd.Series(given, dtype=object)
    # CMR tells capitals and small letters apart in answers only.
    capitals = words.str.upper()
    table = parse_granule_names(capitals)
    table.insert(0, "text", words)
    table.insert(1, "stem", granule_stems(capitals))
    unread = table["stem"].isna()
    if unread.any():
        first = table.loc[unread, "text"].iloc[0]
        raise InputError(f"{name}: '{first}' is no name of an ICESat-2 granule; write such as {_EXAMPLE}.")
    newest = table.sort_values("revision", ascending=False, kind="stable").drop_duplicates("stem")
    order = table["stem"].drop_duplicates()
    return newest.set_index("stem").loc[order].reset_index()[table.columns]


def _words(piece: str) -> Iterator[str]:
    """Return the words of a text; a path with spaces in its folders is one."""
    path = ""
    for raw in piece.split():
        word = f"{path} {raw.strip(_ROUND)}".strip()
        path = ""
        if any(slash in word for slash in _SLASHES) and not _BEGUN.search(word):
            path = word
        elif word:
            yield word
    if path:
        yield path
