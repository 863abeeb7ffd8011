"""Robust numbers, against scipy and by hand."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from depth import drawn
from xopr_crossovers.core.heights import spread_of, theil_sen


def test_median_nmad_and_rms_are_those_worked_out_by_hand():
    found = spread_of([1.0, 2.0, 4.0, np.nan, 9.0, np.inf])
    assert (found.n, found.median) == (4, 3.0)
    assert found.nmad == pytest.approx(1.4826 * 1.5)
    assert found.rms == pytest.approx(np.sqrt((1 + 4 + 16 + 81) / 4))


def test_of_normal_deviates_the_nmad_is_the_standard_deviation():
    assert spread_of(np.random.default_rng(1).normal(5.0, 3.0, 200_000)).nmad == pytest.approx(3.0, rel=0.01)


def test_of_no_values_nothing_is_known():
    found = spread_of([np.nan])
    assert found.n == 0
    assert np.isnan([found.median, found.nmad, found.rms]).all()


@drawn(60)
@given(st.lists(st.integers(1, 25), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_trends_of_many_groups_at_once_are_those_that_scipy_has_for_each(sizes, seed):
    generator = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    x = np.round(generator.uniform(0, 8, len(group)), 1)
    y = np.round(0.7 * x + generator.standard_normal(len(group)), 1)
    found = theil_sen(group, x, y, len(sizes))
    for number, size in enumerate(sizes):
        own_x, own_y = x[group == number], y[group == number]
        if len(set(own_x)) < 2:
            assert np.isnan(found.slope[number])
            continue
        expected = scipy.stats.theilslopes(own_y, own_x, alpha=0.68)
        assert found.slope[number] == pytest.approx(expected[0])
        if size >= 3:
            assert found.spread[number] == pytest.approx((expected[3] - expected[2]) / 2)
        else:
            assert np.isnan(found.spread[number])


def test_a_trend_stands_a_quarter_of_wild_values():
    years = np.arange(12.0)
    heights = 100.0 - 1.5 * years
    heights[[2, 7, 11]] += (40.0, -60.0, 25.0)
    assert theil_sen(np.zeros(12, dtype=int), years, heights, 1).slope[0] == pytest.approx(-1.5, abs=0.4)


def test_of_one_point_or_one_moment_there_is_no_trend():
    found = theil_sen(np.array([0, 1, 1, 2, 2, 2]), np.array([1.0, 2, 2, 3, 3, 3]), np.arange(6.0), 3)
    assert np.isnan(found.slope).all()
    assert np.isnan(found.spread).all()
