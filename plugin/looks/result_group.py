"""Where the layers of a run stand in the layer tree.

Those of one run make a group, the newest on top, in the order in which they are drawn. What is made from the layers of
a group joins it. A layer that its file's next run has replaced moves with that; of other equal runs the older stays
below, hidden and with its time in its name. What the user has moved or renamed is the user's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qgis.core import (
    QgsLayerTreeGroup,
    QgsLayerTreeLayer,
    QgsLayerTreeNode,
    QgsMapLayer,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDateTime, Qt

from ..files import layer_places
from .styles import LOWEST, Style

_SEASONS_NAMED = 2
_NAMELESS = "xOPR crossovers"

# Custom properties: of a group, its run; of a group and of a layer, the name that they were given, when, and by what.
_RUN = "xopr/run"
_NAME, _TIME, _MADE = "xopr/name", "xopr/time", "xopr/made"
# Of a layer: which kind it is, where it is drawn, and in what it was put.
_KIND, _LEVEL, _HOME = "xopr/kind", "xopr/level", "xopr/home"


@dataclass(frozen=True)
class Origin:
    """Where a layer comes from.

    Attributes
    ----------
    style : Style
    algorithm, output : str
        Names.
    seasons : tuple of str
        Whose frames the run was about, as far as it knows.
    window : str
        Days of the passes, as far as it knows.
    sources : tuple of str
        Ids of the layers that it was made from.
    name_before : str, optional
        What the layer was called, where it was in the project before the run: QGIS opens a file once.
    """

    style: Style
    algorithm: str = ""
    output: str = ""
    seasons: tuple[str, ...] = ()
    window: str = ""
    sources: tuple[str, ...] = ()
    name_before: str | None = None


def is_ours(layer: QgsMapLayer) -> bool:
    """Whether a run has loaded a layer."""
    return layer.customProperty(_KIND) is not None


def name_in(project: QgsProject | None, layer: QgsMapLayer) -> str | None:
    """Return the name of a layer that is in a project; None if it is not."""
    known = project is not None and project.mapLayer(layer.id()) is not None
    return str(layer.name()) if known else None


def fold(node: QgsLayerTreeNode, folded: bool) -> None:
    """Fold or unfold a part of the layer tree, whose view takes notice of a change only."""
    node.setExpanded(folded)
    node.setExpanded(not folded)


def take_in(project: QgsProject, layer: QgsMapLayer, origin: Origin, together: Mapping[str, Origin]) -> None:
    """Put a layer that was just loaded to the others of its run, or to those that it was made from.

    Parameters
    ----------
    project : QgsProject
    layer : QgsMapLayer
    origin : Origin
    together : mapping of str to Origin
        Of all layers that are loaded together, by texts of which the smallest names the run.
    """
    root = project.layerTreeRoot()
    node = root.findLayer(layer.id())
    if node is None:
        return
    if origin.name_before is not None and not _stands(layer, node, origin.name_before):
        layer.setName(origin.name_before)
        return
    _replace_same(project, layer)
    parent = _outside(node.parent())
    group = _group_of_sources(root, together) or _group_of_run(root, min(together))
    if group is None and len(together) > 1:
        group = _new_group(root, parent, together)
    made = _made(together)
    older = _equal_in(group or parent, layer, _kind(origin), None if group else made)
    _mark(layer, origin, made, group.customProperty(_RUN) if group else f"beside {parent.name()}")
    for one in older:
        _put_back(one, one.layer())
    target = group or parent
    position = _position(group, layer, origin.style.level) if group else 0
    if node.parent() is not target or group:
        _move(node, target, position)
    if group:
        group.setItemVisibilityChecked(True)
        fold(group, False)


def _stands(layer: QgsMapLayer, node: QgsLayerTreeLayer, name: str) -> bool:
    """Whether a layer of an earlier run is called as it was then, and where that put it."""
    if layer.customProperty(_NAME) != name:
        return False
    parent = node.parent()
    home = parent.customProperty(_RUN) or f"beside {parent.name()}"
    return bool(layer.customProperty(_HOME) == home)


def _replace_same(project: QgsProject, layer: QgsMapLayer) -> None:
    """Take away an earlier run's layer of the same table, which QGIS has not known by another spelling."""
    root = project.layerTreeRoot()
    tables = _tables(layer)
    for other in list(project.mapLayers().values()):
        node = root.findLayer(other.id())
        if other is layer or node is None or not is_ours(other) or not tables & _tables(other):
            continue
        if _stands(other, node, other.name()) and not other.isEditable():
            group = node.parent()
            project.removeMapLayer(other.id())
            _remove_if_empty(group)


def _tables(layer: QgsMapLayer) -> set[tuple[str, str]]:
    if not isinstance(layer, QgsVectorLayer) or layer.providerType() == "memory":
        return set()
    return {
        (str(place.file), place.table or place.path.stem)
        for place in layer_places.places_of_layer(layer)
        if not place.server
    }


def _outside(parent: QgsLayerTreeNode) -> QgsLayerTreeNode:
    """Return what is round the groups of runs: QGIS adds to the one before."""
    while parent.customProperty(_RUN) is not None:
        parent = parent.parent()
    return parent


