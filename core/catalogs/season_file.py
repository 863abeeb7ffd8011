"""A season's catalog as a local file: the copy that is at hand, the same but checked, or fetched."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow.lib
import requests

from ..common import DownloadError, InputError, Progress, catalog_url
from ..web import Patience, Request, ask_for_file, host_of
from .copies import Copy, copy_of, damage_sentence, day_of, describe, keep_copy, keep_entries, megabytes, now, prepare
from .manifest import Entry, part_of, unusable
from .seasons import Season

#: A copy that was known to be the newest so long ago is used without asking.
FRESH = timedelta(days=3)
#: With a copy at hand nobody waits long to hear whether there is a newer one.
QUICK = Patience(connect_timeout=5.0, read_timeout=15.0, retries=1)


def local_season(season: Season, progress: Progress | None = None, session: requests.Session | None = None) -> Path:
    """Return the local copy of a season; it is fetched if it is not at hand, or if there is a newer one.

    Parameters
    ----------
    season : Season
    progress : Progress, optional
        Is told what is used, and why.
    session : requests.Session, optional

    Raises
    ------
    DownloadError
        If there is no copy that can be used, and it cannot be fetched.
    InputError
        If the folder of the copies cannot be used.
    """
    progress = progress or Progress()
    prepare(progress)
    copy = copy_of(season.path, catalog_url())
    if copy.whole and is_fresh(copy.entry):
        progress.info(f"{season.name}: the local copy, fetched on {day_of(copy.entry.fetched_at)}, is used.")
        return copy.path

    def fetch() -> tuple[Entry, bool]:
        patience = QUICK if copy.whole else None
        return fetch_copy(season.path, copy, session=session, patience=patience, progress=progress)

    if copy.whole:
        try:
            entry, new = fetch()
        except (DownloadError, InputError) as problem:
            progress.warn(
                f"{season.name}: whether there is a newer catalog could not be checked, so the local copy, fetched on "
                f"{day_of(copy.entry.fetched_at)}, is used. ({problem})"
            )
            return copy.path
        word = "a newer one was published and has been fetched" if new else "it is the newest"
        progress.info(
            f"{season.name}: the local copy, fetched on {day_of(copy.entry.fetched_at)}, was checked: {word}."
        )
        return copy.path
    if copy.damaged:
        progress.warn(damage_sentence(copy))
    try:
        entry, _ = fetch()
    except DownloadError as problem:
        raise DownloadError(f"The season {season.name} is not at hand and cannot be fetched. {problem}") from problem
    progress.info(f"{season.name}: fetched from {host_of(copy.entry.source)} ({megabytes(entry.size):.2f} MB).")
    return copy.path


def fetch_copy(
    path: str,
    copy: Copy,
    *,
    listed_etag: str = "",
    listed_size: int | None = None,
    session: requests.Session | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> tuple[Entry, bool]:
    """Fetch a season's catalog, unless the copy is what is published.

    Parameters
    ----------
    path : str
        The season's, below the catalogs' root.
    copy : Copy
        What is at hand.
    listed_etag : str
        What the list of published seasons calls the content.
    listed_size : int, optional
        How many bytes it has by that list.
    session : requests.Session, optional
    patience : Patience, optional
    progress : Progress, optional
        Is told of each retry, and the part that has come.

    Returns
    -------
    entry : Entry
        As it now stands in the manifest.
    new : bool
        Whether something came that was not at hand before.

    Raises
    ------
    DownloadError
        If it cannot be fetched, or what comes is no Parquet file; the copy stays as it was.
    InputError
        If the copy cannot be written; it stays as it was.
    """
    url = f"{copy.entry.source}/{path}"
    part = part_of(copy.path)
    asked = {"If-None-Match": copy.entry.etag} if copy.whole and copy.entry.etag else {}
    try:
        copy.path.parent.mkdir(parents=True, exist_ok=True)
        request = Request("GET", url, headers=asked, target=part, size=listed_size, patience=patience or Patience())
        response = ask_for_file(request, session or requests.Session(), progress or Progress())
        if response.status == 304 and asked:
            entry = replace(copy.entry, checked_at=now(), listed_etag=listed_etag or copy.entry.listed_etag)
            keep_entries({path: entry})
            return entry, False
        if response.status in (404, 410):
            raise DownloadError(f"There is no catalog at {url}: the season is not published there (any more).")
        if response.status != 200:
            raise DownloadError(f"{host_of(url)} answered {response.says} for {url}: try again later.")
        entry = Entry(
            copy.entry.source,
            etag=response.headers.get("ETag", ""),
            listed_etag=listed_etag,
            fetched_at=now(),
            checked_at=now(),
            **_checked(part, url),
        )
        keep_copy(part, path, entry)
    except OSError as error:
        raise unusable(copy.path, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return entry, not (copy.whole and entry.sha256 == copy.entry.sha256)


def _checked(part: Path, url: str) -> dict[str, Any]:
    """Return what the manifest holds of a file that has just come.

    Raises
    ------
    DownloadError
        If it is no Parquet file.
    """
    try:
        return describe(part)
    except (pyarrow.lib.ArrowException, ValueError) as error:
        raise DownloadError(
            f"What came from {url} is no season catalog (it cannot be read as Parquet): check the address, and "
            "whether the network needs a login."
        ) from error


def is_fresh(entry: Entry) -> bool:
    """Whether an entry was checked so short a time ago that nobody need be asked; never in the future."""
    try:
        age = datetime.now(timezone.utc) - datetime.fromisoformat(entry.checked_at)
    except (ValueError, TypeError):
        return False
    return timedelta(0) <= age < FRESH
