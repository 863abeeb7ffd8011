"""Groups of different sizes in flat arrays; what is expected is counted by loops of Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xopr_crossovers.core.geometry import ragged

COUNTS = st.lists(st.integers(0, 5), max_size=12)
NUMBERS = st.lists(st.integers(-4, 4), max_size=20)


def groups(counts):
    return [list(range(count)) for count in counts]


def array(values):
    return np.array(values, dtype=np.int64)


def test_the_table_of_the_module_is_true():
    counts = array([2, 0, 3])
    assert ragged.offsets_of(counts).tolist() == [0, 2, 2, 5]
    assert ragged.owners_of(counts).tolist() == [0, 0, 2, 2, 2]
    assert ragged.ranks_of(counts).tolist() == [0, 1, 0, 1, 2]
    assert ragged.ranges(array([7, 1, 4]), counts).tolist() == [7, 8, 4, 5, 6]


@given(COUNTS)
def test_every_element_has_its_owner_and_its_number_in_the_group(counts):
    owners, ranks = ragged.spread(array(counts))
    assert owners.tolist() == [owner for owner, group in enumerate(groups(counts)) for _ in group]
    assert ranks.tolist() == [rank for group in groups(counts) for rank in group]


@given(COUNTS)
def test_a_group_lies_between_its_offset_and_the_next(counts):
    offsets = ragged.offsets_of(array(counts)).tolist()
    assert offsets == [sum(counts[:i]) for i in range(len(counts) + 1)]
    assert ragged.offsets_of_owners(ragged.owners_of(array(counts)), len(counts)).tolist() == offsets


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 5)), max_size=12))
def test_ranges_count_on_from_their_first_number(wanted):
    first, counts = array(wanted).reshape(-1, 2).T
    assert ragged.ranges(first, counts).tolist() == [n for begin, count in wanted for n in range(begin, begin + count)]


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int32])
def test_indices_have_64_bits_whatever_the_counts_have(kind):
    counts = np.array([1, 0, 1], dtype=kind)
    found = [ragged.offsets_of(counts), *ragged.spread(counts), ragged.ranges(array([5, 5, 5]), counts)]
    assert [part.dtype for part in found] == [np.int64] * 4
    assert [part.tolist() for part in found] == [[0, 1, 1, 2], [0, 2], [0, 0], [5, 5]]


@given(NUMBERS, NUMBERS)
def test_all_pairs_of_equal_numbers_are_found_in_order(wanted, keys):
    keys = sorted(keys)
    expected = [(i, j) for i, one in enumerate(wanted) for j, other in enumerate(keys) if one == other]
    assert list(zip(*(part.tolist() for part in ragged.equal_pairs(array(wanted), array(keys))))) == expected


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), max_size=20))
def test_a_run_begins_where_any_key_changes(rows):
    one, other = array(rows).reshape(-1, 2).T
    assert ragged.begins(one, other).tolist() == [i == 0 or row != rows[i - 1] for i, row in enumerate(rows)]
    assert ragged.begins(one).tolist() == [i == 0 or row[0] != rows[i - 1][0] for i, row in enumerate(rows)]


@given(st.lists(st.lists(st.integers(-9, 9), min_size=1, max_size=5), max_size=8))
def test_values_are_counted_from_the_first_of_their_group(lists):
    values, counts = array([value for part in lists for value in part]), array([len(part) for part in lists])
    assert ragged.since_first(values, counts).tolist() == [value - part[0] for part in lists for value in part]


@given(COUNTS, st.integers(1, 12))
def test_chunks_hold_every_group_once_and_no_more_than_they_may(counts, most):
    found = [counts[some] for some in ragged.chunks(array(counts), most)]
    assert [count for part in found for count in part] == counts
    assert all(sum(part) <= most or len(part) == 1 for part in found)
    # None could have taken the next one's first group as well.
    assert all(sum(part) + following[0] > most for part, following in zip(found, found[1:]))
