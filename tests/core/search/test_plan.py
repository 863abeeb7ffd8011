"""What a search reads, asks for and brings up to date, planned without a store or a server."""

from pathlib import Path

import pandas as pd
import pytest

from xopr_crossovers.core.search.coverage import Extent, Span
from xopr_crossovers.core.search.holding import Holding, Label
from xopr_crossovers.core.search.plan import Update, plan

WEST, EAST = (-110.0, -80.0, -105.0, -70.0), (-105.0, -80.0, -100.0, -70.0)
BOTH = (-110.0, -80.0, -100.0, -70.0)
LATER = pd.Timestamp("2030-01-01")
# The 22nd repeat cycle (2023-12-18 to 2024-03-18 by the calendar) as a search of it asks for it.
CYCLE_22 = Span(pd.Timestamp("2023-12-18T21:05"), pd.Timestamp("2024-03-18T17:05"))


def span(start, end):
    return Span(pd.Timestamp(start), pd.Timestamp(end))


def extent(start, end, *boxes):
    return Extent(span(start, end), boxes or (BOTH,))


def held(start, end, *boxes, asked="2029-01-01", cycle=None, name="file"):
    return Holding(Path(name), Label(boxes or (BOTH,), span(start, end), pd.Timestamp(asked), 1, cycle))


def test_with_nothing_held_all_is_asked_for_in_pieces_of_a_repeat_cycle():
    made = plan(extent("2023-12-01", "2024-05-01"), [], LATER)
    assert [f"{one.span.start:%m-%d} {one.span.end:%m-%d}" for one in made.ask] == [
        "12-01 12-18",
        "12-18 03-18",
        "03-18 05-01",
    ]
    assert {one.boxes for one in made.ask} == {(BOTH,)}
    assert (made.read, made.update) == ((), ())


def test_what_is_held_and_final_is_only_read():
    year = held("2023-01-01", "2024-12-31")
    made = plan(extent("2024-01-01", "2024-01-31"), [year], LATER)
    assert (made.read, made.ask, made.update) == ((year,), (), ())


def test_of_a_time_that_is_held_in_part_the_rest_is_asked_for():
    first = held("2024-01-01", "2024-01-20")
    made = plan(extent("2024-01-10", "2024-01-31"), [first], LATER)
    assert (made.read, made.ask) == ((first,), (extent("2024-01-20", "2024-01-31"),))


def test_of_an_area_that_is_held_in_part_the_rest_is_asked_for():
    west = held("2024-01-01", "2024-01-31", WEST)
    made = plan(extent("2024-01-01", "2024-01-31"), [west], LATER)
    assert (made.read, made.ask) == ((west,), (extent("2024-01-01", "2024-01-31", EAST),))


def test_what_lies_elsewhere_or_in_another_time_is_neither_read_nor_brought_up_to_date():
    others = [held("2024-01-01", "2024-01-31", EAST, asked="2024-02-01"), held("2023-01-01", "2023-01-31")]
    made = plan(extent("2024-01-01", "2024-01-31", WEST), others, pd.Timestamp("2024-06-01"))
    assert (made.read, made.update) == ((), ())
    assert made.ask == (extent("2024-01-01", "2024-01-31", WEST),)


def test_of_two_that_hold_the_same_the_first_is_read_and_without_it_the_other():
    fresh, old = held("2024-01-01", "2024-01-31", name="fresh"), held("2024-01-01", "2024-01-31", name="old")
    wanted = extent("2024-01-05", "2024-01-10")
    assert plan(wanted, [fresh, old], LATER).read == (fresh,)
    assert plan(wanted, [old], LATER).read == (old,)
    assert plan(wanted, [], LATER).ask == (wanted,)


def test_of_what_was_held_too_soon_after_the_pass_the_last_half_year_is_brought_up_to_date():
    months = held("2023-08-01", "2024-05-31", asked="2024-06-01")
    made = plan(extent("2024-01-01", "2024-01-31"), [months], pd.Timestamp("2024-07-01"))
    # 180 days before the first of June: 31 of May, 30, 31, 29 of February, 31, 28 of December.
    assert made.update == (Update(months, span("2023-12-04", "2024-05-31")),)
    assert (made.read, made.ask) == ((months,), ())


@pytest.mark.parametrize(("now", "updates"), [("2024-06-01T11:59", 0), ("2024-06-01T12:00", 1), ("2024-05-31", 1)])
def test_what_was_asked_for_less_than_twelve_hours_ago_is_fresh_unless_that_is_in_the_future(now, updates):
    months = held("2023-08-01", "2024-05-31", asked="2024-06-01")
    assert len(plan(extent("2024-01-01", "2024-01-31"), [months], pd.Timestamp(now)).update) == updates


def test_a_cycle_that_is_held_answers_that_cycle_and_no_other():
    cycle = held(CYCLE_22.start, CYCLE_22.end, cycle=22)
    wanted = Extent(CYCLE_22, (BOTH,))
    assert plan(wanted, [cycle], LATER, cycle=22).read == (cycle,)
    assert plan(wanted, [cycle], LATER, cycle=22).ask == ()
    other = plan(wanted, [cycle], LATER, cycle=21)
    assert (other.read, other.ask) == ((), (wanted,))


def test_a_cycle_helps_with_a_date_range_within_it():
    cycle = held(CYCLE_22.start, CYCLE_22.end, cycle=22)
    made = plan(extent("2024-01-01", "2024-02-01"), [cycle], LATER)
    assert (made.read, made.ask) == ((cycle,), ())


def test_of_a_cycle_all_or_nothing_is_asked_for():
    wanted = Extent(CYCLE_22, (BOTH,))
    month = held("2023-12-01", "2024-01-15")
    made = plan(wanted, [month], LATER, cycle=22)
    assert (made.read, made.ask) == ((month,), (wanted,))


def test_of_a_cycle_only_the_area_that_is_not_held_is_asked_for():
    west = held("2023-12-01", "2024-04-01", WEST)
    assert plan(Extent(CYCLE_22, (BOTH,)), [west], LATER, cycle=22).ask == (Extent(CYCLE_22, (EAST,)),)


def test_of_a_cycle_that_lacks_different_areas_at_different_times_the_whole_area_is_asked_for_once():
    west = held("2023-12-01", "2024-02-01", WEST)
    assert plan(Extent(CYCLE_22, (BOTH,)), [west], LATER, cycle=22).ask == (Extent(CYCLE_22, (BOTH,)),)
