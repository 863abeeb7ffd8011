"""Tables without geometry that hold places in their columns."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from makers import Log
from xopr_crossovers.core.catalogs.plain_tables import read_plain_table, with_places
from xopr_crossovers.core.common.errors import InputError

PINE_ISLAND = (-105.04, -75.1)


def placed(table, log=None):
    found = with_places(pd.DataFrame(table), "POINTS", "sites.csv", log or Log())
    return found.crs.to_string(), [tuple(map(float, xy)) for xy in shapely.get_coordinates(found.geometry)]


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("lon", "lat"),
        ("LON", "LAT"),
        ("Longitude", "Latitude"),
        ("lng", "lat"),
        ("long", "lat"),
        ("longitude (deg)", "latitude (deg)"),
        ("Lon_WGS84", "Lat_WGS84"),
        ("lon_dd", "lat_dd"),
        ("Länge", "Breite"),
        ("decimalLongitude", "decimalLatitude"),
    ],
)
def test_columns_of_longitude_and_latitude_are_known_by_many_names(x, y):
    log = Log()
    table = {"name": ["a"], y: [PINE_ISLAND[1]], x: [PINE_ISLAND[0]]}
    assert placed(table, log) == ("EPSG:4326", [PINE_ISLAND])
    assert log.infos == [f"POINTS: read columns {x}, {y} of sites.csv as WGS 84."]


@pytest.mark.parametrize(("lon", "lat"), [("-105.04", "-75.1"), (" -105,04 ", "-75,1"), ("\u2212105.04", "\u221275.1")])
def test_numbers_may_be_text_with_a_comma_or_a_typographers_minus(lon, lat):
    assert placed({"lon": [lon], "lat": [lat]}) == ("EPSG:4326", [PINE_ISLAND])


def test_a_row_without_numbers_has_no_place_and_the_others_have():
    table = pd.DataFrame({"lon": ["-105.04", "", None, "west"], "lat": ["-75.1", "-75.1", "-75.1", "-75.1"]})
    found = with_places(table, "POINTS", "sites.csv", Log())
    assert found.geometry.isna().tolist() == [False, True, True, True]


def test_x_and_y_are_read_where_a_column_names_their_crs():
    table = {"X": [-1.5e6], "Y": [-2.8e5], "EPSG": [3031]}
    assert placed(table) == ("EPSG:3031", [(-1.5e6, -2.8e5)])


@pytest.mark.parametrize("column", ["WKT", "geometry", "geom"])
def test_text_is_read_as_geometry(column):
    log = Log()
    assert placed({column: ["POINT (-105.04 -75.1)", None]}, log) == ("EPSG:4326", [PINE_ISLAND])
    assert log.infos == [f"POINTS: read column {column} of sites.csv as WGS 84."]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"name": ["a"]}, "has no geometry and no columns of coordinates; make points of it"),
        ({"name": []}, "sites.csv holds no rows; choose another"),
        ({"x": [1.0], "y": [2.0]}, "columns x and y do not say their coordinate reference system"),
        ({"x": [1.0], "y": [2.0], "epsg": ["3031;3413"]}, "is not known to PROJ"),
        ({"x": [1.0, 2.0], "y": [2.0, 1.0], "epsg": [3031, 3413]}, "names 2 coordinate reference systems"),
        ({"lon": ["105°W"], "lat": ["75°S"]}, "column lon of sites.csv holds no numbers, but such as '105°W'"),
        ({"WKT": ["POINT (-1500000 -280000)"]}, "does not say its coordinate reference system"),
    ],
)
def test_a_table_that_holds_no_places_is_a_sentence_that_leads_on(table, words):
    with pytest.raises(InputError) as caught:
        placed(table)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "lon\tlat\n-105.04\t-75.1\n",
        "\ufefflon;lat\r\n-105,04;-75,1\r\n",
        "lon,lat\n-105.04,-75.1\n",
        "# sites\n\nlon   lat\n-105.04 -75.1\n",
        "name|lon|lat\nLänge|-105.04|-75.1\n",
    ],
)
@pytest.mark.parametrize("coding", ["utf-8", "latin-1"])
def test_text_files_are_read_whatever_parts_their_columns(tmp_path, content, coding):
    file = tmp_path / "sites.txt"
    file.write_bytes(content.encode(coding, errors="ignore"))
    assert placed(read_plain_table(file, "sites.txt")) == ("EPSG:4326", [PINE_ISLAND])


def test_parquet_is_read_with_its_geometry_or_else_by_its_columns(tmp_path):
    table = pd.DataFrame({"lon": [-105.04], "lat": [-75.1]})
    table.to_parquet(tmp_path / "plain.parquet")
    points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table.lon, table.lat), crs=4326).to_crs(3031)
    points.to_parquet(tmp_path / "geo.parquet")
    assert placed(read_plain_table(tmp_path / "plain.parquet", "x")) == ("EPSG:4326", [PINE_ISLAND])
    assert read_plain_table(tmp_path / "geo.parquet", "x").crs == "EPSG:3031"


def test_text_that_is_no_table_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "a.txt").write_text("a,b\n1,2,3,4\n5\n6,7,8,9,9,9\n")
    with pytest.raises(InputError, match=r"a.txt cannot be read as a table"):
        read_plain_table(tmp_path / "a.txt", "a.txt")


def test_a_layer_of_a_text_file_which_cannot_say_its_crs_is_longitude_and_latitude_if_it_can_be():
    degrees = gpd.GeoDataFrame(geometry=[shapely.Point(PINE_ISLAND)])
    metres = gpd.GeoDataFrame(geometry=[shapely.Point(-1.5e6, -2.8e5)])
    assert with_places(degrees, "POINTS", "sites.csv", Log()).crs == "EPSG:4326"
    assert with_places(metres, "POINTS", "sites.csv", Log()).crs is None
    assert with_places(degrees, "POINTS", "sites.gpkg", Log()).crs is None
