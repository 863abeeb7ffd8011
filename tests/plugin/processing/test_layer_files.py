"""What may be given where a layer is asked for: files that QGIS opens or does not, curves, tables, any CRS."""

from __future__ import annotations

import json
import sqlite3

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProcessingFeatureSourceDefinition,
    QgsProperty,
    QgsVectorLayer,
    QgsWkbTypes,
)

from xopr_crossovers.plugin.bridge.layers import source_to_geodataframe

ON_FIRST = shapely.Point(-104, -75.2)
FIRST = "Data_20200101_01_001"


@pytest.fixture
def files(tmp_path, frames_table, granules_table):
    """The same frames, granules and points as GeoParquet and as GeoPackage."""
    points = gpd.GeoDataFrame({"name": ["a"]}, geometry=[ON_FIRST], crs="EPSG:4326")
    for name, table in {"frames": frames_table, "granules": granules_table, "points": points}.items():
        table.to_parquet(tmp_path / f"{name}.parquet")
        cells = {"opr:mbox": table["opr:mbox"].map(json.dumps)} if "opr:mbox" in table else {}
        table.assign(**cells).to_file(tmp_path / f"{name}.gpkg")
    return tmp_path


@pytest.fixture
def subset(run, context):
    def ids(frames, points, **parameters):
        results = run("subsetbypoints", FRAMES=frames, POINTS=points, SUBSET="memory:", **parameters)
        return [feature["id"] for feature in context.getMapLayer(results["SUBSET"]).getFeatures()]

    return ids


def lonely(value):
    """The value as the toolbox gives a layer of which only the selected features are wanted."""
    return QgsProcessingFeatureSourceDefinition(value, False)


@pytest.mark.parametrize("wrap", [str, lonely, lambda value: QgsProperty.fromExpression(f"'{value}'")])
@pytest.mark.parametrize("ending", ["parquet", "gpkg"])
def test_geoparquet_is_read_where_a_layer_is_asked_for_as_a_geopackage_is(subset, files, ending, wrap):
    assert subset(wrap(f"{files}/frames.{ending}"), wrap(f"{files}/points.{ending}")) == [FIRST]


@pytest.mark.parametrize("written", ['"{}"', "file://{}", " {} ", "~/frames.gpkg", "{}|layername=frames"])
def test_the_path_of_a_layer_may_be_written_as_it_is_copied(subset, files, monkeypatch, written):
    monkeypatch.setenv("HOME", str(files))
    assert subset(written.format(files / "frames.gpkg"), f"{files}/points.gpkg") == [FIRST]


def test_geoparquet_and_geopackage_give_the_same_matches(run, context, files):
    found = []
    for ending in ("parquet", "gpkg"):
        given = {name: f"{files}/{name.lower()}.{ending}" for name in ("FRAMES", "GRANULES")}
        results = run("matchgranules", **given, MATCHED_FRAMES="memory:", MATCHES="memory:")
        table = source_to_geodataframe(context.getMapLayer(results["MATCHES"]))
        found.append(table.drop(columns="geometry"))
    # Both strips cross the lines of the first two frames.
    assert len(found[0]) == 4
    pd.testing.assert_frame_equal(*found)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "name,LON,LAT\na,-104,-75.2\n"),
        ("a.csv", "\ufeffname;lon;lat\na;-104,0;-75,2\n"),
        ("a.tsv", "Longitude\tLatitude\n-104\t-75.2\n"),
        ("a.txt", "lon lat\n-104 -75.2\n"),
        ("a.csv", "name,WKT\na,POINT (-104 -75.2)\n"),
        ("a.csv", "name,geometry\na,POINT (-104 -75.2)\n"),
    ],
)
def test_a_table_of_points_is_read_and_it_is_said_how(subset, files, feedback, name, content):
    (files / name).write_text(content, encoding="utf-8")
    assert subset(f"{files}/frames.gpkg", f"{files}/{name}") == [FIRST]
    assert any(line.startswith("POINTS: read ") and line.endswith("as WGS 84.") for line in feedback.infos)


