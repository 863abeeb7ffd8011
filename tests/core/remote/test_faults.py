"""Everything that can go wrong with a file behind a login is one sentence that says what to do; over real HTTP."""

from __future__ import annotations

import shutil
import time

import h5py
import pytest

from odd_server import OddServer, answer
from standin import Earthdata, Fault
from xopr_crossovers.core.altimetry import heights_near, open_granule
from xopr_crossovers.core.common import CancelledError, DownloadError, InputError, Progress, cache_dir
from xopr_crossovers.core.remote import Access, Login, Rows, open_hdf5
from xopr_crossovers.core.web import Patience

HASTY = Patience(retries=1, backoff=0.01, connect_timeout=2.0, read_timeout=2.0)


class Log(Progress):
    def __init__(self):
        self.infos, self.warnings, self.stop = [], [], False

    def info(self, text):
        self.infos.append(text)

    def warn(self, text):
        self.warnings.append(text)

    def is_cancelled(self):
        return self.stop


def by_token(nasa, token=None):
    return Access(login=Login(token=token or nasa.token, source="EARTHDATA_TOKEN"), patience=HASTY)


def by_password(nasa, password=None):
    return Access(login=Login(user=nasa.user, password=password or nasa.password, source="AUTHCFG"), patience=HASTY)


def problem(link, access, progress=None):
    with pytest.raises((DownloadError, InputError)) as told, open_hdf5(link, access, progress):
        pass
    text = str(told.value)
    assert text.endswith(".")
    assert "\n" not in text
    return text


def host(nasa, name="data"):
    return nasa.urls[name].removeprefix("http://")


# --- logins ---


def test_without_a_login_the_sentence_names_the_three_ways_to_have_one(nasa, archive):
    text = problem(nasa.link(archive[1].name), Access(patience=HASTY))
    assert text.startswith(f"{host(nasa)} asks for an Earthdata login, and there is none: give AUTHCFG")
    assert "EARTHDATA_TOKEN" in text
    assert ".netrc" in text


def test_an_expired_token_is_told_with_the_servers_words(nasa, archive):
    text = problem(nasa.link(archive[1].name), by_token(nasa, nasa.expired_token))
    assert text == (
        f"{host(nasa)} does not accept the token of EARTHDATA_TOKEN (Token has expired): make a new one at "
        f"{nasa.urls['login']} (Generate Token)."
    )


def test_a_wrong_token_is_told(nasa, archive):
    text = problem(nasa.link(archive[1].name), by_token(nasa, "a.b.c"))
    assert f"{host(nasa)} does not accept the token of EARTHDATA_TOKEN (Token is not valid)" in text


def test_a_text_that_is_no_token_is_told(nasa, archive):
    text = problem(nasa.link(archive[1].name), by_token(nasa, "abcdef"))
    assert f"{host(nasa)} does not take the token of EARTHDATA_TOKEN for one: make a new one" in text


def test_a_wrong_password_is_told(nasa, archive):
    text = problem(nasa.link(archive[1].name), by_password(nasa, "wrong"))
    assert text == (
        f"{host(nasa, 'login')} does not accept the user and password of AUTHCFG: check them by logging in at "
        f"{nasa.urls['login']} with a browser."
    )


def test_a_licence_that_was_not_accepted_is_told_with_its_address(nasa, archive):
    nasa.faults.append(Fault("licence", host="data"))
    text = problem(nasa.link(archive[1].name), by_token(nasa))
    assert "only after its licence (EULA) is accepted: open " in text
    assert f"{nasa.urls['login']}/approve_app?client_id=" in text


def test_a_host_that_is_none_of_nasas_is_not_told_the_token_and_that_is_said(archive):
    with Earthdata(archive[0], addresses={"data": "127.0.0.5"}) as nasa:
        # The stand-in sends who has no login on to the login host, as NASA's hosts do.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XOPR_LOGIN_URL", nasa.urls["login"])
            text = problem(nasa.link(archive[1].name), by_token(nasa))
        assert f"{host(nasa)} is none of NASA's hosts and was not told the token" in text
        assert nasa.leaks() == []


