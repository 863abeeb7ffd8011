"""Which of the matched pairs are kept: crossing, of one direction, near in time, the best of each frame."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import makers
from depth import drawn
from makers import Log
from xopr_crossovers.core import job
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.frames import Frames
from xopr_crossovers.core.icesat2 import orbit
from xopr_crossovers.core.matching import Matching, check_matching, choosing, chosen_pairs, tables
from xopr_crossovers.core.matching.matched_pairs import Pairs

# Where the line of RGT 321 goes north and where it goes south, over both poles.
PLACES = {(hemisphere, way): orbit.ground_track(321, u) for hemisphere, way, u in (
    ("south", "descending", 255.0), ("south", "ascending", 285.0),
    ("north", "ascending", 75.0), ("north", "descending", 105.0),
)}  # fmt: skip
TURNING = {"south": 11, "north": 4}


def lines_at(places):
    return [[(lon - 0.5, lat), (lon + 0.5, lat)] for lon, lat in places]


def granules_of(times, names=None, region=11):
    """Granules of RGT 321 with these starts, a missing one None; their footprints do not matter."""
    n = len(times)
    table = makers.granules(*[makers.strip((-104, -74), (-106, -76))] * n, names=names)
    starts = pd.Series(pd.to_datetime(pd.Series(times, dtype=object), utc=True)).astype("datetime64[ms, UTC]")
    return table.assign(
        start_time=starts, rgt=pd.array([321] * n, dtype="Int64"), region=pd.array([region] * n, dtype="Int64")
    )


def every_pair(n_frames, n_granules, crosses=True):
    frame, granule = np.divmod(np.arange(n_frames * n_granules), max(n_granules, 1))
    return Pairs(frame, granule, np.broadcast_to(crosses, len(frame)).copy(), np.zeros(len(frame)))


def choose(pairs, frames, granules, log=None, **asked):
    return chosen_pairs(pairs, Frames.of(frames), granules, Matching(**asked), log or Log())


def rows(pairs):
    return list(zip(pairs.frame.tolist(), pairs.granule.tolist()))


def frames_flown(days, hemisphere="south"):
    lines = lines_at([PLACES[hemisphere, "descending"]] * len(days))
    table = makers.frames(*lines, ids=[f"frame {number}" for number in range(len(days))])
    return table.assign(**{"opr:date": days})


DAYS = st.sampled_from([None, "20240101", "20240109", "20240110", "20240111", "20240131", "20251231"])
TIMES = st.sampled_from(
    [None, "2024-01-01T00:00Z", "2024-01-10T23:59Z", "2024-01-10T12:00Z", "2024-01-11T00:00Z", "2024-02-01T00:00Z"]
)


@given(
    flown=st.lists(DAYS, min_size=1, max_size=5),
    passed=st.lists(TIMES, min_size=1, max_size=8),
    hemisphere=st.sampled_from(["south", "north"]),
    best=st.integers(1, 9),
    crossing=st.data(),
)
@drawn(80)
def test_the_best_are_those_of_a_plain_sort_by_days_then_time_then_name(flown, passed, hemisphere, best, crossing):
    names = crossing.draw(st.permutations([f"name {number}" for number in range(len(passed))]))
    crosses = crossing.draw(
        st.lists(st.booleans(), min_size=len(flown) * len(passed), max_size=len(flown) * len(passed))
    )
    only = crossing.draw(st.booleans())
    frames, granules = frames_flown(flown, hemisphere), granules_of(passed, names)
    pairs = every_pair(len(flown), len(passed), np.array(crosses))
    kept, left_out = choose(pairs, frames, granules, best=best, crossing_only=only)

    table = pd.DataFrame({"frame": pairs.frame, "granule": pairs.granule, "crosses": crosses})
    table["flown"] = pd.to_datetime(table["frame"].map(dict(enumerate(flown))), format="%Y%m%d")
    table["passed"] = pd.to_datetime(table["granule"].map(dict(enumerate(passed))), utc=True).dt.tz_localize(None)
    table["name"] = table["granule"].map(dict(enumerate(names)))
    table["days"] = (table["passed"].dt.floor("D") - table["flown"]).abs()
    if only:
        table = table[table["crosses"]]
    expected = table.sort_values(["frame", "days", "passed", "name"], na_position="last").groupby("frame").head(best)
    assert rows(kept) == sorted(zip(expected["frame"], expected["granule"]))
    assert sum(left_out.values()) == len(pairs) - len(kept)


@pytest.mark.parametrize("hemisphere", ["south", "north"])
@pytest.mark.parametrize(("most", "kept"), [(0, [1]), (9, [1]), (9.9, [1]), (10, [0, 1, 2]), (10.5, [0, 1, 2])])
def test_the_most_days_are_still_in_whichever_came_first(hemisphere, most, kept):
    frames = frames_flown(["20240111"], hemisphere)
    granules = granules_of(["2024-01-01T23:59Z", "2024-01-11T00:00Z", "2024-01-21T23:59Z", "2024-01-22T00:00Z"])
    found, left_out = choose(every_pair(1, 4), frames, granules, max_days=most)
    assert rows(found) == [(0, row) for row in kept]
    assert left_out == {choosing.TOO_FAR: 4 - len(kept)}


def test_pairs_whose_days_are_not_known_are_left_out_by_most_days_and_counted_apart():
    frames, granules = frames_flown(["20240111", None]), granules_of(["2024-01-12T00:00Z", None, "2024-03-01T00:00Z"])
    found, left_out = choose(every_pair(2, 3), frames, granules, log := Log(), max_days=5)
    assert rows(found) == [(0, 0)]
    assert left_out == {choosing.UNDATED: 4, choosing.TOO_FAR: 1}
    assert f"Left out: 4 pairs ({choosing.UNDATED})." in log.infos


def test_of_a_frame_without_a_date_the_earliest_are_kept_and_that_is_a_warning():
    frames = frames_flown([None, "20240201", None])
    granules = granules_of(["2024-03-01T00:00Z", "2024-01-01T00:00Z", None])
    found, _ = choose(every_pair(3, 3), frames, granules, log := Log(), best=1)
    assert rows(found) == [(0, 1), (1, 0), (2, 1)]
    assert log.warnings == [
        "2 frames have no flight date, so that no pass is nearest in time; of each the earliest 1 pair is kept (BEST)."
    ]
    # Where nothing had to be left out there was nothing to choose.
    choose(every_pair(3, 3), frames, granules, quiet := Log(), best=3)
    assert quiet.warnings == []


@pytest.mark.parametrize("hemisphere", ["south", "north"])
@pytest.mark.parametrize("without_line", [False, True])
def test_a_granule_that_turns_has_the_direction_of_where_the_frame_lies(hemisphere, without_line):
    ways = ["descending", "ascending"]
    frames = makers.frames(*lines_at(PLACES[hemisphere, way] for way in ways))
    if without_line:  # its cells tell where it lies
        frames["geometry"] = None
    granules = granules_of(["2024-01-01T00:00Z"], region=TURNING[hemisphere])
    for number, way in enumerate(ways):
        found, left_out = choose(every_pair(2, 1), frames, granules, direction=way)
        assert rows(found) == [(number, 0)]
        assert left_out == {choosing.OTHER_DIRECTION: 1}
        assert tables.matches(frames, granules, found)["direction"].tolist() == [way]


def test_where_the_direction_is_not_known_a_pair_is_left_out_and_counted_apart():
    frames = makers.frames(*lines_at([PLACES["south", "descending"]]))
    granules = granules_of(["2024-01-01T00:00Z"] * 2).assign(rgt=pd.array([321, None], dtype="Int64"))
    found, left_out = choose(every_pair(1, 2), frames, granules, direction="descending")
    assert rows(found) == [(0, 0)]
    assert left_out == {choosing.UNKNOWN_DIRECTION: 1}


def test_the_counts_of_the_frames_are_those_of_the_matches():
    lines = [[(-106, -75), (-104, -75)], [(-106, -75.1), (-104, -75.1)], [(60, -70), (61, -70)]]
    frames = makers.frames(*lines, date="20240103")
    strips = [makers.strip((-104 - 0.1 * n, -74), (-106 - 0.1 * n, -76)) for n in range(4)]
    # One that lies beside the line and within its cells, nearest in time.
    strips.append(makers.strip((-104.9, -75.35), (-104.8, -75.5)))
    days = [1, 2, 9, 30, 3]
    granules = makers.granules(*strips).assign(start_time=pd.to_datetime([f"2024-01-{day:02d}T05:00Z" for day in days]))
    everything = job.match_granules(frames, granules, Matching()).matches
    beside = granules["granule_id"].iloc[4]
    assert beside in set(everything["granule_id"])
    asked = Matching(crossing_only=True, max_days=10, best=2)
    found = job.match_granules(frames, granules, asked, log := Log())
    assert found.matches["granule_id"].tolist() == granules["granule_id"].iloc[[0, 1, 0, 1]].tolist()
    assert found.matches["days_between"].tolist() == [-2, -1, -2, -1]
    assert found.frames["n_granules"].tolist() == found.frames["n_crossing"].tolist() == [2, 2, 0]
    linked = [[link["granule_id"] for link in json.loads(text)] for text in found.frames["atl06_granules"]]
    assert linked == [granules["granule_id"].iloc[:2].tolist()] * 2 + [[]]
    assert sum(found.left_out.values()) == len(everything) - 4
    assert found.left_out == {choosing.NO_CROSSING: len(everything) - 8, choosing.TOO_FAR: 2, choosing.NOT_BEST: 2}
    assert "2 of 3 frames have at least one granule; median 2 granules a frame." in log.text
    # Without CROSSING_ONLY the one beside the line is the nearest.
    nearest = job.match_granules(frames, granules, Matching(best=1)).matches
    assert set(nearest["granule_id"]) == {beside}


def test_where_nothing_is_left_that_is_said_as_what_was_asked_for():
    frames = makers.frames([(-106, -75), (-104, -75)], date="20200101")
    log = Log()
    found = job.match_granules(
        frames, makers.granules(makers.strip((-104, -74), (-106, -76))), Matching(max_days=1), log
    )
    assert len(found.matches) == 0
    assert found.frames["n_granules"].tolist() == [0]
    said = "No frame matches a granule, as asked for: 1 frame, 1 granule, no pair; ask for less."
    assert log.warnings == [said]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"direction": "up"}, "DIRECTION: there is no direction 'up'; choose of both, ascending, descending."),
        ({"max_days": -1}, "MAX_DAYS must be at least 0, not -1."),
        ({"max_days": float("nan")}, "MAX_DAYS must be at least 0, not nan."),
        ({"best": -1}, "BEST must be a whole number, 0 for all or more, not -1."),
        ({"best": 1.5}, "BEST must be a whole number, 0 for all or more, not 1.5."),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_a_sentence(asked, says):
    with pytest.raises(InputError) as refused:
        check_matching(Matching(**asked))
    assert str(refused.value) == says
