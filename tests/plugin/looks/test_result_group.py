"""How the layers of a run come into the desktop: QGIS's own code loads them into a project here."""

from __future__ import annotations

import pytest
import shapely
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsLayerTreeGroup,
    QgsLayerTreeRegistryBridge,
    QgsMapLayer,
    QgsVectorLayer,
)

from xopr_crossovers.plugin.looks import loaded_layers, result_group


@pytest.mark.parametrize("where", ["file", "memory"])
def test_the_layers_of_a_run_are_in_one_group_named_after_season_and_passes_the_frames_on_top(load, where, in_tree):
    load(where)
    ((name, layers),) = in_tree()[0].items()
    assert name == "2020_Test_Synthetic, 2024-01-01 to 2024-01-03" or name == "2020_Test_Synthetic, 2024-01-01"
    assert layers == ["matched_frames", "matches"]
    assert len(in_tree()) == 1


def test_a_table_of_text_comes_into_the_group_too(load, in_tree):
    load("csv")
    ((name, layers),) = in_tree()[0].items()
    assert name == "2020_Test_Synthetic"
    assert layers == ["matched_frames", "matches"]


def test_a_run_is_not_put_into_the_group_of_the_one_before_where_that_is_current(load, project, in_tree):
    load("memory")
    (first,) = project.layerTreeRoot().children()
    current = QgsLayerTreeRegistryBridge.InsertionPoint(first, 0)
    project.layerTreeRegistryBridge().setLayerInsertionPoint(current)
    load("memory")
    assert [list(group.values()) for group in in_tree()] == [[["matched_frames", "matches"]]] * 2


def test_an_empty_project_is_shown_in_the_poles_projection(load, project):
    load()
    assert project.crs().authid() == "EPSG:3031"


def test_the_projection_of_a_project_with_layers_is_left_alone(load, project):
    project.addMapLayer(QgsVectorLayer("Point?crs=EPSG:4326", "cities", "memory"))
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    load()
    assert project.crs().authid() == "EPSG:3857"


def test_the_order_holds_where_qgis_adds_each_layer_to_the_group_that_is_growing(load, project, in_tree, monkeypatch):
    make = result_group._new_group

    def make_current(*arguments):
        group = make(*arguments)
        current = QgsLayerTreeRegistryBridge.InsertionPoint(group, 0)
        project.layerTreeRegistryBridge().setLayerInsertionPoint(current)
        return group

    monkeypatch.setattr(result_group, "_new_group", make_current)
    load("memory")
    assert [list(group.values()) for group in in_tree()] == [[["matched_frames", "matches"]]]


@pytest.mark.parametrize("where", ["file", "memory"])
def test_a_frame_lists_its_granules(load, project, where):
    load(where)
    (relation,) = project.relationManager().relations().values()
    assert relation.isValid()
    frames = relation.referencedLayer()
    listed = {frame["id"]: len(list(relation.getRelatedFeatures(frame))) for frame in frames.getFeatures()}
    assert listed == {frame["id"]: frame["n_granules"] for frame in frames.getFeatures()}
    assert sum(listed.values()) > 0


def test_a_single_layer_gets_no_group(load_results, project, in_tree, save, frames_table):
    load_results(
        "subsetbypoints",
        FRAMES=save(frames_table),
        POINTS=save(frames_table.assign(geometry=shapely.get_point(frames_table.geometry.to_numpy(), 0))),
        RULE="distance",
        SUBSET="TEMPORARY_OUTPUT",
    )
    assert len(in_tree()) == 1
    assert not isinstance(project.layerTreeRoot().children()[0], QgsLayerTreeGroup)


def test_what_can_be_done_next_keeps_no_layer_that_the_run_was_handed(load, project):
    load()
    given = [value for one in loaded_layers._alive for step in one.next_steps for value in step.given.values()]

    assert given != []
    assert not any(isinstance(value, QgsMapLayer) for value in given)
