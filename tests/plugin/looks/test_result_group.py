"""How the layers of a run come into the desktop: QGIS's own code loads them into a project here."""

from __future__ import annotations

import processing
import pytest
import shapely
from processing.gui import Postprocessing
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsLayerTreeGroup,
    QgsLayerTreeRegistryBridge,
    QgsProcessingContext,
    QgsVectorLayer,
)


@pytest.fixture
def project(project, monkeypatch):
    # The desktop of these tests is none that QGIS's own C++ could take.
    monkeypatch.setattr(Postprocessing, "iface", None, raising=False)
    project.clear()
    _insert_at_top(project)
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    yield project
    project.clear()
    _insert_at_top(project)


def _insert_at_top(project):
    top = QgsLayerTreeRegistryBridge.InsertionPoint(project.layerTreeRoot(), 0)
    project.layerTreeRegistryBridge().setLayerInsertionPoint(top)


@pytest.fixture
def load(provider, project, feedback, save, frames_table, granules_table, tmp_path):
    """Run matchgranules as the toolbox does, and load its layers."""

    def run_and_load(where="file"):
        files = {name: str(tmp_path / f"{name}.gpkg") for name in ("MATCHED_FRAMES", "MATCHES")}
        outputs = files if where != "memory" else dict.fromkeys(files, "TEMPORARY_OUTPUT")
        if where == "csv":
            outputs["MATCHES"] = str(tmp_path / "MATCHES.csv")
        context = QgsProcessingContext()
        context.setProject(project)
        processing.runAndLoadResults(
            "xopr:matchgranules",
            {"FRAMES": save(frames_table), "GRANULES": save(granules_table), **outputs},
            feedback=feedback,
            context=context,
        )
        assert feedback.errors == []

    return run_and_load


def tree(group):
    """Names in the layer tree, those in groups in lists."""
    return [
        {child.name(): tree(child)} if isinstance(child, QgsLayerTreeGroup) else child.name().lower().replace(" ", "_")
        for child in group.children()
    ]


@pytest.mark.parametrize("where", ["file", "memory"])
def test_the_layers_of_a_run_are_in_one_group_named_after_season_and_passes_the_frames_on_top(load, project, where):
    load(where)
    ((name, layers),) = tree(project.layerTreeRoot())[0].items()
    assert name == "2020_Test_Synthetic, 2024-01-01 to 2024-01-03" or name == "2020_Test_Synthetic, 2024-01-01"
    assert layers == ["matched_frames", "matches"]
    assert len(tree(project.layerTreeRoot())) == 1


def test_a_table_of_text_comes_into_the_group_too(load, project):
    load("csv")
    ((name, layers),) = tree(project.layerTreeRoot())[0].items()
    assert name == "2020_Test_Synthetic"
    assert layers == ["matched_frames", "matches"]


def test_each_run_has_a_group_of_its_own(load, project):
    load("memory")
    load("memory")
    groups = tree(project.layerTreeRoot())
    assert len(groups) == 2
    assert all(list(group.values()) == [["matched_frames", "matches"]] for group in groups)


def test_a_run_is_not_put_into_the_group_of_the_one_before_where_that_is_current(load, project):
    load("memory")
    (first,) = project.layerTreeRoot().children()
    current = QgsLayerTreeRegistryBridge.InsertionPoint(first, 0)
    project.layerTreeRegistryBridge().setLayerInsertionPoint(current)
    load("memory")
    assert [list(group.values()) for group in tree(project.layerTreeRoot())] == [[["matched_frames", "matches"]]] * 2


def test_an_empty_project_is_shown_in_the_poles_projection(load, project):
    load()
    assert project.crs().authid() == "EPSG:3031"


def test_the_projection_of_a_project_with_layers_is_left_alone(load, project):
    project.addMapLayer(QgsVectorLayer("Point?crs=EPSG:4326", "cities", "memory"))
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    load()
    assert project.crs().authid() == "EPSG:3857"


@pytest.mark.parametrize("where", ["file", "memory"])
def test_a_frame_lists_its_granules(load, project, where):
    load(where)
    (relation,) = project.relationManager().relations().values()
    assert relation.isValid()
    frames = relation.referencedLayer()
    listed = {frame["id"]: len(list(relation.getRelatedFeatures(frame))) for frame in frames.getFeatures()}
    assert listed == {frame["id"]: frame["n_granules"] for frame in frames.getFeatures()}
    assert sum(listed.values()) > 0


def test_a_single_layer_gets_no_group(provider, project, feedback, save, frames_table):
    context = QgsProcessingContext()
    context.setProject(project)
    processing.runAndLoadResults(
        "xopr:subsetbypoints",
        {
            "FRAMES": save(frames_table),
            "POINTS": save(frames_table.assign(geometry=shapely.get_point(frames_table.geometry.to_numpy(), 0))),
            "RULE": "distance",
            "SUBSET": "TEMPORARY_OUTPUT",
        },
        feedback=feedback,
        context=context,
    )
    assert feedback.errors == []
    assert len(tree(project.layerTreeRoot())) == 1
    assert not isinstance(project.layerTreeRoot().children()[0], QgsLayerTreeGroup)
