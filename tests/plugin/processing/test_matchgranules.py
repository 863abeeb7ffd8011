"""Matches that are chosen: by direction, days apart, and as the best of each frame."""

from __future__ import annotations

import pytest

from makers import frames, granules, strip

ACROSS = [strip((-104 - 0.1 * n, -74), (-106 - 0.1 * n, -76)) for n in range(4)]


@pytest.fixture
def layers(save):
    table = frames([(-106, -75), (-104, -75)], [(-106, -75.1), (-104, -75.1)], date="20240103")
    days = ["2024-01-09T05:00Z", "2024-01-01T05:00Z", "2024-01-02T05:00Z", "2024-03-01T05:00Z"]
    strips = granules(*ACROSS)
    strips["start_time"] = [
        strips["start_time"].iloc[0].replace(month=int(day[5:7]), day=int(day[8:10])) for day in days
    ]
    return {"FRAMES": save(table).source(), "GRANULES": save(strips).source()}


def test_what_is_chosen_is_the_same_in_matches_frames_and_log(run, table, layers, feedback):
    out = {"MATCHED_FRAMES": "memory:", "MATCHES": "memory:"}
    results = run("matchgranules", **layers, **out, MAX_DAYS=10, BEST=2)
    matches, matched = table(results["MATCHES"]), table(results["MATCHED_FRAMES"])
    assert results["N_MATCHES"] == len(matches) == 4
    assert matches["days_between"].tolist() == [-2, -1, -2, -1]
    assert matched["n_granules"].tolist() == [2, 2]
    said = "\n".join(feedback.infos)
    assert "Left out: 2 pairs (flight and pass are too many days apart (MAX_DAYS))." in said
    assert "Left out: 2 pairs (others of the frame are nearer in time (BEST))." in said


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"BEST": 1.5}, "BEST must be a whole number, not 1.5."),
        ({"BEST": -1}, "BEST must be at least 0, not -1."),
        ({"MAX_DAYS": "soon"}, "MAX_DAYS must be a number, not 'soon'."),
        ({"DIRECTION": "up"}, "DIRECTION has no option 'up'; choose both or ascending or descending."),
    ],
)
@pytest.mark.parametrize("name", ["matchgranules", "findgranules"])
def test_what_cannot_be_chosen_is_refused_in_a_sentence(refusal, layers, name, asked, says):
    given = layers if name == "matchgranules" else {"FRAMES": layers["FRAMES"], "GRANULES": "memory:"}
    assert refusal(name, **{**given, "MATCHED_FRAMES": "memory:", "MATCHES": "memory:", **asked}) == says
