"""Arrays of one length that belong together: rows that are chosen, ordered and joined in all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np

Rows = TypeVar("Rows", bound="Columns")


@dataclass(frozen=True)
class Columns:
    """What dataclasses inherit whose fields are arrays with the same first axis."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def where(self: Rows, which: np.ndarray) -> Rows:
        """Return the rows that a mask keeps, or positions take, in the order of these."""
        rows = np.flatnonzero(which) if which.dtype == bool else which
        # Of arrays of vectors `take` takes a third of the time of brackets.
        return replace(self, **{field.name: getattr(self, field.name).take(rows, axis=0) for field in fields(self)})


def stacked(parts: list[Rows]) -> Rows:
    """Return the rows of all parts, of which there is at least one, one part after another.

    Parameters
    ----------
    parts : list
        Of one class that inherits :class:`Columns`.
    """
    names = [field.name for field in fields(parts[0])]
    return replace(parts[0], **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
