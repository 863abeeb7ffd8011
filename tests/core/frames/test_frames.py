"""The frames as one value: what is worked out once and carried along, and where that is less than a bare table has."""

from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import makers
from standin import StandIn
from xopr_crossovers.core import catalogs, frames, job
from xopr_crossovers.core.common import InputError, RunLog
from xopr_crossovers.core.search import Product, WindowChoice

LINES = [
    [(-105, -75.2), (-103, -75.2)],
    [(-105, -75.8), (-103, -75.9)],
    [(-104, -75.5), (-103, -75.6)],
    [(-90, -80), (-89, -80)],
]
POINT = gpd.GeoDataFrame(geometry=[shapely.Point(-104, -75.2)], crs="EPSG:4326")


class Counted(list):
    """The cells of a frame, which count how often somebody goes through them."""

    def __init__(self, cells):
        super().__init__(cells)
        self.times = 0

    def __iter__(self):
        self.times += 1
        return super().__iter__()


def shuffled(table):
    """The table with cells that lie elsewhere than its lines: of its neighbours."""
    return table.assign(**{"opr:mbox": [*table["opr:mbox"][1:], table["opr:mbox"][0]]})


def as_dict(cells):
    """The cells of each frame with how they are read."""
    rows = zip(cells.frame.tolist(), cells.cells[cells.cell].tolist(), cells.convention[cells.cell].tolist())
    found = {}
    for frame, *cell in rows:
        found.setdefault(frame, set()).add(tuple(cell))
    return found, cells.without


def same(a, b):
    assert as_dict(a) == as_dict(b)
    assert a.cells.tolist() == b.cells.tolist()
    assert (a.frame.tolist(), a.cell.tolist()) == (b.frame.tolist(), b.cell.tolist())


@pytest.fixture(scope="module")
def server():
    with StandIn(cycles=[22]) as cmr:
        yield cmr


@pytest.mark.parametrize("rule", [frames.PointRule(), frames.PointRule("distance", 900_000)])
def test_in_one_run_of_the_job_each_frame_s_cells_are_gone_through_once(server, rule):
    table = makers.frames(*LINES)
    counted = [Counted(cells) for cells in table["opr:mbox"]]
    table["opr:mbox"] = counted
    found = job.find_granules(table, POINT, at=rule, window=WindowChoice(cycle=22), product=Product(cmr_url=server.url))
    assert len(found.matched.matches) > 0
    assert [cells.times for cells in counted] == [1] * len(LINES)


def test_from_the_catalog_to_the_matches_each_warning_of_the_cells_comes_once(server, tmp_path):
    shuffled(makers.frames(*LINES, collection="2020_Odd")).to_parquet(tmp_path / "odd.parquet")
    makers.frames(*LINES, collection="2021_Plain").to_parquet(tmp_path / "plain.parquet")
    log = RunLog()
    read = catalogs.read_frames(str(tmp_path), progress=log)
    job.find_granules(read, window=WindowChoice(cycle=22), product=Product(cmr_url=server.url), progress=log)
    counts = Counter(line.text for line in log.lines if line.is_warning)
    assert [text for text in counts if "of the lines' vertices lie in their frames' 'opr:mbox' cells" in text]
    assert set(counts.values()) == {1}


def test_a_warning_of_the_cells_waits_for_the_first_who_listens():
    odd = frames.Frames(shuffled(makers.frames(*LINES)))
    odd.cells()
    kept, log, later = odd.where(np.array([True, True, False, True])), makers.Log(), makers.Log()
    kept.cells(log)
    odd.cells(later)
    assert (len(log.warnings), later.warnings) == (1, [])


@pytest.mark.parametrize("mask", [[True, False, True, False], [False, True, False, True], [True] * 4])
def test_the_frames_that_a_mask_keeps_have_what_they_would_have_by_themselves(mask):
    table = makers.frames(*LINES[:3], [(-40, 70), (-41, 70.2)])
    table["opr:mbox"] = [table["opr:mbox"][0], table["opr:mbox"][0], None, table["opr:mbox"][3]]
    whole = frames.Frames(table)
    whole.cells(), whole.hemisphere
    kept = whole.where(np.array(mask))
    alone = frames.Frames(table[mask].reset_index(drop=True))
    same(kept.cells(), alone.cells())
    assert kept.hemisphere.tolist() == alone.hemisphere.tolist()
    assert [a.equals(b) for a, b in zip(kept.lon_lat, alone.lon_lat)] == [True] * len(alone)
    pd.testing.assert_frame_equal(pd.DataFrame(kept.table), pd.DataFrame(alone.table))


def test_tables_one_below_the_other_have_the_cells_that_one_table_of_both_has():
    one, other = makers.frames(*LINES), makers.frames(*LINES[:2], collection="2021_Other")
    other["opr:mbox"] = [None, other["opr:mbox"][1]]
    parts = [frames.Frames(one), frames.Frames(other)]
    for part in parts:
        part.cells()
    whole = frames.Frames.concatenated(parts)
    same(whole.cells(), frames.frame_cells(pd.concat([one, other], ignore_index=True)))
    assert whole.cells().without == 1


def test_frames_that_are_left_without_any_cell_say_so_though_the_others_had_some():
    table = makers.frames(*LINES)
    table["opr:mbox"] = [*table["opr:mbox"][:3], None]
    whole = frames.Frames(table)
    whole.cells()
    with pytest.raises(InputError, match="None of 1 frame has cells"):
        whole.where(np.array([False, False, False, True])).cells()


def test_a_choice_among_frames_gives_back_what_was_given():
    table = makers.frames(*LINES)
    for given in (table, frames.Frames(table)):
        for found in (
            frames.subset_by_points(given, POINT),
            frames.filter_frames(given, "south"),
            frames.frames_in_layer_crs(given),
        ):
            assert type(found) is type(given)


def test_in_the_poles_projection_the_cells_are_still_those_of_the_catalog():
    table = makers.frames(*LINES)
    counted = [Counted(cells) for cells in table["opr:mbox"]]
    table["opr:mbox"] = counted
    read = frames.Frames(table)
    same(read.cells(), read.in_layer_crs().cells())
    assert {cells.times for cells in counted} == {1}
