"""The coast below a run's layers: QGIS's own map of the world, whole and true at the poles, and nothing harmed."""

from __future__ import annotations

import hashlib
import shutil

import geopandas as gpd
import pytest
import shapely
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

from xopr_crossovers.plugin.compat import POLYGON_GEOMETRY
from xopr_crossovers.plugin.looks import coastline
from xopr_crossovers.plugin.options import settings

SIZE = 100


@pytest.fixture
def wanted(project):
    """A project whose runs get a coastline, as by default."""
    settings.store(settings.Settings())
    return project


def coasts(project):
    return [layer for layer in project.mapLayers().values() if coastline.is_coastline(layer)]


def drawn(layer, crs, extent):
    """How much of a map is land: its share of the pixels, and whether all pixels are alike to the eye."""
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
    return sum(shade < 255 for shade in shades) / len(shades), max(shades) - min(shades) <= 8


def test_it_is_the_lowest_layer_folded_and_called_by_its_source(load, wanted, in_tree):
    load("memory")
    assert len(in_tree()) == 2
    assert in_tree()[-1] == "land_(natural_earth)"
    node = wanted.layerTreeRoot().children()[-1]
    assert not node.isExpanded()
    assert node.isVisible()
    assert "Natural Earth" in node.layer().metadata().rights()[0]


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


def test_a_project_with_nothing_but_it_is_as_good_as_empty(load, wanted):
    load("memory")
    for layer in set(wanted.mapLayers().values()) - set(coasts(wanted)):
        wanted.removeMapLayer(layer.id())
    wanted.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    load("memory")
    assert wanted.crs().authid() == "EPSG:3031"


def test_a_saved_project_has_it_again_on_another_computer(load, wanted, tmp_path):
    load()
    wanted.write(str(tmp_path / "project.qgs"))
    assert "inbuilt:/data/world_map.gpkg" in (tmp_path / "project.qgs").read_text("utf-8")
    wanted.clear()
    wanted.read(str(tmp_path / "project.qgs"))
    (coast,) = coasts(wanted)
    assert coast.isValid()
    assert drawn(coast, "EPSG:3031", (-60_000, -60_000, 60_000, 60_000)) == (1.0, True)
    load()
    assert coasts(wanted) == [coast]


def test_the_map_of_the_world_is_not_written_to_even_where_it_could_be(project, tmp_path):
    folder = tmp_path / "resources"
    folder.mkdir()
    world = folder / "world_map.gpkg"
    shutil.copy(coastline.world_map(), world)
    # GDAL mends wrong triggers of such files the first time that it may write to them, whoever opens them.
    assert coastline.coastline(world, "south").isValid()
    before = world.stat().st_mtime_ns, digest(world)
    for side, crs in (("south", "EPSG:3031"), ("north", "EPSG:3413")):
        project.addMapLayer(coastline.coastline(world, side))
        (coast,) = coasts(project)
        drawn(coast, crs, (-3e6, -3e6, 3e6, 3e6))
        project.write(str(tmp_path / "project.qgs"))
        project.clear()
        project.read(str(tmp_path / "project.qgs"))
        assert coasts(project)[0].isValid()
        assert [path.name for path in folder.iterdir()] == ["world_map.gpkg"]
        del coast
        project.clear()
    assert (world.stat().st_mtime_ns, digest(world)) == before
    assert [path.name for path in folder.iterdir()] == ["world_map.gpkg"]


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


@pytest.fixture
def south(qgis_app):
    return coastline.coastline(coastline.world_map(), "south")


@pytest.fixture
def north(qgis_app):
    return coastline.coastline(coastline.world_map(), "north")


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


def test_in_the_lists_of_dialogs_it_is_no_frames_and_comes_after_the_granules(load, wanted):
    load("memory")
    (coast,) = coasts(wanted)
    assert coast.geometryType() == POLYGON_GEOMETRY
    assert sorted([coast.name(), "Granules"]) == ["Granules", coast.name()]


def test_it_is_neither_identified_nor_edited(load, wanted):
    load("memory")
    (coast,) = coasts(wanted)
    assert not coast.flags() & coast.LayerFlag.Identifiable
    assert coast.readOnly()


def test_all_of_it_is_no_larger_than_the_ice_sheets_surroundings(south, north):
    assert south.extent().yMaximum() < -60
    assert north.extent().yMinimum() > 40


def test_this_qgis_has_the_map_of_the_world(qgis_app):
    assert coastline.world_map().is_file(), QgsApplication.pkgDataPath()
