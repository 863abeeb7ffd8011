"""The HTTP server: granule search, static files, and the faults asked for."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from pathlib import Path
from urllib.parse import unquote

from . import collections, query, records
from . import faults as fault_kinds
from .bucket import BUCKET_PATH, list_files
from .granules import Granules
from .transport import Answer, Server, errors

SEARCH_PATH = "/search/granules.umm_json"
FILES_PATH = "/files/"
_REMEMBERED_SEARCHES = 64
_UMM_JSON = "application/vnd.nasa.cmr.umm_results+json;version=1.6.6; charset=utf-8"


class StandIn:
    """A server that plays CMR's granule search; use it as a context manager.

    Parameters
    ----------
    cycles, regions, products, versions
        The granules that exist: all 1,387 RGTs of each; see :class:`granules.Granules`.
    files : path, optional
        A folder that is served under ``/files/``, and listed as a bucket under ``/bucket``.
    archive : str, optional
        The address that the records' https links begin with, such as that of an :class:`earthdata.Earthdata`.
    faults : list of Fault
        What goes wrong; may be changed at any time.
    host, port
        Where to listen; port 0 takes a free one.

    Attributes
    ----------
    url : str
        The server's address, in the place of ``https://cmr.earthdata.nasa.gov``.
    search_url, files_url, bucket_url : str
        The granule search, the folder's files, and the list of them.
    bucket_page : int
        Most keys in a page of that list.
    requests : list of Request
        All requests so far.
    """

    def __init__(
        self,
        cycles=(22,),
        regions=(3, 4, 5, 10, 11, 12),
        products=("ATL06",),
        versions=("007",),
        *,
        files=None,
        archive=None,
        faults=(),
        host="127.0.0.1",
        port=0,
    ):
        self.granules = Granules(cycles, regions, products, versions)
        self.files = None if files is None else Path(files).resolve()
        self.archive = archive or records.ARCHIVE
        self.faults = list(faults)
        self.requests = []
        self.stopping = threading.Event()
        self._searches = OrderedDict()
        self._lock = threading.Lock()
        self._server = Server((host, port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.url = f"http://{host}:{self._server.server_port}"
        self.search_url, self.files_url = self.url + SEARCH_PATH, self.url + FILES_PATH
        self.bucket_url, self.bucket_page = self.url + BUCKET_PATH, 1000

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def find(self, asked):
        """Rows that match a query; computed once for all its pages."""
        key = (asked.values, asked.options)
        with self._lock:
            if key not in self._searches:
                self._searches[key] = asked.find(self.granules)
                while len(self._searches) > _REMEMBERED_SEARCHES:
                    self._searches.popitem(last=False)
            self._searches.move_to_end(key)
            return self._searches[key]

    def answer(self, request, striking):
        """Answer a request by its path."""
        if request.path == SEARCH_PATH:
            return self.search(request, striking)
        if request.path == collections.PATH:
            return self.collections(request)
        if request.path.startswith(FILES_PATH) and request.method != "POST":
            return self.file(request)
        if request.path == BUCKET_PATH and request.method == "GET" and self.files is not None:
            return Answer(*list_files(self.files, request, self.bucket_page))
        return errors(404, "The stand-in has granules.umm_json, collections.json and files only.")

    def search(self, request, striking):
        """Answer a search."""
        started = time.perf_counter()
        try:
            asked = query.read(request.parameters)
            start = _start(request, asked)
            rows, origins = fault_kinds.spread(self.find(asked), striking, len(self.granules))
        except query.Refused as refusal:
            return errors(400, *refusal.errors)
        end = start + asked.page_size
        cut = next((fault for fault in striking if fault.kind in ("short_page", "partial")), None)
        sent_end = start + max(1, int(asked.page_size * cut.keep)) if cut else end
        items = []
        for place in range(start, min(sent_end, len(rows))):
            row = int(rows[place])
            record = records.render(self.granules, row, self.archive)
            fault_kinds.spoil(record, self.granules, row, place, origins[place], striking)
            items.append(record)
        took = int((time.perf_counter() - started) * 1000)
        headers = {"Content-Type": _UMM_JSON, "CMR-Hits": str(len(rows)), "CMR-Took": str(took)}
        if cut and cut.kind == "partial":
            headers[cut.header] = "true"
        if items:
            reached = min(sent_end if cut and cut.kind == "short_page" else end, len(rows))
            headers["CMR-Search-After"] = json.dumps([_digest(asked), reached])
        body = json.dumps({"hits": len(rows), "took": took, "items": items}).encode()
        return Answer(200, body, headers, zips=True)

    def collections(self, request):
        """Answer which products there are."""
        try:
            body, hits = collections.find(self.granules, request.parameters)
        except query.Refused as refusal:
            return errors(400, *refusal.errors)
        return Answer(200, body, {"Content-Type": collections.CONTENT_TYPE, "CMR-Hits": str(hits)})

    def file(self, request):
        """Answer with a file of the folder, with its ETag."""
        if self.files is None:
            return errors(404, "No folder is served.")
        path = (self.files / unquote(request.path[len(FILES_PATH) :])).resolve()
        if self.files not in path.parents or not path.is_file():
            return errors(404, f"There is no {request.path}.")
        body = path.read_bytes()
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "Content-Type": "application/octet-stream"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Answer(304, b"", headers)
        return Answer(200, body, headers)


def _start(request, asked):
    """Place of the page's first hit, from ``CMR-Search-After`` or the offset."""
    token = request.headers.get("cmr-search-after")
    if token is None:
        return asked.offset
    if asked.offset or request.get("offset") not in (None, "0"):
        raise query.Refused("offset is not allowed with search-after")
    try:
        digest, place = json.loads(token)
    except ValueError:
        digest, place = None, 0
    if digest != _digest(asked) or not isinstance(place, int):
        raise query.Refused(f"The search-after header [{token}] does not belong to this search.")
    return place


def _digest(asked):
    text = repr((asked.values, sorted(asked.options)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
