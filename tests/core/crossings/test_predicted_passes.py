"""Predicted passes against NASA's tracks, real names, and distances by PROJ and planar geometry about each place."""

from __future__ import annotations

import json
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

import makers
from xopr_crossovers.core.common import CancelledError, InputError
from xopr_crossovers.core.crossings.pass_plan import PassPlan
from xopr_crossovers.core.crossings.predicted_passes import predict_passes
from xopr_crossovers.core.icesat2 import orbit

GEOD = pyproj.Geod(ellps="WGS84")
CYCLE_22 = {"start_date": "2023-12-18", "end_date": "2024-03-18"}
# All tracks between which nothing is 6 km off.
COARSE_DEG, FINE_DEG = 0.1, 0.01


def places(*shapes, crs=4326, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def passes(table, log=None, **plan):
    found = predict_passes(table, PassPlan(**{**CYCLE_22, **plan}), log)
    return pd.concat(list(found.passes()), ignore_index=True)


@cache
def coarse_tracks(side):
    """All tracks beyond 55 degrees, every 11 km: RGT, argument of latitude, and places on the unit sphere."""
    middle = 270.0 if side < 0 else 90.0
    rgt, u = (
        one.ravel()
        for one in np.meshgrid(np.arange(1, 1388), np.arange(middle - 36, middle + 36, COARSE_DEG) + COARSE_DEG / 2)
    )
    lon, lat = np.radians(orbit.ground_track(rgt, u))
    return rgt, u, np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def by_plane(shape, middle, distance_m):
    """RGT and direction of each centre line within a distance of a shape, with that distance: planar, about the middle.

    The shape's vertices are joined by geodesics; in the azimuthal equidistant plane nothing near the middle is off by
    more than 4e-5 of its distance.
    """
    lon, lat = middle
    plane = pyproj.Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lat_0={lat} +lon_0={lon} +ellps=WGS84", always_xy=True
    )
    flat = shapely.transform(along_geodesics(shape), lambda xy: np.column_stack(plane.transform(*xy.T)))
    reach = distance_m + 6_000 + shapely.hausdorff_distance(flat, shapely.Point(0, 0))
    rgt, u, xyz = coarse_tracks(np.sign(lat))
    phi, lam = np.radians([lat, lon])
    centre = np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    near = np.flatnonzero(xyz @ centre > np.cos(1.01 * reach / 6_371_000))
    found = {}
    fine = np.arange(-COARSE_DEG / 2, COARSE_DEG / 2 + FINE_DEG / 2, FINE_DEG)
    for track in np.unique(rgt[near]):
        begin = u[near][rgt[near] == track]
        xy = np.stack(plane.transform(*orbit.ground_track(track, begin[:, None] + fine)), axis=-1)
        off = shapely.distance(flat, shapely.linestrings(xy))
        for heading, name in ((1, "ascending"), (-1, "descending")):
            mine = np.sign(np.cos(np.radians(begin))) == heading
            if mine.any() and off[mine].min() <= distance_m + 30:
                found[track, name] = off[mine].min()
    return found


def along_geodesics(shape):
    """The shape with a vertex every 200 m on the geodesics between its own."""

    def dense(xy):
        parts = [xy[:1]]
        for (lon_a, lat_a), (lon_b, lat_b) in zip(xy[:-1], xy[1:]):
            n = int(GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2] // 200)
            between = GEOD.npts(lon_a, lat_a, lon_b, lat_b, n) if n else []
            parts.append(np.array([*between, (lon_b, lat_b)]))
        return np.concatenate(parts)

    if shape.geom_type == "Polygon":
        return shapely.Polygon(*(lambda rings: (rings[0], rings[1:]))([dense(ring) for ring in rings_of(shape)]))
    return shape if shape.geom_type == "Point" else shapely.LineString(dense(shapely.get_coordinates(shape)))


def rings_of(polygon):
    return [shapely.get_coordinates(ring) for ring in (polygon.exterior, *polygon.interiors)]


def about(lon, lat, *offsets):
    """Places by azimuth and metres from a middle."""
    return [GEOD.fwd(lon, lat, azimuth, metres)[:2] for azimuth, metres in offsets]


KINDS = ("point", "line", "polygon")


def drawn(kind, lon, lat, turn, size):
    if kind == "point":
        return shapely.Point(lon, lat)
    corners = about(lon, lat, (turn, size), (turn + 110, size / 2), (turn + 250, size))
    return shapely.LineString(corners) if kind == "line" else shapely.Polygon(corners)


