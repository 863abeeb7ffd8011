"""What goes into the algorithms: layers, selections, projections, expressions, and what they refuse."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from qgis.core import (
    NULL,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProperty,
)

from xopr_crossovers.plugin.bridge.layers import source_to_geodataframe
from xopr_crossovers.plugin.processing import Run

# One point in a cell of each of the first two frames.
FIRST, SECOND = shapely.Point(-104, -75.2), shapely.Point(-104, -75.85)


@pytest.fixture
def frames(save, frames_table):
    return save(frames_table)


@pytest.fixture
def subset(run, frames, context):
    """Ids of the frames that a point layer leaves."""

    def ids(points, **parameters):
        results = run("subsetbypoints", FRAMES=frames, POINTS=points, SUBSET="memory:", **parameters)
        layer = context.getMapLayer(results["SUBSET"])
        assert layer.featureCount() == results["N_FRAMES"]
        return [feature["id"] for feature in layer.getFeatures()]

    return ids


def points(*geometries, crs="EPSG:4326"):
    return gpd.GeoDataFrame({"name": [str(n) for n in range(len(geometries))]}, geometry=list(geometries), crs=crs)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3031", "EPSG:3857"])
def test_points_may_be_in_any_projection(subset, save, crs):
    assert subset(save(points(FIRST).to_crs(crs))) == ["Data_20200101_01_001"]


def test_multipoints_work_as_points_do(subset, save):
    both = shapely.MultiPoint([FIRST, SECOND])
    assert subset(save(points(both))) == ["Data_20200101_01_001", "Data_20200101_01_002"]


def test_of_a_layer_only_the_selected_features_count_where_that_is_asked_for(subset, save, project):
    layer = save(points(FIRST, SECOND))
    project.addMapLayer(layer)
    layer.selectByExpression("name = '1'")
    assert subset(QgsProcessingFeatureSourceDefinition(layer.id(), True)) == ["Data_20200101_01_002"]


NEAR = points(shapely.Point(-104, -75.25))


def test_a_frame_within_the_distance_on_the_ground_is_kept(subset, save):
    # 0.05 degrees of latitude are 5.6 km; the great circle between the frame's ends bulges poleward by 0.6 km or so.
    assert subset(save(NEAR), RULE="distance", DISTANCE=7_000) == ["Data_20200101_01_001"]


def test_if_no_frame_is_left_the_error_says_how_many_there_were(failure, save, frames_table):
    error = failure(
        "subsetbypoints",
        FRAMES=save(frames_table).source(),
        POINTS=save(NEAR).source(),
        RULE="distance",
        DISTANCE=3_000,
        SUBSET="memory:",
    )
    assert "None of 3 frames passes within 3 km of a point: increase DISTANCE" in error


def test_a_parameter_may_be_an_expression(subset, save):
    rule = QgsProperty.fromExpression("'mb' || 'ox'")
    assert subset(save(points(FIRST)), RULE=rule) == ["Data_20200101_01_001"]


def test_frames_in_another_projection_give_the_same_subset(run, save, frames_table, context):
    layer = save(frames_table.to_crs("EPSG:3031"))
    results = run("subsetbypoints", FRAMES=layer, POINTS=save(points(FIRST)), SUBSET="memory:")
    assert context.getMapLayer(results["SUBSET"]).crs().authid() == "EPSG:3031"
    assert results["N_FRAMES"] == 1


def test_frames_that_were_saved_come_back_unchanged(run, save, frames_table, tmp_path, fresh):
    first = run("loadcatalog", CATALOG=save(frames_table).source(), FRAMES=str(tmp_path / "first.gpkg"))
    second = run("loadcatalog", CATALOG=str(tmp_path / "first.gpkg"), FRAMES=str(tmp_path / "second.gpkg"))
    a, b = (source_to_geodataframe(fresh(results["FRAMES"])) for results in (first, second))
    assert a.drop(columns="geometry").equals(b.drop(columns="geometry"))
    assert shapely.equals_exact(a.geometry, b.geometry, tolerance=1e-3).all()


@pytest.mark.parametrize(
    ("extent", "box"),
    [
        ("-105,-103,-76,-75 [EPSG:4326]", (-105, -76, -103, -75)),
        ("-105,-103,-76,-75", (-105, -76, -103, -75)),
        ("170,-170,-76,-75 [EPSG:4326]", (170, -76, -170, -75)),
        ("170,190,-76,-75 [EPSG:4326]", (170, -76, -170, -75)),
    ],
)
def test_an_extent_is_the_search_box_over_the_antimeridian_too(run, cmr, extent, box):
    run("querygranules", EXTENT=extent, CMR_URL=cmr.url, GRANULES="memory:")
    asked = cmr.requests[-1].get("bounding_box")
    assert [float(value) for value in asked.split(",")] == pytest.approx(box)


def test_an_extent_round_the_pole_searches_the_whole_circle(run, cmr):
    run("querygranules", EXTENT="-300000,200000,-100000,100000 [EPSG:3031]", CMR_URL=cmr.url, GRANULES="memory:")
    west, south, east, north = (float(value) for value in cmr.requests[-1].get("bounding_box").split(","))
    assert (west, south, east) == (-180, -90, 180)
    # The far corner is 316 km from the pole, which is 2.9 degrees.
    assert north == pytest.approx(-87.1, abs=0.1)


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("loadcatalog", {}, "SEASON or CATALOG"),
        ("loadcatalog", {"CATALOG": " ", "SEASON": None}, "SEASON or CATALOG"),
        ("loadcatalog", {"CATALOG": "x", "SEASON": "2016_Antarctica_DC8"}, "only one of"),
        ("loadcatalog", {"SEASON": "2016_Antartica_DC8"}, "choose 2016_Antarctica_DC8"),
        ("loadcatalog", {"CATALOG": "x", "START_DATE": "2017-01-01", "END_DATE": "2016-01-01"}, "is after END_DATE"),
        ("loadcatalog", {"CATALOG": "x", "START_DATE": "2017-02-30"}, "START_DATE is no date"),
        ("loadcatalog", {"CATALOG": "x", "STARTDATE": "2017-01-01"}, "did you mean START_DATE"),
        ("loadcatalog", {"CATALOG": "x", "FRAMES": "FOLDER/x.shp"}, "shapefile"),
        ("loadcatalog", {"CATALOG": "x", "FRAMES": "FOLDER/x.parquet"}, "cannot write '.parquet'"),
        ("loadcatalog", {"CATALOG": "x", "FRAMES": "/nowhere/x.gpkg"}, "no folder /nowhere"),
        ("loadcatalog", {"CATALOG": "x", "FRAMES": "FOLDER"}, "write a GeoPackage"),
        ("querygranules", {}, "FRAMES, EXTENT or GRANULE_IDS"),
        ("querygranules", {"EXTENT": "here"}, "EXTENT is no extent"),
        ("querygranules", {"EXTENT": "nan,1,2,3"}, "EXTENT is no extent"),
        ("querygranules", {"EXTENT": "0,1,-70,-80"}, "no box"),
        ("querygranules", {"EXTENT": "0,0,0,0 [EPSG:3031]"}, "empty"),
        ("querygranules", {"EXTENT": "0,1,-80,-70", "TIME_MODE": "exact_year"}, "give frames"),
        ("querygranules", {"EXTENT": "0,1,-80,-70", "TIME_MODE": "date_range"}, "needs START_DATE"),
        (
            "querygranules",
            {
                "EXTENT": "0,1,-80,-70",
                "TIME_MODE": "date_range",
                "START_DATE": "2017-01-01",
                "END_DATE": "2018-01-01",
            },
            "before the first ICESat-2 data",
        ),
        ("querygranules", {"EXTENT": "0,1,-80,-70", "CYCLE": 0}, "at least 1"),
        ("querygranules", {"EXTENT": "0,1,-80,-70", "CYCLE": 2.5}, "whole number"),
        ("downloadscript", {"BEST": "1.5"}, "BEST must be a whole number, not 1.5."),
        ("downloadscript", {"MAX_DAYS": "nan"}, "MAX_DAYS must be a number, not 'nan'."),
        ("predictpasses", {"DISTANCE": "inf"}, "DISTANCE must be a number, not 'inf'."),
        ("querygranules", {"EXTENT": "0,1,-80,-70", "CYCLE": 500}, "after today"),
        ("querygranules", {"EXTENT": "0,1,-80,-70", "CMR_URL": "cmr"}, "not the address"),
        ("querygranules", {"EXTENT": "0,1,-80,-70", "VERSION": ""}, "VERSION"),
        ("findgranules", {}, "SEASON, CATALOG or FRAMES"),
        ("findgranules", {"CATALOG": "x", "MATCHES": "FOLDER/x.gpkg", "GRANULES": "FOLDER/x.gpkg"}, "the same file"),
        ("findgranules", {"CATALOG": "x", "METHOD": "magic"}, "choose strtree or prefix or flightline"),
        (
            "findgranules",
            {"CATALOG": "x", "FLIGHT_START_DATE": "2017-01-02", "FLIGHT_END_DATE": "2017-01-01"},
            "FLIGHT_START_DATE 2017-01-02 is after FLIGHT_END_DATE 2017-01-01",
        ),
    ],
)
def test_what_can_be_told_early_is_refused_in_a_sentence(refusal, provider, tmp_path, name, parameters, words):
    parameters = {
        key: value.replace("FOLDER", str(tmp_path)) if isinstance(value, str) else value
        for key, value in parameters.items()
    }
    outputs = [p.name() for p in provider.algorithm(name).parameterDefinitions() if p.isDestination()]
    message = refusal(name, **{**dict.fromkeys(outputs, "memory:"), **parameters})
    assert words in message
    assert "Traceback" not in message


def test_a_good_set_of_parameters_is_accepted(refusal):
    assert refusal("loadcatalog", CATALOG="x", HEMISPHERE="south", START_DATE="2016-01-01", FRAMES="memory:") == ""


@pytest.mark.parametrize("empty", ["", " ", None, NULL])
def test_an_option_that_is_an_empty_text_is_the_default_one(provider, refusal, save, empty):
    assert refusal("loadcatalog", CATALOG="x", HEMISPHERE=empty, FRAMES="memory:") == ""
    places = save(points(FIRST))
    assert refusal("predictpasses", PLACES=places, BEAMS=empty, DIRECTION=empty, PASSES="memory:") == ""
    run = Run(provider.algorithm("predictpasses"), {"BEAMS": empty, "DIRECTION": empty}, QgsProcessingContext())
    assert run.choices("BEAMS") == ["gt1l", "gt1r", "gt2l", "gt2r", "gt3l", "gt3r"]
    assert run.choice("DIRECTION") == "both"


@pytest.mark.parametrize(
    "destination",
    ["TEMPORARY_OUTPUT", "memory:", "memory:Frames", 'ogr:dbname="{folder}/x.gpkg" table="frames" (geom)'],
)
def test_every_kind_of_destination_is_accepted(refusal, tmp_path, destination):
    destination = destination.format(folder=tmp_path)
    assert refusal("loadcatalog", CATALOG="x", FRAMES=destination) == ""
    assert refusal("loadcatalog", CATALOG="x", FRAMES=QgsProcessingOutputLayerDefinition(destination)) == ""


def test_a_table_in_a_database_whose_folder_is_missing_is_refused(refusal):
    assert "no folder" in refusal("loadcatalog", CATALOG="x", FRAMES='ogr:dbname="/nowhere/x.gpkg" table="a" (geom)')
