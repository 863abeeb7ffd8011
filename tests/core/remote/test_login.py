"""Where a login comes from, in which order, and that it reaches no host but its own."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
import requests

from odd_server import OddServer, answer
from standin import Fault
from xopr_crossovers.core.altimetry import heights_near
from xopr_crossovers.core.common import DownloadError, InputError, LoginError
from xopr_crossovers.core.remote import Access, Login, find_login, open_hdf5
from xopr_crossovers.core.remote.login import login_url, may_have_token


def write_netrc(text, name=".netrc"):
    path = Path.home() / name
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_the_users_choice_goes_before_the_token_and_that_before_netrc(nasa, archive, windows, monkeypatch):
    link = nasa.link(archive[1].name)
    write_netrc(nasa.netrc())
    monkeypatch.setenv("EARTHDATA_TOKEN", nasa.expired_token)
    assert find_login().token == nasa.expired_token
    chosen = Access(login=Login(user=nasa.user, password=nasa.password, source="AUTHCFG"))
    assert heights_near(link, windows, 500.0, access=chosen)["gt2r"].n_near > 10
    with pytest.raises(DownloadError, match="does not accept the token of the environment variable EARTHDATA_TOKEN"):
        heights_near(link, windows, 501.0, access=Access())
    monkeypatch.delenv("EARTHDATA_TOKEN")
    assert find_login() == Login(user=nasa.user, password=nasa.password, source=str(Path.home() / ".netrc"))
    assert heights_near(link, windows, 502.0, access=Access())["gt2r"].n_near > 10


@pytest.mark.parametrize("name", [".netrc", "_netrc"])
def test_of_netrc_only_the_login_hosts_entry_is_taken_and_never_the_default(name):
    entry = "machine other.example login a password b\ndefault login c password d\n"
    write_netrc(entry, name)
    assert find_login() is None
    write_netrc("machine urs.earthdata.nasa.gov login me password mine\n" + entry, name)
    assert (find_login().user, find_login().password) == ("me", "mine")


def test_a_netrc_may_be_elsewhere(tmp_path, monkeypatch):
    elsewhere = tmp_path / "logins"
    elsewhere.write_text("machine urs.earthdata.nasa.gov login me password mine\n")
    monkeypatch.setenv("NETRC", str(elsewhere))
    assert find_login().source == str(elsewhere)


def test_a_netrc_that_cannot_be_read_is_one_sentence_without_what_is_in_it():
    path = write_netrc("machine urs.earthdata.nasa.gov login me passwort geheim\n")
    # As a login that is refused, it ends the run at once: it is the same for all granules.
    with pytest.raises(LoginError, match="cannot be read, line 1: mend it") as told:
        find_login()
    assert str(path) in str(told.value)
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize(
    "spelling", [" {} \n", "{}\r\n", '"{}"', "'{}'", "Bearer {}", "bearer  {}", '"Bearer {}"', "{begin}\n  {end}"]
)
def test_a_token_is_understood_however_it_was_copied(nasa, monkeypatch, spelling):
    token = nasa.token
    monkeypatch.setenv("EARTHDATA_TOKEN", spelling.format(token, begin=token[:30], end=token[30:]))
    assert find_login().token == token


@pytest.mark.parametrize("text", ["äöü€" * 5, "<token>", '""', "Bearer ", "$(cat token.txt)"])
def test_what_is_no_token_is_one_sentence_without_it(monkeypatch, text):
    monkeypatch.setenv("EARTHDATA_TOKEN", text)
    with pytest.raises(LoginError, match=r"EARTHDATA_TOKEN holds no token, .*: make a new one at https://urs") as told:
        find_login()
    assert text not in str(told.value) or text == '""'


def test_a_login_is_not_shown_where_it_is_printed():
    shown = repr(Login("abcdef", "somebody", "geheim", "AUTHCFG"))
    assert shown == "Login(source='AUTHCFG')"


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://data.nsidc.earthdatacloud.nasa.gov/x", True),
        ("http://data.nsidc.earthdatacloud.nasa.gov/x", False),
        ("https://nasa.gov.example.org/x", False),
        ("https://fakenasa.gov/x", False),
        ("http://127.0.0.1:1/x", True),
        ("https://data.cresis.ku.edu/x", False),
    ],
)
def test_a_token_is_for_nasas_hosts_over_https(url, may, monkeypatch):
    assert may_have_token(url) == may
    monkeypatch.setenv("EARTHDATA_HOSTS", "mirror.example.org, other.example.org")
    assert may_have_token("https://mirror.example.org/x")


def test_the_login_host_is_nasas_unless_a_mirror_is_named(monkeypatch):
    monkeypatch.delenv("XOPR_LOGIN_URL", raising=False)
    assert login_url() == "https://urs.earthdata.nasa.gov"
    monkeypatch.setenv("XOPR_LOGIN_URL", "urs")
    with pytest.raises(InputError, match="XOPR_LOGIN_URL is 'urs', which is no address"):
        login_url()


# --- four hosts ---


def logins(nasa):
    return {
        "token": Login(token=nasa.token, source="t"),
        "password": Login(user=nasa.user, password=nasa.password, source="p"),
        "expired": Login(token=nasa.expired_token, source="e"),
        "wrong password": Login("", nasa.user, "wrong", "w"),
    }


@pytest.mark.parametrize("kind", ["token", "password", "expired", "wrong password"])
@pytest.mark.parametrize("astray", [False, True])
def test_no_secret_reaches_a_host_that_it_is_not_for(nasa, archive, windows, monkeypatch, kind, astray):
    if astray:
        nasa.faults.append(Fault("astray", host="data"))
    # Even a host that may have a token is not told it where another sends on to it.
    monkeypatch.setenv("EARTHDATA_HOSTS", "127.0.0.1 127.0.0.2, 127.0.0.3 127.0.0.4")
    # A default entry and a session that would send it: requests of itself tells every host the password.
    write_netrc(f"{nasa.netrc()}default login {nasa.user} password {nasa.password}\n")
    session = requests.Session()
    access = Access(session, logins(nasa)[kind])
    for _ in range(2):
        try:
            heights_near(nasa.link(archive[1].name), windows, 300.0, access=access)
        except DownloadError:
            assert kind in ("expired", "wrong password")
    asked = {request.host for request in nasa.requests}
    assert "data" in asked
    assert ("stranger" in asked) == (astray and kind in ("token", "password"))
    assert nasa.leaks() == []
    assert len(session.cookies) == 0


def test_a_good_login_is_told_once_and_the_cookie_opens_all_other_granules(nasa, archive, windows):
    access = Access(login=logins(nasa)["password"])
    for distance in (300.0, 301.0, 302.0):
        heights_near(nasa.link(archive[1].name), windows, distance, access=access)
    assert len(nasa.to("login")) == 1
    basic = base64.b64encode(f"{nasa.user}:{nasa.password}".encode()).decode()
    assert nasa.to("login")[0].authorization == f"Basic {basic}"
    assert {request.authorization for request in nasa.to("data") + nasa.to("storage")} == {""}


def test_of_several_cookies_each_goes_back_to_its_host_and_what_is_said_of_it_does_not():
    first = answer(
        status="302 Found",
        Location="/again",
        Set_Cookie="a=1==; Path=/; Expires=Wed, 21 Oct 2099 07:28:00 GMT; HttpOnly, b=x/y; Path=/",
    )
    with OddServer(first, answer(b"no", "404 Not Found")) as server, pytest.raises(DownloadError):
        open_hdf5(f"{server.url}/x.h5")
    assert server.requests[1][1]["Cookie"] == "a=1==; b=x/y"


def test_to_nasas_egress_the_plugin_is_a_program(nasa, archive, windows):
    session = requests.Session()
    session.headers["User-Agent"] = "Mozilla/5.0 QGIS/34000"
    heights_near(nasa.link(archive[1].name), windows, 300.0, access=Access(session, logins(nasa)["password"]))
    assert {request.headers["user-agent"].startswith("python") for request in nasa.requests} == {True}


def test_a_proxy_of_the_environment_is_gone_through(nasa, archive, windows, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(DownloadError, match=r"because the proxy 127\.0\.0\.1:9 cannot be reached"):
        heights_near(nasa.link(archive[1].name), windows, 300.0, access=Access(login=logins(nasa)["token"]))
    assert nasa.requests == []