@settings(max_examples=12, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    lon=st.floats(-180, 180),
    lat=st.floats(62, 88.4),
    south=st.booleans(),
    turn=st.floats(0, 360),
    size=st.sampled_from([300.0, 5_000.0, 40_000.0]),
    distance=st.sampled_from([0.0, 500.0, 5_000.0]),
)
@example(kind="point", lon=180.0, lat=87.98, south=True, turn=0, size=0.0, distance=2_000.0)
@example(kind="line", lon=-179.99, lat=80.0, south=False, turn=45, size=40_000.0, distance=500.0)
@example(kind="polygon", lon=180.0, lat=75.0, south=True, turn=0, size=40_000.0, distance=0.0)
@example(kind="polygon", lon=10.0, lat=87.9, south=False, turn=30, size=40_000.0, distance=500.0)
def test_each_pass_within_the_distance_is_there_at_its_distance_and_no_other(
    kind, lon, lat, south, turn, size, distance
):
    lat = -lat if south else lat
    shape = drawn(kind, lon, lat, turn, size)
    expected = by_plane(shape, (lon, lat), distance)

    table = passes(places(shape), distance_m=distance, beams=["centre"])

    found = {(rgt, way): off for rgt, way, off in zip(table["rgt"], table["direction"], table["distance_m"])}
    turned = {rgt for rgt, _ in found if (rgt, "ascending") in found} & {
        rgt for rgt, way in expected if (rgt, "descending" if way == "ascending" else "ascending") in expected
    }
    for key in found.keys() | expected.keys():
        rgt, way = key
        other = (rgt, "descending" if way == "ascending" else "ascending")
        if key not in found:
            # At the turn one stretch goes both ways, and has one row: that of its nearest approach.
            assert expected[key] > distance - 3 or other in found, key
        elif key not in expected or expected[key] > distance:
            assert found[key] > distance - 3, key
        else:
            assert found[key] == pytest.approx(expected[key], abs=3), key
    assert not turned - set(table["rgt"])
    assert (table["distance_m"] <= distance).all()


# --- against NASA's tracks, and real names ---


def test_a_point_of_nasas_tracks_has_the_pass_of_its_rgt_within_metres_and_at_its_time(real_data):
    points = pd.read_csv(real_data / "orbit" / "rgt_cycle14_points.csv.gz")
    polar = points[points["latitude"].abs() > 62].sample(150, random_state=1).reset_index(drop=True)
    table = places(*shapely.points(polar["longitude"], polar["latitude"]))

    found = passes(table, start_date="2021-12-22", end_date="2022-03-23", distance_m=500, beams=["centre"])

    of = found[found["rgt"].to_numpy() == polar["RGT"].to_numpy()[found["place"] - 1]]
    off = of["pass_time"] - pd.to_datetime(polar["utc"], utc=True).iloc[of["place"] - 1].set_axis(of.index)
    mine = of[off.abs() < pd.Timedelta(minutes=2)]
    assert set(mine["place"]) == set(range(1, 151))
    # Between the vertices of a line, 237 km apart, it is off by up to 2.5 m.
    assert mine["distance_m"].max() <= 2.5
    # Cycle 14 came 39 s later than by the even calendar; NASA's times are whole seconds of the plan.
    assert off[mine.index].abs().max() < pd.Timedelta(seconds=60)


def test_real_granules_of_later_cycles_begin_when_a_pass_is_predicted_at_the_place(real_data):
    items = json.loads((real_data / "granules" / "atl06_real_values_umm.json").read_text())["items"]
    names = [item["umm"]["GranuleUR"] for item in items]
    names += list(gpd.read_parquet(real_data / "granules" / "atl03_v007_footprints.parquet")["id"])
    real = pd.Series(names).str.extract(r"_(\d{14})_(\d{4})(\d\d)(\d\d)_").astype(np.int64)
    real = real[real[2] >= 3].drop_duplicates([1, 2, 3]).reset_index(drop=True)
    real = real.sample(min(len(real), 120), random_state=1).reset_index(drop=True)
    begin, _ = orbit.region_arc(real[3].to_numpy())
    table = places(*shapely.points(*orbit.ground_track(real[1].to_numpy(), begin)))

    found = passes(table, start_date="2019-03-29", end_date="2026-03-28", distance_m=1_000, beams=["centre"])

    of = real.iloc[found["place"] - 1].reset_index(drop=True)
    mine = ((of[1] == found["rgt"]) & (of[2] == found["cycle"])).to_numpy()
    off = found["pass_time"] - pd.to_datetime(of[0].astype(str), format="%Y%m%d%H%M%S", utc=True)
    off = off[mine].abs().groupby(found["place"][mine]).min()
    assert len(off) == len(real) > 100
    assert real[2].max() >= 20
    assert off.max() < pd.Timedelta(seconds=45)
    assert (off < pd.Timedelta(seconds=20)).mean() >= 0.95


