"""The stand-in is a fair witness: its searches against hand geometry, its granules against the real ones."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import geopandas as gpd
import numpy as np
import pytest
import requests
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from standin import StandIn
from standin.query import read

EARTH_RADIUS_KM = 6371.0
ATL06 = {"provider": "NSIDC_CPRD", "short_name": "ATL06", "version": "007"}
ANTARCTICA = "-180,-90,180,-50"


@pytest.fixture(scope="module")
def cmr():
    with StandIn(cycles=[22]) as server:
        yield server


@pytest.fixture(scope="module")
def antarctic(cmr):
    """All records of the cycle's Antarctic granules, by name."""
    return {record["umm"]["GranuleUR"]: record for record in pages(cmr, bounding_box=ANTARCTICA)}


@pytest.fixture(scope="module")
def insides(antarctic):
    """Names of every seventh track's granules, and points in each footprint, 10 km apart along it: (n, m, 3)."""
    some = {name: record for name, record in antarctic.items() if int(name[21:25]) % 7 == 0}
    return np.array(list(some)), np.array([inside(ring_of(record), 360) for record in some.values()])


def ask(cmr, headers=None, **parameters):
    return requests.get(cmr.search_url, params={**ATL06, **parameters}, headers=headers, timeout=60)


def names(cmr, **parameters):
    answer = ask(cmr, page_size=2000, **parameters)
    found = [record["umm"]["GranuleUR"] for record in answer.json()["items"]]
    assert len(found) == int(answer.headers["CMR-Hits"])
    return found


def pages(cmr, **parameters):
    records, headers = [], {}
    while True:
        answer = ask(cmr, headers, page_size=2000, **parameters)
        items = answer.json()["items"]
        records += items
        if not items:
            assert "CMR-Search-After" not in answer.headers
            return records
        headers = {"CMR-Search-After": answer.headers["CMR-Search-After"]}


def names_without_pages(cmr, **parameters):
    """As :func:`names`, but asking the search itself: quick enough for many areas."""
    rows = read([*ATL06.items(), *parameters.items()]).find(cmr.granules)
    return {cmr.granules.names[row] for row in rows}


def ring_of(record):
    geometry = record["umm"]["SpatialExtent"]["HorizontalSpatialDomain"]["Geometry"]
    (polygon,) = geometry["GPolygons"]
    return np.array([(point["Longitude"], point["Latitude"]) for point in polygon["Boundary"]["Points"]])


def unit(points):
    longitude, latitude = np.radians(np.asarray(points, dtype=float)).T
    return np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=-1
    )


def edges(ring):
    """The two sides of a strip, from the pairing of the vertices."""
    vectors = unit(ring[:-1])
    half = len(vectors) // 2
    return vectors[1 : half + 1], np.vstack([vectors[:1], vectors[:half:-1]])


def inside(ring, n):
    """Points of a strip: n along each of both edges and the middle, on great circles between the vertices."""
    lines = []
    for line in (*edges(ring), sum(edges(ring))):
        at = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        where = np.linspace(0, at[-1], n)
        lines.append(np.stack([np.interp(where, at, column) for column in line.T], axis=-1))
    points = np.vstack(lines)
    return points / np.linalg.norm(points, axis=1)[:, None]


def in_box(vectors, box, margin_km=0.0):
    west, south, east, north = box
    latitude = np.degrees(np.arcsin(np.clip(vectors[..., 2], -1, 1)))
    longitude = np.degrees(np.arctan2(vectors[..., 1], vectors[..., 0]))
    margin = np.degrees(margin_km / EARTH_RADIUS_KM)
    sideways = margin / np.cos(np.radians(np.clip(np.abs(latitude) + margin, 0, 89)))
    width = (east - west) % 360
    return (
        (latitude >= south - margin)
        & (latitude <= north + margin)
        & ((longitude - west + sideways) % 360 <= width + 2 * sideways)
    )


