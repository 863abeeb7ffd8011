"""The addresses and folders that can be replaced: by environment variables, or by what the user prefers.

The order is always the same: a parameter, then the environment variable, then the preferences of the program that the
core works for (in QGIS a page of its options), then the default.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import InputError
from .user_paths import path_of

CMR_URL = "https://cmr.earthdata.nasa.gov"
CATALOG_URL = "https://data.source.coop/englacial/xopr/catalog"

#: Where a value comes from that nobody has set.
DEFAULT = "the default"

_SEARCH_PATH = re.compile(r"(/search(/granules(\.\w+)?)?)?/*$")


@dataclass(frozen=True)
class Preferences:
    """What a user prefers, where neither a parameter nor the environment says otherwise; empty texts say nothing.

    Attributes
    ----------
    cache_dir : str
        Folder of the local copies.
    cmr_url : str
        Address of CMR.
    place : str
        Where the user changes them, as it is called in messages.
    """

    cache_dir: str = ""
    cmr_url: str = ""
    place: str = ""


# Not a plain variable: runs in several threads at once each keep the preferences that they began with.
_preferences: ContextVar[Preferences] = ContextVar("xopr_preferences", default=Preferences())  # noqa: B039  frozen


@contextmanager
def preferring(preferences: Preferences) -> Iterator[None]:
    """Follow preferences within this block, in this thread and those that :mod:`.parallel` starts in it."""
    token = _preferences.set(preferences)
    try:
        yield
    finally:
        _preferences.reset(token)


def cmr_url(given: str | None = None) -> str:
    """Return the root of the CMR to search, without a slash at its end.

    Parameters
    ----------
    given : str, optional
        Address to use; the root, its ``/search`` or the whole ``/search/granules.umm_json``. Without it, or if it is
        empty, the environment variable ``XOPR_CMR_URL`` is taken, then the preferences, and then NASA's own.

    Returns
    -------
    str
        For example ``https://cmr.earthdata.nasa.gov``.

    Raises
    ------
    InputError
        If the text is not an http or https address.
    """
    return cmr_url_and_source(given)[0]


def cmr_url_and_source(given: str | None = None) -> tuple[str, str]:
    """Return what :func:`cmr_url` does, and where it comes from in words; these are empty for a given address.

    Raises
    ------
    InputError
    """
    text, source = (given or "").strip(), ""
    if not text:
        text, source = _chosen("XOPR_CMR_URL", _preferences.get().cmr_url)
    return cmr_root(text or CMR_URL, source), source


def cmr_root(text: str, source: str = "") -> str:
    """Return the root of a CMR from an address as people give it.

    Parameters
    ----------
    text : str
    source : str
        Where it comes from, for the message.

    Raises
    ------
    InputError
        If the text is not an http or https address.
    """
    problem = InputError(
        f"'{text}' is not the address of a CMR: give one that begins with http:// or https://, such as {CMR_URL}"
        f"{_comes_from(source)}."
    )
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  a port that is not a number is only found out by asking for it
    except ValueError as error:
        raise problem from error
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or re.search(r"[\s?#]", text):
        raise problem
    return _SEARCH_PATH.sub("", text)


def catalog_url() -> str:
    """Return the folder of the season catalogs, without a slash at its end.

    It is the environment variable ``XOPR_CATALOG_URL`` (an address, or a folder of this machine), or else the one where
    xOPR publishes them.
    """
    return (os.environ.get("XOPR_CATALOG_URL", "").strip() or CATALOG_URL).rstrip("/")


def cache_dir() -> Path:
    """Return the folder of the local copies, which need not be there yet.

    It is the environment variable ``XOPR_CACHE_DIR``, or else the one that the user prefers, or else
    :func:`default_cache_dir`.

    Raises
    ------
    InputError
        If the preferred one is no whole path.
    """
    return cache_dir_and_source()[0]


def cache_dir_and_source() -> tuple[Path, str]:
    """Return what :func:`cache_dir` does, and where it comes from in words.

    Raises
    ------
    InputError
    """
    text, source = _chosen("XOPR_CACHE_DIR", _preferences.get().cache_dir)
    if not text:
        return default_cache_dir(), source
    # A variable belongs to a shell, which is in a folder; preferences are the same wherever a program is started.
    return folder_at(text, source, whole=source == _preferences.get().place), source


def heights_dir() -> Path:
    """Return the folder of the measured heights that were read, below :func:`cache_dir`.

    Raises
    ------
    InputError
        If the preferred cache folder is no whole path.
    """
    return cache_dir() / "heights"


def default_cache_dir() -> Path:
    """Return the platform's folder for what can be fetched again."""
    from platformdirs import user_cache_dir  # here, because QGIS imports this module before it looks for packages

    return Path(user_cache_dir("xopr-crossovers", appauthor=False))


def folder_at(text: str, source: str = "", whole: bool = True) -> Path:
    """Return the folder that a text names.

    Parameters
    ----------
    text : str
        A path, which may begin with ``~``.
    source : str
        Where it comes from, for the message.
    whole : bool
        Whether it must be a whole path, whatever folder the program was started in.

    Raises
    ------
    InputError
        If it is no such path.
    """
    folder = path_of(text, "The cache folder", _comes_from(source))
    if whole and not folder.is_absolute():
        raise InputError(
            f"'{text}' cannot be the cache folder, as it is no whole path; give one such as "
            f"{Path.home() / 'xopr-cache'}{_comes_from(source)}."
        )
    return folder


def another_cache_dir() -> str:
    """Return what a user does to have another cache folder, as a part of a sentence."""
    place = _preferences.get().place
    if not place or _variable("XOPR_CACHE_DIR"):
        return "set XOPR_CACHE_DIR to another folder"
    return f"choose another cache folder in {place}"


def _chosen(variable: str, preferred: str) -> tuple[str, str]:
    """Return the text of a variable or of the preferences, empty for the default, and where it comes from."""
    if text := _variable(variable):
        return text, f"the environment variable {variable}"
    if text := preferred.strip():
        return text, _preferences.get().place
    return "", DEFAULT


def _variable(name: str) -> str:
    return os.environ.get(name, "").strip()


def _comes_from(source: str) -> str:
    return f"; this one comes from {source}" if source else ""
