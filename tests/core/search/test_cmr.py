"""The client brings every granule that CMR has, once, or says in one sentence why it could not."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from urllib.parse import urlencode

import pytest
import requests

from makers import Log
from odd_server import OddServer, answer
from standin import Fault, StandIn
from stopping import StopsAfter
from xopr_crossovers.core.common.errors import CancelledError, SearchError
from xopr_crossovers.core.search.cmr import CmrClient, GranuleQuery

# One region of one cycle, and half a day of it: 8 granules.
QUERY = GranuleQuery("ATL06", "007", "NSIDC_CPRD", "2024-01-06T00:00:00Z", "2024-01-06T12:00:00Z", page_size=3)
HASTE = {"retries": 2, "backoff": 0.01, "longest_wait": 0.05, "pause": 0.0}


@pytest.fixture(scope="module")
def server():
    with StandIn(cycles=[22], regions=[11]) as running:
        yield running


@pytest.fixture(scope="module")
def names(server):
    """What the query has to bring, by the stand-in's own list."""
    start, end = server.granules.start.astype("datetime64[ms]"), server.granules.end.astype("datetime64[ms]")
    inside = (start.astype(str) <= "2024-01-06T12:00:00.000") & (end.astype(str) >= "2024-01-06T00:00:00.000")
    found = [name for name, is_inside in zip(server.granules.names, inside) if is_inside]
    assert 6 < len(found) < 10
    return found


def client(url, **settings):
    return CmrClient(url, **{**HASTE, **settings})


def names_of(pages):
    return [item["umm"]["GranuleUR"] for page in pages for item in page]


def bring(cmr, query=QUERY, progress=None, **settings):
    return names_of(client(cmr.url, **settings).pages(query, progress))


def host(server):
    return server.url.removeprefix("http://")


def failure(server, query=QUERY, **settings):
    """The sentence with which a search fails."""
    with pytest.raises(SearchError) as caught:
        list(client(server.url, **settings).pages(query))
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence.replace(host(server), "HOST")


# Pages


