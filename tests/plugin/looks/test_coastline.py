"""The coast below a run's layers: QGIS's own map of the world, whole and true at the poles, and nothing harmed."""

from __future__ import annotations

import hashlib
import shutil

import geopandas as gpd
import pytest
import shapely
from qgis.core import (
    QgsAnnotationLayer,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

from xopr_crossovers.plugin.looks import coastline
from xopr_crossovers.plugin.options import settings

SIZE = 100


@pytest.fixture
def wanted(project):
    """A project whose runs get a coastline, as by default."""
    settings.store(settings.Settings())
    return project


def coasts(project):
    return [layer for layer in project.mapLayers().values() if isinstance(layer, QgsAnnotationLayer)]


def drawn(layer, crs, extent):
    """How much of a map is land: its share of the pixels, and whether all pixels are alike but for rounding."""
    shown = QgsMapSettings()
    shown.setDestinationCrs(QgsCoordinateReferenceSystem(crs))
    shown.setLayers([layer])
    shown.setExtent(QgsRectangle(*extent))
    shown.setOutputSize(QSize(SIZE, SIZE))
    shown.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(shown)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    shades = [image.pixelColor(x, y).red() for x in range(SIZE) for y in range(SIZE)]
    return sum(shade < 255 for shade in shades) / len(shades), max(shades) - min(shades) <= 2


def test_it_is_the_lowest_layer_folded_and_called_by_its_source(load, wanted, in_tree):
    load("memory")
    assert len(in_tree()) == 2
    assert in_tree()[-1] == "coastline_(natural_earth)"
    node = wanted.layerTreeRoot().children()[-1]
    assert not node.isExpanded()
    assert node.isVisible()
    assert "Natural Earth" in node.layer().attribution()


def test_it_comes_once_a_project_and_not_again_where_the_user_has_taken_it_away(load, wanted):
    load("memory")
    (coast,) = coasts(wanted)
    load("memory")
    assert coasts(wanted) == [coast]
    wanted.removeMapLayer(coast.id())
    load("memory")
    assert coasts(wanted) == []


def test_with_the_switch_off_there_is_none(load, project):
    load("memory")
    assert coasts(project) == []


@pytest.mark.parametrize(("kind", "comes"), [("Point", True), ("LineString", True), ("Polygon", False)])
def test_it_does_not_come_where_the_user_has_areas_of_their_own(load, wanted, kind, comes):
    wanted.addMapLayer(QgsVectorLayer(f"{kind}?crs=EPSG:4326", "mine", "memory"))
    load("memory")
    assert bool(coasts(wanted)) == comes


def test_it_does_not_come_below_a_base_map(load, wanted):
    tiles = QgsRasterLayer("type=xyz&url=http://127.0.0.1:9/{z}/{x}/{y}.png", "tiles", "wms")
    wanted.addMapLayer(tiles)
    load("memory")
    assert coasts(wanted) == []


def test_the_project_is_zoomed_to_and_projected_for_the_frames_all_the_same(load, wanted):
    load("memory")
    assert wanted.crs().authid() == "EPSG:3031"


def test_a_saved_project_has_it_though_the_map_of_the_world_is_gone(load, wanted, tmp_path):
    load()
    items = len(coasts(wanted)[0].items())
    wanted.write(str(tmp_path / "project.qgz"))
    assert (tmp_path / "project.qgz").stat().st_size < 500_000
    wanted.clear()
    wanted.read(str(tmp_path / "project.qgz"))
    (coast,) = coasts(wanted)
    assert len(coast.items()) == items > 50
    assert "world_map" not in (coast.source() or "")
    load()
    assert coasts(wanted) == [coast]


def test_the_map_of_the_world_is_not_touched(qgis_app, project, tmp_path):
    shutil.copy(coastline.world_map(), tmp_path / "world_map.gpkg")
    before = (tmp_path / "world_map.gpkg").stat().st_mtime_ns, digest(tmp_path / "world_map.gpkg")
    (tmp_path / "world_map.gpkg").chmod(0o444)
    coastline.coastline(tmp_path / "world_map.gpkg", "south", project)
    assert (tmp_path / "world_map.gpkg").stat().st_mtime_ns == before[0]
    assert digest(tmp_path / "world_map.gpkg") == before[1]
    assert [path.name for path in tmp_path.iterdir()] == ["world_map.gpkg"]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("content", [None, b"no database"])
def test_without_a_map_of_the_world_one_line_says_so_and_all_else_is_as_ever(
    load, wanted, feedback, monkeypatch, tmp_path, in_tree, content
):
    if content is not None:
        (tmp_path / "world_map.gpkg").write_bytes(content)
    monkeypatch.setattr(coastline, "world_map", lambda: tmp_path / "world_map.gpkg")
    load("memory")
    load("memory")
    (line,) = (info for info in feedback.infos if "coastline" in info)
    assert "world_map.gpkg" in line
    assert coasts(wanted) == []
    assert len(in_tree()) == 2


@pytest.fixture(scope="module")
def south(qgis_app):
    layer = coastline.coastline(coastline.world_map(), "south", QgsProject.instance())
    yield layer
    del layer


@pytest.fixture(scope="module")
def north(qgis_app):
    layer = coastline.coastline(coastline.world_map(), "north", QgsProject.instance())
    yield layer
    del layer


def test_there_is_land_at_the_south_pole_without_a_hole_or_a_slit_at_the_antimeridian(south):
    assert drawn(south, "EPSG:3031", (-60_000, -60_000, 60_000, 60_000)) == (1.0, True)
    # The Transantarctic Mountains beside the Ross Ice Shelf, 85 to 89 S, with the antimeridian down the middle.
    assert drawn(south, "EPSG:3031", (-50_000, -400_000, 50_000, -300_000)) == (1.0, True)


def test_there_is_no_slit_in_chukotka(north):
    # 180 E, 67 N: land from the Arctic Ocean to the Gulf of Anadyr.
    x, y = gpd.GeoSeries.from_xy([180.0], [67.0], crs="EPSG:4326").to_crs("EPSG:3413").get_coordinates().iloc[0]
    assert drawn(north, "EPSG:3413", (x - 30_000, y - 30_000, x + 30_000, y + 30_000)) == (1.0, True)


@pytest.mark.parametrize(
    ("side", "place", "is_land"),
    [
        ("south", (0.0, -75.0), True),  # Dronning Maud Land
        ("south", (-106.75, -78.0), True),  # West Antarctica
        ("south", (-40.0, -65.0), False),  # Weddell Sea
        ("south", (170.0, -66.0), False),  # Ross Sea, seaward of the shelf
        ("north", (-40.0, 72.0), True),  # Greenland's ice sheet
        ("north", (-19.0, 64.8), True),  # Iceland
        ("north", (0.0, 78.0), False),  # Fram Strait
        ("north", (0.0, 89.9), False),  # the Arctic Ocean
    ],
)
def test_land_is_where_land_is(south, north, side, place, is_land):
    layer, crs = {"south": (south, "EPSG:3031"), "north": (north, "EPSG:3413")}[side]
    x, y = gpd.GeoSeries([shapely.Point(place)], crs="EPSG:4326").to_crs(crs).get_coordinates().iloc[0]
    share, _ = drawn(layer, crs, (x - 5_000, y - 5_000, x + 5_000, y + 5_000))
    assert share == float(is_land)


def test_on_a_map_of_the_world_it_stays_in_its_cap(south, north):
    for crs, world in (("EPSG:4326", (140, -40, 220, 40)), ("EPSG:3857", (-4e6, -4e6, 4e6, 4e6))):
        assert drawn(south, crs, world) == drawn(north, crs, world) == (0.0, True)


def test_no_dialog_offers_it_as_an_input_nor_does_anything_snap_to_it(load, wanted):
    load("memory")
    offered = QgsProcessingUtils.compatibleVectorLayers(wanted)
    assert coasts(wanted)[0].name() not in [layer.name() for layer in offered]
    assert len(offered) == 2


def test_this_qgis_has_the_map_of_the_world(qgis_app):
    assert coastline.world_map().is_file(), QgsApplication.pkgDataPath()
