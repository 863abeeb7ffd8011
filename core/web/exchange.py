"""One request over HTTP and its whole answer: tried again where that helps, and given up at once on cancel."""

from __future__ import annotations

import io
import socket
import threading
import time
from contextlib import suppress
from functools import partial
from typing import Any

import requests

from ..common import Progress, XoprError
from .failures import PROBLEMS, Failure, fault_of_failure
from .hosts import host_of
from .request import Request
from .response import Response
from .retries import GLANCE_S, Patience, with_retries
from .route import Route
from .session import patience_of, route_to
from .statuses import fault_of_status

#: After so long without an end of the answer (s), the log says what is being waited for.
_SIGN_OF_LIFE_S = 30.0
_CHUNK_BYTES = 1 << 16
#: These answers may tell a length, but have no body (RFC 9110).
_NO_BODY = {204, 304}


def send(request: Request, session: requests.Session, progress: Progress) -> Response:
    """Send a request until it has a whole answer, and return that.

    Parameters
    ----------
    request : Request
    session : requests.Session
        Brings proxy, certificate and login settings along. Several threads may share it.
    progress : Progress
        Is told of each retry, and, of a file, the part that has come, where it is known how much there is. Asked ten
        times a second whether to go on, also while the server is silent.

    Returns
    -------
    Response
        Of any status except those that say "try again" (429, 500, 502, 503, 504).

    Raises
    ------
    Fault
        If the server is not reachable, silent, cut off or overloaded, and the retries did not help.
    CancelledError
        Within a fraction of a second of the user's wish; the connection is then closed.
    OSError
        If the request's `target` cannot be written.
    """
    route, patience = route_to(request.url, session), patience_of(session, request.patience)
    return with_retries(partial(_send_once, request, session, patience, route, progress), patience, progress)


def _send_once(
    request: Request, session: requests.Session, patience: Patience, route: Route, progress: Progress
) -> Response:
    try:
        response = _Exchange(request, session, patience).wait(progress)
    except XoprError:
        raise
    except (*PROBLEMS, OSError) as problem:
        if not isinstance(problem, PROBLEMS) and problem.errno is not None:  # of the file that the body goes into
            raise
        raise fault_of_failure(Failure(problem, request.url, patience, route)) from problem
    fault = fault_of_status(response, request.url, route) or request.fault_in(response)
    if fault is not None:
        raise fault
    return response


def _no_login(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send a request as it is: with this as ``auth``, requests does not look into the user's .netrc."""
    return prepared


def _arguments(request: Request, patience: Patience) -> dict[str, Any]:
    """Return a request as :meth:`requests.Session.request` takes it."""
    return {
        "method": request.method,
        "url": request.url,
        "params": request.params,
        "data": request.data,
        "headers": request.headers,
        "auth": _no_login if request.anonymous else None,
        "allow_redirects": request.allow_redirects,
        "timeout": (patience.connect_timeout, patience.read_timeout),
        "stream": True,
    }


class _Exchange(threading.Thread):
    """A request in a thread of its own, so that whoever waits for the answer can walk away from a silent server."""

    def __init__(self, request: Request, session: requests.Session, patience: Patience) -> None:
        super().__init__(name="xopr-transfer", daemon=True)
        self._request = request
        self._session = session
        self._arguments = _arguments(request, patience)
        self._ended = threading.Event()
        self._abandoned = threading.Event()
        self._stream: requests.Response | None = None
        self._received = 0
        self._response: Response | None = None
        self._problem: Exception | None = None

    def wait(self, progress: Progress) -> Response:
        """Start, and return the response or raise what went wrong."""
        began = last_sign = time.monotonic()
        self.start()
        try:
            while not self._ended.wait(GLANCE_S):
                progress.check()
                self._report(progress)
                if time.monotonic() - last_sign > _SIGN_OF_LIFE_S:
                    last_sign = time.monotonic()
                    progress.info(f"Still waiting for {host_of(self._request.url)} after {last_sign - began:.0f} s.")
        except BaseException:
            self._hang_up()
            raise
        self._report(progress)
        if self._response is None:
            raise self._problem or requests.ConnectionError("no answer")
        return self._response

    def run(self) -> None:
        try:
            with self._session.request(**self._arguments) as stream:
                self._stream = stream
                self._response = self._read(stream)
        except Exception as problem:  # noqa: BLE001  it is raised again in the thread that waits
            self._problem = problem
        finally:
            self._ended.set()

    def _read(self, stream: requests.Response) -> Response:
        longest = self._request.longest
        without_body = Response(stream.url, stream.status_code, stream.headers, b"")
        if longest is not None and (self._length() or 0) > longest:
            return without_body
        file = self._request.target if stream.ok else None
        with file.open("wb") if file else io.BytesIO() as sink:
            for chunk in stream.iter_content(_CHUNK_BYTES):
                if self._abandoned.is_set():
                    raise requests.ConnectionError("abandoned")
                sink.write(chunk)
                self._received += len(chunk)
                if longest is not None and self._received > longest:
                    return without_body
            body = sink.getvalue() if isinstance(sink, io.BytesIO) else b""
        # urllib3 1 takes a body that ends early for a whole one.
        expected = self._length()
        has_body = self._request.method != "HEAD" and stream.status_code not in _NO_BODY
        if has_body and expected is not None and stream.raw.tell() < expected:
            raise requests.exceptions.ChunkedEncodingError("the body ends early")
        return Response(stream.url, stream.status_code, stream.headers, body)

    def _length(self) -> int | None:
        text = self._stream.headers.get("Content-Length", "") if self._stream is not None else ""
        return int(text) if text.isdecimal() else None

    def _report(self, progress: Progress) -> None:
        if self._request.target is None or self._stream is None:
            return
        size = self._request.size or self._length()
        if size:
            progress.fraction(min(self._received / size, 1.0))

    def _hang_up(self) -> None:
        """End the exchange from outside.

        Closing a response would wait for the read that goes on in the thread, so its socket is shut down, which ends
        that read. A server that has not even begun to answer gives nothing to shut down: the thread then ends
        with the read time-out, and nobody waits for it.
        """
        self._abandoned.set()
        if self._stream is None:
            return
        raw: Any = self._stream.raw
        with suppress(OSError, ValueError, AttributeError):
            if hasattr(raw, "shutdown"):
                raw.shutdown()
            else:
                raw.connection.sock.shutdown(socket.SHUT_RDWR)  # urllib3 before 2.3
        self.join(1.0)
