"""A session for the core that follows QGIS's settings: proxy, trust, user agent, time-out.

QGIS keeps them in its settings (Settings > Options > Network) and in its authentication database (certificate
authorities, exceptions for servers, the proxy's login). They are read anew for each run of an algorithm, which works in
a thread of its own, where QGIS's network manager may still have older ones. The keys are those that
``QgsNetworkAccessManager::setupDefaultProxyAndCache`` reads.

Which proxy is used:

- QGIS's settings have an enabled proxy: that one, as QGIS uses it: for addresses that begin with an entry of the list
  of exclusions there is none. The environment is not asked.
- They have "use the system's proxy": what Qt takes for it, and where Qt knows none, as below.
- They say that no proxy is enabled: none, whatever the environment says; QGIS itself does the same.
- They say nothing, as on a cluster where nobody ever opened the options: ``HTTPS_PROXY``, ``HTTP_PROXY``,
  ``ALL_PROXY`` and ``NO_PROXY``, as with every command-line tool.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from qgis.core import Qgis, QgsApplication, QgsAuthCertUtils, QgsNetworkAccessManager, QgsSettings
from qgis.PyQt.QtCore import QCryptographicHash, QSysInfo, QUrl
from qgis.PyQt.QtNetwork import (
    QNetworkProxy,
    QNetworkProxyFactory,
    QNetworkProxyQuery,
    QSslCertificate,
    QSslError,
    QSslSocket,
)
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from ..core.web import Limits, Route, Session
from .options import timeout as timeout_of_settings

#: QGIS's time-out (ms) where the user has not set one.
_DEFAULT_TIMEOUT = 60_000

_TRUST = "in QGIS (Settings > Options > Authentication > Manage Certificates)"
_IN_QGIS = "QGIS (Settings > Options > Network)"
_IN_ENVIRONMENT = f"the environment variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY, or the proxy in {_IN_QGIS}"

_SOCKS = QNetworkProxy.ProxyType.Socks5Proxy
_HTTP = (QNetworkProxy.ProxyType.HttpProxy, QNetworkProxy.ProxyType.HttpCachingProxy)
_TYPES = {
    "Socks5Proxy": _SOCKS,
    "HttpProxy": QNetworkProxy.ProxyType.HttpProxy,
    "HttpCachingProxy": QNetworkProxy.ProxyType.HttpCachingProxy,
    "FtpCachingProxy": QNetworkProxy.ProxyType.FtpCachingProxy,
}


def session() -> Session:
    """Return a new session that follows QGIS's settings as they are now."""
    return _QgisSession(_Proxies())


def user_agent() -> str:
    """Return the user agent that QGIS itself sends: the one of its settings, and its version."""
    given = QgsSettings().value("/qgis/networkAndProxy/userAgent", "Mozilla/5.0") or ""
    version = f"QGIS/{Qgis.QGIS_VERSION_INT}"
    if Qgis.QGIS_VERSION_INT >= 32400:
        version += f"/{QSysInfo.prettyProductName()}"
    # What a header cannot hold becomes a question mark, as in QGIS.
    return f"{given} {version}".strip().encode("latin-1", "replace").decode("latin-1")


def limits() -> Limits:
    """Return the time limits that follow from the time-out of the plugin's settings, or else from QGIS's.

    QGIS gives up where nothing came for that long. For us it is the limit for connections if the user has changed it;
    the default of 60 s is nobody's wish, and hides for long that a server or proxy is not there. An answer of CMR may
    take 180 s: the time-out makes our wait for it longer, never shorter.

    Raises
    ------
    InputError
        If the time-out of the plugin's settings is none.
    """
    own = timeout_of_settings()
    if own is not None:
        return Limits(own, own)
    timeout = QgsNetworkAccessManager.timeout()
    if timeout <= 0:
        return Limits()
    return Limits(None if timeout == _DEFAULT_TIMEOUT else timeout / 1000, timeout / 1000)


