"""The layers of one run as the desktop loads them: each goes to its group, and the last one brings what follows.

QGIS calls for this only where it loads the layers of a run into a project; ``qgis_process`` does not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDateTime, Qt

from . import coastline, message_bar, projection, relations, result_group
from .message_bar import NextStep
from .result_group import Origin
from .styles import Style

# QGIS does not keep the objects that it is handed, and calls them later; the oldest ones were called long ago.
_alive: deque[LoadedLayer] = deque(maxlen=200)


@dataclass(frozen=True)
class RunOfLayers:
    """What is known of a run when its layers are about to be loaded.

    Attributes
    ----------
    algorithm : str
        Its name.
    window : str
        Days that were searched; empty if the run searched nothing.
    sources : sequence of str
        The layers that it read, as they were given.
    next_steps : sequence of NextStep
        What can be done with its layers.
    """

    algorithm: str
    window: str = ""
    sources: Sequence[str] = field(default_factory=tuple)
    next_steps: Sequence[NextStep] = field(default_factory=tuple)


class LoadedLayer(QgsProcessingLayerPostProcessorInterface):  # type: ignore[misc]
    """Puts a layer that QGIS has loaded to the others of its run.

    Parameters
    ----------
    origin : Origin
    next_steps : sequence of NextStep

    Attributes
    ----------
    run : str
        Of all layers that are loaded together, the smallest is the name of their run.
    layer_id : str
        Of the layer, once it is loaded.
    """

    def __init__(self, origin: Origin, next_steps: Sequence[NextStep]) -> None:
        super().__init__()
        self.origin = origin
        self.next_steps = next_steps
        self.run = uuid4().hex
        self.layer_id = ""

    @property
    def style(self) -> Style:
        """Return how the layer looks."""
        return self.origin.style

    def postProcessLayer(  # noqa: N802 (QGIS asks for this name)
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Move the layer into the group of its run, show an empty project as its frames are, and relate these."""
        loaded = [details.postProcessor() for details in context.layersToLoadOnCompletion().values()]
        together = [one for one in loaded if isinstance(one, LoadedLayer)]
        project = context.project()
        self.layer_id = layer.id()
        shown = [(one.style, project.mapLayer(one.layer_id)) for one in together if one.layer_id]
        # Others of the run may be there already, or come later.
        others = [one for name, one in project.mapLayers().items() if name not in {one.layer_id for one in together}]
        if all(coastline.is_coastline(one) for one in others):
            projection.show(project, shown)
        result_group.take_in(project, layer, self.origin, {one.run: one.origin for one in together})
        node = project.layerTreeRoot().findLayer(layer.id())
        if node is not None:
            result_group.fold(node, self.style.is_wide)
        for frames, matches in relations.related([pair for pair in shown if isinstance(pair[1], QgsVectorLayer)]):
            relations.relate(frames, matches, project)
        if all(one.layer_id for one in together):
            _complete(project, together, shown, feedback)


def on_load(
    layer: QgsVectorLayer, destination: str, output: str, style: Style, run: RunOfLayers, context: QgsProcessingContext
) -> None:
    """See to what happens when a run's layer is loaded, if it will be.

    Parameters
    ----------
    layer : QgsVectorLayer
    destination : str
        Of the layer, as its sink was called.
    output : str
        Name of the output.
    style : Style
    run : RunOfLayers
    context : QgsProcessingContext
    """
    if not context.willLoadLayerOnCompletion(destination):
        return
    origin = Origin(
        style,
        run.algorithm,
        output,
        tuple(_seasons(layer)) if style.is_of_frames else (),
        run.window or _days_of_passes(layer),
        # What was searched anew is no step further from the layers that were given.
        () if run.window else _ids(run.sources, context),
        result_group.name_in(context.project(), layer),
    )
    loaded = LoadedLayer(origin, run.next_steps)
    _alive.append(loaded)
    context.layerToLoadOnCompletionDetails(destination).setPostProcessor(loaded)


def _complete(
    project: QgsProject,
    together: list[LoadedLayer],
    shown: list[tuple[Style, QgsMapLayer]],
    feedback: QgsProcessingFeedback,
) -> None:
    """Do what is done once for a run whose layers are all there."""
    hemisphere = projection.hemisphere_of([layer for _, layer in shown])
    ours = {name for name, layer in project.mapLayers().items() if result_group.is_ours(layer)}
    if line := coastline.offer_coastline(project, hemisphere, ours):
        feedback.pushInfo(line)
    # Those of a model would be about a part of it.
    if len({one.origin.algorithm for one in together}) == 1:
        message_bar.offer_next(together[0].next_steps, {one.origin.output: one.layer_id for one in together})
    # Last, so that it is on top: it is said only once.
    if line := projection.offer_projection(project, shown):
        feedback.pushInfo(line)


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


def _ids(sources: Sequence[str], context: QgsProcessingContext) -> tuple[str, ...]:
    """Return the ids of the layers among some texts that are open."""
    layers = [QgsProcessingUtils.mapLayerFromString(text, context, False) for text in sources]
    return tuple(layer.id() for layer in layers if layer is not None)
