"""Granule footprints as polygons."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
import spherely

import makers
from xopr_crossovers.core.granules import footprints

OVER_180_SOUTH = makers.strip((170, -72), (-165, -84))
OVER_180_NORTH = makers.strip((160, 70), (-150, 80))
NEAR_POLE = makers.strip((-60, -80), (110, -82))
PLAIN = makers.strip((-100, -70), (-120, -80))


def area_km2(ring):
    """Return the area on the sphere, by another library."""
    return spherely.area(spherely.create_polygon(ring), radius=6371.0072)


def areas_km2(polygons, crs):
    """Return areas on the ellipsoid by pyproj, which joins vertices by geodesics."""
    moved = gpd.GeoSeries(polygons, crs=crs).to_crs("EPSG:4326")
    return [abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(p)[0]) / 1e6 for p in moved]


@pytest.mark.parametrize(
    ("ring", "crs"),
    [
        (OVER_180_SOUTH, "EPSG:3031"),
        (NEAR_POLE, "EPSG:3031"),
        (PLAIN, "EPSG:3031"),
        (OVER_180_NORTH, "EPSG:3413"),
        (makers.strip((20, 85), (-150, 84)), "EPSG:3413"),
    ],
)
def test_a_ring_that_is_not_split_is_one_valid_polygon_of_its_true_area_in_the_pole_s_projection(ring, crs):
    (polygon,) = footprints.project_footprints(makers.granules(ring), crs)
    assert polygon.is_valid
    assert polygon.geom_type == "Polygon"
    assert areas_km2([polygon], crs)[0] == pytest.approx(area_km2(ring), rel=0.02)


def test_long_edges_follow_the_great_circle_within_ten_metres():
    start, end = (-130, -62), (-60, -70)
    ring = makers.strip(start, end, pairs=2)
    (polygon,) = footprints.project_footprints(makers.granules(ring), "EPSG:3031")
    straight = footprints.project_footprints(makers.granules(ring), "EPSG:3031", max_chord_m=None)[0]
    lon, lat = np.array(makers.great_circle(ring[1], ring[2], 500)).T
    on_edge = shapely.points(*pyproj.Transformer.from_crs(4326, 3031, always_xy=True).transform(lon, lat))
    assert shapely.distance(polygon.exterior, on_edge).max() < 10
    assert shapely.distance(straight.exterior, on_edge).max() > 1000


def test_a_layer_of_one_hemisphere_holds_the_rings_own_vertices_in_the_pole_s_projection():
    layer = footprints.granules_in_layer_crs(makers.granules(OVER_180_SOUTH, PLAIN))
    assert layer.crs.to_string() == "EPSG:3031"
    back = shapely.get_coordinates(layer.geometry.to_crs("EPSG:4326"))
    expected = np.array([*OVER_180_SOUTH, OVER_180_SOUTH[0], *PLAIN, PLAIN[0]])
    np.testing.assert_allclose(back, expected, atol=1e-8)


def test_a_layer_of_both_hemispheres_is_cut_at_the_antimeridian():
    rings = [OVER_180_SOUTH, OVER_180_NORTH, NEAR_POLE, PLAIN]
    layer = footprints.granules_in_layer_crs(makers.granules(*rings))
    assert layer.crs.to_string() == "EPSG:4326"
    assert layer.geometry.is_valid.all()
    assert (layer.geometry.bounds[["minx"]].to_numpy() >= -180).all()
    assert (layer.geometry.bounds[["maxx"]].to_numpy() <= 180).all()
    assert areas_km2(layer.geometry, "EPSG:4326") == pytest.approx([area_km2(ring) for ring in rings], rel=0.03)
    widths = [part.bounds[2] - part.bounds[0] for part in layer.geometry.iloc[0].geoms]
    assert max(widths) < 30


def test_a_footprint_that_ends_on_the_antimeridian_stays_on_its_side():
    ring = [(90, -80), (130, -80), (180, -80), (180, -70), (130, -70), (90, -70)]
    layer = footprints.granules_in_layer_crs(makers.granules(ring, OVER_180_NORTH))
    shape = layer.geometry.iloc[0]
    assert shape.is_valid
    assert (shape.bounds[0], shape.bounds[2]) == pytest.approx((90, 180), abs=1e-6)
    assert areas_km2(layer.geometry.iloc[:1], "EPSG:4326")[0] == pytest.approx(area_km2(ring), rel=0.03)


def test_all_rings_of_a_footprint_count():
    table = makers.granules(PLAIN)
    both = shapely.MultiPolygon([shapely.Polygon(PLAIN), shapely.Polygon(NEAR_POLE)])
    table["geometry"] = gpd.GeoSeries([both], crs="EPSG:4326")
    (shape,) = footprints.project_footprints(table, "EPSG:3031")
    assert areas_km2([shape], "EPSG:3031")[0] == pytest.approx(area_km2(PLAIN) + area_km2(NEAR_POLE), rel=0.02)


def test_a_hole_stays_a_hole():
    shell = [(-110, -80), (-100, -80), (-100, -76), (-110, -76)]
    hole = [(-107, -79), (-103, -79), (-103, -77), (-107, -77)]
    table = makers.granules(shell)
    table["geometry"] = gpd.GeoSeries([shapely.Polygon(shell, [hole])], crs="EPSG:4326")
    (shape,) = footprints.project_footprints(table, "EPSG:3031")
    inside = shapely.Point(*pyproj.Transformer.from_crs(4326, 3031, always_xy=True).transform(-105, -78))
    assert not shape.contains(inside)
    assert len(shape.interiors) == 1


@pytest.mark.parametrize("max_chord_m", [None, 50_000])
def test_a_footprint_at_the_other_pole_has_no_shape_here(max_chord_m):
    at_pole = [(0, 90), (10, 89), (20, 89.5)]
    shapes = footprints.project_footprints(makers.granules(at_pole, PLAIN), "EPSG:3031", max_chord_m)
    assert shapes[0] is None
    assert shapes[1].is_valid


def test_a_ring_that_crosses_itself_is_mended():
    bow_tie = [(-110, -80), (-100, -76), (-100, -80), (-110, -76)]
    (shape,) = footprints.project_footprints(makers.granules(bow_tie), "EPSG:3031")
    assert shape.is_valid
    assert shape.area > 0


def test_no_granules_give_no_shapes():
    empty = makers.granules(PLAIN).iloc[:0]
    assert len(footprints.project_footprints(empty, "EPSG:3031")) == 0
    assert len(footprints.granules_in_layer_crs(empty)) == 0


def test_real_footprints_that_cross_the_antimeridian_unsplit_keep_their_area(real_data):
    table = gpd.read_parquet(real_data / "granules" / "atl03_v007_footprints.parquet")
    rings = shapely.get_exterior_ring(table.geometry.to_numpy())
    polar = np.abs(shapely.bounds(table.geometry.to_numpy())[:, [1, 3]]).min(axis=1) > 45
    table, rings = table[polar][:200], rings[polar][:200]
    shapes = footprints.project_footprints(table, "EPSG:3413")
    truth = [area_km2(shapely.get_coordinates(ring)[:-1].tolist()) for ring in rings]
    np.testing.assert_allclose(areas_km2(shapes, "EPSG:3413"), truth, rtol=0.02)


def test_a_footprint_among_thousands_empty_holed_and_split_ones_becomes_what_it_is_alone():
    plain = shapely.Polygon(PLAIN)
    holed = shapely.Polygon(makers.strip((-100, -70), (-120, -80)), [shapely.Point(-110, -75.5).buffer(0.01).exterior])
    split = shapely.MultiPolygon([plain, shapely.Polygon(OVER_180_SOUTH)])
    over_the_equator = shapely.Polygon(makers.strip((10, -20), (15, 30)))
    odd = [None, shapely.Polygon(), holed, split, over_the_equator, shapely.MultiPolygon(), shapely.Polygon(NEAR_POLE)]
    shapes = [*odd, *[plain] * 4_200, *odd[::-1]]
    table = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"))
    together = footprints.project_footprints(table, "EPSG:3031")
    for place in (*range(len(odd) + 1), 1_999, 2_000, 4_000, *range(len(shapes) - len(odd), len(shapes))):
        (alone,) = footprints.project_footprints(table.iloc[[place]], "EPSG:3031")
        assert (together[place] is None) == (alone is None) == (shapes[place] is None or shapes[place].is_empty)
        assert alone is None or shapely.equals_exact(together[place], alone, tolerance=1e-6)
