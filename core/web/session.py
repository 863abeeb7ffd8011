"""The way that requests take: through which proxy, with which time limits, and where a user changes that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from urllib.parse import urlsplit

import requests
from requests.utils import select_proxy

from ..common import XoprError, fit_to_show
from .response import Patience, Way, host_of

_PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


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


def way_to(url: str, session: requests.Session, error: type[XoprError] = XoprError) -> Way:
    """Return the way that a session's requests to a URL take.

    Parameters
    ----------
    url : str
    session : requests.Session
    error : type of XoprError
        What to raise.

    Raises
    ------
    XoprError
        Of the type `error`, if the session cannot use the proxy that it is set to.
    """
    way = session.way if isinstance(session, Session) else Way()
    try:
        proxy = select_proxy(url, session.merge_environment_settings(url, {}, None, None, None)["proxies"])
    except ValueError:  # of the address, which whoever asks will be told
        return way
    if not proxy:
        return way
    if why := _why_no_proxy(proxy, way):
        raise error(f"{host_of(url)} cannot be asked, because the proxy is set to '{fit_to_show(proxy)}', {why}.")
    return replace(way, proxy=host_of(proxy), has_login=bool(urlsplit(proxy).username))


def _why_no_proxy(proxy: str, way: Way) -> str:
    """Return why the text cannot be used as a proxy's address, and what to do; empty if it can."""
    scheme, mark, rest = proxy.partition("://")
    check = f"check {way.proxy_settings}"
    if not mark:
        return f"without http:// before it: write http://{host_of(f'http://{proxy}')} in {way.proxy_settings}"
    if scheme.lower() not in _PROXY_SCHEMES:
        return f"but there is no proxy of the kind '{scheme}' ({', '.join(_PROXY_SCHEMES)} are known): {check}"
    try:
        parts = urlsplit(proxy)
        is_address = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_address = False
    if not is_address or not rest:
        return f"which is no address of a host with a port, such as http://proxy.example.org:3128: {check}"
    if scheme.lower().startswith("socks") and find_spec("socks") is None:
        return (
            "a SOCKS proxy, for which the Python package PySocks is missing: install it, or choose another proxy in "
            f"{way.proxy_settings}"
        )
    return ""


def patience_of(session: requests.Session, patience: Patience) -> Patience:
    """Return how long to wait: as `patience` says, but for the session's own limits."""
    limits = session.limits if isinstance(session, Session) else Limits()
    return replace(
        patience,
        connect_timeout=limits.connect or patience.connect_timeout,
        read_timeout=max(limits.read, patience.read_timeout),
    )
