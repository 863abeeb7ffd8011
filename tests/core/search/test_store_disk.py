"""A file of the store outlives a power cut: it is on the disk before it has its name."""

import os

import pandas as pd
import pytest

import makers
from xopr_crossovers.core.granules.table import normalize_granules
from xopr_crossovers.core.search.coverage import Span
from xopr_crossovers.core.search.holding import Label, Shelf
from xopr_crossovers.core.search.store import Disk, GranuleStore, pack

SHELF = Shelf("ATL06", "007", None)
DAY = Span(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-02"))
LABEL = Label(((-125.0, -80.0, -95.0, -70.0),), DAY, pd.Timestamp("2024-06-01"), 1)


@pytest.fixture
def content():
    return pack(normalize_granules(makers.granules(makers.strip((-100, -70), (-120, -80)))), LABEL)


def test_all_of_a_file_is_on_the_disk_before_it_takes_its_name(tmp_path, content):
    steps = []

    def sync(number):
        steps.append(("sync", os.fstat(number).st_ino, os.fstat(number).st_size))
        os.fsync(number)

    def move(source, target):
        steps.append(("move", source.stat().st_ino, target.suffix))
        source.replace(target)

    holding = GranuleStore(tmp_path, Disk(sync, move)).add(SHELF, content, LABEL, makers.Log())
    inode = holding.path.stat().st_ino
    assert [step for step in steps if step[1] == inode] == [("sync", inode, len(content)), ("move", inode, ".parquet")]
    # A small one, which Python would keep to itself until the file is closed.
    readme = (tmp_path / "README.txt").stat()
    assert ("sync", readme.st_ino, readme.st_size) in steps


def test_without_a_word_from_a_test_it_is_the_system_that_syncs():
    assert (Disk().sync, Disk().move) == (os.fsync, os.replace)


@pytest.mark.parametrize("at", ["sync", "move"])
def test_a_disk_that_fails_leaves_no_half_file(tmp_path, content, at):
    def fail(*_):
        raise OSError(28, "No space left on device")

    store = GranuleStore(tmp_path)
    store.add(SHELF, content, LABEL, makers.Log())
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OSError, match="No space left"):
        GranuleStore(tmp_path, Disk(**{at: fail})).add(SHELF, content, LABEL, makers.Log())
    assert sorted(tmp_path.rglob("*")) == before
