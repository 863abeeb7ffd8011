"""Upstream's functions, drop-in."""

import datetime
import os
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pytest
import shapely

import makers
from standin import StandIn
from xopr_crossovers.core import crossovers

NOTEBOOK_POINTS = [(-80.5, -78.0), (-75.1, -105.0), (-70.5, 70.0)]
NOTEBOOK_BOX = (-105.99056603773585, -75.7091526879851, -103.5, -74.97216337509033)
FRAMES = makers.frames([(-106, -75), (-104, -75)], [(179.5, -80), (-179.5, -80)], [(0, -89.9), (180, -89.9)])


def record(ring, name="a", **links):
    links = {"s3_url": f"s3://x/{name}", "https_url": f"https://x/{name}", **links}
    return {"granule_id": name, **links, "points": [(lat, lon) for lon, lat in ring]}


ACROSS = record(makers.strip((-104, -74), (-106, -76)), "across")
FAR = record(makers.strip((60, -74), (62, -76)), "far")
OVER_180 = record(makers.strip((-179, -78), (179, -82)), "over 180")


@pytest.fixture(scope="module")
def notebook_season(real_data):
    return gpd.read_parquet(next(real_data.glob("catalog/**/collection=2016_Antarctica_DC8/stac.parquet")))


@pytest.fixture
def cmr(monkeypatch):
    with StandIn(cycles=[22, 23]) as server:
        monkeypatch.setenv("XOPR_CMR_URL", server.url)
        yield server


def test_the_notebook_s_points_leave_the_notebook_s_frame(notebook_season):
    found = crossovers.subset_frames_by_points(notebook_season, NOTEBOOK_POINTS)
    assert found["id"].tolist() == ["Data_20161103_06_010"]
    assert list(found.columns) == list(notebook_season.columns)


def test_the_notebook_s_frame_has_the_notebook_s_box(notebook_season):
    found = crossovers.subset_frames_by_points(notebook_season, NOTEBOOK_POINTS)
    cells = [int(cell) for mbox in found["opr:mbox"] for cell in mbox]
    assert crossovers.cmr_bbox_from_mpolygon(cells, step=16) == NOTEBOOK_BOX


def test_a_subset_keeps_row_order_and_index_and_has_no_duplicates():
    frames = FRAMES.set_index(np.array([7, 3, 5]))
    found = crossovers.subset_frames_by_points(frames, [(-80, 180), (-75, -105), (-75, -105.1)])
    assert found.index.tolist() == [7, 3]


def test_a_subset_at_a_coarse_order_finds_no_finer_cells():
    assert len(crossovers.subset_frames_by_points(FRAMES, [(-75, -105)], order=2)) == 0
    assert len(crossovers.subset_frames_by_points(FRAMES, [(-75, -105)], order=12)) == 1


def test_no_points_leave_no_frames():
    assert len(crossovers.subset_frames_by_points(FRAMES, np.zeros((0, 2)))) == 0


@pytest.mark.parametrize("points", [[1, 2, 3], [(1, 2, 3)], []])
def test_points_of_another_shape_are_a_value_error(points):
    with pytest.raises(ValueError, match=r"points must be an \(N, 2\) array"):
        crossovers.subset_frames_by_points(FRAMES, points)


@pytest.mark.parametrize(
    "call",
    [
        lambda frames: crossovers.subset_frames_by_points(frames, NOTEBOOK_POINTS),
        lambda frames: crossovers.match_frames_to_granules(frames, shapely.STRtree([]), []),
        lambda frames: crossovers.match_frames_to_granules_prefix(frames, []),
    ],
)
def test_frames_without_mbox_are_a_value_error(call):
    with pytest.raises(ValueError, match="frames_gdf is missing 'opr:mbox'"):
        call(FRAMES.drop(columns="opr:mbox"))


