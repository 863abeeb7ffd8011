"""The six beams: names and distances."""

import pytest

from xopr_crossovers.core import beams
from xopr_crossovers.core.errors import InputError


def test_beams_stand_from_left_to_right_in_three_pairs_of_90_metres_3_3_km_apart():
    # DOMAIN.md section 4; ATL06's groups are numbered from left to right in the direction of flight.
    assert beams.BEAMS == ("gt1l", "gt1r", "gt2l", "gt2r", "gt3l", "gt3r")
    assert [beams.BESIDE_M[name] for name in beams.LINES] == [3345, 3255, 45, -45, -3255, -3345, 0]


def test_chosen_beams_come_once_and_from_left_to_right():
    assert beams.check_beams(["centre", "gt3r", "gt1l", "gt3r"]) == ("gt1l", "gt3r", "centre")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["gt4l"], "BEAMS: there is no beam 'gt4l'; choose of gt1l, gt1r, gt2l, gt2r, gt3l, gt3r, centre."),
        ([], "BEAMS: no beam is chosen; choose of gt1l, gt1r, gt2l, gt2r, gt3l, gt3r, centre."),
    ],
)
def test_what_is_no_beam_is_refused(names, message):
    with pytest.raises(InputError) as error:
        beams.check_beams(names)
    assert str(error.value) == message


def test_a_beam_is_of_a_pair_and_of_a_side_and_the_centre_line_of_none():
    pairs, sides = beams.pairs_and_sides(beams.LINES)
    assert pairs.tolist() == [1, 1, 2, 2, 3, 3, 0]
    assert sides.tolist() == ["left", "right"] * 3 + [None]
