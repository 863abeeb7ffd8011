"""Whole numbers that users list."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.common.number_ranges import read_numbers, write_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("22", [22]),
        ("22,23-25", [22, 23, 24, 25]),
        (" 23 - 25 ; 22", [22, 23, 24, 25]),
        ("22 22, 22-22", [22]),
        ("1,99", [1, 99]),
    ],
)
def test_numbers_and_ranges_are_read(text, numbers):
    assert read_numbers(text, "CYCLES", 1, 99).tolist() == numbers


@pytest.mark.parametrize("text", ["", None, "  ", ","])
def test_nothing_asks_for_all(text):
    assert read_numbers(text, "CYCLES", 1, 99) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("22,two", "CYCLES: 'two' is no number or range; write them as 22,24-26."),
        ("22-", "CYCLES: '22-' is no number or range; write them as 22,24-26."),
        ("-3", "CYCLES: '-3' is no number or range; write them as 22,24-26."),
        ("1.5", "CYCLES: '1.5' is no number or range; write them as 22,24-26."),
        ("25-22", "CYCLES: the range 25-22 ends before it begins; write 22-25."),
        ("0", "CYCLES: there is no 0; numbers are 1 to 99."),
        ("98-120", "CYCLES: there is no 120; numbers are 1 to 99."),
    ],
)
def test_what_cannot_be_read_is_named(text, message):
    with pytest.raises(InputError) as error:
        read_numbers(text, "CYCLES", 1, 99)
    assert str(error.value) == message


@given(st.lists(st.integers(1, 60), min_size=1))
def test_what_is_written_is_read_again(numbers):
    text = write_numbers(np.array(numbers))
    assert read_numbers(text, "CYCLES", 1, 60).tolist() == sorted(set(numbers))


def test_neighbours_are_written_as_a_range():
    assert write_numbers(np.array([7, 2, 1, 3, 2])) == "1-3, 7"
