"""How often a request is sent again, and the one fault that is left when that did not help."""

from __future__ import annotations

import pytest
import requests
from tests.odd_server import OddServer, answer

from makers import Log
from xopr_crossovers.core.web.exchange import send
from xopr_crossovers.core.web.faults import Fault
from xopr_crossovers.core.web.request import Request
from xopr_crossovers.core.web.retries import Patience, wait_before

HASTE = Patience(connect_timeout=2.0, read_timeout=2.0, retries=2, backoff=0.01)
BUSY = answer(b"", "503 Service Unavailable")
SLOW = answer(b"", "504 Gateway Timeout")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


def request(odd, patience=HASTE, **settings):
    return Request("GET", f"{odd.url}/x", patience=patience, **settings)


def fault_of(odd, patience=HASTE):
    with pytest.raises(Fault) as caught:
        send(request(odd, patience), requests.Session(), Log())
    return caught.value


def fault(**settings):
    return Fault("host", "is silent", "wait", **settings)


def test_a_fault_tells_the_host_the_status_and_how_often_it_was_tried():
    with OddServer(BUSY) as odd:
        left = fault_of(odd)
    host = odd.url.partition("//")[2]
    assert (left.host, left.status, left.tries, left.too_much) == (host, 503, 3, False)
    assert str(left) == f"{host} answered 503 (Service Unavailable), and 3 tries did not help: try again later."
    assert len(odd.requests) == 3


def test_without_an_answer_a_fault_has_no_status_and_the_libraries_word_is_its_cause():
    with OddServer(b"") as odd:
        left = fault_of(odd)
    assert left.status is None
    assert isinstance(left.__cause__, requests.ConnectionError)


def test_after_a_retry_that_helps_the_answer_counts():
    log = Log()
    with OddServer(BUSY, answer(b"good")) as odd:
        assert send(request(odd), requests.Session(), log).body == b"good"
    assert len(log.warnings) == 1
    assert log.warnings[0].endswith("(retry 1 of 2).")


@pytest.mark.parametrize(("too_much_retries", "sent"), [(None, 3), (1, 2), (0, 1)])
def test_what_may_be_too_much_is_sent_again_as_often_as_its_own_limit_says(too_much_retries, sent):
    patience = Patience(retries=2, backoff=0.01, too_much_retries=too_much_retries)
    with OddServer(SLOW) as odd:
        left = fault_of(odd, patience)
    assert left.too_much
    assert len(odd.requests) == sent


@pytest.mark.parametrize(
    ("of_fault", "of_patience", "smallest"), [(None, 5, 5), (2, 5, 2), (2, 1, 1), (0, 5, 0), (None, 0, 0)]
)
def test_the_smallest_limit_of_retries_counts(of_fault, of_patience, smallest):
    assert Patience(retries=of_patience).retries_of(fault(retries=of_fault)) == smallest


def test_the_wait_doubles_and_is_scattered_down_to_its_half():
    waits = [[wait_before(tries, fault(), Patience(backoff=1.0)) for _ in range(50)] for tries in (1, 2, 3, 20)]
    for found, longest in zip(waits, (1.0, 2.0, 4.0, 60.0)):
        assert longest / 2 <= min(found) < max(found) <= longest


def test_a_server_s_own_wish_is_kept_up_to_the_longest_wait():
    patience = Patience(longest_wait=60.0)
    assert [wait_before(1, fault(wait=wait), patience) for wait in (0.0, 7.0, 600.0)] == [0.0, 7.0, 60.0]


@pytest.mark.parametrize(("size", "part"), [(20, 0.25), (None, None)])
def test_of_a_file_whose_server_says_no_length_the_part_of_the_known_size_is_told(size, part, tmp_path):
    log = Log()
    with OddServer(answer(b"12345", Content_Length=None)) as odd:
        send(request(odd, target=tmp_path / "file", size=size), requests.Session(), log)
    assert (log.fractions[-1:] or [None]) == [part]
    assert (tmp_path / "file").read_bytes() == b"12345"


def test_of_what_goes_into_no_file_no_part_is_told():
    log = Log()
    with OddServer(answer(b"12345")) as odd:
        send(request(odd), requests.Session(), log)
    assert log.fractions == []
