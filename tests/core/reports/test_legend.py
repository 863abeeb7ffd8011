"""The colours of legends can be told apart, by the colour-blind too."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xopr_crossovers.core.reports import NEARNESS, VIRIDIS, day_classes

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB: what the blind to one kind of cone see.
SEEN_BY = {
    "all": np.eye(3),
    "protanopes": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopes": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopes": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# sRGB to XYZ under D65 (IEC 61966-2-1).
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
# Frames without a granule, frames that nothing was counted for, tracks, and the rims of footprints on white.
OTHER_LINES = ("#a0a0a0", "#33415c", "#44206b", "#c5ccd3")


def lab(colour, viewer):
    """CIELAB of a colour as somebody sees it."""
    coded = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    x, y, z = TO_XYZ @ np.clip(np.array(SEEN_BY[viewer]) @ linear, 0, 1) / (TO_XYZ @ np.ones(3))
    f = [np.cbrt(t) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(first, second):
    """CIEDE2000 (Sharma, Wu and Dalal 2005) of two colours in CIELAB."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1 + (1 - np.sqrt(mean**7 / (mean**7 + 25**7))) / 2
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    light, c, h = (l1 + l2) / 2, (c1 + c2) / 2, (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    t = (
        1
        - 0.17 * np.cos(np.radians(h - 30))
        + 0.24 * np.cos(np.radians(2 * h))
        + 0.32 * np.cos(np.radians(3 * h + 6))
        - 0.20 * np.cos(np.radians(4 * h - 63))
    )
    s_l, s_c, s_h = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2), 1 + 0.045 * c, 1 + 0.015 * c * t
    twist = -np.sin(np.radians(60 * np.exp(-(((h - 275) / 25) ** 2)))) * 2 * np.sqrt(c**7 / (c**7 + 25**7))
    parts = dl / s_l, dc / s_c, dh / s_h
    return np.sqrt(sum(part**2 for part in parts) + twist * parts[1] * parts[2])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
        ((63.0109, -31.0961, -5.8663), (62.8187, -29.7946, -4.0864), 1.2630),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ],
)
def test_the_measure_is_that_of_its_authors(first, second, expected):
    assert apart(first, second) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("viewer", SEEN_BY)
def test_classes_of_nearness_beside_each_other_can_be_told_apart(viewer):
    seen = [lab(colour, viewer) for colour in NEARNESS]
    assert min(apart(*pair) for pair in pairwise(seen)) >= 12


@pytest.mark.parametrize("viewer", SEEN_BY)
def test_classes_of_nearness_stand_out_from_all_lines_that_they_may_lie_on(viewer):
    lines = [lab(colour, viewer) for colour in (*VIRIDIS, *OTHER_LINES)]
    assert min(apart(lab(colour, viewer), line) for colour in NEARNESS for line in lines) >= 14


@pytest.mark.parametrize("viewer", SEEN_BY)
def test_what_is_near_is_dark_and_what_is_far_is_pale(viewer):
    lightness = [lab(colour, viewer)[0] for colour in NEARNESS]
    assert sorted(lightness) == lightness


def test_viridis_itself_would_not_stand_out():
    assert apart(lab(VIRIDIS[0], "all"), lab("#44206b", "all")) < 14


@given(st.lists(st.integers(0, 12_000), max_size=40, unique=True))
def test_every_number_of_days_is_in_one_of_five_classes_of_which_two_are_always_the_same(days):
    classes = day_classes(days)

    assert [(low, high) for low, high, _ in classes[:2]] == [(0, 31), (31, 91)]
    assert [high for _, high, _ in classes[:-1]] == [low for low, _, _ in classes[1:]]
    assert all(low < high for low, high, _ in classes)
    assert len(classes) == 5
    assert classes[-1][1] == np.inf


@given(st.lists(st.integers(92, 7305), min_size=1, max_size=40, unique=True))
def test_a_third_of_what_is_beyond_a_repeat_cycle_is_never_pale(days):
    third, fourth, _ = day_classes(days)[2:]

    assert sum(day <= third[1] for day in days) >= len(days) / 3
    assert sum(day <= fourth[1] for day in days) >= 2 * len(days) / 3


@pytest.mark.parametrize(
    ("days", "ends"),
    [
        ([], (366, 1827)),
        ([5, 60], (366, 1827)),
        ([200, 1000, 4000], (366, 1096)),
        # A season of 2016 and passes from 2018 to 2026.
        (range(700, 3700), (1827, 3653)),
        ([2400, 2450], (2557, 3653)),
    ],
)
def test_the_other_classes_end_at_spans_that_people_speak_of(days, ends):
    classes = day_classes(days)

    assert (classes[2][1], classes[3][1]) == ends
