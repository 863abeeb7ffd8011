"""The way that requests take: through which proxy, with which time limits, and where a user changes that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import requests
from requests.utils import select_proxy

from .answer import Patience, Way, host_of


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
    way : Way
        Where its settings are; the proxy in it does not count.
    """

    def __init__(self) -> None:
        super().__init__()
        self.limits = Limits()
        self.way = Way()


def way_to(url: str, session: requests.Session) -> Way:
    """Return the way that a session's requests to a URL take.

    Raises
    ------
    XoprError
        If the session cannot use the proxy that it is set to.
    """
    way = session.way if isinstance(session, Session) else Way()
    proxy = select_proxy(url, session.merge_environment_settings(url, {}, None, None, None)["proxies"])
    if not proxy:
        return way
    address = proxy if "://" in proxy else f"http://{proxy}"
    return replace(way, proxy=host_of(address), has_login=bool(urlsplit(address).username))


def patience_of(session: requests.Session, patience: Patience) -> Patience:
    """Return how long to wait: as `patience` says, but for the session's own limits."""
    limits = session.limits if isinstance(session, Session) else Limits()
    return replace(
        patience,
        connect_timeout=limits.connect or patience.connect_timeout,
        read_timeout=max(limits.read, patience.read_timeout),
    )