def test_a_table_without_geometry_in_a_geopackage_is_read_by_its_columns(subset, files):
    gpd.GeoDataFrame({"lon": [-104.0], "lat": [-75.2]}).pipe(pd.DataFrame).to_csv(files / "plain.csv", index=False)
    layer = QgsVectorLayer(f"{files}/plain.csv", "plain", "ogr")
    assert subset(f"{files}/frames.gpkg", layer) == [FIRST]


def test_a_table_without_columns_of_coordinates_is_told_what_to_do(failure, files):
    (files / "a.csv").write_text("name,height\na,3\n")
    said = failure("subsetbypoints", FRAMES=f"{files}/frames.gpkg", POINTS=f"{files}/a.csv", SUBSET="memory:")
    assert said.startswith("POINTS: a.csv has no geometry and no columns of coordinates; make points of it with")


CURVES = {
    "a line of lines": "MultiCurve ((-105 -75.2, -103 -75.2))",
    "a line of curves": "MultiCurve (CompoundCurve (CircularString (-105 -75.2, -104 -75.201, -103 -75.2)))",
    "a curve": "CompoundCurve ((-105 -75.2, -104 -75.2), (-104 -75.2, -103 -75.2))",
    "heights and measures": "MultiLineStringZM ((-105 -75.2 1 2, -103 -75.2 3 4))",
}


@pytest.mark.parametrize("wkt", CURVES.values(), ids=CURVES)
def test_curves_are_read_as_straight_pieces(subset, files, feedback, wkt):
    geometry = QgsGeometry.fromWkt(wkt)
    kind = QgsWkbTypes.displayString(geometry.wkbType())
    layer = QgsVectorLayer(f"{kind}?crs=EPSG:4326&field=id:string", "curves", "memory")
    feature = QgsFeature(layer.fields())
    feature.setAttributes(["a"])
    feature.setGeometry(geometry)
    assert layer.dataProvider().addFeatures([feature])[0]
    assert subset(layer, f"{files}/points.gpkg", RULE="distance", DISTANCE=2_000) == ["a"]


def test_triangles_and_curved_polygons_are_read_as_polygons_and_counted():
    from xopr_crossovers.plugin.bridge.curves import plain

    kinds = ["Triangle ((0 0, 1 0, 0 1, 0 0))", "MultiSurface (((0 0, 1 0, 0 1, 0 0)))"]
    kinds += ["CurvePolygonM (CompoundCurveM ((0 0 5, 1 0 5, 0 1 5, 0 0 5)))"]
    geometries, special = plain(list(map(QgsGeometry.fromWkt, kinds)))
    shapes = [shapely.from_wkb(geometry.asWkb().data()) for geometry in geometries]
    assert special == len(kinds)
    assert [shape.area for shape in shapes] == [0.5, 0.5, 0.5]
    assert all(shape.geom_type.endswith("Polygon") for shape in shapes)


@pytest.mark.parametrize(
    ("odd", "straight", "n_special"),
    [
        ("LineStringZ (0 0 7, 1 1 8)", "LineStringZ (0 0 7, 1 1 8)", 0),
        ("GeometryCollection (CompoundCurve ((0 0, 1 1)))", "GeometryCollection (LineString (0 0, 1 1))", 0),
        ("LineStringZM (0 0 7 2, 1 1 8 3)", "LineStringZ (0 0 7, 1 1 8)", 0),
        ("CompoundCurve ((0 0, 1 1))", "LineString (0 0, 1 1)", 1),
    ],
)
def test_lines_of_curves_and_measures_become_straight_lines_without(odd, straight, n_special):
    from xopr_crossovers.plugin.bridge.curves import plain

    usual = QgsGeometry.fromWkt("LineString (0 0, 2 2)")
    (first, second), special = plain([usual, QgsGeometry.fromWkt(odd)])
    assert first.asWkt() == usual.asWkt()
    assert second.asWkt().replace(" Z", "Z").replace("LineString Z", "LineStringZ") == straight
    assert special == n_special


