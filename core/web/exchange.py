"""One request over HTTP and its whole answer: tried again where that helps, and given up at once on cancel."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from ..common import Progress, XoprError
from .response import (
    PROBLEMS,
    Answer,
    Flaw,
    Patience,
    flaw_of_authorities,
    flaw_of_exception,
    flaw_of_status,
    host_of,
    wait_before,
)
from .session import patience_of, way_to

#: Whoever waits looks this often (s) whether the user wants to stop.
_GLANCE_S = 0.1
#: After so long without an end of the answer (s), the log says what is being waited for.
_SIGN_OF_LIFE_S = 30.0
_CHUNK_BYTES = 1 << 16
#: These answers may tell a length, but have no body (RFC 9110).
_NO_BODY = {204, 304}


def transfer(
    method: str,
    url: str,
    *,
    session: requests.Session,
    patience: Patience,
    progress: Progress,
    error: type[XoprError],
    too_much: type[XoprError] | None = None,
    target: Path | None = None,
    flaw_of: Callable[[Answer], Flaw | None] | None = None,
    on_bytes: Callable[[int, int | None], None] | None = None,
    **arguments: Any,
) -> Answer:
    """Send a request until it has a whole answer, and return that.

    Parameters
    ----------
    method, url : str
    session : requests.Session
        Several threads may share it.
    patience : Patience
    progress : Progress
        Is told of each retry. Asked ten times a second whether to go on, also while the server is silent.
    error : type of XoprError
        What to raise where the server cannot be made to answer.
    too_much : type of XoprError, optional
        What to raise where it may be that too much was asked for; it is then tried again only once.
    target : Path, optional
        File for the body of a good answer; it then is not in the returned one.
    flaw_of : callable, optional
        Says why a good answer cannot be used yet, so that the request is sent again.
    on_bytes : callable, optional
        Is told how many bytes have come, and how many will (None if the server does not say).
    **arguments
        More arguments of :meth:`requests.Session.request`.

    Returns
    -------
    Answer
        Of any status except those that say "try again" (429, 500, 502, 503, 504).

    Raises
    ------
    XoprError
        Of the type `error`: not reachable, silent, cut off or overloaded, and the retries did not help.
    CancelledError
        Within a fraction of a second of the user's wish; the connection is then closed.
    OSError
        If `target` cannot be written.
    """
    host, way, patience = host_of(url), way_to(url, session, error), patience_of(session, patience)
    arguments.update(method=method, url=url, timeout=(patience.connect_timeout, patience.read_timeout))
    cause: Exception | None
    tries = 0
    while True:
        progress.check()
        tries += 1
        try:
            answer = _Exchange(session, arguments, target).wait(host, progress, on_bytes)
            flaw = flaw_of_status(answer, way) or (flaw_of(answer) if flaw_of else None)
            if flaw is None:
                return answer
            cause = None
        except XoprError:
            raise
        except PROBLEMS as problem:
            flaw, cause = flaw_of_exception(problem, patience, way), problem
        except OSError as problem:
            if problem.errno is not None:  # of the file that the body goes into
                raise
            flaw, cause = flaw_of_authorities(problem), problem
        ask_less = too_much if flaw.too_much else None
        retries = patience.retries if flaw.retries is None else min(flaw.retries, patience.retries)
        if ask_less is not None:
            retries = min(retries, 1)
        if tries > retries:
            in_vain = f", and {tries} tries did not help" if tries > 1 else ""
            raise (ask_less or error)(f"{host} {flaw.what}{in_vain}: {flaw.advice}.") from cause
        wait = wait_before(tries, flaw, patience)
        progress.warn(f"{host} {flaw.what}; trying again in {wait:.2g} s (retry {tries} of {retries}).")
        pause(wait, progress)


def pause(seconds: float, progress: Progress) -> None:
    """Wait, unless the user wants to stop."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        progress.check()
        time.sleep(min(left, _GLANCE_S))


class _Exchange(threading.Thread):
    """A request in a thread of its own, so that whoever waits for the answer can walk away from a silent server."""

    def __init__(self, session: requests.Session, arguments: dict[str, Any], target: Path | None) -> None:
        super().__init__(name="xopr-transfer", daemon=True)
        self._session = session
        self._arguments = arguments
        self._target = target
        self._ended = threading.Event()
        self._abandoned = threading.Event()
        self._response: requests.Response | None = None
        self._received = 0
        self._answer: Answer | None = None
        self._problem: Exception | None = None

    def wait(self, host: str, progress: Progress, on_bytes: Callable[[int, int | None], None] | None) -> Answer:
        """Start, and return the answer or raise what went wrong."""
        began = said = time.monotonic()
        self.start()
        try:
            while not self._ended.wait(_GLANCE_S):
                progress.check()
                self._report(on_bytes)
                if time.monotonic() - said > _SIGN_OF_LIFE_S:
                    said = time.monotonic()
                    progress.info(f"Still waiting for {host} after {said - began:.0f} s.")
        except BaseException:
            self._hang_up()
            raise
        self._report(on_bytes)
        if self._answer is None:
            raise self._problem or requests.ConnectionError("no answer")
        return self._answer

    def run(self) -> None:
        try:
            with self._session.request(stream=True, **self._arguments) as response:
                self._response = response
                self._answer = self._read(response)
        except Exception as problem:  # noqa: BLE001  it is raised again in the thread that waits
            self._problem = problem
        finally:
            self._ended.set()

    def _read(self, response: requests.Response) -> Answer:
        file = self._target if response.ok else None
        with file.open("wb") if file else io.BytesIO() as sink:
            for chunk in response.iter_content(_CHUNK_BYTES):
                if self._abandoned.is_set():
                    raise requests.ConnectionError("abandoned")
                sink.write(chunk)
                self._received += len(chunk)
            body = sink.getvalue() if isinstance(sink, io.BytesIO) else b""
        # urllib3 1 takes a body that ends early for a whole one.
        expected = self._length()
        has_body = self._arguments["method"] != "HEAD" and response.status_code not in _NO_BODY
        if has_body and expected is not None and response.raw.tell() < expected:
            raise requests.exceptions.ChunkedEncodingError("the body ends early")
        return Answer(response.url, response.status_code, response.headers, body)

    def _length(self) -> int | None:
        text = self._response.headers.get("Content-Length", "") if self._response is not None else ""
        return int(text) if text.isdecimal() else None

    def _report(self, on_bytes: Callable[[int, int | None], None] | None) -> None:
        if on_bytes is not None and self._response is not None:
            on_bytes(self._received, self._length())

    def _hang_up(self) -> None:
        """End the exchange from outside.

        Closing a response would wait for the read that goes on in the thread, so its socket is shut down, which ends
        that read. A server that has not even begun to answer gives nothing to shut down: the thread then ends
        with the read time-out, and nobody waits for it.
        """
        self._abandoned.set()
        if self._response is None:
            return
        raw: Any = self._response.raw
        with suppress(OSError, ValueError, AttributeError):
            if hasattr(raw, "shutdown"):
                raw.shutdown()
            else:
                raw.connection.sock.shutdown(socket.SHUT_RDWR)  # urllib3 before 2.3
        self.join(1.0)
