"""The session that follows QGIS's settings, with real proxies and servers; QGIS itself is asked where it can be."""

from __future__ import annotations

import contextlib
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
import requests
from qgis.core import (
    QgsApplication,
    QgsAuthCertUtils,
    QgsAuthConfigSslServer,
    QgsAuthMethodConfig,
    QgsBlockingNetworkRequest,
    QgsNetworkAccessManager,
    QgsSettings,
)
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtNetwork import QNetworkProxyFactory, QNetworkRequest, QSslCertificate, QSslError, QSslSocket

from certificates import Authority, HttpsServer
from odd_server import OddServer, answer
from proxy import Proxy
from xopr_crossovers.core.common.errors import DownloadError
from xopr_crossovers.core.web.download import download_file
from xopr_crossovers.core.web.retries import Patience
from xopr_crossovers.plugin import network

OPTIONS = "QGIS (Settings > Options > Network)"
VARIABLES = [f"{name}_proxy" for name in ("http", "https", "all", "no")]


@pytest.fixture(autouse=True)
def clean(qgis_app, monkeypatch):
    """No settings and no environment at the start, and none left at the end."""
    for name in [*VARIABLES, *(name.upper() for name in VARIABLES), "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]:
        monkeypatch.delenv(name, raising=False)
    yield
    settings = QgsSettings()
    settings.remove("proxy")
    settings.remove("qgis/networkAndProxy/userAgent")
    QgsNetworkAccessManager.setTimeout(60_000)
    QNetworkProxyFactory.setUseSystemConfiguration(False)
    QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()


@pytest.fixture
def server():
    with OddServer(answer(b"hello")) as server:
        yield server


@pytest.fixture
def proxy():
    with Proxy() as proxy:
        yield proxy


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def bring(tmp_path):
    """Fetch an address by the core, with a session that follows QGIS; returns the text, or raises DownloadError."""

    def fetch(url):
        path = tmp_path / "fetched"
        patience = Patience(connect_timeout=10.0, read_timeout=10.0, retries=0)
        download_file(url, path, session=network.session(), patience=patience)
        return path.read_text()

    return fetch


@pytest.fixture
def sentence(bring):
    """Fetch an address in vain, and return what the user reads."""

    def fail(url):
        with pytest.raises(DownloadError) as caught:
            bring(url)
        return str(caught.value)

    return fail


def use(proxy, kind="HttpProxy", **more):
    """Set QGIS to a proxy."""
    settings = QgsSettings()
    given = {"proxyEnabled": True, "proxyType": kind, "proxyHost": proxy.host, "proxyPort": str(proxy.port), **more}
    for name, value in given.items():
        settings.setValue(f"proxy/{name}", value)


def ask_as_qgis(url):
    """Let QGIS itself ask for an address; returns whether it had an answer."""
    manager = QgsNetworkAccessManager.instance()
    manager.setupDefaultProxyAndCache()
    manager.setCache(None)
    request = QgsBlockingNetworkRequest()
    return request.get(QNetworkRequest(QUrl(url))) == QgsBlockingNetworkRequest.ErrorCode.NoError


# User agent


@pytest.mark.parametrize("given", [None, "", "Polar Institute 7"])
def test_the_user_agent_is_that_of_qgis_itself(given, server, bring):
    if given is not None:
        QgsSettings().setValue("qgis/networkAndProxy/userAgent", given)
    assert ask_as_qgis(server.url)
    bring(server.url)
    (_, of_qgis), (_, ours) = server.requests
    assert ours["User-Agent"] == of_qgis["User-Agent"]
    assert "QGIS/" in ours["User-Agent"]


# Which proxy


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"proxyEnabled": False},
        {"proxyType": "HttpCachingProxy"},
        {"proxyType": ""},
        {"noProxyUrls": ["http://elsewhere", "<server>"]},
        {"noProxyUrls": "<server>"},
        {"noProxyUrls": ["", " "]},
        {"noProxyUrls": ["127.0.0.1"]},
        {"noProxyUrls": ["<server>/another"]},
        {"proxyExcludedUrls": ["<server>"]},
    ],
    ids=str,
)
def test_a_request_goes_through_the_proxy_where_one_of_qgis_itself_does(settings, server, proxy, bring, monkeypatch):
    def fill(value):
        return [fill(text) for text in value] if isinstance(value, list) else str(value).replace("<server>", server.url)

    use(proxy, **{name: value if isinstance(value, bool) else fill(value) for name, value in settings.items()})
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask_as_qgis(f"{server.url}/file")
    of_qgis = list(proxy.targets)
    assert bring(f"{server.url}/file") == "hello"
    assert proxy.targets == of_qgis * 2


