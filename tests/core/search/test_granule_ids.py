"""Names of granules as users write them."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depth import drawn
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.search.granule_ids import read_granule_ids

# A real name of the old archive, and names made like it.
REAL = "ATL06_20190221121851_08410203_001_01"
NAMES = [REAL, "ATL03_20240106061233_02342210_007_02", "ATL08_20231218224933_13872114_006_01"]


@pytest.mark.parametrize(
    "text",
    [
        REAL,
        f"{REAL}.h5",
        f"processed_{REAL}.h5",
        REAL.lower(),
        f"https://data.nsidc.earthdatacloud.nasa.gov/nsidc-cumulus-prod-protected/ATLAS/ATL06/001/2019/02/21/{REAL}.h5",
        f"s3://nsidc-cumulus-prod-protected/ATLAS/ATL06/001/{REAL}.h5",
        f"C:\\Users\\A B\\ice sat\\{REAL}.h5",
        f"/home/a b/my data/{REAL}.h5",
        f'["{REAL}.h5"]',
        f"https://host/{REAL}.h5?token=abc",
    ],
)
def test_a_name_is_read_from_what_users_have_of_it(text):
    (row,) = read_granule_ids(text).to_dict("records")
    assert row["stem"] == "ATL06_20190221121851_08410203_001"
    assert (row["short_name"], row["release"], row["revision"]) == ("ATL06", "001", 1)
    assert (row["rgt"], row["cycle"], row["region"]) == (841, 2, 3)
    assert row["start_time"] == pd.Timestamp("2019-02-21T12:18:51Z")


@given(
    order=st.permutations(NAMES),
    between=st.lists(st.sampled_from([",", ";", " ", "\n", "\r\n", "\t", ", ", " ; "]), min_size=2, max_size=2),
)
@drawn(40)
def test_several_come_in_their_order_whatever_stands_between_them(order, between):
    text = f"{order[0]}.h5{between[0]}/a b/{order[1]}{between[1]}{order[2]}"
    found = read_granule_ids(text)
    assert found["stem"].tolist() == [name[:-3] for name in order]


def test_each_granule_counts_once_in_the_highest_revision_that_is_asked_for():
    found = read_granule_ids([f"{REAL[:-2]}02", REAL, NAMES[1], f"{REAL[:-2]}03.h5"])
    assert found["revision"].tolist() == [3, 2]
    assert found["text"].tolist() == [f"{REAL[:-2]}03.h5", NAMES[1]]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"{REAL}, ATL06", "ATL06"),
        ("frames.gpkg", "frames.gpkg"),
        ("ATL11_105110_0319_006_03.h5", "ATL11_105110_0319_006_03.h5"),
        ("ATL06_20190221121851_13880203_001_01", "ATL06_20190221121851_13880203_001_01"),
        ("ATL06_20191321121851_08410203_001_01", "ATL06_20191321121851_08410203_001_01"),
        (f"/data/x y\n{REAL}", "/data/x y"),
        (f"{REAL} tomorrow", "tomorrow"),
    ],
)
def test_a_text_that_is_no_name_is_refused_in_a_sentence_that_names_it(text, named):
    with pytest.raises(InputError) as refused:
        read_granule_ids(text)
    assert str(refused.value).startswith(f"GRANULE_IDS: '{named}' is no name of an ICESat-2 granule; write such as")


@pytest.mark.parametrize("text", ["", "  ", ",;\n", []])
def test_no_name_at_all_is_refused(text):
    with pytest.raises(InputError, match="GRANULE_IDS names no granule; give names such as ATL06_"):
        read_granule_ids(text)
