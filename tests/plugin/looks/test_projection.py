"""Which projection of a project shows frames badly, what is said of it, and what the button does."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from pyproj import Transformer
from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsVectorLayer

from xopr_crossovers.plugin.looks import message_bar, projection, styles


@pytest.fixture
def told(monkeypatch):
    """What the message bar was to show: sentences with their buttons."""
    shown = []
    monkeypatch.setattr(message_bar, "tell", lambda about, text, label, choices: shown.append((text, dict(choices))))
    return shown


def lines(wkt, crs):
    layer = QgsVectorLayer(f"LineString?crs={crs}", "frames", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromWkt(wkt))
    layer.dataProvider().addFeatures([feature])
    layer.updateExtents()
    return layer


SOUTH = ("LINESTRING(-1500000 -400000, -1450000 -420000)", "EPSG:3031")  # Thwaites Glacier, 75.7 to 76.1 S
NORTH = ("LINESTRING(-100000 -2200000, -90000 -2250000)", "EPSG:3413")  # Jakobshavn, 69 N
POLE = ("LINESTRING(-50000 -20000, 50000 10000)", "EPSG:3031")


@pytest.mark.parametrize(
    ("frames", "crs", "low", "high"),
    [
        (SOUTH, "EPSG:3031", 1.0, 1.0),
        (SOUTH, "EPSG:3976", 1.0, 1.1),  # NSIDC's southern grid
        (SOUTH, "EPSG:5042", 1.0, 1.1),  # universal polar stereographic
        (SOUTH, "EPSG:32713", 1.0, 1.1),  # UTM 13 S, the zone of 105 W
        (SOUTH, "EPSG:4326", 4.0, 4.3),  # 1 / cos 76.1 = 4.2
        (SOUTH, "EPSG:3857", 4.0, 4.3),
        (SOUTH, "EPSG:3413", 30.0, float("inf")),
        (NORTH, "EPSG:32622", 1.0, 1.1),  # UTM 22 N, of west Greenland
        (NORTH, "EPSG:3995", 1.0, 1.1),  # Arctic polar stereographic
        (NORTH, "EPSG:4326", 2.6, 3.0),  # 1 / cos 69 = 2.8
        (POLE, "EPSG:3857", 50.0, float("inf")),
    ],
)
def test_how_much_a_projection_is_off(project, frames, crs, low, high):
    project.setCrs(QgsCoordinateReferenceSystem(crs))
    assert low <= projection.distortion(project, lines(*frames)) <= high


@pytest.mark.parametrize("crs", ["EPSG:3031", "EPSG:3976", "EPSG:32713"])
def test_a_projection_that_shows_the_frames_true_is_not_talked_about(project, told, crs):
    project.setCrs(QgsCoordinateReferenceSystem(crs))
    assert projection.offer_projection(project, [(styles.FRAMES, lines(*SOUTH))]) == ""
    assert told == []


def test_frames_of_both_hemispheres_have_no_projection_to_offer(project, told):
    both = lines("LINESTRING(-40 -75, -40 75)", "EPSG:4326")
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    assert projection.offer_projection(project, [(styles.FRAMES, both)]) == ""


@pytest.mark.parametrize(
    ("crs", "name"), [("EPSG:3857", "4.2 times"), ("EPSG:4326", "4.2 times"), ("EPSG:3413", "times")]
)
def test_one_that_does_not_is_told_in_log_and_bar_with_a_button_that_changes_it(project, told, crs, name):
    frames = lines(*SOUTH)
    project.addMapLayer(frames)
    project.setCrs(QgsCoordinateReferenceSystem(crs))
    line = projection.offer_projection(project, [(styles.FRAMES, frames)])
    assert crs in line
    assert name in line
    assert "EPSG:3031 shows it true" in line
    ((text, buttons),) = told
    assert text.startswith(f"{crs} shows distances")
    assert name in text
    assert project.crs().authid() == crs
    buttons["Show in EPSG:3031"]()
    assert project.crs().authid() == "EPSG:3031"


def test_in_the_other_pole_s_projection_distances_are_wrong_a_whole_number_of_times(project, told):
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:3413"))
    line = projection.offer_projection(project, [(styles.FRAMES, lines(*POLE))])
    assert re.search(r"up to \d{1,3}(,\d{3})+ times wrong", line), line


def test_it_is_told_once_a_project(project, told, tmp_path):
    frames = lines(*SOUTH)
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    assert projection.offer_projection(project, [(styles.FRAMES, frames)])
    assert projection.offer_projection(project, [(styles.FRAMES, frames)]) == ""
    project.write(str(tmp_path / "project.qgz"))
    project.clear()
    project.read(str(tmp_path / "project.qgz"))
    assert projection.offer_projection(project, [(styles.FRAMES, frames)]) == ""
    project.clear()
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    assert projection.offer_projection(project, [(styles.FRAMES, frames)])
    assert len(told) == 2


def test_a_run_into_a_project_in_mercator_says_so_in_its_log_and_changes_nothing(load, project, feedback):
    project.addMapLayer(QgsVectorLayer("Point?crs=EPSG:4326", "cities", "memory"))
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    load("memory")
    load("memory")
    assert len([info for info in feedback.infos if "EPSG:3857" in info and "EPSG:3031" in info]) == 1
    assert project.crs().authid() == "EPSG:3857"


# In a QGIS of its own: in this one the projections were named by the window's thread long ago.
TWO_THREADS = """
import json, sys, threading
from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsCoordinateTransformContext, QgsPointXY,
    QgsVectorFileWriter, QgsVectorLayer,
)
app = QgsApplication([], False)
app.initQgis()
from xopr_crossovers.plugin.plugin import XoprCrossoversPlugin
plugin = XoprCrossoversPlugin(None)
plugin.initProcessing()
layers, found = [], []

def run():
    for number, crs in enumerate(("EPSG:3031", "EPSG:3413")):
        layers.append(QgsVectorLayer(f"Point?crs={crs}", "in memory", "memory"))
        path = f"{sys.argv[1]}/{number}.gpkg"
        options = QgsVectorFileWriter.SaveVectorOptions()
        QgsVectorFileWriter.writeAsVectorFormatV3(layers[-1], path, QgsCoordinateTransformContext(), options)
        layers.append(QgsVectorLayer(path, "in a file", "ogr"))

def draw():
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    for layer in layers:
        across = QgsCoordinateTransform(degrees, layer.crs(), QgsCoordinateTransformContext())
        point = across.transform(QgsPointXY(10, -80 if layer.crs().authid() == "EPSG:3031" else 80))
        found.append((layer.crs().authid(), point.x(), point.y()))

for work in (run, draw):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
print(json.dumps(found))
layers.clear()
plugin.unload()
"""


def test_a_map_is_drawn_in_its_place_after_the_thread_of_a_run_is_gone(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", TWO_THREADS, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    found = json.loads(ran.stdout.splitlines()[-1])
    assert [crs for crs, _, _ in found] == ["EPSG:3031", "EPSG:3031", "EPSG:3413", "EPSG:3413"], ran.stderr
    for crs, x, y in found:
        expected = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(
            10, -80 if crs == "EPSG:3031" else 80
        )
        assert (x, y) == pytest.approx(expected, abs=0.01), crs