def test_the_system_proxy_is_the_one_that_qgis_uses(server, proxy, bring, monkeypatch):
    use(proxy, "DefaultProxy", proxyHost="127.0.0.1", proxyPort="9")
    monkeypatch.setenv("http_proxy", proxy.url)
    assert ask_as_qgis(server.url)
    assert bring(server.url) == "hello"
    assert len(proxy.targets) == 2


@pytest.mark.parametrize("name", ["HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_the_system_proxy_may_have_a_name_that_only_command_line_tools_know(name, server, proxy, bring, monkeypatch):
    use(proxy, "DefaultProxy", proxyHost="", proxyPort="")
    monkeypatch.setenv(name, proxy.url)
    assert bring(server.url) == "hello"
    assert len(proxy.targets) == 1


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_where_qgis_says_nothing_the_environment_names_the_proxy(name, server, proxy, bring, monkeypatch):
    monkeypatch.setenv(name, proxy.url)
    assert bring(server.url) == "hello"
    assert len(proxy.targets) == 1
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert bring(server.url) == "hello"
    assert len(proxy.targets) == 1


def test_qgis_s_proxy_wins_over_the_environment(server, proxy, bring, monkeypatch):
    use(proxy)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    assert bring(server.url) == "hello"
    assert len(proxy.targets) == 1


@pytest.mark.parametrize("password", ["secret", "p@ss:w/rd %41?#"])
def test_user_and_password_are_told_to_the_proxy_and_to_nobody_else(password, server, bring):
    with Proxy("me@polar.org", password) as proxy:
        use(proxy, proxyUser="me@polar.org", proxyPassword=password)
        assert bring(server.url) == "hello"
        assert [request.status for request in proxy.passed] == [200]
    assert "Proxy-Authorization" not in server.requests[0][1]


def test_the_proxy_s_login_may_be_an_authentication_configuration(server, bring):
    manager = QgsApplication.authManager()
    assert manager.setMasterPassword("a master's password", True)
    configuration = QgsAuthMethodConfig("Basic")
    configuration.setName("proxy")
    configuration.setConfig("username", "me")
    configuration.setConfig("password", "secret")
    stored = manager.storeAuthenticationConfig(configuration)
    assert stored if isinstance(stored, bool) else stored[0]
    try:
        with Proxy("me", "secret") as proxy:
            use(proxy, authcfg=configuration.id())
            assert bring(server.url) == "hello"
            assert proxy.passed[0].status == 200
    finally:
        manager.removeAuthenticationConfig(configuration.id())


def test_a_server_that_sends_on_past_the_proxy_learns_no_password(server, bring):
    onward = server.url.replace("127.0.0.1", "localhost")
    with Proxy("me", "secret") as proxy, OddServer(answer(b"", "302 Found", Location=onward)) as first:
        use(proxy, proxyUser="me", proxyPassword="secret", noProxyUrls=["http://localhost"])
        assert bring(first.url) == "hello"
        assert proxy.targets == [first.url.partition("//")[2]]
    assert "Proxy-Authorization" not in server.requests[0][1]


def test_a_server_that_sends_on_leads_back_into_the_proxy(server, proxy, bring):
    with OddServer(answer(b"", "302 Found", Location=server.url)) as first:
        use(proxy, noProxyUrls=[first.url])
        assert bring(first.url) == "hello"
    assert proxy.targets == [server.url.partition("//")[2]]


# What the user reads


def test_a_proxy_that_is_not_there_is_named(server, proxy, sentence):
    use(proxy, proxyPort="9")
    host = server.url.partition("//")[2]
    assert sentence(server.url) == (
        f"{host} cannot be reached, because the proxy 127.0.0.1:9 cannot be reached (the connection is refused): "
        f"check {OPTIONS}."
    )


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_whose_name_is_unknown_is_named(scheme, proxy, sentence):
    use(proxy, proxyHost="proxy.invalid", proxyPort="3128")
    assert sentence(f"{scheme}://data.example.org") == (
        "data.example.org cannot be reached, because the proxy proxy.invalid:3128 cannot be reached "
        f"(its name is not known to the network): check {OPTIONS}."
    )


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("login", "words"),
    [
        ({}, "wants a user name and password"),
        ({"proxyUser": "me", "proxyPassword": "wrong"}, "does not accept the user name and password"),
    ],
)
def test_a_wrong_password_for_the_proxy_is_told(scheme, login, words, sentence):
    with Proxy("me", "secret") as proxy:
        use(proxy, **login)
        assert sentence(f"{scheme}://data.example.org") == (
            f"data.example.org cannot be reached, because the proxy {proxy.name} {words} "
            f"(407 Proxy Authentication Required): check user and password in {OPTIONS}."
        )


def test_an_authentication_configuration_that_cannot_be_opened_is_named(sentence):
    with Proxy("me", "secret") as proxy:
        use(proxy, authcfg="abc1234")
        words = sentence("https://data.example.org")
    assert "wants a user name and password" in words
    assert "whose authentication configuration abc1234 cannot be opened" in words
    assert "QGIS_AUTH_PASSWORD_FILE" in words


def test_a_proxy_that_lets_nothing_through_is_named(sentence):
    with Proxy(mode="refuses") as proxy:
        use(proxy)
        assert sentence("https://data.example.org") == (
            f"data.example.org cannot be reached, because the proxy {proxy.name} does not let the request through "
            f"(403 Forbidden): check {OPTIONS}, or ask whoever runs the proxy."
        )


def test_a_proxy_that_cannot_reach_the_server_is_named(proxy, sentence):
    use(proxy)
    assert sentence("https://127.0.0.1:9/file") == (
        f"127.0.0.1:9 cannot be reached by the proxy {proxy.name} (502 Bad Gateway): "
        f"try again later, or check {OPTIONS}."
    )


def test_a_silent_proxy_is_named_after_qgis_s_time_out(sentence):
    QgsNetworkAccessManager.setTimeout(500)
    with Proxy(mode="silent") as proxy:
        use(proxy)
        began = time.monotonic()
        words = sentence("https://data.example.org")
        assert time.monotonic() - began < 5
    # urllib3 1 takes it for a proxy that cannot be reached.
    silent, unreachable = f"sent nothing through the proxy {proxy.name} in time", f"the proxy {proxy.name} cannot be"
    assert silent in words or f"{unreachable} reached (no connection within 0.5 s)" in words
    assert f"check {OPTIONS}" in words


def test_the_advice_names_the_environment_where_that_names_the_proxy(sentence, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@127.0.0.1:9")
    words = sentence("https://data.example.org")
    assert "the proxy 127.0.0.1:9 cannot be reached" in words
    assert "check the environment variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY, or the proxy in QGIS" in words
    assert "secret" not in words


@pytest.mark.skipif(find_spec("socks") is not None, reason="PySocks is installed here")
def test_a_socks_proxy_without_pysocks_is_told_when_it_is_needed(proxy, server, sentence, bring):
    use(proxy, "Socks5Proxy", proxyUser="me", proxyPassword="secret", noProxyUrls=[server.url])
    assert bring(server.url) == "hello"
    assert sentence("https://data.example.org") == (
        f"data.example.org cannot be asked, because the proxy is set to 'socks5h://me:***@{proxy.name}', a SOCKS "
        "proxy, for which the Python package PySocks is missing: install it, or choose another proxy in "
        f"{OPTIONS}."
    )


# Time-out


@pytest.mark.parametrize(
    ("milliseconds", "connect", "read"), [(60_000, 10, 190), (5_000, 5, 190), (300_000, 300, 300), (0, 10, 190)]
)
def test_the_time_out_limits_connections_and_never_shortens_the_wait_for_an_answer(milliseconds, connect, read):
    from xopr_crossovers.core.web.session import patience_of

    QgsNetworkAccessManager.setTimeout(milliseconds)
    patience = patience_of(network.session(), Patience(connect_timeout=10, read_timeout=190))
    assert (patience.connect_timeout, patience.read_timeout) == (connect, read)


# Trust


@contextlib.contextmanager
def trusted_by_qgis(authority):
    """Add an authority to those of QGIS, as its certificate manager does."""
    manager = QgsApplication.authManager()
    certificate = first_of(authority.path)
    manager.storeCertAuthority(certificate)
    _rebuild()
    try:
        yield certificate
    finally:
        manager.removeCertTrustPolicy(certificate)
        manager.removeCertAuthority(certificate)
        _rebuild()


def _rebuild():
    manager = QgsApplication.authManager()
    manager.rebuildCaCertsCache()
    manager.rebuildCertTrustCache()
    manager.rebuildTrustedCaCertsCache()


@contextlib.contextmanager
def accepted_in_qgis(certificate, address, **settings):
    """Store an exception for a server, as QGIS does where a user accepts its certificate."""
    manager = QgsApplication.authManager()
    server = QgsAuthConfigSslServer()
    server.setSslCertificate(certificate)
    server.setSslHostPort(address)
    if "errors" in settings:
        server.setSslIgnoredErrorEnums(settings["errors"])
    if "verify" in settings:
        server.setSslPeerVerifyMode(settings["verify"])
    assert manager.storeSslCertCustomConfig(server)
    try:
        yield
    finally:
        manager.removeSslCertCustomConfig(QgsAuthCertUtils.shaHexForCert(certificate), address)


def every_one_of(path):
    return QSslCertificate.fromData(Path(path).read_bytes())


def first_of(path):
    return every_one_of(path)[0]


UNKNOWN = [QSslError.SslError.SelfSignedCertificateInChain, QSslError.SslError.CertificateUntrusted]


@pytest.mark.parametrize("through_proxy", [False, True])
def test_a_server_that_nobody_vouches_for_is_refused_and_the_advice_names_the_place(
    through_proxy, authority, sentence, proxy
):
    if through_proxy:
        use(proxy)
    with HttpsServer(authority.certificate("plain")) as server:
        words = sentence(server.url)
        assert words.startswith(f"{server.address} cannot be trusted, because nobody known vouches for its certificate")
        assert words.endswith("in QGIS (Settings > Options > Authentication > Manage Certificates).")
        assert server.requests == []


@pytest.mark.parametrize("through_proxy", [False, True])
def test_an_authority_of_qgis_is_trusted_also_through_a_proxy(through_proxy, authority, bring, proxy, sentence):
    if through_proxy:
        use(proxy)
    with HttpsServer(authority.certificate("trusted")) as server, trusted_by_qgis(authority):
        assert bring(server.url) == "hello"
        assert proxy.targets == ([server.address] if through_proxy else [])


def test_an_authority_that_the_user_distrusts_is_not_trusted_whoever_else_names_it(authority, sentence, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.path))
    with HttpsServer(authority.certificate("distrusted")) as server, trusted_by_qgis(authority) as certificate:
        QgsApplication.authManager().storeCertTrustPolicy(certificate, QgsAuthCertUtils.CertTrustPolicy.Untrusted)
        _rebuild()
        assert "cannot be trusted" in sentence(server.url)


def test_an_authority_of_the_environment_is_trusted_too(authority, bring, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.path))
    with HttpsServer(authority.certificate("environment")) as server:
        assert bring(server.url) == "hello"


