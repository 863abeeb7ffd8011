"""The six beams: names and distances."""

import numpy as np
import pytest

from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.icesat2 import beams


def left_of_track(latitude):
    """Where the beams run at a latitude, in metres, from left to right."""
    return np.array([beams.BESIDE_M[name] for name in beams.BEAMS]) * beams.beam_spread(np.sin(np.radians(latitude)))


def test_beams_are_numbered_from_left_to_right_in_the_direction_of_flight():
    assert beams.BEAMS == ("gt1l", "gt1r", "gt2l", "gt2r", "gt3l", "gt3r")
    assert (np.diff(left_of_track(-75.0)) < 0).all()
    assert beams.BESIDE_M["centre"] == 0


def test_beams_run_where_nasas_beam_tracks_and_real_segments_do_in_antarctica():
    # DOMAIN.md section 4: NASA's beam tracks 3,326 and 3,420 m, and 32 positions of real segments at Thwaites.
    assert left_of_track(-75.0) == pytest.approx([3420, 3326, 47, -47, -3326, -3420], abs=4)


def test_beams_run_where_real_beams_do_in_greenland():
    # DOMAIN.md section 4: y_atc of real ATL06 files, on ice 1.3 km above the ellipsoid, which takes 8 m away.
    assert left_of_track(70.5) == pytest.approx([3280 + 8, 3190 + 8, 45, -45, -3200 - 8, -3290 - 8], abs=12)


def test_the_spacing_is_that_of_a_latitude_whichever_way_the_pass_goes_and_known_at_the_poles():
    spread = beams.beam_spread(np.array([-1.0, -0.9, 0.0, 0.9, 1.0]))
    assert spread[0] > spread[1] > spread[3] > spread[2]
    assert spread[0] / spread[4] == pytest.approx(1.038, abs=0.003)
    assert spread.max() < 1.1


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
