"""Frames near points of interest."""

import geopandas as gpd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import makers
from depth import drawn
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.frames import points

FRAMES = makers.frames(
    [(-100, -75), (-101, -75.2)],
    [(179.9, -80), (-179.9, -80.0)],
    [(0, -89.9), (180, -89.9)],
    [(-40, 70), (-41, 70.2)],
)


def at(*lon_lats, crs="EPSG:4326"):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(*lon_lats)), crs="EPSG:4326").to_crs(crs)


def rows(subset):
    return subset["id"].str[-3:].astype(int).tolist()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3031", "EPSG:3857"])
def test_points_may_be_in_any_crs(crs):
    assert rows(points.subset_by_points(FRAMES, at((-100, -75), crs=crs))) == [1]


def test_a_multipoint_counts_with_all_its_points():
    both = gpd.GeoSeries([shapely.MultiPoint([(-100, -75), (-40, 70)])], crs="EPSG:4326")
    assert rows(points.subset_by_points(FRAMES, both)) == [1, 4]


def test_the_notebook_s_pine_island_point_finds_the_notebook_s_frame(real_data):
    season = gpd.read_parquet(next(real_data.glob("catalog/**/collection=2016_Antarctica_DC8/stac.parquet")))
    near = at((-78.0, -80.5), (-105.0, -75.1), (70.0, -70.5))
    assert points.subset_by_points(season, near)["id"].tolist() == ["Data_20161103_06_010"]


@pytest.mark.parametrize(
    ("point", "line_point", "row"),
    [((-100, -74.9), (-100, -75), 1), ((180, -80.05), (180, -80.00003), 2), ((90, -89.95), (0, -90), 3)],
)
def test_the_distance_is_measured_on_the_ground_at_the_antimeridian_and_at_the_pole(point, line_point, row):
    ground = pyproj.Geod(ellps="WGS84").inv(*point, *line_point)[2]
    assert rows(points.subset_by_points(FRAMES, at(point), "distance", ground + 30)) == [row]
    assert rows(points.subset_by_points(FRAMES, at(point), "distance", ground * 0.97 - 30)) == []


@drawn(40)
@given(st.sampled_from([-1, 1]), st.floats(-180, 180), st.floats(60, 89), st.floats(100, 200_000), st.floats(0, 360))
def test_a_frame_passes_within_a_distance_exactly_if_the_geodesic_to_it_is_no_longer(sign, lon, lat, distance, azimuth):
    line = [(lon, sign * lat), (lon, sign * lat + 0.01)]
    end = pyproj.Geod(ellps="WGS84").fwd(*line[0], azimuth, distance)[:2]
    to_line = min(pyproj.Geod(ellps="WGS84").inv(*end, *p)[2] for p in line)
    # The line is 1.1 km long and runs along the meridian: its ends bound the distance to it from above.
    hits = points.subset_by_points(makers.frames(line), at(end), "distance", to_line * 1.002 + 1)
    assert len(hits) == 1
    nearer = max((to_line - 1200) * 0.99, 0)
    assert len(points.subset_by_points(makers.frames(line), at(end), "distance", nearer)) == 0 or nearer == 0


def test_a_point_of_the_other_hemisphere_is_near_nothing():
    assert rows(points.subset_by_points(FRAMES, at((-100, 75)), "distance", 100_000)) == []


def test_counts_are_in_the_log():
    log = makers.Log()
    layer = gpd.GeoSeries([shapely.Point(-100, -75), None, shapely.Point()], crs="EPSG:4326")
    points.subset_by_points(FRAMES, layer, progress=log)
    assert log.warnings == ["2 of 3 point features have no usable position: left out."]
    assert log.infos == ["Subset by 1 point (mbox): 1 of 4 frames."]


def test_wrong_points_are_refused_in_a_sentence():
    with pytest.raises(InputError, match="no coordinate reference system"):
        points.subset_by_points(FRAMES, gpd.GeoSeries([shapely.Point(0, 0)]))
    with pytest.raises(InputError, match="choose a layer of points"):
        points.subset_by_points(FRAMES, gpd.GeoSeries([shapely.box(0, 0, 1, 1)], crs="EPSG:4326"))
    with pytest.raises(InputError, match="holds no point"):
        points.subset_by_points(FRAMES, gpd.GeoSeries([None], crs="EPSG:4326"))
    with pytest.raises(InputError, match="must be 'mbox' or 'distance'"):
        points.subset_by_points(FRAMES, at((0, 0)), "near")
    with pytest.raises(InputError, match="must not be negative"):
        points.subset_by_points(FRAMES, at((0, 0)), "distance", -1)


@pytest.mark.parametrize(
    ("xy", "words"),
    [
        ((-75, -105), "latitude and longitude look exchanged, as in"),
        ((-1.5e6, -2.8e5), "looks like metres"),
    ],
)
def test_where_no_point_is_a_place_on_the_earth_the_error_says_what_is_probably_wrong(xy, words):
    with pytest.raises(InputError, match=f"none of the 1 point is a place on the Earth: .*{words}"):
        points.subset_by_points(FRAMES, gpd.GeoSeries([shapely.Point(xy)], crs="EPSG:4326"))


def test_points_off_the_earth_are_left_out_one_by_one_with_the_cause():
    log = makers.Log()
    both = shapely.MultiPoint([(-100, -75), (-75, -100)])
    layer = gpd.GeoSeries([both, shapely.Point(-75, -100)], crs="EPSG:4326")
    assert rows(points.subset_by_points(FRAMES, layer, progress=log)) == [1]
    assert "1 of 2 point features has no usable position: left out (latitude and longitude" in log.warnings[0]


def test_points_in_a_crs_without_a_way_to_the_earth_are_refused():
    layer = gpd.GeoSeries([shapely.Point(0, 0)], crs='LOCAL_CS["site",UNIT["m",1]]')
    with pytest.raises(InputError, match="The points: from the coordinate reference system 'site' there is no way"):
        points.subset_by_points(FRAMES, layer)
