"""A file is fetched whole and under its own name, or one sentence says why not."""

from __future__ import annotations

import gzip
import time

import pytest
import requests

from makers import Log
from odd_server import OddServer, answer
from standin import Fault, StandIn
from stopping import StopsAfter
from xopr_crossovers.core.common.errors import CancelledError, DownloadError
from xopr_crossovers.core.web.download import download_file, fetch
from xopr_crossovers.core.web.retries import Patience

HASTE = Patience(read_timeout=0.7, retries=2, backoff=0.01, longest_wait=0.05)
CONTENT = bytes(range(256)) * 1000
PLACE = "hemisphere=south/stac.parquet"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / PLACE).parent.mkdir()
    (folder / PLACE).write_bytes(CONTENT)
    with StandIn(cycles=[22], regions=[11], files=folder) as running:
        yield running


def fault(kind, **settings):
    return Fault(kind, path="/files/", **settings)


def failure(url, folder):
    """The sentence with which a download fails; nothing of it stays."""
    with pytest.raises(DownloadError) as caught:
        download_file(url, folder / "file", patience=HASTE)
    assert list(folder.iterdir()) == []
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_file_is_there_under_its_own_name_as_long_as_it_is_needed(files):
    with fetch(files.files_url + PLACE) as path:
        assert path.name == "stac.parquet"
        assert path.read_bytes() == CONTENT
        assert [other.name for other in path.parent.iterdir()] == ["stac.parquet"]
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/a/b%20c.h5?x=/y", "b_c.h5"),
        ("/", "file"),
        ("/%2e%2e%2fsecret", "secret"),
        ("/a/..", "file"),
        ("/.x", "x"),
    ],
)
def test_no_address_can_choose_a_place_outside_of_the_folder(address, name):
    with OddServer(answer(CONTENT)) as odd, fetch(odd.url + address) as path:
        assert path.name == name
        assert path.read_bytes() == CONTENT
        assert path.parent.name.startswith("xopr-")


def test_a_file_is_gone_after_an_error_of_whoever_uses_it(files):
    with pytest.raises(RuntimeError, match="mine"), fetch(files.files_url + PLACE) as path:
        raise RuntimeError("mine")
    assert not path.parent.exists()


def test_progress_tells_the_part_that_has_come(files):
    files.faults.append(fault("drip", pause=0.05, piece=20_000))
    log = Log()
    with fetch(files.files_url + PLACE, log):
        pass
    assert log.fractions == sorted(log.fractions)
    assert log.fractions[-1] == 1.0
    assert any(0 < done < 1 for done in log.fractions)


def test_a_compressed_file_arrives_as_it_is_meant():
    with OddServer(answer(gzip.compress(CONTENT), Content_Encoding="gzip")) as odd, fetch(f"{odd.url}/a") as path:
        assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("status", "answered 503 (Service Unavailable) and says 'The stand-in was asked to fail'"),
        ("cut", "ended the connection before its answer was complete"),
        ("silence", "sent nothing for 0.7 s"),
    ],
)
def test_a_passing_fault_is_told_and_the_file_comes_whole(files, kind, words):
    files.faults.append(fault(kind, times=1))
    log = Log()
    with fetch(files.files_url + PLACE, log, patience=HASTE) as path:
        assert path.read_bytes() == CONTENT
    assert len(files.requests) == 2
    assert [line.partition("; trying")[0] for line in log.warnings] == [f"{files.url[7:]} {words}"]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("status", "answered 503 (Service Unavailable) and says 'The stand-in was asked to fail', and 3 tries"),
        ("cut", "ended the connection before its answer was complete, and 3 tries did not help: try again later."),
        ("silence", "sent nothing for 0.7 s, and 3 tries did not help: try again later, or ask for less at once."),
    ],
)
def test_a_fault_that_stays_leaves_one_sentence_and_no_file(files, tmp_path, kind, sentence):
    files.faults.append(fault(kind))
    assert failure(files.files_url + PLACE, tmp_path).startswith(f"{files.url[7:]} {sentence}")


