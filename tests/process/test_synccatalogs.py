"""The local copies of season catalogs, through ``qgis_process``."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pytest

from makers import frames
from standin import StandIn

DC8 = "hemisphere=south/provider=cresis/collection=2016_Antarctica_DC8/stac.parquet"
DRONE = "hemisphere=south/provider=utig/collection=2031_Antarctica_Drone/stac.parquet"
LINE = [(-105, -75.2), (-103, -75.2)]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    for path, name, day in [(DC8, "2016_Antarctica_DC8", "20161014"), (DRONE, "2031_Antarctica_Drone", "20310105")]:
        (folder / path).parent.mkdir(parents=True)
        frames(LINE, collection=name, date=day).to_parquet(folder / path)
    return folder


@pytest.fixture(scope="module")
def runs(qgis_process, published, tmp_path_factory):
    """A synchronisation, the same again, a season by name, and both again without the server; by name."""
    folder = tmp_path_factory.mktemp("out")
    with StandIn(cycles=[22], regions=[11], files=published) as server:
        environment = {
            "XOPR_CATALOG_URL": server.files_url,
            "XOPR_LISTING_URL": server.bucket_url,
            "XOPR_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
        }

        def run(name, algorithm, **parameters):
            output = "FRAMES" if algorithm == "loadcatalog" else "SEASONS"
            parameters[output] = str(folder / f"{name}.gpkg")
            return qgis_process(f"xopr:{algorithm}", "--json", environment=environment, **parameters)

        found = {
            "unknown": run("unknown", "loadcatalog", SEASON="2031_Antarctica_Drone"),
            "first": run("first", "synccatalogs"),
            "second": run("second", "synccatalogs", HEMISPHERE="south", PROVIDER="utig", SEASON_NAME="drone"),
            "by name": run("by name", "loadcatalog", SEASON="2031_Antarctica_Drone"),
        }
        asked = [request.path for request in server.requests]
    found["offline"] = run("offline", "synccatalogs")
    found["by name offline"] = run("by name offline", "loadcatalog", SEASON="2016_Antarctica_DC8")
    return found, folder, asked


def test_the_first_run_fetches_all_and_writes_a_row_for_each_season(runs):
    found, folder, _ = runs
    assert found["first"].code == 0
    assert (found["first"].results["N_SEASONS"], found["first"].results["N_UPDATED"]) == (2, 2)
    table = gpd.read_file(folder / "first.gpkg", layer="first").set_index("season")
    assert table["state"].to_dict() == {"2016_Antarctica_DC8": "new", "2031_Antarctica_Drone": "new"}
    row = table.loc["2016_Antarctica_DC8"]
    assert (row["hemisphere"], row["provider"], row["frames"]) == ("south", "cresis", 1)
    assert date.fromisoformat(str(row["first_date"])[:10]) == date(2016, 10, 14)
    assert row["path"].endswith(DC8)


def test_the_second_run_fetches_nothing_and_filters_say_which_seasons_are_meant(runs):
    found, folder, asked = runs
    assert found["second"].code == 0
    assert (found["second"].results["N_SEASONS"], found["second"].results["N_UPDATED"]) == (1, 0)
    assert gpd.read_file(folder / "second.gpkg", layer="second")["state"].tolist() == ["unchanged"]
    assert sorted(asked) == sorted(["/bucket", "/bucket", f"/files/{DC8}", f"/files/{DRONE}"])


def test_a_new_season_is_an_option_once_it_was_synchronised(runs):
    found, _, _ = runs
    assert found["unknown"].code == 1
    assert "SEASON has no option '2031_Antarctica_Drone'" in found["unknown"].errors
    assert found["by name"].code == 0
    assert found["by name"].results["N_FRAMES"] == 1


def test_without_the_server_all_is_kept_and_seasons_load_by_name(runs):
    found, folder, _ = runs
    assert found["offline"].code == 0
    assert found["offline"].results["N_UPDATED"] == 0
    states = gpd.read_file(folder / "offline.gpkg", layer="offline")["state"]
    assert states.tolist() == ["kept (server out of reach)"] * 2
    assert "The list of seasons cannot be had, so 2 local copies stay as fetched on 20" in found["offline"].log
    assert found["by name offline"].code == 0
    assert found["by name offline"].results["N_FRAMES"] == 1
