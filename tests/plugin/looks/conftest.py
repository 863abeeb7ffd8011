"""What the tests of how layers look and come into a project share."""

from __future__ import annotations

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsLayerTreeGroup, QgsLayerTreeRegistryBridge, QgsProcessingContext

from xopr_crossovers.plugin.options import settings


@pytest.fixture
def project(project, processing, monkeypatch):
    """An empty project, whose runs get no coastline."""
    from processing.gui import Postprocessing

    # The desktop of these tests is none that QGIS's own C++ could take.
    monkeypatch.setattr(Postprocessing, "iface", None, raising=False)
    before = settings.stored()
    settings.store(settings.Settings(coastline=settings.OFF))
    project.clear()
    _insert_at_top(project)
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    yield project
    project.clear()
    _insert_at_top(project)
    settings.store(before)


def _insert_at_top(project):
    top = QgsLayerTreeRegistryBridge.InsertionPoint(project.layerTreeRoot(), 0)
    project.layerTreeRegistryBridge().setLayerInsertionPoint(top)


@pytest.fixture
def load_results(provider, project, processing, feedback):
    """Run an algorithm as the toolbox does, and load its layers."""

    def run_and_load(name, **parameters):
        context = QgsProcessingContext()
        context.setProject(project)
        results = processing.runAndLoadResults(f"xopr:{name}", parameters, feedback=feedback, context=context)
        assert feedback.errors == []
        return results

    return run_and_load


@pytest.fixture
def load(load_results, save, frames_table, granules_table, tmp_path):
    """Run matchgranules as the toolbox does, and load its layers."""

    def run_and_load(where="file"):
        files = {name: str(tmp_path / f"{name}.gpkg") for name in ("MATCHED_FRAMES", "MATCHES")}
        outputs = files if where != "memory" else dict.fromkeys(files, "TEMPORARY_OUTPUT")
        if where == "csv":
            outputs["MATCHES"] = str(tmp_path / "MATCHES.csv")
        return load_results("matchgranules", FRAMES=save(frames_table), GRANULES=save(granules_table), **outputs)

    return run_and_load


def tree(group):
    """Names in the layer tree, those in groups in lists."""
    return [
        {child.name(): tree(child)} if isinstance(child, QgsLayerTreeGroup) else child.name().lower().replace(" ", "_")
        for child in group.children()
    ]


@pytest.fixture
def in_tree(project):
    """Return the names in the layer tree of the project, those in groups in lists."""
    return lambda: tree(project.layerTreeRoot())
