"""Makes the models that the plugin ships: models/*.model3. Run it after a change here or of a parameter that they use.

A model's inputs are the parameters of its steps, with their names, wording, options and defaults. Files are written as
QGIS 3.22 writes them, so that every later QGIS opens them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelGroupBox,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterDefinition,
)
from qgis.PyQt.QtCore import QPointF, QSizeF
from qgis.PyQt.QtGui import QColor

ROOT = Path(__file__).resolve().parents[1]
GROUP = "Workflows (models)"

# Of the designer's scene, in its units: a row a step, with its inputs on the left and its outputs on the right.
MARGIN = 20
HEADING = 40
# Below each input, and above and below each step, the designer writes Out and In (inputs: in QGIS 3.44).
BOX_HEIGHT, BOX_GAP = 30, 22
COLUMNS = {"inputs": (40, 330), "steps": (590, 230), "outputs": (860, 160)}
ROW_WIDTH = 1020
ROW_GAP = 12
COLOURS = ("#e8f1fa", "#eaf5e9", "#fdf3e1", "#f3ecf8")


@dataclass(frozen=True)
class Step:
    """One algorithm of a model.

    Attributes
    ----------
    name : str
        Of the step in the model.
    algorithm : str
        Second half of the id.
    heading : str
        What comes of the step; short, or the links run over it.
    inputs : tuple of str
        Parameters that the model asks for, under the same name.
    links : dict
        Parameters that take an output of an earlier step: its name and the output's.
    values : dict
        Parameters with a value of their own.
    outputs : dict
        Outputs that are outputs of the model, with their titles, which the layers get.
    title : str
        On the step's box, where the algorithm's own is too long for it.
    """

    name: str
    algorithm: str
    heading: str
    inputs: tuple[str, ...]
    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class Model:
    """A model: its file's name is the second half of its id."""

    name: str
    title: str
    summary: str
    help: str
    examples: str
    steps: tuple[Step, ...]


