"""Picks between the traces: interpolated where they are near, and never over a gap."""

from __future__ import annotations

import numpy as np
import pytest

import radar_maker as maker
from xopr_crossovers.core.radar.between_traces import picks_at
from xopr_crossovers.core.radar.layer_file import read_layer_file

# Traces at 0, 15, ... 3,000 m; the surface rises by 1 m in each.
FLIGHT = maker.Flight.straight((179.95, -80.0), 90.0, 3000.0, elevation=2000.0, gps_time=1_500_000_018.0, speed=100.0)


def picks_of(tmp_path, unpicked=(), **changes):
    n = len(FLIGHT.lon)
    twtt = np.stack([(2000.0 - np.arange(n)) * 2 / maker.C, np.full(n, 3e-5)])
    for some in unpicked:
        twtt[:, some] = np.nan
    quality, kind = np.ones((2, n), int), np.full((2, n), 2)
    quality[0, 10], kind[0, 10] = 3, 1
    return read_layer_file(maker.write_layer_file(tmp_path / "a.mat", FLIGHT, maker.Layers(twtt, quality, kind)))


def test_between_two_traces_the_height_lies_on_the_straight_line_between_them(tmp_path):
    at = picks_at(picks_of(tmp_path), np.array([0.0, 5.0, 7.5, 15.0, 100.0]))
    np.testing.assert_allclose(at.surface.height, [0.0, 1 / 3, 0.5, 1.0, 100 / 15], atol=1e-6)
    np.testing.assert_allclose(at.surface.gap, [0.0, 5.0, 7.5, 0.0, 5.0], atol=1e-4)


def test_quality_is_that_of_the_worse_pick_and_type_that_of_the_nearer(tmp_path):
    at = picks_at(picks_of(tmp_path), np.array([130.0, 136.0, 148.0, 152.0, 160.0, 166.0]))
    assert at.surface.quality.tolist() == [1, 3, 3, 3, 3, 1]
    assert at.surface.kind.tolist() == [2, 2, 1, 1, 2, 2]


@pytest.mark.parametrize(("missing", "over"), [(12, True), (13, False)])
def test_over_more_than_200_m_without_a_pick_nothing_is_interpolated_but_the_gap_is_told(tmp_path, missing, over):
    # 12 traces of 15 m that are missing make 195 m from pick to pick, 13 make 210 m.
    picks = picks_of(tmp_path, [slice(50, 50 + missing)])
    middle = 15.0 * (49 + (missing + 1) / 2)
    at = picks_at(picks, np.array([middle, 15.0 * 49]))
    assert np.isfinite(at.surface.height).tolist() == [over, True]
    np.testing.assert_allclose(at.surface.gap, [15.0 * (missing + 1) / 2, 0.0], atol=1e-4)
    assert at.surface.quality.tolist() == [int(over), 1]
    assert np.isfinite(picks_at(picks, middle, most_gap_m=250.0).surface.height).all()


def test_nothing_is_extrapolated(tmp_path):
    picks = picks_of(tmp_path, [slice(0, 3)])
    first, last = picks.distance[3], picks.distance[-1]
    at = picks_at(picks, np.array([-1.0, 0.0, first - 0.1, first, last, last + 0.1, np.nan]))
    assert np.isfinite(at.surface.height).tolist() == [False, False, False, True, True, False, False]
    np.testing.assert_allclose(at.surface.gap[:6], [46.0, 45.0, 0.1, 0.0, 0.0, 0.1], atol=1e-4)


def test_without_any_pick_there_is_neither_height_nor_gap(tmp_path):
    at = picks_at(picks_of(tmp_path, [slice(None)]), np.array([0.0, 100.0]))
    assert np.isnan(at.surface.height).all()
    assert np.isnan(at.bed.gap).all()
    assert not at.surface.quality.any()


def test_the_time_is_that_of_the_flight_in_utc(tmp_path):
    at = picks_at(picks_of(tmp_path), np.array([0.0, 1000.0, 3001.0]))
    # 1,500,000,000 s after 1970 is 2017-07-14 02:40:00 UTC, and 1,000 m at 100 m/s are 10 s.
    assert at.time[:2].astype("datetime64[ms]").astype(str).tolist() == [
        "2017-07-14T02:40:00.000",
        "2017-07-14T02:40:10.000",
    ]
    assert np.isnat(at.time[2])
