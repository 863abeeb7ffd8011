"""The short ways through a GeoPackage's file give what QGIS gives, feature by feature."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime, timezone
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from qgis.core import (
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)

from depth import drawn
from xopr_crossovers.plugin.bridge import direct_reading, filling, layers
from xopr_crossovers.plugin.bridge.attributes import kind_of
from xopr_crossovers.plugin.compat import FIELD_TYPES

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
# Milliseconds are read otherwise, and not written, by QGIS 3.22; see below.
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9998, 12, 30)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=timezone.utc)
)
NUMBERS = st.floats(-1e6, 1e6)
COLUMNS = {
    "whole": (st.integers(-(2**63), 2**63 - 1), "Int64"),
    "number": (st.floats(allow_nan=False, allow_infinity=True), float),
    "yes": (st.booleans(), "boolean"),
    "text ü": (TEXTS, object),
    "day": (st.dates(date(1, 1, 2)), object),
    "moment": (MOMENTS, object),
    "bytes": (st.binary(min_size=1, max_size=5), object),
    "listed": (st.lists(st.integers(), max_size=3), object),
    "nothing": (st.none(), object),
}


def shapes(point):
    def line(n):
        return st.lists(point, min_size=n, max_size=n + 3)

    ring = line(3).filter(lambda xy: len(set(xy)) >= 3)
    single = {
        "points": point.map(shapely.Point),
        "lines": line(2).map(shapely.LineString),
        "polygons": ring.map(shapely.Polygon),
    }
    many = {"points": shapely.MultiPoint, "lines": shapely.MultiLineString, "polygons": shapely.MultiPolygon}
    empty = {"points": shapely.Point(), "lines": shapely.LineString(), "polygons": shapely.Polygon()}
    return {
        kind: st.one_of(one, st.lists(one, min_size=1, max_size=2).map(many[kind]), st.none(), st.just(empty[kind]))
        for kind, one in single.items()
    }


FLAT, HIGH = shapes(st.tuples(NUMBERS, NUMBERS)), shapes(st.tuples(NUMBERS, NUMBERS, NUMBERS))


@st.composite
def tables(draw):
    n_rows = draw(st.integers(0, 4))
    names = draw(st.lists(st.sampled_from(list(COLUMNS)), unique=True, min_size=1))
    data = {}
    for name in names:
        values, dtype = COLUMNS[name]
        drawn = draw(st.lists(st.one_of(values, st.none()), min_size=n_rows, max_size=n_rows))
        if name == "number":
            drawn = [np.nan if value is None else value for value in drawn]
        data[name] = pd.Series(drawn, dtype=dtype)
    kind = draw(st.sampled_from([None, *FLAT]))
    if kind is None:
        return pd.DataFrame(data)
    drawn = draw(st.lists(draw(st.sampled_from([FLAT, HIGH]))[kind], min_size=n_rows, max_size=n_rows))
    crs = draw(st.sampled_from(["EPSG:3031", "EPSG:4326"]))
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(drawn, crs=crs, dtype="geometry"))


@pytest.fixture
def file(tmp_path, context):
    """Have QGIS make a GeoPackage for a table, and fill it by QGIS or by ourselves."""

    def make(table, is_filled, check=lambda: None):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.gpkg"
        shape = layers.shape_of(table, None, "Point")
        sink, _ = QgsProcessingUtils.createFeatureSink(str(path), context, *shape)
        if is_filled:
            del sink
            filling.fill(str(path), path.stem, iter([table]), None, check)
        else:
            layers.write(table, sink, QgsProcessingFeedback(False))
            del sink
        return path

    return make


def opened(path):
    layer = QgsVectorLayer(str(path), "layer", "ogr")
    assert layer.isValid()
    return layer


def by_features(layer):
    is_spatial = layer.isSpatial()
    if is_spatial:
        return layers.source_to_geodataframe(layer)
    return layers.source_to_table(layer, "it")


def assert_same(one, other):
    assert list(one.columns) == list(other.columns)
    assert one.dtypes.tolist() == other.dtypes.tolist()
    if isinstance(one, gpd.GeoDataFrame):
        assert one.crs == other.crs
        assert [g and g.wkb_hex for g in one.geometry] == [g and g.wkb_hex for g in other.geometry]
        one, other = pd.DataFrame(one.drop(columns="geometry")), pd.DataFrame(other.drop(columns="geometry"))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def alike(value):
    """GDAL writes times without a zone or without milliseconds, and QGIS an empty geometry for a missing one."""
    if isinstance(value, str):
        return value.removesuffix("Z").removesuffix(".000")
    is_empty = isinstance(value, bytes) and value[:2] == b"GP" and value[3] & 16
    return None if is_empty else value


def stored(path):
    """What is in the table and in its index, but for the names of the files."""
    with closing(sqlite3.connect(path)) as sql:
        ((name, *contents),) = sql.execute(
            "SELECT table_name, data_type, min_x, min_y, max_x, max_y, srs_id FROM gpkg_contents"
        ).fetchall()
        rows = sql.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 (the test's own name)
        found = [
            contents,
            [[alike(value) for value in row] for row in rows],
            sql.execute("SELECT ifnull(feature_count, 0) FROM gpkg_ogr_contents").fetchall(),
        ]
        for (index,) in sql.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'").fetchall():
            assert sql.execute("SELECT rtreecheck(?)", [index]).fetchone() == ("ok",)
            found.append(sql.execute(f'SELECT id FROM "{index}" ORDER BY id').fetchall())  # noqa: S608
    return found


@drawn(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables())
def test_both_ways_of_writing_and_of_reading_give_the_same(file, table):
    ours = file(table, is_filled=True)
    layer = opened(ours)
    expected = by_features(layer)
    assert direct_reading.read(layer, lambda: None) is not None
    assert_same(layers.source_to_table(layer, "it", layer=layer), expected)
    theirs = file(table, is_filled=False)
    layer = opened(theirs)
    assert_same(by_features(layer), expected)
    assert_same(layers.source_to_table(layer, "it", layer=layer), expected)
    ours, theirs = stored(ours), stored(theirs)
    assert ours[1:] == theirs[1:]
    if len(table) and all(value is not None for value in theirs[0][1:5]):
        np.testing.assert_allclose(ours[0][1:5], theirs[0][1:5], rtol=1e-6, atol=1e-6)


def test_milliseconds_are_read_as_they_were_written(file):
    moments = pd.to_datetime(np.arange(0, 60_000, 7), unit="ms", utc=True) + pd.Timedelta("19000D")
    layer = opened(file(pd.DataFrame({"moment": moments}), is_filled=True))
    read = layers.source_to_table(layer, "it", layer=layer)
    assert (read["moment"] == moments).all()
    # GDAL has seconds in single precision, and QGIS 3.22 cuts off what is below a millisecond.
    assert ((by_features(layer)["moment"] - moments).abs() <= pd.Timedelta("1ms")).all()


TABLE = gpd.GeoDataFrame(
    {"a": [1, 2], "t": ["x", None], "moment": pd.to_datetime(["2024-02-29T23:59:59.999Z", None])},
    geometry=[shapely.LineString([(0, 0), (1, 1)]), None],
    crs="EPSG:3031",
)


def changed(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        name = Path(path).stem
        for (trigger,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [name]):
            sql.execute(f'DROP TRIGGER "{trigger}"')
        for one in statements:
            sql.execute(one.replace("TABLE", f'"{name}"'))


ODD = {
    "text in a column of numbers": "UPDATE TABLE SET a = 'three' WHERE fid = 1",
    "a time of another zone": "UPDATE TABLE SET moment = '2024-02-29T23:59:59+02:00' WHERE fid = 1",
    "a day that is none": "UPDATE TABLE SET moment = '2024-02-30T23:59:59.000Z' WHERE fid = 1",
    "a text with NUL": "UPDATE TABLE SET t = 'x' || char(0) || 'y' WHERE fid = 1",
    "points among lines": (
        "UPDATE TABLE SET geom = x'47500001D70B0000010100000000000000000000000000000000000000' WHERE fid = 1"
    ),
    "a geometry that is none": "UPDATE TABLE SET geom = x'00' WHERE fid = 1",
}


@pytest.mark.parametrize("why", list(ODD))
def test_what_is_not_as_a_geopackage_has_it_is_left_to_qgis(file, why):
    path = file(TABLE, is_filled=False)
    changed(path, ODD[why])
    layer = opened(path)
    assert direct_reading.read(layer, lambda: None) is None
    assert_same(layers.source_to_table(layer, "it", layer=layer), by_features(opened(path)))


def filtered(layer):
    layer.setSubsetString('"a" = 2')


def edited(layer):
    assert layer.startEditing()
    assert layer.changeAttributeValue(1, layer.fields().indexFromName("a"), 77)


def widened(layer):
    layer.addExpressionField('"a" * 2', QgsField("twice", FIELD_TYPES["int"]))


def joined(layer):
    plain = QgsVectorLayer("NoGeometry?field=key:integer&field=word:string", "plain", "memory")
    feature = QgsFeature(plain.fields())
    feature.setAttributes([1, "one"])
    plain.dataProvider().addFeatures([feature], QgsFeatureSink.Flag.FastInsert)
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(plain)
    join.setJoinFieldName("key")
    join.setTargetFieldName("a")
    layer.addJoin(join)
    layer.kept_alive = plain


@pytest.mark.parametrize("change", [filtered, edited, widened, joined])
def test_a_layer_that_is_not_its_table_is_read_as_qgis_shows_it(file, change):
    layer = opened(file(TABLE, is_filled=True))
    change(layer)
    assert direct_reading.read(layer, lambda: None) is None
    assert_same(layers.source_to_table(layer, "it", layer=layer), by_features(layer))
    layer.rollBack()


def test_aliases_do_not_change_what_columns_are_called(file):
    layer = opened(file(TABLE, is_filled=True))
    layer.setFieldAlias(1, "A name for people")
    assert list(layers.source_to_table(layer, "it", layer=layer).columns) == ["fid", "a", "t", "moment", "geometry"]


def test_the_key_and_the_geometry_may_be_called_otherwise(tmp_path):
    path = tmp_path / "named.gpkg"
    TABLE.to_file(path, engine="pyogrio", layer_options={"FID": "number", "GEOMETRY_NAME": "the line"})
    layer = opened(path)
    assert direct_reading.read(layer, lambda: None) is not None
    assert_same(layers.source_to_table(layer, "it", layer=layer), by_features(layer))


def test_a_view_is_left_to_qgis(file):
    path = file(TABLE, is_filled=True)
    changed(path, "CREATE VIEW seen AS SELECT * FROM TABLE", "INSERT INTO gpkg_contents (table_name, data_type, "
            "identifier) VALUES ('seen', 'attributes', 'seen')")  # fmt: skip
    layer = opened(f"{path}|layername=seen")
    assert direct_reading.read(layer, lambda: None) is None


@pytest.mark.parametrize(
    ("value", "kind"),
    [(True, "bool"), (np.int64(3), "int"), (1.5, "float"), (date(2024, 2, 29), "date"), (b"x", "bytes"), ("x", "text"),
     ([1], "text"), (pd.Timestamp("2024-02-29"), "datetime")],
)  # fmt: skip
@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_what_is_missing_does_not_change_what_a_column_holds(value, kind, missing):
    assert kind_of(pd.Series([value, missing, value], dtype=object)) == kind
    assert kind_of(pd.Series([missing, value], dtype=object)) == kind
