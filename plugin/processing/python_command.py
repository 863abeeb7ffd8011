"""The Python command of a run, which QGIS offers to copy and keeps in its history."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingParameterEnum


class PythonCommand:
    """What an algorithm must be, besides one of QGIS's, for its command to repeat the run."""

    def asPythonCommand(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:  # noqa: N802 (QGIS's)
        """Return the command; several chosen options are one text in it, as QGIS 3.22 would write none of a list."""
        texts = {}
        for name, value in parameters.items():
            definition = self.parameterDefinition(name)  # type: ignore[attr-defined]
            several = isinstance(definition, QgsProcessingParameterEnum) and isinstance(value, (list, tuple))
            texts[name] = ",".join(str(option) for option in value) if several else value
        return str(super().asPythonCommand(texts, context))  # type: ignore[misc]