def test_all_granules_come_once_and_in_order_to_the_empty_page(cmr, names):
    pages = client(cmr.url).pages(QUERY)
    assert pages.hits is None
    first = next(pages)
    assert (pages.hits, pages.received, len(first)) == (len(names), 3, 3)
    assert names_of([first, *pages]) == names
    assert pages.received == len(names)
    assert len(cmr.requests) == -(-len(names) // 3) + 1
    assert next(pages, "no more") == "no more"


def test_every_request_asks_the_same_names_the_client_and_takes_gzip(cmr, names):
    bring(cmr)
    assert {request.path for request in cmr.requests} == {"/search/granules.umm_json"}
    assert {tuple(request.parameters) for request in cmr.requests} == {tuple(QUERY.parameters())}
    assert {request.headers["client-id"] for request in cmr.requests} == {"xopr-crossovers"}
    assert {request.headers["accept-encoding"] for request in cmr.requests} == {"gzip"}
    assert ["cmr-search-after" in request.headers for request in cmr.requests] == [False, True, True, True]


def test_an_empty_search_is_one_request_and_no_page(cmr):
    pages = client(cmr.url).pages(GranuleQuery("ATL06", "007", start="2001-01-01", end="2001-01-02"))
    assert list(pages) == []
    assert (pages.hits, pages.received, len(cmr.requests)) == (0, 0, 1)


def test_a_short_page_is_not_the_end(cmr, names):
    cmr.faults.append(Fault("short_page", keep=0.4))
    assert bring(cmr) == names
    assert len(cmr.requests) == len(names) + 1


def test_a_long_query_goes_by_post_and_finds_the_same(cmr, names):
    patterns = [f"ATL06_20240106??????_{rgt:04d}2211_*" for rgt in range(1, 1388)]
    query = GranuleQuery("ATL06", "007", "NSIDC_CPRD", page_size=50, name_patterns=patterns)
    in_window = {name for name in bring(cmr, query) if name < "ATL06_20240106115"}
    assert {name for name in names if "_20240106" in name and name < "ATL06_20240106115"} == in_window
    assert {request.method for request in cmr.requests} == {"POST"}
    cmr.requests.clear()
    bring(cmr)
    assert {request.method for request in cmr.requests} == {"GET"}


@pytest.mark.parametrize(("n_patterns", "method"), [(15, "GET"), (16, "POST")])
def test_queries_go_by_post_from_about_1500_characters(cmr, n_patterns, method):
    patterns = [f"ATL06_??????????????_{rgt:04d}2211_*" for rgt in range(1, n_patterns + 1)]
    query = GranuleQuery("ATL06", "007", name_patterns=patterns)
    assert (len(urlencode(query.parameters())) > 1500) == (method == "POST")
    assert len(bring(cmr, query)) == n_patterns
    assert {request.method for request in cmr.requests} == {method}


def test_searches_of_one_client_in_several_threads_do_not_mix(cmr, names):
    shared = client(cmr.url)
    other = GranuleQuery("ATL06", "007", start="2024-02-01T00:00:00Z", end="2024-02-01T06:00:00Z", page_size=2)
    expected = {QUERY: names, other: bring(cmr, other)}
    assert not set(names) & set(expected[other])
    found = []
    threads = [
        threading.Thread(target=lambda query=query: found.append((query, names_of(shared.pages(query)))))
        for query in [QUERY, other] * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(result == expected[query] for query, result in found)


def test_between_two_pages_there_is_a_pause(cmr, names):
    began = time.monotonic()
    bring(cmr, pause=0.1)
    assert time.monotonic() - began > 0.1 * (len(cmr.requests) - 1)


def test_a_session_from_outside_is_used_and_kept_as_it_is(cmr, names):
    session = requests.Session()
    session.headers["X-Proxy-Setting"] = "from QGIS"
    before = dict(session.headers)
    assert bring(cmr, session=session) == names
    assert {request.headers["x-proxy-setting"] for request in cmr.requests} == {"from QGIS"}
    assert dict(session.headers) == before


def test_a_password_of_the_netrc_file_stays_at_home(cmr, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert "Authorization" in requests.Request("GET", cmr.url, auth=("a", "b")).prepare().headers
    bring(cmr)
    assert not any("authorization" in request.headers for request in cmr.requests)


# Faults that pass

TOO_MUCH = ("answered 504", "ran into its own time limit", "sent nothing")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", 1, 1, status=429), "answered 429 (Too Many Requests) and says 'The stand-in was asked"),
        (Fault("status", 1, 1, status=500), "answered 500 (Internal Server Error) and says"),
        (Fault("status", 1, 1, status=502), "answered 502 (Bad Gateway) and says"),
        (Fault("status", 1, 1, status=503), "answered 503 (Service Unavailable) and says"),
        (Fault("status", 1, 1, status=504), "answered 504 (Gateway Timeout) and says"),
        (Fault("partial", 1, 1), "ran into its own time limit and sent only a part of the granules"),
        (Fault("cut", 1, 1), "ended the connection before its answer was complete"),
        (Fault("malformed_json", 1, 1), "sent an answer that breaks off"),
        (Fault("silence", 1, 1), "sent nothing for 1 s"),
        (Fault("silence", 1, 1, seconds=0.1), "ended the connection before its answer was complete"),
    ],
    ids=lambda value: f"{value.kind}{value.status}" if isinstance(value, Fault) else "",
)
def test_after_a_passing_fault_the_page_is_asked_for_again_and_nothing_is_lost_or_doubled(cmr, names, fault, words):
    cmr.faults.append(Fault(**{key: value for key, value in vars(fault).items() if not key.startswith("_")}))
    log = Log()
    assert bring(cmr, progress=log, read_timeout=1.0 if fault.kind == "silence" else 60.0) == names
    assert len(cmr.requests) == -(-len(names) // 3) + 2
    assert len(log.warnings) == 1
    assert log.warnings[0].startswith(f"{host(cmr)} {words}")
    # What may have been too much is better asked for in parts than often.
    retries = 1 if words.startswith(TOO_MUCH) else 2
    assert re.search(rf"; trying again in 0.0\d+ s \(retry 1 of {retries}\)\.$", log.warnings[0])


def test_a_slow_answer_is_waited_for_as_long_as_it_goes_on(cmr, names):
    cmr.faults.append(Fault("drip", times=1, pause=0.05, piece=70))
    began = time.monotonic()
    assert bring(cmr, read_timeout=1.0) == names
    assert time.monotonic() - began > 1.0
    assert len(cmr.requests) == -(-len(names) // 3) + 1  # none was sent again


@pytest.mark.parametrize("as_date", [False, True])
def test_the_wait_that_a_throttling_server_asks_for_is_kept(cmr, names, as_date):
    at = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=2.5), usegmt=True)
    cmr.faults.append(Fault("status", times=1, status=429, retry_after=at if as_date else 1))
    began = time.monotonic()
    assert bring(cmr, longest_wait=10) == names
    assert time.monotonic() - began > 1.0


@pytest.mark.parametrize("retry_after", [3600, "Wed, 21 Oct 2099 07:28:00 GMT", "soon", "Wed, 21 Oct 2015 07:28:00"])
def test_an_unreasonable_wait_is_not_kept(cmr, names, retry_after):
    cmr.faults.append(Fault("status", times=1, status=503, retry_after=retry_after))
    began = time.monotonic()
    assert bring(cmr) == names
    assert time.monotonic() - began < 5


def test_the_waits_double_and_are_scattered(cmr):
    cmr.faults.append(Fault("status"))
    log = Log()
    with pytest.raises(SearchError):
        bring(cmr, progress=log, retries=4, backoff=0.02, longest_wait=10)
    waits = [float(re.search(r"in ([\d.e-]+) s", line).group(1)) for line in log.warnings]
    assert len(waits) == 4
    for number, wait in enumerate(waits):
        assert 0.0099 * 2**number <= wait <= 0.0201 * 2**number


# Faults that stay


@pytest.mark.parametrize(
    ("fault", "sentence", "n_requests"),
    [
        (
            Fault("status", status=429, message="Slow down."),
            "HOST answered 429 (Too Many Requests) and says 'Slow down', and 3 tries did not help: try again later.",
            3,
        ),
        (
            Fault("status", status=504, message="Timed out."),
            "HOST answered 504 (Gateway Timeout) and says 'Timed out', and 2 tries did not help: try again later.",
            2,
        ),
        (
            Fault("partial"),
            "HOST ran into its own time limit and sent only a part of the granules, and 2 tries did not help: "
            "ask for a smaller area or a shorter time, or try again later.",
            2,
        ),
        (
            Fault("cut"),
            "HOST ended the connection before its answer was complete, and 3 tries did not help: try again later.",
            3,
        ),
        (Fault("malformed_json"), "HOST sent an answer that breaks off, and 3 tries did not help: try again later.", 3),
        (
            Fault("silence"),
            "HOST sent nothing for 0.3 s, and 2 tries did not help: try again later, or ask for less at once.",
            2,
        ),
        (
            Fault("login_page"),
            "HOST answered 200 (OK) with a web page instead of granules: check the address of the CMR, and whether a "
            "network login or a proxy stands in between.",
            1,
        ),
        (
            Fault("status", status=400, message="Parameter [option] was not recognized."),
            "HOST refuses the search with 400 (Bad Request): Parameter [option] was not recognized.",
            1,
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
def test_a_fault_that_stays_fails_the_search_with_one_sentence(cmr, fault, sentence, n_requests):
    cmr.faults.append(fault)
    assert failure(cmr, read_timeout=0.3 if fault.kind == "silence" else 60.0) == sentence
    assert len(cmr.requests) == n_requests


def test_a_server_that_stays_silent_is_not_waited_for_as_often_as_one_that_speaks(cmr):
    cmr.faults.append(Fault("silence"))
    assert "2 tries did not help" in failure(cmr, read_timeout=0.1, retries=9)
    assert len(cmr.requests) == 2


def test_all_errors_that_cmr_lists_are_shown(cmr):
    query = GranuleQuery("ATL06", "007", name_patterns=[])
    object.__setattr__(query, "boxes", ((-190.0, 0.0, 0.0, 95.0),))
    sentence = failure(cmr, query)
    assert sentence.startswith("HOST refuses the search with 400 (Bad Request): ")
    assert "-190" in sentence
    assert "95" in sentence


def test_without_a_server_the_sentence_names_the_host_and_what_to_check():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(SearchError) as caught:
        list(client(f"http://{address}").pages(QUERY))
    assert str(caught.value) == (
        f"{address} cannot be reached (the connection is refused), and 3 tries did not help: "
        "check its address, the internet connection and the proxy settings."
    )


def test_a_host_that_does_not_exist_is_named():
    with pytest.raises(SearchError) as caught:
        list(client("http://cmr.invalid").pages(QUERY))
    assert str(caught.value).startswith("cmr.invalid cannot be reached (its name is not known to the network)")


def test_a_user_and_password_in_the_address_are_not_shown():
    with pytest.raises(SearchError) as caught:
        list(client("http://user:secret@cmr.invalid").pages(QUERY))
    assert "secret" not in str(caught.value)


def test_a_proxy_that_is_not_there_is_named_as_the_culprit(cmr):
    session = requests.Session()
    session.trust_env = False
    session.proxies = {"http": "http://127.0.0.1:9"}
    sentence = failure(cmr, session=session)
    assert sentence == (
        "HOST cannot be reached, because the proxy 127.0.0.1:9 cannot be reached (the connection is refused), "
        "and 3 tries did not help: check the proxy settings."
    )


def test_a_server_without_a_trustworthy_certificate_is_not_asked_twice(cmr):
    log = Log()
    with pytest.raises(SearchError, match=r"cannot be trusted \(.*\): check this machine's date and the proxy"):
        bring(type("Https", (), {"url": cmr.url.replace("http:", "https:")}), progress=log)
    assert log.warnings == []


# What no CMR should send

ITEM = {"meta": {"concept-id": "G1-X", "native-id": "a"}, "umm": {"GranuleUR": "a"}}
OTHER = {"meta": {"concept-id": "G2-X", "native-id": "b"}, "umm": {"GranuleUR": "b"}}


def page(*items, hits=None, after=None, **headers):
    body = json.dumps({"items": items}).encode()
    return answer(body, **{"CMR-Hits": hits, "CMR-Search-After": after, "Content-Type": "application/json"}, **headers)


def odd_failure(*answers, **settings):
    with OddServer(*answers) as server:
        return failure(server, **settings), len(server.requests)


def test_fewer_granules_than_hits_fail_the_search_with_both_numbers():
    assert odd_failure(page(ITEM, hits=3, after="1"), page(hits=3)) == (
        "The search is not complete: HOST found 3 granules, but 1 came: run it again.",
        2,
    )


def test_more_granules_than_hits_fail_the_search():
    sentence, _ = odd_failure(page(ITEM, OTHER, hits=1, after="1"), page(hits=1))
    assert sentence == "The search is not complete: HOST found 1 granule, but 2 came: run it again."


def test_a_granule_that_comes_twice_in_the_place_of_another_does_not_make_the_number_right():
    sentence, _ = odd_failure(page(ITEM, hits=2, after="1"), page(ITEM, hits=2, after="2"), page(hits=2))
    assert sentence == "The search is not complete: HOST found 2 granules, but 1 came, and 1 came twice: run it again."


def test_a_granule_that_comes_twice_beside_all_others_is_handed_on_once():
    with OddServer(page(ITEM, hits=2, after="1"), page(ITEM, OTHER, hits=2, after="2"), page(hits=2)) as server:
        pages = client(server.url).pages(QUERY)
        assert names_of(pages) == ["a", "b"]
        assert pages.repeated == 1


def test_records_without_an_identity_are_all_handed_on():
    with OddServer(page({}, {}, hits=2, after="1"), page(hits=2)) as server:
        assert sum(len(items) for items in client(server.url).pages(QUERY)) == 2


def test_a_count_that_changes_during_the_search_is_told():
    log = Log()
    with OddServer(page(ITEM, hits=1, after="1"), page(OTHER, hits=2, after="2"), page(hits=2)) as server:
        assert names_of(client(server.url).pages(QUERY, log)) == ["a", "b"]
        assert log.warnings == [
            f"{host(server)} was being updated: its count changed from 1 to 2 during the search; 2 granules came."
        ]
    sentence, _ = odd_failure(page(ITEM, hits=1, after="1"), page(hits=2))
    assert sentence == (
        "The search is not complete: HOST found 2 granules, but 1 came "
        "(its count changed from 1 to 2 during the search): run it again."
    )


def test_without_a_count_nobody_can_tell_whether_all_came():
    sentence, _ = odd_failure(page(ITEM))
    assert sentence == (
        "HOST does not say how many granules it found (no CMR-Hits header), so nobody can tell whether all came: "
        "check that the address is that of a CMR."
    )


@pytest.mark.parametrize("name", ["CMR-Time-Out", "CMR-Timed-Out", "cmr-timed-out", "cMr-TiMe-oUt"])
def test_a_part_of_a_page_is_never_taken_for_the_page_however_its_header_is_spelled(name):
    sentence, n_requests = odd_failure(page(ITEM, hits=1, after="1", **{name: "true"}))
    assert "sent only a part of the granules" in sentence
    assert n_requests == 2


def test_a_server_that_turns_in_circles_is_left():
    again = "HOST sends the same granules again and again (1 of 3 came): run the search again, "
    assert odd_failure(page(ITEM, hits=3, after="1"))[0].startswith(again)
    turning = [page(ITEM, hits=3, after=str(number)) for number in range(9)]
    sentence, n_requests = odd_failure(*turning)
    assert sentence.startswith(again)
    assert n_requests == 4


def test_headers_may_be_spelled_in_any_case():
    first = page(ITEM, hits=1, after="x y")
    odd = first.replace(b"CMR-Hits", b"cmr-hits").replace(b"CMR-Search-After", b"cmr-SEARCH-after")
    with OddServer(odd, page(hits=1)) as server:
        assert names_of(client(server.url).pages(QUERY)) == ["a"]
        assert server.requests[1][1]["CMR-Search-After"] == "x y"


@pytest.mark.parametrize("location", ["https://urs.earthdata.nasa.gov/oauth?x=1", "//login.example/x", "/login", None])
def test_a_redirect_is_not_followed_to_what_may_be_a_login(location):
    sentence, n_requests = odd_failure(answer(b"", "302 Found", Location=location))
    assert n_requests == 1
    assert "which may be a login page: check the address of the CMR, and whether a network login" in sentence
    assert ("urs.earthdata.nasa.gov" in sentence) == bool(location and "urs" in location)


@pytest.mark.parametrize(
    "body", [b'{"hits": 1}', b'{"items": 3}', b'{"items": [1]}', b'{"feed": {"entry": []}}', b"{not json}"]
)
def test_json_that_is_no_search_result_is_not_taken_for_one(body):
    assert odd_failure(answer(body, CMR_Hits=1))[0] == (
        "HOST answered something else than granules: check the address of the CMR."
    )


def test_an_address_without_a_cmr_is_shown():
    sentence, _ = odd_failure(answer(b"not here", "404 Not Found"))
    assert sentence == (
        "HOST refuses the search with 404 (Not Found): check the address of the CMR, "
        "http://HOST/search/granules.umm_json."
    )


def test_the_web_page_of_an_overloaded_gateway_is_not_shown():
    sentence, n_requests = odd_failure(answer(b"<html>CloudFront</html>", "503 Oops", Content_Type="text/html"))
    assert sentence == "HOST answered 503 (Service Unavailable), and 3 tries did not help: try again later."
    assert n_requests == 3


def test_a_body_shorter_than_announced_is_not_taken_for_whole():
    whole = page(ITEM, hits=1, after="1", Padding="x")
    sentence, _ = odd_failure(whole.replace(b"Content-Length: ", b"Content-Length: 9"))
    assert sentence.startswith("HOST ended the connection before its answer was complete, and 3 tries did not help")


def test_garbage_in_the_place_of_an_answer_is_told():
    sentence, _ = odd_failure(b"SSH-2.0-OpenSSH_9.2\r\n")
    assert sentence.startswith("HOST ended the connection before its answer was complete")


# Cancel


def seconds_to_stop(url, **settings):
    """Seconds from the wish to stop to the end."""
    progress = StopsAfter(0.3)
    with pytest.raises(CancelledError):
        list(client(url, progress=progress, **settings).pages(QUERY))
    return time.monotonic() - progress.began - progress.seconds


@pytest.mark.parametrize(
    ("fault", "settings"),
    [
        (Fault("silence"), {}),
        (Fault("drip", pause=0.2, piece=10), {}),
        (Fault("drip", pause=30, piece=10), {}),
        (Fault("status", retry_after=60), {"longest_wait": 60.0}),
        (Fault("status"), {"backoff": 60.0, "longest_wait": 60.0}),
        (Fault("short_page", keep=0.34), {"pause": 60.0}),
    ],
    ids=["silence", "drip", "stall", "asked wait", "wait", "pause"],
)
def test_a_search_stops_within_two_seconds_of_the_wish_whatever_the_server_does(cmr, fault, settings):
    cmr.faults.append(fault)
    assert seconds_to_stop(cmr.url, **settings) < 2.0


@pytest.mark.parametrize("spoken", [b"", b'{"items": ['])
def test_on_cancel_the_server_sees_the_connection_end_once_it_has_begun_to_answer(spoken):
    closed = threading.Event()

    def stall(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nCMR-Hits: 1\r\nContent-Length: 1000000\r\n\r\n" + spoken)
        connection.settimeout(5)
        try:
            if not connection.recv(1):
                closed.set()
        except ConnectionError:
            closed.set()

    with OddServer(stall) as server:
        assert seconds_to_stop(server.url) < 2.0
        assert closed.wait(2.0)


def test_a_search_that_is_cancelled_before_it_begins_asks_nothing(cmr):
    with pytest.raises(CancelledError):
        next(client(cmr.url).pages(QUERY, StopsAfter(-1)))
    assert cmr.requests == []


def test_after_a_cancel_the_same_client_serves_on(cmr, names):
    cmr.faults.append(Fault("silence", times=1))
    shared = client(cmr.url)
    with pytest.raises(CancelledError):
        list(shared.pages(QUERY, StopsAfter(0.1)))
    assert names_of(shared.pages(QUERY)) == names


def test_a_long_wait_shows_a_sign_of_life(cmr, names, monkeypatch):
    monkeypatch.setattr("xopr_crossovers.core.web.exchange._SIGN_OF_LIFE_S", 0.3)
    cmr.faults.append(Fault("drip", times=1, pause=0.1, piece=400))
    log = Log()
    assert bring(cmr, progress=log) == names
    assert log.infos
    assert re.fullmatch(rf"Still waiting for {re.escape(host(cmr))} after \d+ s\.", log.infos[0])
