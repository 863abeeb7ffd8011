"""What the value of a parameter stands for, whichever way QGIS hands it over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingFeatureSourceDefinition, QgsProcessingOutputLayerDefinition, QgsProperty

if TYPE_CHECKING:
    from .inputs import Inputs


def unwrapped(run: Inputs, value: Any) -> Any:
    """Return the source or the destination in a definition, and the text of a property; other values as they are."""
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        value = value.source
    elif isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink
    if isinstance(value, QgsProperty):
        value, _ = value.valueAsString(run.context.expressionContext(), "")
    return value
