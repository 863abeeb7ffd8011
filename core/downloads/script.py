"""The texts that fetch granules: lists of links, and scripts of which none holds a login."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from ..common import InputError, Progress, count, on_days
from .options import CURL, EARTHACCESS, KINDS, POWERSHELL, URLS, WGET

_TEMPLATES = Path(__file__).parent / "templates"
_FILES = {CURL: "shell.txt", WGET: "shell.txt", POWERSHELL: "powershell.txt", EARTHACCESS: "earthaccess.txt"}
_ENGINES = {CURL: "shell_with_curl.txt", WGET: "shell_with_wget.txt"}
_NASA = ".nasa.gov"


def download_text(granules: pd.DataFrame, kind: str, progress: Progress | None = None) -> str:
    """Return the text that fetches granules.

    Parameters
    ----------
    granules : DataFrame
        As :func:`granules_to_fetch` gives them.
    kind : {'curl', 'wget', 'powershell', 'earthaccess', 'urls'}
        ``urls`` is a plain list, one link a line; the others are scripts for a POSIX shell, PowerShell or Python.
    progress : Progress, optional
        Is told how many granules and bytes there are, and from which hosts.

    Returns
    -------
    str
        ASCII, with line feeds.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    if kind not in KINDS:
        raise InputError(f"KIND has no option '{kind}'; choose {' or '.join(KINDS)}.")
    about = _about(granules)
    _tell(granules, about, progress or Progress())
    if kind == URLS:
        return "".join(f"{link}\n" for link in granules["https_url"])
    sizes = ["-" if pd.isna(size) else str(int(size)) for size in granules["n_bytes"]]
    rows = [" ".join(row) for row in zip(sizes, granules["file"], granules["https_url"])]
    text = _template(_FILES[kind])
    if kind in _ENGINES:
        text = text.replace("@ENGINE@", _template(_ENGINES[kind]).strip())
    return text.replace("@ABOUT@", about).replace("@LIST@", "\n".join(rows))


def total_mb(granules: pd.DataFrame) -> float:
    """Return the size of all granules whose size is known, in MB (1e6 bytes)."""
    return float(granules["n_bytes"].fillna(0).sum()) / 1e6


def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="ascii")


def _about(granules: pd.DataFrame) -> str:
    """Return how many granules there are, how large, and from when to when."""
    unknown = int(granules["n_bytes"].isna().sum())
    size = f", {total_mb(granules):,.1f} MB"
    if 0 < unknown < len(granules):
        size += f" and {unknown:,} of unknown size"
    elif unknown:
        size = " of unknown size"
    times = granules["start_time"].dropna()
    span = f", {on_days(f'{times.min():%Y-%m-%d}', f'{times.max():%Y-%m-%d}')}" if len(times) else ""
    return f"Fetches {count(len(granules), 'granule', 'granules')}{size}{span}."


def _tell(granules: pd.DataFrame, about: str, progress: Progress) -> None:
    if granules.empty:
        progress.warn("No granule is left to fetch: the script is empty; ask for less with the filters.")
        return
    progress.info(about)
    hosts = Counter(urlsplit(link).netloc for link in granules["https_url"])
    for host, n_granules in hosts.items():
        progress.info(f"{count(n_granules, 'granule', 'granules')} from {host}.")
        if not f".{urlsplit(f'//{host}').hostname}".endswith(_NASA):
            progress.warn(
                f"{host} is not NASA's: scripts tell it no token, unless the variable EARTHDATA_HOSTS names it."
            )
