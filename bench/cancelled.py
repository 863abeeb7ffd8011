"""Runs of ``xopr:crossoverpoints`` into a GeoPackage that are cancelled while they write: how long until that is heard.

Of the season's frames and the granules of some cycles, in a QGIS without a window; nothing may be left of the file.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from common import Run
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProcessingUtils

from xopr_crossovers import core
from xopr_crossovers.plugin import bridge
from xopr_crossovers.plugin.packages import dependencies
from xopr_crossovers.plugin.provider import XoprProvider

# Of the file that is being written, when Cancel is pressed.
_BYTES = (20e6, 200e6)


def main() -> None:
    """Make the layers, then cancel one run for each size of the file."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    run = Run(__doc__, ["crossoverpoints"])
    application = QgsApplication([], False)
    application.initQgis()
    dependencies.load()
    provider = XoprProvider()
    application.processingRegistry().addProvider(provider)
    left = 0
    with tempfile.TemporaryDirectory() as folder:
        layers = {
            "FRAMES": made(Path(folder, "frames.gpkg"), core.frames.normalize_frames(run.frames())),
            "GRANULES": made(Path(folder, "granules.gpkg"), core.granules.granules_in_layer_crs(run.granules())),
        }
        for number, size in enumerate(_BYTES):
            place = Path(folder, str(number), "crossovers.gpkg")
            place.parent.mkdir()
            waited, processor = cancelled(layers, place, size)
            run.stages[f"heard at {size / 1e6:.0f} MB"] = waited
            run.processor[f"heard at {size / 1e6:.0f} MB"] = processor
            left += len(list(place.parent.iterdir()))
    run.facts.update(left=left)
    nothing = np.zeros(0, dtype=np.int64)
    run.finish(nothing, nothing, 0)
    sys.stdout.flush()
    # QGIS's end takes time, and has nothing to do with what is measured.
    os._exit(0)


def made(path: Path, table) -> str:
    """Return the path of a new layer with the rows of a table."""
    sink, name = QgsProcessingUtils.createFeatureSink(str(path), QgsProcessingContext(), *bridge.shape_of(table))
    del sink
    bridge.filling.fill(name, path.stem, iter([table]), None, lambda: None)
    return name


def cancelled(layers: dict[str, str], place: Path, size: float) -> tuple[float, float]:
    """Return the seconds, by the clock and of processor, from Cancel to the end."""
    feedback, pressed = QgsProcessingFeedback(False), []

    def press() -> None:
        while not pressed:
            time.sleep(0.02)
            if sum(file.stat().st_size for file in place.parent.rglob("*.gpkg")) > size:
                pressed.append((time.perf_counter(), time.process_time()))
                feedback.cancel()

    watcher = threading.Thread(target=press, daemon=True)
    watcher.start()
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("xopr:crossoverpoints")
    context = QgsProcessingContext()
    context.setFeedback(feedback)
    algorithm.run({**layers, "CROSSOVERS": str(place)}, context, feedback)
    end = time.perf_counter(), time.process_time()
    if not pressed:
        raise SystemExit(f"It ended before it was cancelled: {feedback.textLog()}")
    return end[0] - pressed[0][0], end[1] - pressed[0][1]


if __name__ == "__main__":
    main()
