"""Granules by their names: from the store, and from CMR for the rest."""

import pytest

from makers import Log
from standin import Fault, StandIn
from xopr_crossovers.core import job, search
from xopr_crossovers.core.common.errors import InputError, SearchError
from xopr_crossovers.core.search import Product, area, window
from xopr_crossovers.core.search.named import BATCH
from xopr_crossovers.core.search.product_check import OTHER_PRODUCT

BOX = area.given_area((-125, -80, -95, -74))
CYCLE_22 = window.resolve_window("cycle", cycle=22)


@pytest.fixture(scope="module")
def server():
    with StandIn(cycles=[21, 22], products=["ATL03", "ATL06"], versions=["006", "007"]) as cmr:
        yield cmr


@pytest.fixture(scope="module")
def known(server):
    """All names of the stand-in of a product and version, in order of time."""

    def names(product="ATL06", version="007"):
        return [name for name in server.granules.names if name.startswith(product) and f"_{version}_" in name]

    return names


def find(cmr, texts, log=None, store="use", **more):
    product = Product(cmr_url=cmr.url, store=store)
    return search.named_granules(search.read_granule_ids(texts), product, log or Log(), **more)


def names(found):
    return found.granules["granule_id"].tolist()


def patterns(cmr):
    return [value for one in cmr.requests for name, value in one.parameters if name == "readable_granule_name[]"]


def test_names_are_found_without_area_and_time_in_order_of_time(cmr, known):
    wanted = [known()[n] for n in (9000, 17, 4000)]
    found = find(cmr, f"{wanted[0]}, s3://bucket/{wanted[1]}\n{wanted[2][:-3]}", log := Log())
    assert names(found) == [wanted[1], wanted[2], wanted[0]]
    assert (found.hits, found.received, found.from_store, found.missing) == (3, 3, 0, ())
    asked = {name for request in cmr.requests for name, _ in request.parameters}
    assert asked == {
        "short_name", "version", "provider", "readable_granule_name[]", "options[readable_granule_name][pattern]",
        "page_size",
    }  # fmt: skip
    assert "Found 3 of 3 granules by name." in log.text
    assert log.warnings == []


def test_what_an_earlier_search_or_an_earlier_name_brought_needs_no_network(cmr, known):
    by_area = job.query_granules([BOX], CYCLE_22, Product(cmr_url=cmr.url)).granules["granule_id"]
    elsewhere = known()[5]
    assert elsewhere not in set(by_area)
    find(cmr, elsewhere)
    find(cmr, known()[6])
    cmr.requests.clear()
    found = find(cmr, [by_area.iloc[7], elsewhere, known()[6], by_area.iloc[2]])
    assert names(found) == [elsewhere, known()[6], by_area.iloc[2], by_area.iloc[7]]
    assert (found.received, found.from_store) == (0, 4)
    assert cmr.requests == []


def test_only_what_the_store_lacks_is_asked_for(cmr, known):
    find(cmr, known()[10])
    cmr.requests.clear()
    assert names(find(cmr, known()[9:12])) == known()[9:12]
    assert sorted(set(patterns(cmr))) == sorted(f"{known()[n][:-6]}_*" for n in (9, 11))


def test_names_that_were_kept_do_not_stand_for_their_area_or_time(cmr, known):
    fresh = (
        job.query_granules([BOX], CYCLE_22, Product(cmr_url=cmr.url, store="ignore")).granules["granule_id"].tolist()
    )
    find(cmr, [*fresh[:3], known()[-1], known()[0]])
    assert job.query_granules([BOX], CYCLE_22, Product(cmr_url=cmr.url)).granules["granule_id"].tolist() == fresh
    folder = search.store_folder(cmr.url)
    read = job.read_granules(str(folder), [BOX], CYCLE_22, Product())
    assert read.granules["granule_id"].tolist() == fresh


def test_a_refresh_asks_anew_and_ignore_keeps_nothing(cmr, known):
    find(cmr, known()[3], store="ignore")
    assert not search.store_folder(cmr.url).exists()
    find(cmr, known()[3])
    cmr.requests.clear()
    find(cmr, known()[3], store="refresh")
    assert len(patterns(cmr)) > 0


def test_an_old_revision_finds_the_newest_with_a_warning(cmr, known):
    newest = known()[20].replace("_01.h5", "_02.h5")
    cmr.faults.append(Fault("revisions"))
    assert names(find(cmr, known()[20], log := Log())) == [newest]
    assert log.warnings == [f"Of {known()[20]} another revision is the newest that is there: {newest}, which is taken."]
    cmr.faults.clear()
    cmr.requests.clear()
    assert names(find(cmr, known()[20])) == [newest]
    assert cmr.requests == []


def test_a_newer_revision_than_is_held_is_asked_for(cmr, known):
    find(cmr, known()[21])
    cmr.faults.append(Fault("revisions"))
    wanted = known()[21].replace("_01.h5", "_02.h5")
    assert names(find(cmr, wanted, log := Log())) == [wanted]
    assert log.warnings == []