class _QgisSession(Session):
    def __init__(self, proxies: _Proxies) -> None:
        super().__init__()
        self._proxies = proxies
        self.limits = limits()
        self.route = Route(proxy_settings=proxies.place, trust_settings=_TRUST)
        self.headers["User-Agent"] = user_agent()
        authorities = _bundle()
        self.mount("https://", _TrustAdapter(authorities, ""))
        for place, fingerprint in _exceptions().items():
            self.mount(f"https://{place}/", _TrustAdapter(authorities, fingerprint))

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Choose the proxy for a URL, instead of the environment; trust is the adapters' business."""
        settings = super().merge_environment_settings(url, proxies, stream, verify, cert)
        settings["proxies"] = self._chosen(str(url), settings["proxies"])
        return settings

    def rebuild_proxies(self, prepared_request: PreparedRequest, proxies: Any) -> Any:  # noqa: ARG002 (requests' name)
        """Choose the proxy for the address that a server sends on to."""
        settings = super().merge_environment_settings(prepared_request.url, {}, None, None, None)
        return self._chosen(str(prepared_request.url), settings["proxies"])

    def _chosen(self, url: str, of_environment: MutableMapping[str, str]) -> MutableMapping[str, str]:
        chosen = self._proxies.choose(url)
        if chosen is None:
            return of_environment
        return {"all": chosen} if chosen else {}


class _Proxies:
    """QGIS's proxy settings.

    Attributes
    ----------
    place : str
        Where the user changes them.
    """

    def __init__(self) -> None:
        settings = QgsSettings()
        given = settings.contains("proxy/proxyEnabled")
        self._enabled = bool(settings.value("proxy/proxyEnabled", False, type=bool))
        self._environment = not given
        kind = settings.value("proxy/proxyType", "") or ""
        self._system = self._enabled and kind == "DefaultProxy"
        self._excluded = [
            *_texts(settings.value("proxy/noProxyUrls")),
            # The older list means "the application's default proxy": none, unless that is the system's.
            *([] if self._system else _texts(settings.value("proxy/proxyExcludedUrls"))),
        ]
        self.place = _IN_ENVIRONMENT if self._environment else _IN_QGIS
        self._address = ""
        if self._enabled and not self._system and kind in _TYPES:
            self._address = self._fixed(settings, _TYPES[kind])

    def choose(self, url: str) -> str | None:
        """Return the proxy's address for a URL, an empty text for none, or None to let the environment decide."""
        if not self._enabled:
            return None if self._environment else ""
        if any(url.startswith(start) for start in self._excluded):
            return ""
        return _of_system(url) if self._system else self._address

    def _fixed(self, settings: QgsSettings, kind: QNetworkProxy.ProxyType) -> str:
        port = str(settings.value("proxy/proxyPort", "") or "")
        proxy = QNetworkProxy(
            kind,
            settings.value("proxy/proxyHost", "") or "",
            int(port) if port.isdecimal() else 0,
            settings.value("proxy/proxyUser", "") or "",
            settings.value("proxy/proxyPassword", "") or "",
        )
        configuration = settings.value("proxy/authcfg", "") or ""
        if configuration:
            read, with_login = QgsApplication.authManager().updateNetworkProxy(proxy, configuration)
            if read:
                proxy = with_login
            else:
                self.place += (
                    f", whose authentication configuration {configuration} cannot be opened; qgis_process takes its "
                    "master password from the file that QGIS_AUTH_PASSWORD_FILE names"
                )
        return _address(proxy)


def _of_system(url: str) -> str | None:
    for proxy in QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(url))):
        if address := _address(proxy):
            return address
    # Qt reads the variables in small letters only.
    return None


def _address(proxy: QNetworkProxy) -> str:
    """Return a proxy as requests wants it; empty if it is none, or one for FTP."""
    host = proxy.hostName()
    if not host or proxy.type() not in (_SOCKS, *_HTTP):
        return ""
    # As in QGIS, the SOCKS proxy looks up the names.
    scheme = "socks5h" if proxy.type() == _SOCKS else "http"
    login = ""
    if proxy.user():
        login = f"{quote(proxy.user(), safe='')}:{quote(proxy.password(), safe='')}@"
    port = f":{proxy.port()}" if proxy.port() else ""
    return f"{scheme}://{login}{f'[{host}]' if ':' in host else host}{port}"


