"""What is installed here, in words: versions, where each package comes from, local copies, and whether CMR answers."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...core.common import (
    CancelledError,
    Progress,
    XoprError,
    cache_dir,
    cache_dir_and_source,
    cmr_url,
    cmr_url_and_source,
    count,
    fit_to_show,
)
from ..metadata import PLUGIN_FOLDER, metadata
from ..options import KINDS, found, settings, size_text
from . import dependencies

if TYPE_CHECKING:
    from requests import Session

#: CMR has so long (s) to answer.
PATIENCE_S = 10.0

_VARIABLES = ("XOPR_CACHE_DIR", "XOPR_CMR_URL", "XOPR_CATALOG_URL")


def report(
    qgis: str,
    copies: str = "being counted ...",
    cmr: str = f"being asked, for {PATIENCE_S:g} s at most ...",
) -> str:
    """Return the text of the check.

    Parameters
    ----------
    qgis : str
        What QGIS says of itself and of the libraries that it brings, line by line.
    copies : str
        What :func:`local_copies` found.
    cmr : str
        What :func:`reach` found.
    """
    packages = dependencies.packages()
    missing = [package for package in packages if not package.fits and not package.use]
    sections = {
        f"xOPR Crossovers {metadata()['version']}": [str(PLUGIN_FOLDER)],
        "Python packages": [
            *_lines(packages),
            "All that is needed is there."
            if not missing
            else f"{count(len(missing), 'package is', 'packages are')} missing or of a version that does not fit.",
        ],
        "Settings": _settings(),
        "Local copies of catalogs and granules": copies.splitlines(),
        "NASA's Common Metadata Repository (CMR)": cmr.splitlines(),
        "Environment variables": [f"{name}={os.environ[name]}" for name in _VARIABLES if os.environ.get(name)],
        "QGIS": qgis.splitlines(),
        "Python": [f"{platform.python_version()} in {sys.prefix}", platform.platform()],
    }
    present = {title: lines for title, lines in sections.items() if lines}
    return fit_to_show(
        "\n".join(line for title, lines in present.items() for line in (title, *(f"    {one}" for one in lines), ""))
    )


def local_copies(cancelled: Callable[[], bool] = lambda: False) -> str:
    """Return which folder holds the local copies, and how many there are.

    Parameters
    ----------
    cancelled : callable
        Whether nobody wants to know any more.
    """
    try:
        folder = cache_dir()
    except ImportError:
        return "The folder is not known while the Python package platformdirs is missing."
    except XoprError as error:
        return str(error)
    if not folder.is_dir():
        return f"{folder}\nnothing yet"
    return "\n".join([str(folder), *(f"{KINDS[kind][0]}: {size_text(found(kind, cancelled))}" for kind in KINDS)])


def reach(
    make_session: Callable[[], Session], seconds: float = PATIENCE_S, cancelled: Callable[[], bool] = lambda: False
) -> str:
    """Return, after some seconds at most, whether CMR answers.

    Parameters
    ----------
    make_session : callable
        Returns the session to ask with.
    seconds : float
        How long to wait at most.
    cancelled : callable
        Whether nobody wants to know any more.
    """
    try:
        asked = cmr_url()
    except XoprError as error:
        return str(error)
    address = fit_to_show(asked)
    try:
        from ...core.web import Patience, Request, send
    except ImportError:
        return f"{address}\nnot asked, because the Python package requests is missing"
    wait = _Wait(seconds, cancelled)
    request = Request(
        "GET",
        f"{asked}/search/granules.umm_json",
        params=(("short_name", "ATL06"), ("provider", "NSIDC_CPRD"), ("page_size", "1")),
        # Longer than the wait itself, which thus ends in its own words.
        patience=Patience(connect_timeout=2 * seconds, read_timeout=2 * seconds, retries=0),
    )
    try:
        response = send(request, make_session(), wait)
    except CancelledError:
        return f"{address}\nhas not answered within {seconds:g} s"
    except XoprError as error:
        return f"{address}\n{error}"
    hits = response.headers.get("CMR-Hits", "")
    if response.status != 200 or not hits.isdecimal():
        return f"{address}\nanswers {response.status_text}, but not as a CMR does"
    known = count(int(hits), "granule", "granules")
    return f"{address}\nanswers after {wait.passed():.1f} s, and knows {known} of ATL06"


class _Wait(Progress):
    def __init__(self, seconds: float, cancelled: Callable[[], bool]) -> None:
        self._began = time.monotonic()
        self._seconds = seconds
        self._cancelled = cancelled

    def passed(self) -> float:
        return time.monotonic() - self._began

    def is_cancelled(self) -> bool:
        return self._cancelled() or self.passed() > self._seconds


def _lines(packages: list[dependencies.Package]) -> list[str]:
    """Return a line for each package: name, version, where it is, and which versions are needed if it is none."""
    rows = [
        (one.name, one.installed or "missing", one.folder if one.fits else f"{_need(one)}: {one.wanted}  {one.folder}")
        for one in packages
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return [f"{name:{widths[0]}}  {version:{widths[1]}}  {rest}".rstrip() for name, version, rest in rows]


def _need(package: dependencies.Package) -> str:
    return f"needed only {package.use}" if package.use else "needed"


def _settings() -> list[str]:
    """Return a line for each setting that holds now: its name, its value, and where that comes from."""
    with settings.followed():
        rows = [
            ("Cache folder", *_value(cache_dir_and_source)),
            ("Address of CMR", *_value(cmr_url_and_source)),
            ("Product version", *_value(settings.product_version_and_source)),
            ("Time-out", *_value(settings.timeout_and_source)),
        ]
    return [f"{name:15}  {value}{f'  [{source}]' if source else ''}" for name, value, source in rows]


def _value(read: Callable[[], tuple[object, str]]) -> tuple[str, str]:
    """Return a setting and where it comes from; what is wrong with it takes the place of a value that is none."""
    try:
        value, source = read()
    except ImportError:
        return "not known while the Python package platformdirs is missing", ""
    except XoprError as error:
        return str(error), ""
    return str(value), source
