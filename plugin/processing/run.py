"""One run of an algorithm: the values of its parameters, and the layers and files that it writes."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingAlgorithm, QgsProcessingContext, QgsProcessingFeedback

from .inputs import Inputs
from .outputs import Outputs


class Run(Inputs):
    """The parameters and the outputs of one run; see :class:`Inputs` for the arguments.

    Attributes
    ----------
    outputs : Outputs
    """

    def __init__(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback | None = None,
    ) -> None:
        super().__init__(algorithm, parameters, context, feedback)
        self.outputs = Outputs(self)
