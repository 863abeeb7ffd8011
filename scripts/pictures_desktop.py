"""What QGIS Desktop does for the guide's pictures; ``scripts/pictures.sh`` starts it with ``--code``.

A story is a generator: between its steps QGIS goes on by itself, for some seconds or until something holds.
``XOPR_STORY`` names the one that is told.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Union

import processing
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsLayerTreeLayer,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QPoint, QRect, Qt, QTimer
from qgis.PyQt.QtWidgets import QAction, QApplication, QDockWidget, QPushButton, QWidget
from qgis.utils import iface, plugins

FOLDER = Path(os.environ["XOPR_PICTURES"])
BUILD = FOLDER.parent
# The survey grid round Pine Island and Thwaites glaciers.
GRID = QgsRectangle(-1_780_000, -545_000, -1_330_000, -195_000)
PLANNED = QgsRectangle(-1_600_000, -465_000, -1_510_000, -400_000)
LONGEST_S = 90
STEP_MS = 100
# Until QGIS's own messages, which go by themselves, are gone.
OWN_MESSAGES_S = 7.0
FIND = {
    "CATALOG": "sample/catalog",
    "HEMISPHERE": "south",
    "POINTS": "sample/points.geojson",
    "RULE": "distance",
    "DISTANCE": 150_000,
}

Wait = Union[float, Callable[[], bool]]


def missing() -> Iterator[Wait]:
    """Show the message bar of a QGIS without the packages."""
    yield from tidy()
    bar = iface.messageBar()
    yield lambda: len(bar.items()) > 0
    yield 1.0
    shoot_top("missing")


def main() -> Iterator[Wait]:
    """Show the toolbox, and what it comes to."""
    yield from tidy()
    for chapter in CHAPTERS:
        try:
            yield from chapter()
        except Exception:  # noqa: BLE001 (the other pictures may come all the same)
            say(traceback.format_exc())


def tidy() -> Iterator[Wait]:
    """Make the window large and leave only what matters."""
    window = iface.mainWindow()
    window.showMaximized()
    for dock in window.findChildren(QDockWidget):
        if dock.windowTitle().startswith(("Browser", "Information")):
            dock.hide()
    yield 2.0


def toolbox() -> Iterator[Wait]:
    """Open the toolbox at the plugin's group."""
    plugins["xopr_crossovers"].menu.show_toolbox()
    window = iface.mainWindow()
    dock = window.findChild(QDockWidget, "ProcessingToolbox")
    window.resizeDocks([dock], [380], Qt.Orientation.Horizontal)
    yield 1.0
    shoot("toolbox", dock)
    dock.hide()


def find_granules() -> Iterator[Wait]:
    """Run the main job from its dialog."""
    dialog = processing.createAlgorithmDialog("xopr:findgranules", {**FIND, "REPORT": os.environ["XOPR_REPORT"]})
    dialog.resize(900, 720)
    dialog.show()
    dialog.move(190, 40)
    yield 1.5
    shoot("dialog", dialog)
    dialog.runButton().click()
    yield dialog.wasExecuted
    yield 1.0
    shoot("log", dialog)
    dialog.close()
    iface.mainWindow().findChild(QDockWidget, "ResultsViewer").hide()
    iface.mainWindow().resizeDocks(
        [iface.mainWindow().findChild(QDockWidget, "Layers")], [360], Qt.Orientation.Horizontal
    )
    iface.setActiveLayer(layer("Matched frames"))
    yield OWN_MESSAGES_S
    button = next(one for one in iface.messageBar().findChildren(QPushButton) if one.menu())
    # The menu has a loop of its own, in which this story goes on.
    QTimer.singleShot(0, button.showMenu)
    yield 1.0
    shoot_top("next_steps", 90)
    button.menu().close()
    yield from show(GRID)
    expand(layer("Matched frames"))
    yield 0.5
    shoot("map", iface.mainWindow())


def look_at_results() -> Iterator[Wait]:
    """Open the attribute table of the matches, and the forms of a match and of a frame."""
    matches, frames = layer("Matches"), layer("Matched frames")
    iface.showAttributeTable(matches, '"crosses_line"')
    yield 2.0
    table = top_level("Matches")
    table.resize(1180, 460)
    yield 1.0
    shoot("table", table)
    table.close()
    for name, of, wanted in (("form_match", matches, '"crosses_line"'), ("form", frames, '"n_crossing" > 10')):
        iface.openFeatureForm(of, next(of.getFeatures(wanted)), False, False)
        yield 2.0
        form = top_level("Attributes")
        form.resize(820, 740)
        form.move(200, 20)
        yield 1.5
        shoot(name, form)
        form.close()