WINDOW = ("TIME_MODE", "CYCLE", "START_DATE", "END_DATE")
SEARCH = (*WINDOW, "SHORT_NAME", "VERSION")
MODELS = (
    Model(
        "pointstogranules",
        "Points to granules",
        "The steps of the xOPR notebook: load a season, keep the frames at points, search granules, match.",
        "The workflow of the xOPR notebook in four steps. It loads the frames of a season or a catalog (one of the "
        "two), keeps those at the points of interest, searches NASA's CMR for the ICESat-2 granules round them in a "
        "window of time, and matches frames and granules.\n\n"
        "'Find granules for frames' does the same in one step. Take the model to change a step, or to put one in "
        "between: Plugins > xOPR Crossovers > Open a Model in the Designer.",
        "Season 2016_Antarctica_DC8 with points in West Antarctica and repeat cycle 22.",
        (
            Step(
                "load",
                "loadcatalog",
                "1. Frames",
                ("SEASON", "CATALOG"),
            ),
            Step(
                "subset",
                "subsetbypoints",
                "2. Frames at points",
                ("POINTS", "RULE", "DISTANCE"),
                links={"FRAMES": ("load", "FRAMES")},
                outputs={"SUBSET": "Frame subset"},
            ),
            Step(
                "search",
                "querygranules",
                "3. Granules",
                SEARCH,
                links={"FRAMES": ("subset", "SUBSET")},
                outputs={"GRANULES": "Granules"},
            ),
            Step(
                "match",
                "matchgranules",
                "4. Matches",
                ("METHOD", "CROSSING_ONLY", "MAX_DAYS", "BEST"),
                links={"FRAMES": ("subset", "SUBSET"), "GRANULES": ("search", "GRANULES")},
                outputs={"MATCHED_FRAMES": "Matched frames", "MATCHES": "Matches"},
            ),
        ),
    ),
    Model(
        "seasontocrossovers",
        "Season to crossover points",
        "Finds the granules that cross a season's flight lines, and the points where their beams do.",
        "Two steps. The first loads the frames of a season or a catalog (one of the two), keeps those at the points of "
        "interest if there are any, searches NASA's CMR for the ICESat-2 granules in a window of time, and matches "
        "them with the flight lines themselves (METHOD=flightline). The second finds where each beam crosses each "
        "flight line: point, angle, distance along the line, days apart.",
        "Season 2016_Antarctica_DC8 with repeat cycle 22 and beams gt1l, gt2l and gt3l.",
        (
            Step(
                "find",
                "findgranules",
                "1. Granules for frames",
                ("SEASON", "CATALOG", "POINTS", "RULE", "DISTANCE", *SEARCH),
                values={"METHOD": "flightline"},
                outputs={"MATCHED_FRAMES": "Matched frames", "MATCHES": "Matches", "GRANULES": "Granules"},
            ),
            Step(
                "cross",
                "crossoverpoints",
                "2. Crossover points",
                ("BEAMS", "MAX_DAYS", "MIN_ANGLE"),
                links={"FRAMES": ("find", "MATCHED_FRAMES"), "GRANULES": ("find", "GRANULES")},
                outputs={"CROSSOVERS": "Crossovers"},
                title="Crossover points",
            ),
        ),
    ),
    Model(
        "tracktoframes",
        "Track to frames",
        "Finds the frames of all seasons that a pass crosses, and the other granules that cross these frames.",
        "Two steps, from a pass to what else was measured where it went. The first finds, for granules by name or "
        "reference ground tracks (one of the two), the frames of all seasons that their beams cross, with the "
        "crossover points. The second searches NASA's CMR for the ICESat-2 granules round these frames in a window of "
        "time, and matches them with the flight lines themselves (METHOD=flightline).\n\n"
        "The frames are those of the seasons whose catalogs are on this computer, of some of them, or of a catalog. "
        "Where no frame is crossed, the second step says that there is none.",
        "RGTs 405-407 with all seasons at hand, and the granules of repeat cycle 22.",
        (
            Step(
                "cross",
                "framesfromtrack",
                "1. Frames crossed",
                ("GRANULE_IDS", "RGTS", "CYCLES", "REGIONS", "SEASONS", "CATALOG", "SYNC"),
                outputs={"FRAMES_CROSSED": "Frames crossed", "CROSSOVERS": "Crossovers", "TRACKS": "Tracks"},
            ),
            Step(
                "find",
                "findgranules",
                "2. Their granules",
                SEARCH,
                links={"FRAMES": ("cross", "FRAMES_CROSSED")},
                values={"METHOD": "flightline"},
                outputs={"MATCHED_FRAMES": "Matched frames", "MATCHES": "Matches", "GRANULES": "Granules"},
            ),
        ),
    ),
    Model(
        "seasontoheights",
        "Season to measured heights",
        "Finds where ICESat-2's beams cross a season's flight lines, and measures the heights there.",
        "Three steps. The first loads the frames of a season or a catalog (one of the two), keeps those at the points "
        "of interest if there are any, searches NASA's CMR for the ICESat-2 granules in a window of time, and matches "
        "them with the flight lines. The second finds where each beam crosses each flight line. The third reads the "
        "granules there, which needs an Earthdata login or files of your own, and the radar's layer files: heights, "
        "what they differ by, heights through time, and a report.",
        "Season 2016_Antarctica_DC8 at one point, with repeat cycles 22 and beams gt1l, gt2l and gt3l.",
        (
            Step(
                "find",
                "findgranules",
                "1. Granules for frames",
                ("SEASON", "CATALOG", "POINTS", "RULE", "DISTANCE", *WINDOW),
                values={"METHOD": "flightline", "CROSSING_ONLY": True},
                outputs={"MATCHED_FRAMES": "Matched frames", "MATCHES": "Matches"},
            ),
            Step(
                "cross",
                "crossoverpoints",
                "2. Crossover points",
                ("BEAMS", "MAX_DAYS", "MIN_ANGLE"),
                links={"FRAMES": ("find", "MATCHED_FRAMES"), "GRANULES": ("find", "GRANULES")},
                title="Crossover points",
            ),
            Step(
                "measure",
                "crossoverheights",
                "3. Heights",
                ("QUALITY", "AUTHCFG", "GRANULE_FILES", "RADAR_FILES"),
                links={"CROSSOVERS": ("cross", "CROSSOVERS"), "FRAMES": ("find", "MATCHED_FRAMES")},
                outputs={"HEIGHTS": "Heights", "SERIES": "Series", "REPORT": "Report"},
                title="Heights",
            ),
        ),
    ),
)