def test_a_file_that_is_not_there_is_named(files, tmp_path):
    url = files.files_url + "no.parquet"
    assert failure(url, tmp_path) == f"There is no file at {url}: check the address."
    assert len(files.requests) == 1


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_a_file_that_is_not_given_out_may_need_a_login(tmp_path, status):
    with OddServer(answer(b"<Error/>", status)) as odd:
        sentence = failure(f"{odd.url}/a.parquet", tmp_path)
        assert sentence == (
            f"{odd.url[7:]} does not give out {odd.url}/a.parquet ({status[:3]} ({status[4:]})): "
            "check the address, and whether it needs a login."
        )


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"<p>Login</p>", "text/html"), (b"\n <!DOCTYPE HTML><p>Login", None), (b"<html lang=de>", "text/plain")],
)
def test_a_web_page_is_not_taken_for_the_file(tmp_path, body, content_type):
    with OddServer(answer(body, Content_Type=content_type)) as odd:
        assert failure(f"{odd.url}/a.parquet", tmp_path) == (
            f"A web page came from {odd.url[7:]} instead of the file {odd.url}/a.parquet: check the address, "
            "and whether it or the network needs a login."
        )


def test_a_login_page_behind_a_redirect_is_not_taken_for_the_file_and_its_host_is_named(tmp_path):
    with (
        OddServer(answer(b"<html>Login</html>", Content_Type="text/html")) as login,
        OddServer(answer(b"", "302 Found", Location=f"{login.url}/oauth")) as odd,
    ):
        assert failure(f"{odd.url}/a.h5", tmp_path).startswith(f"A web page came from {login.url[7:]} instead of")


def test_a_redirect_to_the_file_is_followed():
    with (
        OddServer(answer(CONTENT)) as store,
        OddServer(answer(b"", "302 Found", Location=f"{store.url}/object?signature=1")) as odd,
        fetch(f"{odd.url}/stac.parquet") as path,
    ):
        assert (path.name, path.read_bytes()) == ("stac.parquet", CONTENT)


def test_a_redirect_in_circles_is_left(tmp_path):
    with OddServer(answer(b"", "302 Found", Location="/again")) as odd:
        assert f"{odd.url[7:]} cannot be asked (Exceeded 30 redirects)" in failure(f"{odd.url}/a", tmp_path)


def test_an_answer_without_a_file_is_no_file(tmp_path):
    with OddServer(answer(b"", "204 No Content", Content_Length=None)) as odd:
        assert failure(f"{odd.url}/a", tmp_path) == (
            f"{odd.url[7:]} answered 204 (No Content) for {odd.url}/a: check the address."
        )


def test_a_server_that_cannot_be_reached_is_named(tmp_path):
    sentence = failure("http://data.invalid/a", tmp_path)
    assert sentence.startswith("data.invalid cannot be reached (its name is not known to the network)")


def test_a_file_that_was_there_stays_until_the_new_one_is_whole(files, tmp_path):
    path = tmp_path / "stac.parquet"
    path.write_bytes(b"old")
    files.faults.append(fault("cut"))
    with pytest.raises(DownloadError):
        download_file(files.files_url + PLACE, path, patience=HASTE)
    assert path.read_bytes() == b"old"
    files.faults.clear()
    download_file(files.files_url + PLACE, path)
    assert path.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_to_is_told(files, tmp_path):
    (tmp_path / "file.part").mkdir()
    with pytest.raises(DownloadError, match=r"^.*/file cannot be written \(it is a folder\); give the path"):
        download_file(files.files_url + PLACE, tmp_path / "file")
    with pytest.raises(DownloadError, match=r"^.*/none/file cannot be written \(there is no such file or folder\);"):
        download_file(files.files_url + PLACE, tmp_path / "none" / "file")


def test_a_session_from_outside_is_used(files):
    session = requests.Session()
    session.headers["Authorization"] = "Bearer token"
    with fetch(files.files_url + PLACE, session=session):
        pass
    assert files.requests[0].headers["authorization"] == "Bearer token"


@pytest.mark.parametrize("kind", ["silence", "drip"])
def test_a_download_stops_within_two_seconds_of_the_wish_and_leaves_nothing(files, tmp_path, kind):
    files.faults.append(fault(kind, **({"pause": 10, "piece": 100_000} if kind == "drip" else {})))
    progress = StopsAfter(0.3)
    with pytest.raises(CancelledError):
        download_file(files.files_url + PLACE, tmp_path / "file", progress)
    assert time.monotonic() - progress.began < 2.3
    assert list(tmp_path.iterdir()) == []
