"""Client of NASA's Common Metadata Repository (CMR): granule searches, page by page to the end.

What it relies on is in CMR's search API documentation (https://cmr.earthdata.nasa.gov/search/site/docs/search/api.html):
``CMR-Search-After`` paging, ``CMR-Hits``, ``CMR-Time-Out``, error bodies ``{"errors": [...]}``.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
import requests

from ..common import Clock, Progress, SearchError, TooMuchError, cmr_url, count, read_date
from ..web import Fault, Patience, Request, Response, host_of, pause, send
from .page import page_request, read_page
from .query import GranuleQuery

__all__ = ["CmrClient", "GranulePages", "GranuleQuery"]

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
        self.patience = Patience(connect_timeout, read_timeout, retries, backoff, longest_wait, too_much_retries=1)
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

    def send(self, request: Request, progress: Progress) -> Response:
        """Send a request to this CMR, see :func:`~xopr_crossovers.core.web.send`.

        Raises
        ------
        TooMuchError
            If CMR does not manage to answer, and may do so when asked for less: a time limit of its own, or silence.
        SearchError
            If CMR does not answer.
        """
        try:
            return send(request, self.session, progress)
        except Fault as fault:
            raise (TooMuchError if fault.too_much else SearchError)(str(fault)) from fault

    def page(self, query: GranuleQuery, search_after: str | None, progress: Progress) -> tuple[list[dict], Response]:
        """Return the items of one page and the response that they came in.

        Raises
        ------
        TooMuchError
            See :meth:`send`.
        SearchError
            If CMR does not answer, refuses the query, or if what answers is not a CMR.
        """
        response = self.send(page_request(self.url, query, search_after, self.patience), progress)
        return self.reader.submit(read_page, response).result(), response


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
        When the first page was sent, as :meth:`~.clock.Clock.compare` has it; UTC.
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
        items, response = self._client.page(self._query, self._search_after, self._progress)
        self._n_pages += 1
        if self.asked is None:
            server_time = read_date(response.headers.get("Date", ""))
            self.asked = self._client.clock.compare(server_time, self._host, self._progress)
        self._count_hits(response)
        new = self._new(items)
        following = response.headers.get("CMR-Search-After")
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

    def _count_hits(self, response: Response) -> None:
        text = response.headers.get("CMR-Hits", "").strip()
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
            hits = count(self.hits or 0, "granule", "granules")
            raise SearchError(
                f"The search is not complete: {self._host} found {hits}, but {self.received:,} came{again}"
                + (f" ({change})" if changed else "")
                + ": run it again."
            )
        if changed:
            came = count(self.received, "granule", "granules")
            self._progress.warn(f"{self._host} was being updated: {change}; {came} came.")


def _identity(item: dict) -> Any:
    meta = item.get("meta") or {}
    name = meta.get("native-id") or (item.get("umm") or {}).get("GranuleUR")
    return meta.get("concept-id") or ((meta.get("provider-id"), name) if name else object())
