"""The granules that are read along a frame: those of a layer or table, or all of the user's own files."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..common import InputError, Progress, count, only_named
from .flown_frame import FlownFrame
from .granule_places import NAME, GranulePlace, GranulePlaces

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

    names: list[str]
    urls: list[str]
    places: list[GranulePlace]

    def __len__(self) -> int:
        return len(self.names)


def granules_of_frame(
    table: pd.DataFrame | None,
    frame: FlownFrame,
    places: GranulePlaces,
    name: str = "GRANULES",
    progress: Progress | None = None,
) -> FrameGranules:
    """Return the granules that are to be read along a frame.

    Parameters
    ----------
    table : DataFrame or None
        With ``granule_id`` and ``https_url``; with ``frame_id`` too only the rows of the frame count. Without a table
        it is all of the user's own files.
    frame : FlownFrame
    places : GranulePlaces
    name : str
        What the table is called in messages.
    progress : Progress, optional

    Raises
    ------
    InputError
        If there is no granule, or a column is missing.
    """
    if table is None:
        own = places.own_names
        if not own:
            raise InputError(f"Give GRANULES, MATCHES or {NAME}: one of them is needed.")
        return FrameGranules(own, [""] * len(own), places.places_of(own, [""] * len(own)))
    progress = progress or Progress()
    for column, use in _COLUMNS.items():
        if column not in table.columns and not (column == "https_url" and places.own_names):
            raise InputError(f"{name} has no column '{column}', which {use}; give granules or matches of xOPR.")
    rows = only_named(pd.DataFrame(table).reset_index(drop=True), "granule_id", name, progress)
    rows = _of_frame(rows, frame, name, progress).drop_duplicates("granule_id")
    if not len(rows):
        raise InputError(f"{name} has no granules: search those of {frame.frame_id} first.")
    names = rows["granule_id"].tolist()
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
