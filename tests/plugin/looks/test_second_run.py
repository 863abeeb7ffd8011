"""A second run leaves no heap: what it replaces goes, what it repeats is put back, what it goes on with it joins."""

from __future__ import annotations

import re

import pytest
from qgis.core import QgsLayerTreeGroup, QgsVectorLayer

LAYERS = ["matched_frames", "matches"]


@pytest.fixture
def groups(project):
    """Return the groups of the layer tree, from the top."""
    root = project.layerTreeRoot()
    return lambda: [child for child in root.children() if isinstance(child, QgsLayerTreeGroup)]


def layer(project, name):
    (found,) = project.mapLayersByName(name)
    return found


def shown(group):
    return [child.isVisible() for child in group.children()]


def test_a_run_into_the_same_files_replaces_the_layers_and_their_group(load, project, in_tree):
    load()
    (before,) = in_tree()
    load()
    assert in_tree() == [before]
    assert len(project.mapLayers()) == 2


def test_a_file_that_is_known_by_another_spelling_is_not_shown_twice(
    load, load_results, project, save, tmp_path, frames_table, granules_table
):
    load()
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    outputs = {name: str(tmp_path / "link" / f"{name}.gpkg") for name in ("MATCHED_FRAMES", "MATCHES")}
    load_results("matchgranules", FRAMES=save(frames_table), GRANULES=save(granules_table), **outputs)
    assert len(project.mapLayers()) == 2


def test_of_two_equal_runs_into_memory_the_newer_is_on_top_and_the_older_is_hidden_below_with_its_time(load, groups):
    load("memory")
    load("memory")
    newer, older = groups()
    assert newer.name() + older.name()[-8:] == older.name()
    assert re.fullmatch(r".* \(\d\d:\d\d\)", older.name())
    assert shown(newer) == [True, True]
    assert shown(older) == [False, False]
    assert not older.isExpanded()
    assert len(older.findLayers()) == 2  # nothing of the user's is taken away


def test_a_third_run_puts_the_time_into_no_name_twice(load, groups):
    for _ in range(3):
        load("memory")
    assert [len(re.findall(r"\(\d\d:\d\d\)", group.name())) for group in groups()] == [0, 1, 1]


def test_a_group_that_the_user_has_renamed_stays_as_it_is(load, groups):
    load("memory")
    groups()[0].setName("Mine")
    load("memory")
    _, mine = groups()
    assert mine.name() == "Mine"
    assert shown(mine) == [True, True]


def test_a_layer_that_the_user_has_renamed_or_moved_stays_where_it_is_and_is_called_as_before(load, project, in_tree):
    load()
    layer(project, "Matched frames").setName("Mine")
    root = project.layerTreeRoot()
    node = root.findLayer(layer(project, "Matches").id())
    root.insertChildNode(1, node.clone())
    node.parent().removeChildNode(node)
    before = in_tree()
    load()
    assert in_tree() == before
    assert len(project.mapLayers()) == 2


def test_a_layer_that_the_user_has_opened_from_the_file_of_a_run_is_left_alone(load, project, in_tree, tmp_path):
    load()
    project.clear()
    project.addMapLayer(QgsVectorLayer(str(tmp_path / "MATCHED_FRAMES.gpkg"), "Mine", "ogr"))
    load()
    assert "mine" in in_tree()


def test_crossovers_of_layers_in_a_group_join_it_above_the_frames(
    load_results, project, in_tree, cmr, save, frames_table
):
    outputs = dict.fromkeys(("MATCHED_FRAMES", "MATCHES", "GRANULES"), "TEMPORARY_OUTPUT")
    load_results("findgranules", FRAMES=save(frames_table), CMR_URL=cmr.url, **outputs)
    layers = {"FRAMES": layer(project, "Matched frames").id(), "GRANULES": layer(project, "Granules").id()}
    load_results("crossoverpoints", **layers, CROSSOVERS="TEMPORARY_OUTPUT")
    ((names,),) = (group.values() for group in in_tree())
    assert names == ["crossovers", "matched_frames", "granules", "matches"]


def test_the_same_step_again_puts_its_older_layer_back_within_the_group(
    load_results, project, in_tree, cmr, save, frames_table
):
    outputs = dict.fromkeys(("MATCHED_FRAMES", "MATCHES", "GRANULES"), "TEMPORARY_OUTPUT")
    load_results("findgranules", FRAMES=save(frames_table), CMR_URL=cmr.url, **outputs)
    layers = {"FRAMES": layer(project, "Matched frames").id(), "GRANULES": layer(project, "Granules").id()}
    for _ in range(2):
        load_results("crossoverpoints", **layers, CROSSOVERS="TEMPORARY_OUTPUT")
    ((names,),) = (group.values() for group in in_tree())
    assert names[0] == "crossovers"
    assert re.fullmatch(r"crossovers_\(\d\d:\d\d\)", names[1])
    root = project.layerTreeRoot()
    assert root.findLayer(layer(project, "Crossovers").id()).isVisible()
    (older,) = (one for one in project.mapLayers().values() if one.name().startswith("Crossovers ("))
    assert not root.findLayer(older.id()).isVisible()


def test_a_search_of_its_own_joins_no_group_though_its_frames_are_in_one(
    load_results, project, in_tree, cmr, save, frames_table
):
    outputs = dict.fromkeys(("MATCHED_FRAMES", "MATCHES", "GRANULES"), "TEMPORARY_OUTPUT")
    load_results("findgranules", FRAMES=save(frames_table), CMR_URL=cmr.url, **outputs)
    frames = layer(project, "Matched frames").id()
    window = {"TIME_MODE": "date_range", "START_DATE": "2024-01-01", "END_DATE": "2024-01-20"}
    load_results("findgranules", FRAMES=frames, CMR_URL=cmr.url, **window, **outputs)
    first, second = (next(iter(group)) for group in in_tree())
    assert "2024-01-01 to 2024-01-20" in first
    assert "2024-01-20" not in second
    assert "(" not in second  # it is no older run of the same


def test_frames_of_two_seasons_stand_side_by_side_and_of_one_twice_the_newer_is_shown(
    load_results, project, tmp_path, frames_table
):
    for number, season in enumerate(("2020_Test_One", "2021_Test_Two", "2021_Test_Two")):
        frames_table.assign(collection=season).to_file(tmp_path / f"{number}.gpkg")
        load_results("loadcatalog", CATALOG=str(tmp_path / f"{number}.gpkg"), FRAMES="TEMPORARY_OUTPUT")
    nodes = project.layerTreeRoot().children()
    assert [node.isVisible() for node in nodes] == [True, False, True]
    assert re.fullmatch(r"Frames \(\d\d:\d\d\)", nodes[1].name())
