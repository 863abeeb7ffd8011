"""Links and names of files that any script can hold as they are: of signs that mean nothing to a shell."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import pandas as pd

from ..common import fit_to_show

NO_LINK = "no https link"
NO_WEB_LINK = "a link that is no https address"
TELLING_LINK = "a link with what may be a password, a token or a signature, which no script should hold"

_LINK = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:[/?].*)?", re.DOTALL)
# Signs that are parts of an address, and of no quotation, expansion or command.
_KEPT = "%/:?@&=+,;~[]"
_ODD = re.compile(r"[^A-Za-z0-9._+-]+")
#: Names that Windows keeps for its devices, whatever the ending.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def fit_links(links: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return links that a script can hold, and for the others why they are left out.

    Parameters
    ----------
    links : Series of text
        From a layer; anything may stand in it.

    Returns
    -------
    links : Series of text
        Percent-encoded but for letters, digits and the signs of an address; missing where there is a reason.
    reasons : Series of text
        Missing where there is none.
    """
    # Each link once: a table of pairs repeats those of its granules.
    once = links.astype("string").str.strip()
    once = once.where(once != "")
    known = {link: _fit(link) for link in once.dropna().unique()}
    fits = once.map(lambda link: known[link][0] if link in known else None, na_action="ignore")
    reasons = once.map(lambda link: known[link][1] if link in known else None, na_action="ignore")
    reasons = reasons.astype(object).where(once.notna().to_numpy(dtype=bool), NO_LINK)
    return fits.astype(object), reasons


def _fit(link: str) -> tuple[str | None, str | None]:
    # Of one with a login the host is not to be told from the login; it is masked first.
    link = quote(link.partition("#")[0], safe=_KEPT)
    if "://" in link and fit_to_show(link) != link:
        return None, TELLING_LINK
    if not _LINK.fullmatch(link):
        return None, NO_WEB_LINK
    return link, None


def file_names(granules: pd.DataFrame) -> list[str]:
    """Return under which names granules are kept: those of their files, each once, of letters, digits and ``._+-``.

    Parameters
    ----------
    granules : DataFrame
        With ``granule_id`` and ``https_url``.
    """
    names: dict[str, str] = {}
    for granule, link in zip(granules["granule_id"], granules["https_url"]):
        wanted = name = _fit_name(_file_name(str(granule), str(link)))
        number = 1
        # On Windows and macOS a and A are one file.
        while name.lower() in names:
            number += 1
            name = f"{number}_{wanted}"
        names[name.lower()] = name
    return list(names.values())


def _file_name(granule: str, link: str) -> str:
    """Return a granule's own name if it is one of a file, else the last part of its link."""
    last = unquote(link.partition("?")[0].rstrip("/").rpartition("/")[2])
    return granule if "." in granule and "/" not in granule else last or granule


def _fit_name(name: str) -> str:
    name = _ODD.sub("_", name).lstrip(".-") or "granule"
    return f"_{name}" if _DEVICES.match(name) else name
