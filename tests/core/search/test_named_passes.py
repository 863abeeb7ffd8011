"""The passes of granules by name: with the footprint from the store or CMR, else by the name alone."""

from __future__ import annotations

import pytest

import makers
from standin import StandIn
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.search import Product, passes_of_names, read_granule_ids


@pytest.fixture(scope="module")
def server():
    with StandIn(cycles=[22], regions=[11]) as running:
        yield running


UNKNOWN = "ATL06_20240106123456_02342210_007_01.h5"


def passes(cmr, *names, log=None, **more):
    return passes_of_names(
        read_granule_ids(names), Product(cmr_url=cmr if isinstance(cmr, str) else cmr.url, **more), log
    )


def test_a_granule_that_cmr_knows_comes_with_its_footprint_and_the_next_time_without_asking(cmr):
    name = cmr.granules.names[5]
    first = passes(cmr, f"https://somewhere.org/path/{name}")
    assert first["granule_id"].tolist() == [name]
    assert first.geometry.notna().all()
    asked = len(cmr.requests)
    again = passes(cmr, name)
    assert len(cmr.requests) == asked > 0
    assert again.geometry.geom_equals_exact(first.geometry, 1e-9).all()


def test_one_that_cmr_does_not_know_is_known_by_its_name_alone_with_a_warning(cmr):
    log = makers.Log()
    table = passes(cmr, UNKNOWN, log=log)
    assert table[["granule_id", "rgt", "cycle", "region"]].to_numpy().tolist() == [[UNKNOWN, 234, 22, 10]]
    assert table.geometry.isna().all()
    assert any("of 1 granule has no footprint at hand" in line for line in log.warnings)


def test_without_a_network_the_name_alone_is_known_and_that_is_warned_of():
    log = makers.Log()
    table = passes("http://127.0.0.1:9", UNKNOWN, log=log)
    assert table["rgt"].tolist() == [234]
    assert f"{table['start_time'].iloc[0]:%Y-%m-%d %H:%M:%S}" == "2024-01-06 12:34:56"
    assert "cannot be reached" in log.text
    assert any("of 1 granule has no footprint at hand" in line for line in log.warnings)


def test_a_gridded_product_s_granule_lies_along_no_pass(cmr):
    with pytest.raises(InputError, match="is of ATL23, a gridded product whose granules lie along no pass"):
        passes(cmr, "ATL23_20230401000000_10761801_001_01.h5")
