"""The stand-in of the Earthdata login behaves as NASA's egress app does, and sees every secret that goes astray."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
import requests

from standin import Earthdata, Fault, StandIn

NAME = "ATL06_20240106042207_02932211_007_01.h5"
BODY = b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 8


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    (folder / NAME).write_bytes(BODY)
    with Earthdata(folder) as running:
        yield running


@pytest.fixture
def nasa(archive):
    archive.requests.clear()
    yield archive
    archive.faults.clear()
    archive.link_seconds = 3600.0


@pytest.fixture
def session():
    with requests.Session() as one:
        one.trust_env = False
        yield one


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def signed(nasa, session):
    """A signed link to the file."""
    return session.get(nasa.link(NAME), headers=bearer(nasa.token), allow_redirects=False).headers["Location"]


def test_a_good_token_leads_to_a_signed_link_and_brings_a_cookie_that_does_without(nasa, session):
    first = session.get(nasa.link(NAME), headers=bearer(nasa.token), allow_redirects=False)
    assert first.status_code == 303
    assert first.headers["Location"].startswith(nasa.urls["storage"])
    again = session.get(nasa.link(NAME))
    assert (again.status_code, again.content) == (200, BODY)
    assert nasa.leaks() == []


def test_without_a_token_the_way_leads_through_the_login_and_back(nasa, session):
    sent = session.get(nasa.link(NAME), allow_redirects=False)
    assert sent.status_code == 302
    assert sent.headers["Location"].startswith(f"{nasa.urls['login']}/oauth/authorize?")
    refused = session.get(sent.headers["Location"])
    assert (refused.status_code, "Basic" in refused.headers["WWW-Authenticate"]) == (401, True)
    assert session.get(sent.headers["Location"], auth=(nasa.user, "wrong")).status_code == 401
    answer = session.get(sent.headers["Location"], auth=(nasa.user, nasa.password))
    assert (answer.status_code, answer.content) == (200, BODY)
    assert [request.host for request in nasa.requests[-4:]] == ["login", "data", "data", "storage"]
    assert nasa.leaks() == []


def test_what_is_no_jwt_counts_as_no_token(nasa, session):
    answer = session.get(nasa.link(NAME), headers=bearer("abc"), allow_redirects=False)
    assert answer.status_code == 302


def test_a_client_that_is_no_known_tool_sees_the_login_page(nasa, session):
    answer = session.get(nasa.link(NAME), headers={"User-Agent": "Mozilla/5.0 QGIS/34000"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"Earthdata Login" in answer.content


@pytest.mark.parametrize("agent", ["curl/7.88", "Wget/1.21", "aria2/1.36", "python-requests/2"])
def test_tools_are_asked_for_a_password(nasa, session, agent):
    assert session.get(nasa.link(NAME), headers={"User-Agent": agent}).status_code == 401


def test_an_expired_token_is_refused_in_json(nasa, session):
    answer = session.get(nasa.link(NAME), headers=bearer(nasa.expired_token), allow_redirects=False)
    assert (answer.status_code, answer.json()["error_description"]) == (401, "Token has expired")


def test_a_licence_not_accepted_is_refused_with_the_address_to_accept_it(nasa, session):
    nasa.faults.append(Fault("licence", host="data"))
    answer = session.get(nasa.link(NAME), headers=bearer(nasa.token))
    assert answer.status_code == 403
    assert answer.json()["resolution_url"].startswith(nasa.urls["login"])


def test_a_file_that_is_gone_is_a_page_with_404(nasa, session):
    answer = session.get(nasa.link("gone.h5"), headers=bearer(nasa.token))
    assert (answer.status_code, "html" in answer.headers["Content-Type"]) == (404, True)


def test_a_signed_link_is_good_for_get_alone_and_only_as_it_was_signed(nasa, session):
    link = signed(nasa, session)
    assert session.get(link).content == BODY
    assert session.head(link).status_code == 403
    assert session.get(link.replace("Expires=1", "Expires=9")).status_code == 403
    assert session.get(link, headers=bearer("a.b.c")).status_code == 400


def test_a_signed_link_expires(nasa, session):
    nasa.link_seconds = 0.05
    link = signed(nasa, session)
    time.sleep(0.1)
    answer = session.get(link)
    assert (answer.status_code, b"<Message>Request has expired</Message>" in answer.content) == (403, True)


@pytest.mark.parametrize(
    ("asked", "status", "body", "piece"),
    [
        ("bytes=0-9", 206, BODY[:10], f"bytes 0-9/{len(BODY)}"),
        ("bytes=100-", 206, BODY[100:], f"bytes 100-{len(BODY) - 1}/{len(BODY)}"),
        ("bytes=-5", 206, BODY[-5:], f"bytes {len(BODY) - 5}-{len(BODY) - 1}/{len(BODY)}"),
        (f"bytes=0-{10**9}", 206, BODY, f"bytes 0-{len(BODY) - 1}/{len(BODY)}"),
        ("bytes=0-1,4-5", 200, BODY, None),
    ],
)
def test_a_piece_of_a_file_is_sent_as_asked(nasa, session, asked, status, body, piece):
    answer = session.get(signed(nasa, session), headers={"Range": asked})
    assert (answer.status_code, answer.content, answer.headers.get("Content-Range")) == (status, body, piece)


def test_behind_the_end_there_is_no_piece(nasa, session):
    answer = session.get(signed(nasa, session), headers={"Range": f"bytes={len(BODY)}-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(BODY)}")


def test_a_file_that_changed_is_sent_whole_or_not_at_all(nasa, session):
    link = signed(nasa, session)
    asked = {"Range": "bytes=0-9"}
    assert session.get(link, headers={**asked, "If-Range": '"other"'}).status_code == 200
    assert session.get(link, headers={**asked, "If-Match": '"other"'}).status_code == 412
    etag = session.get(link).headers["ETag"]
    assert session.get(link, headers={**asked, "If-Range": etag}).status_code == 206


def test_a_storage_may_ignore_ranges(nasa, session):
    nasa.faults.append(Fault("no_ranges", host="storage"))
    answer = session.get(signed(nasa, session), headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.content) == (200, BODY)


def test_faults_strike_the_host_that_they_name(nasa, session):
    nasa.faults += [Fault("status", host="storage", status=429, retry_after=3, times=1)]
    link = signed(nasa, session)
    refused = session.get(link)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3")
    assert session.get(link).status_code == 200


@pytest.mark.parametrize("kind", ["cut", "reset"])
def test_a_body_may_end_before_it_is_whole(nasa, session, kind):
    nasa.faults.append(Fault(kind, host="storage", keep=0.5))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        session.get(signed(nasa, session))
    assert nasa.to("storage")[0].n_bytes == len(BODY) // 2


def test_an_answer_may_be_late(nasa, session):
    nasa.faults.append(Fault("delay", host="data", seconds=0.1))
    started = time.monotonic()
    signed(nasa, session)
    assert time.monotonic() - started >= 0.1


def test_secrets_told_to_another_host_are_seen(nasa, session):
    nasa.faults.append(Fault("astray", host="data"))
    session.get(nasa.link(NAME), headers=bearer(nasa.token))
    assert nasa.leaks() == []
    assert [request.host for request in nasa.requests] == ["data", "stranger"]
    elsewhere = nasa.urls["stranger"] + f"/{NAME}"
    session.get(elsewhere, headers=bearer(nasa.token))
    session.get(elsewhere, auth=(nasa.user, nasa.password))
    session.get(elsewhere, headers={"Cookie": f"asf-urs={nasa.session}"})
    session.get(nasa.link(NAME), params={"token": nasa.token})
    assert nasa.leaks() == [
        ("stranger", "authorization"),
        ("stranger", "authorization"),
        ("stranger", "cookie"),
        ("data", "target"),
    ]


def test_the_records_of_cmr_can_lead_to_it(nasa):
    with StandIn(cycles=[22], regions=[11], archive=nasa.url) as cmr:
        asked = {"provider": "NSIDC_CPRD", "short_name": "ATL06", "version": "007", "page_size": 1}
        (item,) = requests.get(cmr.search_url, params=asked, timeout=20).json()["items"]
    (link,) = [one["URL"] for one in item["umm"]["RelatedUrls"] if one["Type"] == "GET DATA"]
    assert link.startswith(f"{nasa.url}/nsidc-cumulus-prod-protected/ATLAS/ATL06/007/")


def test_it_runs_from_the_shell_beside_cmr(nasa, repository):
    command = [sys.executable, "-m", "standin", "--earthdata", str(nasa.files)]
    path = f"{repository / 'tests'}:{repository / '.venv' / 'plugins'}"
    with subprocess.Popen(command, env={"PYTHONPATH": path}, stdout=subprocess.PIPE, text=True) as running:
        said = [running.stdout.readline().split(" ", 1) for _ in range(6)]
        running.terminate()
    assert [line[0] for line in said[1:]] == ["urls", "user", "password", "token", "expired_token"]
