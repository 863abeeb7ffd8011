"""The granules that are read along a frame: those of a layer or table, or all of the user's own files."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..common import InputError, Progress, count
from .flown_frame import FlownFrame

_COLUMNS = {"granule_id": "names the granule", "https_url": "says where it is"}


@dataclass(frozen=True)
class FrameGranules:
    """Granules, each once.

    Attributes
    ----------
    names, urls : list of str
        Of each granule; an address is empty where it is not known.
    places : list
        Where each is, or why it is nowhere.
    """

    names: list[str] = rows["granule_id"].tolist()
    urls = [""] * len(names)
    if "https_url" in rows.columns:
        urls = [url if isinstance(url, str) else "" for url in rows["https_url"].tolist()]
    return FrameGranules(names, urls, places.places_of(names, urls))


def _of_frame(rows: pd.DataFrame, frame: FlownFrame, name: str, progress: Progress) -> pd.DataFrame:
    if "frame_id" not in rows.columns or not len(rows):
        return rows
    mine = rows["frame_id"].astype(str) == frame.frame_id
    if frame.collection and "collection" in rows.columns:
        mine &= rows["collection"].isna() | (rows["collection"].astype(str) == frame.collection)
    if not mine.any():
        raise InputError(
            f"{name} has no granule of {frame.frame_id} in {count(len(rows), 'row', 'rows')}: match its granules "
            "first, or give another frame."
        )
    if not mine.all():
        progress.info(f"{name}: {count(int((~mine).sum()), 'row', 'rows')} left out, of other frames.")
    return rows[mine]
