"""A server on this machine that answers what a test tells it, word for word: for what no CMR should ever send."""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class OddServer:
    """Gives its answers one after the other, the last one again and again.

    Parameters
    ----------
    *answers : bytes, or callable
        A whole HTTP answer after which the connection is closed; or a function of the open socket.
    """

    def __init__(self, *answers):
        self.answers = answers
        self.requests = []
        handler = type("Handler", (_Handler,), {"odd": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.stopping = threading.Event()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.odd.requests.append((self.path, dict(self.headers)))
        answer = self.odd.answers[min(len(self.odd.requests), len(self.odd.answers)) - 1]
        with contextlib.suppress(OSError):
            answer(self.connection) if callable(answer) else self.connection.sendall(answer)
            self.connection.shutdown(socket.SHUT_WR)
        self.close_connection = True

    def log_message(self, *_):
        """Say nothing."""


def answer(body=b"", status="200 OK", **headers):
    """Return a whole HTTP answer; underscores in the names of headers become hyphens."""
    headers = {"Content-Length": len(body), **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value is not None)
    return f"HTTP/1.1 {status}\r\nConnection: close\r\n{head}\r\n".encode() + body
