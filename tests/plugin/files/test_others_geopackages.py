"""GeoPackages as other programs write them take a table of ours, and keep theirs."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import geopandas as gpd
import pytest
import shapely
from qgis.core import QgsVectorLayer

# What makes a GeoPackage, whose table "theirs" has three rows, one of another program.
CHANGES = {
    "without GDAL's own count of rows": ["DROP TABLE gpkg_ogr_contents"],
    "another table has the title": ["UPDATE gpkg_contents SET identifier = 'near'"],
    "another table has the next title too": [
        "UPDATE gpkg_contents SET identifier = 'near'",
        "CREATE TABLE more (fid INTEGER PRIMARY KEY)",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('more', 'attributes', 'near (2)')",
    ],
    "the table is there, in other letters than it is registered by": [
        "CREATE TABLE NEAR (fid INTEGER PRIMARY KEY, geom BLOB)",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
        "VALUES ('Near', 'features', 'Near', 4326)",
        "INSERT INTO gpkg_geometry_columns VALUES ('Near', 'geom', 'POINT', 4326, 0, 0)",
    ],
}


@pytest.fixture
def subset(run, save, frames_table):
    points = save(gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(-104, -75.2)], crs="EPSG:4326"))

    def run_into(file):
        inputs = {"FRAMES": save(frames_table).source(), "POINTS": points.source(), "RULE": "distance"}
        return run("subsetbypoints", **inputs, SUBSET=f"ogr:dbname='{file}' table=\"near\" (geom)")

    return run_into


@pytest.mark.parametrize("what", CHANGES)
def test_a_table_goes_into_another_program_s_geopackage_twice_and_its_own_stays(subset, tmp_path, what):
    file = tmp_path / "theirs.gpkg"
    theirs = gpd.GeoDataFrame({"note": ["mine"] * 3}, geometry=[shapely.Point(-105, -75)] * 3, crs="EPSG:4326")
    theirs.to_file(file, layer="theirs", driver="GPKG")
    with closing(sqlite3.connect(file)) as opened, opened:
        for change in CHANGES[what]:
            opened.execute(change)
        titles = "SELECT identifier FROM gpkg_contents WHERE lower(table_name) <> 'near' ORDER BY rowid"
        before = opened.execute(titles).fetchall()
    for _ in range(2):
        n_frames = subset(file)["N_FRAMES"]
        layer = QgsVectorLayer(f"{file}|layername=near", "near", "ogr")
        assert layer.featureCount() == len(list(layer.getFeatures())) == n_frames == 1
        with closing(sqlite3.connect(file)) as opened:
            assert opened.execute("SELECT count(*) FROM theirs").fetchone() == (3,)
            assert [title for title in opened.execute(titles) if title != ("layer_styles",)] == before
            registered = "SELECT count(*) FROM gpkg_contents WHERE lower(table_name) = 'near'"
            assert opened.execute(registered).fetchone() == (1,)
