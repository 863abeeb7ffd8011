"""Which software made something."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

#: The packages whose versions may change a result.
LIBRARIES = ("mortie", "numpy", "pandas", "shapely", "pyproj", "geopandas", "pyarrow")


def versions(callers: Mapping[str, str] | None = None) -> str:
    """Return names and versions, as a list in a sentence: of what called the core, of Python, of the packages.

    Parameters
    ----------
    callers : mapping of str to str, optional
        Names and versions of what called this.
    """
    known = {**(callers or {}), "Python": platform.python_version()}
    for library in LIBRARIES:
        try:
            known[library] = version(library)
        except PackageNotFoundError:
            continue
    return ", ".join(f"{name} {number}" for name, number in known.items())