def _group_of_sources(root: QgsLayerTreeGroup, together: Mapping[str, Origin]) -> QgsLayerTreeGroup | None:
    nodes = [root.findLayer(source) for origin in together.values() for source in origin.sources]
    groups = [node.parent() for node in nodes if node is not None]
    return next((group for group in groups if group.customProperty(_RUN) is not None), None)


def _group_of_run(root: QgsLayerTreeGroup, run: str) -> QgsLayerTreeGroup | None:
    return next((group for group in root.findGroups(True) if group.customProperty(_RUN) == run), None)


def _new_group(root: QgsLayerTreeGroup, parent: QgsLayerTreeGroup, together: Mapping[str, Origin]) -> QgsLayerTreeGroup:
    name, made = _group_name(together), _made(together)
    equal = [
        group
        for group in root.findGroups(True)
        if group.customProperty(_MADE) == made and group.name() == group.customProperty(_NAME) == name
    ]
    group = parent.insertGroup(0, name)
    for key, value in ((_RUN, min(together)), (_NAME, name), (_TIME, _now()), (_MADE, made)):
        group.setCustomProperty(key, value)
    for older in equal:
        _put_back(older, older)
    return group


def _equal_in(parent: QgsLayerTreeGroup, layer: QgsMapLayer, kind: str, made: str | None) -> list[QgsLayerTreeLayer]:
    """Return the nodes of earlier layers of a kind that stand side by side, and as their runs left them."""
    found = []
    for node in parent.children():
        other = node.layer() if isinstance(node, QgsLayerTreeLayer) else None
        if other is None or other is layer or other.customProperty(_KIND) != kind:
            continue
        if _stands(other, node, other.name()) and made in (None, other.customProperty(_MADE)):
            found.append(node)
    return found


def _put_back(node: QgsLayerTreeNode, named: QgsMapLayer | QgsLayerTreeGroup) -> None:
    """Hide and fold what a newer run stands in for, and tell them apart by their times."""
    moment = QDateTime.fromString(str(named.customProperty(_TIME)), Qt.DateFormat.ISODate)
    is_today = moment.date() == QDateTime.currentDateTime().date()
    time = moment.toString("HH:mm" if is_today else "yyyy-MM-dd HH:mm")
    if not named.name().endswith(f"({time})"):
        named.setName(f"{named.name()} ({time})")
        named.setCustomProperty(_NAME, named.name())
    node.setItemVisibilityChecked(False)
    fold(node, True)


def _move(node: QgsLayerTreeLayer, group: QgsLayerTreeGroup, position: int) -> None:
    before = node.parent()
    moved = node.clone()
    moved.setItemVisibilityChecked(True)
    group.insertChildNode(position, moved)
    before.removeChildNode(node)
    if before is not group and before.customProperty(_RUN) is not None and not before.itemVisibilityChecked():
        # QGIS unfolds the current group, to add to it.
        fold(before, True)
    _remove_if_empty(before)


def _remove_if_empty(group: QgsLayerTreeGroup) -> None:
    if group.customProperty(_RUN) is not None and not group.children():
        group.parent().removeChildNode(group)


def _position(group: QgsLayerTreeGroup, layer: QgsMapLayer, level: int) -> int:
    """Return where in the group a layer belongs: before the first that is drawn below it, or is older."""
    children = group.children()
    for index, child in enumerate(children):
        other = child.layer() if isinstance(child, QgsLayerTreeLayer) else None
        if other not in (None, layer) and int(other.customProperty(_LEVEL, LOWEST)) >= level:
            return index
    return len(children)


def _mark(layer: QgsMapLayer, origin: Origin, made: str, home: str) -> None:
    marks = {
        _KIND: _kind(origin),
        _LEVEL: origin.style.level,
        _NAME: layer.name(),
        _TIME: _now(),
        _MADE: made,
        _HOME: home,
    }
    for key, value in marks.items():
        layer.setCustomProperty(key, value)


def _kind(origin: Origin) -> str:
    return f"{origin.style.section} {origin.output}"


def _made(together: Mapping[str, Origin]) -> str:
    """Return by what a run was made; the runs of a name that says little are equal if their layers are."""
    algorithm = " ".join(sorted({origin.algorithm for origin in together.values()}))
    if len(together) > 1 and _group_name(together) != _NAMELESS:
        return algorithm
    about = sorted({text for one in together.values() for text in (*one.seasons, one.window, *one.sources) if text})
    return "; ".join([algorithm, *about])


def _group_name(together: Mapping[str, Origin]) -> str:
    seasons = sorted({season for one in together.values() for season in one.seasons})
    named = " and ".join(seasons) if len(seasons) <= _SEASONS_NAMED else f"{len(seasons)} seasons"
    window = next((one.window for one in together.values() if one.window), "")
    return ", ".join(part for part in (named, window) if part) or _NAMELESS


def _now() -> str:
    return str(QDateTime.currentDateTime().toString(Qt.DateFormat.ISODate))