def test_the_known_authorities_stay_trusted():
    adapter = network.session().get_adapter("https://cmr.earthdata.nasa.gov/")
    assert isinstance(adapter, network._TrustAdapter)
    held = {certificate.toPem().data() for certificate in every_one_of(adapter._authorities)}
    known = every_one_of(requests.certs.where())
    distrusted = {certificate.toPem().data() for certificate in QgsApplication.authManager().untrustedCaCerts()}
    assert {certificate.toPem().data() for certificate in known} - distrusted <= held
    assert len(known) > 50


@pytest.mark.parametrize("through_proxy", [False, True])
def test_an_expired_certificate_is_told_as_such(through_proxy, authority, sentence, proxy):
    if through_proxy:
        use(proxy)
    with HttpsServer(authority.certificate("expired", days=None)) as server, trusted_by_qgis(authority):
        assert sentence(server.url) == (
            f"{server.address} cannot be trusted, because its certificate has expired: check this machine's date and "
            "time; if they are right, tell whoever runs that server."
        )


def test_a_certificate_for_another_name_is_told_as_such(authority, sentence):
    certificate = authority.certificate("other", for_host="DNS:data.example.org")
    with HttpsServer(certificate) as server, trusted_by_qgis(authority):
        assert sentence(server.url) == (
            f"{server.address} cannot be trusted, because its certificate is made out to another name: "
            "check the address."
        )


