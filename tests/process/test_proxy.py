"""The network of ``qgis_process``: through the proxy that QGIS's settings name, or the environment, or neither."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import pyogrio
import pytest
from qgis.core import QgsApplication, QgsAuthMethodConfig

from certificates import Authority, HttpsServer
from proxy import Proxy
from standin import StandIn

BOX = "-105,-104,-76,-75 [EPSG:4326]"
OPTIONS = "QGIS (Settings > Options > Network)"
MASTER_PASSWORD = "a master's password"  # noqa: S105 (of a test's own database)
# Nothing listens on the discard port.
NOBODY = "http://127.0.0.1:9"

# Each case: the settings of QGIS, the environment, the server. <host>, <port>, <proxy> are those of the proxy.
PROXY = {"proxyEnabled": "true", "proxyType": "HttpProxy", "proxyHost": "<host>", "proxyPort": "<port>"}
LOGIN = {"proxyUser": "me", "proxyPassword": "secret word"}
AGENT = {"networkAndProxy\\userAgent": "Polar Institute"}
CASES = {
    "QGIS's proxy": ({"proxy": {**PROXY, **LOGIN}, "qgis": AGENT}, {"HTTP_PROXY": NOBODY}),
    "QGIS's proxy, its login in the authentication database": ({"proxy": {**PROXY, "authcfg": "<authcfg>"}}, {}),
    "a wrong password": ({"proxy": {**PROXY, **LOGIN, "proxyPassword": "wrong"}}, {}),
    "an exclusion": ({"proxy": {**PROXY, "noProxyUrls": "http://127.0.0.1"}}, {}),
    "no such proxy": ({"proxy": {**PROXY, "proxyPort": "9"}, "qgis": {"networkAndProxy\\networkTimeout": "2000"}}, {}),
    "the system's proxy": ({"proxy": {"proxyEnabled": "true", "proxyType": "DefaultProxy"}}, {"http_proxy": "<proxy>"}),
    "QGIS says: no proxy": ({"proxy": {"proxyEnabled": "false"}}, {"HTTP_PROXY": NOBODY}),
    "QGIS says nothing": ({}, {"HTTP_PROXY": "<proxy>"}),
    "QGIS says nothing, the environment excludes": ({}, {"HTTP_PROXY": NOBODY, "NO_PROXY": "127.0.0.1"}),
}


@pytest.fixture(scope="module")
def make_profile(tmp_path_factory):
    """Make a folder of profiles for ``.venv/bin/qgis_process`` with these settings, as text by group and key."""

    def make(settings):
        folder = tmp_path_factory.mktemp("profiles")
        ini = folder / "profiles" / "default" / "QGIS" / "QGIS3.ini"
        ini.parent.mkdir(parents=True)
        groups = {"PythonPlugins": {"xopr_crossovers": "true"}, **settings}
        lines = [
            line for group, keys in groups.items() for line in (f"[{group}]", *(f"{k}={v}" for k, v in keys.items()))
        ]
        ini.write_text("\n".join(lines) + "\n")
        return folder

    return make


@pytest.fixture(scope="module")
def stored_login(qgis_app, tmp_path_factory):
    """The login as an authentication configuration: its id, the database, and the file of the master password."""
    manager = QgsApplication.authManager()
    assert manager.setMasterPassword(MASTER_PASSWORD, True)
    configuration = QgsAuthMethodConfig("Basic")
    configuration.setName("proxy")
    configuration.setConfig("username", LOGIN["proxyUser"])
    configuration.setConfig("password", LOGIN["proxyPassword"])
    manager.storeAuthenticationConfig(configuration)
    folder = tmp_path_factory.mktemp("login")
    shutil.copy(QgsApplication.qgisAuthDatabaseFilePath(), folder / "qgis-auth.db")
    (folder / "password").write_text(MASTER_PASSWORD)
    yield configuration.id(), folder / "qgis-auth.db", folder / "password"
    manager.removeAuthenticationConfig(configuration.id())


@pytest.fixture(scope="module")
def rans(qgis_process, make_profile, stored_login, tmp_path_factory):
    """How each case ended: the run, the proxy, the server that was searched, the file; two processes at a time."""

    def run(case):
        settings, environment = CASES[case]
        login = (LOGIN["proxyUser"], LOGIN["proxyPassword"]) if settings.get("proxy", {}).get("proxyHost") else ()
        with Proxy(*login) as proxy, StandIn(cycles=[22], regions=[10, 12]) as server:
            authcfg, database, password = stored_login

            def fill(text):
                for name in ("host", "port"):
                    text = text.replace(f"<{name}>", str(getattr(proxy, name)))
                return text.replace("<proxy>", proxy.url).replace("<authcfg>", authcfg)

            profile = make_profile({g: {k: fill(v) for k, v in keys.items()} for g, keys in settings.items()})
            environment = {name: fill(value) for name, value in environment.items()}
            if "authcfg" in settings.get("proxy", {}):
                shutil.copy(database, profile / "profiles" / "default")
                environment["QGIS_AUTH_PASSWORD_FILE"] = str(password)
            environment |= {"XOPR_QGIS_PROFILES": str(profile), "XOPR_CMR_URL": server.url}
            environment["XOPR_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
            file = tmp_path_factory.mktemp("out") / "granules.gpkg"
            ran = qgis_process("xopr:querygranules", environment=environment, EXTENT=BOX, GRANULES=file)
            return ran, proxy, server, file

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(CASES, pool.map(run, CASES)))


@pytest.mark.parametrize(
    "case",
    [
        "QGIS's proxy",
        "QGIS's proxy, its login in the authentication database",
        "the system's proxy",
        "QGIS says nothing",
    ],
)
def test_the_whole_search_goes_through_the_proxy(rans, case):
    ran, proxy, server, file = rans[case]
    assert ran.code == 0, ran.log
    assert set(proxy.targets) == {server.url.partition("//")[2]}
    assert len(proxy.passed) == len(proxy.targets) == len(server.requests) > 0
    assert pyogrio.read_info(file, layer=file.stem)["features"] > 0


@pytest.mark.parametrize("case", ["an exclusion", "QGIS says: no proxy", "QGIS says nothing, the environment excludes"])
def test_the_whole_search_goes_past_the_proxy(rans, case):
    ran, proxy, server, file = rans[case]
    assert ran.code == 0, ran.log
    assert proxy.passed == []
    assert len(server.requests) > 0
    assert pyogrio.read_info(file, layer=file.stem)["features"] > 0


def test_the_user_agent_of_the_settings_is_sent(rans):
    server = rans["QGIS's proxy"][2]
    assert all(request.headers["user-agent"].startswith("Polar Institute QGIS/") for request in server.requests)


def test_the_password_reaches_the_proxy_and_no_server_and_no_log(rans):
    ran, _, server, _ = rans["QGIS's proxy"]
    assert not any("proxy-authorization" in request.headers for request in server.requests)
    assert LOGIN["proxyPassword"] not in ran.log


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (
            "a wrong password",
            "<server> cannot be reached, because the proxy <proxy> does not accept the user name and password "
            f"(407 Proxy Authentication Required): check user and password in {OPTIONS}.",
        ),
        (
            "no such proxy",
            "<server> cannot be reached, because the proxy 127.0.0.1:9 cannot be reached (the connection is refused), "
            f"and 3 tries did not help: check {OPTIONS}.",
        ),
    ],
)
def test_a_proxy_that_fails_is_told_in_one_sentence(rans, case, sentence):
    ran, proxy, server, file = rans[case]
    sentence = sentence.replace("<server>", server.url.partition("//")[2]).replace("<proxy>", proxy.name)
    assert ran.code == 1
    assert sentence in ran.errors
    assert "Traceback" not in ran.log
    assert server.requests == []
    assert not file.exists()


@pytest.mark.parametrize("trusted", [True, False])
def test_a_catalog_over_https_needs_a_certificate_that_somebody_known_vouches_for(
    trusted, qgis_process, make_profile, catalog, tmp_path
):
    body = next(catalog.rglob("*.parquet")).read_bytes()
    authority = Authority(tmp_path)
    file = tmp_path / "frames.gpkg"
    with Proxy() as proxy, HttpsServer(authority.certificate("server"), body) as server:
        place = {"<host>": proxy.host, "<port>": str(proxy.port)}
        environment = {
            "XOPR_QGIS_PROFILES": str(make_profile({"proxy": {key: place.get(v, v) for key, v in PROXY.items()}})),
            **({"REQUESTS_CA_BUNDLE": str(authority.path)} if trusted else {}),
        }
        url = f"{server.url}/stac.parquet"
        ran = qgis_process("xopr:loadcatalog", environment=environment, CATALOG=url, FRAMES=file)
        assert ran.code == (0 if trusted else 1), ran.log
        assert proxy.targets == [server.address]
    if trusted:
        assert pyogrio.read_info(file, layer=file.stem)["features"] > 0
    else:
        assert f"{server.address} cannot be trusted, because nobody known vouches for its certificate" in ran.errors
        assert "in QGIS (Settings > Options > Authentication > Manage Certificates)." in ran.errors
        assert not file.exists()
