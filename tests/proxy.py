"""A proxy on this machine: it forwards plain HTTP and tunnels the rest, may ask for a password, and may misbehave."""

from __future__ import annotations

import base64
import contextlib
import http.client
import socket
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = {"proxy-authorization", "proxy-connection", "connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Passed:
    """One request that reached the proxy: ``CONNECT host:port`` or ``GET http://host/path``, and what it got."""

    method: str
    target: str
    headers: dict[str, str]
    status: int


class Proxy:
    """An HTTP proxy; use it as a context manager.

    Parameters
    ----------
    user, password : str, optional
        What the proxy wants to be told (Basic); it answers 407 to all others.
    mode : {'', 'refuses', 'silent'}
        A proxy that answers 403 to everything, or that takes connections and says nothing.

    Attributes
    ----------
    host, port
        Where it listens.
    passed : list of Passed
        What came, the refused ones too.
    """

    def __init__(self, user="", password="", mode=""):
        self.mode = mode
        self.secret = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode() if user else ""
        self.passed = []
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._server.proxy = self
        self.host, self.port = self._server.server_address[:2]
        self.name = f"{self.host}:{self.port}"
        self.url = f"http://{self.name}"

    @property
    def targets(self):
        """What was let through: hosts with their ports, each time."""
        return [
            request.target if request.method == "CONNECT" else urlsplit(request.target).netloc
            for request in self.passed
            if request.status == 200
        ]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        if not self._admitted():
            return
        host, _, port = self.path.rpartition(":")
        try:
            far = socket.create_connection((host.strip("[]"), int(port)), timeout=10)
        except OSError:
            self._answer(502)
            return
        self._log(200)
        self.close_connection = True
        with far:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            far.settimeout(None)
            back = threading.Thread(target=_pump, args=(far, self.connection), daemon=True)
            back.start()
            _pump(self.connection, far)
            back.join(5)

    def do_GET(self):
        if not self._admitted():
            return
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        far = http.client.HTTPConnection(address.hostname, address.port or 80, timeout=60)
        try:
            far.request(self.command, address._replace(scheme="", netloc="").geturl() or "/", body, headers)
            answer = far.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._answer(502)
            return
        finally:
            far.close()
        self._log(200)
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in {*_HOP_BY_HOP, "content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(content)

    def do_POST(self):
        self.do_GET()

    def log_message(self, *_):
        """Say nothing; what came is in :attr:`Proxy.passed`."""

    def _admitted(self):
        """Whether the request may pass; if not, it has its answer."""
        proxy = self.server.proxy
        if proxy.mode == "silent":
            self._log(0)
            proxy.stopping.wait(60)
            self.close_connection = True
            return False
        if proxy.mode == "refuses":
            self._answer(403)
            return False
        if proxy.secret and self.headers.get("Proxy-Authorization") != proxy.secret:
            self._answer(407, {"Proxy-Authenticate": 'Basic realm="test"'})
            return False
        return True

    def _answer(self, status, headers=None):
        self._log(status)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _log(self, status):
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.proxy.passed.append(Passed(self.command, self.path, headers, status))


def _pump(source, sink):
    """Carry bytes from one socket to the other until the source ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
