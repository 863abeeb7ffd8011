"""A row of the predicted passes: one pass of one place, its time, its distance and its line."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import makers
from planned_passes import CYCLE_22, GEOD, about, passes, places
from xopr_crossovers.core.crossings.pass_plan import PassPlan
from xopr_crossovers.core.crossings.predicted_passes import predict_passes
from xopr_crossovers.core.icesat2 import orbit


def antarctic(*u):
    """A line along RGT 500's track."""
    return np.transpose(orbit.ground_track(500, np.array(u)))


def test_rows_are_in_order_of_time_one_for_each_place_pass_and_direction():
    rng = np.random.default_rng(7)
    table = passes(places(*shapely.points(rng.uniform(-180, 180, 40), rng.uniform(-87, -64, 40))))

    assert table["pass_time"].is_monotonic_increasing
    assert not table.duplicated(["place", "rgt", "cycle", "direction"]).any()
    assert len(table) > 200


def test_a_pass_is_the_same_in_every_cycle():
    table = passes(places(shapely.Point(-105, -75.1)), start_date="2023-12-18", end_date="2024-12-15")

    every = table.groupby(["rgt", "direction"])
    assert set(every.size()) == {4}
    assert every["distance_m"].nunique().max() == 1
    apart = every["pass_time"].diff().dropna().dt.total_seconds() / 86_400
    assert apart.between(90.818, 90.821).all()


def test_a_line_that_turns_back_and_forth_under_a_pass_has_one_row_with_several_parts():
    # Three legs of 60 km, 30 km apart along the track, across it.
    corners = []
    for number, u in enumerate((255.0, 255.27, 255.54)):
        (lon, lat), (ahead, ahead_lat) = antarctic(u, u + 0.001)
        azimuth = GEOD.inv(lon, lat, ahead, ahead_lat)[0]
        ends = [GEOD.fwd(lon, lat, azimuth + 90 * side, 30_000)[:2] for side in (-1, 1)]
        corners += ends if number % 2 == 0 else ends[::-1]
    table = passes(places(shapely.LineString(corners)), distance_m=1_000)

    mine = table[(table["rgt"] == 500) & (table["direction"] == "descending")]
    assert len(mine) == 1
    assert mine["distance_m"].item() == 0
    assert shapely.get_num_geometries(mine.geometry.item()) == 3

    crossed = passes(places(shapely.LineString(corners)), distance_m=0)
    parts = shapely.get_parts(crossed[crossed["rgt"] == 500].geometry.to_numpy())
    assert shapely.length(parts) / 0.989 == pytest.approx(np.full(3, 2_000), rel=0.01)


def test_a_camp_where_the_tracks_turn_has_each_pass_once():
    (lon, lat), *_ = antarctic(270.0)
    table = passes(places(shapely.Point(lon, lat)), distance_m=3_000, beams=["centre"])

    mine = table[table["rgt"] == 500]
    assert len(mine) == 1
    assert mine["distance_m"].item() < 3
    assert mine["region"].item() == 11


def test_a_place_on_the_equator_has_the_pass_of_one_rgt_and_not_of_the_next_one_too():
    points = shapely.points(*orbit.ground_track([500, 500, 499], [0.02, -0.02, 359.98]))
    table = passes(places(*points), distance_m=4_000, beams=["centre"])

    mine = table[table["rgt"].isin([499, 500]) & (table["direction"] == "ascending")]
    assert list(zip(mine["place"], mine["rgt"], mine["region"])) == [(2, 499, 14), (3, 499, 14), (1, 500, 1)]
    assert mine["distance_m"].max() < 1


def test_the_line_is_the_nearest_beams_own_for_as_long_as_one_is_near():
    table = passes(places(shapely.Point(-105, -75.1)), distance_m=5_000)
    near = gpd.GeoSeries(places(shapely.Point(-105, -75.1)).geometry).to_crs(3031)
    off = table.geometry.distance(near.iloc[0])

    assert table.crs.to_epsg() == 3031
    # The projection's scale there is 0.989.
    assert np.allclose(off / 0.989, table["distance_m"], atol=10, rtol=2e-3)
    ends = [shapely.get_coordinates(line)[[0, -1]] for line in table.geometry]
    farther = np.hypot(*(np.array(ends) - shapely.get_coordinates(near)).transpose(2, 0, 1)) / 0.989
    assert farther == pytest.approx(np.full(farther.shape, 5_000), abs=100)


def test_in_a_polygon_the_distance_is_0_in_its_hole_it_is_that_to_the_edge():
    (lon, lat), *_ = antarctic(255.0)
    ring, hole = (about(lon, lat, *((azimuth, metres) for azimuth in range(0, 360, 5))) for metres in (60_000, 9_000))
    inside, holed = shapely.Polygon(ring), shapely.Polygon(ring, [hole])
    table = passes(places(inside, holed, shapely.Polygon(hole)), distance_m=20_000, beams=["centre"])

    mine = table[(table["rgt"] == 500) & (table["direction"] == "descending")].set_index("place")
    assert (mine["distance_m"] == 0).all()
    length = mine.geometry.length / 0.989
    assert length[1] == pytest.approx(2 * 80_000, rel=0.05)
    # In the middle of the way through: of the longer of two ways, where there is a hole.
    middle = mine["pass_time"][1]
    assert abs((mine["pass_time"][3] - middle).total_seconds()) < 0.1
    assert abs(mine["pass_time"][2] - middle).total_seconds() == pytest.approx(34_500 / 6_900, abs=0.4)


