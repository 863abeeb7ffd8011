"""Client of NASA's Common Metadata Repository (CMR): granule searches, page by page to the end.

What it relies on is in CMR's search API documentation (https://cmr.earthdata.nasa.gov/search/site/docs/search/api.html):
``CMR-Search-After`` paging, ``CMR-Hits``, ``CMR-Time-Out``, error bodies ``{"errors": [...]}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import requests

from ..common import Clock, Progress, SearchError, TooMuchError, cmr_url, read_date
from ..granules import slim
from ..web import Answer, Flaw, Patience, host_of, pause, transfer
from .query import GranuleQuery

__all__ = ["CmrClient", "GranulePages", "GranuleQuery"]

#: Queries longer than this go by POST, since servers and proxies limit the length of an address.
_LONGEST_QUERY = 1500
# Where a page's list of records begins, and what stands between two of them.
_LIST = re.compile(r'"items"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")

#: So many pages in a row without a new granule mean that the server turns in circles.
_BARREN_PAGES = 3


class CmrClient:
    """Asks a CMR; one client may serve several threads.

    Parameters
    ----------
    url : str, optional
        The CMR's address, see :func:`~.environment.cmr_url`.
    session : requests.Session, optional
        Brings proxy and certificate settings along.
    connect_timeout, read_timeout : float
        Longest wait (s) for the connection and for a piece of the answer. CMR itself ends every request after 180 s
        (with a 504, or after 170 s with a part of the page): one that gives up earlier never learns which.
    retries : int
        How often a request is sent again before the search fails.
    progress : Progress, optional
        Is told of retries, and asked whether to go on.
    pause : float
        Wait (s) between two pages, out of courtesy.
    backoff, longest_wait : float
        Wait (s) before the first retry, and longest wait before any.
    clock : Clock, optional
        Is put right by the server's ``Date``.

    Attributes
    ----------
    root, url : str
        Address of the CMR, and of its granule search.
    reader : Executor
        Reads the answers: one at a time.
    """

    def __init__(
        self,
        url: str | None = None,
        session: requests.Session | None = None,
        connect_timeout: float = 10.0,
        read_timeout: float = 190.0,
        retries: int = 5,
        progress: Progress | None = None,
        pause: float = 0.1,
        backoff: float = 1.0,
        longest_wait: float = 60.0,
        clock: Clock | None = None,
    ) -> None:
        self.root = cmr_url(url)
        self.url = f"{self.root}/search/granules.umm_json"
        self.session = session or requests.Session()
        self.patience = Patience(connect_timeout, read_timeout, retries, backoff, longest_wait)
        self.progress = progress or Progress()
        self.pause = pause
        self.clock = clock or Clock()
        # Records take ten times as much memory while they are read: one page at a time, and always in the same thread,
        # since what a thread has used is kept for it.
        self.reader = ThreadPoolExecutor(1, thread_name_prefix="xopr-reader")

    def pages(self, query: GranuleQuery, progress: Progress | None = None) -> GranulePages:
        """Return the pages of a search, each a list of UMM-G items; they are fetched as they are asked for.

        Parameters
        ----------
        query : GranuleQuery
        progress : Progress, optional
            Instead of the client's own.
        """
        return GranulePages(self, query, progress or self.progress)

    def ask(self, query: GranuleQuery, search_after: str | None, progress: Progress) -> tuple[list[dict], Answer]:
        """Return the items of one page and the answer that they came in.

        Raises
        ------
        TooMuchError
            If CMR does not manage to answer, and may do so when asked for less: a time limit of its own, or silence.
        SearchError
            If CMR does not answer, refuses the query, or if what answers is not a CMR.
        """
        parameters = query.parameters()
        text = urlencode(parameters)
        headers = {"Client-Id": "xopr-crossovers", "Accept-Encoding": "gzip"}
        if search_after is not None:
            headers["CMR-Search-After"] = search_after
        sent: dict[str, Any] = {"data" if len(text) > _LONGEST_QUERY else "params": parameters}
        answer = transfer(
            "POST" if "data" in sent else "GET",
            self.url,
            session=self.session,
            patience=self.patience,
            progress=progress,
            error=SearchError,
            too_much=TooMuchError,
            flaw_of=_flaw,
            headers=headers,
            auth=no_login,
            allow_redirects=False,
            **sent,
        )
        return self.reader.submit(_items, answer).result(), answer


class GranulePages(Iterator[list]):
    """The pages of one search; ends when CMR has no more, and only if everything came.

    Attributes
    ----------
    hits : int or None
        Number of granules that CMR found; known after the first page.
    received : int
        Number of different granules that came so far.
    repeated : int
        Number of granules that came once more, and were left out of the pages.
    asked : Timestamp or None
        When the first page was sent, as :meth:`~.clock.Clock.hear` has it; UTC.
    """

    def __init__(self, client: CmrClient, query: GranuleQuery, progress: Progress) -> None:
        self._client = client
        self._query = query
        self._progress = progress
        self._host = host_of(client.url)
        self._search_after: str | None = None
        self._seen: set[Any] = set()
        self._first_hits: int | None = None
        self._n_pages = 0
        self._n_barren = 0
        self._ended = False
        self.hits: int | None = None
        self.repeated = 0
        self.asked: pd.Timestamp | None = None

    @property
    def received(self) -> int:
        return len(self._seen)

    def __next__(self) -> list[dict]:
        if self._ended:
            raise StopIteration
        if self._n_pages:
            pause(self._client.pause, self._progress)
        items, answer = self._client.ask(self._query, self._search_after, self._progress)
        self._n_pages += 1
        if self.asked is None:
            told = read_date(answer.headers.get("Date", ""))
            self.asked = self._client.clock.hear(told, self._host, self._progress)
        self._count_hits(answer)
        new = self._new(items)
        following = answer.headers.get("CMR-Search-After")
        if following is None:
            self._ended = True
            self._check_complete()
            if not items:
                raise StopIteration
            return new
        self._n_barren = 0 if new else self._n_barren + 1
        if following == self._search_after or self._n_barren >= _BARREN_PAGES:
            raise SearchError(
                f"{self._host} sends the same granules again and again ({self.received} of {self.hits} came): "
                "run the search again, or ask for a smaller area or a shorter time."
            )
        self._search_after = following
        return new

    def _count_hits(self, answer: Answer) -> None:
        text = answer.headers.get("CMR-Hits", "").strip()
        if text.isdecimal():
            self.hits = int(text)
        elif self.hits is None:
            raise SearchError(
                f"{self._host} does not say how many granules it found (no CMR-Hits header), so nobody can tell "
                "whether all came: check that the address is that of a CMR."
            )
        if self._first_hits is None:
            self._first_hits = self.hits

    def _new(self, items: list[dict]) -> list[dict]:
        new = []
        for item in items:
            identity = _identity(item)
            if identity not in self._seen:
                self._seen.add(identity)
                new.append(item)
        self.repeated += len(items) - len(new)
        return new

    def _check_complete(self) -> None:
        changed = self.hits != self._first_hits
        change = f"its count changed from {self._first_hits} to {self.hits} during the search"
        if self.received != self.hits:
            again = f", and {self.repeated} came twice" if self.repeated else ""
            raise SearchError(
                f"The search is not complete: {self._host} found {self.hits} granules, but {self.received} came{again}"
                + (f" ({change})" if changed else "")
                + ": run it again."
            )
        if changed:
            self._progress.warn(f"{self._host} was being updated: {change}; {self.received} granules came.")


def no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep a password of the user's .netrc to herself: a search needs none."""
    return request


