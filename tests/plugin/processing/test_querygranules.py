"""Search of granules by name, as an algorithm."""

from __future__ import annotations

import pytest

BOX = "-110,-100,-78,-75 [EPSG:4326]"


@pytest.fixture
def names(cmr):
    return [cmr.granules.names[n] for n in (5000, 17, 400)]


def search(run, table, cmr, text, **more):
    found = run("querygranules", GRANULE_IDS=text, CMR_URL=cmr.url, GRANULES="memory:", **more)
    return found, table(found["GRANULES"])


def test_granules_are_found_by_name_and_the_window_is_theirs(run, table, cmr, names, feedback):
    text = f"{names[0]}\n{names[1]}; s3://b/{names[2][:-3]}"
    results, layer = search(run, table, cmr, text)
    assert layer["granule_id"].tolist() == sorted(names, key=lambda name: name[6:20])
    assert (results["N_GRANULES"], results["CMR_HITS"]) == (3, 3)
    days = sorted(f"{name[6:10]}-{name[10:12]}-{name[12:14]}" for name in names)
    assert (results["WINDOW_START"], results["WINDOW_END"]) == (days[0], days[-1])
    assert feedback.warnings == []
    assert list(layer["direction"].isin(["ascending", "descending", "both"])) == [True] * 3


def test_a_name_that_is_not_there_leaves_an_empty_layer_and_a_warning(run, table, cmr, feedback):
    results, layer = search(run, table, cmr, "ATL06_20240106123456_02342210_007_01.h5")
    assert (results["N_GRANULES"], results["WINDOW_START"], results["WINDOW_END"], len(layer)) == (0, "", "", 0)
    assert feedback.warnings == [
        "1 granule is not found, of 1 that were named: ATL06_20240106123456_02342210_007_01.h5."
    ]


def test_the_layer_of_one_search_is_a_file_for_the_next(run, table, cmr, names, tmp_path):
    run("querygranules", GRANULE_IDS=" ".join(names), CMR_URL=cmr.url, GRANULES=str(tmp_path / "found.gpkg"))
    _, layer = search(run, table, cmr, names[1], GRANULE_FILES=str(tmp_path / "found.gpkg"))
    assert layer["granule_id"].tolist() == [names[1]]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"EXTENT": BOX}, "Give only one of FRAMES, EXTENT or GRANULE_IDS; now there are EXTENT and GRANULE_IDS."),
        ({"CYCLE": 21}, "CYCLE is not used with GRANULE_IDS: leave CYCLE at 22, or give something else than"),
        ({"START_DATE": "2024-01-31"}, "START_DATE is not used with GRANULE_IDS: leave START_DATE out, or give"),
        ({"TIME_MODE": "all_years"}, "TIME_MODE is not used with GRANULE_IDS: leave TIME_MODE at cycle, or give"),
        ({"SHORT_NAME": "ATL08"}, "SHORT_NAME is ATL08, but GRANULE_IDS has ATL06_"),
        ({"VERSION": "6"}, "VERSION is 006, but GRANULE_IDS has ATL06_"),
        ({"GRANULE_IDS": "frames.gpkg"}, "GRANULE_IDS: 'frames.gpkg' is no name of an ICESat-2 granule; write such as"),
        ({"GRANULE_IDS": ""}, "Give FRAMES, EXTENT or GRANULE_IDS: one of them is needed."),
    ],
)
def test_what_contradicts_the_names_is_refused_in_one_sentence(refusal, names, more, says):
    assert refusal("querygranules", **{"GRANULE_IDS": names[0], "GRANULES": "memory:", **more}).startswith(says)


def test_of_names_of_another_product_and_release_the_names_count_and_that_is_said(failure, cmr, names, feedback):
    other = names[0].replace("ATL06", "ATL08").replace("_007_", "_006_")
    said = failure("querygranules", GRANULE_IDS=other, CMR_URL=cmr.url, GRANULES="memory:")
    assert "has no product ATL08: check the names" in said
    assert feedback.warnings == [
        f"1 granule of GRANULE_IDS is of another version than 007 (the first is {other}): the names count."
    ]
