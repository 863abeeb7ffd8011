"""Where a run reads from: the places of all its inputs, however they are given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsMapLayer,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingUtils,
)

from ... import core
from ...core.common import InputError, Progress
from ..files import layer_places as places
from .unwrapped import unwrapped

if TYPE_CHECKING:
    from ..files import LayerPlace
    from .inputs import Inputs


def sources(run: Inputs) -> Iterator[tuple[str, LayerPlace]]:
    """Yield the name of each input and a place that it reads from.

    Every text counts that names something which is there: only the core knows which texts are catalogs.
    """
    for definition in run.algorithm.parameterDefinitions():
        name = definition.name()
        if definition.isDestination() or isinstance(definition, QgsProcessingParameterEnum):
            continue
        for value in _single(run, run.parameters.get(name)):
            for place in _places_of(run, name, value):
                yield name, place


def named_layers(run: Inputs) -> list[str]:
    """Return the ids of layers and the texts that the layer inputs of a run are given by."""
    values = [
        value
        for definition in run.algorithm.parameterDefinitions()
        if isinstance(definition, QgsProcessingParameterFeatureSource)
        for value in _single(run, run.parameters.get(definition.name()))
    ]
    return [value.id() if isinstance(value, QgsMapLayer) else value for value in values]


def _single(run: Inputs, value: Any) -> Iterator[QgsMapLayer | str]:
    value = unwrapped(run, value)
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _single(run, one)
    elif isinstance(value, QgsMapLayer):
        yield value
    elif isinstance(value, (str, Path)):
        yield str(value)


def _places_of(run: Inputs, name: str, value: QgsMapLayer | str) -> Iterator[LayerPlace]:
    layer = value
    if isinstance(value, str):
        layer = QgsProcessingUtils.mapLayerFromString(value, run.context, False) if value.strip() else None
    if layer is None:
        yield from places.places_of_text(str(value), name)
        yield from _files_of(str(value))
        return
    yield from places.places_of_layer(layer)
    for below in places.references_of(layer):
        reference = QgsProcessingUtils.mapLayerFromString(below, run.context, False)
        if reference is not None:
            yield from places.places_of_layer(reference)


def _files_of(text: str) -> Iterator[LayerPlace]:
    """Yield the files that a text names, which may be several, a folder or a pattern, as the core reads them."""
    for part in core.catalogs.split(text):
        # What is none of these is the name of a season, an option, or an address.
        with suppress(InputError):
            files = core.catalogs.places_of(part, "A source", "files")
            yield from (places.LayerPlace(file.path.absolute()) for file in files if file.path)
        with suppress(InputError):
            suffixes = (*core.altimetry.GRANULE_SUFFIXES, *core.radar.RADAR_SUFFIXES)
            own = core.catalogs.OwnFiles("A source", suffixes, "files", "go on without it")
            yield from (places.LayerPlace(path.absolute()) for path in own.find(part, Progress()))
