"""The relation of frames to their matches, which lists a frame's granules in its form.

A relation belongs to a project. A layer's style can hold one for the projects to come: QGIS makes it when the layer is
added to a project where a layer of the other's name is, or comes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from qgis.core import QgsProject, QgsRelation, QgsVectorLayer
from qgis.PyQt.QtXml import QDomDocument

from .stored_styles import add_to, place_of

if TYPE_CHECKING:
    from .styles import Style

#: What the form calls the list.
NAME = "Granules of this frame"

# Of the matches, and of the frames.
_PAIRS = (("frame_id", "id"), ("collection", "collection"))


def related(layers: Sequence[tuple[Style, QgsVectorLayer]]) -> list[tuple[QgsVectorLayer, QgsVectorLayer]]:
    """Return the pairs among the layers of a run whose styles say that the one lists the rows of the other."""
    return [(listing, listed) for style, listing in layers for other, listed in layers if other is style.listed]


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
    path, table = place_of(frames)
    other_path, other_table = place_of(matches)
    # Files in two folders are not opened together so often that a relation by names were safe.
    if not path or not other_path or Path(path).parent != Path(other_path).parent:
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
    return add_to(path, table, style_name, document.toString(-1))


def _pairs(frames: QgsVectorLayer, matches: QgsVectorLayer) -> list[tuple[str, str]]:
    theirs, ours = matches.fields().names(), frames.fields().names()
    return [pair for pair in _PAIRS if pair[0] in theirs and pair[1] in ours]
