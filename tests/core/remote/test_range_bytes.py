"""Pieces of a file over HTTP: the right bytes, few requests, little memory."""

from __future__ import annotations

import random

import pytest

from standin import Earthdata, Fault
from xopr_crossovers.core.common import Progress
from xopr_crossovers.core.remote import Access, Login
from xopr_crossovers.core.remote.range_bytes import BLOCK, HEAD, RangeBytes

SIZE = 40_000_003


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A host with a file of 40 MB, and what is in it."""
    folder = tmp_path_factory.mktemp("large")
    content = random.Random(1).randbytes(SIZE)  # noqa: S311
    (folder / "x.h5").write_bytes(content)
    with Earthdata(folder) as nasa:
        yield nasa, content


@pytest.fixture
def source(large, monkeypatch):
    nasa, _ = large
    monkeypatch.setenv("XOPR_LOGIN_URL", nasa.urls["login"])
    nasa.faults.clear()
    made = RangeBytes(nasa.link("x.h5"), Access(login=Login(token=nasa.token)), Progress())
    nasa.requests.clear()
    return made


def test_every_piece_is_that_of_the_file(source, large):
    content = large[1]
    chance = random.Random(2)  # noqa: S311
    assert source.size == SIZE
    for _ in range(60):
        begin = chance.randrange(SIZE)
        end = min(begin + chance.choice([1, 8, 5_000, 70_000, 300_000]), SIZE + 10)
        if chance.random() < 0.5:
            source.fetch([(begin, min(end, SIZE))])
        assert source.read(begin, end) == content[begin:end]
        if chance.random() < 0.2:
            source.forget()
    assert source.read(SIZE, SIZE + 5) == source.read(7, 7) == b""
    assert source.read(0, SIZE) == content


def test_what_came_once_is_not_asked_for_again(source, large):
    source.read(0, HEAD)
    assert large[0].requests == []
    source.read(1_000_000, 1_000_010)
    source.read(1_000_100, 1_000_200)
    source.fetch([(1_000_300, 1_000_400)])
    assert len(large[0].requests) == 1


def test_pieces_that_are_near_each_other_come_in_one_request_and_the_others_at_once(source, large):
    nasa, content = large
    nasa.faults.append(Fault("delay", host="storage", seconds=0.2))
    near = [(2_000_000 + 50_000 * number, 2_040_000 + 50_000 * number) for number in range(5)]
    far = [(5_000_000 * number, 5_000_000 * number + 30_000) for number in range(1, 8)]
    from time import monotonic

    began = monotonic()
    source.fetch(far + near)
    took = monotonic() - began
    assert len(nasa.requests) == 8
    assert took < 8 * 0.2 / 2
    assert all(source.read(begin, end) == content[begin:end] for begin, end in near + far)
    assert len(nasa.requests) == 8


def test_of_all_that_was_read_only_so_much_is_kept(source, large):
    for begin in range(0, SIZE, 5 * BLOCK):
        source.read(begin, begin + 10)
    source.fetch((begin, begin + 500_000) for begin in range(0, SIZE - 500_000, 1_000_000))
    source.forget()
    held = sum(map(len, source._blocks.values())) + sum(map(len, source._pieces))
    assert held <= 256 * BLOCK


def test_a_small_file_comes_in_two_requests(tmp_path, monkeypatch):
    (tmp_path / "x.h5").write_bytes(bytes(range(256)) * 8_000)
    with Earthdata(tmp_path) as nasa:
        monkeypatch.setenv("XOPR_LOGIN_URL", nasa.urls["login"])
        source = RangeBytes(nasa.link("x.h5"), Access(login=Login(token=nasa.token)), Progress())
        assert all(source.read(begin, begin + 256) == bytes(range(256)) for begin in range(0, 2_000_000, 256 * 400))
        assert len(nasa.to("storage")) == 2