def test_what_lies_beside_a_track_as_a_real_beam_does_is_near_that_beam():
    # DOMAIN: 3,420 and 3,326 m in Antarctica, 47 m for the middle pair; 3,280 and 3,190 m in Greenland.
    for u, metres, beam in (
        (258.0, 3_420, "gt1l"),
        (258.0, -3_326, "gt3l"),
        (282.0, 47, "gt2l"),
        (72.0, 3_190, "gt1r"),
    ):
        (lon, ahead), (lat, ahead_lat) = np.transpose([orbit.ground_track(500, u), orbit.ground_track(500, u + 0.001)])
        azimuth = GEOD.inv(lon, lat, ahead, ahead_lat)[0]
        lon, lat = GEOD.fwd(lon, lat, azimuth - 90, metres)[:2]

        table = passes(places(shapely.Point(lon, lat)), distance_m=2_000)

        mine = table[table["rgt"] == 500].iloc[0]
        assert (mine["beam"], mine["distance_m"] < 25) == (beam, True)


# --- what a row is ---


def antarctic(*u):
    """A line along RGT 500's track."""
    return np.transpose(orbit.ground_track(500, np.array(u)))


def beside(lon, lat, azimuth, metres):
    return shapely.Point(GEOD.fwd(lon, lat, azimuth, metres)[:2])


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


# --- what is said ---


def test_features_without_a_place_are_counted_and_named():
    log = makers.Log()
    bad = shapely.Point(500, 95)
    table = places(shapely.Point(-105, -75.1), None, shapely.Point(), bad, name=["Camp", "Depot", None, "Wrong"])

    found = passes(table, log)

    assert set(found["place_name"]) == {"Camp"}
    assert "2 of 4 features have no geometry, and no pass: Depot and place 3." in log.text
    assert "1 of 4 features has no place on the Earth" in log.text
    assert log.text.count("Wrong") == 1


def test_a_place_that_nothing_passes_is_named_with_the_reason():
    log = makers.Log()
    found = passes(
        places(shapely.Point(0, -90), shapely.Point(0, -75.12345), name=["Pole", "Gap"]), log, distance_m=1.0
    )

    assert len(found) == 0
    assert (
        "Nothing passes within 0.001 km of 2 of 2 places in any cycle: Pole and Gap; the tracks turn at 88" in log.text
    )
    assert found.geometry.dtype == "geometry"
    # 220 km from the pole they pass all the time.
    assert set(passes(places(shapely.Point(0, -90)), distance_m=230_000)["rgt"]) == set(range(1, 1388))


def test_passes_that_come_after_the_last_day_are_announced():
    log = makers.Log()
    whole = passes(places(shapely.Point(-105, -75.1)))
    first = whole["pass_time"].iloc[0]
    day = f"{first - pd.Timedelta(days=1):%Y-%m-%d}"

    none = passes(places(shapely.Point(-105, -75.1), name=["Camp"]), log, start_date=day, end_date=day)

    assert len(none) == 0
    assert (
        f"1 place has passes, but none in this time: Camp. The next one is at Camp, {first:%Y-%m-%d %H:%M} UTC"
        in log.text
    )


def test_the_log_says_that_it_is_a_plan_and_that_later_times_are_not_known():
    log = makers.Log()
    passes(places(shapely.Point(-105, -75.1)), log, start_date="2026-11-25", end_date="2026-12-25")

    assert "A plan, not an observation" in log.text
    assert "Cycle 34 is 4 cycles after the last one that the calendar was compared with" in log.text


