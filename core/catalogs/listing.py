"""The list of published season catalogs: there is no index file, so the bucket that holds them is listed.

The list is that of Amazon S3 (ListObjectsV2): XML in pages, each with the token of the next one.
"""

from __future__ import annotations

import html
import os
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import requests

from ..common import DownloadError, InputError, Progress
from ..web import Patience, Request, Response, ask_for_file, host_of
from .seasons import Season, season_at

# Path style, because the bucket's name has dots in it.
_BUCKET_URL = "https://s3.us-west-2.amazonaws.com/us-west-2.opendata.source.coop"
_PREFIX = "englacial/xopr/catalog/"
LISTING_URL = f"{_BUCKET_URL}?list-type=2&prefix={_PREFIX}"


@dataclass(frozen=True)
class Published:
    """A season's catalog as the list names it.

    Attributes
    ----------
    season : Season
    etag : str
        Changes when the content does.
    size : int
        Bytes.
    """

    season: Season
    etag: str
    size: int


def listing_url() -> str:
    """Return the address of the list: the environment variable ``XOPR_LISTING_URL``, or else the public bucket's.

    What it does not ask for (``list-type``, ``prefix``) is asked for as of the public bucket.

    Raises
    ------
    InputError
        If it is not an http or https address.
    """
    text = os.environ.get("XOPR_LISTING_URL", "").strip() or LISTING_URL
    if not re.match(r"https?://[^/\s]", text, flags=re.IGNORECASE):
        raise InputError(
            f"XOPR_LISTING_URL is '{text}', which is no address; give one that begins with http:// or https://, "
            f"such as {LISTING_URL}."
        )
    return text


def list_published(
    progress: Progress | None = None, session: requests.Session | None = None, patience: Patience | None = None
) -> list[Published]:
    """Return all season catalogs that are published, in order of their paths.

    Parameters
    ----------
    progress : Progress, optional
        Is told of what the list holds besides.
    session : requests.Session, optional
    patience : Patience, optional

    Raises
    ------
    DownloadError
        If the list cannot be fetched to its end, is no list, or names no season.
    """
    progress = progress or Progress()
    session = session or requests.Session()
    url = listing_url()
    asked = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    parameters = {"list-type": "2", "prefix": _PREFIX, **asked}
    prefix = parameters["prefix"]
    address = url.partition("?")[0]
    found: dict[str, Published] = {}
    others = 0
    tokens: set[str] = set()
    while True:
        request = Request("GET", address, params=tuple(parameters.items()), patience=patience or Patience())
        response = ask_for_file(request, session, progress)
        page = _page(response)
        for item in _items(page, "Contents"):
            key = _text(item, "Key")
            season = season_at(key[len(prefix) :].lstrip("/")) if key.startswith(prefix) else None
            size = _text(item, "Size")
            if season and size.isdecimal():
                found[season.path] = Published(season, _text(item, "ETag").strip('"'), int(size))
            else:
                others += key.endswith(".parquet")
        if _text(page, "IsTruncated") != "true":
            break
        token = _text(page, "NextContinuationToken")
        if not token or token in tokens:
            raise _no_list(response, "it says that more follows, but not where")
        tokens.add(token)
        parameters["continuation-token"] = token
    if others:
        progress.warn(f"{others:,} .parquet files in the list are not in a season's folders and are left out.")
    if not found:
        raise _no_list(response, "it names no season catalog")
    return [found[path] for path in sorted(found)]


def _page(response: Response) -> str:
    """Return what is between the tags of one page of the list."""
    text = response.body.decode("utf-8", errors="replace")
    if response.status != 200:
        raise DownloadError(
            f"{host_of(response.url)} answered {response.says} when asked for the list of seasons: "
            "try again later, or check XOPR_LISTING_URL."
        )
    if response.is_web_page():
        raise DownloadError(
            f"A web page came from {host_of(response.url)} instead of the list of seasons: "
            "check whether the network needs a login."
        )
    # Strictly the little that S3 writes: what XML has besides, such as entities, is how parsers are attacked.
    whole = re.fullmatch(
        r"\s*(?:<\?xml[^<>]*\?>)?\s*<ListBucketResult(?:\s[^<>]*)?>(.*)</ListBucketResult>\s*", text, flags=re.DOTALL
    )
    if whole is None or "<!" in text:
        raise _no_list(response, "it is not the XML of an S3 bucket")
    page = whole[1]
    if _text(page, "IsTruncated") not in ("true", "false"):
        raise _no_list(response, "it does not say whether more follows")
    announced = _text(page, "KeyCount")
    if announced and announced != str(len(_items(page, "Contents"))):
        raise _no_list(response, f"it announces {announced} files and names {len(_items(page, 'Contents'))}")
    return page


def _items(text: str, tag: str) -> list[str]:
    return re.findall(rf"<{tag}>(.*?)</{tag}>", text, flags=re.DOTALL)


def _text(text: str, tag: str) -> str:
    found = re.search(rf"<{tag}>([^<>]*)</{tag}>", text)
    return html.unescape(found[1]) if found else ""


def _no_list(response: Response, why: str) -> DownloadError:
    return DownloadError(
        f"What {host_of(response.url)} sent is no list of seasons ({why}): try again later, or check XOPR_LISTING_URL."
    )
