"""Search boxes."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import makers
from depth import drawn
from xopr_crossovers.core import frames
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.search import area

GEOD = pyproj.Geod(ellps="WGS84")


def inside(box, lon, lat):
    west, south, east, north = box
    width = 360 if (west, east) == (-180, 180) else (east - west) % 360
    return (south <= lat) & (lat <= north) & ((lon - west) % 360 <= width)


def inside_one(found, lon, lat):
    return np.any([inside(box, lon, lat) for box in found.boxes], axis=0)


def only_lines(*lines):
    return makers.frames(*lines).drop(columns="opr:mbox")


def test_the_box_of_a_frame_over_the_antimeridian_has_west_greater_than_east():
    (found,) = area.search_areas(only_lines([(179, -80), (-179, -80)]))
    west, _, east, _ = found.boxes[0]
    assert west > east
    assert (east - west) % 360 < 4


def test_the_box_of_a_frame_over_the_pole_holds_the_pole_and_the_whole_circle():
    (found,) = area.search_areas(only_lines([(45, -89.8), (-135, -89.8)]))
    assert found.boxes[0][0::2] == (-180, 180)
    assert found.boxes[0][1] == -90


def test_each_hemisphere_has_a_box_of_its_own():
    south, north = area.search_areas(makers.frames([(-100, -75), (-101, -75.2)], [(-40, 70), (-41, 70.2)]))
    assert (south.hemisphere, north.hemisphere) == ("south", "north")
    assert south.boxes[0][3] < -70
    assert north.boxes[0][1] > 65


@drawn(60)
@given(
    sign=st.sampled_from([-1, 1]),
    start=st.tuples(st.floats(-180, 180), st.floats(60, 90)),
    azimuth=st.floats(0, 360),
    length=st.floats(1_000, 300_000),
)
def test_every_point_within_the_margin_of_a_frame_is_in_the_box(sign, start, azimuth, length):
    lon, lat = start[0], sign * start[1]
    along = GEOD.fwd([lon] * 9, [lat] * 9, [azimuth] * 9, np.linspace(0, length, 9))
    line = list(zip(along[0], along[1]))
    (found,) = area.search_areas(frames.normalize_frames(makers.frames(line)), margin_m=10_000)
    for lon_p, lat_p in line:
        around = GEOD.fwd([lon_p] * 36, [lat_p] * 36, np.arange(0, 360, 10), [9_850] * 36)
        assert inside_one(found, np.array(around[0]), np.array(around[1])).all()


def test_the_box_holds_the_cells_of_the_frames():
    line = [(-100, -75), (-100.1, -75)]
    table = makers.frames(line)
    table["opr:mbox"] = [[makers.legacy_cell(-100, -75, 3)]]
    (found,) = area.search_areas(table)
    # A cell of order 3 is 7 degrees wide.
    assert found.boxes[0][3] - found.boxes[0][1] > 7


def test_frames_without_any_position_are_an_error():
    table = only_lines([(0, -80), (1, -80)])
    table["geometry"] = None
    with pytest.raises(InputError, match="No frame has a position"):
        area.search_areas(table)


def test_a_frame_without_a_line_is_searched_by_its_cells():
    table = makers.frames([(-100, -75), (-101, -75.2)])
    table.loc[0, "geometry"] = None
    (found,) = area.search_areas(table)
    assert inside_one(found, np.array([-100, -101]), np.array([-75, -75.2])).all()


@pytest.mark.parametrize(
    ("given_box", "box"),
    [
        ((-110, -80, -100, -75), (-110, -80, -100, -75)),
        ((170, -80, 190, -75), (170, -80, -170, -75)),
        ((-190, -80, -170, -75), (170, -80, -170, -75)),
        ((-180, -90, 180, -60), (-180, -90, 180, -60)),
        ((-200, -90, 200, -60), (-180, -90, 180, -60)),
    ],
)
def test_a_given_box_is_brought_to_the_circle(given_box, box):
    assert area.given_area(given_box).boxes[0] == pytest.approx(box)


def test_an_extent_of_the_polar_map_that_holds_the_pole_is_the_whole_circle_to_the_pole():
    found = area.area_of_rectangle((-100_000, -100_000, 100_000, 100_000), "EPSG:3031")
    corner = pyproj.Transformer.from_crs("EPSG:3031", "EPSG:4326", always_xy=True).transform(100_000, 100_000)
    assert found.boxes[0][:3] == (-180, -90, 180)
    assert corner[1] <= found.boxes[0][3] <= corner[1] + 0.01


def test_an_extent_of_the_polar_map_beside_the_pole_holds_all_its_points():
    bounds = (-1_800_000, -600_000, -1_200_000, 100_000)
    found = area.area_of_rectangle(bounds, "EPSG:3031")
    x, y = np.meshgrid(np.linspace(bounds[0], bounds[2], 50), np.linspace(bounds[1], bounds[3], 50))
    lon, lat = pyproj.Transformer.from_crs("EPSG:3031", "EPSG:4326", always_xy=True).transform(x.ravel(), y.ravel())
    assert inside(found.boxes[0], lon, lat).all()
    assert (found.boxes[0][2] - found.boxes[0][0]) % 360 < 60


def test_an_extent_off_the_globe_is_refused_in_a_sentence():
    with pytest.raises(InputError, match="no box in longitude and latitude"):
        area.given_area((0, 80, 10, 70))


def test_the_real_seasons_fit_into_the_box_of_the_thwaites_region(real_data):
    tables = [frames.normalize_frames(gpd.read_parquet(f)) for f in real_data.glob("catalog/**/*.parquet")]
    for table in tables:
        (found,) = area.search_areas(table)
        xy = shapely.get_coordinates(table.geometry.to_numpy())
        assert inside_one(found, xy[:, 0], xy[:, 1]).all()
        assert all((box[2] - box[0]) % 360 < 60 for box in found.boxes)


def test_a_rectangle_in_a_crs_without_a_way_to_the_earth_is_refused():
    with pytest.raises(InputError, match=r"EXTENT: from the coordinate reference system .* there is no way"):
        area.area_of_rectangle((0, 0, 1, 1), "IAU_2015:30100")
