"""The list of the published seasons: read whole or not at all, and what can be chosen from."""

from __future__ import annotations

import pytest

import makers
from odd_server import OddServer, answer
from season_copies import DC8, FUTURE, HASTE, P3, SOUTH, publish, sync
from standin import Fault
from xopr_crossovers.core.catalogs.catalog import read_catalog
from xopr_crossovers.core.catalogs.listing import LISTING_URL, list_published, listing_url
from xopr_crossovers.core.catalogs.seasons import season_names, seasons
from xopr_crossovers.core.common.errors import DownloadError, InputError


def test_the_public_list_is_asked_for_in_path_style_as_an_anonymous_reader():
    assert LISTING_URL == (
        "https://s3.us-west-2.amazonaws.com/us-west-2.opendata.source.coop?list-type=2&prefix=englacial/xopr/catalog/"
    )


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
def test_all_pages_of_the_list_are_read(server, page):
    server.bucket_page = page
    found = list_published()
    assert [one.season.path for one in found] == sorted([DC8, P3, FUTURE])
    assert {one.size for one in found} == {(server.files / path).stat().st_size for path in (DC8, P3, FUTURE)}
    assert len(server.requests) == -(-3 // page)


def test_the_names_of_the_list_are_taken_as_they_are_meant_and_others_are_counted(server):
    odd = "hemisphere=south/provider=cresis/collection=2020_Antarctica_Ice-Pod.v2/stac.parquet"
    publish(server.files, odd, *SOUTH)
    publish(server.files, "backup/" + DC8, *SOUTH)
    publish(server.files, "hemisphere=south/provider=a&b/collection=x/stac.parquet", *SOUTH)
    (server.files / "README.txt").write_text("hello")
    log = makers.Log()
    assert [one.season.name for one in list_published(log)] == [
        "2017_Greenland_P3",
        "2016_Antarctica_DC8",
        "2020_Antarctica_Ice-Pod.v2",
        "2031_Antarctica_Drone",
    ]
    assert "2 .parquet files in the list are not in a season's folders and are left out." in log.warnings


HEAD = '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
ITEM = f"<Contents><Key>englacial/xopr/catalog/{DC8}</Key><ETag>&quot;e&quot;</ETag><Size>5</Size></Contents>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "it is not the XML of an S3 bucket"),
        ("{}", "it is not the XML of an S3 bucket"),
        (f"{HEAD}<IsTruncated>false</IsTruncated>{ITEM}", "it is not the XML of an S3 bucket"),
        (
            f'<!DOCTYPE x [<!ENTITY a "b">]>{HEAD}<IsTruncated>false</IsTruncated>{ITEM}</ListBucketResult>',
            "it is not the XML of an S3 bucket",
        ),
        (f"{HEAD}{ITEM}</ListBucketResult>", "it does not say whether more follows"),
        (f"{HEAD}<IsTruncated>true</IsTruncated>{ITEM}</ListBucketResult>", "more follows, but not where"),
        (
            f"{HEAD}<IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken>{ITEM}"
            "</ListBucketResult>",
            "more follows, but not where",  # the same page again and again
        ),
        (
            f"{HEAD}<KeyCount>2</KeyCount><IsTruncated>false</IsTruncated>{ITEM}</ListBucketResult>",
            "it announces 2 files and names 1",
        ),
        (f"{HEAD}<IsTruncated>false</IsTruncated></ListBucketResult>", "it names no season catalog"),
    ],
)
def test_what_is_no_list_is_told(server, monkeypatch, body, words):
    with OddServer(answer(body.encode(), Content_Type="application/xml")) as odd:
        monkeypatch.setenv("XOPR_LISTING_URL", odd.url)
        with pytest.raises(DownloadError) as caught:
            list_published(patience=HASTE)
    assert str(caught.value).startswith(f"What {odd.url[7:]} sent is no list of seasons (")
    assert words in str(caught.value)


def test_a_list_in_one_piece_is_read_by_the_rules_of_xml(server, monkeypatch):
    body = f"{HEAD}<IsTruncated>false</IsTruncated>{ITEM}</ListBucketResult>\n"
    with OddServer(answer(body.encode())) as odd:
        monkeypatch.setenv("XOPR_LISTING_URL", odd.url)
        (one,) = list_published(patience=HASTE)
    assert (one.season.name, one.etag, one.size) == ("2016_Antarctica_DC8", "e", 5)


def test_the_bucket_s_own_words_are_shown(server, monkeypatch):
    body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    with OddServer(answer(body, "403 Forbidden", Content_Type="application/xml")) as odd:
        monkeypatch.setenv("XOPR_LISTING_URL", odd.url)
        with pytest.raises(DownloadError, match=r"answered 403 \(Forbidden\) and says 'Access Denied' when asked for"):
            list_published(patience=HASTE)


def test_a_web_page_is_no_list(server):
    server.faults.append(Fault("login_page", path="/bucket"))
    with pytest.raises(DownloadError, match=r"A web page came from .* instead of the list of seasons"):
        list_published(patience=HASTE)


def test_an_address_of_the_list_that_is_none_is_told(monkeypatch):
    monkeypatch.setenv("XOPR_LISTING_URL", "bucket")
    with pytest.raises(InputError, match="XOPR_LISTING_URL is 'bucket', which is no address"):
        listing_url()


def test_a_newly_published_season_can_be_chosen_by_name_after_a_synchronisation(server):
    assert "2031_Antarctica_Drone" not in season_names()
    before = season_names()
    sync("north", None, None)  # the list is noted even if the season itself is not meant
    names = season_names()
    assert set(names) - set(before) == {"2031_Antarctica_Drone"}
    south = [name for name in names if seasons()[name].hemisphere == "south"]
    assert names == [*sorted(south), *sorted(set(names) - set(south))]
    assert len(read_catalog("2031_Antarctica_Drone")) == 2


def test_a_season_that_moved_to_another_folder_is_found_there(server):
    moved = DC8.replace("cresis", "utig")
    (server.files / DC8).unlink()
    publish(server.files, moved, *SOUTH)
    sync()
    assert seasons()["2016_Antarctica_DC8"].path == moved


def test_the_table_that_comes_with_the_plugin_is_in_the_order_of_the_whole_list(server):
    names = season_names()
    south = [name for name in names if seasons()[name].hemisphere == "south"]
    assert (len(names), len(south)) == (51, 25)
    assert names == [*sorted(south), *sorted(set(names) - set(south))]
