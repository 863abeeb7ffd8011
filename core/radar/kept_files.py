"""Radar files that were fetched, kept in the cache folder."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

from ..catalogs import part_of, radar_dir
from ..common import DownloadError, InputError, Progress, another_cache_dir, reason_of
from ..remote import SIGNATURE
from ..web import download_file
from .mat_file import MATLAB_SIGN

_LONGEST_NAME = 100
_SIGNS = (MATLAB_SIGN, SIGNATURE, b"\xff\xd8\xff", b"\x89PNG")


def kept_file(url: str, progress: Progress, session: requests.Session | None = None) -> Path:
    """Return the file of an address: the one that is kept, or else fetched and kept.

    Parameters
    ----------
    url : str
        Of a MATLAB file or a picture, JPEG or PNG.
    progress : Progress
        Is told the part that has come.
    session : requests.Session, optional
        Brings proxy and certificate settings along.

    Raises
    ------
    DownloadError
        If it cannot be fetched, or is none of these; a `MissingFileError` where the server does not have it.
    InputError
        If the cache folder cannot be written.
    """
    path = place_of(url)
    if path.is_file():
        return path
    part = part_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        download_file(url, part, progress, session)
        _check(part, url)
        part.replace(path)
    except (OSError, DownloadError) as error:
        fault = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(fault, OSError):
            raise
        what, advice = reason_of(fault, another_cache_dir())
        raise InputError(f"Radar files cannot be kept: {path} cannot be written ({what}); {advice}.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return path


def place_of(url: str) -> Path:
    """Return where the file of an address is kept, or would be.

    Parameters
    ----------
    url : str
        It is not kept itself, since it may hold a password.
    """
    name = re.sub(r"[^\w.+=-]", "_", unquote(urlsplit(url).path).rpartition("/")[2], flags=re.ASCII).lstrip(".")
    return radar_dir() / f"{hashlib.sha256(url.encode()).hexdigest()[:20]}-{name[-_LONGEST_NAME:] or 'file.mat'}"


def _check(path: Path, url: str) -> None:
    with path.open("rb") as stream:
        start = stream.read(1024)
    if not (start.startswith(_SIGNS) or start[512:].startswith(SIGNATURE)):
        raise DownloadError(f"What {url} gives is neither a MATLAB file nor a picture: check the address.")
