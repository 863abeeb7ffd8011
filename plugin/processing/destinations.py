"""Whether the outputs of a run can be written where they are to go: looked at before the work begins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFileDestination,
    QgsProviderRegistry,
    QgsVectorLayer,
)

from ...core.common import InputError
from ..compat import LINES, POINTS, POLYGONS
from ..files import databases, formats, open_layers
from ..files import layer_places as places
from .sources import sources
from .unwrapped import unwrapped

if TYPE_CHECKING:
    from qgis.core import QgsProcessingParameterDefinition

    from ..files import LayerPlace
    from .inputs import Inputs

_KINDS = {LINES: formats.LINES, POINTS: formats.POINTS, POLYGONS: formats.POLYGONS}


def check_outputs(run: Inputs) -> None:
    """Refuse outputs that would harm an input or each other, and files that cannot hold what is written.

    Raises
    ------
    InputError
    """
    taken: dict[str, LayerPlace] = {}
    read = None
    for definition in run.algorithm.destinationParameterDefinitions():
        name = definition.name()
        is_layer = isinstance(definition, QgsProcessingParameterFeatureSink)
        if not (is_layer or isinstance(definition, QgsProcessingParameterFileDestination)):
            continue
        place = places.place_of_output(destination_of(run, name), name)
        if place is None:
            continue
        if place.server:
            _check_provider(name, place.server[0], is_layer)
        read = list(sources(run)) if read is None else read
        for other, source in read:
            _check_input(name, place, other, source, is_layer=is_layer)
        for other, output in taken.items():
            _check_other_output(name, place, other, output)
        taken[name] = place
        if place.server:
            continue  # on a server, where QGIS itself writes
        if is_layer:
            _check_layer_file(run, definition, place)
        else:
            _check_file(name, place.path)


def _check_provider(name: str, provider: str, is_layer: bool) -> None:
    # Of a provider that it does not know, QGIS would take the whole address for a file's name.
    if not is_layer:
        raise InputError(f"{name} is no file, but an address of '{provider}'; give the path of a file.")
    if provider not in QgsProviderRegistry.instance().providerList():
        raise InputError(f"{name}: this QGIS has no '{provider}:' to write to; write a GeoPackage (.gpkg).")


def check_edited(run: Inputs) -> None:
    """Refuse an output into a file in which a layer of the project has changes that are not saved.

    Raises
    ------
    InputError
    """
    for definition in run.algorithm.destinationParameterDefinitions():
        place = places.place_of_output(destination_of(run, definition.name()), definition.name())
        layer = open_layers.edited(run.context.project(), place) if place is not None else ""
        if layer:
            raise InputError(
                f"{definition.name()} would be written into a file in which the layer '{layer}' has changes that are "
                "not saved; save or discard them first, or choose another file."
            )


def destination_of(run: Inputs, name: str) -> str:
    """Return where an output is to be written, as the user gave it; empty if nothing is given."""
    return str(unwrapped(run, run.parameters.get(name)) or "")


def plain_outputs(run: Inputs) -> dict[str, Any]:
    """Return the outputs in files, by their names, as QGIS spells them, whichever way the user did."""
    plain = {}
    for definition in run.algorithm.destinationParameterDefinitions():
        name = definition.name()
        text = run.parameters.get(name)
        if isinstance(text, str):
            place = places.place_of_output(text, name)
            if place is not None and not place.server:
                plain[name] = places.spelling(place)
    return plain


def kind_of_output(definition: QgsProcessingParameterDefinition) -> str:
    """Return what an output layer holds: table, points, lines or polygons."""
    return _KINDS.get(definition.dataType(), formats.TABLE)


def _check_input(name: str, place: LayerPlace, other: str, source: LayerPlace, *, is_layer: bool) -> None:
    if place.is_on_same_table(source):
        raise InputError(
            f"{name} would be written over {other}, which is read from the same table; choose another one."
        )
    if not place.shares_file(source):
        return
    if place.table and databases.is_database(place.file):
        tables = [table.lower() for table in databases.tables(place.file)]
        # Of a file without a table's name QGIS reads one of those that are there.
        reads = source.table.lower() or (place.table.lower() if place.table.lower() in tables else "")
        if place.table.lower() != reads:
            return
        raise InputError(
            f"{name} would be written over the table '{place.table}' of {place.path}, which {other} is read from; "
            "choose another table or file."
        )
    hint = ""
    if is_layer and place.path.suffix.lower() == ".gpkg":
        hint = f", or another table in it: {places.spelling(places.LayerPlace(place.path, name.lower()))}"
    raise InputError(
        f"{name} would be written over {place.path}, which {other} is read from; choose another file{hint}."
    )


def _check_other_output(name: str, place: LayerPlace, other: str, output: LayerPlace) -> None:
    if place.is_on_same_table(output):
        raise InputError(f"{name} and {other} would be written to the same table {place.table}.")
    if not place.shares_file(output):
        return
    if place.table and output.table and place.table.lower() != output.table.lower():
        return
    table = f", table '{place.table}'" if place.table and output.table else ""
    raise InputError(f"{name} and {other} would be written to the same file {place.path}{table}.")


def _check_layer_file(run: Inputs, definition: QgsProcessingParameterDefinition, place: LayerPlace) -> None:
    name = definition.name()
    ending = place.path.suffix.lower().lstrip(".")
    why = formats.unfit(
        ending, kind_of_output(definition), run.algorithm.provider().supportedOutputVectorLayerExtensions()
    )
    if why:
        raise InputError(f"{name}: {why}")
    _check_file(name, place.path)
    found = formats.known(ending)
    if place.table and not found.is_database:
        raise InputError(f"{name}: only a GeoPackage (.gpkg) takes tables by their names; give {place.path} itself.")
    if found.is_database:
        databases.check(place.file)
        _check_table(name, place, is_geopackage=found.driver == "GPKG")
    elif found.several_tables and place.path.exists():
        _check_other_tables(name, place)
    if not found.missing_geometry and kind_of_output(definition) == formats.LINES:
        _check_geometries(run, name, found)


def _check_table(name: str, place: LayerPlace, *, is_geopackage: bool) -> None:
    try:
        databases.check_table(place.file, place.table or place.path.stem, is_geopackage=is_geopackage)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _check_other_tables(name: str, place: LayerPlace) -> None:
    """Refuse to replace a workbook in which there is more than one sheet, or another one than would be written."""
    layer = QgsVectorLayer(str(place.path), name, "ogr", QgsVectorLayer.LayerOptions(False))
    sheets = [text.split("!!::!!")[1] for text in layer.dataProvider().subLayers()] if layer.isValid() else []
    others = [sheet for sheet in sheets if sheet.lower() != place.path.stem.lower()]
    if others:
        raise InputError(f"{name}: {place.path} holds {', '.join(others)}, which would be lost; choose another file.")


def _check_geometries(run: Inputs, name: str, found: formats.Format) -> None:
    """Refuse a format that takes no row without geometry, where frames without a line go into it."""
    for definition in run.algorithm.parameterDefinitions():
        if isinstance(definition, QgsProcessingParameterFeatureSource) and kind_of_source(definition) == formats.LINES:
            source = run.algorithm.parameterAsSource(run.parameters, definition.name(), run.context)
            features = source.getFeatures() if source is not None else ()
            n_missing = sum(not feature.hasGeometry() or feature.geometry().isEmpty() for feature in features)
            if why := formats.unfit_rows(found, 0, n_missing):
                raise InputError(f"{name}: {why}")


def kind_of_source(definition: QgsProcessingParameterDefinition) -> str:
    """Return what an input layer holds, as far as one kind is asked for."""
    return next((_KINDS[kind] for kind in definition.dataTypes() if kind in _KINDS), formats.TABLE)


def _check_file(name: str, path: Path) -> None:
    folder = path.parent
    if path.is_dir():
        raise InputError(f"{name}: {path} is a folder; give the name of a file.")
    if path.exists() and not path.is_file():
        raise InputError(f"{name}: {path} is no file but a device or a pipe; give the name of a file.")
    if not folder.is_dir():
        raise InputError(f"{name}: there is no folder {folder}; make it first.")
    if path.exists() and not os.access(path, os.W_OK):
        raise InputError(f"{name}: {path} cannot be written; choose another place, or change its permissions.")
    home = Path(os.path.realpath(path)).parent
    if not os.access(home, os.W_OK | os.X_OK):
        raise InputError(f"{name}: nothing can be written in {home}; choose another place, or change its permissions.")
