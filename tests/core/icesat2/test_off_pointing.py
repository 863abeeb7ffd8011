"""How far beside their tracks passes were pointed."""

import numpy as np
import shapely

from standin import strips as standin_strips
from xopr_crossovers.core.icesat2 import orbit
from xopr_crossovers.core.icesat2.off_pointing import OffPointing, strip_pointing
from xopr_crossovers.core.icesat2.strips import find_strips


def test_the_passes_that_a_mask_keeps_keep_their_places():
    places = OffPointing(np.array([0, 2, 5, 7]), np.arange(7.0), np.arange(7.0) * 10)
    kept = places.where(np.array([True, False, True]))
    assert kept.offsets.tolist() == [0, 2, 4]
    assert kept.u.tolist() == [0, 1, 5, 6]
    assert kept.left_m.tolist() == [0, 10, 50, 60]
    assert [ends.tolist() for ends in places.ends()] == [[0, 2, 5], [1, 4, 6]]


def test_a_pass_that_keeps_to_its_track_begins_and_ends_where_it_is_told_to():
    along = OffPointing.along(np.array([180.0, 240.0]), np.array([240.0, 300.0]))
    assert [ends.tolist() for ends in along.ends()] == [[180, 240], [240, 300]]
    assert not along.left_m.any()


def test_a_strip_follows_the_track_of_its_name_and_no_other():
    strips = find_strips(np.array([shapely.Polygon(standin_strips.ring(rgt, 11)) for rgt in (500, 500, 500)]))
    found = strip_pointing(strips, np.array([500, 700, 0]), np.array([11, 11, 11]))
    assert found.follows.tolist() == [True, False, False]
    assert found.farthest_m[0] < 200
    begin, end = (ends[0] for ends in found.off_pointing.ends())
    np.testing.assert_allclose([begin, end], np.ravel(orbit.region_arc(11)), atol=1.0)
