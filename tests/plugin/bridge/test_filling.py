"""Rows in bulk into a GeoPackage that QGIS made: the same rows, and an index that QGIS and SQLite can work with."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from qgis.core import QgsFeature, QgsFeatureRequest, QgsGeometry, QgsPointXY, QgsProcessingUtils, QgsRectangle

from xopr_crossovers.core.common.errors import CancelledError
from xopr_crossovers.plugin.bridge import filling, layers
from xopr_crossovers.plugin.bridge.geopackage import FillingError


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / 'a "quoted" name.gpkg')


@pytest.fixture
def fill(context, path):
    """Let QGIS make a file for tables, and fill it."""

    def fill_file(*tables, kinds=None, check=lambda: None):
        sink, destination = QgsProcessingUtils.createFeatureSink(
            path,
            context,
            layers.fields_of(tables[0], kinds),
            layers.wkb_type_of(tables[0], "Point"),
            layers.crs_of(tables[0]),
        )
        del sink
        assert filling.can_fill(destination)
        return filling.fill(destination, Path(destination).stem, iter(tables), kinds, check)

    return fill_file


def scattered(n, seed=0, crs="EPSG:3031"):
    random = np.random.default_rng(seed)
    xy = random.normal(0, 1e6, (n, 2))
    return gpd.GeoDataFrame({"number": np.arange(n)}, geometry=shapely.points(xy), crs=crs)


def varied(n=3):
    return pd.DataFrame(
        {
            "text": ["ice", None, "d'été"][:n],
            "whole": pd.array([1, None, -(2**60)], dtype="Int64")[:n],
            "objects": pd.Series([np.int64(7), None, 9], dtype=object)[:n],
            "number": [1.5, np.nan, -0.25][:n],
            "yes": pd.array([True, None, False], dtype="boolean")[:n],
            "day": pd.Series([date(2016, 10, 14), None, date(2024, 2, 29)], dtype=object)[:n],
            "moment": pd.to_datetime(["2024-01-01T12:00:00Z", None, "2016-10-14T23:59:59Z"], utc=True)[:n],
            "listed": [[1, 2], None, {"a": "b"}][:n],
            "bytes": pd.Series([b"ab", None, b"\x00"], dtype=object)[:n],
            "nothing": pd.Series([None, None, None], dtype=object)[:n],
        }
    )


@pytest.mark.parametrize("spatial", [False, True])
def test_filled_rows_are_those_that_qgis_writes(fill, path, fresh, save, spatial):
    table = varied()
    if spatial:
        table = gpd.GeoDataFrame(table, geometry=shapely.points([(1, 2), (-3.5, 4), (0, 0)]), crs="EPSG:3413")
    assert fill(table) == 3
    mine, theirs = fresh(path), save(table)
    assert mine.fields().names() == theirs.fields().names()
    assert [field.typeName() for field in mine.fields()] == [field.typeName() for field in theirs.fields()]
    assert mine.crs() == theirs.crs()
    for ours, other in zip(mine.getFeatures(), theirs.getFeatures()):
        assert [plain(value) for value in ours.attributes()] == [plain(value) for value in other.attributes()]
        assert ours.geometry().asWkt() == other.geometry().asWkt()
    assert mine.featureCount() == 3


def plain(value):
    return value.toString("yyyy-MM-dd HH:mm:ss") if hasattr(value, "toString") else value


def test_tables_follow_each_other_and_empty_ones_do_not_matter(fill, path, fresh):
    assert fill(scattered(0), scattered(3), scattered(0), scattered(2, seed=1)) == 5
    features = list(fresh(path).getFeatures())
    assert [feature["number"] for feature in features] == [0, 1, 2, 0, 1]
    assert [feature.id() for feature in features] == [1, 2, 3, 4, 5]


def test_a_file_without_a_row_is_a_whole_layer(fill, path, fresh):
    assert fill(scattered(0)) == 0
    layer = fresh(path)
    assert (layer.featureCount(), layer.wkbType()) == (0, layers.WkbType.Point)
    assert checked(path)


@pytest.mark.parametrize("sizes", [[1], [2, 1], [51], [52], [51, 51, 51], [3000], [2700, 10], [40_000, 30_000, 7]])
def test_the_index_is_sound_and_finds_what_lies_in_a_box(fill, path, fresh, sizes):
    parts = [scattered(size, seed) for seed, size in enumerate(sizes)]
    fill(*parts)
    assert checked(path)
    layer = fresh(path)
    assert layer.dataProvider().hasSpatialIndex() == layer.dataProvider().SpatialIndexPresent
    together = pd.concat(parts, ignore_index=True)
    xy = shapely.get_coordinates(together.geometry.to_numpy())
    assert layer.featureCount() == len(xy)
    extent = layer.extent()
    np.testing.assert_allclose(
        [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        [*xy.min(axis=0), *xy.max(axis=0)],
        rtol=1e-6,
    )
    for low, high in ((-1e5, 1e5), (2e5, 9e5), (-5e6, 5e6)):
        found = {f.id() for f in layer.getFeatures(QgsFeatureRequest(QgsRectangle(low, low, high, high)))}
        assert found == set((np.flatnonzero(((xy >= low) & (xy <= high)).all(axis=1)) + 1).tolist())


def checked(path):
    """Whether SQLite finds neither the file nor its index at fault."""
    with sqlite3.connect(path) as connection:
        ((table, column),) = connection.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall()
        tree = connection.execute("SELECT rtreecheck(?)", [f"rtree_{table}_{column}"]).fetchone()
        whole = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    return tree == whole == ("ok",)


def test_a_filled_layer_can_be_edited_and_its_index_follows(fill, path, fresh):
    fill(scattered(500))
    layer = fresh(path)
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(9e6, 9e6)))
    feature["number"] = 777
    assert layer.startEditing()
    assert layer.addFeature(feature)
    assert layer.deleteFeatures(list(range(1, 400)))
    assert layer.commitChanges()
    corner = QgsFeatureRequest(QgsRectangle(8e6, 8e6, 1e7, 1e7))
    assert [f["number"] for f in layer.getFeatures(corner)] == [777]
    assert layer.featureCount() == 102
    del layer
    assert checked(path)


def test_what_is_no_plain_file_is_left_to_qgis(tmp_path):
    file = tmp_path / "x.gpkg"
    file.touch()
    assert filling.can_fill(str(file))
    for destination in ("memory:x", str(tmp_path / "x.fgb"), str(tmp_path / "none.gpkg"), "ogr:dbname='x.gpkg'"):
        assert not filling.can_fill(destination)


def test_filling_stops_when_it_is_asked_to(fill, monkeypatch):
    monkeypatch.setattr(filling, "_BATCH", 10)
    looks = []

    def check():
        looks.append(1)
        if len(looks) > 2:
            raise CancelledError

    with pytest.raises(CancelledError):
        fill(scattered(100), check=check)
    assert len(looks) == 3


def test_a_file_that_cannot_be_written_is_said_with_the_reason(context, path):
    table = scattered(1)
    sink, _ = QgsProcessingUtils.createFeatureSink(
        path, context, layers.fields_of(table), layers.wkb_type_of(table), layers.crs_of(table)
    )
    del sink
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(FillingError, match="database is locked"):
        filling.fill(path, Path(path).stem, iter([table]), None, lambda: None)
    other.close()


def test_where_qgis_could_add_no_table_that_is_said(fill, path):
    fill(scattered(1))
    with pytest.raises(FillingError, match=r"^no table can be added to it$"):
        filling.fill(path, "another", iter([scattered(1)]), None, lambda: None)


def test_no_box_of_the_index_is_smaller_than_what_is_in_it(fill, path):
    table = scattered(5_000, seed=3)
    fill(table)
    with sqlite3.connect(path) as connection:
        ((name,),) = connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'").fetchall()
        name = name.replace('"', '""')
        found = connection.execute(
            f'SELECT id, minx, miny, maxx, maxy FROM "{name}" ORDER BY id'  # noqa: S608 (the test's own name)
        ).fetchall()
    connection.close()
    boxes, xy = np.array(found)[:, 1:], shapely.get_coordinates(table.geometry.to_numpy())
    assert (boxes[:, :2] <= xy).all()
    assert (boxes[:, 2:] >= xy).all()
    assert np.abs(boxes[:, :2] - xy).max() < 1.0


def test_lines_and_polygons_are_found_by_their_boxes(fill, path, fresh):
    random = np.random.default_rng(5)
    xy = random.normal(0, 1e6, (3_000, 1, 2)) + random.normal(0, 1e3, (3_000, 4, 2))
    table = gpd.GeoDataFrame({"number": np.arange(3_000)}, geometry=shapely.linestrings(xy), crs="EPSG:3031")
    table.loc[7, "geometry"] = None
    table.loc[8, "geometry"] = shapely.LineString()
    fill(table.iloc[:1_000], table.iloc[1_000:])
    assert checked(path)
    layer = fresh(path)
    low, high = xy.min(axis=1), xy.max(axis=1)
    wanted = ((high >= -1e5) & (low <= 1e5)).all(axis=1)
    wanted[[7, 8]] = False
    found = {f["number"] for f in layer.getFeatures(
        QgsFeatureRequest(QgsRectangle(-1e5, -1e5, 1e5, 1e5)).setFlags(QgsFeatureRequest.NoFlags))}  # fmt: skip
    assert found == set(np.flatnonzero(wanted).tolist())
