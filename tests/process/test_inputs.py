"""The same places, catalogs and layers given in other ways, through ``qgis_process``: the same result."""

from __future__ import annotations

import geopandas as gpd
import pytest
from qgis.core import QgsVectorLayer


@pytest.fixture(scope="module")
def other_ways(catalog, points, tmp_path_factory):
    """The sample's points as a table with commas for points, and as GeoParquet; the catalog as it is copied."""
    folder = tmp_path_factory.mktemp("ways")
    table = gpd.read_file(points)
    table.to_parquet(folder / "points.parquet")
    places = table.get_coordinates().set_axis(["Longitude", "Latitude"], axis=1)
    places.to_csv(folder / "points.csv", sep=";", decimal=",", index=False)
    south = catalog / "hemisphere=south"
    return {"CATALOG": f'"{south}"', "POINTS": folder / "points.csv"}, {
        "CATALOG": f"file://{south}",
        "POINTS": folder / "points.parquet",
    }


def n_rows(path):
    layer = QgsVectorLayer(str(path), "result", "ogr")
    assert layer.isValid()
    return layer.featureCount()


def test_a_quoted_path_and_a_table_of_points_give_what_plain_ones_give(qgis_process, found, other_ways, tmp_path):
    files = {name: tmp_path / f"{name.lower()}.gpkg" for name in found}
    ran = qgis_process("xopr:findgranules", **other_ways[0], **files)
    assert ran.code == 0, ran.log
    assert "POINTS: read columns Longitude, Latitude of points.csv as WGS 84." in ran.log
    assert {name: n_rows(files[name]) for name in files} == {name: n_rows(found[name]) for name in found}


def test_geoparquet_where_a_layer_is_asked_for_works_in_a_model_too(qgis_process, found, other_ways, tmp_path):
    files = {name: tmp_path / f"{name.lower()}.gpkg" for name in found}
    ran = qgis_process("xopr:pointstogranules", **other_ways[1], SUBSET=tmp_path / "subset.gpkg", **files)
    assert ran.code == 0, ran.log
    assert {name: n_rows(files[name]) for name in files} == {name: n_rows(found[name]) for name in found}
