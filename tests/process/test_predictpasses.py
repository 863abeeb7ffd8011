"""Predicted passes through ``qgis_process``: of a table of places, without any server."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import shapely

GEOD = pyproj.Geod(ellps="WGS84")


def test_a_table_of_places_gives_passes_and_says_that_they_are_a_plan(qgis_process, tmp_path):
    places, passes = tmp_path / "camps.csv", tmp_path / "passes.gpkg"
    places.write_text("station,lon,lat\nA,-105,-75.1\nB,179.99,-80\nC,-45,72\n", encoding="utf-8")
    ran = qgis_process(
        "xopr:predictpasses",
        "--json",
        PLACES=places,
        START_DATE="2024-01-01",
        END_DATE="2024-03-31",
        BEAMS="gt2l,gt2r",
        PASSES=passes,
    )
    assert ran.code == 0, ran.log
    assert ran.errors == ""
    table = gpd.read_file(passes, layer="passes")
    assert ran.results["N_PASSES"] == len(table) > 5
    assert "CROSSOVERS" not in ran.results
    assert set(table["place_name"]) <= {"A", "B", "C"}
    assert set(table["beam"]) <= {"gt2l", "gt2r"}
    assert table["pass_time"].is_monotonic_increasing
    assert table.crs.to_epsg() == 4326
    # The lines come as near to the camps as the rows say.
    at = {"A": (-105, -75.1), "B": (179.99, -80), "C": (-45, 72)}
    for name, off, line in zip(table["place_name"], table["distance_m"], table.geometry.segmentize(0.001)):
        lon, lat = shapely.get_coordinates(line).T
        x, y = (np.full(len(lon), value) for value in at[name])
        assert abs(GEOD.inv(lon, lat, x, y)[2].min() - off) < 30
