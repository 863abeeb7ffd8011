"""The files that users name where a layer is asked for: those that QGIS opens, and those that our own reader does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingParameterFeatureSource,
    QgsProcessingUtils,
    QgsProperty,
    QgsVectorLayer,
)

from .unwrapped import unwrapped

if TYPE_CHECKING:
    from ...core.catalogs import Place
    from .inputs import Inputs

# The address of another provider, such as delimitedtext:// or ogr:dbname=, which QGIS understands; C: is a drive.
_PROVIDER = re.compile(r"(?!file:|https?:|s3:|gs:)\w{2,}:", re.IGNORECASE)
_WEB = re.compile(r"(https?|s3|gs)://", re.IGNORECASE)


@dataclass(frozen=True)
class LayerFile:
    """What a text names where a layer is asked for.

    Attributes
    ----------
    place : Place
        The file or address.
    is_ours : bool
        Whether our own reader reads it, since QGIS may not.
    """

    place: Place
    is_ours: bool


def layer_file(run: Inputs, name: str) -> LayerFile | None:
    """Return the file that a parameter's text names; None if it names a layer of the project, or nothing on the disk.

    Raises
    ------
    InputError
        If the file may not be read, is empty or locked, or cannot be called so.
    """
    from ... import core

    text = source_text(run, name)
    if not text or _PROVIDER.match(text):
        return None
    known = QgsProcessingUtils.mapLayerFromString(text, run.context, False)
    if known and known.source() != text:
        return None
    suffixes = (*core.catalogs.SUFFIXES, *core.catalogs.TEXT_SUFFIXES)
    if _WEB.match(text):
        if core.common.is_web_address(text) and not text.lower().partition("?")[0].endswith(suffixes):
            return None
        (place,) = core.catalogs.places_of(text, name, "layers", run.progress)
        return LayerFile(place, True)
    file = core.catalogs.file_of(text, name)
    if file is None or file.path is None or file.path.is_dir():
        return None
    start = core.catalogs.first_bytes(file.path, file.text)
    is_text = file.path.suffix.lower() in core.catalogs.TEXT_SUFFIXES
    return LayerFile(file, start.startswith(core.catalogs.MAGIC) or is_text)


def source_text(run: Inputs, name: str) -> str:
    """Return the text by which a parameter names a layer; empty if the value is a layer, or there is none."""
    value = unwrapped(run, run.parameters.get(name))
    return value.strip() if isinstance(value, str) else ""


def for_qgis(run: Inputs, name: str) -> Any:
    """Return the value of a layer parameter as QGIS opens it: a plain path in place of a quoted one.

    For a file that our own reader reads, it is an empty layer that QGIS accepts.
    """
    value = run.parameters.get(name)
    file = layer_file(run, name)
    if file is None:
        return value
    if file.is_ours:
        return QgsVectorLayer("None", name, "memory")
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        value = QgsProcessingFeatureSourceDefinition(value)
        value.source = QgsProperty.fromValue(file.place.text)
        return value
    return file.place.text


def accepted(run: Inputs, accept: Callable[[dict[str, Any]], tuple[bool, str]]) -> tuple[bool, str]:
    """Return what QGIS's check says of the parameters, as QGIS opens them."""
    names = [
        definition.name()
        for definition in run.algorithm.parameterDefinitions()
        if isinstance(definition, QgsProcessingParameterFeatureSource) and run.given(definition.name())
    ]
    for name in names:
        _check_opens(run, name)
    return accept({**run.parameters, **{name: for_qgis(run, name) for name in names}})


def _check_opens(run: Inputs, name: str) -> None:
    """Raise if a text names no layer that can be opened, in better words than QGIS has."""
    from ... import core

    text, file = source_text(run, name), layer_file(run, name)
    if not text or _PROVIDER.match(text) or (file and file.is_ours):
        return
    if QgsProcessingUtils.mapLayerFromString(file.place.text if file else text, run.context) is None:
        if file is None or file.place.path is None:
            raise core.common.InputError(
                f"{name}: there is no layer or file {core.common.shown(text)}; check the path or the layer's name."
            )
        start = core.catalogs.first_bytes(file.place.path, file.place.text)
        raise core.catalogs.no_layer(start, f"{name}: {file.place.text}", "another file")
