"""The layers of one run in the desktop: in one group, in the order in which they are drawn, and related.

QGIS calls for this only where it loads the layers of a run into a project; ``qgis_process`` does not.
"""

from __future__ import annotations

from collections import deque
from uuid import uuid4

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsLayerTreeGroup,
    QgsLayerTreeLayer,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDateTime, Qt, QTimer
from qgis.utils import iface

from . import relations
from .styles import Style

_SEASONS_NAMED = 2
_RUN = "xopr/run"
_ROOM_AROUND = 1.2

# QGIS does not keep the objects that it is handed, and calls them later; the oldest ones were called long ago.
_alive: deque[LoadedLayer] = deque(maxlen=200)


class LoadedLayer(QgsProcessingLayerPostProcessorInterface):  # type: ignore[misc]
    """Puts a layer that QGIS has loaded to the others of its run.

    Parameters
    ----------
    style : Style
    seasons : list of str
        Whose frames the run was about, as far as it knows.
    window : str
        Days of the passes, as far as it knows.

    Attributes
    ----------
    run : str
        Of all layers that are loaded together, the smallest is the name of their run.
    layer_id : str
        Of the layer, once it is loaded.
    """

    def __init__(self, style: Style, seasons: list[str], window: str) -> None:
        super().__init__()
        self.style = style
        self.seasons = seasons
        self.window = window
        self.run = uuid4().hex
        self.layer_id = ""

    def postProcessLayer(  # noqa: N802 (QGIS asks for this name)
        self,
        layer: QgsMapLayer,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,  # noqa: ARG002 (QGIS hands it over)
    ) -> None:
        """Move the layer into the group of its run, set an empty project's CRS, and relate frames to matches."""
        loaded = [details.postProcessor() for details in context.layersToLoadOnCompletion().values()]
        together = [one for one in loaded if isinstance(one, LoadedLayer)]
        project = context.project()
        self.layer_id = layer.id()
        # Others of the run may be there already, or come later.
        if set(project.mapLayers()) <= {one.layer_id for one in together}:
            _show(project, together)
        if len(together) > 1:
            _into_group(project, layer, self.style, together)
        node = project.layerTreeRoot().findLayer(layer.id())
        if node is not None:
            # The tree's view takes notice of a change only.
            node.setExpanded(False)
            node.setExpanded(not self.style.is_wide)
        _relate(project, together)


def on_load(layer: QgsVectorLayer, destination: str, style: Style, window: str, context: QgsProcessingContext) -> None:
    """See to what happens when a run's layer is loaded, if it will be.

    Parameters
    ----------
    layer : QgsVectorLayer
    destination : str
        Of the layer, as its sink was called.
    style : Style
    window : str
        Days that were searched; empty if the run searched nothing.
    context : QgsProcessingContext
    """
    if context.willLoadLayerOnCompletion(destination):
        seasons = _seasons(layer) if style.is_of_frames else []
        loaded = LoadedLayer(style, seasons, window or _days_of_passes(layer))
        _alive.append(loaded)
        context.layerToLoadOnCompletionDetails(destination).setPostProcessor(loaded)


def _seasons(layer: QgsVectorLayer) -> list[str]:
    index = layer.fields().indexOf("collection")
    return sorted(str(season) for season in layer.uniqueValues(index) if season) if index >= 0 else []


def _days_of_passes(layer: QgsVectorLayer) -> str:
    index = layer.fields().indexOf("start_time")
    moments = [layer.minimumValue(index), layer.maximumValue(index)] if index >= 0 else []
    # In a text file they are text.
    moments = [moment for moment in moments if isinstance(moment, QDateTime) and not moment.isNull()]
    days = [moment.date().toString(Qt.DateFormat.ISODate) for moment in moments]
    return " to ".join(dict.fromkeys(days))


def _show(project: QgsProject, together: list[LoadedLayer]) -> None:
    """Show what came into an empty project in the pole's projection, and where the frames are."""
    from ...core.geometry import POLE_CRS  # which needs packages that may be missing when QGIS starts

    from_top = sorted((one for one in together if one.layer_id), key=lambda one: one.style.level)
    layers = [(one.style, project.mapLayer(one.layer_id)) for one in from_top]
    style, layer = next(((style, layer) for style, layer in layers if layer.isSpatial()), (None, None))
    if style is None or layer is None or layer.extent().isNull():
        return
    extent = layer.extent()
    if layer.crs().authid() in POLE_CRS.values():
        project.setCrs(layer.crs())
    elif layer.crs().isGeographic() and extent.yMaximum() < 0:
        project.setCrs(QgsCoordinateReferenceSystem(POLE_CRS["south"]))
    elif layer.crs().isGeographic() and extent.yMinimum() > 0:
        project.setCrs(QgsCoordinateReferenceSystem(POLE_CRS["north"]))
    if iface is not None and not style.is_wide and not extent.isEmpty():
        settings = iface.mapCanvas().mapSettings()
        shown = settings.layerExtentToOutputExtent(layer, extent)
        shown.scale(_ROOM_AROUND)
        # QGIS itself shows the whole of an empty project's first layer, a moment later.
        QTimer.singleShot(0, lambda: iface.mapCanvas().zoomToFeatureExtent(shown))


def _into_group(project: QgsProject, layer: QgsMapLayer, style: Style, together: list[LoadedLayer]) -> None:
    root = project.layerTreeRoot()
    node = root.findLayer(layer.id())
    if node is None:
        return
    run = min(one.run for one in together)
    parent = node.parent()
    while parent.customProperty(_RUN) is not None:  # QGIS adds to the group of the run before
        parent = parent.parent()
    group = next((group for group in root.findGroups(True) if group.customProperty(_RUN) == run), None)
    if group is None:
        group = parent.insertGroup(0, _group_name(together))
        group.setCustomProperty(_RUN, run)
    group.insertChildNode(_position(group, style, together), node.clone())
    node.parent().removeChildNode(node)


def _position(group: QgsLayerTreeGroup, style: Style, together: list[LoadedLayer]) -> int:
    """Return where in the group a layer belongs: before the first that is drawn below it."""
    levels = {one.layer_id: one.style.level for one in together}
    children = group.children()
    for index, child in enumerate(children):
        if isinstance(child, QgsLayerTreeLayer) and levels.get(child.layerId(), style.level) > style.level:
            return index
    return len(children)


def _group_name(together: list[LoadedLayer]) -> str:
    seasons = sorted({season for one in together for season in one.seasons})
    named = " and ".join(seasons) if len(seasons) <= _SEASONS_NAMED else f"{len(seasons)} seasons"
    window = next((one.window for one in together if one.window), "")
    return ", ".join(part for part in (named, window) if part) or "xOPR crossovers"


def _relate(project: QgsProject, together: list[LoadedLayer]) -> None:
    loaded = [(one.style, project.mapLayer(one.layer_id)) for one in together if one.layer_id]
    for frames, matches in relations.related([pair for pair in loaded if isinstance(pair[1], QgsVectorLayer)]):
        relations.relate(frames, matches, project)
