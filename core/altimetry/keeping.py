"""The clipped beams that are kept in the cache folder: a file for each granule, beam and question.

Nothing of a login or of a signed link is in them, nor in their names.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from ..common import Progress, another_cache_dir, heights_dir, reason_of
from ..geometry import Polylines
from ..remote import Access
from .clipping import Clip
from .segments import IceSegments

# Goes up with each change of what is kept, or of how it is found.
_LAYOUT = 1
_FACTS = "facts"


def kept_place(place: str, name: str, beam: str, lines: Polylines, distance_m: float, columns: Sequence[str]) -> Path:
    """Return where the answer to a question is kept, or would be.

    Parameters
    ----------
    place : str
        Address of the granule; its query does not count.
    name, beam, lines, distance_m, columns
        As for :func:`~xopr_crossovers.core.altimetry.heights_near`.
    """
    parts = urlsplit(place)
    asked = [_LAYOUT, parts.netloc.rpartition("@")[2], parts.path, beam, distance_m, list(columns)]
    digest = hashlib.sha256(json.dumps(asked).encode())
    for array in (lines.lon, lines.lat, lines.offsets.astype(float)):
        digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    folder = re.sub(r"[^\w.-]", "_", Path(name).stem)[-100:].lstrip(".") or "granule"
    return heights_dir() / folder / f"{beam}-{digest.hexdigest()[:20]}.npz"


def find_clip(path: Path, progress: Progress) -> Clip | None:
    """Return the clip that is kept at a place; None if there is none, or it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            facts = json.loads(str(arrays[_FACTS]))
            columns = {field.name: arrays[field.name] for field in fields(IceSegments)}
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        progress.warn(f"The heights kept in {path} are damaged ({type(error).__name__}) and are read anew.")
        return None
    if len({len(column) for column in columns.values()}) != 1:
        progress.warn(f"The heights kept in {path} are damaged and are read anew.")
        return None
    facts["missing"], facts["others"] = tuple(facts["missing"]), tuple(facts["others"])
    return Clip(IceSegments(**columns), **facts)


def keep_clip(path: Path, clip: Clip, access: Access, progress: Progress) -> None:
    """Keep a clip at a place, all of it or nothing.

    A disk that does not take it is no failure, and is told of once in a run, not for each of thousands of beams.
    """
    facts = {
        "is_there": clip.is_there,
        "strong": clip.strong,
        "missing": list(clip.missing),
        "others": list(clip.others),
    }
    columns = {field.name: getattr(clip.segments, field.name) for field in fields(IceSegments)}
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            np.savez_compressed(stream, **columns, **{_FACTS: np.array(json.dumps(facts))})
        part.replace(path)
    except OSError as error:
        fault = reason_of(error, another_cache_dir())
        if access.is_news(f"heights: {fault.what}"):
            progress.warn(
                f"The heights that were read cannot be kept in {heights_dir()} ({fault.what}; the first is "
                f"{path.name}), so that the next run asks for them again; {fault.advice}."
            )
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
