"""The addresses and folders that environment variables replace, for tests, mirrors and other catalogs."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from .errors import InputError

CMR_URL = "https://cmr.earthdata.nasa.gov"
CATALOG_URL = "https://data.source.coop/englacial/xopr/catalog"

_SEARCH_PATH = re.compile(r"(/search(/granules(\.\w+)?)?)?/*$")


def cmr_url(given: str | None = None) -> str:
    """Return the root of the CMR to search, without a slash at its end.

    Parameters
    ----------
    given : str, optional
        Address to use; the root, its ``/search`` or the whole ``/search/granules.umm_json``. Without it, or if it is
        empty, the environment variable ``XOPR_CMR_URL`` is taken, and then NASA's own.

    Returns
    -------
    str
        For example ``https://cmr.earthdata.nasa.gov``.

    Raises
    ------
    InputError
        If the text is not an http or https address.
    """
    text = (given or "").strip() or os.environ.get("XOPR_CMR_URL", "").strip() or CMR_URL
    problem = InputError(
        f"'{text}' is not the address of a CMR: give one that begins with http:// or https://, such as {CMR_URL}."
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

    It is the environment variable ``XOPR_CACHE_DIR``, or else the platform's folder for what can be fetched again.
    """
    if given := os.environ.get("XOPR_CACHE_DIR", "").strip():
        return Path(given).expanduser()
    from platformdirs import user_cache_dir  # here, because QGIS imports this module before it looks for packages

    return Path(user_cache_dir("xopr-crossovers", appauthor=False))
