"""Files from the internet: whole, or not there at all."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

from ..common import DownloadError, MissingFileError, Progress, reason_of
from .exchange import send
from .faults import Fault
from .hosts import host_of
from .request import Request
from .response import Response
from .retries import Patience

#: Of a longer name the end is kept, which tells the kind of file: file systems take 255, with what is added.
_LONGEST_NAME = 120


@contextmanager
def fetch(
    url: str,
    progress: Progress | None = None,
    session: requests.Session | None = None,
    patience: Patience | None = None,
) -> Iterator[Path]:
    """Give a file for as long as the ``with`` block lasts; it is in a temporary folder, under its own name.

    Parameters, errors: see :func:`download_file`.
    """
    folder = Path(tempfile.mkdtemp(prefix="xopr-"))
    try:
        name = re.sub(r"[^\w.+=-]", "_", unquote(urlsplit(url).path).rpartition("/")[2]).lstrip(".")
        path = folder / (name[-_LONGEST_NAME:] or "file")
        download_file(url, path, progress, session, patience)
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def download_file(
    url: str,
    path: Path,
    progress: Progress | None = None,
    session: requests.Session | None = None,
    patience: Patience | None = None,
) -> None:
    """Fetch a file. What stands at `path` is replaced by the whole file at once, or stays as it is.

    Parameters
    ----------
    url : str
        Address, http or https; it may lead on to another.
    path : Path
        Where the file goes; its folder is there.
    progress : Progress, optional
        Is told the part that has come, where the server says how much there is, and of each retry.
    session : requests.Session, optional
        Brings proxy, certificate and login settings along.
    patience : Patience, optional

    Raises
    ------
    DownloadError
        If there is no such file, or a web page (such as a login form) comes in its place.
    CancelledError
        If the user asked to stop.
    """
    progress = progress or Progress()
    part = path.with_name(path.name + ".part")
    request = Request("GET", url, target=part, patience=patience or Patience())
    try:
        response = ask_for_file(request, session or requests.Session(), progress)
        _check(response, url, part)
        part.replace(path)
    except OSError as error:
        fault = reason_of(error)
        raise DownloadError(f"{path} cannot be written ({fault.what}); {fault.advice}.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    progress.fraction(1.0)


def ask_for_file(request: Request, session: requests.Session, progress: Progress) -> Response:
    """Send a request for a file or a list of files, as :func:`~xopr_crossovers.core.web.send` does.

    Raises
    ------
    DownloadError
        If the server cannot be made to answer.
    CancelledError, OSError
        As there.
    """
    try:
        return send(request, session, progress)
    except Fault as fault:
        raise DownloadError(str(fault)) from fault


def _check(response: Response, url: str, part: Path) -> None:
    if response.status in (404, 410):
        raise MissingFileError(f"There is no file at {url}: check the address.")
    if response.status in (401, 403):
        raise DownloadError(
            f"{host_of(url)} does not give out {url} ({response.says}): check the address, and whether it "
            "needs a login."
        )
    if response.status != 200:
        raise DownloadError(f"{host_of(url)} answered {response.says} for {url}: check the address.")
    with part.open("rb") as stream:
        start = stream.read(512)
    if response.is_web_page(start):
        raise DownloadError(
            f"A web page came from {host_of(response.url)} instead of the file {url}: check the address, "
            "and whether it or the network needs a login."
        )
