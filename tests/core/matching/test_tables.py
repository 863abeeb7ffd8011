"""Matched frames and matches as they are written."""

import json

import numpy as np
import pandas as pd

import makers
from xopr_crossovers.core.icesat2 import orbit
from xopr_crossovers.core.matching import pairs as matching
from xopr_crossovers.core.matching import tables
from xopr_crossovers.core.matching.matched_pairs import Pairs

LINES = [[(-106, -75), (-104, -75)], [(60, -70), (61, -70)], [(-106, -75.1), (-104, -75.1)]]
GRANULES = makers.granules(makers.strip((-104, -74), (-106, -76)), makers.strip((-104.2, -74), (-106.2, -76)))
FRAMES = makers.frames(*LINES, date="20240111")
PAIRS = matching.match(FRAMES, GRANULES, "flightline")


def test_matched_frames_keep_all_frames_and_list_their_granules_as_json_text():
    table = tables.matched_frames(FRAMES, GRANULES, PAIRS)
    assert table["id"].tolist() == FRAMES["id"].tolist()
    assert table["n_granules"].tolist() == [2, 0, 2]
    assert table["n_crossing"].tolist() == [2, 0, 2]
    assert json.loads(table["atl06_granules"][1]) == []
    assert json.loads(table["atl06_granules"][0]) == [
        {key: GRANULES[key][number] for key in ("granule_id", "s3_url", "https_url")} for number in (0, 1)
    ]


def test_a_missing_link_is_null_in_json_and_missing_in_the_table():
    granules = GRANULES.assign(s3_url=[None, "s3://x"])
    assert json.loads(tables.matched_frames(FRAMES, granules, PAIRS)["atl06_granules"][0])[0]["s3_url"] is None
    assert tables.matches(FRAMES, granules, PAIRS)["s3_url"].isna().tolist() == [True, False, True, False]


def test_matches_are_one_row_a_frame_and_granule_with_the_granule_s_facts():
    table = tables.matches(FRAMES, GRANULES, PAIRS)
    assert list(zip(table["frame_id"].str[-3:], table["rgt"])) == [("001", 1), ("001", 2), ("003", 1), ("003", 2)]
    row = table.iloc[0]
    assert (row["collection"], row["cycle"], row["region"]) == ("2020_Test_Synthetic", 22, 11)
    assert row["https_url"] == GRANULES["https_url"][0]
    assert row["crosses_line"]
    assert row["overlap_m"] > 12_000


def test_matches_say_in_which_direction_the_pass_comes_by_the_frame_also_where_the_granule_turns():
    granules = GRANULES.assign(rgt=pd.array([321, 321], dtype="Int64"), region=pd.array([11, 10], dtype="Int64"))
    places = [orbit.ground_track(321, u) for u in (255.0, 285.0)]
    frames = makers.frames(*[[(lon - 0.5, lat), (lon + 0.5, lat)] for lon, lat in places], LINES[0])
    frames.loc[2, "geometry"] = None
    every = Pairs(*np.array([(f, g) for f in range(3) for g in range(2)]).T, np.ones(6, bool), np.zeros(6))
    table = tables.matches(frames, granules, every)
    assert table["direction"].tolist() == ["descending", "descending", "ascending", "descending", None, "descending"]


def test_days_between_are_negative_where_the_pass_came_first():
    table = tables.matches(FRAMES, GRANULES, PAIRS)
    # Flown on 11 January, passed on 1 January.
    assert table["days_between"].tolist() == [-10] * 4


def test_days_between_are_missing_without_a_flight_date():
    frames = FRAMES.assign(id=["a", "b", "c"], **{"opr:date": None})
    assert tables.matches(frames, GRANULES, PAIRS)["days_between"].isna().all()


def test_the_rows_of_a_frame_come_in_order_of_time():
    later_first = GRANULES.assign(start_time=pd.to_datetime(["2024-03-01T00:00Z", "2024-01-01T00:00Z"]))
    table = tables.matches(FRAMES, later_first, PAIRS)
    assert table["rgt"].tolist() == [2, 1, 2, 1]


def test_no_pair_gives_an_empty_table_with_all_columns():
    empty = matching.match(FRAMES, GRANULES.iloc[:0], "flightline")
    table = tables.matches(FRAMES, GRANULES.iloc[:0], empty)
    assert len(table) == 0
    assert list(table.columns) == list(tables.matches(FRAMES, GRANULES, PAIRS).columns)
    assert tables.matched_frames(FRAMES, GRANULES.iloc[:0], empty)["atl06_granules"].tolist() == ["[]"] * 3


def test_the_links_of_a_frame_are_json_whatever_is_in_their_names():
    granules = makers.granules(makers.strip((-104, -74), (-106, -76)), makers.strip((-105, -74), (-106, -76)))
    granules["granule_id"] = ['quote " and \\ and é', "line\nbreak"]
    granules["s3_url"] = [None, "s3://x"]
    pairs = Pairs(np.zeros(2, int), np.arange(2), np.ones(2, bool), np.ones(2))
    (text,) = tables.matched_frames(makers.frames([(-106, -75), (-104, -75)]), granules, pairs)["atl06_granules"]
    assert text == json.dumps(tables.link_records(granules))
    assert [link["s3_url"] for link in json.loads(text)] == [None, "s3://x"]
