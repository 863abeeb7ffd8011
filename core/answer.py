"""What came of a request: the server's answer, or the flaw for which it cannot be used."""

from __future__ import annotations

import errno
import json
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import requests

#: A server that cannot be reached or stays silent is tried again so often at most: the user should hear of it soon.
_SILENT_RETRIES = 2

_TRY_AGAIN = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}

_UNASKABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.TooManyRedirects,
)
_NO_WAY = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}

_jitter = secrets.SystemRandom()


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, and how often to try again.

    Attributes
    ----------
    connect_timeout, read_timeout : float
        Longest wait (s) for the connection, and between two pieces of the answer.
    retries : int
        How often a request is sent again.
    backoff : float
        Wait (s) before the first retry; doubles with each.
    longest_wait : float
        Longest wait (s) before a retry, also where the server asks for a longer one.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    retries: int = 5
    backoff: float = 1.0
    longest_wait: float = 60.0


@dataclass(frozen=True)
class Answer:
    """What a server sent: status, headers (of any spelling), and the body unless it went into a file."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def status_text(self) -> str:
        """The status as people read it, such as ``503 (Service Unavailable)``."""
        with suppress(ValueError):
            return f"{self.status} ({HTTPStatus(self.status).phrase})"
        return str(self.status)

    def is_web_page(self, start: bytes | None = None) -> bool:
        """Whether this is an HTML page; `start` is the body's start where the body went into a file."""
        head = (self.body if start is None else start)[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return "html" in self.headers.get("Content-Type", "").lower() or head.startswith((b"<!doctype html", b"<html"))

    def own_words(self) -> str:
        """Return the messages of a JSON body ``{"errors": [...]}``, or an empty text."""
        try:
            content = json.loads(self.body)
        except ValueError:
            return ""
        messages = content.get("errors") if isinstance(content, dict) else None
        if isinstance(messages, str):
            messages = [messages]
        return "; ".join(str(message).strip() for message in messages) if isinstance(messages, list) else ""


@dataclass(frozen=True)
class Flaw:
    """Why an answer cannot be used; the sentence is ``<host> <what>: <advice>.``."""

    what: str
    advice: str
    retries: int | None = None
    wait: float | None = None


def host_of(url: str) -> str:
    """Return the host of a URL, with its port if it names one, and without a user or password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def wait_before(tries: int, flaw: Flaw, patience: Patience) -> float:
    """Return how long to wait (s) before the next try: as the server asks, or doubling and scattered."""
    if flaw.wait is not None:
        return min(flaw.wait, patience.longest_wait)
    return min(patience.backoff * 2 ** (tries - 1), patience.longest_wait) * _jitter.uniform(0.5, 1.0)


def flaw_of_status(answer: Answer) -> Flaw | None:
    """Return why an answer of this status is to be asked for again, or None."""
    if answer.status not in _TRY_AGAIN:
        return None
    words = answer.own_words()
    what = f"answered {answer.status_text}" + (f" and says '{words}'" if words else "")
    return Flaw(what, "try again later", wait=_asked_wait(answer.headers.get("Retry-After", "")))


def _asked_wait(retry_after: str) -> float | None:
    """Return the wait in seconds that a ``Retry-After`` header asks for, which may be seconds or a date (RFC 9110)."""
    text = retry_after.strip()
    if text.isdecimal():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=timezone.utc)
    return max((date - datetime.now(timezone.utc)).total_seconds(), 0.0)


def flaw_of_exception(problem: Exception, patience: Patience) -> Flaw:
    """Return what an exception of requests means for the user."""
    origins = _origins(problem)
    if isinstance(problem, requests.exceptions.SSLError):
        return Flaw(f"cannot be trusted ({origins[-1]})", "check this machine's date and the proxy settings", retries=0)
    if isinstance(problem, requests.exceptions.ProxyError):
        return Flaw("cannot be reached through the proxy", "check the proxy settings", retries=_SILENT_RETRIES)
    if isinstance(problem, _UNASKABLE):
        return Flaw(f"cannot be asked ({problem})", "check the address", retries=0)
    why = f"no connection within {patience.connect_timeout:g} s"
    if not isinstance(problem, requests.exceptions.ConnectTimeout):
        why = next((text for origin in origins if (text := _why_unreachable(origin))), "")
    if why:
        return Flaw(
            f"cannot be reached ({why})",
            "check the internet connection and the proxy settings",
            retries=_SILENT_RETRIES,
        )
    if any(isinstance(origin, (TimeoutError, socket.timeout, requests.exceptions.Timeout)) for origin in origins):
        what = f"sent nothing for {patience.read_timeout:g} s"
        return Flaw(what, "try again later, or ask for less at once", retries=_SILENT_RETRIES)
    return Flaw("ended the connection before its answer was complete", "try again later")


def _origins(problem: BaseException) -> list[BaseException]:
    """Return an exception and those that led to it, which tell more than what requests makes of them."""
    origins = [problem]
    while (following := origins[-1].__cause__ or origins[-1].__context__) is not None:
        origins.append(following)
    return origins


def _why_unreachable(origin: BaseException) -> str:
    if isinstance(origin, socket.gaierror):
        return "its name is not known to the network"
    if isinstance(origin, ConnectionRefusedError):
        return "the connection is refused"
    if isinstance(origin, OSError) and origin.errno in _NO_WAY:
        return str(origin.strerror)
    return ""
