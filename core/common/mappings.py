"""Objects of JSON, which a table may hold as such or as their text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def mapping_of(value: object) -> Mapping[str, Any]:
    """Return a mapping, or the one that a JSON text holds; an empty one for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, Mapping) else {}