def test_names_that_are_not_there_are_told_each_and_the_others_found(cmr, known):
    unknown = ["ATL06_20240106123456_02342210_007_01.h5", "ATL06_20240106123457_02352210_007_01"]
    found = find(cmr, [unknown[0], known()[30], unknown[1]], log := Log())
    assert names(found) == [known()[30]]
    assert found.missing == tuple(unknown)
    assert log.warnings == [f"2 granules are not found, of 3 that were named: {unknown[0]} and {unknown[1]}."]


def test_products_and_releases_are_those_of_the_names(cmr, known):
    wanted = [known("ATL03")[8], known("ATL06", "006")[8], known()[8]]
    found = find(cmr, wanted)
    assert sorted(names(found)) == sorted(wanted)
    assert dict(zip(found.granules["granule_id"], found.granules["version"])) == dict(
        zip(wanted, ["007", "006", "007"])
    )


def test_a_version_that_the_server_does_not_have_is_one_sentence(cmr, known):
    old = known()[8].replace("_007_", "_005_")
    with pytest.raises(
        InputError, match=r"has no version 005 of ATL06 .* give names of one that it has, the versions 006"
    ):
        find(cmr, old)
    found = find(cmr, [old, known()[8]], log := Log())
    assert names(found) == [known()[8]]
    assert found.missing == (old,)
    assert "has no version 005 of ATL06" in log.text


def test_many_names_go_in_several_requests_by_post_and_all_are_found(cmr, known):
    wanted = known()[100 : 100 + 2 * BATCH + 1]
    found = find(cmr, wanted)
    assert names(found) == wanted
    assert found.hits == found.received == len(wanted)
    sizes = [sum(name == "readable_granule_name[]" for name, _ in one.parameters) for one in cmr.requests]
    assert set(sizes) == {1, BATCH}
    assert {one.method for one, size in zip(cmr.requests, sizes) if size == BATCH} == {"POST"}


def test_a_batch_that_is_too_much_is_asked_for_in_halves(cmr, known):
    cmr.faults.append(Fault("partial", times=2))
    assert names(find(cmr, known()[40:45])) == known()[40:45]


def test_a_server_that_does_not_answer_fails_the_search_unless_what_is_held_will_do(cmr, known):
    find(cmr, known()[50])
    cmr.faults.append(Fault("status", status=400, message="not today"))
    with pytest.raises(SearchError, match="refuses the search with 400"):
        find(cmr, known()[50:52])
    found = find(cmr, known()[50:52], log := Log(), need_all=False)
    assert names(found) == [known()[50]]
    assert found.missing == (known()[51],)
    assert log.warnings[0].startswith("1 granule could not be asked for: ")
    assert log.warnings[1] == f"1 granule is not found, of 2 that were named: {known()[51]}."


@pytest.mark.parametrize("every", [1, 3])
def test_another_version_than_was_asked_for_is_left_out_and_nothing_else_fails(cmr, known, every):
    cmr.faults.append(Fault("other_versions", every=every))
    wanted = known()[60:66]
    if every == 1:
        with pytest.raises(SearchError, match=r"asked for ATL06 version 007, but what came \(6 granules\) is of ATL06"):
            find(cmr, wanted)
        return
    found = find(cmr, wanted, log := Log())
    assert names(found) == [name for n, name in enumerate(wanted) if n % 3]
    assert found.left_out == {OTHER_PRODUCT: 2}
    assert found.received == len(found.granules) + 2
    assert found.missing == (wanted[0], wanted[3])
    assert "Asked for ATL06 version 007, but 2 of the granules that came are of ATL06 version 006." in log.text


def test_an_area_of_another_version_only_fails_and_is_not_kept(cmr):
    cmr.faults.append(Fault("other_versions"))
    with pytest.raises(SearchError, match="is of ATL06 version 006: check the version and the address of the CMR"):
        job.query_granules([BOX], CYCLE_22, Product(cmr_url=cmr.url))
    cmr.faults.clear()
    assert len(job.query_granules([BOX], CYCLE_22, Product(cmr_url=cmr.url)).granules) > 100


def test_of_an_area_with_some_of_another_version_the_rest_comes_and_the_next_search_asks_again(cmr):
    product = Product(cmr_url=cmr.url)
    fresh = job.query_granules([BOX], CYCLE_22, Product(cmr_url=cmr.url, store="ignore")).granules
    cmr.faults.append(Fault("other_versions", every=4))
    found = job.query_granules([BOX], CYCLE_22, product)
    assert found.left_out[OTHER_PRODUCT] == found.received - len(found.granules) > 0
    assert set(found.granules["granule_id"]) < set(fresh["granule_id"])
    cmr.faults.clear()
    again = job.query_granules([BOX], CYCLE_22, product)
    assert again.granules["granule_id"].tolist() == fresh["granule_id"].tolist()
