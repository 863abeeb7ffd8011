"""The route of a request: through which proxy, and where a user changes that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from urllib.parse import urlsplit

from ..common import fit_to_show
from .faults import Fault
from .hosts import host_of

_PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


@dataclass(frozen=True)
class Route:
    """The route that a request takes, and where its user changes that.

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

    def through(self, proxy: str, host: str) -> Route:
        """Return the same route through a proxy.

        Parameters
        ----------
        proxy : str
            The proxy's address as it is set.
        host : str
            Where the route leads to.

        Raises
        ------
        Fault
            If that is no address of a proxy.
        """
        if found := self._flaw_of(proxy):
            what, advice = found
            what = f"cannot be asked, because the proxy is set to '{fit_to_show(proxy)}', {what}"
            raise Fault(host, what, advice, retries=0)
        return replace(self, proxy=host_of(proxy), has_login=bool(urlsplit(proxy).username))

    def _flaw_of(self, proxy: str) -> tuple[str, str] | None:
        """Return why the text cannot be used as a proxy's address, and what to do; None if it can."""
        scheme, mark, rest = proxy.partition("://")
        check = f"check {self.proxy_settings}"
        if not mark:
            return "without http:// before it", f"write http://{host_of(f'http://{proxy}')} in {self.proxy_settings}"
        if scheme.lower() not in _PROXY_SCHEMES:
            return f"but there is no proxy of the kind '{scheme}' ({', '.join(_PROXY_SCHEMES)} are known)", check
        try:
            parts = urlsplit(proxy)
            is_address = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            is_address = False
        if not is_address or not rest:
            return "which is no address of a host with a port, such as http://proxy.example.org:3128", check
        if scheme.lower().startswith("socks") and find_spec("socks") is None:
            return (
                "a SOCKS proxy, for which the Python package PySocks is missing",
                f"install it, or choose another proxy in {self.proxy_settings}",
            )
        return None