def build(model: Model) -> QgsProcessingModelAlgorithm:
    """Return a model as QGIS has it; the algorithms of its steps must be registered."""
    made = QgsProcessingModelAlgorithm(model.title, GROUP)
    texts = {"ALG_DESC": model.help, "SHORT_DESCRIPTION": model.summary, "EXAMPLES": model.examples}
    top = float(MARGIN)
    for step, colour in zip(model.steps, COLOURS):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"xopr:{step.algorithm}")
        texts.update(_add_inputs(made, step, algorithm, top))
        texts.update(_add_step(made, step, algorithm, top))
        height = _height(step)
        made.addGroupBox(_group_box(step.heading, colour, top, height))
        top += height + ROW_GAP
    made.setParameterOrder([name for step in model.steps for name in step.inputs])
    made.setHelpContent(texts)
    return made


def _height(step: Step) -> float:
    rows = max(len(step.inputs), len(step.outputs))
    return HEADING + rows * (BOX_HEIGHT + BOX_GAP)


def _place(component: Any, column: str, top: float, row: float) -> None:
    """Put a box into a row, counted from the step's top; positions are those of a box's middle."""
    left, width = COLUMNS[column]
    component.setSize(QSizeF(width, BOX_HEIGHT))
    y = top + HEADING + row * (BOX_HEIGHT + BOX_GAP) + BOX_HEIGHT / 2
    component.setPosition(QPointF(left + width / 2, y))


def _middle(step: Step, n_boxes: int) -> float:
    """Return the first row of some boxes that stand in the middle of a step's rows."""
    return (max(len(step.inputs), len(step.outputs)) - n_boxes) / 2


def _add_inputs(
    made: QgsProcessingModelAlgorithm, step: Step, algorithm: QgsProcessingAlgorithm, top: float
) -> dict[str, str]:
    texts = {}
    for row, name in enumerate(step.inputs):
        definition = algorithm.parameterDefinition(name).clone()
        component = QgsProcessingModelParameter(name)
        component.setDescription(name)
        _place(component, "inputs", top, row + _middle(step, len(step.inputs)))
        texts[name] = definition.help()
        made.addModelParameter(definition, component)
    return texts


def _add_step(
    made: QgsProcessingModelAlgorithm, step: Step, algorithm: QgsProcessingAlgorithm, top: float
) -> dict[str, str]:
    child = QgsProcessingModelChildAlgorithm(algorithm.id())
    child.setChildId(step.name)
    child.setDescription(step.title or algorithm.displayName())
    _place(child, "steps", top, _middle(step, 1))
    source = QgsProcessingModelChildParameterSource
    for name in step.inputs:
        child.addParameterSources(name, [source.fromModelParameter(name)])
    for name, (other, output) in step.links.items():
        child.addParameterSources(name, [source.fromChildOutput(other, output)])
    for name, value in {**_defaults(algorithm, child), **step.values}.items():
        child.addParameterSources(name, [source.fromStaticValue(value)])
    texts, outputs = {}, {}
    for row, (name, title) in enumerate(step.outputs.items()):
        # Its name is the text on its box, and its layer's name.
        output = QgsProcessingModelOutput(title, title)
        output.setChildId(step.name)
        output.setChildOutputName(name)
        _place(output, "outputs", top, row + _middle(step, len(step.outputs)))
        outputs[title] = output
        texts[f"{step.name}:{title}"] = algorithm.parameterDefinition(name).help()
    child.setModelOutputs(outputs)
    made.addChildAlgorithm(child)
    return texts


