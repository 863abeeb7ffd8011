"""``xopr:downloadscript`` inside a QGIS: what it takes, what it writes, what it refuses."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from xopr_crossovers.core.downloads import ENDINGS

A, B = (f"ATL06_2024{month}06042207_02932211_007_01.h5" for month in ("01", "02"))
HOST = "https://data.nsidc.earthdatacloud.nasa.gov"


@pytest.fixture
def matches(save):
    """A table without geometry, as Matches are."""
    table = pd.DataFrame({"frame_id": ["f1", "f1", "f2"], "granule_id": [B, A, B], "days_between": [9, -2, 1]})
    table = table.assign(crosses_line=[True, False, True], https_url=f"{HOST}/" + table["granule_id"], size_mb=20.25)
    return save(table).source()


def lines(path):
    return Path(path).read_bytes().decode("ascii").split("\n")


def test_the_links_come_in_order_of_time_with_number_and_size(run, matches, feedback, tmp_path):
    results = run("downloadscript", MATCHES=matches, KIND="urls", SCRIPT=str(tmp_path / "links.txt"))
    assert lines(results["SCRIPT"]) == [f"{HOST}/{A}", f"{HOST}/{B}", ""]
    assert (results["N_GRANULES"], results["SIZE_MB"]) == (2, 40.5)
    assert feedback.warnings == []
    assert "Fetches 2 granules, 40.5 MB, from 2024-01-06 to 2024-02-06." in feedback.infos


def test_filters_hold(run, matches):
    asked = {"MATCHES": matches, "KIND": "urls", "SCRIPT": "TEMPORARY_OUTPUT"}
    for filters in ({"CROSSES_LINE": True}, {"MAX_DAYS": 1}):
        assert lines(run("downloadscript", **asked, **filters)["SCRIPT"]) == [f"{HOST}/{B}", ""]
    assert run("downloadscript", **asked, BEST=1, BEST_BY="time")["N_GRANULES"] == 2


def test_a_layer_with_places_will_do_too(run, save):
    points = gpd.GeoDataFrame(
        {"granule_id": [A, A], "https_url": f"{HOST}/{A}"}, geometry=shapely.points([[0, -80]] * 2)
    )
    results = run("downloadscript", MATCHES=save(points.set_crs(4326)).source(), KIND="urls", SCRIPT="TEMPORARY_OUTPUT")
    assert results["N_GRANULES"] == 1


def test_matched_frames_as_they_are_written_will_do_too(run, save, feedback):
    lists = [
        [{"granule_id": name, "s3_url": None, "https_url": f"{HOST}/{name}"} for name in names]
        for names in ((A, B), (B,))
    ]
    frames = gpd.GeoDataFrame(
        {"id": ["f1", "f2"], "atl06_granules": [json.dumps(one) for one in lists]},
        geometry=[shapely.LineString([(0, -80), (1, -80)])] * 2,
        crs=4326,
    )
    results = run("downloadscript", MATCHES=save(frames).source(), KIND="urls", SCRIPT="TEMPORARY_OUTPUT")
    assert lines(results["SCRIPT"]) == [f"{HOST}/{A}", f"{HOST}/{B}", ""]
    assert "MATCHES: 3 rows of 2 granules; each is fetched once." in feedback.infos


def test_each_form_has_its_ending_and_unix_line_feeds_and_scripts_can_be_run(run, matches, feedback, tmp_path):
    for kind, ending in ENDINGS.items():
        path = Path(run("downloadscript", MATCHES=matches, KIND=kind, SCRIPT="TEMPORARY_OUTPUT")["SCRIPT"])
        assert path.suffix == ending
        assert b"\r" not in path.read_bytes()
        runs = bool(path.stat().st_mode & stat.S_IXUSR)
        assert os.name == "nt" or runs == path.read_bytes().startswith(b"#!")
    assert feedback.warnings == []
    run("downloadscript", MATCHES=matches, KIND="powershell", SCRIPT=str(tmp_path / "get.sh"))
    assert feedback.warnings == ["SCRIPT: get.sh holds what is usually called get.ps1."]


def test_what_is_refused_names_the_parameter_or_the_column(refusal, failure, matches, tmp_path):
    asked = {"MATCHES": matches, "SCRIPT": str(tmp_path / "get.sh")}
    says = refusal("downloadscript", **asked, BEST_BY="overlap")
    assert says == "BEST_BY is only used with BEST, which is not given: give BEST, or leave BEST_BY at time."
    assert "KIND has no option 'aria2'" in refusal("downloadscript", **asked, KIND="aria2")
    assert "MAX_DAYS must be at least 0" in refusal("downloadscript", **asked, MAX_DAYS=-1)
    says = failure("downloadscript", **asked, BEST=1, BEST_BY="overlap")
    assert says.startswith("MATCHES has no column 'overlap_m', which BEST with BEST_BY=overlap needs; choose a layer")
    assert list(tmp_path.glob("*.sh")) == []


def test_the_script_is_not_written_over_its_input_and_an_older_one_stays_if_it_fails(failure, matches, tmp_path):
    source = matches.partition("|")[0]
    before = Path(source).read_bytes()
    assert "SCRIPT would be written over" in failure("downloadscript", MATCHES=matches, SCRIPT=source)
    assert Path(source).read_bytes() == before
    older = tmp_path / "older.sh"
    older.write_text("mine")
    failure("downloadscript", MATCHES=matches, BEST=1, BEST_BY="overlap", SCRIPT=str(older))
    assert older.read_text() == "mine"
