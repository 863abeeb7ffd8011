"""A search brings a table of every granule once, and every number that came on the way is in the log."""

from __future__ import annotations

import json

import pytest

from makers import Log
from odd_server import OddServer, answer
from standin import Fault, StandIn
from xopr_crossovers.core.common.errors import CancelledError, SearchError
from xopr_crossovers.core.search.cmr import CmrClient, GranuleQuery
from xopr_crossovers.core.search.paging import search_granules

# Over the change from cycle 22 to 23 (2024-03-18).
QUERY = GranuleQuery("ATL06", "007", "NSIDC_CPRD", "2024-03-18T09:00:00Z", "2024-03-19T01:00:00Z", page_size=4)


@pytest.fixture(scope="module")
def server():
    with StandIn(cycles=[22, 23], regions=[11]) as running:
        yield running


@pytest.fixture(scope="module")
def names(server):
    """What the query has to bring, by the stand-in's own list."""
    start, end = (times.astype("datetime64[s]").astype(str) for times in (server.granules.start, server.granules.end))
    inside = (start <= "2024-03-19T01:00:00") & (end >= "2024-03-18T09:00:00")
    found = [name for name, is_inside in zip(server.granules.names, inside) if is_inside]
    assert 8 < len(found) < 14
    assert {name[25:27] for name in found} == {"22", "23"}
    return found


def search(cmr, query=QUERY, **settings):
    log = Log()
    client = CmrClient(cmr.url, retries=1, backoff=0.01, pause=0.0)
    return search_granules(query, client, log, **settings), log


def test_the_table_holds_every_granule_once_by_start_time(cmr, names):
    found, log = search(cmr)
    assert list(found.granules["granule_id"]) == names
    assert found.granules["start_time"].is_monotonic_increasing
    assert list(found.granules.index) == list(range(len(names)))
    assert (found.hits, found.received, found.counts, found.query) == (len(names), len(names), {}, QUERY)
    assert log.infos == [f"CMR found {len(names)} granules; {len(names)} came, {len(names)} are kept."]
    assert log.warnings == []


def test_progress_goes_up_to_the_end_with_the_granules_that_came(cmr, names):
    _, log = search(cmr)
    assert log.fractions[:2] == [4 / len(names), 8 / len(names)]
    assert log.fractions == sorted(log.fractions)
    assert log.fractions[-1] == 1.0


def test_granules_of_another_cycle_are_left_out_and_counted(cmr, names):
    found, log = search(cmr, cycle=22)
    of_cycle = [name for name in names if name[25:27] == "22"]
    assert list(found.granules["granule_id"]) == of_cycle
    n_others = len(names) - len(of_cycle)
    assert found.counts == {"a granule of another cycle": n_others}
    assert f"Left out: {n_others} (a granule of another cycle)." in log.infos


RING = [{"Longitude": lon, "Latitude": lat} for lon, lat in [(0, -80), (9, -80), (9, -75), (0, -80)]]


def bare_record(name, start="2024-01-01T00:00:00Z"):
    polygons = {"Geometry": {"GPolygons": [{"Boundary": {"Points": RING}}]}}
    times = {"RangeDateTime": {"BeginningDateTime": start}}
    return {
        "meta": {"concept-id": name},
        "umm": {"GranuleUR": name, "TemporalExtent": times, "SpatialExtent": {"HorizontalSpatialDomain": polygons}},
    }


def search_of(*records, **settings):
    """Search a CMR that has just these records."""
    hits = {"CMR_Hits": len(records)}
    whole = answer(json.dumps({"items": records}).encode(), CMR_Search_After="1", **hits)
    with OddServer(whole, answer(b'{"items": []}', **hits)) as odd:
        return search(odd, **settings)


def test_the_order_is_that_of_time_then_of_name():
    records = [bare_record(*of) for of in (("a", "2024-01-02"), ("c", "2024-01-01"), ("b", "2024-01-01"))]
    found, _ = search_of(*records)
    assert list(found.granules["granule_id"]) == ["b", "c", "a"]