@pytest.mark.parametrize("through_proxy", [False, True])
@pytest.mark.parametrize("settings", [{"errors": UNKNOWN}, {"verify": QSslSocket.PeerVerifyMode.VerifyNone}], ids=list)
def test_a_server_that_the_user_accepted_in_qgis_is_accepted(settings, through_proxy, authority, bring, proxy):
    if through_proxy:
        use(proxy)
    certificate = authority.certificate("accepted", for_host="DNS:data.example.org")
    with (
        HttpsServer(certificate) as server,
        accepted_in_qgis(first_of(certificate), server.address, **settings),
    ):
        assert bring(server.url) == "hello"


def test_settings_of_a_server_that_accept_nothing_are_no_exception(authority, sentence):
    certificate = authority.certificate("checked")
    with HttpsServer(certificate) as server, accepted_in_qgis(first_of(certificate), server.address):
        assert "cannot be trusted" in sentence(server.url)


@pytest.mark.parametrize("through_proxy", [False, True])
def test_the_exception_holds_for_that_certificate_only(through_proxy, authority, sentence, proxy):
    if through_proxy:
        use(proxy)
    accepted, shown = authority.certificate("one"), authority.certificate("another")
    with HttpsServer(shown) as server, accepted_in_qgis(first_of(accepted), server.address, errors=UNKNOWN):
        words = sentence(server.url)
        assert words.startswith(f"{server.address} cannot be trusted, because it has another certificate than was acc")
        assert server.requests == []


def test_the_exception_does_not_go_along_to_where_that_server_sends_on(authority, sentence):
    certificate = authority.certificate("sender")
    with HttpsServer(certificate) as target, HttpsServer(certificate, Location=target.url) as server:
        with accepted_in_qgis(first_of(certificate), server.address, errors=UNKNOWN):
            assert "cannot be trusted" in sentence(server.url)
        assert len(server.requests) == 1
        assert target.requests == []