# --- files ---


def test_a_granule_that_is_gone_says_to_search_again(nasa):
    text = problem(nasa.link("ATL06_20240108194129_03202211_006_01.h5"), by_token(nasa))
    assert (
        "006_01.h5 is not there any more, mostly because a newer revision took its place: search the granules" in text
    )


def test_a_web_page_in_place_of_the_file_is_told(nasa, archive):
    nasa.faults.append(Fault("login_page", host="data"))
    text = problem(nasa.link(archive[1].name), by_token(nasa))
    assert text.startswith(
        f"A web page came from {host(nasa)} instead of {nasa.link(archive[1].name)}: check the address"
    )


def test_a_file_that_is_cut_off_is_told(tmp_path, archive, monkeypatch):
    folder, granule = archive
    whole = (folder / granule.name).read_bytes()
    (tmp_path / granule.name).write_bytes(whole[: len(whole) // 2])
    sentence = f"is cut off: it should have {len(whole):,} bytes and has {len(whole) // 2:,}; fetch it anew"
    with Earthdata(tmp_path) as nasa:
        monkeypatch.setenv("XOPR_LOGIN_URL", nasa.urls["login"])
        assert sentence in problem(nasa.link(granule.name), by_token(nasa))
    assert sentence in problem(tmp_path / granule.name, None)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty: fetch it anew"),
        (b"lat,lon\n1,2\n" * 100, "is no HDF5 file: give one whose name ends with .h5"),
        (b"<!DOCTYPE html><html>" + b" " * 900, "is a web page and no HDF5 file"),
    ],
)
def test_what_is_no_hdf5_file_is_told(tmp_path, content, sentence):
    path = tmp_path / "x.h5"
    path.write_bytes(content)
    assert sentence in problem(path, None)


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert "x.h5 cannot be read (there is no such file or folder)" in problem(tmp_path / "x.h5", None)


def test_the_address_of_a_bucket_is_told_to_be_of_no_use_here():
    assert "give the https address" in problem("s3://nsidc-cumulus-prod-protected/ATLAS/x.h5", None)


def test_a_file_of_another_product_is_told(tmp_path):
    with h5py.File(tmp_path / "ATL11_x.h5", "w") as file:
        file["pt1/h_corr"] = [1.0]
    with pytest.raises(InputError, match="is no ATL06 granule, as it has none of the groups gt1l to gt3r"):
        open_granule(tmp_path / "ATL11_x.h5")


# --- the way there ---


def test_a_server_without_ranges_gives_the_whole_file_its_size_said_first_and_once(nasa, archive, windows):
    folder, granule = archive
    nasa.faults.append(Fault("no_ranges", host="storage"))
    log, size = Log(), (folder / granule.name).stat().st_size
    first = heights_near(nasa.link(granule.name), windows, 300.0, access=by_token(nasa), progress=log)
    assert log.infos == [
        f"{host(nasa)} gives no pieces of {granule.name}: all of it ({size / 1e6:,.1f} MB) is fetched and kept."
    ]
    assert [path.stat().st_size for path in (cache_dir() / "heights" / "files").iterdir()] == [size]
    # It is not received before that is said.
    assert [request.n_bytes for request in nasa.to("storage")][1:] == [size]
    n_requests = len(nasa.requests)
    again = heights_near(nasa.link(granule.name), windows, 400.0, access=by_token(nasa))
    assert len(nasa.requests) == n_requests
    assert len(again["gt2r"].segments) > len(first["gt2r"].segments) > 10


def test_a_whole_file_that_breaks_off_leaves_nothing(nasa, archive, windows):
    nasa.faults += [Fault("no_ranges", host="storage"), Fault("cut", host="storage", skip=1)]
    with pytest.raises(DownloadError, match="ended the connection before its answer was complete"):
        heights_near(nasa.link(archive[1].name), windows, 300.0, access=by_token(nasa))
    assert list((cache_dir() / "heights" / "files").iterdir()) == []


