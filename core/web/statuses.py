"""Statuses that say why there is no answer yet: the server's own, and those of a proxy before it."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from .faults import Fault
from .hosts import host_of
from .response import Response
from .route import Route

#: A server that cannot be reached or stays silent is tried again so often at most: the user should hear of it soon.
SILENT_RETRIES = 2

_TRY_AGAIN = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}


def fault_of_status(response: Response, url: str, route: Route) -> Fault | None:
    """Return why a response of this status cannot be used, or only after another try; None for all other statuses.

    Parameters
    ----------
    response : Response
    url : str
        What was asked for.
    route : Route
    """
    host = host_of(url)
    if response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return fault_of_proxy(host, response.status, "Proxy Authentication Required", route)
    if response.status not in _TRY_AGAIN:
        return None
    return Fault(
        host,
        f"answered {response.says}",
        "try again later",
        wait=_asked_wait(response.headers.get("Retry-After", "")),
        too_much=response.status == HTTPStatus.GATEWAY_TIMEOUT,
        status=response.status,
    )


def fault_of_proxy(host: str, status: int, phrase: str, route: Route) -> Fault:
    """Return why a proxy does not let a request through that it answered by itself.

    Parameters
    ----------
    host : str
        Of the server behind it.
    status, phrase
        What the proxy answered.
    route : Route
    """
    proxy = f"the proxy {route.proxy}" if route.proxy else "a proxy"
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        wish = "does not accept the user name and password" if route.has_login else "wants a user name and password"
        what = f"cannot be reached, because {proxy} {wish} ({status} {phrase})"
        return Fault(host, what, f"check user and password in {route.proxy_settings}", retries=0, status=status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        what = f"cannot be reached by {proxy} ({status} {phrase})"
        advice = f"try again later, or check {route.proxy_settings}"
        return Fault(host, what, advice, retries=SILENT_RETRIES, status=status)
    what = f"cannot be reached, because {proxy} does not let the request through ({status} {phrase})"
    advice = f"check {route.proxy_settings}, or ask whoever runs the proxy"
    return Fault(host, what, advice, retries=0, status=status)


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
