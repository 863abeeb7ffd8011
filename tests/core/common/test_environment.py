"""Addresses are taken as people give them."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest
from platformdirs import user_cache_dir

from xopr_crossovers.core.common.environment import (
    Preferences,
    another_cache_dir,
    cache_dir,
    cache_dir_and_source,
    catalog_url,
    cmr_url,
    cmr_url_and_source,
    preferring,
)
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.common.parallel import run_parallel
from xopr_crossovers.core.common.progress import Progress


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in ("XOPR_CMR_URL", "XOPR_CATALOG_URL", "XOPR_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)


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
    [
        "cmr.earthdata.nasa.gov",
        "ftp://cmr",
        "https://",
        "http://a b",
        "/data",
        "http://host:port",
        "http://host?page=1",
    ],
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


def test_without_a_setting_the_cache_folder_is_the_platform_s():
    assert cache_dir_and_source() == (Path(user_cache_dir("xopr-crossovers", appauthor=False)), "the default")


def test_parameter_environment_preferences_and_default_go_before_each_other_in_this_order(monkeypatch, tmp_path):
    wish = Preferences(str(tmp_path / "wish"), "http://wish/search/", "the options")
    with preferring(wish):
        assert cmr_url_and_source() == ("http://wish", "the options")
        assert cache_dir_and_source() == (tmp_path / "wish", "the options")
        monkeypatch.setenv("XOPR_CMR_URL", "http://environment")
        monkeypatch.setenv("XOPR_CACHE_DIR", str(tmp_path / "environment"))
        assert cmr_url_and_source() == ("http://environment", "the environment variable XOPR_CMR_URL")
        assert cache_dir_and_source() == (tmp_path / "environment", "the environment variable XOPR_CACHE_DIR")
        assert cmr_url_and_source("http://given") == ("http://given", "")


def test_preferences_end_with_their_block_also_where_it_fails(tmp_path):
    before = cache_dir()

    def fail():
        with preferring(Preferences(str(tmp_path))):
            assert cache_dir() == tmp_path
            raise ValueError("oops")

    with pytest.raises(ValueError, match="oops"):
        fail()
    assert cache_dir() == before


def test_two_runs_at_once_keep_the_preferences_that_each_began_with(tmp_path):
    seen = {}

    def run(name):
        with preferring(Preferences(str(tmp_path / name))):
            seen[name] = run_parallel([lambda _: cache_dir()] * 8, Progress(), at_once=4)

    threads = [Thread(target=run, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {name: [tmp_path / name] * 8 for name in ("a", "b")}


@pytest.mark.parametrize("text", ["cache", "./cache"])
def test_a_preferred_folder_that_is_no_whole_path_is_an_input_error_that_says_where_it_comes_from(text):
    with preferring(Preferences(text, place="the options")), pytest.raises(InputError) as caught:
        cache_dir()
    assert str(caught.value).startswith(f"'{text}' cannot be the cache folder")
    assert str(caught.value).endswith("; this one comes from the options.")


@pytest.mark.parametrize("text", ["~nobody-of-this-name/cache", "/a" + 300 * "b", "/a\0b"])
def test_a_folder_that_nothing_can_be_called_is_an_input_error_that_says_where_it_comes_from(monkeypatch, text):
    words = r"^The cache folder .*; this one comes from the options\.$"
    with preferring(Preferences(text, place="the options")), pytest.raises(InputError, match=words):
        cache_dir()
    if "\0" not in text:
        monkeypatch.setenv("XOPR_CACHE_DIR", text)
        with pytest.raises(InputError, match=r"comes from the environment variable XOPR_CACHE_DIR\.$"):
            cache_dir()


def test_a_folder_may_begin_at_the_home_and_one_of_the_environment_may_be_relative(monkeypatch):
    with preferring(Preferences("~/xopr")):
        assert cache_dir() == Path.home() / "xopr"
    monkeypatch.setenv("XOPR_CACHE_DIR", "cache")
    assert cache_dir() == Path("cache")


def test_a_wrong_address_says_where_it_comes_from(monkeypatch):
    with preferring(Preferences(cmr_url="ftp://cmr", place="the options")):
        with pytest.raises(InputError, match=r"'ftp://cmr' is not .*; this one comes from the options\.$"):
            cmr_url()
        monkeypatch.setenv("XOPR_CMR_URL", "cmr")
        with pytest.raises(InputError, match=r"comes from the environment variable XOPR_CMR_URL\.$"):
            cmr_url()
    with pytest.raises(InputError, match=r"nasa\.gov\.$"):
        cmr_url("cmr")


def test_the_way_to_another_folder_is_the_one_that_works(monkeypatch):
    assert another_cache_dir() == "set XOPR_CACHE_DIR to another folder"
    with preferring(Preferences(place="the options")):
        assert another_cache_dir() == "choose another cache folder in the options"
        monkeypatch.setenv("XOPR_CACHE_DIR", "/data")
        assert another_cache_dir() == "set XOPR_CACHE_DIR to another folder"
