"""The relation of frames to their matches, which lists a frame's granules in its form.

A relation belongs to a project. A layer's style can hold one for the projects to come: QGIS makes it when the layer is
added to a project where a layer of the other's name is, or comes with it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from qgis.core import QgsProject, QgsProviderRegistry, QgsRelation, QgsVectorLayer
from qgis.PyQt.QtXml import QDomDocument

#: What the form calls the list.
NAME = "Granules of this frame"

# Of the matches, and of the frames.
_PAIRS = (("frame_id", "id"), ("collection", "collection"))


def relate(frames: QgsVectorLayer, matches: QgsVectorLayer, project: QgsProject) -> QgsRelation:
    """Relate two layers of a project.

    Parameters
    ----------
    frames, matches : QgsVectorLayer
    project : QgsProject

    Returns
    -------
    QgsRelation
    """
    relation = QgsRelation()
    relation.setId(f"granules_of_frames_{matches.id()}")
    relation.setName(NAME)
    relation.setReferencedLayer(frames.id())
    relation.setReferencingLayer(matches.id())
    for theirs, ours in _pairs(frames, matches):
        relation.addFieldPair(theirs, ours)
    project.relationManager().addRelation(relation)
    return relation


def keep(frames: QgsVectorLayer, matches: QgsVectorLayer, style_name: str) -> bool:
    """Write the relation into the frames' style, if both are in GeoPackages, and return whether nothing went wrong.

    Parameters
    ----------
    frames, matches : QgsVectorLayer
    style_name : str
        Of the style that is in the frames' file already.
    """
    path, table = _place(frames)
    other_path, other_table = _place(matches)
    if not path or not other_path:
        return True
    stem = Path(other_path).stem
    # What QGIS calls the matches: dragged from the browser; of a file with several layers; of a file with one.
    names = dict.fromkeys((other_table, f"{stem} \N{EM DASH} {other_table}", stem))
    document = QDomDocument()
    kept = document.createElement("referencingLayers")
    document.appendChild(kept)
    for name in names:
        relation = document.createElement("relation")
        kept.appendChild(relation)
        attributes = {
            "id": f"granules_of_frames_{uuid4().hex}",
            "name": NAME,
            "strength": "Association",
            "layerId": "",
            "layerName": name,
            "dataSource": f"./{Path(other_path).name}|layername={other_table}",
            "providerKey": "ogr",
        }
        for attribute, value in attributes.items():
            relation.setAttribute(attribute, value)
        for theirs, ours in _pairs(frames, matches):
            pair = document.createElement("fieldRef")
            pair.setAttribute("referencingField", theirs)
            pair.setAttribute("referencedField", ours)
            relation.appendChild(pair)
    try:
        with closing(sqlite3.connect(path)) as file, file:
            file.execute(
                "UPDATE layer_styles SET styleQML = replace(styleQML, '</qgis>', ? || '</qgis>') "
                "WHERE f_table_name = ? AND styleName = ?",
                (document.toString(-1), table, style_name),
            )
    except sqlite3.Error:
        return False
    return True


def _pairs(frames: QgsVectorLayer, matches: QgsVectorLayer) -> list[tuple[str, str]]:
    theirs, ours = matches.fields().names(), frames.fields().names()
    return [pair for pair in _PAIRS if pair[0] in theirs and pair[1] in ours]


def _place(layer: QgsVectorLayer) -> tuple[str, str]:
    """Return the GeoPackage and the table of a layer; empty texts if it is in none."""
    if layer.providerType() != "ogr" or layer.dataProvider().storageType() != "GPKG":
        return "", ""
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    return parts["path"], parts.get("layerName") or Path(parts["path"]).stem
