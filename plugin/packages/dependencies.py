"""The Python packages that the core needs: which are missing, how to install them, how to load them safely.

Nothing is imported when QGIS starts, only when an algorithm runs: the provider loads whatever is installed.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution

from ...core.common import XoprError, put_off_collecting
from . import installing

# Wheels of these bundle GEOS and PROJ, which QGIS itself brings too: see `_own_libraries_first`. (So does pyogrio with
# GDAL, but the plugin opens vector files through QGIS, and never imports it.)
_BUNDLING = ("shapely", "pyproj")
_PLAIN = ("pandas", "pyarrow", "geopandas", "requests", "mortie")

_all_found = False
_loaded = False
#: What keeps PROJ's contexts alive, see `_keep_context`.
_contexts: list[object] = []


class DependencyError(XoprError):
    """A Python package is missing, too old, too new, or does not load."""


@dataclass(frozen=True)
class Package:
    """One line of the requirements, and what is installed of it.

    Attributes
    ----------
    name : str
    wanted : str
        The versions that fit, such as ``>=1.0,<2``.
    installed : str
        The version that is there; empty if none is.
    folder : str
        Where it is.
    fits : bool
    use : str
        What it is needed for, as the end of "needed"; empty where nothing works without it.
    """

    name: str
    wanted: str
    installed: str
    folder: str
    fits: bool
    use: str = ""

    @property
    def problem(self) -> str:
        """What is wrong with it, in short; empty if it fits."""
        if self.fits:
            return ""
        notes = [self.wanted] if self.wanted else []
        notes += [f"but {self.installed} is installed"] if self.installed else []
        return f"{self.name} ({', '.join(notes)})" if notes else self.name


def packages() -> list[Package]:
    """Return the packages that the plugin needs here, whether they are installed or not."""
    importlib.invalidate_caches()
    return [package for line in installing.requirement_lines() if (package := _package(line)) is not None]


def problems(also: Sequence[str] = ()) -> list[str]:
    """Return what is wrong with the installed packages, one short text for each; an empty list if all is well.

    Parameters
    ----------
    also : sequence of str
        Packages to look at beside those without which nothing works.
    """
    global _all_found
    if _all_found and not also:
        return []
    # What an optional package itself needs goes with it.
    unfit = [package for package in packages() if not package.fits]
    found = [package.problem for package in unfit if not package.use or also]
    _all_found = _all_found or not any(not package.use for package in unfit)
    return found


def message(also: Sequence[str] = ()) -> str:
    """Return one sentence that names what is missing and the command that installs it, or an empty text.

    Parameters
    ----------
    also : sequence of str
        Optional packages that an algorithm needs.
    """
    missing = problems(also)
    if not missing:
        return ""
    if problem := installing.python_problem():
        return f"xOPR Crossovers needs Python packages that this QGIS does not have. {problem}"
    system = installing.this_system()
    return (
        f"xOPR Crossovers needs Python packages that this QGIS does not have: {', '.join(missing)}. "
        f"Install them with this command in {system.where}, then start QGIS again: {installing.command(system)}"
    )


def load(also: Sequence[str] = ()) -> None:
    """Import the packages for the first time, so that each uses the libraries that it brings.

    To be called in each thread that uses them.

    Parameters
    ----------
    also : sequence of str
        Optional packages that are used.

    Raises
    ------
    DependencyError
        If a package is missing, of the wrong version, or cannot be imported.
    """
    global _loaded
    if (text := message(also)) and (also or not _loaded):
        raise DependencyError(text)
    if not _loaded:
        with put_off_collecting():
            with _own_libraries_first():
                for name in _BUNDLING:
                    _import(name)
            for name in _PLAIN:
                _import(name)
        _loaded = True
    for name in also:
        _import(name)
    _keep_context()


def _keep_context() -> None:
    """Keep PROJ's context of this thread for as long as QGIS runs, where pyproj would destroy it too early.

    pyproj 3.7 finds the context by the system's thread, but destroys it when Python's part of the thread ends. A thread
    of QGIS's pool goes on after that: the next algorithm in it would use what is destroyed, and QGIS would crash.
    pyproj 3.8 makes a context for each part.
    """
    import pyproj

    if tuple(map(int, pyproj.__version__.split(".")[:2])) >= (3, 8):
        return
    from pyproj import _context

    pyproj.CRS(4326)  # makes the context, if this thread has none yet
    manager = getattr(_context, "get_context_manager", lambda: None)()
    if manager is not None and not any(manager is kept for kept in _contexts):
        _contexts.append(manager)


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
            f"install it anew with: {installing.command(installing.this_system())}"
        ) from error


def _package(line: str) -> Package | None:
    """Return the package of one line of the requirements, or None where it is not meant for this Python."""
    name = installing.requirement_name(line)
    installed, folder = _installed(name)
    use = installing.OPTIONAL.get(name, "")
    try:
        from packaging.requirements import Requirement
    except ImportError:  # then something is to be installed anyway, and the names are enough to say so
        return Package(name, "", installed, folder, bool(installed), use)
    requirement = Requirement(line)
    if requirement.marker is not None and not requirement.marker.evaluate():
        return None
    fits = bool(installed) and requirement.specifier.contains(installed, prereleases=True)
    return Package(name, line[len(name) :].partition(";")[0].strip(), installed, folder, fits, use)


def _installed(name: str) -> tuple[str, str]:
    """Return the version and the folder of an installed package; both empty if there is none."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return "", ""
    return found.version, str(found.locate_file(""))