def _identity(item: dict) -> Any:
    meta = item.get("meta") or {}
    name = meta.get("native-id") or (item.get("umm") or {}).get("GranuleUR")
    return meta.get("concept-id") or ((meta.get("provider-id"), name) if name else object())


def _flaw(answer: Answer) -> Flaw | None:
    """Return why a page is to be asked for again: it is a part only, or broken."""
    if answer.status != 200 or answer.is_web_page():
        return None
    for name in ("CMR-Time-Out", "CMR-Timed-Out"):
        if answer.headers.get(name, "").strip().lower() == "true":
            return Flaw(
                "ran into its own time limit and sent only a part of the granules",
                "ask for a smaller area or a shorter time, or try again later",
                too_much=True,
            )
    if not answer.body.rstrip().endswith(b"}"):
        return Flaw("sent an answer that breaks off", "try again later")
    return None


def _items(answer: Answer) -> list[dict]:
    host = host_of(answer.url)
    if 300 <= answer.status < 400:
        raise SearchError(
            f"{host} sends the search on to {host_of(answer.headers.get('Location', '')) or 'another address'}, "
            "which may be a login page: check the address of the CMR, and whether a network login or a proxy "
            "stands in between."
        )
    if answer.is_web_page():
        raise SearchError(
            f"{host} answered {answer.status_text} with a web page instead of granules: check the address of the CMR, "
            "and whether a network login or a proxy stands in between."
        )
    words = answer.own_words
    if answer.status != 200:
        advice = words or f"check the address of the CMR, {answer.url.partition('?')[0]}"
        raise SearchError(f"{host} refuses the search with {answer.status_text}: {advice}.")
    try:
        return _slim_items(answer.body.decode())
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
