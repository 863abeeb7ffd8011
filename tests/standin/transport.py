"""HTTP on this machine: what comes is kept, what goes out is spoiled as the faults ask."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import struct
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import numpy as np

LOGIN_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Earthdata Login</title></head>"
    b"<body><h1>Earthdata Login</h1><form>Username Password</form></body></html>\n"
)
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass
class Request:
    """One request as it came, and what it was answered.

    Attributes
    ----------
    method, path : str
    parameters : list of (str, str)
    headers : dict
        With names in small letters.
    host : str
        Which of several hosts was asked: ``data``, ``login``, ``storage``, ``stranger``; empty with CMR's stand-in.
    target : str
        Path and query, word for word.
    status : int or None
        None while it has no answer.
    n_bytes : int
        Bytes of the body that were sent.
    """

    method: str
    path: str
    parameters: list[tuple[str, str]]
    headers: dict[str, str]
    host: str = ""
    target: str = ""
    status: int | None = None
    n_bytes: int = 0

    @property
    def authorization(self):
        """The header ``Authorization``, or empty."""
        return self.headers.get("authorization", "")

    @property
    def cookie(self):
        """The header ``Cookie``, or empty."""
        return self.headers.get("cookie", "")

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
    """What is sent back; ``zips`` says that it is compressed for who takes that."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    zips: bool = False


def errors(status, *messages):
    """Return an answer that says in JSON what is wrong, as CMR does."""
    body = json.dumps({"errors": list(messages)}).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8"})


class Server(ThreadingHTTPServer):
    """One listening socket.

    Parameters
    ----------
    address : (str, int)
    stand_in : object
        ``answer(request, striking)`` makes the answers; ``requests`` (a list) is filled; ``faults`` (a list) is asked
        at each request; ``stopping`` is an event.
    host : str
        Its name in :class:`Request`.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def __init__(self, address, stand_in, host=""):
        super().__init__(address, _Handler)
        self.stand_in, self.host = stand_in, host
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
    server_version = "stand-in"
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
        """Keep the terminal clean; the requests are kept."""

    def _answer(self, path, parameters):
        stand_in = self.server.stand_in
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, parameters, headers, self.server.host, self.path)
        stand_in.requests.append(request)
        striking = [fault for fault in list(stand_in.faults) if fault.strikes(request)]
        spoilers = {fault.kind: fault for fault in striking}
        if "delay" in spoilers:
            stand_in.stopping.wait(spoilers["delay"].seconds)
        if "silence" in spoilers:
            stand_in.stopping.wait(spoilers["silence"].seconds)
            self.close_connection = True
            return
        answer = _made_up(spoilers) or stand_in.answer(request, striking)
        if "malformed_json" in spoilers:
            answer.body = answer.body[: len(answer.body) // 2] + b"]"
        if answer.zips and answer.body and "gzip" in headers.get("accept-encoding", ""):
            answer.body = gzip.compress(answer.body, compresslevel=1)
            answer.headers["Content-Encoding"] = "gzip"
        request.status = answer.status
        self._send(request, answer, spoilers)

    def _send(self, request, answer, spoilers):
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        body = b"" if self.command == "HEAD" else answer.body
        ends_early = next((spoilers[kind] for kind in ("cut", "reset") if kind in spoilers), None)
        if ends_early:
            body = body[: int(len(body) * ends_early.keep)]
            self.close_connection = True
        piece = spoilers["drip"].piece if "drip" in spoilers else max(1, len(body))
        for start in range(0, len(body), piece):
            part = body[start : start + piece]
            request.n_bytes += len(part)
            self.wfile.write(part)
            self.wfile.flush()
            if "drip" in spoilers and self.server.stand_in.stopping.wait(spoilers["drip"].pause):
                self.close_connection = True
                return
        if "reset" in spoilers:
            self.wfile.flush()
            # Closed with a linger of no seconds, a socket sends RST in the place of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()


def _made_up(spoilers):
    if "status" in spoilers:
        fault = spoilers["status"]
        answer = errors(fault.status, fault.message)
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        if fault.status == 401:
            answer.headers["WWW-Authenticate"] = 'Basic realm="Somewhere"'
        return answer
    if "login_page" in spoilers:
        return Answer(200, LOGIN_PAGE, dict(HTML))
    return None