def crossovers() -> Iterator[Wait]:
    """Run the crossover points and show some of them."""
    dialog = processing.createAlgorithmDialog(
        "xopr:crossoverpoints", {"FRAMES": layer("Matched frames").id(), "GRANULES": layer("Granules").id()}
    )
    dialog.show()
    dialog.runButton().click()
    yield dialog.wasExecuted
    yield 1.0
    dialog.close()
    yield from show(QgsRectangle(-1_568_000, -408_000, -1_536_000, -384_000))
    expand(layer("Crossovers"))
    yield 0.5
    shoot("crossovers", iface.mainWindow())


def passes() -> Iterator[Wait]:
    """Predict the passes near some frames of the sample and show them."""
    frames = layer("Matched frames")
    some = frames.materialize(QgsFeatureRequest().setFilterRect(PLANNED).setLimit(3))
    some.setName("Planned flight")
    QgsProject.instance().addMapLayer(some)
    dialog = processing.createAlgorithmDialog(
        "xopr:predictpasses",
        {"PLACES": some.id(), "DISTANCE": 5_000, "START_DATE": "2024-03-18", "END_DATE": "2024-06-16"},
    )
    dialog.show()
    dialog.runButton().click()
    yield dialog.wasExecuted
    yield 1.0
    dialog.close()
    hide("Crossovers", "Matched frames", "Granules")
    yield from show(QgsRectangle.fromCenterAndSize(some.extent().center(), 110_000, 80_000))
    expand(layer("Passes"))
    yield 0.5
    shoot("passes", iface.mainWindow())


def track() -> Iterator[Wait]:
    """Ask which frames of the sample some tracks cross, and show them."""
    hide("Passes", "Planned flight")
    dialog = processing.createAlgorithmDialog(
        "xopr:framesfromtrack", {"RGTS": "405-447", "CYCLES": "22", "REGIONS": "12", "CATALOG": "sample/catalog"}
    )
    dialog.show()
    dialog.runButton().click()
    yield dialog.wasExecuted
    yield 1.0
    dialog.close()
    yield from show(GRID)
    expand(layer("Frames crossed"))
    yield 0.5
    shoot("track", iface.mainWindow())


def download() -> Iterator[Wait]:
    """Write a script that fetches the nearest granules of each frame."""
    dialog = processing.createAlgorithmDialog(
        "xopr:downloadscript",
        {"MATCHES": layer("Matches").id(), "CROSSES_LINE": True, "BEST": 2, "SCRIPT": "download.sh"},
    )
    dialog.resize(900, 560)
    dialog.show()
    dialog.move(190, 40)
    yield 1.5
    shoot("download", dialog)
    dialog.close()


def model() -> Iterator[Wait]:
    """Open a model of the plugin's in the designer."""
    from xopr_crossovers.plugin.models import open_in_designer

    designer = open_in_designer("seasontocrossovers")
    designer.resize(1200, 720)
    designer.move(30, 40)
    yield 2.0
    designer.findChild(QAction, "mActionZoomToItems").trigger()
    yield 1.0
    shoot("model", designer)
    designer.setDirty(False)
    designer.close()


def settings() -> Iterator[Wait]:
    """Open the plugin's page of QGIS's options, as it is where no environment variable goes before it."""
    replaced = {name: os.environ.pop(name) for name in ("XOPR_CACHE_DIR", "XOPR_CMR_URL")}
    # The dialog has a loop of its own, in which this story goes on.
    QTimer.singleShot(0, plugins["xopr_crossovers"].menu.show_settings)
    yield 3.0
    dialog = QApplication.activeModalWidget()
    dialog.resize(960, 760)
    yield 1.0
    shoot("settings", dialog)
    dialog.reject()
    os.environ.update(replaced)
    yield 0.5


def second_run() -> Iterator[Wait]:
    """Find the same granules twice and show what becomes of the layer tree."""
    QgsProject.instance().clear()
    for _ in range(2):
        yield from find_again()
    dock = iface.mainWindow().findChild(QDockWidget, "Layers")
    shoot("second_run", dock, QRect(0, 0, dock.width(), 360))