def test_a_granule_whose_name_tells_no_cycle_is_kept_and_told():
    found, log = search_of(bare_record("SC:1"), cycle=22)
    assert list(found.granules["granule_id"]) == ["SC:1"]
    assert log.warnings == [
        "1 granule does not tell the cycle by name; kept all the same.",
        "1 granule has no link to a file; kept all the same.",
    ]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("duplicates", "a second record of the same granule"), ("revisions", "an older revision of a granule")],
)
def test_twins_and_older_revisions_are_found_across_pages_left_out_and_counted(cmr, names, kind, reason):
    cmr.faults.append(Fault(kind, every=2))
    found, log = search(cmr)
    n_added = -(-len(names) // 2)
    assert found.hits == found.received == len(names) + n_added
    assert found.counts == {reason: n_added}
    assert len(found.granules) == len(names)
    assert f"Left out: {n_added} ({reason})." in log.infos
    assert found.granules["s3_url"].notna().all()
    if kind == "revisions":
        assert sum(found.granules["revision"] == 2) == n_added


def test_records_with_only_an_orbit_are_left_out_and_counted(cmr, names):
    cmr.faults.append(Fault("orbit_only", every=5))
    found, log = search(cmr)
    n_orbits = -(-len(names) // 5)
    assert found.counts == {"only an orbit for an extent": n_orbits}
    assert list(found.granules["granule_id"]) == [name for place, name in enumerate(names) if place % 5]
    assert f"Left out: {n_orbits} (only an orbit for an extent)." in log.infos


def test_granules_without_links_are_kept_and_told(cmr, names):
    cmr.faults.append(Fault("no_links", every=5))
    found, log = search(cmr)
    assert list(found.granules["granule_id"]) == names
    assert log.warnings == [f"{-(-len(names) // 5)} granules have no link to a file; kept all the same."]


@pytest.mark.parametrize("kind", ["odd_names", "bounding_rectangles", "several_polygons"])
def test_records_of_another_make_are_all_kept_under_their_files_names(cmr, names, kind):
    cmr.faults.append(Fault(kind, every=2))
    found, _ = search(cmr)
    assert list(found.granules["granule_id"]) == names
    assert found.granules["rgt"].notna().all()
    kinds = set(found.granules.geom_type)
    assert kinds == ({"Polygon", "MultiPolygon"} if kind == "several_polygons" else {"Polygon"})


def test_all_counts_add_up_to_what_came(cmr, names):
    for kind in ("duplicates", "orbit_only", "no_links", "odd_names"):
        cmr.faults.append(Fault(kind, every=3))
    found, log = search(cmr, cycle=23)
    assert found.received - sum(found.counts.values()) == len(found.granules) > 0
    assert len(log.infos) == 1 + len(found.counts) == 4


def test_a_search_that_finds_nothing_gives_an_empty_table_of_the_same_types(cmr):
    found, log = search(cmr, GranuleQuery("ATL06", "007", start="2001-01-01", end="2001-01-02"), cycle=22)
    assert (len(found.granules), found.hits, found.received, found.counts) == (0, 0, 0, {})
    assert dict(found.granules.dtypes) == dict(search(cmr)[0].granules.dtypes)
    assert log.infos == ["CMR found 0 granules; 0 came, 0 are kept."]


def test_a_search_whose_last_page_fails_gives_no_table(cmr):
    cmr.faults.append(Fault("status", skip=2))
    with pytest.raises(SearchError, match="answered 503"):
        search(cmr)


def test_a_wish_to_stop_ends_the_search(cmr):
    with pytest.raises(CancelledError):
        search_granules(QUERY, CmrClient(cmr.url), Log(cancel_after=2))
    assert len(cmr.requests) <= 2


def test_without_a_progress_a_search_is_silent(cmr, names, capsys):
    found = search_granules(QUERY, CmrClient(cmr.url, pause=0.0))
    assert len(found.granules) == len(names)
    assert capsys.readouterr() == ("", "")
