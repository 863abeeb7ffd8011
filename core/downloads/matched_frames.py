"""Matched frames as a table of their granules: each frame has its own in one column, a list or its JSON text."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..common import InputError, Progress, count

#: The column of matched frames, as upstream has it.
LIST = "atl06_granules"
_KEYS = ("granule_id", "https_url")
_CHECK_EVERY = 1_000


def rows_of_frames(frames: pd.DataFrame, name: str, progress: Progress) -> pd.DataFrame:
    """Return one row a frame and granule.

    Parameters
    ----------
    frames : DataFrame
        With ``atl06_granules``: a list of ``granule_id``, ``https_url``, or its JSON text; and maybe ``id`` and
        ``collection``.
    name : str
        What the table is called in messages.
    progress : Progress
        Is told how many frames have granules, and asked whether to go on.

    Returns
    -------
    DataFrame
        ``granule_id``, ``https_url``, and what there is of ``frame_id`` and ``collection``.

    Raises
    ------
    InputError
        If a list is none.
    """
    ids = frames["id"].tolist() if "id" in frames.columns else [None] * len(frames)
    columns: dict[str, list[object]] = {key: [] for key in _KEYS}
    sizes = np.zeros(len(frames), dtype=np.int64)
    for row, value in enumerate(frames[LIST].tolist()):
        if row % _CHECK_EVERY == 0:
            progress.check()
        granules = _granules_of(value, name, row, ids[row])
        sizes[row] = len(granules)
        for key in _KEYS:
            columns[key] += [granule.get(key) for granule in granules]
    having = int((sizes > 0).sum())
    without = len(frames) - having
    rest = f"; {without:,} without" if without else ""
    progress.info(f"{name}: {count(having, 'matched frame', 'matched frames')} with granules{rest}.")
    result = pd.DataFrame(columns, dtype=object)
    for column, source in (("frame_id", "id"), ("collection", "collection")):
        if source in frames.columns:
            result[column] = frames[source].to_numpy().repeat(sizes)
    return result


def _granules_of(value: object, name: str, row: int, frame_id: object) -> list[Mapping[str, object]]:
    found = value
    if isinstance(value, str):
        try:
            found = json.loads(value) if value.strip() else []
        except ValueError:
            found = value
    elif isinstance(value, np.ndarray):
        found = value.tolist()
    if found is None or found is pd.NA or (isinstance(found, float) and np.isnan(found)):
        return []
    if not isinstance(found, list) or not all(isinstance(granule, Mapping) for granule in found):
        whose = frame_id if isinstance(frame_id, str) and frame_id else f"row {row + 1:,}"
        raise InputError(
            f"{name}: the column '{LIST}' of {whose} holds no list of granules (some file formats cut long texts); "
            "match the frames anew, or give Matches."
        )
    return found
