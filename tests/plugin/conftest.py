"""What the tests inside a QGIS share: the provider, layers, a CMR."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)

from makers import frames, granules, strip
from standin import StandIn
from xopr_crossovers.plugin.bridge import layers
from xopr_crossovers.plugin.provider import XoprProvider


class Feedback(QgsProcessingFeedback):
    """Remembers what it was told."""

    def __init__(self):
        super().__init__(False)
        self.infos, self.warnings, self.errors = [], [], []

    def pushInfo(self, info):  # noqa: N802
        self.infos.append(info)

    def pushWarning(self, warning):  # noqa: N802
        self.warnings.append(warning)

    def reportError(self, error, fatalError=False):  # noqa: N802, N803
        self.errors.append(error)


def pytest_collection_finish(session):
    """Leave the libraries, which stay, out of what is looked through after each test: a tenth of a second each time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item):
    """Let go of a test's layers: of the last one's, pytest would do so only after QGIS has ended, and crash."""
    item.funcargs.clear()
    gc.collect()


@pytest.fixture
def feedback():
    return Feedback()


@pytest.fixture(scope="session")
def processing(qgis_app):
    """Processing's own plugin, as in the desktop."""
    folder = str(Path(QgsApplication.pkgDataPath()) / "python" / "plugins")
    sys.path.append(folder)
    from processing.core.Processing import Processing

    Processing.initialize()
    import processing

    yield processing
    sys.path.remove(folder)


@pytest.fixture
def project(qgis_app):
    """The project, which is emptied afterwards."""
    project = QgsProject.instance()
    yield project
    project.clear()


@pytest.fixture
def context(qgis_app):
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return context


@pytest.fixture(scope="module")
def provider(qgis_app):
    provider = XoprProvider()
    registry = QgsApplication.processingRegistry()
    registry.addProvider(provider)
    yield provider
    registry.removeProvider(provider)


@pytest.fixture
def run(provider, context, feedback):
    """Run an algorithm by its name; returns what it returns, or raises AssertionError with what it said."""

    def run_algorithm(name, **parameters):
        algorithm = provider.algorithm(name).create()
        accepted, message = algorithm.checkParameterValues(parameters, context)
        assert accepted, message
        results, succeeded = algorithm.run(parameters, context, feedback)
        assert succeeded, "; ".join(feedback.errors)
        return results

    return run_algorithm


@pytest.fixture
def needed_by(provider):
    """Return the names of the inputs without which an algorithm does not run."""

    def names_of(name):
        optional = QgsProcessingParameterDefinition.Flag.FlagOptional
        return [
            one.name()
            for one in provider.algorithm(name).parameterDefinitions()
            if not (one.isDestination() or one.flags() & optional or one.defaultValue() is not None)
        ]

    return names_of


@pytest.fixture
def failure(provider, context, feedback):
    """Run an algorithm that should fail by its name; returns its error.

    Give layers by their source: QGIS never lets go of the exception, nor of what is in the frames below it.
    """

    def run_algorithm(name, **parameters):
        _, succeeded = provider.algorithm(name).create().run(parameters, context, feedback)
        assert not succeeded
        return feedback.errors[0]

    return run_algorithm


@pytest.fixture
def refusal(provider, context):
    """Return what an algorithm says of parameters that it does not accept; an empty text if it accepts them."""

    def refuse(name, **parameters):
        return provider.algorithm(name).create().checkParameterValues(parameters, context)[1]

    return refuse


@pytest.fixture
def save(context, feedback, tmp_path):
    """Write a table through the bridge, into a GeoPackage or into memory, and open what came of it."""

    def save_table(table, where="gpkg", empty="NoGeometry"):
        destination = "memory:" if where == "memory" else str(tmp_path / f"{len(list(tmp_path.iterdir()))}.gpkg")
        sink, name = QgsProcessingUtils.createFeatureSink(
            destination, context, layers.fields_of(table), layers.wkb_type_of(table, empty), layers.crs_of(table)
        )
        layers.write(table, sink, feedback)
        del sink
        if where == "memory":
            return context.takeResultLayer(name)
        return QgsVectorLayer(name, "saved", "ogr")

    return save_table


@pytest.fixture
def frames_table():
    """Three frames in West Antarctica, the last of which crosses no strip."""
    return frames(
        [(-105, -75.2), (-103, -75.2)],
        [(-105, -75.8), (-103, -75.9)],
        [(-90, -80), (-89, -80)],
        datetime="2020-01-01T00:00:00Z",
    )


@pytest.fixture
def granules_table():
    """Two granules across the first two frames, and one elsewhere."""
    return granules(
        strip((-104.4, -74), (-104.6, -77)), strip((-103.9, -77), (-103.4, -74)), strip((60, -74), (61, -77))
    )


@pytest.fixture(scope="session")
def cmr():
    """A CMR with all granules of cycle 22."""
    with StandIn(cycles=[22]) as server:
        yield server


@pytest.fixture
def fresh():
    """Open a file as a layer that nobody has styled, so that it shows what the file itself holds."""

    def open_file(path):
        layer = QgsVectorLayer(str(path), "fresh", "ogr")
        assert layer.isValid()
        return layer

    return open_file


@pytest.fixture
def table(context):
    """Open a result layer as a table."""

    def read(destination):
        layer = QgsProcessingUtils.mapLayerFromString(destination, context)
        return layers.source_to_geodataframe(layer).drop(columns="fid", errors="ignore")

    return read
