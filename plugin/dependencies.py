"""The Python packages that the core needs: which are missing, how to install them, how to load them safely.

Nothing is imported when QGIS starts, only when an algorithm runs: the provider loads whatever is installed.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from ..core.errors import XoprError
from .metadata import PLUGIN_FOLDER

REQUIREMENTS = PLUGIN_FOLDER / "requirements.txt"

# Wheels of these bundle GEOS and PROJ, which QGIS itself brings too: see `_own_libraries_first`. (So does pyogrio with
# GDAL, but the plugin opens vector files through QGIS, and never imports it.)
_BUNDLING = ("shapely", "pyproj")
_PLAIN = ("pandas", "pyarrow", "geopandas", "requests", "mortie")

_all_found = False
_loaded = False


class DependencyError(XoprError):
    """A Python package is missing, too old, too new, or does not load."""


def problems() -> list[str]:
    """Return what is wrong with the installed packages, one short text for each; an empty list if all is well."""
    global _all_found
    if _all_found:
        return []
    importlib.invalidate_caches()
    found = [text for requirement in _requirements() if (text := _problem(requirement))]
    _all_found = not found
    return found


def message() -> str:
    """Return one sentence that names what is missing and the command that installs it, or an empty text."""
    missing = problems()
    if not missing:
        return ""
    return (
        f"xOPR Crossovers needs Python packages that this QGIS does not have: {', '.join(missing)}. "
        f"Install them with this command, then start QGIS again: {install_command()}"
    )


def load() -> None:
    """Import the packages for the first time, so that each uses the libraries that it brings.

    Raises
    ------
    DependencyError
        If a package is missing, of the wrong version, or cannot be imported.
    """
    global _loaded
    if _loaded:
        return
    if text := message():
        raise DependencyError(text)
    with _own_libraries_first():
        for name in _BUNDLING:
            _import(name)
    for name in _PLAIN:
        _import(name)
    _loaded = True


def install_command() -> str:
    """Return the one command that installs the packages for the Python of this QGIS."""
    words = [_quoted(_interpreter()), "-m", "pip", "install"]
    if sys.prefix == sys.base_prefix:
        words.append("--user")
        if (Path(sysconfig.get_path("stdlib")) / "EXTERNALLY-MANAGED").exists():
            words.append("--break-system-packages")
    words += ["-r", _quoted(str(REQUIREMENTS))]
    command = " ".join(words)
    if find_spec("pip") is None and Path("/etc/debian_version").exists():
        return f"sudo apt-get install -y python3-pip && {command}"
    return command


@contextmanager
def _own_libraries_first() -> Iterator[None]:
    """Let extension modules that are imported within find their own libraries before those of the process.

    On Linux a wheel's shapely or pyproj would otherwise bind to the GEOS or PROJ that QGIS has loaded already, of
    another version: on QGIS 3.22 shapely then fails, and pyproj crashes when the process ends. (QGIS 3.40 and later
    import shapely themselves as they start, with their own GEOS, which is new enough for it; that cannot be undone.)
    """
    if not sys.platform.startswith("linux"):
        yield
        return
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | os.RTLD_DEEPBIND)
    try:
        yield
    finally:
        sys.setdlopenflags(flags)


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except Exception as error:
        raise DependencyError(
            f"The Python package {name} is installed but does not load ({error}); "
            f"install it anew with: {install_command()}"
        ) from error


def _requirements() -> list[str]:
    lines = (line.split("#")[0].strip() for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def _problem(line: str) -> str:
    """Return what is wrong with one line of the requirements, or an empty text."""
    name = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
    try:
        from packaging.requirements import Requirement
    except ImportError:  # then something is to be installed anyway, and the names are enough to say so
        return "" if _version(name) else name
    requirement = Requirement(line)
    if requirement.marker is not None and not requirement.marker.evaluate():
        return ""
    installed = _version(name)
    if not installed:
        return f"{name} ({requirement.specifier})"
    if not requirement.specifier.contains(installed, prereleases=True):
        return f"{name} ({requirement.specifier}, but {installed} is installed)"
    return ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _interpreter() -> str:
    """Return the Python that belongs to this QGIS; ``sys.executable`` may be QGIS itself."""
    if os.name == "nt":
        candidates = [Path(sys.exec_prefix) / "python.exe"]
    else:
        name = f"python{sys.version_info.major}"
        candidates = [
            Path(sys.prefix) / "bin" / name,
            Path(sys.executable).parent / name,
            Path(sys.executable).parent / "bin" / name,
        ]
    return next((str(path) for path in candidates if path.is_file()), "python3")


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text
