"""The face of a room: the names that its ``__init__`` tells type checkers, imported when they are first asked for.

A face lists them once, under ``if TYPE_CHECKING``; from there this module reads where each is. Importing a room
therefore imports no library, and QGIS can list its algorithms before it is known which packages are there.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any


def lazy_face(room: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the module functions ``__getattr__`` and ``__dir__`` (PEP 562) of a room.

    Parameters
    ----------
    room : str
        The room's ``__name__``.
    file : str
        Its ``__file__``.
    """
    places = _listed(Path(file).read_text(encoding="utf-8"))

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        module = places[name]
        value = getattr(import_module(f"{room}.{module}"), name) if module else import_module(f"{room}.{name}")
        setattr(sys.modules[room], name, value)
        return value

    return get, lambda: sorted(places)


def _listed(source: str) -> dict[str, str]:
    """Return the module of each name that a face lists; an empty one for a module itself."""
    blocks = [node for node in ast.parse(source).body if isinstance(node, ast.If)]
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name: node.module or "" for node in imports for alias in node.names}
