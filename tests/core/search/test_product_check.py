"""Whether granules are of the product and version that were asked for."""

import pytest

import makers
from xopr_crossovers.core.search.product_check import is_of_product, kinds_of

NAMES = [
    "ATL06_20240101000000_00012211_007_01.h5",
    "ATL06_20240101000001_00022211_006_01.h5",
    "ATL08_20240101000002_00032211_007_01.h5",
    "mine.h5",
]


@pytest.fixture
def table():
    """Granules whose records all say ATL06 version 007, whatever their names say."""
    ring = makers.strip((-104, -74), (-106, -76))
    return makers.granules(*[ring] * 4, names=NAMES).assign(release=["007", "006", "007", None])


def test_a_name_of_another_release_or_product_counts_as_much_as_the_record(table):
    assert is_of_product(table, "ATL06", "007").tolist() == [True, False, False, True]
    assert is_of_product(table.assign(version="006"), "ATL06", "007").tolist() == [False] * 4
    assert is_of_product(table.assign(short_name="ATL08"), "ATL06", None).tolist() == [False] * 4


def test_what_neither_record_nor_name_tells_is_taken(table):
    silent = table.assign(short_name=None, version=None, release=None)
    assert is_of_product(silent, "ATL06", "007").tolist() == [True, True, False, True]
    assert is_of_product(table, None, "").all()


@pytest.mark.parametrize(("name", "version"), [("atl06", "7"), ("ATL06", "v7"), ("ATL06", "V007")])
def test_a_version_is_the_same_however_it_is_written(table, name, version):
    assert is_of_product(table, name, version).tolist() == [True, False, False, True]


def test_other_kinds_are_named_by_what_their_names_say(table):
    assert kinds_of(table.iloc[1:3]) == "ATL06 version 006 and ATL08 version 007"
