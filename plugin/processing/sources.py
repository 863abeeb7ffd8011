"""Where a run reads from: the places of all its inputs, however they are given."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsMapLayer,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingUtils,
    QgsProperty,
)

from ...core.common import InputError
from ..files import layer_places as places

if TYPE_CHECKING:
    from ..files import Place
    from .inputs import Inputs


def sources(run: Inputs) -> Iterator[tuple[str, Place]]:
    """Yield the name of each input and a place that it reads from.

    Every text counts that names something which is there: only the core knows which texts are catalogs.
    """
    for definition in run.algorithm.parameterDefinitions():
        name = definition.name()
        if definition.isDestination() or isinstance(definition, QgsProcessingParameterEnum):
            continue
        for value in _single(run, run.parameters.get(name)):
            for place in _places_of(run, value):
                yield name, place


def _single(run: Inputs, value: Any) -> Iterator[QgsMapLayer | str]:
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        value = value.source
    elif isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink
    if isinstance(value, QgsProperty):
        value, _ = value.valueAsString(run.context.expressionContext(), "")
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _single(run, one)
    elif isinstance(value, QgsMapLayer):
        yield value
    elif isinstance(value, (str, Path)):
        yield str(value)


def _places_of(run: Inputs, value: QgsMapLayer | str) -> Iterator[Place]:
    layer = value
    if isinstance(value, str):
        layer = QgsProcessingUtils.mapLayerFromString(value, run.context, False) if value.strip() else None
    if layer is None:
        yield from places.places_of_text(str(value))
        yield from _files_of(str(value))
        return
    yield from places.places_of_layer(layer)
    for below in places.references_of(layer):
        reference = QgsProcessingUtils.mapLayerFromString(below, run.context, False)
        if reference is not None:
            yield from places.places_of_layer(reference)


def _files_of(text: str) -> Iterator[Place]:
    """Yield the files that a text names, which may be several, a folder or a pattern."""
    for part in re.split(r"[;\n]", text):
        if not part.strip():
            continue
        try:
            path = places.path_of(part.partition("|")[0], "A source")
        except InputError:
            continue
        if path.is_dir():
            yield from (places.Place(file) for file in path.rglob("*.parquet"))
        elif not path.exists() and glob.has_magic(part):
            yield from (places.Place(Path(file)) for file in glob.glob(str(path), recursive=True))
        elif path.is_file():
            yield places.Place(path)
