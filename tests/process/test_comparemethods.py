"""The comparison of methods through ``qgis_process``, on the sample frames and a modelled cycle."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest


@pytest.fixture(scope="module")
def compared(qgis_process, found, tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    files = {name: folder / f"{name.lower()}.gpkg" for name in ("FRAMES_COMPARED", "COMPARISON")}
    ran = qgis_process(
        "xopr:comparemethods",
        "--json",
        FRAMES=found["MATCHED_FRAMES"],
        GRANULES=found["GRANULES"],
        **files,
        REPORT=folder / "report.html",
    )
    assert ran.code == 0, ran.log
    frames = gpd.read_file(files["FRAMES_COMPARED"], layer="frames_compared").set_index("id")
    return (
        ran,
        frames,
        gpd.read_file(files["COMPARISON"], layer="comparison").set_index("method"),
        folder / "report.html",
    )


def test_a_run_ends_well_and_counts_what_it_wrote(compared):
    ran, frames, _, report = compared
    assert ran.errors == ""
    assert ran.results["N_FRAMES"] == len(frames) > 0
    assert ran.results["N_DISAGREEING"] == (frames["n_differing"] > 0).sum() > 0
    assert ran.results["REPORT"] == str(report)


def test_the_pairs_of_strtree_are_those_that_findgranules_wrote(compared, found):
    _, frames, methods, _ = compared
    matches = gpd.read_file(found["MATCHES"], layer="matches")
    assert methods.loc["strtree", "n_pairs"] == len(matches)
    assert methods.loc["strtree", "n_crossing"] == matches["crosses_line"].sum()
    assert frames["n_strtree"].to_dict() == {
        name: len(json.loads(granules)) for name, granules in frames["atl06_granules"].items()
    }


def test_no_method_misses_a_crossing_and_what_is_extra_does_not_cross(compared):
    _, frames, methods, _ = compared
    assert methods["missed"].dropna().tolist() == [0, 0]
    assert methods.loc["strtree", "extra"] == methods.loc["strtree", "n_pairs"] - methods.loc["strtree", "n_crossing"]
    assert methods.loc["prefix", "tree_missed"] == 0
    assert frames["extra_strtree"].tolist() == (frames["n_granules"] - frames["n_crossing"]).tolist()


def test_the_report_has_the_same_sums(compared):
    _, frames, methods, report = compared
    text = report.read_text(encoding="utf-8")
    differing = (frames["extra_strtree"] > 0).sum()
    assert f"Frames with any disagreement: {differing}/{len(frames)}" in text
    assert f"Mean extra from strtree: {frames['extra_strtree'].mean():.2f}" in text
    assert f'<td class="number">{methods.loc["strtree", "n_pairs"]:,}</td>' in text


def test_frames_without_cells_end_with_one_sentence_and_without_a_file(qgis_process, found, tmp_path):
    bare = tmp_path / "bare.gpkg"
    gpd.read_file(found["MATCHED_FRAMES"], layer="matched_frames").drop(columns="opr:mbox").to_file(bare)
    outputs = {name: tmp_path / f"{name}.gpkg" for name in ("FRAMES_COMPARED", "COMPARISON")}
    ran = qgis_process("xopr:comparemethods", FRAMES=bare, GRANULES=found["GRANULES"], **outputs)
    assert ran.code == 1
    assert "strtree and prefix cannot be compared: none of" in ran.log
    assert "Traceback" not in ran.log
    assert not [path for path in outputs.values() if path.exists()]
