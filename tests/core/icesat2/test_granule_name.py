"""A granule's name says what it is."""

from __future__ import annotations

from datetime import datetime, timezone

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depth import drawn
from xopr_crossovers.core.icesat2.granule_name import parse_granule_names

NAME = "ATL06_20190201021106_05290205_004_01.h5"
COLUMNS = ["short_name", "start_time", "rgt", "cycle", "region", "release", "revision"]


def one(name):
    return parse_granule_names([name]).iloc[0]


def test_a_real_name_says_product_start_track_cycle_region_release_and_revision():
    row = one(NAME)
    assert list(row.index) == COLUMNS
    assert row["short_name"] == "ATL06"
    assert row["start_time"] == pd.Timestamp("2019-02-01T02:11:06Z")
    assert (row["rgt"], row["cycle"], row["region"]) == (529, 2, 5)
    assert (row["release"], row["revision"]) == ("004", 1)


@pytest.mark.parametrize("product", ["ATL03", "ATL06", "ATL08", "ATL10", "ATL13"])
def test_the_along_track_products_are_named_alike(product):
    assert one(NAME.replace("ATL06", product))["short_name"] == product


@pytest.mark.parametrize(
    "name",
    [
        "ATL06_20190201021106_05290205_004_01",
        f"processed_{NAME}",
        "ATL06_20190201021106_05290205_004_01_subsetted.h5",
        "ATL06_20190201021106_05290205_004_01_BRW.gt1l.h_li.jpg",
        f"/data/icesat2/{NAME}",
        rf"C:\data\{NAME}",
        f"s3://bucket/ATLAS/ATL06/004/2019/02/01/{NAME}",
        f"https://host/{NAME}?A-userid=somebody",
        f"https://host/ATL03_20200101000000_00010100_006_01/{NAME}",
    ],
)
def test_prefixes_suffixes_paths_and_addresses_do_not_matter(name):
    pd.testing.assert_series_equal(one(name), one(NAME))


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "SC:ATL06.005:228825416",
        "ATL11_000110_0315_006_01.h5",
        "ATL06_20191301021106_05290205_004_01.h5",
        "ATL06_20190230021106_05290205_004_01.h5",
        "ATL06_20190201021106_00000205_004_01.h5",
        "ATL06_20190201021106_13880205_004_01.h5",
        "ATL06_20190201021106_05290005_004_01.h5",
        "ATL06_20190201021106_05290200_004_01.h5",
        "ATL06_20190201021106_05290215_004_01.h5",
        "ATL06_20190201021106_05290205_004_012.h5",
        "XATL06_20190201021106_05290205_004_01.h5",
        "atl06_20190201021106_05290205_004_01.h5",
    ],
)
def test_a_name_that_says_nothing_or_the_impossible_gives_missing_values(name):
    assert one(name).isna().all()


PARTS = st.tuples(
    st.datetimes(datetime(2018, 10, 1), datetime(2035, 12, 31)),
    st.integers(1, 1387),
    st.integers(1, 99),
    st.integers(1, 14),
    st.integers(0, 999),
    st.integers(0, 99),
)


@drawn(30)
@given(st.lists(PARTS, min_size=1, max_size=40))
def test_every_possible_name_is_read_back(parts):
    table = parse_granule_names(
        f"ATL06_{start:%Y%m%d%H%M%S}_{rgt:04d}{cycle:02d}{region:02d}_{release:03d}_{revision:02d}.h5"
        for start, rgt, cycle, region, release, revision in parts
    )
    starts, rgts, cycles, regions, releases, revisions = map(list, zip(*parts))
    assert list(table["start_time"]) == [pd.Timestamp(t.replace(microsecond=0, tzinfo=timezone.utc)) for t in starts]
    assert (list(table["rgt"]), list(table["cycle"]), list(table["region"])) == (rgts, cycles, regions)
    assert list(table["release"]) == [f"{release:03d}" for release in releases]
    assert list(table["revision"]) == revisions


def test_rows_keep_their_order_and_index_and_types_do_not_depend_on_what_is_there():
    some = parse_granule_names(pd.Series([NAME, "x", NAME], index=[7, 3, 5]))
    assert list(some.index) == [7, 3, 5]
    assert list(some["rgt"].isna()) == [False, True, False]
    assert dict(parse_granule_names([]).dtypes) == dict(some.dtypes) == dict(parse_granule_names(["x"]).dtypes)
    assert str(some.dtypes["start_time"]) == "datetime64[ms, UTC]"
    assert {str(some.dtypes[column]) for column in ("rgt", "cycle", "region", "revision")} == {"Int64"}


def test_the_names_of_2089_real_granules_tell_the_start_that_their_records_tell(real_data):
    footprints = gpd.read_parquet(real_data / "granules" / "atl03_v007_footprints.parquet")
    named = parse_granule_names(footprints["id"])
    assert named.notna().all(axis=None)
    assert set(named["short_name"]) == {"ATL03"}
    assert set(named["release"]) == {"007"}
    late = footprints["start_datetime"] - named["start_time"]
    assert late.abs().max() < pd.Timedelta(minutes=10)


@pytest.mark.parametrize(
    "name",
    [
        "ATL23_20230401000000_10761801_001_01.h5",
        "ATL16_20210101010136_01231001_005_01.h5",
        "ATL20_20200101000000_01230901_004_02.h5",
    ],
)
def test_a_gridded_product_s_name_has_the_numbers_of_its_first_pass_which_are_not_its_own(name):
    row = one(name)
    assert row[["rgt", "cycle", "region"]].isna().all()
    assert (row["short_name"], row["revision"]) == (name[:5], int(name[-5:-3]))
