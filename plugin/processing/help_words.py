"""Helps as people read them beside a dialog, where parameters are called by their labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from qgis.core import QgsProcessingParameterDefinition

_NAME = re.compile(r"\b[A-Z][A-Z0-9_]+\b")


def in_dialog(text: str, parameters: Sequence[QgsProcessingParameterDefinition]) -> str:
    """Return a paragraph of a help with the labels of parameters where scripts and ``qgis_process`` write their names.

    Parameters
    ----------
    text : str
        Plain, with names such as ``CROSSING_ONLY`` in it.
    parameters : sequence of QgsProcessingParameterDefinition
        Of the algorithm; other words in capitals stay as they are.

    Returns
    -------
    str
        HTML.
    """
    labels = {parameter.name(): escape(parameter.description(), quote=False) for parameter in parameters}

    def named(found: re.Match[str]) -> str:
        return f"<i>{labels[found[0]]}</i>" if found[0] in labels else found[0]

    return _NAME.sub(named, escape(text, quote=False))