def circle(longitude, latitude, radius_degrees, n=8):
    """Corners, counter-clockwise, at a distance from a point; great circles between them make a convex polygon."""
    (centre,) = unit([(longitude, latitude)])
    side = np.cross([0.0, 0.0, 1.0] if abs(latitude) < 89 else [1.0, 0.0, 0.0], centre)
    side /= np.linalg.norm(side)
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)[:, None]
    ring = np.cos(angle) * side + np.sin(angle) * np.cross(centre, side)
    vectors = np.cos(np.radians(radius_degrees)) * centre + np.sin(np.radians(radius_degrees)) * ring
    points = np.degrees(np.column_stack([np.arctan2(vectors[:, 1], vectors[:, 0]), np.arcsin(vectors[:, 2])]))
    return np.round(np.vstack([points, points[:1]]), 6)


def in_polygon(vectors, corners, margin_km=0.0):
    normals = np.cross(unit(corners[:-1]), unit(corners[1:]))
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    return np.all(vectors @ normals.T >= -np.sin(margin_km / EARTH_RADIUS_KM), axis=-1)


def text(numbers):
    return ",".join(f"{number:.6f}" for number in np.ravel(numbers))


# Granules


def test_a_full_cycle_has_4161_antarctic_granules(antarctic):
    assert len(antarctic) == 4161


def test_every_track_and_region_of_the_cycle_is_there_once(antarctic):
    tracks = {(int(name[21:25]), name[25:27], int(name[27:29])) for name in antarctic}
    assert tracks == {(rgt, "22", region) for rgt in range(1, 1388) for region in (10, 11, 12)}


def test_33_cycles_are_137313_antarctic_granules():
    with StandIn(cycles=range(1, 34), regions=[10, 11, 12]) as server:
        assert ask(server, page_size=0).headers["CMR-Hits"] == "137313"


def test_a_record_names_its_file_times_links_and_size_as_the_real_ones_do(antarctic):
    # One of the granules that the xOPR notebook lists, with its links.
    name = "ATL06_20240219014935_09502212_007_01.h5"
    (record,) = [record for known, record in antarctic.items() if known[21:] == name[21:]]
    umm = record["umm"]
    assert umm["GranuleUR"][:16] == name[:16]
    links = {link["Type"]: link["URL"] for link in umm["RelatedUrls"][:2]}
    folder = f"nsidc-cumulus-prod-protected/ATLAS/ATL06/007/2024/02/19/{umm['GranuleUR']}"
    assert links["GET DATA"] == f"https://data.nsidc.earthdatacloud.nasa.gov/{folder}"
    assert links["GET DATA VIA DIRECT ACCESS"] == f"s3://{folder}"
    times = umm["TemporalExtent"]["RangeDateTime"]
    # The calendar is good to two minutes; the piece from 79 to 50 S takes 29 of 360 degrees of 94.3 minutes.
    late = np.datetime64(times["BeginningDateTime"][:-1]) - np.datetime64("2024-02-19T01:49:35")
    assert abs(late) < np.timedelta64(120, "s")
    lasts = np.datetime64(times["EndingDateTime"][:-1]) - np.datetime64(times["BeginningDateTime"][:-1])
    assert abs(lasts - np.timedelta64(460, "s")) < np.timedelta64(5, "s")
    (size,) = umm["DataGranule"]["ArchiveAndDistributionInformation"]
    assert size["SizeUnit"] == "MB"
    assert size["Size"] == pytest.approx(size["SizeInBytes"] / 1024**2)
    assert record["meta"]["provider-id"] == "NSIDC_CPRD"
    assert record["meta"]["collection-concept-id"] == "C3564876127-NSIDC_CPRD"


