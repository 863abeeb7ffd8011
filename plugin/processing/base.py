"""What all algorithms have in common: how they introduce themselves, fail, stop, and style what they wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QIcon

from ..files import open_layers
from ..looks import NextStep, RunOfLayers, Style, on_load, relations, styles
from ..metadata import guide_url, icon_path
from ..options import settings
from ..packages import dependencies
from . import next_steps
from .checks import refusal
from .destinations import check_outputs
from .failure import failure_of
from .help_words import in_dialog
from .next_steps import Next
from .python_command import PythonCommand
from .relevance import check_relevance
from .run import Run
from .sources import named_layers

FRAMES_GROUP = "Frames"
GRANULES_GROUP = "Granules"
CROSSOVERS_GROUP = "Crossovers"


class XoprAlgorithm(PythonCommand, QgsProcessingAlgorithm):  # type: ignore[misc]
    """Base of the algorithms: each says who it is, and has its own :meth:`declare`, :meth:`check` and :meth:`work`.

    Attributes
    ----------
    NAME, TITLE, GROUP : str
        Second half of the id, name in the toolbox, and group.
    SUMMARY : str
        One line.
    HELP : str
        Paragraphs with an empty line between; no HTML, since ``qgis_process help`` prints it as it is.
    TAGS : tuple of str
        Further words to find it by.
    PACKAGES : tuple of str
        Python packages that it needs beside those without which nothing works.
    STYLES : dict
        The :class:`~xopr_crossovers.plugin.looks.Style` of each layer output.
    NEXT : tuple of Next
        What can be done with its layers.
    """

    NAME = ""
    TITLE = ""
    GROUP = ""
    SUMMARY = ""
    HELP = ""
    TAGS: tuple[str, ...] = ()
    PACKAGES: ClassVar[tuple[str, ...]] = ()
    STYLES: ClassVar[dict[str, Style]] = {}
    NEXT: ClassVar[tuple[Next, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        # Not the run itself: it holds the context, whose layers must go when QGIS lets go of them.
        self._layers: dict[str, str] = {}
        self._replaced: list[Path] = []
        self._window = ""
        self._sources: list[str] = []
        self._next: list[NextStep] = []

    def declare(self) -> None:
        """Add the parameters and outputs."""
        raise NotImplementedError

    def work(self, run: Run) -> dict[str, Any]:
        """Do the work, write the layers with :meth:`Outputs.write`, and return the numbers and texts."""
        raise NotImplementedError

    def check(self, run: Run) -> None:
        """Raise an :class:`XoprError` for what can be told from the parameters before the work begins."""

    # --- how it introduces itself ---

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: N802, ARG002 (QGIS's name)
        """Add the parameters and outputs; there is nothing to configure."""
        with settings.followed():
            self.declare()

    def createInstance(self) -> XoprAlgorithm:  # noqa: N802 (QGIS asks for this name)
        """Return a new object of the same algorithm."""
        return type(self)()

    def name(self) -> str:
        """Return the second half of the id."""
        return self.NAME

    def displayName(self) -> str:  # noqa: N802 (QGIS asks for this name)
        """Return the name in the toolbox."""
        return self.TITLE

    def group(self) -> str:
        """Return the group in the toolbox."""
        return self.GROUP

    def groupId(self) -> str:  # noqa: N802 (QGIS asks for this name)
        """Return the group's id."""
        return self.GROUP.lower().replace(" ", "")

    def tags(self) -> list[str]:
        """Return words to find it by."""
        return ["xopr", "opr", "radar", "icesat-2", "ice", *self.TAGS]

    def shortDescription(self) -> str:  # noqa: N802 (QGIS asks for this name)
        """Return one line, for tool tips."""
        return self.SUMMARY

    def shortHelpString(self) -> str:  # noqa: N802 (QGIS asks for this name)
        """Return the help: HTML for the desktop's panel, else plain text, to which QGIS adds the summary itself."""
        paragraphs = [part.strip().replace("\n", " ") for part in self.HELP.strip().split("\n\n")]
        if QgsApplication.platform() == "desktop":
            told = (in_dialog(paragraph, self.parameterDefinitions()) for paragraph in (self.SUMMARY, *paragraphs))
            return "".join(f"<p>{paragraph}</p>" for paragraph in told)
        return "\n\n".join(paragraphs)

    def helpUrl(self) -> str:  # noqa: N802 (QGIS asks for this name)
        """Return the algorithm's page in the guide."""
        return guide_url(f"algorithms/{self.NAME}.md")

    def icon(self) -> QIcon:
        """Return the icon in the toolbox."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:  # noqa: N802 (QGIS asks for this name)
        """Return where the icon is: its own, or the plugin's."""
        return icon_path(self.NAME)

    # --- how it runs ---

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802 (QGIS asks for this name)
        """Tell which Python package is missing, if one is."""
        message = dependencies.message(self.PACKAGES)
        return not message, message

    def checkParameterValues(  # noqa: N802 (QGIS asks for this name)
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Tell what is wrong with the parameters, as far as that can be told before the work begins."""
        accept = super().checkParameterValues
        return refusal(Run(self, parameters, context), self.check, lambda given: accept(given, context))

    def processAlgorithm(  # noqa: N802 (QGIS asks for this name)
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run; a mistake of the user ends in one sentence, a wish to stop in nothing."""
        results, failure = self._attempt(Run(self, parameters, context, feedback))
        if failure:
            # QGIS never lets go of the exception, nor of what this frame holds: tables and layers must not be in it.
            del parameters, context, feedback
            raise QgsProcessingException(failure)
        return results

    def _attempt(self, run: Run) -> tuple[dict[str, Any], str]:
        """Return the results, or what went wrong; a run that fails or is cancelled leaves no file."""
        try:
            dependencies.load(self.PACKAGES)
            # Once more: a model does not ask its steps beforehand.
            for warning in check_relevance(run):
                run.progress.warn(warning)
            with settings.followed():
                check_outputs(run)
                results = self.work(run)
                run.outputs.finish()
                self._go_on(run)
        except Exception as error:  # noqa: BLE001 (whatever it is, the user must hear of it in words)
            failure = failure_of(error, run.feedback)
        else:
            self._layers, self._replaced = run.outputs.layers, run.outputs.replaced
            if results.get("WINDOW_START"):
                self._window = f"{results['WINDOW_START']} to {results['WINDOW_END']}"
            return {**run.outputs.layers, **results}, ""
        run.outputs.discard()
        return {}, failure

    def _go_on(self, run: Run) -> None:
        """Say what can follow, where this is the whole of what the user started; keep what the desktop asks for."""
        self._sources = named_layers(run)
        if not next_steps.is_a_part(run):
            self._next = next_steps.possible(run, self.NEXT, run.outputs.rows)
            if text := next_steps.sentence(self._next):
                run.progress.info(text)

    def postProcessAlgorithm(  # noqa: N802 (QGIS asks for this name)
        self, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Style the layers that were written; in a GeoPackage the style is kept with the data.

        The layers are those of the context's store, which the desktop then loads into a group of theirs.
        """
        open_layers.reload(context.project(), self._replaced)
        opened: list[tuple[Style, QgsVectorLayer]] = []
        run = RunOfLayers(self.NAME, self._window, self._sources, self._next)
        for name, destination in self._layers.items():
            layer = QgsProcessingUtils.mapLayerFromString(destination, context)
            if layer is not None:
                style = self.STYLES[name]
                styles.apply(layer, style)
                if not styles.keep(layer):
                    feedback.pushWarning(f"The style of {name} could not be saved into its file.")
                opened.append((style, layer))
                on_load(layer, destination, name, style, run, context)
        for frames, matches in relations.related(opened):
            if not relations.keep(frames, matches, styles.STYLE_NAME):
                feedback.pushWarning("The relation of frames and matches could not be saved into the frames' file.")
        return {}
