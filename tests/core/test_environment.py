"""Addresses are taken as people give them."""

from __future__ import annotations

import pytest

from xopr_crossovers.core.environment import catalog_url, cmr_url
from xopr_crossovers.core.errors import InputError


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    monkeypatch.delenv("XOPR_CMR_URL", raising=False)
    monkeypatch.delenv("XOPR_CATALOG_URL", raising=False)


def test_without_a_setting_the_services_are_the_public_ones():
    assert cmr_url() == "https://cmr.earthdata.nasa.gov"
    assert catalog_url() == "https://data.source.coop/englacial/xopr/catalog"


@pytest.mark.parametrize("root", ["https://cmr.earthdata.nasa.gov", "http://127.0.0.1:8080", "http://host/mirror/cmr"])
@pytest.mark.parametrize("rest", ["", "/", "/search", "/search/", "/search/granules.umm_json", "//"])
def test_the_root_the_search_and_its_whole_address_name_the_same_cmr(monkeypatch, root, rest):
    assert cmr_url(f" {root}{rest}") == root
    monkeypatch.setenv("XOPR_CMR_URL", root + rest)
    assert cmr_url() == cmr_url("") == root


def test_an_address_that_is_given_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("XOPR_CMR_URL", "http://environment")
    assert cmr_url("http://given") == "http://given"


@pytest.mark.parametrize(
    "text",
    ["cmr.earthdata.nasa.gov", "ftp://cmr", "https://", "http://a b", "/data", "http://host:port", "http://host?x=1"],
)
def test_what_is_no_web_address_is_an_input_error_that_shows_it(monkeypatch, text):
    with pytest.raises(InputError, match="is not the address of a CMR: give one that begins with http") as caught:
        cmr_url(text)
    assert f"'{text}'" in str(caught.value)
    monkeypatch.setenv("XOPR_CMR_URL", text)
    with pytest.raises(InputError, match="is not the address of a CMR"):
        cmr_url()


def test_the_catalogs_may_come_from_another_address_or_folder(monkeypatch):
    monkeypatch.setenv("XOPR_CATALOG_URL", "/data/catalog/")
    assert catalog_url() == "/data/catalog"
