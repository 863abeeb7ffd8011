"""What a MATLAB file of Open Polar Radar is, by the variables in it."""

from __future__ import annotations

from pathlib import Path

from .mat_file import Node, opened

LAYERS, ORGANISER, ECHOGRAM, OTHER = "layers", "organiser", "echogram", ""


def kind_of(file: Node) -> str:
    """Return the kind of an open file: one of the constants above; empty for any other."""
    names = set(file.names())
    if names >= {"lyr_name"}:
        return ORGANISER
    if names & {"twtt", "layerData"}:
        return LAYERS
    return ECHOGRAM if "Data" in names else OTHER


def kind_of_file(path: Path) -> str:
    """Return the kind of a file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with opened(path, str(path)) as file:
        return kind_of(file)