def own_layers() -> Iterator[Wait]:
    """Find granules in a project that has a layer, and a projection that does not fit."""
    project = QgsProject.instance()
    project.clear()
    cities = QgsVectorLayer("Point?crs=EPSG:4326", "Camps", "memory")
    camp = QgsFeature()
    camp.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(-105.0, -75.2)))
    cities.dataProvider().addFeatures([camp])
    project.addMapLayer(cities)
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    yield from find_again()
    yield OWN_MESSAGES_S
    shoot_top("projection")


def find_again() -> Iterator[Wait]:
    """Run the main job without a look at its dialog."""
    dialog = processing.createAlgorithmDialog("xopr:findgranules", FIND)
    dialog.show()
    dialog.runButton().click()
    yield dialog.wasExecuted
    yield 1.0
    dialog.close()
    iface.mainWindow().findChild(QDockWidget, "ResultsViewer").hide()
    yield 1.0


def shoot_top(name: str, below: int = 60) -> None:
    """Take a picture of the window down to the message bar, and some pixels below it."""
    window, bar = iface.mainWindow(), iface.messageBar()
    shoot(name, window, QRect(0, 0, window.width(), bar.mapTo(window, QPoint(0, bar.height() + below)).y()))


CHAPTERS = (
    *(toolbox, find_granules, look_at_results, crossovers, passes, track, download, model, settings),
    *(second_run, own_layers),
)


def show(extent: QgsRectangle) -> Iterator[Wait]:
    """Draw a part of the map, without messages over it."""
    iface.messageBar().clearWidgets()
    canvas = iface.mapCanvas()
    canvas.setExtent(extent)
    canvas.refresh()
    yield 1.0
    yield lambda: not canvas.isDrawing()
    yield 1.0


def hide(*names: str) -> None:
    """Take layers from the map."""
    for name in names:
        QgsProject.instance().layerTreeRoot().findLayer(layer(name).id()).setItemVisibilityChecked(False)


def expand(of: QgsVectorLayer) -> None:
    """Show a layer's legend."""
    node: QgsLayerTreeLayer = QgsProject.instance().layerTreeRoot().findLayer(of.id())
    node.parent().setExpanded(True)
    for expanded in (False, True):  # the tree's view takes notice of a change only
        node.setExpanded(expanded)


def top_level(words: str) -> QWidget:
    """Return the window that has some words in its title."""
    return next(one for one in QApplication.topLevelWidgets() if one.isVisible() and words in one.windowTitle())


def layer(name: str) -> QgsVectorLayer:
    """Return the layer of a name."""
    return QgsProject.instance().mapLayersByName(name)[0]


def shoot(name: str, widget: QWidget, part: QRect | None = None) -> None:
    """Take a picture of a window with its frame, of a part of it, or of a widget inside one."""
    screen = widget.screen().grabWindow(0)
    area = widget.frameGeometry()
    if not widget.isWindow():
        area.moveTopLeft(widget.parentWidget().mapToGlobal(area.topLeft()))
    if part is not None:
        area = part.translated(area.topLeft())
    screen.copy(area).save(str(FOLDER / f"{name}.png"))
    say(f"{name}: {area.width()} x {area.height()}")


def say(text: str) -> None:
    """Write a line for whoever made the pictures."""
    with (FOLDER / "log.txt").open("a", encoding="utf-8") as log:
        log.write(text + "\n")


class Teller:
    """Tells a story, step by step, and closes QGIS at its end.

    Parameters
    ----------
    steps : iterator of float or callable
        How long to wait (s), or for what.
    """

    def __init__(self, steps: Iterator[Wait]) -> None:
        self._steps = steps
        self._timer = QTimer()
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._look)
        self._ready: Callable[[], bool] = lambda: True
        self._waited_ms = 0
        self._timer.start()

    def _look(self) -> None:
        self._waited_ms += STEP_MS
        if self._waited_ms > LONGEST_S * 1000:
            say("Nothing came of it; the story goes on.")
        elif not self._ready():
            return
        self._timer.stop()
        self._go_on()

    def _go_on(self) -> None:
        try:
            wait = next(self._steps)
        except StopIteration:
            self._end()
            return
        except Exception:  # noqa: BLE001 (QGIS must be closed whatever happens)
            say(traceback.format_exc())
            self._end()
            return
        self._waited_ms = 0
        self._ready = wait if callable(wait) else lambda: self._waited_ms >= wait * 1000
        self._timer.start()

    def _end(self) -> None:
        QgsProject.instance().clear()
        QgsProject.instance().setDirty(False)
        iface.actionExit().trigger()


os.chdir(BUILD)  # so that the pictures show short paths
teller = Teller({"main": main, "missing": missing}[os.environ["XOPR_STORY"]]())
