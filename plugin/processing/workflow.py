"""The models that come with the plugin, as algorithms of its provider."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsMessageLog,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingParameterEnum,
)

from ...core.common import fit_to_show
from ..metadata import guide_url
from ..models import model_files
from ..packages import dependencies
from . import alternatives, pass_parameters, search_parameters
from .checks import refusal
from .python_command import PythonCommand
from .run import Run


class WorkflowModel(PythonCommand, QgsProcessingModelAlgorithm):  # type: ignore[misc]
    """A model of the folder ``models`` as an algorithm of the provider.

    Its id comes from its file's name, and its outputs are called as those of the steps. The algorithms of these must be
    registered when it is made, or QGIS gives it no outputs.

    Parameters
    ----------
    path : Path
        A .model3 file.

    Raises
    ------
    ValueError
        If QGIS cannot read the file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        if not self.fromFile(str(path)):
            raise ValueError(f"QGIS cannot read the model {path}.")
        # Without it, QGIS takes the model for one that is not saved yet: no Python command, nothing in the history.
        self.setSourceFilePath(str(path))
        self._own_names = self._rename_outputs()
        self._follow_the_steps()

    def _rename_outputs(self) -> dict[str, str]:
        """Call the outputs as the steps do, MATCHES, and return these names by QGIS's own, match:Matches."""
        outputs = [
            (output.position().y(), f"{step.childId()}:{title}", output.childOutputName())
            for step in self.childAlgorithms().values()
            for title, output in step.modelOutputs().items()
        ]
        own_names = {long: short for _, long, short in sorted(outputs)}
        for long, short in own_names.items():
            definition = self.parameterDefinition(long).clone()
            definition.setName(short)
            self.removeParameter(long)
            self.addParameter(definition)
        return own_names

    def _follow_the_steps(self) -> None:
        """Take over what the steps know of today: seasons found since the file was made, defaults that were set."""
        for step in self.childAlgorithms().values():
            for theirs in step.algorithm().parameterDefinitions():
                ours = self.parameterDefinition(theirs.name())
                if ours is None or ours.isDestination():
                    continue
                ours.setDefaultValue(theirs.defaultValue())
                if isinstance(ours, QgsProcessingParameterEnum):
                    ours.setOptions(theirs.options())

    def createInstance(self) -> WorkflowModel:  # noqa: N802 (QGIS asks for this name)
        """Return a new object of the same model."""
        return type(self)(self._path)

    def name(self) -> str:
        """Return the second half of the id."""
        return self._path.stem

    def tags(self) -> list[str]:
        """Return words to find it by."""
        return ["xopr", "opr", "radar", "icesat-2", "ice", "model", "workflow", "crossover", "atl06"]

    def shortHelpString(self) -> str:  # noqa: N802 (QGIS asks for this name)
        """Return the help: HTML for the desktop's panel, else plain text; QGIS adds the summary itself there."""
        if QgsApplication.platform() == "desktop":
            return str(super().shortHelpString())
        return str(self.helpContent()["ALG_DESC"])

    def helpUrl(self) -> str:  # noqa: N802 (QGIS asks for this name)
        """Return the page of the models in the guide."""
        return guide_url("models.md")

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802 (QGIS asks for this name)
        """Tell which Python package or algorithm is missing, if one is."""
        message = dependencies.message()
        return (False, message) if message else super().canExecute()

    def checkParameterValues(  # noqa: N802 (QGIS asks for this name)
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Tell what is wrong with the inputs before the first step runs; QGIS does not ask the steps themselves."""
        accept = super().checkParameterValues
        return refusal(Run(self, parameters, context), _check, lambda plain: accept(plain, context))

    def processAlgorithm(  # noqa: N802 (QGIS asks for this name)
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the steps."""
        longer = {short: long for long, short in self._own_names.items()}
        given = {longer.get(name, name): value for name, value in parameters.items()}
        try:
            results = super().processAlgorithm(given, context, feedback)
        except QgsProcessingException as error:
            failure = fit_to_show(str(error))
        else:
            return {self._own_names.get(name, name): value for name, value in results.items()}
        # QGIS never lets go of the exception, nor of what this frame holds: layers must not be in it.
        del parameters, context, feedback, given
        raise QgsProcessingException(failure)


def _check(run: Run) -> None:
    if run.algorithm.parameterDefinition("RGTS"):
        pass_parameters.check_tracks(run)
    else:
        alternatives.check_one_of(run, "SEASON", "CATALOG")
    search_parameters.check_window(run, has_frames=True)


def load_models() -> list[QgsProcessingAlgorithm]:
    """Return the models; one that cannot be read is named in QGIS's log, and left out."""
    models = []
    for file in model_files():
        try:
            models.append(WorkflowModel(file))
        except ValueError as error:
            QgsMessageLog.logMessage(str(error), "xOPR Crossovers", Qgis.MessageLevel.Warning)
    return models
