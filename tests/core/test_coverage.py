"""What of a search is held."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xopr_crossovers.core import coverage
from xopr_crossovers.core.coverage import Span

DAY = pd.Timedelta(days=1)
BEGIN = pd.Timestamp("2019-01-01")


def span(a, b):
    return Span(BEGIN + a * DAY, BEGIN + b * DAY)


@given(
    st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted), max_size=6),
)
def test_every_moment_of_a_span_is_held_or_missing_and_what_is_missing_is_not_held(wanted, held):
    gaps = coverage.missing(span(*wanted), [span(*one) for one in held])
    for half_day in range(2 * wanted[0] + 1, 2 * wanted[1], 2):
        moment = BEGIN + half_day * DAY / 2
        is_held = any(2 * a < half_day < 2 * b for a, b in held)
        assert is_held != any(gap.start < moment < gap.end for gap in gaps)


@pytest.mark.parametrize(
    ("outer", "inner", "holds"),
    [
        ((-110, -80, -100, -70), (-108, -79, -101, -71), True),
        ((-110, -80, -100, -70), (-108, -81, -101, -71), False),
        ((-110, -80, -100, -70), (-112, -79, -101, -71), False),
        ((170, -80, -170, -70), (175, -79, -175, -71), True),
        ((170, -80, -170, -70), (-175, -79, -172, -71), True),
        ((170, -80, -170, -70), (-175, -79, 175, -71), False),
        ((-180, -90, 180, -60), (170, -80, -170, -70), True),
        ((-180, -90, 180, -60), (-180, -90, 180, -60), True),
        ((-170, -80, 170, -70), (-180, -80, 180, -70), False),
    ],
)
def test_a_box_holds_another_on_the_circle(outer, inner, holds):
    assert coverage.holds_box([outer], inner) == holds


def test_a_long_span_is_cut_where_cycles_begin():
    pieces = coverage.split_by_cycle(Span(pd.Timestamp("2023-12-01"), pd.Timestamp("2024-05-01")))
    assert [f"{piece.start:%Y-%m-%d}" for piece in pieces] == ["2023-12-01", "2023-12-18", "2024-03-18"]
    assert all(a.end == b.start for a, b in zip(pieces[:-1], pieces[1:]))
    assert pieces[-1].end == pd.Timestamp("2024-05-01")


def test_a_span_of_one_cycle_with_minutes_on_either_side_is_one_piece():
    assert len(coverage.split_by_cycle(Span(pd.Timestamp("2023-12-18T21:05"), pd.Timestamp("2024-03-18T17:05")))) == 1


def test_what_was_long_past_when_it_was_asked_for_is_final():
    held, now = span(0, 90), BEGIN + 2000 * DAY
    assert coverage.open_part(held, BEGIN + 400 * DAY, now) is None
    assert coverage.open_part(held, BEGIN + 200 * DAY, now) == span(20, 90)
    assert coverage.open_part(held, BEGIN + 100 * DAY, BEGIN + 100.2 * DAY) is None