def _defaults(algorithm: QgsProcessingAlgorithm, child: QgsProcessingModelChildAlgorithm) -> dict[str, Any]:
    """Return the default of each parameter that must have a value and has none yet, or the designer would complain."""
    return {
        definition.name(): definition.defaultValue()
        for definition in algorithm.parameterDefinitions()
        if not (
            definition.isDestination()
            or definition.flags() & QgsProcessingParameterDefinition.Flag.FlagOptional
            or definition.name() in child.parameterSources()
        )
    }


def _group_box(heading: str, colour: str, top: float, height: float) -> QgsProcessingModelGroupBox:
    box = QgsProcessingModelGroupBox()
    box.setDescription(heading)
    box.setColor(QColor(colour))
    box.setSize(QSizeF(ROW_WIDTH, height))
    box.setPosition(QPointF(MARGIN + ROW_WIDTH / 2, top + height / 2))
    return box


def write(folder: Path, models: Iterable[Model] = MODELS) -> list[Path]:
    """Write models into a folder, and return their files."""
    files = []
    for model in models:
        file = folder / f"{model.name}.model3"
        with tempfile.TemporaryDirectory() as temporary:
            raw = Path(temporary) / file.name
            if not build(model).toFile(str(raw)):
                raise OSError(f"QGIS could not write {raw}.")
            file.write_text(tidy(raw.read_text(encoding="utf-8"), model.name), encoding="utf-8")
        files.append(file)
    return files


def tidy(text: str, name: str) -> str:
    """Return the text of a model without what differs from run to run and from one QGIS to the next."""
    root = ElementTree.fromstring(text)  # noqa: S314 (written by QGIS a moment ago)
    for option in list(root):
        # With it, later versions of QGIS would call the outputs otherwise than 3.22 does.
        if option.get("name") == "internal_version":
            root.remove(option)
    boxes = root.find("Option[@name='groupBoxes']")
    if boxes is None:
        raise ValueError(f"The model {name} has no group boxes.")
    boxes[:] = sorted(boxes, key=lambda box: float(_value(box, "component_pos_y").get("value", "")))
    for number, box in enumerate(boxes):
        _value(box, "uuid").set("value", f"{name}-{number}")
    for option in root.iter("Option"):
        # QGIS takes attributes in any order, and writes them in any.
        ordered = {key: option.get(key, "") for key in ("name", "type", "value") if key in option.attrib}
        option.attrib.clear()
        option.attrib.update(ordered)
    ElementTree.indent(root)
    return f"<!DOCTYPE model>\n{ElementTree.tostring(root, encoding='unicode')}\n"


def _value(option: ElementTree.Element, name: str) -> ElementTree.Element:
    found = option.find(f"Option[@name='{name}']")
    if found is None:
        raise ValueError(f"There is no {name} in {option.attrib}.")
    return found


def main() -> None:
    """Write the models into the repository's folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "models")
    folder = parser.parse_args().folder
    from xopr_crossovers.plugin.provider import XoprProvider

    home = tempfile.TemporaryDirectory()
    # Or seasons that were found on this machine would be in the list, and defaults that were set here.
    os.environ["XOPR_CACHE_DIR"] = os.environ["QGIS_CUSTOM_CONFIG_PATH"] = home.name
    application = QgsApplication([], False)
    application.initQgis()
    provider = XoprProvider()  # held by a name, or Python's half of it would go
    QgsApplication.processingRegistry().addProvider(provider)
    for file in write(folder):
        print(file)
    application.exitQgis()
    home.cleanup()


if __name__ == "__main__":
    main()
