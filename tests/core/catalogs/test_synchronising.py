"""The local copies of the season catalogs are brought to what is published, and nothing is fetched twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import makers
from season_copies import DC8, NORTH, SOUTH, asked_for, assert_whole, copies, name_of, publish, states, sync
from standin import Fault
from stopping import StopsAfter
from xopr_crossovers.core.catalogs import manifest as season_manifest
from xopr_crossovers.core.catalogs.seasons import season_names
from xopr_crossovers.core.common.errors import CancelledError, InputError
from xopr_crossovers.core.web.retries import Patience


def test_the_first_synchronisation_fetches_everything_and_tells_of_each_season(server):
    log = makers.Log()
    result = sync(log=log)
    assert_whole(server)
    assert result.updated == 3
    rows = result.table.set_index("season")
    assert rows.index.tolist() == ["2016_Antarctica_DC8", "2031_Antarctica_Drone", "2017_Greenland_P3"]
    assert rows["state"].tolist() == ["new"] * 3
    assert rows["frames"].tolist() == [2, 2, 1]
    dc8 = rows.loc["2016_Antarctica_DC8"]
    assert (dc8["hemisphere"], dc8["provider"]) == ("south", "cresis")
    assert (dc8["first_date"], dc8["last_date"]) == (date(2016, 10, 14), date(2016, 10, 14))
    assert dc8["size_mb"] == (server.files / DC8).stat().st_size / 1e6
    assert Path(dc8["path"]) == season_manifest.copies_dir() / DC8
    assert abs((dc8["fetched_at"] - pd.Timestamp.now(tz="UTC")).total_seconds()) < 60
    assert log.fractions == sorted(log.fractions)
    assert log.fractions[-1] == 1.0
    assert "3 season catalogs are published." in log.infos
    assert "Season catalogs: 3 new." in log.infos


def test_the_second_synchronisation_asks_for_the_list_alone(server):
    sync()
    server.requests.clear()
    log = makers.Log()
    result = sync(log=log)
    assert asked_for(server) == ["/bucket"]
    assert set(states(result).values()) == {"unchanged"}
    assert result.updated == 0
    assert "Season catalogs: 3 unchanged." in log.infos


def test_only_what_is_new_or_changed_is_fetched(server):
    sync()
    publish(server.files, DC8, *SOUTH, NORTH)
    other = "hemisphere=south/provider=awi/collection=2032_Antarctica_New/stac.parquet"
    publish(server.files, other, *SOUTH)
    server.requests.clear()
    result = sync()
    assert_whole(server)
    assert sorted(asked_for(server)) == sorted(["/bucket", f"/files/{DC8}", f"/files/{other}"])
    assert states(result) == {
        "2016_Antarctica_DC8": "updated",
        "2017_Greenland_P3": "unchanged",
        "2031_Antarctica_Drone": "unchanged",
        "2032_Antarctica_New": "new",
    }
    assert result.updated == 2


def test_a_season_that_is_no_longer_published_is_kept_and_marked(server):
    sync()
    (server.files / DC8).unlink()
    log = makers.Log()
    result = sync(log=log)
    assert states(result)["2016_Antarctica_DC8"] == "no longer published"
    assert (season_manifest.copies_dir() / DC8).is_file()
    assert any(line.startswith("2016_Antarctica_DC8 is no longer published; its local copy") for line in log.warnings)
    assert "2016_Antarctica_DC8" in season_names()  # it is in the table that comes with the plugin
    publish(server.files, DC8, *SOUTH)
    assert "no longer published" not in states(sync()).values()


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (("south", None, None), {"2016_Antarctica_DC8", "2031_Antarctica_Drone"}),
        ((None, "UTIG", None), {"2031_Antarctica_Drone"}),
        ((None, None, "greenland"), {"2017_Greenland_P3"}),
        ((None, None, "201?_*"), {"2016_Antarctica_DC8", "2017_Greenland_P3"}),
        (("south", "cresis", "2016"), {"2016_Antarctica_DC8"}),
    ],
)
def test_filters_say_which_seasons_are_fetched(server, filters, names):
    assert set(states(sync(*filters))) == names
    assert set(map(name_of, copies())) == names


def test_filters_that_leave_nothing_are_told(server):
    with pytest.raises(InputError, match=r"None of 3 published seasons is meant; widen the filters\."):
        sync(None, "nobody", None)


def test_four_files_are_asked_for_at_once_and_not_more(server):
    for number in range(12):
        path = f"hemisphere=south/provider=x/collection=20{number:02d}_Test_Many/stac.parquet"
        publish(server.files, path, *SOUTH)
    server.faults.append(Fault("silence", path="/files/"))
    with pytest.raises(CancelledError):
        sync(None, "x", None, patience=Patience(), log=StopsAfter(1.5))
    assert len(asked_for(server)) == 1 + 4
