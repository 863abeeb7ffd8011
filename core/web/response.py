"""What came of a request: the server's answer, or the flaw for which it cannot be used."""

from __future__ import annotations

import errno
import re
import secrets
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException
from urllib.parse import urlsplit

import requests

from ..common import fit_to_show
from .server_words import words_of

#: A server that cannot be reached or stays silent is tried again so often at most: the user should hear of it soon.
_SILENT_RETRIES = 2

_TRY_AGAIN = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}

#: What requests raises, and what it lets through of the libraries below it.
PROBLEMS = (requests.RequestException, HTTPException, ValueError, OverflowError)

_UNASKABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.TooManyRedirects,
    OverflowError,
)
# What http.client says of a proxy that opens no tunnel.
_PROXY_ANSWER = re.compile(r"Tunnel connection failed: (?P<status>\d{3}) (?P<phrase>.*)")
_EXPIRED = {9: "is not valid yet", 10: "has expired"}
_OTHER_NAME = {62, 64}
_NO_WAY = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}

#: What may happen on the way to a server whose address is right.
_OF_THE_WAY = (requests.RequestException, HTTPException)

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

    @property
    def own_words(self) -> str:
        """What the server says in the body, in one line; empty if it says nothing that we know."""
        return words_of(self.body)

    @property
    def says(self) -> str:
        """The status, and what the server says of it, to come after the word "answered"."""
        words = self.own_words
        return f"{self.status_text} and says '{words}'" if words else self.status_text


@dataclass(frozen=True)
class Way:
    """The way that a request takes, and where its user changes that.

    Attributes
    ----------
    proxy : str
        The proxy's host and port; empty if there is none.
    has_login : bool
        Whether the proxy is told a user name and password.
    proxy_settings, trust_settings : str
        Where the proxy is set, and how an authority becomes one that is trusted; the ends of "check ..." and "add ...".
    """

    proxy: str = ""
    has_login: bool = False
    proxy_settings: str = "the proxy settings"
    trust_settings: str = "to the file that the environment variable REQUESTS_CA_BUNDLE names"


@dataclass(frozen=True)
class Flaw:
    """Why an answer cannot be used; the sentence is ``<host> <what>: <advice>.``.

    Attributes
    ----------
    what, advice : str
    retries : int or None
        How often to try again at most; None leaves that to the one who asks.
    wait : float or None
        How long (s) the server asks to wait.
    too_much : bool
        Whether it may be that too much was asked for at once.
    """

    what: str
    advice: str
    retries: int | None = None
    wait: float | None = None
    too_much: bool = False


def host_of(url: str) -> str:
    """Return the host of a URL, with its port if it names one, and without a user or password."""
    # Masked first: of a password with a slash in it, a part would be taken for the host.
    shown = fit_to_show(url)
    try:
        return urlsplit(shown).netloc.rpartition("@")[2]
    except ValueError:  # brackets that are not round an IPv6 address
        return shown.partition("://")[2].partition("/")[0].rpartition("@")[2]


def wait_before(tries: int, flaw: Flaw, patience: Patience) -> float:
    """Return how long to wait (s) before the next try: as the server asks, or doubling and scattered."""
    if flaw.wait is not None:
        return min(flaw.wait, patience.longest_wait)
    return min(patience.backoff * 2 ** (tries - 1), patience.longest_wait) * _jitter.uniform(0.5, 1.0)


def flaw_of_status(answer: Answer, way: Way) -> Flaw | None:
    """Return why an answer of this status cannot be used, or only after another try; None for all other statuses."""
    if answer.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return _flaw_of_proxy_answer(answer.status, "Proxy Authentication Required", way)
    if answer.status not in _TRY_AGAIN:
        return None
    return Flaw(
        f"answered {answer.says}",
        "try again later",
        wait=_asked_wait(answer.headers.get("Retry-After", "")),
        too_much=answer.status == HTTPStatus.GATEWAY_TIMEOUT,
    )


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


