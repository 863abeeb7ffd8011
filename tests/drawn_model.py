"""A graphical model as a user draws it: inputs, steps, and what goes from one to the next."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
)

from_step = QgsProcessingModelChildParameterSource.fromChildOutput
from_input = QgsProcessingModelChildParameterSource.fromModelParameter
fixed = QgsProcessingModelChildParameterSource.fromStaticValue


def draw(name, inputs, steps) -> QgsProcessingModelAlgorithm:
    """Draw a model: of each step its algorithm, the source of each parameter, and its outputs by their titles."""
    model = QgsProcessingModelAlgorithm(name, "tests")
    for parameter in inputs:
        model.addModelParameter(parameter, QgsProcessingModelParameter(parameter.name()))
    for step, (algorithm, sources, outputs) in steps.items():
        child = QgsProcessingModelChildAlgorithm(f"xopr:{algorithm}")
        child.setChildId(step)
        for parameter, source in sources.items():
            child.addParameterSources(parameter, [source])
        child.setModelOutputs({title: _final(title, step, output) for title, output in outputs.items()})
        model.addChildAlgorithm(child)
    model.updateDestinationParameters()
    return model


def _final(title, step, output):
    final = QgsProcessingModelOutput(title, title)
    final.setChildId(step)
    final.setChildOutputName(output)
    return final
