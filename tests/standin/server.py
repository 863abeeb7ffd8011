"""The HTTP server: granule search, static files, and the faults asked for."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import socket
import sys
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import numpy as np

from . import collections, query, records
from . import faults as fault_kinds
from .bucket import BUCKET_PATH, list_files
from .granules import Granules

SEARCH_PATH = "/search/granules.umm_json"
FILES_PATH = "/files/"
_REMEMBERED_SEARCHES = 64
_UMM_JSON = "application/vnd.nasa.cmr.umm_results+json;version=1.6.6; charset=utf-8"
_LOGIN_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Earthdata Login</title></head>"
    b"<body><h1>Earthdata Login</h1><form>Username Password</form></body></html>\n"
)


@dataclass
class Request:
    """One request as it came, and the status of its answer (None while it has none)."""

    method: str
    path: str
    parameters: list[tuple[str, str]]
    headers: dict[str, str]
    status: int | None = None

    def get(self, name):
        """First value of a parameter, or None."""
        return next((value for key, value in self.parameters if key == name), None)

    def days(self):
        """Length of ``temporal`` in days; infinite where it has no start or no end."""
        start, _, end = (self.get("temporal") or "").partition(",")
        if not (start and end):
            return np.inf
        return (np.datetime64(end.rstrip("Z")) - np.datetime64(start.rstrip("Z"))) / np.timedelta64(1, "D")


@dataclass
class Answer:
    """What is sent back."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class StandIn:
    """A server that plays CMR's granule search; use it as a context manager.

    Parameters
    ----------
    cycles, regions, products, versions
        The granules that exist: all 1,387 RGTs of each; see :class:`granules.Granules`.
    files : path, optional
        A folder that is served under ``/files/``, and listed as a bucket under ``/bucket``.
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
        faults=(),
        host="127.0.0.1",
        port=0,
    ):
        self.granules = Granules(cycles, regions, products, versions)
        self.files = None if files is None else Path(files).resolve()
        self.faults = list(faults)
        self.requests = []
        self.stopping = threading.Event()
        self._searches = OrderedDict()
        self._lock = threading.Lock()
        self._server = _Server((host, port), _Handler)
        self._server.stand_in = self
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

    def search(self, request, striking):
        """Answer a search."""
        started = time.perf_counter()
        try:
            asked = query.read(request.parameters)
            start = _start(request, asked)
            rows, origins = fault_kinds.spread(self.find(asked), striking, len(self.granules))
        except query.Refused as refusal:
            return _errors(400, *refusal.errors)
        end = start + asked.page_size
        cut = next((fault for fault in striking if fault.kind in ("short_page", "partial")), None)
        sent_end = start + max(1, int(asked.page_size * cut.keep)) if cut else end
        items = []
        for place in range(start, min(sent_end, len(rows))):
            row = int(rows[place])
            record = records.render(self.granules, row)
            fault_kinds.spoil(record, self.granules, row, place, origins[place], striking)
            items.append(record)
        took = int((time.perf_counter() - started) * 1000)
        headers = {"Content-Type": _UMM_JSON, "CMR-Hits": str(len(rows)), "CMR-Took": str(took)}
        if cut and cut.kind == "partial":
            headers[cut.header] = "true"
        if items:
            reached = min(sent_end if cut and cut.kind == "short_page" else end, len(rows))
            headers["CMR-Search-After"] = json.dumps([_digest(asked), reached])
        return Answer(200, json.dumps({"hits": len(rows), "took": took, "items": items}).encode(), headers)

    def collections(self, request):
        """Answer which products there are."""
        try:
            body, hits = collections.find(self.granules, request.parameters)
        except query.Refused as refusal:
            return _errors(400, *refusal.errors)
        return Answer(200, body, {"Content-Type": collections.CONTENT_TYPE, "CMR-Hits": str(hits)})

    def file(self, request):
        """Answer with a file of the folder, with its ETag."""
        if self.files is None:
            return _errors(404, "No folder is served.")
        path = (self.files / unquote(request.path[len(FILES_PATH) :])).resolve()
        if self.files not in path.parents or not path.is_file():
            return _errors(404, f"There is no {request.path}.")
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


def _errors(status, *messages):
    body = json.dumps({"errors": list(messages)}).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8"})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def __init__(self, *args):
        super().__init__(*args)
        self._connections = set()

    def process_request(self, request, client_address):
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self):
        super().server_close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        """Say nothing of clients that give up: they are part of the game."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "CMR-stand-in"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        address = urlsplit(self.path)
        self._answer(address.path, parse_qsl(address.query, keep_blank_values=True))

    def do_HEAD(self):
        self.do_GET()

    def do_POST(self):
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._answer(address.path, parse_qsl(f"{address.query}&{body}".strip("&"), keep_blank_values=True))

    def log_message(self, *_):
        """Keep the terminal clean; the requests are in :attr:`StandIn.requests`."""

    def _answer(self, path, parameters):
        stand_in = self.server.stand_in
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, parameters, headers)
        stand_in.requests.append(request)
        striking = [fault for fault in list(stand_in.faults) if fault.strikes(request)]
        spoilers = {fault.kind: fault for fault in striking}
        if "silence" in spoilers:
            stand_in.stopping.wait(spoilers["silence"].seconds)
            self.close_connection = True
            return
        answer = self._made_up(spoilers) or self._proper(stand_in, request, striking)
        if "malformed_json" in spoilers:
            answer.body = answer.body[: len(answer.body) // 2] + b"]"
        if "gzip" in headers.get("accept-encoding", "") and answer.body and path == SEARCH_PATH:
            answer.body = gzip.compress(answer.body, compresslevel=1)
            answer.headers["Content-Encoding"] = "gzip"
        request.status = answer.status
        self._send(answer, spoilers)

    def _made_up(self, spoilers):
        if "status" in spoilers:
            fault = spoilers["status"]
            answer = _errors(fault.status, fault.message)
            if fault.retry_after is not None:
                answer.headers["Retry-After"] = str(fault.retry_after)
            return answer
        if "login_page" in spoilers:
            return Answer(200, _LOGIN_PAGE, {"Content-Type": "text/html; charset=utf-8"})
        return None

    def _proper(self, stand_in, request, striking):
        if request.path == SEARCH_PATH:
            return stand_in.search(request, striking)
        if request.path == collections.PATH:
            return stand_in.collections(request)
        if request.path.startswith(FILES_PATH) and self.command != "POST":
            return stand_in.file(request)
        if request.path == BUCKET_PATH and self.command == "GET" and stand_in.files is not None:
            return Answer(*list_files(stand_in.files, request, stand_in.bucket_page))
        return _errors(404, "The stand-in has granules.umm_json, collections.json and files only.")

    def _send(self, answer, spoilers):
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        body = b"" if self.command == "HEAD" else answer.body
        if "cut" in spoilers:
            body = body[: int(len(body) * spoilers["cut"].keep)]
            self.close_connection = True
        piece = spoilers["drip"].piece if "drip" in spoilers else max(1, len(body))
        for start in range(0, len(body), piece):
            self.wfile.write(body[start : start + piece])
            self.wfile.flush()
            if "drip" in spoilers and self.server.stand_in.stopping.wait(spoilers["drip"].pause):
                self.close_connection = True
                return
