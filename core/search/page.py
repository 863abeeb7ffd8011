"""One page of granules: how CMR is asked for it, and how its records are read."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

from ..common import SearchError
from ..granules import slim
from ..web import Fault, Patience, Request, Response, host_of
from .query import GranuleQuery

#: By these CMR tells its users apart.
CLIENT_HEADERS = {"Client-Id": "xopr-crossovers"}

#: Queries longer than this go by POST, since servers and proxies limit the length of an address.
_LONGEST_QUERY = 1500
# Where a page's list of records begins, and what stands between two of them.
_LIST = re.compile(r'"items"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


class PageRequest(Request):
    """A request for a page of granules, which is sent again where only a part of the page came, or a broken one."""

    def fault_in(self, response: Response) -> Fault | None:
        if response.status != 200 or response.is_web_page():
            return None
        host = host_of(self.url)
        for name in ("CMR-Time-Out", "CMR-Timed-Out"):
            if response.headers.get(name, "").strip().lower() == "true":
                return Fault(
                    host,
                    "ran into its own time limit and sent only a part of the granules",
                    "ask for a smaller area or a shorter time, or try again later",
                    too_much=True,
                )
        if not response.body.rstrip().endswith(b"}"):
            return Fault(host, "sent an answer that breaks off", "try again later")
        return None


def page_request(url: str, query: GranuleQuery, search_after: str | None, patience: Patience) -> PageRequest:
    """Return the request for a page of a search.

    Parameters
    ----------
    url : str
        Of the granule search.
    query : GranuleQuery
    search_after : str or None
        What CMR sent with the page before; None for the first page.
    patience : Patience
    """
    parameters = query.parameters()
    headers = {**CLIENT_HEADERS, "Accept-Encoding": "gzip"}
    if search_after is not None:
        headers["CMR-Search-After"] = search_after
    is_long = len(urlencode(parameters)) > _LONGEST_QUERY
    return PageRequest(
        "POST" if is_long else "GET",
        url,
        params=() if is_long else parameters,
        data=parameters if is_long else (),
        headers=headers,
        anonymous=True,
        allow_redirects=False,
        patience=patience,
    )


def read_page(response: Response) -> list[dict]:
    """Return the records of a page, of each only what is needed.

    Raises
    ------
    SearchError
        If CMR refuses the query, or if what answers is not a CMR.
    """
    host = host_of(response.url)
    if 300 <= response.status < 400:
        raise SearchError(
            f"{host} sends the search on to {host_of(response.headers.get('Location', '')) or 'another address'}, "
            "which may be a login page: check the address of the CMR, and whether a network login or a proxy "
            "stands in between."
        )
    if response.is_web_page():
        raise SearchError(
            f"{host} answered {response.status_text} with a web page instead of granules: check the address of the "
            "CMR, and whether a network login or a proxy stands in between."
        )
    words = response.own_words
    if response.status != 200:
        advice = words or f"check the address of the CMR, {response.url.partition('?')[0]}"
        raise SearchError(f"{host} refuses the search with {response.status_text}: {advice}.")
    try:
        return _slim_items(response.body.decode())
    except ValueError as error:
        raise SearchError(f"{host} answered something else than granules: check the address of the CMR.") from error


def _slim_items(text: str) -> list[dict]:
    """Read the records of a page one by one, and keep of each only what is needed."""
    found = _LIST.search(text)
    if found is None or not text.lstrip().startswith("{"):
        raise ValueError("no list of records")
    read = json.JSONDecoder().raw_decode
    items = []
    position = _skip(text, found.end())
    while not text.startswith("]", position):
        item, position = read(text, position)
        if not isinstance(item, dict):
            raise ValueError("a record that is none")
        items.append(slim(item))
        position = _skip(text, position)
    return items


def _skip(text: str, position: int) -> int:
    between = _BETWEEN.match(text, position)
    return between.end() if between else position
