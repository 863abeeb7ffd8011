"""Each fault of the system in its own words, and the advice that helps against it and no other."""

from __future__ import annotations

import errno
import os
import sqlite3

import pyarrow as pa
import pytest

from xopr_crossovers.core.common.disk_faults import fault_in, fault_of, reason_of


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_room_is_advised_only_where_room_is_missing(number):
    fault = reason_of(OSError(number, os.strerror(number)))
    assert ("free space" in fault.advice) == (number in (errno.ENOSPC, errno.EDQUOT))
    assert fault.what
    assert fault.advice
    assert not f"{fault.what}{fault.advice}".endswith(".")


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "change the permissions there, or choose another place"),
        (errno.EROFS, "choose another place"),
        (errno.ENAMETOOLONG, "give a shorter name or path"),
        (errno.EIO, "check the drive and its connection, or choose another place"),
        (errno.EBUSY, "close it in the other program, and run again"),
    ],
)
def test_each_fault_has_its_own_advice(number, advice):
    assert reason_of(OSError(number, os.strerror(number))).advice == advice


def test_what_the_system_says_stays_where_we_know_no_better_words():
    assert reason_of(OSError(errno.EPROTO, "Protocol error")).what == "Protocol error"
    assert reason_of(OSError("odd. \nmore")).what == "odd"


def test_the_place_to_go_to_instead_is_the_one_that_the_caller_names():
    assert reason_of(OSError(errno.ENOSPC, ""), "set XOPR_CACHE_DIR to another folder").advice == (
        "free space there, or set XOPR_CACHE_DIR to another folder"
    )


def test_windows_own_numbers_are_understood():
    class WindowsError(OSError):
        winerror = 32

    assert reason_of(WindowsError(errno.EACCES, "in use")).what == "another program uses it"


def test_a_librarys_message_is_searched_for_the_cause(tmp_path):
    with pytest.raises(OSError) as caught:  # noqa: PT011  pyarrow's own, whatever it is called
        pa.OSFile(str(tmp_path / ("a" * 300)))
    assert reason_of(caught.value).what == "the name is too long"
    lost = pa.lib.ArrowException("Error writing. Detail: [errno 28] No space left on device")
    assert fault_of(lost) is None
    assert fault_in(str(lost)).what == "the disk is full"
    assert fault_in("cannot parse") is None


def test_a_database_that_another_program_has_locked_is_told_so(tmp_path):
    path = tmp_path / "a.gpkg"
    first, second = (sqlite3.connect(path, timeout=0.1, isolation_level=None) for _ in range(2))
    try:
        first.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError) as caught:
            second.execute("CREATE TABLE a (b)")
    finally:
        first.close()
        second.close()
    assert fault_of(caught.value).what == "another program has locked it"


def test_no_memory_is_a_fault_and_a_mistake_of_ours_is_none():
    assert fault_of(MemoryError()).what == "the memory is used up"
    assert fault_of(KeyError("a")) is None
    assert fault_of(sqlite3.OperationalError("no such column: a")) is None