def test_a_box_over_the_antimeridian_is_small_and_upstream_s_is_the_whole_circle():
    cells = [makers.legacy_cell(lon, -75, 9) for lon in (179.7, -179.7)]
    west, _, east, _ = crossovers.cmr_bbox_from_mpolygon(cells)
    assert 179 < west < 180
    assert -180 < east < -179
    planar = crossovers.cmr_bbox_from_mpolygon(cells, wrap="planar")
    assert planar[2] - planar[0] > 358


def test_the_temporal_window_is_the_first_of_range_cycle_and_mode():
    day = datetime.date(2024, 1, 1)
    assert crossovers.resolve_temporal_window(FRAMES, cycle=22, date_range=(day, "2024-06-30")) == (
        "2024-01-01",
        "2024-06-30",
    )
    assert crossovers.resolve_temporal_window(FRAMES, cycle=22) == ("2024-01-06", "2024-04-06")
    assert crossovers.cycle_to_dates(1) == ("2018-10-13", "2019-01-12")
    assert crossovers.resolve_temporal_window(FRAMES) == ("2020-01-01", "2020-01-01")
    start, end = crossovers.resolve_temporal_window(mode="all_years")
    assert (start, len(end)) == (crossovers.ICESAT2_LAUNCH, 10)


def test_wrong_windows_are_value_errors(notebook_season):
    with pytest.raises(ValueError, match="requires frames_gdf"):
        crossovers.resolve_temporal_window()
    with pytest.raises(ValueError, match="mode must be 'exact_year' or 'all_years', got 'x'"):
        crossovers.resolve_temporal_window(FRAMES, mode="x")
    with pytest.raises(ValueError, match="before ICESat-2's first data"):
        crossovers.resolve_temporal_window(notebook_season)


def test_the_search_returns_upstream_s_dictionaries(cmr):
    found = crossovers.query_cmr_granules("2024-01-06", "2024-04-06", bbox=NOTEBOOK_BOX)
    # The live server gave 24 granules for this box and window; the stand-in's tracks are the planned ones.
    assert 20 <= len(found) <= 30
    assert all(set(granule) == {"granule_id", "s3_url", "https_url", "points"} for granule in found)
    assert found[0]["points"][0] == found[0]["points"][-1]
    assert all(lat < -49 for lat, _ in found[0]["points"])


def test_the_search_takes_a_polygon_before_a_box(cmr):
    ring = [(-105, -76), (-103, -76), (-103, -75), (-105, -75), (-105, -76)]
    crossovers.query_cmr_granules("2024-01-06", "2024-01-20", bbox=NOTEBOOK_BOX, polygon=ring, sleep_s=0)
    assert "polygon" in str(cmr.requests[0].parameters)
    assert "bounding_box" not in str(cmr.requests[0].parameters)


def test_a_granule_without_any_link_or_outline_is_left_out_of_the_indexes():
    only_https = record(makers.strip((-104, -74), (-106, -76)), "only https", s3_url=None)
    no_link = record(makers.strip((-104, -74), (-106, -76)), "no link", s3_url=None, https_url=None)
    two_points = {**ACROSS, "granule_id": "two points", "points": ACROSS["points"][:2]}
    granules = [no_link, ACROSS, two_points, only_https]
    tree, records = crossovers.build_granule_strtree(granules)
    assert [r["granule_id"] for r in records] == ["across", "only https"]
    assert [g.equals(r["geometry"]) for g, r in zip(tree.geometries, records)] == [True, True]
    index = crossovers.build_granule_prefix_index(granules)
    assert [r["granule_id"] for r in index] == ["across", "only https"]
    assert set(index[0]) == {"granule_id", "s3_url", "https_url", "mort_strs"}


