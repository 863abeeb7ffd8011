"""The search for cycles of objects is off within, and afterwards as it was."""

from __future__ import annotations

import gc

import pytest

from xopr_crossovers.core.common import collecting, put_off_collecting


@pytest.fixture(autouse=True)
def on():
    yield gc.enable()
    gc.enable()


def test_it_is_off_within_and_on_again_after_an_error():
    seen = []

    def fail():
        with put_off_collecting():
            seen.append(gc.isenabled())
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert seen == [False]
    assert gc.isenabled()


def test_one_within_another_leaves_it_off_until_the_outer_ends():
    with put_off_collecting():
        with put_off_collecting():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_where_it_was_off_before_it_stays_off():
    gc.disable()
    with put_off_collecting():
        pass
    assert not gc.isenabled()


def test_a_thread_that_begins_while_another_ends_does_not_leave_it_off_for_good(monkeypatch):
    class Gc:
        """Python's own, of which another thread's time ends between two words of this thread."""

        enable, disable = gc.enable, gc.disable

        @staticmethod
        def isenabled():
            was_on = gc.isenabled()
            gc.enable()
            return was_on

    gc.disable()
    monkeypatch.setattr(collecting, "gc", Gc)
    with put_off_collecting():
        pass
    assert gc.isenabled()
