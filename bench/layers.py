"""One run of the bridge in a QGIS without a window: granules of some cycles as a layer, and back.

With the work ``temporary`` all three outputs of ``xopr:findgranules`` become memory layers, as the desktop's dialog has
it.
"""

from __future__ import annotations

import os
import sys

import numpy as np
from common import BUILD, Run
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProcessingUtils, QgsVectorLayer

from xopr_crossovers import core
from xopr_crossovers.plugin import bridge
from xopr_crossovers.plugin.packages import dependencies


def main() -> None:
    """Do what is asked for."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    run = Run(__doc__, ["gpkg", "memory", "temporary"])
    application = QgsApplication([], False)
    application.initQgis()
    dependencies.load()
    if run.asked.work == "temporary":
        temporary(run)
    else:
        there_and_back(run)
    sys.stdout.flush()
    # QGIS's end takes time, and has nothing to do with what is measured.
    os._exit(0)


def temporary(run: Run) -> None:
    """Match, and write what is found as memory layers."""
    granules = run.granules()
    matched = core.job.match_granules(core.frames.normalize_frames(run.frames()), granules)
    tables = [matched.frames, matched.matches, core.job.Found(granules, len(granules)).layer()]
    context, wrong = QgsProcessingContext(), 0
    for table in tables:
        with run.stage("write"):
            sink, name = QgsProcessingUtils.createFeatureSink("memory:", context, *bridge.shape_of(table))
            bridge.write(table, sink, QgsProcessingFeedback(False))
            del sink
        wrong += QgsProcessingUtils.mapLayerFromString(name, context).featureCount() != len(table)
    run.facts.update(rows=sum(map(len, tables)), wrong=wrong)
    nothing = np.zeros(0, dtype=np.int64)
    run.finish(nothing, nothing, len(granules))


def there_and_back(run: Run) -> None:
    """Write granules, and read them again."""
    table = core.granules.granules_in_layer_crs(run.granules())
    context, path = QgsProcessingContext(), BUILD / "layer.gpkg"
    path.unlink(missing_ok=True)
    destination = str(path) if run.asked.work == "gpkg" else "memory:"
    with run.stage("write"):
        sink, name = QgsProcessingUtils.createFeatureSink(destination, context, *bridge.shape_of(table))
        if run.asked.work == "gpkg" and hasattr(bridge, "filling"):
            del sink
            bridge.filling.fill(name, path.stem, iter([table]), None, lambda: None)
        else:
            bridge.write(table, sink, QgsProcessingFeedback(False))
            del sink
    layer = QgsVectorLayer(name, "layer", "ogr") if run.asked.work == "gpkg" else context.takeResultLayer(name)
    arguments = {"layer": layer} if "layer" in bridge.source_to_table.__code__.co_varnames else {}
    with run.stage("read"):
        back = bridge.source_to_table(layer, "The layer", **arguments)
    run.facts.update(
        rows=len(back),
        wrong=int((back["granule_id"].to_numpy() != table["granule_id"].to_numpy()).sum())
        + int((~back.geometry.geom_equals_exact(table.geometry.reset_index(drop=True), 0.0)).sum()),
    )
    nothing = np.zeros(0, dtype=np.int64)
    run.finish(nothing, nothing, len(back))
    del layer


if __name__ == "__main__":
    main()
