"""Which granules are fetched: each once, in order of time, the best of each frame, and why the others are not."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depth import drawn
from xopr_crossovers.core.common import InputError, Progress
from xopr_crossovers.core.downloads import KINDS, Picking, download_text, granules_to_fetch, total_mb

A, B, C = (f"ATL06_2024{month}06042207_02932211_007_01.h5" for month in ("01", "02", "03"))
HOST = "https://data.nsidc.earthdatacloud.nasa.gov"


class Told(Progress):
    def __init__(self):
        self.infos, self.warnings = [], []

    def info(self, text):
        self.infos.append(text)

    def warn(self, text):
        self.warnings.append(text)


def matches(*rows):
    """Rows of (frame, granule, days_between, crosses_line, overlap_m) as Matches have them."""
    table = pd.DataFrame(rows, columns=["frame_id", "granule_id", "days_between", "crosses_line", "overlap_m"])
    return table.assign(https_url=f"{HOST}/" + table["granule_id"], size_mb=1.5)


TABLE = matches(
    ("f1", C, -60, True, 900.0),
    ("f1", A, -3, False, 0.0),
    ("f1", B, 30, True, 1200.0),
    ("f2", B, 28, True, 0.5),
    ("f2", A, -5, True, 400.0),
)


def picked(table=TABLE, **picking):
    told = Told()
    return granules_to_fetch(table, Picking(**picking), "MATCHES", told), told


def test_each_granule_comes_once_in_order_of_time_with_its_size():
    granules, told = picked()
    assert granules["granule_id"].tolist() == granules["file"].tolist() == [A, B, C]
    assert granules["n_bytes"].tolist() == [1_500_000] * 3
    assert total_mb(granules) == 4.5
    assert told.warnings == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_log_tells_number_size_and_hosts_and_what_is_unknown(kind):
    told = Told()
    text = download_text(picked(TABLE.assign(size_mb=[None, 1.5, 2.0, 2.0, 1.5]))[0], kind, told)
    says = "3 granules, 3.5 MB and 1 of unknown size, from 2024-01-06 to 2024-03-06."
    assert told.infos == [f"Fetches {says}", "3 granules from data.nsidc.earthdatacloud.nasa.gov."]
    assert says in text or text == "".join(f"{HOST}/{name}\n" for name in (A, B, C))


def test_where_no_size_is_known_none_is_told():
    told = Told()
    download_text(picked(TABLE.assign(size_mb=None))[0], KINDS[0], told)
    assert told.infos[0] == "Fetches 3 granules of unknown size, from 2024-01-06 to 2024-03-06."


@pytest.mark.parametrize(
    ("picking", "expected"),
    [
        ({"crosses_line": True}, [A, B, C]),
        ({"max_days": 28}, [A, B]),
        ({"max_days": 4}, [A]),
        ({"max_days": 0}, []),
        ({"best": 1}, [A]),
        ({"best": 1, "crosses_line": True}, [A, B]),
        ({"best": 1, "best_by": "overlap"}, [A, B]),
        ({"best": 2, "best_by": "overlap"}, [A, B, C]),
        ({"best": 1, "best_by": "overlap", "max_days": 28}, [A]),
        ({"best": 9}, [A, B, C]),
    ],
)
def test_filters_and_the_best_of_each_frame(picking, expected):
    assert picked(**picking)[0]["granule_id"].tolist() == expected


def test_what_a_filter_leaves_out_is_counted():
    _, told = picked(crosses_line=True, max_days=28, best=1)
    assert told.infos == [
        "1 of 5 rows do not cross the flight line and are left out.",
        "2 of 4 rows are more than 28 days from the flight and are left out.",
        "The best 1 by time of each of 1 frame: 1 of 2 pairs.",
    ]


def test_of_crossovers_with_several_beams_the_best_are_granules_not_rows():
    beams = pd.concat([TABLE] * 6, ignore_index=True).drop(columns=["crosses_line", "overlap_m", "size_mb"])
    granules, _ = picked(beams, best=2)
    assert granules["granule_id"].tolist() == [A, B]
    assert granules["n_bytes"].isna().all()


def test_frames_of_one_name_in_two_seasons_are_two_frames():
    table = TABLE.assign(frame_id="f", collection=["s1", "s1", "s1", "s2", "s2"])[1:4]
    assert picked(table, best=1)[0]["granule_id"].tolist() == [A, B]


@pytest.mark.parametrize(
    ("column", "picking"),
    [
        ("granule_id", {}),
        ("https_url", {}),
        ("crosses_line", {"crosses_line": True}),
        ("days_between", {"max_days": 3}),
        ("frame_id", {"best": 1}),
        ("days_between", {"best": 1}),
        ("overlap_m", {"best": 1, "best_by": "overlap"}),
    ],
)
def test_a_column_that_is_needed_and_not_there_is_named(column, picking):
    with pytest.raises(InputError, match=f"^MATCHES has no column '{column}', which .*choose a layer that has it"):
        picked(TABLE.drop(columns=column), **picking)


def test_columns_of_text_are_read_and_what_is_no_number_is_named():
    text = TABLE.astype(str).assign(crosses_line=["t", "False", "TRUE", "1", "0"])
    granules, _ = picked(text, crosses_line=True, max_days=30)
    assert granules["granule_id"].tolist() == [B]
    assert granules["n_bytes"].tolist() == [1_500_000]
    with pytest.raises(InputError, match="'soon' in the column 'days_between' is no number"):
        picked(text.assign(days_between="soon"), max_days=30)
    with pytest.raises(InputError, match="'maybe' in the column 'crosses_line' is neither true nor false"):
        picked(text.assign(crosses_line="maybe"), crosses_line=True)


def test_rows_without_days_are_left_out_by_days_and_come_last_among_the_best():
    table = TABLE.assign(days_between=[None, None, 30, 28, None])
    granules, told = picked(table, max_days=30)
    assert granules["granule_id"].tolist() == [B]
    assert told.warnings == ["3 of 5 rows do not tell their days from the flight and are left out."]
    assert picked(table, best=1)[0]["granule_id"].tolist() == [B]


def frames_of(table=TABLE, as_text=True):
    """The same granules as matched frames have them: a list a frame."""
    lists = [
        [{"granule_id": row.granule_id, "s3_url": None, "https_url": row.https_url} for row in rows.itertuples()]
        for _, rows in table.groupby("frame_id")
    ]
    lists.append([])
    return pd.DataFrame(
        {
            "id": ["f1", "f2", "f3"],
            "collection": "s",
            "atl06_granules": list(map(json.dumps, lists)) if as_text else lists,
        }
    )


@pytest.mark.parametrize("as_text", [True, False])
def test_matched_frames_give_the_granules_of_their_lists_each_once_and_what_there_is_is_counted(as_text):
    granules, told = picked(frames_of(as_text=as_text))
    assert granules["https_url"].tolist() == picked()[0]["https_url"].tolist()
    assert "MATCHES: 2 matched frames with granules; 1 without." in told.infos
    assert "MATCHES: 5 rows of 3 granules; each is fetched once." in told.infos
    assert "MATCHES: 5 rows of 3 granules; each is fetched once." in picked()[1].infos


def test_a_link_that_a_matched_frame_lacks_may_be_another_ones_and_a_null_list_is_none():
    table = frames_of()
    table.loc[0, "atl06_granules"] = json.dumps([{"granule_id": A}, {"granule_id": B, "https_url": None}])
    table.loc[2, "atl06_granules"] = None
    granules, told = picked(table)
    assert granules["granule_id"].tolist() == [A, B]
    assert "MATCHES: 2 matched frames with granules; 1 without." in told.infos


@pytest.mark.parametrize("text", ['[{"granule_id": "ATL06_2024', "soon", '{"granule_id": "x"}', "[1, 2]", "5"])
def test_a_matched_frame_whose_list_was_cut_is_named(text):
    table = frames_of()
    table.loc[1, "atl06_granules"] = text
    with pytest.raises(
        InputError, match=r"^MATCHES: the column 'atl06_granules' of f2 holds no list of granules .*anew"
    ):
        picked(table)


def test_matched_frames_without_any_granule_make_a_script_of_nothing():
    granules, told = picked(frames_of()[2:])
    assert len(granules) == 0
    assert "MATCHES: 0 matched frames with granules; 1 without." in told.infos
    assert download_text(granules, "urls", told) == ""


def test_filters_that_matched_frames_cannot_answer_are_refused():
    with pytest.raises(InputError, match="no column 'days_between', which MAX_DAYS needs; choose a layer that has it"):
        picked(frames_of(), max_days=5)


def test_why_a_granule_cannot_be_fetched_is_said_and_counted():
    links = [None, "s3://bucket/a.h5", f"https://me:secret@host.nasa.gov/{A}", "", f"{HOST}/e.h5"]
    table = pd.DataFrame({"granule_id": list("abcde"), "https_url": links})
    granules, told = picked(table)
    assert granules["granule_id"].tolist() == ["e"]
    assert sorted(told.warnings) == [
        "1 granule has a link that is no https address, and cannot be fetched.",
        "1 granule has a link with what may be a password, a token or a signature, which no script should hold, "
        "and cannot be fetched.",
        "2 granules have no https link, and cannot be fetched.",
    ]


def test_of_rows_of_one_granule_the_one_with_a_link_counts():
    table = matches(("f1", A, 1, True, 1.0), ("f2", A, 1, True, 1.0))
    assert picked(table.assign(https_url=[None, f"{HOST}/{A}"]))[0]["https_url"].tolist() == [f"{HOST}/{A}"]


def test_names_that_a_table_tells_no_time_of_come_by_its_columns_or_last():
    table = pd.DataFrame({"granule_id": ["y.h5", "x.h5", "z.h5"]}).assign(https_url=f"{HOST}/q.h5")
    times = ["2024-02-01T00:00:00Z", None, "2024-01-01T00:00:00Z"]
    for column in ("start_time", "pass_time"):
        assert picked(table.assign(**{column: times}))[0]["granule_id"].tolist() == ["z.h5", "y.h5", "x.h5"]


def test_nothing_left_is_a_warning_and_a_script_of_nothing():
    told = Told()
    empty, _ = picked(TABLE, max_days=0)
    assert download_text(empty, "urls", told) == ""
    assert "No granule is left to fetch" in told.warnings[0]
    assert picked(TABLE[:0])[0].empty


def test_another_host_than_nasas_is_named():
    told = Told()
    table = TABLE.assign(https_url=[*["https://evil-nasa.gov/a.h5"] * 4, f"{HOST}/b.h5"])
    download_text(granules_to_fetch(table, progress=Progress()), "curl", told)
    assert told.warnings == [
        "evil-nasa.gov is not NASA's: scripts tell it no token, unless the variable EARTHDATA_HOSTS names it."
    ]


@drawn(60)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), min_size=1, max_size=8))
def test_whatever_stands_in_a_table_the_list_holds_only_plain_signs_and_no_name_twice(rows):
    table = pd.DataFrame(rows, columns=["granule_id", "https_url"])
    table["granule_id"] = [name.strip() or "a" for name in table["granule_id"]]
    table["https_url"] = "https://host.nasa.gov/" + table["https_url"]
    granules = granules_to_fetch(table)
    for file in granules["file"]:
        assert file
        assert not set(file) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-")
        assert file[0] not in ".-"
    assert granules["file"].str.lower().is_unique
    text = download_text(granules, "urls")
    assert text.isascii()
    assert text.count("\n") == len(granules)
    assert not set(text) & set(" '\"`$\\()<>|*!{}^\t\r\0")
