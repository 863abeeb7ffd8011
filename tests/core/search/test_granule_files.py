"""Granules from files instead of CMR."""

import geopandas as gpd
import pandas as pd
import pytest

import makers
from makers import Log
from standin import StandIn
from xopr_crossovers.core import job
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.search import area, window
from xopr_crossovers.core.search.granule_files import read_granule_files, read_named_granule_files
from xopr_crossovers.core.search.granule_ids import read_granule_ids

LARGE = area.given_area((-125, -80, -95, -74))
SMALL = area.given_area((-110, -78, -100, -75))
CYCLE_22 = window.resolve_window("cycle", cycle=22)
JANUARY = window.resolve_window("date_range", start_date="2024-01-01", end_date="2024-01-31")
AUTUMN = window.resolve_window("date_range", start_date="2023-09-01", end_date="2024-01-31")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store that a search of cycle 22 has filled, and what CMR answers to two smaller searches."""
    folder = tmp_path_factory.mktemp("colleague")
    with pytest.MonkeyPatch.context() as patch, StandIn(cycles=[21, 22]) as cmr:
        patch.setenv("XOPR_CACHE_DIR", str(folder))
        job.query_granules([LARGE], CYCLE_22, job.Product(cmr_url=cmr.url))
        fresh = job.Product(cmr_url=cmr.url, store="ignore")
        truth = {
            "small": job.query_granules([SMALL], CYCLE_22, fresh).granules["granule_id"].tolist(),
            "january": job.query_granules([LARGE], JANUARY, fresh).granules["granule_id"].tolist(),
        }
    return folder, truth


def test_a_store_that_was_handed_on_answers_without_a_network(store):
    folder, truth = store
    log = Log()
    small = read_granule_files(folder, [SMALL], CYCLE_22, "ATL06", "007", log)
    january = read_granule_files(folder, [LARGE], JANUARY, "ATL06", "007", log)
    assert small["granule_id"].tolist() == truth["small"]
    assert january["granule_id"].tolist() == truth["january"]
    assert log.warnings == []
    assert "without asking CMR" in log.text


def test_what_the_files_do_not_hold_is_named(store):
    folder, _ = store
    log = Log()
    read_granule_files(folder, [LARGE], AUTUMN, "ATL06", "007", log)
    assert len(log.warnings) == 1
    assert log.warnings[0].startswith("Of 2023-09-01 to 2023-12-18 the files do not hold -125.000, -80.000, -95.000")
    log = Log()
    read_granule_files(folder, [area.given_area((-130, -80, -95, -74))], CYCLE_22, "ATL06", "007", log)
    assert "the files do not hold -130.000, -80.000, -125.000, -74.000" in log.text


@pytest.mark.parametrize(("product", "version"), [("ATL08", "007"), ("ATL06", "006")])
def test_files_of_nothing_but_another_product_or_version_are_refused_in_one_sentence(store, product, version):
    folder, _ = store
    said = rf"is of {product} version {version}: what is there is of ATL06 version 007; give"
    with pytest.raises(InputError, match=said):
        read_granule_files(folder, [LARGE], CYCLE_22, product, version, Log())


def test_of_files_of_several_versions_those_of_another_are_left_out_and_counted(store, tmp_path):
    folder, truth = store
    table = read_granule_files(folder, [SMALL], CYCLE_22, "ATL06", "007")
    older = table.assign(granule_id=table["granule_id"].str.replace("_007_", "_006_"), version="006")
    # A layer that does not tell the version has it in the names.
    both = pd.concat([table, older]).drop(columns=["version", "release"])
    both.to_parquet(tmp_path / "mixed.parquet")
    log = Log()
    found = read_granule_files(tmp_path / "mixed.parquet", [SMALL], CYCLE_22, "atl06", "7", log)
    assert found["granule_id"].tolist() == truth["small"]
    assert f"Left out: {len(table)} of ATL06 version 006 (of another product or version than was asked" in log.text


def test_footprints_in_a_poles_projection_without_a_label_are_read_and_that_is_said(store, tmp_path):
    folder, truth = store
    table = read_granule_files(folder, [LARGE], CYCLE_22, "ATL06", "007")
    table.to_crs("EPSG:3031")[["granule_id", "geometry"]].to_parquet(tmp_path / "mine.parquet")
    log = Log()
    found = read_granule_files(tmp_path / "mine.parquet", [SMALL], CYCLE_22, "ATL06", "007", log)
    assert set(found["granule_id"]) == set(truth["small"])
    assert "1 file does not say what was searched" in log.text


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "There is no file or folder"),
        (lambda path: path.mkdir(), "holds no .parquet file"),
        (lambda path: path.write_text("<html>"), "a web page"),
        (lambda path: path.write_text("granules"), "neither a GeoParquet file nor a vector layer"),
        (lambda path: path.touch(), "is empty"),
        (lambda path: pd.DataFrame({"a": [1]}).to_parquet(path), "Parquet without a geometry"),
        (lambda path: makers.frames([(0, -80), (1, -80)]).to_parquet(path), "no column 'granule_id'"),
    ],
)
def test_what_is_no_granule_file_is_refused_in_a_sentence(tmp_path, make, sentence):
    make(tmp_path / "x")
    with pytest.raises(InputError, match=sentence):
        read_granule_files(tmp_path / "x", [SMALL], CYCLE_22)


def test_a_granule_layer_saved_as_parquet_is_geoparquet_that_geopandas_reads(store):
    folder, _ = store
    for path in folder.rglob("*.parquet"):
        assert gpd.read_parquet(path).crs == "EPSG:4326"


def test_granules_are_read_by_their_names_wherever_and_whenever_they_are(store):
    folder, truth = store
    log = Log()
    wanted = [truth["small"][3], truth["small"][0], truth["small"][0].replace("_007_", "_006_")]
    found, missing = read_named_granule_files(folder, read_granule_ids(wanted), log)
    assert found["granule_id"].tolist() == sorted(wanted[:2], key=truth["small"].index)
    assert missing == (wanted[2],)
    assert log.warnings == [f"1 granule is not found, of 3 that were named: {wanted[2]}."]