@pytest.mark.parametrize("edges", ["great_circle", "straight"])
def test_frames_are_matched_by_strtree(edges):
    tree, records = crossovers.build_granule_strtree([FAR, ACROSS, OVER_180], edges=edges)
    found = crossovers.match_frames_to_granules(FRAMES, tree, records)
    assert [[g["granule_id"] for g in row] for row in found["atl06_granules"]] == [["across"], ["over 180"], []]
    assert found["n_granules"].tolist() == [1, 1, 0]
    assert found["atl06_granules"][0][0] == {key: ACROSS[key] for key in ("granule_id", "s3_url", "https_url")}
    assert "n_granules" not in FRAMES.columns


def test_frames_are_matched_by_prefix_over_the_antimeridian():
    index = crossovers.build_granule_prefix_index([FAR, ACROSS, OVER_180], n_per_segment=200)
    found = crossovers.match_frames_to_granules_prefix(FRAMES, index)
    assert [[g["granule_id"] for g in row] for row in found["atl06_granules"]] == [["across"], ["over 180"], []]


def test_granules_of_several_rings_match_with_each_of_them():
    both = {**FAR, "rings": [FAR["points"], ACROSS["points"]]}
    tree, records = crossovers.build_granule_strtree([both])
    assert crossovers.match_frames_to_granules(FRAMES, tree, records)["n_granules"].tolist() == [1, 0, 0]
    index = crossovers.build_granule_prefix_index([both], n_per_segment=200)
    assert crossovers.match_frames_to_granules_prefix(FRAMES, index)["n_granules"].tolist() == [1, 0, 0]


def test_samples_are_morton_texts_on_the_outline_one_count_an_edge():
    samples = crossovers.compute_granule_sample_mortons([(-75.1, -105.0), (-76, -104), (-76, -106)], n_per_segment=7)
    assert len(samples) == 21
    assert samples[0] == "-5121133244211331412"
    coarse = crossovers.compute_granule_sample_mortons([(-75.1, -105.0), (-76, -104), (-76, -106)], 6, 7)
    assert [s[:8] for s in samples] == coarse
    assert crossovers.compute_granule_sample_mortons([]) == []


def test_samples_stay_near_the_antimeridian_unless_upstream_s_way_is_asked_for():
    outline = [(-80, 179.9), (-80, -179.9), (-80.1, -179.9), (-80.1, 179.9)]
    near = {makers.legacy_cell(lon, lat, 5) for lat in (-80, -80.1) for lon in (179.9, 180, -179.9)}
    ours = crossovers.compute_granule_sample_mortons(outline, 5)
    upstream = crossovers.compute_granule_sample_mortons(outline, 5, edges="lonlat")
    assert {int(cell) for cell in ours} <= near
    assert not {int(cell) for cell in upstream} <= near


def test_empty_frames_and_no_granules_give_empty_lists():
    tree, records = crossovers.build_granule_strtree([])
    assert crossovers.match_frames_to_granules(FRAMES, tree, records)["n_granules"].tolist() == [0, 0, 0]
    assert crossovers.match_frames_to_granules_prefix(FRAMES, [])["atl06_granules"].tolist() == [[], [], []]
    assert len(crossovers.match_frames_to_granules(FRAMES.iloc[:0], tree, records)) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: crossovers.build_granule_strtree([ACROSS], edges="x"),
        lambda: crossovers.build_granule_prefix_index([ACROSS], edges="x"),
        lambda: crossovers.cmr_bbox_from_mpolygon([-511412222], wrap="x"),
        lambda: crossovers.cmr_bbox_from_mpolygon([]),
    ],
)
def test_options_that_are_not_there_are_value_errors(call):
    with pytest.raises(ValueError, match=r"must be|holds no cell"):
        call()


