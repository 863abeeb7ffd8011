"""What to do next with what a run has found: said in its log, and offered in the desktop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qgis.core import QgsApplication, QgsMapLayer

from ..looks import NextStep

if TYPE_CHECKING:
    from .inputs import Inputs


@dataclass(frozen=True)
class Next:
    """A step that can follow an algorithm.

    Attributes
    ----------
    what : str
        What it is for, in a few words.
    name : str
        The second half of its id.
    takes : mapping of str to str
        Which output of this algorithm, or input of it, is which of its parameters, by the parameter's name.
    """

    what: str
    name: str
    takes: Mapping[str, str]


def possible(run: Inputs, steps: tuple[Next, ...], rows: Mapping[str, int]) -> list[NextStep]:
    """Return the steps that can go on with what a run has found.

    Parameters
    ----------
    run : Inputs
    steps : tuple of Next
        Of its algorithm.
    rows : mapping of str to int
        How many there are in each layer that was written: an empty one leads nowhere.
    """
    # One layer may be full while nothing was found, as that of all frames is.
    if any(rows.get(source) == 0 for step in steps for source in step.takes.values()):
        return []
    registry = QgsApplication.processingRegistry()
    found = []
    for step in steps:
        algorithm = registry.algorithmById(f"xopr:{step.name}")
        given: dict[str, Any] = {}
        outputs = {}
        for parameter, source in step.takes.items():
            if source in rows:
                outputs[parameter] = source
            elif run.given(source):
                value = run.parameters[source]
                # Not the layer itself: what is kept of it would outlive the project, and end QGIS in a crash.
                given[parameter] = value.id() if isinstance(value, QgsMapLayer) else value
        if algorithm is not None and outputs and len(outputs) + len(given) == len(step.takes):
            found.append(NextStep(algorithm.id(), algorithm.displayName(), step.what, outputs, given))
    return found


def sentence(steps: list[NextStep]) -> str:
    """Return what the log says of steps; empty if there are none."""
    return f"Next: {'; '.join(map(_told, steps))}." if steps else ""


def is_a_part(run: Inputs) -> bool:
    """Whether a run is one of several: a step of a model, or a row of a batch."""
    return bool(run.feedback.inherits("QgsProcessingMultiStepFeedback"))


def _told(step: NextStep) -> str:
    takes = [*step.outputs.items(), *((name, name) for name in step.given)]
    what = " and ".join(source if name == source else f"{source} as {name}" for name, source in takes)
    return f"{step.what}: '{step.title}' ({step.algorithm}) with {what}"