def _texts(value: Any) -> list[str]:
    """Return a list of the settings, in which a single entry is a text; empty entries would match every address."""
    entries = [value] if isinstance(value, str) else list(value or [])
    return [entry for entry in entries if entry.strip()]


class _TrustAdapter(HTTPAdapter):
    """Trusts the authorities of a file, or, where there is a fingerprint, that certificate and no other.

    Trust is decided here and not in the session, whose decision for one host would go along to where that sends on.
    """

    def __init__(self, authorities: str, fingerprint: str) -> None:
        self._authorities = authorities
        self._pin: dict[str, Any] = {"assert_fingerprint": fingerprint} if fingerprint else {}
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **keywords: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **keywords, **self._pin)

    def proxy_manager_for(self, proxy: Any, **keywords: Any) -> Any:
        return super().proxy_manager_for(proxy, **keywords, **self._pin)

    def send(
        self,
        request: Any,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Response:
        verify = False if self._pin else self._authorities
        return super().send(request, stream, timeout, verify, cert, proxies)


def _bundle() -> str:
    """Return a file of all authorities to trust: QGIS's, certifi's, and those of the environment.

    QGIS's are the system's and the user's own. Those that the user or QGIS has marked as not trusted are left out.
    """
    manager = QgsApplication.authManager()
    found = list(_certificates_of(Path(DEFAULT_CA_BUNDLE_PATH)))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if place := os.environ.get(name):
            found += _certificates_of(Path(place))
    found += manager.trustedCaCerts()
    certificates = {_digest(certificate): certificate for certificate in found}
    distrusted = {_digest(certificate) for certificate in manager.untrustedCaCerts()}
    # QGIS 3.40 does not bring what the user has marked into that list, so each is looked up as well.
    marked = QgsAuthCertUtils.CertTrustPolicy.Untrusted
    distrusted |= {digest for digest, one in certificates.items() if manager.certTrustPolicy(one) == marked}
    kept = sorted(certificates.keys() - distrusted)
    return _kept(b"".join(bytes(certificates[digest].toPem()) for digest in kept))


def _certificates_of(place: Path) -> Iterable[QSslCertificate]:
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    for file in files:
        if file.is_file():
            yield from QSslCertificate.fromData(file.read_bytes())


def _digest(certificate: QSslCertificate) -> str:
    return bytes(certificate.digest(QCryptographicHash.Algorithm.Sha256)).hex()


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="xopr-trust-")


def _kept(pem: bytes) -> str:
    """Return a file with this content, which is there until QGIS ends."""
    path = Path(_folder().name) / f"{hashlib.sha256(pem).hexdigest()[:16]}.pem"
    if not path.exists():
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(pem)
        part.replace(path)
    return str(path)


def _exceptions() -> dict[str, str]:
    """Return the servers (host, or host:port) that the user accepted in spite of errors, with the fingerprint of each.

    QGIS ignores named errors of a certificate, or all of a server. Here both mean: this certificate, and no other.
    """
    manager = QgsApplication.authManager()
    if manager.isDisabled():
        return {}
    no_check = (QSslSocket.PeerVerifyMode.VerifyNone, QSslSocket.PeerVerifyMode.QueryPeer)
    accepted = {}
    for server in manager.sslCertCustomConfigs():
        # QGIS reads an empty list back as one with NoError in it.
        ignored = [error for error in server.sslIgnoredErrorEnums() if error != QSslError.SslError.NoError]
        if ignored or server.sslPeerVerifyMode() in no_check:
            place = server.sslHostPort().strip().lower()
            accepted[place] = _digest(server.sslCertificate())
            if place.endswith(":443"):
                accepted[place[: -len(":443")]] = accepted[place]
    return accepted