def test_the_notebook_runs_from_top_to_bottom_without_qgis(cmr, repository):
    script = repository / "demo" / "notebook.py"
    sample = repository / "demo" / "sample" / "catalog"
    environment = {**os.environ, "XOPR_CMR_URL": cmr.url}
    run = subprocess.run(
        [sys.executable, str(script), str(sample)], env=environment, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert "Temporal window: 2024-01-06 -> 2024-04-06" in run.stdout
    assert "matches" in run.stdout


def test_frames_of_any_geometry_are_matched_by_their_cells():
    buffered = FRAMES.set_geometry(FRAMES.geometry.centroid)
    assert crossovers.subset_frames_by_points(buffered, [(-75, -105)]).index.tolist() == [0]


def test_a_granule_with_an_outline_that_is_no_number_is_left_out():
    broken = {**ACROSS, "points": [(np.nan, 0), *ACROSS["points"][1:]]}
    assert len(crossovers.build_granule_strtree([broken, ACROSS])[1]) == 1
    assert len(crossovers.build_granule_prefix_index([broken, ACROSS])) == 1


def test_points_in_the_wrong_order_are_told_so():
    with pytest.raises(ValueError, match=r"give \(latitude, longitude\) in degrees"):
        crossovers.subset_frames_by_points(FRAMES, [(-105.0, -75.1)])


def test_the_prefix_index_misses_no_granule_that_the_tree_finds_also_of_odd_footprints():
    thin = record([(-105.2, -75.4), (-104.8, -74.6), (-104.7, -74.6)], "thin triangle")
    granules = [FAR, ACROSS, OVER_180, thin]
    tree, records = crossovers.build_granule_strtree(granules)
    by_tree = crossovers.match_frames_to_granules(FRAMES, tree, records)
    by_prefix = crossovers.match_frames_to_granules_prefix(FRAMES, crossovers.build_granule_prefix_index(granules))
    for trees, prefixes in zip(by_tree["atl06_granules"], by_prefix["atl06_granules"]):
        assert {granule["granule_id"] for granule in trees} <= {granule["granule_id"] for granule in prefixes}
    assert by_prefix["n_granules"].tolist() == [2, 1, 0]


@pytest.mark.parametrize("ring", [ACROSS["points"], [(-75.4, -105.2), (-74.6, -104.8), (-74.6, -104.7)]])
def test_the_morton_numbers_of_a_cover_are_texts_that_hold_the_footprint(ring):
    (found,) = crossovers.build_granule_prefix_index([{**ACROSS, "points": ring}], order=8)
    numbers = found["mort_strs"]
    samples = crossovers.compute_granule_sample_mortons(ring, n_per_segment=200)
    assert all(len(text.lstrip("-")) == 9 for text in numbers)
    assert {sample[: len(numbers[0])] for sample in samples} <= set(numbers[:])
    # Written down as plain text they are taken as samples, and find the same frames.
    listed = [{**found, "mort_strs": list(numbers)}]
    frames = FRAMES.assign(**{"opr:mbox": [[makers.legacy_cell(-105, -75, 6)]] * 3})
    both = [crossovers.match_frames_to_granules_prefix(frames, records) for records in ([found], listed)]
    assert both[0]["n_granules"].tolist() == both[1]["n_granules"].tolist() == [1, 1, 1]


def test_a_cover_of_an_order_that_is_not_there_is_a_value_error():
    with pytest.raises(ValueError, match="order must be between 0 and 18, not 19"):
        crossovers.build_granule_prefix_index([ACROSS], order=19)


def test_a_tree_matches_also_where_records_have_lost_their_outlines():
    tree, records = crossovers.build_granule_strtree([FAR, ACROSS])
    bare = [{key: value for key, value in record.items() if key != "points"} for record in records]
    assert crossovers.match_frames_to_granules(FRAMES, tree, bare)["n_granules"].tolist() == [1, 0, 0]


@pytest.mark.parametrize("edges", ["great_circle", "straight"])
def test_a_granule_that_lies_inside_a_giant_cell_is_matched_by_the_tree(edges):
    frames = FRAMES.assign(**{"opr:mbox": [[makers.legacy_cell(-105, -75, 1)]] * 3})
    tree, records = crossovers.build_granule_strtree([ACROSS], edges=edges)
    assert crossovers.match_frames_to_granules(frames, tree, records)["n_granules"].tolist() == [1, 1, 1]
