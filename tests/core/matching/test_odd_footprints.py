"""Footprints that are no strips: boxes, circles, holes, poles, the whole globe; and rows that are nothing at all."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import makers
from xopr_crossovers.core import job
from xopr_crossovers.core.crossings import beam_crossovers as crossover_points
from xopr_crossovers.core.frames.table import normalize_frames
from xopr_crossovers.core.granules import footprints
from xopr_crossovers.core.granules.table import granules_from_umm, normalize_granules
from xopr_crossovers.core.matching import Matching
from xopr_crossovers.core.matching import pairs as matching
from xopr_crossovers.core.xopr import matching as upstream_matching

#: A parallel leaves its great circles by 130 m, an edge the plane's by 10 m, the sphere the ellipsoid by nothing.
TOLERANCE_DEG = 0.005
FEW = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def record(name, **geometry):
    return {
        "meta": {"concept-id": f"G-{name}"},
        "umm": {
            "GranuleUR": name,
            "CollectionReference": {"ShortName": "ODD", "Version": "001"},
            "TemporalExtent": {"SingleDateTime": "2024-01-01T00:00:00Z"},
            "SpatialExtent": {"HorizontalSpatialDomain": {"Geometry": geometry}},
        },
    }


def rectangle(west, south, east, north):
    sides = {"West": west, "South": south, "East": east, "North": north}
    return {f"{side}BoundingCoordinate": value for side, value in sides.items()}


def boundary(ring):
    return {"Points": [{"Longitude": lon, "Latitude": lat} for lon, lat in [*ring, ring[0]]]}


def circle(lon, lat, radius, n=120):
    """Points all round, counter-clockwise, at a distance in degrees."""
    centre = makers.unit_vector(lon, lat)
    east = np.cross([0.0, 0.0, 1.0] if abs(lat) < 89 else [1.0, 0.0, 0.0], centre)
    east /= np.linalg.norm(east)
    turn = np.radians(np.arange(n) * 360 / n)[:, None]
    r = np.radians(radius)
    points = np.cos(r) * centre + np.sin(r) * (np.cos(turn) * east + np.sin(turn) * np.cross(centre, east))
    return [makers._lonlat(point) for point in points]


def dense(line):
    return np.array([p for a, b in zip(line[:-1], line[1:]) for p in makers.great_circle(a, b, 600)])


def box_depth(points, box):
    """How far points are inside a box, in degrees; negative outside. Longitudes count as they do on the ground."""
    west, south, east, north = box
    lon, lat = points.T
    width = 360.0 if east - west >= 360 else (east - west) % 360
    across = (lon - west - width / 2 + 180) % 360 - 180
    sideways = np.inf if width == 360 else (width / 2 - np.abs(across)) * np.cos(np.radians(lat))
    return np.minimum(sideways, np.minimum(lat - south, north - lat))


def circle_depth(points, lon, lat, radius):
    away = np.array([makers.unit_vector(*point) for point in points]) @ makers.unit_vector(lon, lat)
    return radius - np.degrees(np.arccos(np.clip(away, -1, 1)))


def deepest(depth):
    """True or False where that is sure, None within the tolerance."""
    best = depth.max()
    return None if abs(best) <= TOLERANCE_DEG else bool(best > 0)


def found(frames, granules, method="flightline"):
    pairs = matching.match(frames, granules, method)
    return set(zip(pairs.frame.tolist(), pairs.granule.tolist()))


def check(lines, records, truth):
    """Compare all ways to match with `truth(line's points, number of the granule)`."""
    frames = normalize_frames(makers.frames(*lines))
    granules, skipped = granules_from_umm(records)
    assert skipped == {}
    by_line, unsure = found(frames, granules), set()
    for frame, line in enumerate(lines):
        points = dense(line)
        for granule in range(len(records)):
            expected = truth(points, granule)
            if expected is None:
                unsure.add((frame, granule))
            else:
                assert ((frame, granule) in by_line) == expected, (line, records[granule])
    layer = footprints.granules_in_layer_crs(granules)
    assert shapely.is_valid(layer.geometry.to_numpy()).all()
    assert found(frames, normalize_granules(layer)) ^ by_line <= unsure or layer.crs.to_epsg() != 4326
    crossings = pd.concat(crossover_points.crossover_points(frames, normalize_granules(granules)))
    met = {(frames["id"].iloc[frame], granules["granule_id"].iloc[granule]) for frame, granule in by_line}
    assert set(zip(crossings["frame_id"], crossings["granule_id"])) <= met


latitudes = st.one_of(st.sampled_from([-90.0, -88.0, -60.0, 0.0, 45.0, 88.0, 90.0]), st.floats(-90, 90))
longitudes = st.one_of(st.sampled_from([-180.0, -90.0, 0.0, 180.0, 360.0]), st.floats(-180, 180))


@st.composite
def boxes(draw):
    west, east = draw(longitudes), draw(longitudes)
    south, north = sorted([draw(latitudes), draw(latitudes)])
    kind = draw(st.sampled_from(["any", "any", "globe", "band"]))
    if kind != "any":
        west, east = draw(st.sampled_from([(-180.0, 180.0), (0.0, 360.0)]))
    if kind == "globe":
        south, north = draw(st.sampled_from([(-90.0, 90.0), (-88.0, 88.0), (-90.0, 0.0), (-60.0, 90.0)]))
    width = 360.0 if east - west >= 360 else (east - west) % 360
    if width < 0.1 or north - south < 0.1:
        return -180.0, -90.0, 180.0, 90.0
    return west, south, east, north


@st.composite
def flights(draw):
    side = draw(st.sampled_from([-1, 1]))
    lat = side * np.array([draw(st.floats(55, 89.5)) for _ in range(2)])
    lon = draw(st.floats(-180, 180))
    return [(lon, lat[0]), ((lon + draw(st.floats(-40, 40)) + 180) % 360 - 180, lat[1])]


@FEW
@given(st.lists(flights(), min_size=3, max_size=4), st.lists(boxes(), min_size=4, max_size=5))
def test_a_box_is_met_by_the_lines_that_have_a_point_in_it_however_large_it_is(lines, drawn):
    records = [record(f"BOX_{k}.h5", BoundingRectangles=[rectangle(*box)]) for k, box in enumerate(drawn)]
    check(lines, records, lambda points, k: deepest(box_depth(points, drawn[k])))


@FEW
@given(
    st.lists(flights(), min_size=3, max_size=4),
    st.lists(
        st.tuples(longitudes.filter(lambda lon: lon <= 180), latitudes, st.floats(1, 85), st.booleans()),
        min_size=4,
        max_size=5,
    ),
)
def test_a_ring_holds_its_smaller_side_without_its_hole_whatever_pole_or_equator_it_goes_round(lines, drawn):
    def polygon(lon, lat, radius, holed):
        hole = {"ExclusiveZone": {"Boundaries": [boundary(circle(lon, lat, radius / 2))]}} if holed else {}
        return {"Boundary": boundary(circle(lon, lat, radius)), **hole}

    def truth(points, k):
        lon, lat, radius, holed = drawn[k]
        depth = circle_depth(points, lon, lat, radius)
        if holed:
            depth = np.minimum(depth, -circle_depth(points, lon, lat, radius / 2))
        # Between 120 points all round, an edge runs up to 0.034 % of the radius' tangent inside of the circle.
        unsure = TOLERANCE_DEG + 4e-4 * np.degrees(np.tan(np.radians(radius)))
        return None if abs(depth.max()) <= unsure else bool(depth.max() > 0)

    check(lines, [record(f"RING_{k}.h5", GPolygons=[polygon(*one)]) for k, one in enumerate(drawn)], truth)


WORLD_RINGS = [
    [(-180, -90), (180, -90), (180, 90), (-180, 90)],
    [(0, -90), (360, -90), (360, 90), (0, 90)],
    [(-180, -90), (0, -90), (180, -90), (180, 90), (0, 90), (-180, 90)],
]


@pytest.mark.parametrize("ring", WORLD_RINGS)
def test_a_ring_round_the_globe_without_a_hole_is_met_by_all_lines_but_those_in_the_hole(ring):
    hole = {"Boundaries": [boundary([(-110, -80), (-90, -80), (-90, -70), (-110, -70)])]}
    records = [
        record("WORLD.h5", GPolygons=[{"Boundary": boundary(ring)}]),
        record("HOLED.h5", GPolygons=[{"Boundary": boundary(ring), "ExclusiveZone": hole}]),
    ]
    lines = [[(-100, -75), (-101, -76)], [(60, -75), (61, -76)], [(-100, 75), (-101, 76)]]
    check(lines, records, lambda points, k: k == 0 or not (-110 < points[0, 0] < -90 and points[0, 1] < 0))
    frames, (granules, _) = normalize_frames(makers.frames(*lines)), granules_from_umm(records)
    met = {(0, 0), (1, 0), (2, 0), (1, 1), (2, 1)}
    assert met <= found(frames, granules, "strtree") <= found(frames, granules, "prefix")


def test_beside_strips_of_one_pole_the_part_of_a_world_box_there_is_shown_in_its_projection():
    strips = makers.granules(makers.strip((-100, -70), (-120, -80)))
    world, _ = granules_from_umm([record("W.h5", BoundingRectangles=[rectangle(-180, -90, 180, 90)])])
    together = gpd.GeoDataFrame(pd.concat([strips, world], ignore_index=True), crs="EPSG:4326")
    layer = footprints.granules_in_layer_crs(together)
    assert layer.crs.to_epsg() == 3031
    assert layer.geometry.is_valid.all()
    frames = normalize_frames(makers.frames([(20, -75), (21, -76)], [(-95, -75), (-125, -75)]))
    assert found(frames, normalize_granules(layer)) == found(frames, together) == {(0, 1), (1, 0), (1, 1)}


HOSTILE = {
    "none": None,
    "empty": shapely.Polygon(),
    "a line": shapely.Polygon([(0, -80), (0, -70), (0, -75)]),
    "a point": shapely.Polygon([(-105, -75)] * 4),
    "not a number": shapely.Polygon([(-110, -80), (np.nan, -80), (-100, -70)]),
    "endless": shapely.Polygon([(-110, -80), (np.inf, -80), (-100, -70)]),
    "off the Earth": shapely.Polygon([(-110, -80), (-100, -180), (-100, 270)]),
    "a bow tie": shapely.Polygon([(-30, -80), (-20, -70), (-20, -80), (-30, -70)]),
    "a hole outside": shapely.Polygon([(20, -80), (30, -80), (25, -70)], [[(50, -80), (60, -80), (55, -70)]]),
    "round the equator": shapely.Polygon([(lon, 0) for lon in range(-180, 180, 10)]),
    "the world": shapely.box(-180, -90, 180, 90),
    "both poles": shapely.Polygon([(0, -90), (10, 0), (0, 90), (-10, 0)]),
}


@pytest.mark.parametrize("method", matching.METHODS)
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3031", "EPSG:3413"])
def test_one_bad_row_never_takes_the_others_along(method, crs):
    good = makers.strip((-100, -70), (-120, -80))
    frames = normalize_frames(makers.frames([(-95, -75), (-125, -75)]))
    table = makers.granules(*[good] * (len(HOSTILE) + 2))
    table["geometry"] = gpd.GeoSeries([table.geometry[0], *HOSTILE.values(), table.geometry[0]], crs="EPSG:4326")
    if crs != "EPSG:4326":
        moved = footprints.reproject(table.geometry.to_numpy(), "EPSG:4326", crs)
        table = table.set_geometry(gpd.GeoSeries(moved, crs=crs))
    matched = job.match_granules(frames, table, Matching(method)).matches
    names = table["granule_id"].tolist()
    assert {names[0], names[-1]} <= set(matched["granule_id"])
    unusable = [
        name
        for name, kind in zip(names[1:], HOSTILE)
        if kind in ("none", "empty", "a point", "not a number", "endless", "off the Earth")
    ]
    assert not set(unusable) & set(matched["granule_id"])
    crossings = pd.concat(crossover_points.crossover_points(frames, normalize_granules(table)))
    assert {names[0], names[-1]} <= set(crossings["granule_id"])


def test_what_cannot_be_used_is_counted_in_the_log_with_its_reason():
    good = makers.strip((-100, -70), (-120, -80))
    table = makers.granules(good, good, good)
    table["geometry"] = gpd.GeoSeries([table.geometry[0], HOSTILE["a line"], None], crs="EPSG:4326")
    log = makers.Log()
    job.match_granules(
        normalize_frames(makers.frames([(-95, -75), (-125, -75)])), table, Matching("flightline"), progress=log
    )
    assert "1 granule has no usable footprint in EPSG:3031, and no match." in log.warnings
    assert "1 of 3 granules has no footprint, and no match." in log.warnings


@pytest.mark.parametrize(
    "box", [(-180, 10, 180, 10), (20, -80, 20, -70), (180, -80, -180, -70), (0, -95, 10, -70), (400, -80, 410, -70)]
)
def test_a_box_without_area_or_off_the_earth_is_left_out_and_counted_and_the_others_stay(box):
    good = record("GOOD.h5", BoundingRectangles=[rectangle(-110, -80, -100, -70)])
    granules, skipped = granules_from_umm([good, record("BAD.h5", BoundingRectangles=[rectangle(*box)])])
    assert granules["granule_id"].tolist() == ["GOOD.h5"]
    assert list(skipped.values()) == [1]


def test_the_notebook_s_functions_take_a_world_box_for_what_it_is():
    granules, _ = granules_from_umm([record("W.h5", BoundingRectangles=[rectangle(-180, -88, 180, 88)])])
    rings = [[(lat, lon) for lon, lat in part.exterior.coords] for part in granules.geometry.iloc[0].geoms]
    world = {"granule_id": "W.h5", "https_url": "https://h/W.h5", "s3_url": None, "points": rings[0], "rings": rings}
    for crs, line in (("EPSG:3031", [(-100, -75), (-101, -76)]), ("EPSG:3413", [(-40, 75), (-41, 76)])):
        frames = makers.frames(line)
        tree, kept = upstream_matching.build_granule_strtree([world], crs)
        assert upstream_matching.match_frames_to_granules(frames, tree, kept, crs)["n_granules"].tolist() == [1]
        index = upstream_matching.build_granule_prefix_index([world], order=6)
        assert upstream_matching.match_frames_to_granules_prefix(frames, index)["n_granules"].tolist() == [1]


def test_a_way_through_a_footprint_that_touches_its_edge_from_inside_is_one_crossover():
    corner = (-104.0, -75.0)
    ring = [(-110, -80), (-100, -80), (-100, -74), corner, (-108, -74)]
    table = makers.granules(ring, names=["ODD_1.h5"])
    table["rgt"] = pd.array([None], dtype="Int64")
    frames = normalize_frames(makers.frames([(-107.0, -78.0), corner, (-101.0, -78.0)]))
    crossings = pd.concat(crossover_points.crossover_points(frames, normalize_granules(table)))
    assert len(crossings) == 1
