"""A product or version that the server does not have is refused by what it has; an empty search stays one."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.odd_server import OddServer, answer
from tests.standin import Fault, StandIn

from xopr_crossovers.core.catalogs.cache_files import GRANULES, find
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.common.run_log import RunLog
from xopr_crossovers.core.job import Product, query_granules
from xopr_crossovers.core.search.area import given_area
from xopr_crossovers.core.search.window import resolve_window

PINE_ISLAND = given_area((-115.0, -78.0, -95.0, -74.0))
WINDOW = resolve_window("date_range", None, "2024-01-01", "2024-01-20")
CYCLE = resolve_window("cycle", cycle=22)
#: No granule of the stand-in is so far from both poles.
EMPTY = given_area((10.0, 10.0, 10.001, 10.001))


@pytest.fixture(scope="module")
def server():
    with StandIn([22], [10, 11, 12], ["ATL03", "ATL06", "ATL08"], ["006", "007"]) as stand_in:
        yield stand_in


@pytest.fixture
def cmr(server, monkeypatch, tmp_path):
    monkeypatch.setenv("XOPR_CACHE_DIR", str(tmp_path / "cache"))
    server.faults.clear()
    server.requests.clear()
    return server


def search(cmr, area=PINE_ISLAND, window=WINDOW, **product):
    log = RunLog()
    found = query_granules([area], window, Product(cmr_url=cmr.url, **product), log)
    return found, log


def paths(cmr):
    return [request.path for request in cmr.requests]


@pytest.mark.parametrize("window", [WINDOW, CYCLE], ids=["days", "cycle"])
@pytest.mark.parametrize(
    ("product", "words"),
    [
        (
            {"version": "009"},
            "has no version 009 of ATL06 of the provider NSIDC_CPRD: give VERSION as one that it has, "
            "the versions 006 and 007.",
        ),
        ({"version": "abc"}, "has no version abc of ATL06"),
        ({"short_name": "ATL66"}, "has no product ATL66: check SHORT_NAME; names like it are ATL06"),
        ({"short_name": "ATLO6"}, "has no product ATLO6: check SHORT_NAME; names like it are ATL06"),
        ({"short_name": "GEDI02"}, "has no product GEDI02: check SHORT_NAME."),
        ({"provider": "NSIDC_ECS"}, "has no ATL06 of the provider NSIDC_ECS: give PROVIDER as NSIDC_CPRD."),
    ],
)
def test_what_the_server_does_not_have_is_an_error_that_names_what_there_is(cmr, window, product, words):
    with pytest.raises(InputError) as caught:
        search(cmr, window=window, **product)
    assert words in str(caught.value)
    kept = find(GRANULES).files
    assert [path for path in kept if path.suffix == ".parquet"] == []


def test_an_empty_area_of_a_product_that_is_there_is_no_error_and_costs_one_request(cmr):
    found, log = search(cmr, EMPTY)
    assert len(found.granules) == 0
    assert any(text.startswith("No granule was found") for text in log.warnings)
    assert paths(cmr).count("/search/collections.json") == 1


def test_a_search_that_finds_something_asks_for_no_products(cmr):
    found, _ = search(cmr)
    assert len(found.granules) > 0
    assert "/search/collections.json" not in paths(cmr)


def test_what_is_held_to_be_empty_needs_no_request(cmr):
    search(cmr, EMPTY)
    cmr.requests.clear()
    search(cmr, EMPTY)
    assert paths(cmr) == []


@pytest.mark.parametrize("status", [404, 503])
def test_a_server_that_knows_no_products_only_warns(cmr, status):
    cmr.faults.append(Fault("status", status=status, path="/search/collections"))
    found, log = search(cmr, version="009")
    assert len(found.granules) == 0
    assert any("has ATL06 at all could not be checked" in text for text in log.warnings)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"no json", b'{"feed": {"entry": [1]}}'])
def test_a_server_that_answers_something_else_only_warns(body):
    nothing = answer(b'{"hits": 0, "took": 1, "items": []}', CMR_Hits="0")
    with OddServer(nothing, answer(body)) as odd:
        log = RunLog()
        found = query_granules([EMPTY], WINDOW, Product(cmr_url=odd.url, store="ignore"), log)
    assert len(found.granules) == 0
    assert any("at all could not be checked." in text for text in log.warnings)


@pytest.mark.parametrize("version", ["7", "07", "007", "v7", "V007", "0007"])
def test_a_version_may_be_written_as_people_say_it(cmr, version):
    found, _ = search(cmr, version=version)
    assert len(found.granules) > 0
    assert set(found.granules["version"]) == {"007"}


def test_the_case_of_a_name_does_not_matter_to_the_store_either(cmr):
    first, _ = search(cmr, short_name="atl06")
    cmr.requests.clear()
    again, _ = search(cmr, short_name="ATL06")
    assert len(first.granules) > 0
    assert list(again.granules["granule_id"]) == list(first.granules["granule_id"])
    assert pd.Series(paths(cmr)).empty


@pytest.mark.parametrize("product", [("ILATM2", "2"), ("GEDI02_A", "2"), ("ATLAS", "7")])
def test_versions_of_other_products_stay_as_they_are(product):
    made = Product(*product)
    assert (made.short_name, made.version) == product
