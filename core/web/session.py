"""Sessions, which bring the user's network settings along: the proxy, the time limits, and where both are changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import requests
from requests.utils import select_proxy

from .hosts import host_of
from .retries import Patience
from .route import Route


@dataclass(frozen=True)
class Limits:
    """Time limits that come with a session.

    Attributes
    ----------
    connect : float or None
        Longest wait (s) for a connection; None leaves that to whoever asks.
    read : float
        Wait so long (s) at least between two pieces of an answer.
    """

    connect: float | None = None
    read: float = 0.0


class Session(requests.Session):
    """A session that knows its own time limits, and tells the user where its settings are.

    Attributes
    ----------
    limits : Limits
    route : Route
        Where its settings are; the proxy in it does not count.
    """

    def __init__(self) -> None:
        super().__init__()
        self.limits = Limits()
        self.route = Route()


def route_to(url: str, session: requests.Session) -> Route:
    """Return the route that a session's requests to a URL take.

    Raises
    ------
    Fault
        If the session cannot use the proxy that it is set to.
    """
    route = session.route if isinstance(session, Session) else Route()
    try:
        proxy = select_proxy(url, session.merge_environment_settings(url, {}, None, None, None)["proxies"])
    except ValueError:  # of the address, which whoever asks will be told
        return route
    return route.through(proxy, host_of(url)) if proxy else route


def patience_of(session: requests.Session, patience: Patience) -> Patience:
    """Return how long to wait: as `patience` says, but for the session's own limits."""
    limits = session.limits if isinstance(session, Session) else Limits()
    return replace(
        patience,
        connect_timeout=limits.connect or patience.connect_timeout,
        read_timeout=max(limits.read, patience.read_timeout),
    )
