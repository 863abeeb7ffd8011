"""A whole file in the cache folder, where a server gives no pieces."""

from __future__ import annotations

import hashlib
import re
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..common import DownloadError, Progress, another_cache_dir, heights_dir, reason_of
from ..web import Request, host_of
from .access import Access

# File systems take names of 255 bytes.
_LONGEST_NAME = 120


def kept_path(url: str) -> Path:
    """Return where the copy of a file is, or would be; nothing of a query is in its name."""
    parts = urlsplit(url)
    digest = hashlib.sha256(f"{parts.netloc.rpartition('@')[2]}{parts.path}".encode()).hexdigest()[:20]
    name = re.sub(r"[^\w.+=-]", "_", unquote(parts.path).rpartition("/")[2]).lstrip(".")
    return heights_dir() / "files" / f"{digest}-{name[-_LONGEST_NAME:] or 'file'}"


def keep_whole(url: str, size: int | None, access: Access, progress: Progress) -> Path:
    """Fetch a whole file into the cache folder, all of it or nothing.

    Parameters
    ----------
    url : str
    size : int or None
        Bytes, where they are known.
    access : Access
    progress : Progress
        Is told the size first, and then which part has come.

    Returns
    -------
    Path

    Raises
    ------
    DownloadError
        If it cannot be fetched or written.
    CancelledError
        If the user asked to stop.
    """
    path = kept_path(url)
    how_much = f"all of it ({size / 1e6:,.1f} MB)" if size else "all of it, of unknown size,"
    progress.info(f"{host_of(url)} gives no pieces of {path.name.partition('-')[2]}: {how_much} is fetched and kept.")
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        access.follow(Request("GET", url, target=part, size=size), progress)
        part.replace(path)
    except OSError as error:
        fault = reason_of(error, another_cache_dir())
        raise DownloadError(f"{path} cannot be written ({fault.what}); {fault.advice}.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return path
