"""What of a search is held."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from xopr_crossovers.core.search import coverage
from xopr_crossovers.core.search.coverage import Extent, Span

DAY = pd.Timedelta(days=1)
BEGIN = pd.Timestamp("2019-01-01")


def span(a, b):
    return Span(BEGIN + a * DAY, BEGIN + b * DAY)


WORLD = (-180.0, -90.0, 180.0, 90.0)
quarters = [(-180.0, -90.0, 0.0, 0.0), (0.0, -90.0, 180.0, 0.0), (-180.0, 0.0, 0.0, 90.0), (0.0, 0.0, 180.0, 90.0)]
spans = st.tuples(st.integers(0, 50), st.integers(0, 50)).filter(lambda pair: pair[0] != pair[1]).map(sorted)


@given(spans, st.lists(st.tuples(spans, st.sets(st.sampled_from(range(4)), min_size=1)), max_size=6))
def test_every_moment_and_place_is_held_or_missing_and_what_is_missing_is_not_held(wanted, held):
    extents = [Extent(span(*one), tuple(quarters[q] for q in some)) for one, some in held]
    gaps, used = coverage.missing(Extent(span(*wanted), (WORLD,)), extents)
    for half_day in range(2 * wanted[0] + 1, 2 * wanted[1], 2):
        moment = BEGIN + half_day * DAY / 2
        here = [gap.boxes for gap in gaps if gap.span.start < moment < gap.span.end]
        assert len(here) <= 1
        for q, (west, south, _, _) in enumerate(quarters):
            lon, lat = west + 90, south + 45
            by = [number for number, (one, some) in enumerate(held) if 2 * one[0] < half_day < 2 * one[1] and q in some]
            asked = any(w <= lon <= e and s <= lat <= n for boxes in here for w, s, e, n in boxes)
            assert asked == (not by)
            assert not by or set(by) & set(used)


def test_of_two_that_hold_the_same_the_first_is_used():
    year = Extent(span(0, 50), (WORLD,))
    assert coverage.missing(Extent(span(10, 20), (WORLD,)), [year, year]) == ([], [0])


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