def test_footprints_are_made_as_the_real_ones_are(real_data):
    def facts(rings):
        counts = np.array([len(ring) for ring in rings])
        pairs = [edges(ring) for ring in rings]
        widths = np.concatenate([np.linalg.norm(a - b, axis=1) for a, b in pairs]) * EARTH_RADIUS_KM
        steps = np.concatenate([np.linalg.norm(np.diff(a, axis=0), axis=1) for a, _ in pairs]) * EARTH_RADIUS_KM
        unwrapped = [np.column_stack([np.unwrap(ring[:, 0], period=360), ring[:, 1]]) for ring in rings]
        area = np.array([np.sum(r[:-1, 0] * r[1:, 1] - r[1:, 0] * r[:-1, 1]) for r in unwrapped])
        north_first = np.array([ring[:2, 1].mean() > ring[len(ring) // 2, 1] for ring in rings])
        east_first = np.array([r[0, 0] > r[1, 0] for r in unwrapped])
        return counts, widths, steps, (area > 0) & north_first & east_first

    real = [np.array(polygon.exterior.coords) for polygon in
            gpd.read_parquet(real_data / "granules" / "atl03_v007_footprints.parquet").geometry]  # fmt: skip
    with StandIn(cycles=[22], regions=[2, 6]) as server:
        ours = [ring_of(record) for record in pages(server)]
    assert len(ours) == 2 * 1387
    for rings in (real, ours):
        counts, widths, steps, same_order = facts(rings)
        assert (counts.min(), counts.max()) == (9, 51)
        assert 25 <= np.median(counts) <= 27
        assert np.all(counts % 2 == 1)
        assert widths.min() > 12.3
        assert widths.max() < 13.5
        assert 250 < np.median(steps) < 330
        assert steps.max() < 1700
        assert same_order.all()
    assert sum(np.ptp(ring[:, 0]) > 180 for ring in real) == 1020
    assert sum(np.ptp(ring[:, 0]) > 180 for ring in ours) > 0


def test_no_ring_goes_round_the_pole_and_those_over_the_antimeridian_are_not_split(antarctic):
    rings = [ring_of(record) for record in antarctic.values()]
    assert all(np.all(ring[0] == ring[-1]) for ring in rings)
    turns = [np.sum((np.diff(ring[:, 0]) + 180) % 360 - 180) for ring in rings]
    assert turns == pytest.approx(np.zeros(len(turns)), abs=1e-9)
    assert min(ring[:, 0].min() for ring in rings) >= -180
    assert max(ring[:, 0].max() for ring in rings) <= 180
    crossing = [ring for ring in rings if np.ptp(ring[:, 0]) > 180]
    assert len(crossing) > 500


# The search area


boxes = st.builds(
    lambda west, width, south, height: (
        round(west, 3),
        round(south, 3),
        round((west + width + 180) % 360 - 180, 3),
        round(min(south + height, -50.0), 3),
    ),
    st.floats(-180, 179.9),
    st.floats(0.2, 40),
    st.floats(-87, -52),
    st.floats(0.2, 15),
)


@given(boxes)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_box_finds_the_granules_that_reach_into_it_and_no_others(cmr, insides, box):
    known, vectors = insides
    found = set(known) & names_without_pages(cmr, bounding_box=text(box))
    assert set(known[in_box(vectors, box).any(axis=1)]) <= found
    # No point of a strip is farther than 8 km from those looked at: they are 10 km apart along it, 6.25 across.
    assert found <= set(known[in_box(vectors, box, margin_km=8).any(axis=1)])


@given(st.floats(-180, 180), st.floats(-90, -55), st.floats(0.2, 12), st.integers(3, 12))
@example(0.0, -55.0, 1.0, 3)
@example(180.0, -88.0, 3.0, 4)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_polygon_finds_the_granules_that_reach_into_it_and_no_others(cmr, insides, longitude, latitude, radius, n):
    known, vectors = insides
    corners = circle(longitude, latitude, radius, n)
    found = set(known) & names_without_pages(cmr, polygon=text(corners))
    assert set(known[in_polygon(vectors, corners).any(axis=1)]) <= found
    assert found <= set(known[in_polygon(vectors, corners, margin_km=8).any(axis=1)])


def test_a_box_over_the_antimeridian_finds_what_its_two_halves_find(cmr):
    whole = names(cmr, bounding_box="179,-84,-179,-83")
    halves = [names(cmr, bounding_box="179,-84,180,-83"), names(cmr, bounding_box="-180,-84,-179,-83")]
    assert 0 < len(whole) < 300
    assert set(whole) == set(halves[0]) | set(halves[1])


def test_no_track_reaches_the_pole_and_all_pass_within_250_km(cmr):
    assert names(cmr, bounding_box="-180,-90,180,-88.5") == []
    assert names(cmr, polygon=text(circle(0, -90, 1.5))) == []
    around = names(cmr, bounding_box="-180,-90,180,-87.8")
    assert len(around) == 1387
    assert {name[27:29] for name in around} == {"11"}
    assert set(names(cmr, polygon=text(circle(0, -90, 2.6)))) == set(around)


def test_a_polygon_with_the_north_pole_inside_finds_nothing_of_antarctica(cmr):
    found = ask(cmr, polygon="0,60,120,60,-120,60,0,60", page_size=2000)
    assert found.headers["CMR-Hits"] == str(3 * 1387)
    assert {record["umm"]["GranuleUR"][27:29] for record in found.json()["items"]} == {"03", "04", "05"}


def test_two_polygons_find_either_only_if_asked_so(cmr):
    west, east = text(circle(-100, -75, 0.5)), text(circle(100, -75, 0.5))
    each = [set(names(cmr, **{"polygon[]": area})) for area in (west, east)]
    both = {"polygon[]": [west, east]}
    assert set(names(cmr, **both, **{"options[polygon][or]": "true"})) == each[0] | each[1]
    assert set(names(cmr, **both)) == each[0] & each[1]


def test_the_notebooks_search_finds_the_tracks_that_it_printed(real_data):
    notebook = real_data.parent / "seed" / "xopr_atl06_crossovers.txt"
    if not notebook.is_file():
        pytest.skip("the notebook's text is not on this machine")
    printed = set()
    for piece in notebook.read_text().split("'granule_id': '")[1:]:
        printed.add(piece.split("'")[0])
    assert len(printed) == 21
    with StandIn(cycles=[22, 23]) as server:
        found = names(
            server,
            bounding_box="-105.99056603773585,-75.7091526879851,-103.5,-74.97216337509033",
            temporal="2024-01-06T00:00:00Z,2024-04-06T23:59:59Z",
        )
    # CMR found 24 in the box, of which 21 touch the frame's cells.
    assert 24 <= len(found) <= 30
    assert {name[21:29] for name in printed} <= {name[21:29] for name in found}


# Other parameters


@pytest.mark.parametrize(
    ("start", "end"),
    [("2024-01-06T00:00:00", "2024-01-06T23:59:59"), ("", "2023-12-19T00:00:00"), ("2024-03-18T00:00:00", "")],
)
def test_temporal_keeps_granules_that_touch_the_window(cmr, antarctic, start, end):
    touching = set()
    for name, record in antarctic.items():
        times = record["umm"]["TemporalExtent"]["RangeDateTime"]
        if times["EndingDateTime"] >= start and (times["BeginningDateTime"] <= end or not end):
            touching.add(name)
    temporal = ",".join(time and f"{time}Z" for time in (start, end))
    assert 0 < len(touching) < 100
    assert set(names(cmr, temporal=temporal, bounding_box=ANTARCTICA)) == touching


def test_sort_key_turns_the_order_round(cmr):
    area = {"bounding_box": "-106,-76,-103,-75"}
    upward = names(cmr, sort_key="start_date", **area)
    assert upward == sorted(upward, key=lambda name: name[6:20])
    assert names(cmr, sort_key="-start_date", **area) == upward[::-1]


def test_name_patterns_pick_cycle_and_region():
    with StandIn(cycles=[21, 22], regions=[10, 11]) as server:
        pattern = {"options[readable_granule_name][pattern]": "true", "page_size": 0}
        hits = {
            given: int(ask(server, **pattern, **{"readable_granule_name[]": given}).headers["CMR-Hits"])
            for given in ("ATL06_??????????????_????22??_*", "*_????2210_007_01.h5", "ATL06_*_00012211_*")
        }
        plain = ask(server, **{"readable_granule_name[]": "ATL06_*"}).headers["CMR-Hits"]
    assert list(hits.values()) == [2 * 1387, 1387, 1]
    assert plain == "0"


def test_updated_since_keeps_the_later_records(cmr):
    everything = int(ask(cmr).headers["CMR-Hits"])
    answer = ask(cmr, updated_since="2024-03-01T00:00:00Z", page_size=1)
    assert 0 < int(answer.headers["CMR-Hits"]) < everything
    assert answer.json()["items"][0]["meta"]["revision-date"] >= "2024-03-01"


@pytest.mark.parametrize(
    "collection",
    [{"short_name": "ATL06"}, {"concept_id": "C3564876127-NSIDC_CPRD"}, {"provider": "NSIDC_CPRD"},
     {"collection_concept_id": "C3564876127-NSIDC_CPRD"}, {"short_name[]": ["ATL03", "ATL06"]}],
)  # fmt: skip
def test_a_collection_may_be_named_in_several_ways(cmr, collection):
    answer = requests.get(cmr.search_url, params={**collection, "page_size": 0}, timeout=60)
    assert answer.headers["CMR-Hits"] == str(6 * 1387)


def test_another_version_or_provider_finds_nothing(cmr):
    assert ask(cmr, version="006").headers["CMR-Hits"] == "0"
    assert ask(cmr, provider="NSIDC_ECS").headers["CMR-Hits"] == "0"


def test_two_products_have_the_same_tracks():
    with StandIn(cycles=[22], regions=[11], products=["ATL03", "ATL06"]) as server:
        for product in ("ATL03", "ATL06"):
            assert ask(server, short_name=product, page_size=0).headers["CMR-Hits"] == "1387"
        together = requests.get(server.search_url, params={"version": "007", "page_size": 0}, timeout=60)
    assert together.headers["CMR-Hits"] == "2774"


# Pages


def test_a_page_holds_ten_granules_unless_asked_otherwise(cmr):
    answer = ask(cmr)
    assert len(answer.json()["items"]) == 10
    assert answer.json()["hits"] == int(answer.headers["CMR-Hits"]) == 6 * 1387


def test_search_after_leads_through_all_granules_once(cmr):
    area = {"bounding_box": "-107,-76,-103,-75"}
    whole = names(cmr, **area)
    found, headers = [], {}
    while items := (answer := ask(cmr, headers, page_size=7, **area)).json()["items"]:
        found += [record["umm"]["GranuleUR"] for record in items]
        headers = {"CMR-Search-After": answer.headers["CMR-Search-After"]}
    assert found == whole
    assert "CMR-Search-After" not in answer.headers
    assert answer.headers["CMR-Hits"] == str(len(whole))


def test_search_after_is_refused_with_other_parameters(cmr):
    token = ask(cmr, bounding_box="-107,-76,-103,-75").headers["CMR-Search-After"]
    answer = ask(cmr, {"CMR-Search-After": token}, bounding_box="-107,-76,-103,-74")
    assert answer.status_code == 400
    assert "search-after" in answer.json()["errors"][0]


def test_offset_and_page_num_still_work(cmr):
    area = {"bounding_box": "-107,-76,-103,-75"}
    whole = names(cmr, **area)
    by_offset = ask(cmr, page_size=5, offset=10, **area).json()["items"]
    by_number = ask(cmr, page_size=5, page_num=3, **area).json()["items"]
    assert [record["umm"]["GranuleUR"] for record in by_offset] == whole[10:15]
    assert by_number == by_offset


def test_a_search_is_computed_once_for_all_its_pages(cmr):
    pages(cmr, bounding_box="20,-90,21,-50", short_name="ATL06")
    computed = cmr.granules.touching.cache_info().misses
    pages(cmr, bounding_box="20,-90,21,-50", short_name="ATL06")
    assert cmr.granules.touching.cache_info().misses == computed


def test_a_form_by_post_is_answered_as_the_same_by_get(cmr):
    form = {**ATL06, "bounding_box": "-107,-76,-103,-75", "page_size": 3}
    posted = requests.post(cmr.search_url, data=form, timeout=60)
    assert posted.json()["items"] == ask(cmr, **form).json()["items"]
    assert len(posted.json()["items"]) == 3


def test_gzip_is_used_when_asked_for(cmr):
    packed = ask(cmr, {"Accept-Encoding": "gzip"}, page_size=50)
    plain = ask(cmr, {"Accept-Encoding": "identity"}, page_size=50)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 3
    assert packed.json()["items"] == plain.json()["items"]


# Refusals


@pytest.mark.parametrize(
    ("parameters", "errors"),
    [
        ({"option": "1"}, ["Parameter [option] was not recognized."]),
        ({"options[polygon][pattern_]": "true"}, ["Parameter [options[polygon][pattern_]] was not recognized."]),
        (
            {"bounding_box": "44444,-4444,10,10"},
            [
                "Point longitude [44444] must be within -180.0 and 180.0",
                "Point latitude [-4444] must be within -90 and 90.0",
            ],
        ),
        (
            {"bounding_box": "0,-60,10,-70"},
            ["The bounding rectangle north value [-70] was less than the south value [-60]"],
        ),
        ({"bounding_box": "0,-60,10"}, ["[0,-60,10] is not a valid URL encoded bounding_box"]),
        ({"bounding_box": "0,a,10,20"}, ["[0,a,10,20] is not a valid URL encoded bounding_box"]),
        (
            {"polygon": "0,-70,10,-70,10,-60,0,-60"},
            ["Polygon boundary was not closed. The last point must be equal to the first point."],
        ),
        (
            {"polygon": "0,-70,0,-60,10,-60,10,-70,0,-70"},
            [
                "The polygon boundary points are listed in the wrong order. Points must be provided in "
                "counter-clockwise order."
            ],
        ),
        (
            {"polygon": "0,-70,10,-70,10.000001,-70,10,-60,0,-70"},
            [
                "The shape contained duplicate points. Points 2 [lon=10 lat=-70] and 3 [lon=10.000001 lat=-70] were "
                "considered equivalent or very close."
            ],
        ),
        ({"page_size": "2001"}, ["page_size must be a number between 0 and 2000"]),
        ({"page_size": "many"}, ["page_size must be a number between 0 and 2000"]),
        ({"offset": "1000001"}, ["offset must be an integer between zero and 1000000"]),
        ({"temporal": "yesterday,"}, ["temporal datetime is invalid: [yesterday] is not a valid datetime."]),
    ],
)
def test_wrong_parameters_are_refused_in_cmrs_words(cmr, parameters, errors):
    answer = ask(cmr, **parameters)
    assert answer.status_code == 400
    assert answer.json() == {"errors": errors}


def test_a_polygon_that_crosses_itself_is_refused(cmr):
    answer = ask(cmr, polygon="0,-70,10,-60,10,-70,0,-60,0,-70")
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith("The polygon boundary intersected itself")


def test_a_search_of_all_collections_is_refused(cmr):
    answer = requests.get(cmr.search_url, params={"bounding_box": ANTARCTICA}, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith("The CMR does not allow querying across granules in all collections. ")


def test_other_paths_are_not_found(cmr):
    assert requests.get(f"{cmr.url}/search/granules.json", params=ATL06, timeout=60).status_code == 404


# Log and command line


def test_requests_are_kept_for_the_tests_to_look_at(cmr):
    query = {**ATL06, "page_size": 0, "token": "t"}
    requests.post(f"{cmr.search_url}?{urlencode(query)}", headers={"Client-Id": "a test"}, timeout=60)
    last = cmr.requests[-1]
    assert (last.method, last.path, last.status) == ("POST", "/search/granules.umm_json", 200)
    assert last.get("token") == "t"
    assert last.headers["client-id"] == "a test"


def test_the_command_prints_its_address_first_and_stops_on_sigterm():
    tests = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-m", "standin", "--port", "0", "--cycles", "20-21,23", "--regions", "11"]
    process = subprocess.Popen(command, cwd=tests, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().strip()
        parameters = {**ATL06, "page_size": 0}
        hits = requests.get(f"{url}/search/granules.umm_json", params=parameters, timeout=60).headers["CMR-Hits"]
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(20)
    assert hits == str(3 * 1387)
    assert status == 0
