"""The organiser of a segment, ``layer_YYYYMMDD_SS.mat``, which names the layers of its layer files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..common import InputError
from .mat_file import Node, opened

#: What the layers are where nobody says.
DEFAULT_NAMES: Mapping[int, str] = {1: "surface", 2: "bottom"}


def read_organiser(path: Path, name: str = "") -> dict[int, str]:
    """Return the names of layers by their numbers, in small letters.

    Parameters
    ----------
    path : Path
    name : str
        What the file is called in messages; its path without one.

    Raises
    ------
    InputError
        If it cannot be read, or holds no such names.
    """
    name = name or str(path)
    with opened(path, name) as file:
        numbers = _numbers(file.child("lyr_id"))
        names = file.child("lyr_name")
        words = [cell.text().lower() for cell in names.cells()] if names else []
        if numbers is None or names is None or len(numbers) != len(words):
            field = "lyr_id" if numbers is None else "lyr_name"
            raise InputError(
                f"{name} does not name the layers in '{field}' as an organiser does: fetch it anew, or remove it; "
                "without it layer 1 is the surface and layer 2 the bottom."
            )
    return dict(zip(numbers.tolist(), words))


def _numbers(node: Node | None) -> np.ndarray | None:
    values = node.array() if node else None
    return None if values is None or not np.isfinite(values).all() else values.ravel().astype(np.int64)