def test_when_the_signed_link_expires_a_new_one_is_asked_for_and_the_reading_goes_on(nasa, archive, windows):
    link = nasa.link(archive[1].name)
    with open_granule(link, access=by_token(nasa)) as granule:
        before = len(nasa.to("data"))
        nasa.key = "changed"  # all links that were signed until now are refused with 403
        assert granule.beam("gt2r").n_segments == len(archive[1].truth["gt2r"].surface)
        assert len(nasa.to("data")) == before + 1
    assert [request.status for request in nasa.to("storage")].count(403) == 1


def test_eight_threads_whose_link_expires_ask_for_one_new_one(nasa, archive):
    with open_hdf5(nasa.link(archive[1].name), by_token(nasa)) as file:
        fields = ("latitude", "longitude", "h_li", "delta_time")
        wanted = [
            (f"{beam}/land_ice_segments/{name}", [Rows(0, 30_000)]) for beam in ("gt1l", "gt2r") for name in fields
        ]
        assert all(file.has_dataset(path) for path, _ in wanted)
        before = len(nasa.to("data"))
        nasa.key = "changed"
        file.fetch(wanted)
        assert len(nasa.to("data")) == before + 1


def test_a_link_that_is_refused_even_when_it_is_new_ends_in_a_sentence(nasa, archive):
    nasa.link_seconds = -10.0
    text = problem(nasa.link(archive[1].name), by_token(nasa))
    assert f"{host(nasa, 'storage')} does not give out" in text
    assert "though it was sent there" in text
    assert nasa.token not in text


def test_torn_connections_and_busy_servers_are_tried_again(nasa, archive, windows):
    nasa.faults += [
        Fault("reset", host="storage", skip=2, times=1),
        Fault("status", host="storage", skip=6, times=1, status=503),
        Fault("status", host="data", times=1, status=503),
    ]
    log = Log()
    found = heights_near(nasa.link(archive[1].name), windows, 300.0, access=by_token(nasa), progress=log)
    assert len(found["gt2r"].segments) > 10
    assert len([text for text in log.warnings if "trying again" in text]) == 3


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path, archive, monkeypatch):
    folder, granule = archive
    shutil.copy(folder / granule.name, tmp_path)
    with Earthdata(tmp_path) as nasa:
        monkeypatch.setenv("XOPR_LOGIN_URL", nasa.urls["login"])
        with open_granule(nasa.link(granule.name), access=by_token(nasa)) as opened:
            (tmp_path / granule.name).touch()
            with pytest.raises(DownloadError, match="was replaced on its server while it was read: run again"):
                opened.beam("gt2r")


def test_a_server_that_sends_another_piece_is_not_believed(archive):
    body = (archive[0] / archive[1].name).read_bytes()[:1000]
    odd = answer(body, "206 Partial Content", Content_Range="bytes 0-999/5000000")
    with OddServer(odd) as server:
        text = problem(f"{server.url}/x.h5", Access(patience=HASTY))
    assert "sent another piece of" in text


def test_a_server_that_sends_on_and_on_is_given_up():
    with OddServer(answer(status="302 Found", Location="/again")) as server:
        assert "sends on and on" in problem(f"{server.url}/x.h5", Access(patience=HASTY))


def test_nobody_is_followed_to_an_address_that_is_none_of_the_web(tmp_path):
    with OddServer(answer(status="302 Found", Location=f"file://{tmp_path}/x.h5")) as server:
        assert "sends on to an address that is not safe" in problem(f"{server.url}/x.h5", Access(patience=HASTY))


def test_a_reading_stops_within_a_second_of_the_wish(nasa, archive):
    log = Log()
    with open_granule(nasa.link(archive[1].name), access=by_token(nasa), progress=log) as granule:
        nasa.faults.append(Fault("silence", host="storage"))
        log.stop = True
        began = time.monotonic()
        with pytest.raises(CancelledError):
            granule.beam("gt2r")
        assert time.monotonic() - began < 1.0