def test_middle_latitudes_and_early_cycles_may_be_pointed_beside_their_tracks():
    table = passes(
        places(shapely.Point(10, 45), shapely.Point(10, -75)), start_date="2019-01-01", end_date="2019-06-25"
    )

    polar = (table["place"] == 2) & (table["cycle"] >= 3)
    assert set(table.loc[polar, "uncertainty_m"]) == {100}
    assert set(table.loc[~polar, "uncertainty_m"]) == {13_000}
    assert all("100 m" in text for text in table.loc[polar, "accuracy"])


NOW = pd.Timestamp("2026-11-25 13:00")


def test_without_days_it_is_91_days_from_today():
    assert PassPlan(now=NOW).days() == (pd.Timestamp("2026-11-25"), pd.Timestamp("2027-02-24"))


def test_the_first_and_the_last_day_belong_to_it():
    table = passes(places(shapely.Point(0, -87.5)), start_date="2024-01-01", end_date="2024-01-02", distance_m=50_000)

    assert f"{table['pass_time'].min():%m-%d}" == "01-01"
    assert f"{table['pass_time'].max():%m-%d}" == "01-02"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"start_date": "2018-10-12"}, "START_DATE 2018-10-12 is before ICESat-2's first data; begin at 2018-10-13"),
        ({"end_date": "2026-11-24"}, r"END_DATE 2026-11-24 is before START_DATE 2026-11-25 \(today\)"),
        ({"end_date": "2036-11-26"}, "it is more than 10 years; ask for fewer"),
        ({"start_date": "2043-01-01", "end_date": "2044-01-01"}, "after repeat cycle 99"),
        ({"start_date": "01/06/2024"}, "START_DATE is not a date"),
        ({"distance_m": 300_001}, "DISTANCE must be from 0 to 300,000 metres"),
        ({"distance_m": float("nan")}, "DISTANCE must be from 0"),
        ({"beams": ["gt4l"]}, "there is no beam 'gt4l'"),
        ({"direction": "up"}, "there is no direction 'up'"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_one_sentence(wrong, sentence):
    with pytest.raises(InputError, match=sentence):
        PassPlan(now=NOW, **wrong)


@pytest.mark.parametrize("last", ["2036-11-25", "2026-11-25"])
def test_ten_years_and_one_day_are_not_too_long_or_too_short(last):
    assert PassPlan(now=NOW, end_date=last).days()[1] == pd.Timestamp(last)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (places(), "PLACES has no feature"),
        (places(None, shapely.Point()), "none of 2 features has a geometry"),
        (places(shapely.Point(0, -75), crs=None), "no coordinate reference system"),
        (places(shapely.Point(1e6, -7e5)), "looks like metres"),
    ],
)
def test_a_layer_without_a_place_is_refused_in_one_sentence(table, sentence):
    with pytest.raises(InputError, match=sentence):
        passes(table)


@pytest.mark.parametrize(
    ("columns", "number", "name"),
    [
        ({"fid": [12], "Name": ["Camp"]}, 12, "Camp"),
        ({"id": [7]}, 1, "7"),
        ({"remark": ["x"], "STATION_NAME": ["AWS 3"]}, 1, "AWS 3"),
        ({"remark": ["x"]}, 1, None),
    ],
)
def test_a_row_says_whose_place_it_is(columns, number, name):
    table = passes(places(shapely.Point(-105, -75.1), **columns))

    assert set(table["place"]) == {number}
    assert set(table["place_name"]) == {name}


def test_the_search_and_the_rows_stop_soon_after_the_wish():
    rng = np.random.default_rng(3)
    table = places(*shapely.points(rng.uniform(-180, 180, 300), rng.uniform(-87, -64, 300)))
    whole = makers.Log()
    passes(table, whole, end_date="2030-01-01")
    for looks in (1, whole.looks // 2, whole.looks - 1):
        with pytest.raises(CancelledError):
            passes(table, makers.Log(cancel_after=looks), end_date="2030-01-01")


def test_long_lines_are_written_some_at_a_time():
    continent = places(shapely.box(-180, -90, 180, -60))

    tables = list(predict_passes(continent, PassPlan(**CYCLE_22, beams=["gt2l"])).passes())

    # 92 days of orbits of 94.29 minutes; each is followed for 60 degrees and more, and 50,000 degrees at once.
    assert abs(sum(len(table) for table in tables) - 92 * 24 * 60 / 94.29) < 1
    assert max(len(table) for table in tables) < 50_000 / 60
    assert pd.concat(tables)["pass_time"].is_monotonic_increasing
