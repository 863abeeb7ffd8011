"""What an exception of the libraries means for the user: ordered rules, of which the first that fits counts."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPException

import requests
from requests import exceptions

from .certificates import fault_of_trust
from .faults import Fault
from .hosts import host_of
from .retries import Patience
from .route import Route
from .statuses import SILENT_RETRIES, fault_of_proxy

#: What may happen on the route to a server whose address is right.
_OF_THE_ROUTE = (requests.RequestException, HTTPException)

#: What requests raises, and what it lets through of the libraries below it.
PROBLEMS = (*_OF_THE_ROUTE, ValueError, OverflowError)

_UNASKABLE = (
    exceptions.InvalidURL,
    exceptions.InvalidSchema,
    exceptions.MissingSchema,
    exceptions.TooManyRedirects,
    OverflowError,
)
# What http.client says of a proxy that opens no tunnel.
_PROXY_ANSWER = re.compile(r"Tunnel connection failed: (?P<status>\d{3}) (?P<phrase>.*)")
_TIMEOUTS = (TimeoutError, socket.timeout, exceptions.Timeout)
_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}


@dataclass(frozen=True)
class Failure:
    """An exception that ended a request, and what is known of the request.

    Attributes
    ----------
    problem : Exception
        One of :data:`PROBLEMS`, or an OSError without a number.
    url : str
    patience : Patience
    route : Route
    """

    problem: Exception
    url: str
    patience: Patience
    route: Route

    @cached_property
    def origins(self) -> tuple[BaseException, ...]:
        """The exception and those that led to it, which tell more than what requests makes of them."""
        origins: list[BaseException] = [self.problem]
        while (following := _origin_of(origins[-1])) is not None:
            origins.append(following)
        return tuple(origins)

    @property
    def is_silence(self) -> bool:
        """Whether something did not answer in time."""
        return any(isinstance(origin, _TIMEOUTS) for origin in self.origins)

    @property
    def is_of_proxy(self) -> bool:
        """Whether it is the proxy that cannot be spoken to."""
        return isinstance(self.problem, exceptions.ProxyError)

    @property
    def proxy_answer(self) -> re.Match[str] | None:
        """What a proxy answered that opens no tunnel."""
        return _PROXY_ANSWER.search(str(self.origins[-1]))

    @cached_property
    def no_connection(self) -> str:
        """Why there is no connection; empty if there was one, or nobody says."""
        if isinstance(self.problem, exceptions.ConnectTimeout) or (self.is_of_proxy and self.is_silence):
            return f"no connection within {self.patience.connect_timeout:g} s"
        return next((text for origin in self.origins if (text := _why_unreachable(origin))), "")

    def fault(self, what: str, advice: str, *, retries: int | None = None, too_much: bool = False) -> Fault:
        """Return the fault that says this of the host."""
        return Fault(host_of(self.url), what, advice, retries=retries, too_much=too_much)


def fault_of_failure(failure: Failure) -> Fault:
    """Return what a failure means for the user, by the first of the rules that fits."""
    return next(make(failure) for fits, make in _RULES if fits(failure))


def _no_authorities(failure: Failure) -> Fault:
    # requests does not find the file of certificate authorities that it is told to use.
    advice = "check the environment variables REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE"
    return failure.fault(f"cannot be asked ({failure.problem})", advice, retries=0)


def _bad_header(failure: Failure) -> Fault:
    return failure.fault(f"cannot be asked ({failure.problem})", "check the user agent that is set", retries=0)


def _not_trusted(failure: Failure) -> Fault:
    return fault_of_trust(host_of(failure.url), failure.origins, failure.route)


def _no_name(failure: Failure) -> Fault:
    return failure.fault("cannot be asked, because no computer can have that name", "check the address", retries=0)


def _bad_address(failure: Failure) -> Fault:
    return failure.fault(f"cannot be asked ({str(failure.problem).rstrip('.')})", "check the address", retries=0)


def _bad_encoding(failure: Failure) -> Fault:
    return failure.fault("sent an answer that cannot be unpacked", "try again later")


def _refused_by_proxy(failure: Failure) -> Fault:
    found = failure.proxy_answer
    status, phrase = (int(found["status"]), found["phrase"]) if found else (0, "")
    return fault_of_proxy(host_of(failure.url), status, phrase, failure.route)


def _proxy_unreachable(failure: Failure) -> Fault:
    route = failure.route
    proxy = f"the proxy {route.proxy}" if route.proxy else "the proxy"
    reason = failure.no_connection or "it ends the connection"
    what = f"cannot be reached, because {proxy} cannot be reached ({reason})"
    return failure.fault(what, f"check {route.proxy_settings}", retries=SILENT_RETRIES)


def _unreachable(failure: Failure) -> Fault:
    advice = f"check its address, the internet connection and {failure.route.proxy_settings}"
    return failure.fault(f"cannot be reached ({failure.no_connection})", advice, retries=SILENT_RETRIES)


def _silent_through_proxy(failure: Failure) -> Fault:
    # Until the proxy has opened a tunnel, the shorter time limit for connections holds.
    what = f"sent nothing through the proxy {failure.route.proxy} in time"
    return failure.fault(what, f"check {failure.route.proxy_settings}, or try again later", retries=SILENT_RETRIES)


def _silent(failure: Failure) -> Fault:
    what = f"sent nothing for {failure.patience.read_timeout:g} s"
    return failure.fault(what, "try again later, or ask for less at once", retries=SILENT_RETRIES, too_much=True)


def _cut_off(failure: Failure) -> Fault:
    return failure.fault("ended the connection before its answer was complete", "try again later")


def _is(*kinds: type[Exception]) -> Callable[[Failure], bool]:
    return lambda failure: isinstance(failure.problem, kinds)


_RULES: tuple[tuple[Callable[[Failure], bool], Callable[[Failure], Fault]], ...] = (
    (lambda failure: not isinstance(failure.problem, PROBLEMS), _no_authorities),
    (_is(exceptions.InvalidHeader), _bad_header),
    (_is(exceptions.SSLError), _not_trusted),
    (lambda failure: any(isinstance(origin, UnicodeError) for origin in failure.origins), _no_name),
    (_is(*_UNASKABLE), _bad_address),
    (lambda failure: not isinstance(failure.problem, _OF_THE_ROUTE), _bad_address),
    (_is(exceptions.ContentDecodingError), _bad_encoding),
    (lambda failure: failure.proxy_answer is not None, _refused_by_proxy),
    (lambda failure: failure.is_of_proxy or bool(failure.no_connection and failure.route.proxy), _proxy_unreachable),
    (lambda failure: bool(failure.no_connection), _unreachable),
    (lambda failure: failure.is_silence and bool(failure.route.proxy), _silent_through_proxy),
    (lambda failure: failure.is_silence, _silent),
    (lambda _: True, _cut_off),
)


def _origin_of(problem: BaseException) -> BaseException | None:
    # Of what goes wrong inside a proxy's tunnel, urllib3 passes the origin on as an argument only.
    inner = next((argument for argument in problem.args if isinstance(argument, BaseException)), None)
    return problem.__cause__ or problem.__context__ or inner


def _why_unreachable(origin: BaseException) -> str:
    if isinstance(origin, socket.gaierror):
        return "its name is not known to the network"
    if isinstance(origin, ConnectionRefusedError):
        return "the connection is refused"
    if isinstance(origin, OSError) and origin.errno in _UNREACHABLE:
        return str(origin.strerror)
    return ""