def flaw_of_exception(problem: Exception, patience: Patience, way: Way) -> Flaw:
    """Return what one of :data:`PROBLEMS` means for the user."""
    origins = _origins(problem)
    if isinstance(problem, requests.exceptions.InvalidHeader):
        return Flaw(f"cannot be asked ({problem})", "check the user agent that is set", retries=0)
    if isinstance(problem, requests.exceptions.SSLError):
        return _flaw_of_trust(origins, way)
    if any(isinstance(origin, UnicodeError) for origin in origins):
        return Flaw("cannot be asked, because no computer can have that name", "check the address", retries=0)
    if isinstance(problem, _UNASKABLE) or not isinstance(problem, _OF_THE_WAY):
        return Flaw(f"cannot be asked ({str(problem).rstrip('.')})", "check the address", retries=0)
    if isinstance(problem, requests.exceptions.ContentDecodingError):
        return Flaw("sent an answer that cannot be unpacked", "try again later")
    if answered := _PROXY_ANSWER.search(str(origins[-1])):
        return _flaw_of_proxy_answer(int(answered["status"]), answered["phrase"], way)
    silent = any(isinstance(o, (TimeoutError, socket.timeout, requests.exceptions.Timeout)) for o in origins)
    no_proxy = isinstance(problem, requests.exceptions.ProxyError)
    why = f"no connection within {patience.connect_timeout:g} s"
    if not isinstance(problem, requests.exceptions.ConnectTimeout) and not (no_proxy and silent):
        why = next((text for origin in origins if (text := _why_unreachable(origin))), "")
    if no_proxy or (why and way.proxy):
        proxy = f"the proxy {way.proxy}" if way.proxy else "the proxy"
        reason = why or "it ends the connection"
        return Flaw(
            f"cannot be reached, because {proxy} cannot be reached ({reason})",
            f"check {way.proxy_settings}",
            retries=_SILENT_RETRIES,
        )
    if why:
        return Flaw(
            f"cannot be reached ({why})",
            f"check its address, the internet connection and {way.proxy_settings}",
            retries=_SILENT_RETRIES,
        )
    if silent:
        if way.proxy:
            # Until the proxy has opened a tunnel, the shorter time limit for connections holds.
            what = f"sent nothing through the proxy {way.proxy} in time"
            return Flaw(what, f"check {way.proxy_settings}, or try again later", retries=_SILENT_RETRIES)
        what = f"sent nothing for {patience.read_timeout:g} s"
        return Flaw(what, "try again later, or ask for less at once", retries=_SILENT_RETRIES, too_much=True)
    return Flaw("ended the connection before its answer was complete", "try again later")


def flaw_of_authorities(problem: OSError) -> Flaw:
    """Return the flaw where requests does not find the file of certificate authorities that it is told to use."""
    advice = "check the environment variables REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE"
    return Flaw(f"cannot be asked ({problem})", advice, retries=0)


def _flaw_of_proxy_answer(status: int, phrase: str, way: Way) -> Flaw:
    proxy = f"the proxy {way.proxy}" if way.proxy else "a proxy"
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        wish = "does not accept the user name and password" if way.has_login else "wants a user name and password"
        what = f"cannot be reached, because {proxy} {wish} ({status} {phrase})"
        return Flaw(what, f"check user and password in {way.proxy_settings}", retries=0)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        what = f"cannot be reached by {proxy} ({status} {phrase})"
        return Flaw(what, f"try again later, or check {way.proxy_settings}", retries=_SILENT_RETRIES)
    what = f"cannot be reached, because {proxy} does not let the request through ({status} {phrase})"
    return Flaw(what, f"check {way.proxy_settings}, or ask whoever runs the proxy", retries=0)


def _flaw_of_trust(origins: list[BaseException], way: Way) -> Flaw:
    """Return why a server's certificate is not accepted; the codes are OpenSSL's (X509_V_ERR_..., x509_vfy.h)."""
    code = next((o.verify_code for o in origins if isinstance(o, ssl.SSLCertVerificationError)), 0)
    if code in _EXPIRED:
        return Flaw(
            f"cannot be trusted, because its certificate {_EXPIRED[code]}",
            "check this machine's date and time; if they are right, tell whoever runs that server",
            retries=0,
        )
    # Where urllib3 1 compares the names, there is no code.
    if code in _OTHER_NAME or "doesn't match" in str(origins[-1]):
        what = "cannot be trusted, because its certificate is made out to another name"
        return Flaw(what, "check the address", retries=0)
    if code:
        words = next(o.verify_message for o in origins if isinstance(o, ssl.SSLCertVerificationError))
        return Flaw(
            f"cannot be trusted, because nobody known vouches for its certificate ({words})",
            "if a proxy or firewall of your own network reads the traffic, add its certificate authority "
            f"{way.trust_settings}",
            retries=0,
        )
    if "fingerprint" in str(origins[-1]).lower():
        advice = f"find out why, and if the new one is right, add it {way.trust_settings}"
        return Flaw("cannot be trusted, because it has another certificate than was accepted for it", advice, retries=0)
    what = f"cannot be trusted ({origins[-1]})"
    return Flaw(what, f"check this machine's date and {way.proxy_settings}", retries=0)


def _origins(problem: BaseException) -> list[BaseException]:
    """Return an exception and those that led to it, which tell more than what requests makes of them."""
    origins = [problem]
    while (following := _origin_of(origins[-1])) is not None:
        origins.append(following)
    return origins


def _origin_of(problem: BaseException) -> BaseException | None:
    # Of what goes wrong inside a proxy's tunnel, urllib3 passes the origin on as an argument only.
    inner = next((argument for argument in problem.args if isinstance(argument, BaseException)), None)
    return problem.__cause__ or problem.__context__ or inner


def _why_unreachable(origin: BaseException) -> str:
    if isinstance(origin, socket.gaierror):
        return "its name is not known to the network"
    if isinstance(origin, ConnectionRefusedError):
        return "the connection is refused"
    if isinstance(origin, OSError) and origin.errno in _NO_WAY:
        return str(origin.strerror)
    return ""
