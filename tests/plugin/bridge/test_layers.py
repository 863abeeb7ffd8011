"""The bridge between layers and GeoDataFrames."""

from __future__ import annotations

import json
import time
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsVectorLayer,
)

from depth import drawn
from makers import Log
from xopr_crossovers.core.common.errors import CancelledError, InputError
from xopr_crossovers.plugin.bridge import layers
from xopr_crossovers.plugin.bridge.attributes import times_of
from xopr_crossovers.plugin.bridge.layers import source_to_geodataframe

WHERES = pytest.mark.parametrize("where", ["gpkg", "memory"])


def lines(*geometries, crs="EPSG:3031", **columns):
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(list(geometries), crs=crs))


LINE = shapely.LineString([(0, 0), (1, 1)])


def read(layer):
    return source_to_geodataframe(layer).drop(columns="fid", errors="ignore")


@WHERES
def test_values_come_back_as_they_were(save, where):
    table = lines(
        *[LINE] * 3,
        **{
            "opr:segment": np.array([1, -2, 3], dtype=np.int64),
            "cell": [-5121133244211331412, 2**63 - 1, -(2**63)],
            "length": [1.5, -0.1, 1e300],
            "crosses": [True, False, True],
            "id": ["Data_1", "Ünïcode 'quoted' \"too\"", ""],
            "start": pd.to_datetime(["2024-01-06T23:59:59Z", "1993-06-30T00:00:00Z", "2030-12-31T12:00:00Z"]),
            "flown": [date(1993, 6, 30), date(2024, 2, 29), date(1969, 12, 31)],
        },
    )
    back = read(save(table, where))
    assert list(back.columns) == list(table.columns)
    for column in table.columns.drop("geometry"):
        assert back[column].tolist() == table[column].tolist(), column
    assert back["opr:segment"].dtype == np.int64
    assert back["crosses"].dtype == bool
    assert str(back["start"].dt.tz) == "UTC"


