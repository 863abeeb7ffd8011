"""The stand-in misbehaves as it is told, and only then."""

from __future__ import annotations

import json
import time

import pytest
import requests

from standin import Fault, StandIn
from standin.faults import parse

ATL06 = {"provider": "NSIDC_CPRD", "short_name": "ATL06", "version": "007", "page_size": 100}


@pytest.fixture(scope="module")
def server():
    with StandIn(cycles=[22], regions=[11, 12]) as running:
        yield running


@pytest.fixture
def cmr(server):
    server.faults.clear()
    yield server
    server.faults.clear()


def ask(cmr, headers=None, **parameters):
    return requests.get(cmr.search_url, params={**ATL06, **parameters}, headers=headers, timeout=20)


def items(cmr, **parameters):
    return ask(cmr, **parameters).json()["items"]


def test_a_fault_strikes_after_those_it_skips_and_as_often_as_asked(cmr):
    cmr.faults.append(Fault("status", skip=1, times=2, status=503))
    assert [ask(cmr).status_code for _ in range(4)] == [200, 503, 503, 200]


@pytest.mark.parametrize("status", [429, 500, 503, 504])
def test_a_status_comes_with_an_error_body(cmr, status):
    cmr.faults.append(Fault("status", status=status, message="Out of order."))
    answer = ask(cmr)
    assert answer.status_code == status
    assert answer.json() == {"errors": ["Out of order."]}
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("retry_after", [7, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_throttling_tells_when_to_come_back(cmr, retry_after):
    cmr.faults.append(Fault("status", status=429, retry_after=retry_after))
    assert ask(cmr).headers["Retry-After"] == str(retry_after)


def test_a_short_page_is_followed_by_what_it_lacks(cmr):
    whole = items(cmr)
    cmr.faults.append(Fault("short_page", times=1, keep=0.3))
    short = ask(cmr)
    rest = ask(cmr, {"CMR-Search-After": short.headers["CMR-Search-After"]})
    assert short.headers["CMR-Hits"] == "2774"
    assert short.json()["items"] == whole[:30]
    assert rest.json()["items"][:70] == whole[30:]


@pytest.mark.parametrize("header", ["CMR-Time-Out", "CMR-Timed-Out"])
def test_a_partial_answer_says_so_and_loses_what_it_lacks(cmr, header):
    following = items(cmr, page_size=200)[100:]
    cmr.faults.append(Fault("partial", times=1, header=header))
    partial = ask(cmr)
    assert partial.status_code == 200
    assert partial.headers[header] == "true"
    assert len(partial.json()["items"]) == 50
    assert ask(cmr, {"CMR-Search-After": partial.headers["CMR-Search-After"]}).json()["items"] == following
    again = ask(cmr)
    assert header not in again.headers
    assert len(again.json()["items"]) == 100


def test_a_cut_connection_ends_within_the_body(cmr):
    cmr.faults.append(Fault("cut", times=1))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(cmr)
    assert ask(cmr).ok


def test_a_slow_drip_arrives_whole_but_late(cmr):
    whole = ask(cmr, page_size=5)
    cmr.faults.append(Fault("drip", pause=0.1, piece=500))
    started = time.monotonic()
    answer = ask(cmr, page_size=5)
    assert answer.json()["items"] == whole.json()["items"]
    assert time.monotonic() - started > 0.1 * (int(answer.headers["Content-Length"]) // 500)


def test_silence_lasts_until_the_client_gives_up(cmr):
    cmr.faults.append(Fault("silence"))
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(cmr.search_url, params=ATL06, timeout=0.5)


def test_silence_ends_with_a_closed_connection(cmr):
    cmr.faults.append(Fault("silence", seconds=0.1))
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(cmr)


def test_a_silent_server_can_be_stopped():
    started = time.monotonic()
    server = StandIn(cycles=[22], regions=[11], faults=[Fault("silence")])
    with server, pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(server.search_url, params=ATL06, timeout=0.2)
    assert time.monotonic() - started < 5


def test_a_login_page_is_html_with_status_200(cmr):
    cmr.faults.append(Fault("login_page"))
    answer = ask(cmr)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<html>" in answer.text


def test_malformed_json_cannot_be_read(cmr):
    cmr.faults.append(Fault("malformed_json"))
    with pytest.raises(json.JSONDecodeError):
        json.loads(ask(cmr).text)


def test_duplicates_are_the_same_file_from_the_old_provider(cmr):
    cmr.faults.append(Fault("duplicates", every=2))
    answer = ask(cmr, page_size=3)
    first, twin, second = answer.json()["items"]
    assert answer.headers["CMR-Hits"] == str(2774 * 3 // 2)
    assert [record["meta"]["provider-id"] for record in (first, twin, second)] == [
        "NSIDC_CPRD", "NSIDC_ECS", "NSIDC_CPRD"
    ]  # fmt: skip
    assert twin["umm"]["GranuleUR"].startswith("SC:ATL06.007:")
    assert twin["umm"]["DataGranule"]["Identifiers"] == first["umm"]["DataGranule"]["Identifiers"]
    assert twin["umm"]["TemporalExtent"] == first["umm"]["TemporalExtent"] != second["umm"]["TemporalExtent"]


def test_a_later_revision_has_a_higher_number_in_its_name_and_links(cmr):
    cmr.faults.append(Fault("revisions"))
    old, new = (record["umm"] for record in items(cmr, page_size=2))
    assert old["GranuleUR"].endswith("_007_01.h5")
    assert new["GranuleUR"] == old["GranuleUR"].replace("_01.h5", "_02.h5")
    assert all("_007_02" in link["URL"] for link in new["RelatedUrls"] if link["Type"].startswith("GET DATA"))
    assert new["SpatialExtent"] == old["SpatialExtent"]


def test_strangers_do_not_match_the_search_and_are_counted(cmr):
    area = {"bounding_box": "-106,-76,-103,-75", "page_size": 2000}
    matching = {record["umm"]["GranuleUR"] for record in items(cmr, **area)}
    cmr.faults.append(Fault("strangers", every=3))
    answer = ask(cmr, **area)
    found = {record["umm"]["GranuleUR"] for record in answer.json()["items"]}
    assert matching < found
    assert len(found) == int(answer.headers["CMR-Hits"]) == len(matching) + -(-len(matching) // 3)


def test_records_may_have_an_orbit_only(cmr):
    cmr.faults.append(Fault("orbit_only", every=2))
    odd, even = (record["umm"]["SpatialExtent"]["HorizontalSpatialDomain"] for record in items(cmr, page_size=2))
    orbit = odd["Orbit"]
    assert "Geometry" not in odd
    assert "GPolygons" in even["Geometry"]
    assert abs(orbit["StartLatitude"]) in (50, 79)
    assert (orbit["EndLatitude"], orbit["EndDirection"]) in ((-79, "A"), (-50, "A"))


def test_records_may_have_no_links(cmr):
    cmr.faults.append(Fault("no_links"))
    assert all("RelatedUrls" not in record["umm"] for record in items(cmr))


def test_a_granule_may_have_a_name_that_is_not_its_files(cmr):
    name = items(cmr, page_size=1)[0]["umm"]["GranuleUR"]
    cmr.faults.append(Fault("odd_names"))
    umm = items(cmr, page_size=1)[0]["umm"]
    assert umm["GranuleUR"].startswith("SC:ATL06.007:")
    assert umm["DataGranule"]["Identifiers"][0]["Identifier"] == name


def test_records_may_have_boxes_for_polygons(cmr):
    rings = [ring(record["umm"]) for record in items(cmr)]
    cmr.faults.append(Fault("bounding_rectangles"))
    over_antimeridian = 0
    for points, record in zip(rings, items(cmr)):
        geometry = record["umm"]["SpatialExtent"]["HorizontalSpatialDomain"]["Geometry"]
        (box,) = geometry["BoundingRectangles"]
        west, east = box["WestBoundingCoordinate"], box["EastBoundingCoordinate"]
        over_antimeridian += west > east
        for longitude, latitude in points:
            assert (longitude - west + 1e-6) % 360 <= (east - west) % 360 + 2e-6
            assert box["SouthBoundingCoordinate"] <= latitude <= box["NorthBoundingCoordinate"]
        assert "GPolygons" not in geometry
    assert over_antimeridian > 0


def test_records_may_have_several_polygons_that_together_are_the_ring(cmr):
    (whole,) = (ring(record["umm"]) for record in items(cmr, page_size=1))
    cmr.faults.append(Fault("several_polygons"))
    umm = items(cmr, page_size=1)[0]["umm"]
    halves = [ring(umm, part) for part in (0, 1)]
    assert all(half[0] == half[-1] for half in halves)
    assert set(halves[0]) | set(halves[1]) == set(whole)
    assert len(set(halves[0]) & set(halves[1])) == 2
    assert min(len(half) for half in halves) >= 5


def ring(umm, part=0):
    polygon = umm["SpatialExtent"]["HorizontalSpatialDomain"]["Geometry"]["GPolygons"][part]
    return [(point["Longitude"], point["Latitude"]) for point in polygon["Boundary"]["Points"]]


def test_the_command_lines_faults_are_read():
    fault = parse("status:status=429,retry_after=1,skip=1,times=2")
    assert fault == Fault("status", status=429, retry_after="1", skip=1, times=2)
    assert parse("silence") == Fault("silence")


def test_an_unknown_fault_is_refused():
    with pytest.raises(ValueError, match="No fault is called 'hiccup'"):
        Fault("hiccup")


# Files


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a folder" / "data.bin").write_bytes(bytes(range(256)) * 100)
    (tmp_path / "secret").write_text("outside")
    with StandIn(cycles=[22], regions=[11], files=tmp_path / "a folder") as running:
        yield running


def test_a_file_comes_with_an_etag_that_saves_the_second_transfer(files):
    address = files.files_url + "data.bin"
    answer = requests.get(address, timeout=20)
    assert answer.content == bytes(range(256)) * 100
    again = requests.get(address, headers={"If-None-Match": answer.headers["ETag"]}, timeout=20)
    assert (again.status_code, again.content) == (304, b"")
    head = requests.head(address, timeout=20)
    assert head.headers["Content-Length"] == "25600"


def test_nothing_outside_the_folder_is_served(files):
    session = requests.Session()
    request = requests.Request("GET", files.files_url).prepare()
    request.url += "../secret"
    assert session.send(request, timeout=20).status_code == 404
    assert requests.get(files.files_url + "missing", timeout=20).status_code == 404


def test_a_login_page_may_come_in_the_place_of_a_file(files):
    files.faults.append(Fault("login_page", path="/files/", times=1))
    address = files.files_url + "data.bin"
    assert requests.get(address, timeout=20).headers["Content-Type"].startswith("text/html")
    assert len(requests.get(address, timeout=20).content) == 25600
