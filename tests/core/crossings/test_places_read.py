"""Places are read some at a time: the same as at once, and with looks whether to go on."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from makers import Log
from xopr_crossovers.core.common import CancelledError
from xopr_crossovers.core.crossings import place_shapes
from xopr_crossovers.core.crossings.places import read_places


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
