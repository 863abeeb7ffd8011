"""Where the radar files of a frame are on the internet, as its row of the table tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..common import is_web_address, mapping_of
from .options import LAYER_FILE

#: Where Open Polar Radar publishes radar depth sounder data; below it folders of seasons, products and segments.
PUBLISHED = "https://data.cresis.ku.edu/data/rds"

_ID = re.compile(r"Data_(\d{8}_\d{2})_\d{3}")
# Whoever flew for others publishes elsewhere.
_PUBLISHERS = ("cresis", "")


def address_of(frame: Mapping[str, Any], asset: str) -> str:
    """Return the address of one of a frame's files; empty if nobody tells it.

    Parameters
    ----------
    frame : mapping
        A row of the frames table: the column named as the asset, or ``assets`` as in a catalog, or, for the layer file
        of a table without either, ``collection`` and ``id``, of which the published address is made.
    asset : str
        ``CSARP_layer``, ``CSARP_standard``, ``CSARP_qlook``, ``thumbnail``.
    """
    told = _text(frame.get(asset)) or _text(mapping_of(mapping_of(frame.get("assets")).get(asset)).get("href"))
    if told:
        return told if is_web_address(told) else ""
    season, found = _text(frame.get("collection")), _ID.fullmatch(_text(frame.get("id")))
    if asset != LAYER_FILE or not season or not found or _text(frame.get("opr:provider")).lower() not in _PUBLISHERS:
        return ""
    return f"{PUBLISHED}/{quote(season, safe='')}/{LAYER_FILE}/{found[1]}/{found[0]}.mat"


def address_of_organiser(layer_address: str) -> str:
    """Return the address of the organiser that belongs to the address of a layer file; empty if it tells no segment."""
    folder, _, name = layer_address.partition("?")[0].rpartition("/")
    found = _ID.match(name)
    return f"{folder}/layer_{found[1]}.mat" if found else ""


def segment_of(frame_id: str) -> str:
    """Return the segment of a frame, ``YYYYMMDD_SS``; empty if its name tells none."""
    found = _ID.search(frame_id)
    return found[1] if found else ""


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
