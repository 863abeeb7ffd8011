"""Places are read some at a time: the same as at once, and with looks whether to go on."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from makers import Log
from xopr_crossovers.core.common import CancelledError
from xopr_crossovers.core.crossings import place_shapes
from xopr_crossovers.core.crossings.places import read_places
from xopr_crossovers.core.geometry import unit_vectors


def blob(lon, lat, size, n=40):
    turn = np.linspace(0.0, 2.0 * np.pi, n, endpoint=False)
    return shapely.Polygon(np.column_stack([lon + size * 3 * np.cos(turn), lat + size * np.sin(turn)]))


def mixed():
    """Polygons of several parts and with holes, over the equator and the antimeridian; lines of parts; points."""
    hole = shapely.Polygon(blob(20, -70, 2).exterior, [blob(20, -70, 0.5).exterior])
    shapes = [
        shapely.Point(5, -80),
        shapely.MultiPolygon([blob(100, -75, 1), blob(120, 70, 1)]),
        hole,
        shapely.MultiLineString([[(0, -70), (5, -71), (9, -72)], [(30, 80), (31, 81)], [(9, -72), (12, -72)]]),
        blob(-60, 0.0, 3),
        shapely.LineString([(170, -80), (179.9, -81)]),
        shapely.GeometryCollection([blob(-150, -78, 1), shapely.LineString([(1, 60), (2, 61)])]),
        blob(177, 72, 0.5),
    ]
    return gpd.GeoDataFrame({"name": [f"n{row}" for row in range(len(shapes))]}, geometry=shapes, crs=4326)


@pytest.mark.parametrize("crs", [4326, 3857])
def test_places_that_are_read_some_at_a_time_are_those_that_are_read_at_once(monkeypatch, crs):
    table = mixed().to_crs(crs)
    at_once = read_places(table, "PLACES", Log())
    assert [areas.side for areas in at_once.areas] == ["south", "north"]
    for vertices in (1, 70):
        monkeypatch.setattr(place_shapes, "_VERTICES_AT_ONCE", vertices)
        found = read_places(table, "PLACES", Log())
        for these, those in ((found.pieces, at_once.pieces), (found.lines, at_once.lines)):
            for name, values in vars(these).items():
                assert np.allclose(values, getattr(those, name), rtol=0.0, atol=1e-6)
        assert (found.area == at_once.area).all()
        for areas, others in zip(found.areas, at_once.areas):
            assert areas.side == others.side
            assert areas.place.tolist() == others.place.tolist()
            assert shapely.to_wkb(areas.polygon).tolist() == shapely.to_wkb(others.polygon).tolist()


@pytest.mark.parametrize("crs", ["EPSG:3031", "EPSG:4326"])
def test_reading_a_quarter_million_vertices_can_be_stopped_all_along(crs):
    centres = np.column_stack([np.linspace(-1.5e6, 1.5e6, 60), np.full(60, 4e5)])
    turn = np.linspace(0.0, 2.0 * np.pi, 5_000, endpoint=False)
    ring = 2e4 * np.column_stack([np.cos(turn), np.sin(turn)])
    table = gpd.GeoDataFrame(geometry=shapely.polygons(centres[:, None, :] + ring), crs="EPSG:3031").to_crs(crs)
    log = Log()
    read_places(table, "PLACES", log)
    assert log.looks >= 7
    for looks in (0, log.looks // 2, log.looks - 1):
        with pytest.raises(CancelledError):
            read_places(table, "PLACES", Log(cancel_after=looks))


@pytest.mark.parametrize("crs", ["EPSG:3031", "EPSG:3413", "EPSG:3857", "EPSG:4326"])
def test_a_polygon_without_size_is_a_point_in_any_projection_and_a_hole_without_size_is_none(crs):
    corner, outer = (10.0, 75.0), [(20, 70), (30, 70), (30, 75), (20, 70)]
    shapes = [shapely.Polygon([corner] * 4), shapely.Polygon(outer, [[(28, 71)] * 4]), shapely.Polygon(outer)]
    found = read_places(gpd.GeoDataFrame(geometry=shapes, crs=4326).to_crs(crs), "PLACES", Log())
    point, holed, plain = (found.pieces.start[found.pieces.frame == place] for place in range(3))
    assert np.allclose(point, unit_vectors(*corner), atol=1e-9)
    assert sorted(map(tuple, holed.round(6))) == sorted(map(tuple, plain.round(6)))
    assert [areas.place.tolist() for areas in found.areas] == [[1, 2]]


@pytest.mark.parametrize("crs", ["EPSG:3031", "EPSG:3857", "EPSG:4326"])
def test_a_polygon_that_crosses_itself_keeps_both_its_halves(crs):
    crossed = shapely.Polygon([(-1e5, 1e6), (1e5, 1.2e6), (1e5, 1e6), (-1e5, 1.2e6)])
    found = read_places(gpd.GeoDataFrame(geometry=[crossed], crs="EPSG:3031").to_crs(crs), "PLACES", Log())
    # Two triangles of 1e5 m in height on sides of 2e5 m; great circles and other projections bend them a little.
    assert found.areas[0].polygon[0].area == pytest.approx(2e10, rel=0.02)


def test_a_polygon_round_the_other_pole_is_read_in_a_pole_s_projection():
    antarctica = shapely.box(-180, -90, 180, -70)
    camp = shapely.Point(-45, 70).buffer(0.1)
    table = gpd.GeoDataFrame(geometry=[antarctica, camp], crs=4326).to_crs("EPSG:3413")
    assert np.abs(table.total_bounds).max() > 1e12
    found = read_places(table, "PLACES", Log())
    (areas,) = found.areas
    place = int(np.flatnonzero(areas.place == 1)[0])
    assert areas.polygon[place].area == pytest.approx(table.geometry[1].area, rel=1e-3)