@pytest.mark.parametrize(
    "wkt",
    [
        'ENGCRS["site",EDATUM["here"],CS[Cartesian,2],AXIS["x",east,ORDER[1],LENGTHUNIT["metre",1]],'
        'AXIS["y",north,ORDER[2],LENGTHUNIT["metre",1]]]',
        'GEOGCRS["Moon",DATUM["Moon",ELLIPSOID["Moon",1737400,0]],CS[ellipsoidal,2],'
        'AXIS["latitude",north,ORDER[1],ANGLEUNIT["degree",0.0174532925199433]],'
        'AXIS["longitude",east,ORDER[2],ANGLEUNIT["degree",0.0174532925199433]]]',
    ],
    ids=["engineering", "lunar"],
)
@pytest.mark.parametrize("name", ["FRAMES", "POINTS"])
def test_a_layer_in_a_crs_without_a_way_to_the_earth_is_refused_in_a_sentence(failure, project, files, wkt, name):
    given = {"FRAMES": f"{files}/frames.gpkg", "POINTS": f"{files}/points.gpkg"}
    layer = QgsVectorLayer(given[name], "elsewhere", "ogr")
    layer.setCrs(QgsCoordinateReferenceSystem.fromWkt(wkt))
    assert layer.crs().isValid()
    project.addMapLayer(layer)
    said = failure("subsetbypoints", **{**given, name: layer.id()}, SUBSET="memory:")
    assert f"{name}: from the coordinate reference system" in said
    assert "no way to longitude and latitude" in said


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("empty.gpkg", lambda path: path.touch(), "is empty; fetch or export it anew"),
        ("cut.parquet", lambda path: path.write_bytes(b"PAR1 and no more"), "cannot be read as GeoParquet"),
        ("x" * 300 + ".gpkg", lambda path: None, "the name is too long"),
        ("~nobody_of_this_name/a.gpkg", lambda path: None, "a user whom this computer does not know"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_why(refusal, failure, files, name, make, words):
    make(files / name)
    path = name if name.startswith("~") else f"{files}/{name}"
    given = {"FRAMES": path, "POINTS": f"{files}/points.gpkg", "SUBSET": "memory:"}
    message = refusal("subsetbypoints", **given) or failure("subsetbypoints", **given)
    assert words in message
    assert len(message) < 400


def test_a_layer_whose_database_another_program_has_locked_is_refused_soon(refusal, files):
    with sqlite3.connect(files / "frames.gpkg", isolation_level=None) as database:
        database.execute("BEGIN EXCLUSIVE")
        message = refusal(
            "subsetbypoints", FRAMES=f"{files}/frames.gpkg", POINTS=f"{files}/points.gpkg", SUBSET="memory:"
        )
        database.execute("ROLLBACK")
    assert "frames.gpkg cannot be read (another program has locked it); close it in the other program" in message


def test_merged_layers_count_once_in_every_algorithm_that_takes_them(run, save, frames_table, granules_table, context):
    twice = [save(pd.concat([table, table.to_crs(3031).to_crs(4326)])) for table in (frames_table, granules_table)]
    once = [save(table) for table in (frames_table, granules_table)]
    counts = []
    for frames_layer, granules_layer in (once, twice):
        given = {"FRAMES": frames_layer, "GRANULES": granules_layer}
        matched = run("matchgranules", **given, MATCHED_FRAMES="memory:", MATCHES="memory:")
        crossed = run("crossoverpoints", **given, CROSSOVERS="memory:")
        compared = run("comparemethods", **given, COMPARISON="memory:", FRAMES_COMPARED="memory:")
        counts.append((matched["N_MATCHES"], crossed["N_CROSSOVERS"], compared))
    assert counts[0][:2] == counts[1][:2]
    assert counts[0][0] == 4
    numbers = [{key: value for key, value in c[2].items() if key.startswith("N_")} for c in counts]
    assert numbers[0] == numbers[1]