@pytest.fixture(params=["UTC", "Pacific/Auckland", "America/Anchorage"])
def clock(request, monkeypatch):
    """The time zone of the machine."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@WHERES
def test_times_are_utc_whatever_the_time_zone_of_the_machine(save, where, clock):
    # The second one does not exist on Auckland's clocks, and the third comes twice.
    moments = ["2024-01-06T23:30:00Z", "2024-09-29T02:30:00Z", "2024-04-07T02:30:00Z"]
    table = lines(*[LINE] * 3, start=pd.to_datetime(moments))
    assert read(save(table, where))["start"].tolist() == [pd.Timestamp(moment) for moment in moments]


@WHERES
def test_a_missing_value_is_null_and_comes_back_missing(save, where):
    table = lines(
        *[LINE] * 2,
        whole=pd.array([1, None], dtype="Int64"),
        number=[1.5, np.nan],
        yes=pd.array([True, None], dtype="boolean"),
        text=["a", None],
        string=pd.array(["a", None], dtype="string"),
        time=pd.to_datetime(["2024-01-06T00:00:00Z", None]),
        day=[date(2024, 1, 6), None],
        cells=[[1, 2], None],
    )
    layer = save(table, where)
    first, second = layer.getFeatures()
    columns = table.columns.drop("geometry")
    assert not any(_is_null(first[column]) for column in columns)
    assert all(_is_null(second[column]) for column in columns)
    assert read(layer)[columns].isna().to_numpy().tolist() == [[False] * len(columns), [True] * len(columns)]


def _is_null(value):
    return value is None or (hasattr(value, "isNull") and value.isNull())


@WHERES
def test_a_column_of_missing_values_keeps_its_type(save, where):
    table = lines(
        LINE,
        whole=pd.array([None], dtype="Int64"),
        number=[np.nan],
        time=pd.to_datetime([None], utc=True),
        text=[None],
    )
    back = read(save(table, where))
    assert pd.api.types.is_integer_dtype(back["whole"])
    assert pd.api.types.is_float_dtype(back["number"])
    assert pd.api.types.is_datetime64_any_dtype(back["time"])


def test_lists_and_dicts_become_json_text(save):
    cells = [np.array([-511412222, -511412223]), [-5121133244211331412]]
    links = [[{"granule_id": "ATL06", "s3_url": None}], []]
    back = read(save(lines(LINE, LINE, **{"opr:mbox": cells, "atl06_granules": links})))
    assert [json.loads(text) for text in back["opr:mbox"]] == [[-511412222, -511412223], [-5121133244211331412]]
    assert [json.loads(text) for text in back["atl06_granules"]] == links


def test_a_whole_number_beyond_64_bits_becomes_text(save):
    words = np.array([12757146377205579794, 1], dtype=np.uint64)
    assert read(save(lines(LINE, LINE, word=words)))["word"].tolist() == ["12757146377205579794", "1"]


@pytest.mark.parametrize(
    ("geometry", "kind"),
    [
        (shapely.Point(1, 2), "Point"),
        (LINE, "LineString"),
        (shapely.MultiLineString([LINE, shapely.affinity.translate(LINE, 5)]), "MultiLineString"),
        (shapely.box(0, 0, 1, 1), "Polygon"),
        (shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]), "MultiPolygon"),
        (shapely.LineString([(0, 0, 5), (1, 1, 6)]), "LineStringZ"),
    ],
)
@WHERES
def test_geometries_come_back_as_they_were(save, where, geometry, kind):
    layer = save(lines(geometry, None), where)
    assert layer.wkbType() == getattr(layers.WkbType, kind)
    back = source_to_geodataframe(layer).geometry
    assert shapely.equals_exact(back[0], geometry)
    assert shapely.get_coordinates(back[0], include_z=True).tolist() == pytest.approx(
        shapely.get_coordinates(geometry, include_z=True), nan_ok=True
    )
    assert back[1] is None


def test_single_and_multi_geometries_together_make_a_multi_layer(save):
    both = shapely.MultiLineString([LINE, shapely.affinity.translate(LINE, 5)])
    layer = save(lines(LINE, both))
    assert layer.wkbType() == layers.WkbType.MultiLineString
    assert source_to_geodataframe(layer).geometry.tolist() == [shapely.MultiLineString([LINE]), both]


def test_lines_and_polygons_together_are_refused():
    with pytest.raises(InputError, match="different kinds"):
        layers.wkb_type_of(lines(LINE, shapely.box(0, 0, 1, 1)))


def test_a_line_over_the_antimeridian_is_not_touched(save):
    line = shapely.LineString([(179.5, -75.1), (-179.75, -75.2), (-179, -75.3)])
    back = source_to_geodataframe(save(lines(line, crs="EPSG:4326")))
    assert back.geometry[0].coords[:] == line.coords[:]


def test_a_ring_that_is_not_valid_in_the_plane_is_not_touched(save):
    ring = shapely.Polygon([(179, -70), (-179, -70), (179, -80), (-179, -80)])
    assert not ring.is_valid
    assert source_to_geodataframe(save(lines(ring, crs="EPSG:4326"))).geometry[0].equals_exact(ring, 0)


@pytest.mark.parametrize("crs", ["EPSG:3031", "EPSG:3413", "EPSG:4326"])
@WHERES
def test_the_crs_comes_back(save, where, crs):
    layer = save(lines(LINE, crs=crs), where)
    assert layer.crs().authid() == crs
    assert source_to_geodataframe(layer).crs == crs


def test_a_crs_without_a_number_comes_back(save):
    crs = "+proj=stere +lat_0=-90 +lat_ts=-75 +lon_0=15 +datum=WGS84"
    layer = save(lines(LINE, crs=crs), "memory")
    assert layer.crs().isValid()
    operation = source_to_geodataframe(layer).crs.coordinate_operation
    assert -75 in [parameter.value for parameter in operation.params]


def test_a_layer_without_a_crs_has_none():
    layer = QgsVectorLayer("Point", "nowhere", "memory")
    layer.setCrs(QgsCoordinateReferenceSystem())
    assert source_to_geodataframe(layer).crs is None


@WHERES
def test_a_table_without_geometry_has_none_as_a_layer(save, where):
    layer = save(pd.DataFrame({"granule_id": ["a", "b"], "rgt": [1, 2]}), where)
    assert not layer.isSpatial()
    assert [feature["rgt"] for feature in layer.getFeatures()] == [1, 2]
    assert source_to_geodataframe(layer).geometry.isna().all()


def test_an_empty_table_keeps_its_columns_and_the_geometry_type_that_is_asked_for(save):
    empty = lines(LINE, granule_id=["a"], rgt=[1], start=pd.to_datetime(["2024-01-06T00:00:00Z"])).iloc[:0]
    layer = save(empty, empty="Polygon")
    assert layer.wkbType() == layers.WkbType.Polygon
    back = read(layer)
    assert list(back.columns) == ["granule_id", "rgt", "start", "geometry"]
    assert pd.api.types.is_integer_dtype(back["rgt"])
    assert pd.api.types.is_datetime64_any_dtype(back["start"])


def test_a_table_is_written_in_batches_without_losing_a_row(save, monkeypatch):
    monkeypatch.setattr(layers, "BATCH", 7)
    back = read(save(lines(*[LINE] * 50, number=range(50))))
    assert back["number"].tolist() == list(range(50))


def test_cancelling_stops_reading_and_writing(feedback, context):
    table = lines(LINE, number=[1])
    layer = QgsVectorLayer("LineString?field=number:integer", "one", "memory")
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromWkt("LINESTRING(0 0, 1 1)"))
    layer.dataProvider().addFeatures([feature])
    sink, _ = QgsProcessingUtils.createFeatureSink(
        "memory:", context, layers.fields_of(table), layers.wkb_type_of(table), layers.crs_of(table)
    )
    feedback.cancel()
    with pytest.raises(CancelledError):
        source_to_geodataframe(layer, feedback)
    with pytest.raises(CancelledError):
        layers.write(table, sink, feedback)


def test_a_moment_of_a_year_that_pandas_does_not_reach_stays_as_it_is():
    moments = times_of(np.array(["400000-01-31T12:00:00", "NaT"], dtype="datetime64[ms]"))
    assert moments.dt.year.tolist()[0] == 400_000
    assert moments.isna().tolist() == [False, True]


@WHERES
def test_a_field_called_geometry_stays_beside_the_shapes_and_that_is_said(save, where):
    table = lines(LINE, geometry_2=["hers"]).rename_geometry("shape").assign(geometry=["mine"], last=[1])
    log = Log()
    layer = save(table, where)
    found = layers.source_to_table(layer, "FRAMES", log, layer)
    assert found.geometry.tolist() == [LINE]
    assert [found[name].iloc[0] for name in ("geometry_2", "geometry_3", "last")] == ["hers", "mine", 1]
    assert [line for line in log.infos if "FRAMES" in line and "'geometry_3'" in line] == log.infos


def test_a_geometry_that_cannot_be_read_is_one_sentence(save):
    layer = QgsVectorLayer("LineString?crs=EPSG:3031", "x", "memory")
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromWkt("LineString (1 1)"))
    layer.dataProvider().addFeature(feature)
    with pytest.raises(InputError, match=r"^A geometry cannot be read \(.*\); mend the layer first.*\.$"):
        source_to_geodataframe(layer)


def test_a_file_that_is_no_layer_is_named_in_the_error(tmp_path):
    (tmp_path / "text.gpkg").write_text("no GeoPackage")
    with pytest.raises(InputError, match=r"cannot open .*text\.gpkg"):
        layers.open_vector(str(tmp_path / "text.gpkg"))


@drawn(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    whole=st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=3, max_size=3),
    number=st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3),
    text=st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=3, max_size=3),
    moment=st.lists(
        st.none() | st.datetimes(pd.Timestamp(1990, 1, 1), pd.Timestamp(2100, 1, 1)), min_size=3, max_size=3
    ),
    xy=st.lists(st.tuples(*[st.floats(-1e7, 1e7)] * 2), min_size=3, max_size=3),
)
def test_any_values_come_back(qgis_app, whole, number, text, moment, xy):
    table = gpd.GeoDataFrame(
        {
            "opr:whole": pd.array(whole, dtype="Int64"),
            "number": pd.array(number, dtype="Float64"),
            "text": pd.Series(text, dtype=object),
            "time": pd.Series(pd.to_datetime(moment, utc=True)).dt.floor("ms"),
        },
        geometry=gpd.points_from_xy(*zip(*xy), crs="EPSG:3031"),
    )
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    sink, name = QgsProcessingUtils.createFeatureSink(
        "memory:", context, layers.fields_of(table), layers.wkb_type_of(table), layers.crs_of(table)
    )
    layers.write(table, sink, feedback)
    back = source_to_geodataframe(context.getMapLayer(name))
    assert shapely.get_coordinates(back.geometry).tolist() == [list(point) for point in xy]
    for column in ("opr:whole", "number", "text", "time"):
        assert _plain(back[column]) == _plain(table[column])


def _plain(column):
    return [None if pd.isna(value) else value for value in column.tolist()]
