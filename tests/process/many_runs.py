"""A script for QGIS that runs many algorithms in one ``qgis_process``, each as the command itself would.

It goes where QGIS looks for scripts, and so runs within the command: with its interpreter, its libraries and its Qt.
"""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterFile,
)


class Told(QgsProcessingFeedback):
    """What the command writes to its two streams."""

    def __init__(self):
        super().__init__(False)
        self.out, self.errors = [], []

    def pushInfo(self, info):  # noqa: N802
        self.out.append(info)

    def pushWarning(self, warning):  # noqa: N802
        self.errors.append(warning)

    def reportError(self, error, fatalError=False):  # noqa: N802, N803
        self.errors.append(f"ERROR:\t{error}")


class ManyRuns(QgsProcessingAlgorithm):
    """Reads a file of runs, and writes beside it how each ended."""

    def createInstance(self):  # noqa: N802
        return ManyRuns()

    def name(self):
        return "manyruns"

    def displayName(self):  # noqa: N802
        return "Many runs"

    def initAlgorithm(self, configuration=None):  # noqa: N802
        self.addParameter(QgsProcessingParameterFile("RUNS", "Runs (JSON)"))

    def processAlgorithm(self, parameters, context, feedback):  # noqa: N802
        file = Path(self.parameterAsFile(parameters, "RUNS", context))
        ended = [_run(*one) for one in json.loads(file.read_text(encoding="utf-8"))]
        file.with_suffix(".ended").write_text(json.dumps(ended), encoding="utf-8")
        return {}


def _run(identity, parameters):
    """Return the exit code, and both streams: the steps of QgsProcessingExec::execute."""
    told, streams = Told(), io.StringIO()
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(identity)
    context = QgsProcessingContext()
    with contextlib.redirect_stdout(streams), contextlib.redirect_stderr(streams):
        able, message = algorithm.canExecute()
        accepted = False
        if able:
            accepted, message = algorithm.checkParameterValues(parameters, context)
        if accepted:
            _, accepted = algorithm.run(parameters, context, told)
        elif message:
            told.errors.append(f"ERROR:\t{message}")
    errors = "\n".join([*told.errors, streams.getvalue()])
    return int(not accepted), "\n".join(told.out), errors
