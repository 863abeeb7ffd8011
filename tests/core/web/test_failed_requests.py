"""Whatever a user's address, proxy or server does to a request ends in one sentence that names it."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from tests.odd_server import OddServer, answer

from xopr_crossovers.core.common.errors import DownloadError, SearchError
from xopr_crossovers.core.search.cmr import CmrClient, GranuleQuery
from xopr_crossovers.core.web.download import download_file
from xopr_crossovers.core.web.retries import Patience
from xopr_crossovers.core.web.server_words import words_of

HASTE = Patience(connect_timeout=2.0, read_timeout=2.0, retries=1, backoff=0.01)
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def sentence(url, tmp_path):
    """What a download fails with: one line, one full stop, none of the libraries' own class names."""
    with pytest.raises(DownloadError) as caught:
        download_file(url, tmp_path / "file", patience=HASTE)
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith(".")
    assert not said.endswith("..")
    assert "Error" not in said
    assert "Pool" not in said
    return said


@pytest.mark.parametrize(
    "address",
    [
        "http://a..b/x",
        "http://" + "a" * 70 + ".org/x",
        "http://*.org/x",
        "http://.org/x",
        "http://host:99999/x",
        "http://host:port/x",
        "http://[::1/x",
        "http://[zz]/x",
        "http://two words/x",
        "http:///x",
        "http://\0/x",
    ],
)
def test_an_address_that_no_computer_can_have_is_told_so(address, tmp_path):
    said = sentence(address, tmp_path)
    assert " cannot be asked" in said
    assert said.endswith(": check the address.")


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        (
            "localhost:3128",
            "'localhost:3128', without http:// before it: write http://localhost:3128 in the proxy settings",
        ),
        ("me:pw@localhost:3128", "'me:***@localhost:3128', without http:// before it: write http://localhost:3128 in"),
        ("ftp://localhost:3128", "but there is no proxy of the kind 'ftp'"),
        ("http://", "which is no address of a host with a port"),
        ("http://localhost:port", "which is no address of a host with a port"),
        ("http://localhost:99999", "which is no address of a host with a port"),
        ("http://[::1", "which is no address of a host with a port"),
    ],
)
def test_a_proxy_that_cannot_be_one_is_named_and_not_the_server_blamed(proxy, words, tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", proxy)
    said = sentence("http://server.example.org/x", tmp_path)
    assert said.startswith("server.example.org cannot be asked, because the proxy is set to '")
    assert words in said
    assert "check the address" not in said


@pytest.mark.skipif(find_spec("socks") is not None, reason="PySocks is installed here")
def test_a_socks_proxy_without_pysocks_names_the_package(tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", "socks5://localhost:1080")
    assert sentence("http://server.example.org/x", tmp_path) == (
        "server.example.org cannot be asked, because the proxy is set to 'socks5://localhost:1080', a SOCKS proxy, for "
        "which the Python package PySocks is missing: install it, or choose another proxy in the proxy settings."
    )


def test_authorities_that_are_not_there_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    said = sentence("https://127.0.0.1:9/x", tmp_path)
    assert "none.pem" in said
    assert said.endswith("check the environment variables REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.")


def test_an_answer_that_cannot_be_unpacked_is_told(tmp_path):
    with OddServer(answer(b"plain text", Content_Encoding="gzip")) as odd:
        assert " sent an answer that cannot be unpacked, and 2 tries did not help: try again later." in sentence(
            f"{odd.url}/x", tmp_path
        )


def test_a_chunk_that_breaks_off_is_told(tmp_path):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    for rest in (b"ff\r\nshort", b"zz\r\n"):
        with OddServer(head + rest) as odd:
            assert " ended the connection before its answer was complete" in sentence(f"{odd.url}/x", tmp_path)


@pytest.mark.parametrize("location", ["http://[::1/x", "http://host:99999/", "http://a..b/"])
def test_a_server_that_sends_on_to_no_address_is_told(location, tmp_path):
    with OddServer(answer(b"", "302 Found", Location=location)) as odd:
        assert " cannot be asked" in sentence(f"{odd.url}/x", tmp_path)


# What servers say

ACCESS_DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message>'
    b"<X-Amz-Expires>60</X-Amz-Expires></Error>"
)
CMR_XML = (
    b'<?xml version="1.0" encoding="UTF-8"?><errors><error>Invalid &lt;x&gt;.</error><error>More.</error></errors>'
)
S3_XML = b'<Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Message>No such key.</Message></Error>'
REST_XML = b"<ErrorResponse><Error><Code>a</Code><Message>Slow down</Message></Error></ErrorResponse>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (ACCESS_DENIED, "Request has expired"),
        (CMR_XML, "Invalid <x>; More"),
        (S3_XML, "No such key"),
        (REST_XML, "Slow down"),
        (b'\xef\xbb\xbf{"errors": ["A is wrong.", "B\\n too."]}', "A is wrong; B too"),
        (b'{"errors": [{"path": ["Umm"], "errors": ["C is wrong."]}]}', "C is wrong"),
        (b'{"message": "Forbidden"}', "Forbidden"),
        (b'{"error": {"code": 1, "message": "Gone."}}', "Gone"),
        (b'{"error": "invalid_token", "error_description": "It expired."}', "It expired"),
        (b"<html><body>Error</body></html>", ""),
        (b"<Error><Message>cut", ""),
        (b'{"errors": 5}', ""),
        (b"[1]", ""),
        (b"[" * 100_000, ""),
        (b"", ""),
        (b"\xff\xfe", ""),
    ],
)
def test_a_servers_own_words_are_read_from_json_and_xml(body, words):
    assert words_of(body) == words


def test_xml_that_attacks_parsers_is_not_read():
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><Error><Message>&c;</Message></Error>'
    )
    outside = b'<!DOCTYPE e [<!ENTITY a SYSTEM "file:///etc/passwd">]><Error><Message>&a;</Message></Error>'
    assert words_of(bomb) == words_of(outside) == ""


def test_long_words_are_cut():
    assert len(words_of(b'{"message": "' + b"a " * 10_000 + b'"}')) < 310


def test_the_words_of_a_bucket_are_in_the_sentence_and_its_signature_is_not(tmp_path):
    with OddServer(answer(ACCESS_DENIED, "403 Forbidden", Content_Type="application/xml")) as odd:
        said = sentence(f"{odd.url}/x.parquet?X-Amz-Signature=s3cret", tmp_path)
    assert "(403 (Forbidden) and says 'Request has expired')" in said
    assert "s3cret" not in said


def test_a_cmr_that_refuses_in_xml_is_heard():
    with OddServer(answer(CMR_XML, "400 Bad Request", Content_Type="application/xml")) as odd:
        client = CmrClient(odd.url, retries=0)
        with pytest.raises(SearchError, match=r"refuses the search with 400 \(Bad Request\): Invalid <x>; More\.$"):
            next(client.pages(GranuleQuery("ATL06", "007", None)))
