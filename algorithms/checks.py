"""What can be told of the parameters of any algorithm before its work begins."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProperty,
    QgsProviderRegistry,
)

from ..core.errors import InputError
from ..core.masking import fit_to_show
from ..core.user_paths import path_of
from ..plugin import dependencies, settings
from . import layer_files
from .failure import failure_of
from .relevance import check_relevance

if TYPE_CHECKING:
    from .run import Run

#: A table in a GeoPackage, as QGIS writes it: ogr:dbname="/data/out.gpkg" table="matches" (geom)
DATABASE = re.compile(r"ogr:dbname=(['\"])(?P<file>.+?)\1\s")
#: Destinations that are no files of the user's.
TEMPORARY = ("TEMPORARY_OUTPUT", "memory:", "")


def refusal(
    run: Run, check: Callable[[Run], None], accept: Callable[[dict[str, Any]], tuple[bool, str]]
) -> tuple[bool, str]:
    """Return whether the parameters can be run with, and if not why, as far as that can be told before the work begins.

    Parameters
    ----------
    run : Run
    check : callable
        The algorithm's own check, which raises an :class:`XoprError`.
    accept : callable
        QGIS's check of parameters.
    """
    try:
        dependencies.load()
        check_names(run)
        check_values(run)
        check_relevance(run)
        with settings.followed():
            check(run)
        accepted, message = layer_files.accepted(run, accept)
        if accepted:
            check_outputs(run)
    except Exception as error:  # noqa: BLE001 (whatever it is, the user must hear of it in words)
        return False, failure_of(error, run.feedback)
    return accepted, fit_to_show(message)


def check_names(run: Run) -> None:
    """Refuse a parameter that the algorithm does not have: ignored, it would give a wrong result without a word.

    Raises
    ------
    InputError
    """
    known = [definition.name() for definition in run.algorithm.parameterDefinitions()]
    for name in run.parameters:
        if name not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
            raise InputError(f"There is no parameter {name}; {hint}")


def check_values(run: Run) -> None:
    """Refuse options, numbers and days that are none, in better words than QGIS has.

    Raises
    ------
    InputError
    """
    readers = {
        QgsProcessingParameterEnum: run.choice,
        QgsProcessingParameterNumber: run.number,
        QgsProcessingParameterDateTime: run.day,
    }
    for definition in run.algorithm.parameterDefinitions():
        for kind, read in readers.items():
            if isinstance(definition, kind):
                several = kind is QgsProcessingParameterEnum and definition.allowMultiple()
                (run.choices if several else read)(definition.name())


def check_outputs(run: Run) -> None:
    """Refuse files that cannot hold what is written, before the work begins.

    Raises
    ------
    InputError
    """
    taken: dict[str, str] = {}
    for definition in run.algorithm.destinationParameterDefinitions():
        name = definition.name()
        destination = destination_of(run, name)
        is_layer = isinstance(definition, QgsProcessingParameterFeatureSink)
        if destination in TEMPORARY or not (is_layer or isinstance(definition, QgsProcessingParameterFileDestination)):
            continue
        if destination in taken:
            raise InputError(f"{name} and {taken[destination]} would be written to the same file {destination}.")
        taken[destination] = name
        if is_layer:
            _check_layer_file(run, name, destination)
        elif re.match(r"(?!file:)\w{2,}:", destination):
            raise InputError(f"{name} is no file: '{destination}'; give the path of one.")
        else:
            _check_file(name, path_of(destination, name))


def destination_of(run: Run, name: str) -> str:
    """Return where an output is to be written, as the user gave it; empty if nothing is given."""
    value = run.parameters.get(name)
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink
    if isinstance(value, QgsProperty):
        value, _ = value.valueAsString(run.context.expressionContext(), "")
    return str(value or "")


def _check_layer_file(run: Run, name: str, destination: str) -> None:
    database = DATABASE.match(destination)
    if database is None and (found := re.match(r"(\w{2,}):", destination)):
        # QGIS checks the address itself; of a provider that it does not know, it would take all for a file's name.
        if found[1] not in QgsProviderRegistry.instance().providerList():
            raise InputError(f"{name}: this QGIS has no '{found[1]}:' to write to; write a GeoPackage (.gpkg).")
        return
    file = Path(database["file"] if database else destination)
    ending = file.suffix.lower().lstrip(".")
    if ending == "shp":
        raise InputError(
            f"{name}: a shapefile cuts field names at 10 and texts at 254 characters; write a GeoPackage (.gpkg)."
        )
    if ending not in run.algorithm.provider().supportedOutputVectorLayerExtensions():
        raise InputError(f"{name}: this QGIS cannot write '.{ending}' files; write a GeoPackage (.gpkg).")
    _check_file(name, file)


def _check_file(name: str, file: Path) -> None:
    if file.is_dir():
        raise InputError(f"{name}: {file} is a folder; give the name of a file.")
    if not file.absolute().parent.is_dir():
        raise InputError(f"{name}: there is no folder {file.absolute().parent}; make it first.")
    if not os.access(file if file.exists() else file.absolute().parent, os.W_OK):
        raise InputError(f"{name}: {file} cannot be written; choose another place, or change its permissions.")
