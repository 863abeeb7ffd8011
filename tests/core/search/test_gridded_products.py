"""Products of weeks and months, whose names carry the track and cycle of the first pass that went into them."""

import pytest

from standin import StandIn, areas
from xopr_crossovers.core import job
from xopr_crossovers.core.icesat2.granule_name import cycle_patterns
from xopr_crossovers.core.search import area, window

PLACE = area.given_area((-110, -78, -100, -75))


@pytest.mark.parametrize("product", ["ATL16", "ATL17", "ATL19", "ATL20", "ATL21", "ATL23"])
def test_of_a_gridded_product_a_cycle_brings_all_of_its_time_whatever_number_the_names_carry(product):
    with StandIn([21, 22, 23], [10, 12], [product], ["001"]) as cmr:
        asked = window.resolve_window("cycle", cycle=22)
        there = (cmr.granules.start <= asked.end.to_datetime64()) & (cmr.granules.end >= asked.start.to_datetime64())
        there &= cmr.granules.touching(areas.Box(*PLACE.boxes[0]))
        expected = {name for name, mine in zip(cmr.granules.names, there) if mine}
        for _ in range(2):
            found = job.query_granules([PLACE], asked, job.Product(product, "001", cmr_url=cmr.url))
            assert set(found.granules["granule_id"]) == expected
            assert found.granules["cycle"].isna().all()
        assert {request.get("readable_granule_name[]") for request in cmr.requests} == {None}
        assert len(expected) > 20


def test_a_product_along_the_track_is_asked_for_by_its_names():
    assert cycle_patterns("ATL06", 22) == ("ATL06_??????????????_????22??_*",)
    assert cycle_patterns("ATL23", 22) == cycle_patterns("GEDI02", 22) == ()
