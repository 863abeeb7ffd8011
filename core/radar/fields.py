"""Fields of MATLAB files as arrays of the shape that they must have, or one sentence that names the field."""

from __future__ import annotations

import numpy as np

from ..common import InputError, count
from .mat_file import Node

_ADVICE = "fetch it anew, or leave it out"


def numbers_of(file: Node, field: str, name: str, within: str = "") -> np.ndarray:
    """Return a field of numbers as float, rows x columns; scipy gives whole numbers in the narrowest type.

    Parameters
    ----------
    file : Node
        What holds the field.
    field : str
    name : str
        What the file is called in messages.
    within : str
        What stands before the field's name in messages.

    Raises
    ------
    InputError
        If it is missing, or holds no numbers.
    """
    node = file.child(field)
    if node is None:
        raise missing_field(within + field, name)
    values = node.array()
    if values is None:
        raise InputError(f"{name} holds no numbers in '{within}{field}': {_ADVICE}.")
    return values.astype(float)


def missing_field(field: str, name: str) -> InputError:
    """Return the sentence for a field that a file lacks."""
    return InputError(f"{name} lacks the field '{field}': {_ADVICE}.")


def row_of(file: Node, field: str, n: int | None, name: str, within: str = "") -> np.ndarray:
    """Return a field of one number a trace, ``(n,)``; of any length where `n` is None.

    Raises
    ------
    InputError
        If it is missing, holds no numbers, or holds another number of them.
    """
    values = numbers_of(file, field, name, within).ravel()
    if n is not None and len(values) != n:
        held, traces = count(len(values), "value", "values"), count(n, "trace", "traces")
        raise InputError(f"{name} holds {held} in '{within}{field}' for {traces}: {_ADVICE}.")
    return values


def table_of(file: Node, field: str, n_layers: int, n: int, name: str) -> np.ndarray:
    """Return a field of one number a layer and trace, ``(n_layers, n)``.

    Raises
    ------
    InputError
        If it is missing, holds no numbers, or is of another shape.
    """
    values = numbers_of(file, field, name)
    # Without layers MATLAB writes an array of no size at all.
    if n_layers == 0 or values.shape == (n_layers, n):
        return values.reshape(n_layers, n)
    shape = " x ".join(f"{size:,}" for size in values.shape)
    wanted = f"{count(n_layers, 'layer', 'layers')} and {count(n, 'trace', 'traces')}"
    raise InputError(f"{name} holds {shape} values in '{field}' for {wanted}: {_ADVICE}.")
