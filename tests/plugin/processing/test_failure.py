"""What a user's disk, permissions or memory do reaches the door of every algorithm as one sentence, by its cause."""

from __future__ import annotations

import errno
import os

import pytest

from xopr_crossovers.core.common.errors import CancelledError, InputError
from xopr_crossovers.plugin.processing.failure import failure_of


class Listening:
    """A feedback that keeps the tracebacks."""

    def __init__(self):
        self.debug = []

    def pushDebugInfo(self, text):  # noqa: N802
        self.debug.append(text)


def raised(error):
    try:
        raise error
    except type(error) as caught:
        return caught


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "(permission denied); change the permissions there, or choose another place."),
        (errno.ENAMETOOLONG, "(the name is too long); give a shorter name or path."),
        (errno.ENOSPC, "(the disk is full); free space there, or choose another place."),
        (errno.EROFS, "(the file system is read-only); choose another place."),
        (errno.EIO, "(the drive reports an error); check the drive and its connection, or choose another place."),
    ],
)
def test_what_a_disk_does_is_no_fault_of_the_plugin(number, advice):
    feedback = Listening()
    error = raised(OSError(number, os.strerror(number), "/data/a.parquet"))
    assert failure_of(error, feedback) == f"/data/a.parquet cannot be read or written {advice}"
    assert feedback.debug == []


def test_no_memory_is_told_as_such():
    assert failure_of(raised(MemoryError()), Listening()) == (
        "The work cannot go on (the memory is used up); close other programs, or ask for less at once."
    )


def test_only_what_nothing_else_explains_is_a_fault_of_the_plugin_and_holds_no_secret():
    feedback = Listening()
    said = failure_of(raised(KeyError("http://hunt:s3cret@host")), feedback)
    assert said.startswith("Unexpected KeyError: ")
    assert "fault of the plugin" in said
    assert len(feedback.debug) == 1
    assert "s3cret" not in said + feedback.debug[0]


def test_our_own_sentences_stay_and_a_cancelled_run_says_nothing():
    assert failure_of(raised(InputError("Give SEASON.")), Listening()) == "Give SEASON."
    assert failure_of(raised(CancelledError()), Listening()) == ""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="paths are shorter on Windows")
@pytest.mark.parametrize(
    ("parameter", "text", "words"),
    [
        (
            "GRANULE_FILES",
            "~nobody-at-all/x",
            "GRANULE_FILES names the home folder of a user whom this computer does not",
        ),
        ("GRANULE_FILES", "a" * 300, "GRANULE_FILES is no path that can be used (the name is too long)"),
        ("GRANULE_FILES", "file://elsewhere/x", "GRANULE_FILES names a file of the computer 'elsewhere'"),
        ("REPORT", "/" + "a" * 300 + ".html", "REPORT is no path that can be used (the name is too long)"),
        ("REPORT", "~nobody-at-all/r.html", "REPORT names the home folder of a user"),
        ("REPORT", "postgres:dbname='a'", "REPORT is no file, but an address of 'postgres'; give the path of a file."),
    ],
)
def test_a_path_that_none_can_be_is_one_sentence_that_names_the_parameter(
    provider, context, feedback, save, frames_table, parameter, text, words
):
    name = "querygranules" if parameter == "GRANULE_FILES" else "findgranules"
    algorithm = provider.algorithm(name).create()
    outputs = {one.name(): "memory:" for one in algorithm.destinationParameterDefinitions() if one.name() != "REPORT"}
    given = {"FRAMES": save(frames_table).source(), **outputs, parameter: text}
    accepted, message = algorithm.checkParameterValues(given, context)
    if accepted:
        _, succeeded = algorithm.run(given, context, feedback)
        assert not succeeded
        message = feedback.errors[0]
    assert words in message
    assert "fault of the plugin" not in message
