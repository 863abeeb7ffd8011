"""The stand-in is a fair witness: its granules are like the real ones, and it answers in CMR's words."""

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

from standin import StandIn
from standin.client import ANTARCTICA, ATL06, ask, edges, names, pages, ring_of

EARTH_RADIUS_KM = 6371.0


@pytest.fixture(scope="module")
def cmr():
    with StandIn(cycles=[22]) as server:
        yield server


@pytest.fixture(scope="module")
def antarctic(cmr):
    """All records of the cycle's Antarctic granules, by name."""
    return {record["umm"]["GranuleUR"]: record for record in pages(cmr, bounding_box=ANTARCTICA)}


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
    tests = Path(__file__).resolve().parents[2]
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