def test_the_way_through_a_polygon_ends_at_its_edges():
    (lon, lat), *_ = antarctic(255.0)
    discs = [shapely.Polygon(about(lon, lat, *((az, size) for az in range(0, 360, 3)))) for size in (60_000, 5_000)]
    table = passes(places(*discs, shapely.Point(lon, lat)), distance_m=5, beams=["centre"])

    mine = table[(table["rgt"] == 500) & (table["direction"] == "descending")].set_index("place")
    assert mine.geometry.length[1] / 0.989 == pytest.approx(120_000, rel=0.01)
    assert mine.geometry.length[2] / 0.989 == pytest.approx(10_000, rel=0.01)
    # A kilometre to either side, where the place is a point.
    assert mine.geometry.length[3] / 0.989 == pytest.approx(2_000, rel=0.01)
    assert (mine["pass_time"] - mine["pass_time"][3]).abs().max() < pd.Timedelta(seconds=0.1)


def test_an_area_round_the_pole_has_every_pass_and_one_row_for_each_turn():
    # Everything south of 80 S, drawn on a polar map.
    angle = np.radians(np.arange(0, 360, 10))
    cap = shapely.Polygon(np.column_stack([1_070_000 * np.cos(angle), 1_070_000 * np.sin(angle)]))
    table = passes(places(cap, crs=3031), beams=["centre"])

    whole = table[table["pass_time"] >= pd.Timestamp("2023-12-18 03:00", tz="UTC")]
    assert set(table["rgt"]) == set(range(1, 1388))
    assert not whole.duplicated(["rgt", "cycle"]).any()
    assert (table["distance_m"] == 0).all()
    assert (table.geometry.length > 1_900_000).all()


@pytest.mark.parametrize("crs", [3031, 3857, 4326, 32713])
def test_the_crs_of_the_places_does_not_matter(crs):
    (lon, lat), *_ = antarctic(250.0)
    shapes = gpd.GeoSeries([shapely.Point(lon, lat), shapely.Point(-105, -75.1)], crs=4326)
    expected = passes(places(*shapes))

    table = passes(gpd.GeoDataFrame(geometry=shapes.to_crs(crs)))

    assert table["rgt"].tolist() == expected["rgt"].tolist()
    assert np.allclose(table["distance_m"], expected["distance_m"], atol=0.2)


def test_places_of_both_hemispheres_are_in_longitude_and_latitude_with_lines_cut_at_180():
    table = passes(places(shapely.Point(180, -87.9), shapely.Point(-45, 75)), distance_m=20_000)

    assert table.crs.to_epsg() == 4326
    widths = [np.ptp(shapely.get_coordinates(part)[:, 0]) for part in shapely.get_parts(table.geometry.to_numpy())]
    assert max(widths) < 90
    assert shapely.get_num_geometries(table.geometry.to_numpy()).max() == 2


def test_parts_and_kinds_may_be_mixed_in_one_place():
    point, line = shapely.Point(-105, -75.1), shapely.LineString([(-100, -78), (-98, -78.5)])
    single = passes(places(point, line))

    log = makers.Log()
    mixed = shapely.GeometryCollection([shapely.MultiPoint([point]), line, shapely.Polygon()])
    table = passes(places(mixed), log)

    key = ["rgt", "direction", "pass_time"]
    nearest = single.sort_values("distance_m").drop_duplicates(["rgt", "direction", "cycle"])
    assert set(map(tuple, table[key].to_numpy())) == set(map(tuple, nearest[key].to_numpy()))
    assert "1 place (1 point and 1 line)" in log.text


def test_the_direction_chosen_is_that_of_the_rows():
    both, up = (passes(places(shapely.Point(-105, -75.1)), direction=way) for way in ("both", "ascending"))

    assert set(both["direction"]) == {"ascending", "descending"}
    assert len(up) == (both["direction"] == "ascending").sum() > 0


def test_crossovers_lie_on_the_line_at_their_distance_and_at_the_times_of_its_passes():
    line = shapely.LineString([(-110, -75.5), (-100, -76.0)])
    found = predict_passes(places(line, name=["Flight"]), PassPlan(**CYCLE_22, distance_m=0))
    table = pd.concat(list(found.crossovers()), ignore_index=True)
    near = pd.concat(list(found.passes()), ignore_index=True)

    assert table["pass_time"].is_monotonic_increasing
    assert set(zip(table["rgt"], table["direction"])) == set(zip(near["rgt"], near["direction"]))
    # Each on the geodesic of the line, at its distance from the line's begin.
    lon, lat = gpd.GeoSeries(table.geometry).to_crs(4326).get_coordinates().to_numpy().T
    from_begin = GEOD.inv(np.full(len(lon), -110.0), np.full(len(lon), -75.5), lon, lat)[2]
    assert np.allclose(from_begin, table["distance_m"], atol=1.0)
    assert table.groupby(["rgt", "direction"]).size().le(6).all()
    assert set(table["source"]) == {"track_model"}
