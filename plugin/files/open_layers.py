"""Layers of a project whose file a run has replaced: they read the old one until they are told."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from qgis.core import QgsProject, QgsVectorLayer

from .layer_places import LayerPlace, places_of_layer


def reload(project: QgsProject | None, files: list[Path]) -> None:
    """Let the layers of a project read files anew; only where QGIS lets layers be touched, in its main thread.

    Parameters
    ----------
    project : QgsProject, optional
    files : list of Path
        That were replaced.
    """
    if project is None or not files:
        return
    for layer in project.mapLayers().values():
        if not isinstance(layer, QgsVectorLayer) or layer.isEditable():
            continue
        sources = [place.file for place in places_of_layer(layer) if not place.server]
        if any(_is_one_of(source, files) for source in sources):
            layer.dataProvider().reloadData()
            layer.updateFields()
            layer.triggerRepaint()


def edited(project: QgsProject | None, place: LayerPlace) -> str:
    """Return the name of a layer of the project that is being edited in a file; empty if there is none."""
    layers = project.mapLayers().values() if project is not None else ()
    for layer in layers:
        if not isinstance(layer, QgsVectorLayer) or not layer.isModified():
            continue
        if any(place.shares_file(source) for source in places_of_layer(layer)):
            return str(layer.name())
    return ""


def _is_one_of(file: Path, files: list[Path]) -> bool:
    with suppress(OSError):
        return any(file.samefile(other) for other in files)
    return False
