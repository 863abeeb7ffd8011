"""The ``qgis_process`` command that repeats a run."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    QgsMapLayer,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingUtils,
    QgsVectorLayer,
)

from ... import core
from ...core.common import MASK, fit_to_show
from ..files import layer_places as places
from .destinations import destination_of
from .layer_files import layer_file
from .unwrapped import unwrapped

if TYPE_CHECKING:
    from .run import Run

_PLAIN_ON_WINDOWS = re.compile(r"[\w:./\\=@+-]+")
_IN_MEMORY = ("memory", "virtual")


@dataclass(frozen=True)
class Command:
    """A command, and what it cannot say.

    Attributes
    ----------
    text : str
        One line for the shell of this system.
    notes : list of str
        Sentences.
    """

    text: str
    notes: list[str]


def command(run: Run, effective: Mapping[str, str] | None = None) -> Command:
    """Return the command that repeats a run.

    Parameters
    ----------
    run : Run
        All parameters that are given are in the command, paths are absolute, and secrets masked.
    effective : mapping of str to str, optional
        Values of parameters that are not given but do not have their usual value, because of settings or environment
        variables.
    """
    words, notes = [], []
    for definition in run.algorithm.parameterDefinitions():
        name = definition.name()
        if definition.isDestination():
            value = _destination(run, name)
        elif isinstance(definition, QgsProcessingParameterFeatureSource):
            value, note = _layer(run, name)
            notes += [note] if note else []
        else:
            value = _value(run, definition)
        if value is None:
            value = (effective or {}).get(name)
        if value is not None:
            shown = fit_to_show(value)
            if shown != value:
                notes.append(f"{name} holds a secret, which is not shown: put it in place of {MASK} to repeat the run.")
            words.append(f"{name}={shown}")
    if any(word.endswith("=TEMPORARY_OUTPUT") for word in words):
        notes.append("Outputs that were temporary will be so again: to keep them, put paths for TEMPORARY_OUTPUT.")
    return Command(shell_text(["qgis_process", "run", run.algorithm.id(), "--", *words]), notes)


def shell_text(words: list[str], windows: bool = os.name == "nt") -> str:
    """Return words as a shell takes them: those of Linux and macOS, or the one of Windows."""
    return " ".join(map(_for_windows, words)) if windows else shlex.join(words)


def _for_windows(word: str) -> str:
    if _PLAIN_ON_WINDOWS.fullmatch(word):
        return word
    # To Windows' own shell, a quotation mark inside ends the quoting: none round a path, which may hold an ampersand.
    word = re.sub(r'dbname="([^"\']*)"', r"dbname='\1'", word)
    # Backslashes count double before a quotation mark alone.
    inner = re.sub(r'(\\*)"', r'\1\1\\"', word)
    return '"' + re.sub(r"(\\+)$", r"\1\1", inner) + '"'


def _value(run: Run, definition: QgsProcessingParameterDefinition) -> str | None:
    """Return the value of a parameter that is no layer as text; None if it is the default, and not given."""
    name = definition.name()
    if isinstance(definition, QgsProcessingParameterEnum):
        return run.choice(name) if run.given(name) else None
    if isinstance(definition, QgsProcessingParameterBoolean):
        return str(run.yes(name)).lower() if run.given(name) else None
    if isinstance(definition, QgsProcessingParameterNumber):
        return _number(run.number(name)) if run.given(name) else None
    if isinstance(definition, QgsProcessingParameterDateTime):
        return run.day(name)
    text = run.text(name)
    if run.given(name):
        return _absolute_catalogs(text) if name == "CATALOG" else text
    # An empty text may stand for "any" where there is a default.
    return "" if text == "" and definition.defaultValue() else None


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _destination(run: Run, name: str) -> str | None:
    text = destination_of(run, name)
    if not text:
        return None
    place = places.place_of_output(text, name)
    if place is None:
        return "TEMPORARY_OUTPUT"
    if place.server:
        return text
    return "TEMPORARY_OUTPUT" if _is_temporary(str(place.path)) else places.spelling(place)


def _absolute_catalogs(text: str) -> str:
    """Return files, folders and patterns of a catalog with their whole path; addresses and seasons as they are."""
    return ";".join(map(_absolute, core.catalogs.split(text)))


def _absolute(place: str) -> str:
    path, bar, rest = place.partition("|")
    file = Path(path).expanduser()
    is_pattern = "://" not in path and any(sign in path for sign in "*?[")
    return f"{file.absolute()}{bar}{rest}" if is_pattern or file.exists() else place


def _is_temporary(path: str) -> bool:
    folder = Path(QgsProcessingUtils.tempFolder()).resolve()
    return folder in Path(path.partition("|")[0]).resolve().parents


def _layer(run: Run, name: str) -> tuple[str | None, str]:
    """Return the source of a layer, and what is to be done where there is none that a command can open."""
    if not run.given(name):
        return None, ""
    file = layer_file(run, name)
    if file and file.is_ours:
        return _absolute(file.place.text), ""
    value, is_part = run.parameters[name], False
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        is_part = value.selectedFeaturesOnly or value.featureLimit >= 0 or bool(getattr(value, "filterExpression", ""))
    value = unwrapped(run, value)
    layer = value if isinstance(value, QgsMapLayer) else QgsProcessingUtils.mapLayerFromString(str(value), run.context)
    if layer is None:
        return _absolute(str(value)), ""
    why = _why_not(layer, is_part)
    if why:
        stand_in = f"SAVED_{name}"
        return stand_in, f"{name} was the layer '{layer.name()}', {why}, and put its path for {stand_in}."
    # Without passwords, since a report is handed on.
    source = layer.publicSource()
    if layer.providerType() != "ogr":
        source = QgsProcessingUtils.encodeProviderKeyAndUri(layer.providerType(), source)
    return _absolute(source), ""


def _why_not(layer: QgsVectorLayer, is_part: bool) -> str:
    """Return why a layer, as it was used, cannot be named in a command, and what to do; empty if it can."""
    if layer.providerType() in _IN_MEMORY:
        return "which exists in this QGIS alone, so the run cannot be repeated without it: save it to a file"
    if _is_temporary(layer.publicSource()):
        return "a temporary file, without which the run cannot be repeated: save it to a file that stays"
    if is_part:
        return "of which only the selected features were used, which a command cannot say: save these to a file"
    if layer.isModified():
        return "with changes that were not saved, which a command cannot see: save them to a file"
    return ""
