"""Seasons that are odd: refused, or loaded and counted."""

from __future__ import annotations

import shutil

import geopandas as gpd
import numpy as np
import pytest

import makers
from season_copies import DC8, SOUTH
from xopr_crossovers.core.catalogs import manifest as season_manifest
from xopr_crossovers.core.catalogs.catalog import read_catalog
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.morton import cell_numbers as morton


def load(server, **changes):
    """Load the season by name after a change of its table; return frames and log."""
    table = gpd.read_parquet(server.files / DC8)
    for name, values in changes.items():
        column = name.replace("opr_", "opr:")
        table = table.drop(columns=column) if values is None else table.assign(**{column: values})
    shutil.rmtree(season_manifest.copies_dir(), ignore_errors=True)
    table.to_parquet(server.files / DC8)
    log = makers.Log()
    return read_catalog("2016_Antarctica_DC8", progress=log), log


def test_a_season_without_cells_is_refused_and_says_what_it_needs(server):
    with pytest.raises(
        InputError, match=r"2016_Antarctica_DC8/stac\.parquet: the column 'opr:mbox' .* is missing; use"
    ):
        load(server, opr_mbox=None)


def test_a_good_season_is_loaded_without_a_warning(server):
    frames, log = load(server)
    assert len(frames) == 2
    assert log.warnings == []


def test_extra_columns_are_left_out_and_missing_ones_come_from_the_folders_names(server):
    frames, log = load(server, assets=[{"data": {"href": "x"}}] * 2, stac_version="1.0.0", collection=None)
    assert {"assets", "stac_version"}.isdisjoint(frames.columns)
    assert frames["collection"].tolist() == ["2016_Antarctica_DC8"] * 2
    assert frames["opr:provider"].tolist() == ["cresis"] * 2
    assert log.warnings == []


def test_a_season_without_names_of_frames_is_refused(server):
    with pytest.raises(InputError, match="have no column 'id' with the frames' names"):
        load(server, id=None)


def test_frames_without_a_line_are_loaded_and_counted(server):
    frames, log = load(server, geometry=[None, gpd.read_parquet(server.files / DC8).geometry[1]])
    assert len(frames) == 2
    assert frames.geometry.isna().tolist() == [True, False]
    assert any("1 of 2 frames has no line" in line for line in log.warnings)


def test_frames_without_cells_are_loaded_and_counted(server):
    cells = gpd.read_parquet(server.files / DC8)["opr:mbox"].tolist()
    frames, log = load(server, opr_mbox=[None, cells[1]])
    assert len(frames) == 2
    assert any("1 of 2 frames has no cells in 'opr:mbox'" in line for line in log.warnings)


def test_giant_cells_from_position_jumps_are_loaded_and_counted(server):
    lon, lat = SOUTH[0][0]
    coarse, finer = makers.legacy_cell(lon, lat, 4), makers.legacy_cell(lon, lat, 5)
    whole = gpd.read_parquet(server.files / DC8)["opr:mbox"].tolist()
    frames, log = load(server, opr_mbox=[[coarse] * 4, whole[1]])
    assert len(frames) == 2
    (line,) = log.warnings
    assert "1 of 2 frames has giant cells from position jumps (of an order below 5" in line
    _, log = load(server, opr_mbox=[[finer] * 4, whole[1]])
    assert not any("giant" in line for line in log.warnings)


def test_cells_of_the_other_latitude_convention_are_told_and_read_so(server):
    import mortie

    lines = gpd.read_parquet(server.files / DC8).geometry
    cells = []
    for line in lines:
        lon, lat = line.segmentize(0.01).xy
        words = mortie.geo2mort(list(lat), list(lon), order=18, latitude="authalic")
        indices, _ = mortie.mort2healpix(words)
        cells.append(sorted(map(int, set(morton.decimals(indices, 9)))))
    frames, log = load(server, opr_mbox=cells)
    assert len(frames) == 2
    assert any("were made with authalic latitude" in line for line in log.warnings)


def test_packed_words_of_a_newer_mortie_are_refused_in_a_sentence(server):
    with pytest.raises(InputError, match=r"a packed word as mortie 0\.8\.1 and later make"):
        load(server, opr_mbox=[np.full(4, 12757146377205579794, dtype=np.uint64)] * 2)


def test_what_is_no_cell_is_told_and_the_lines_are_loaded(server):
    frames, log = load(server, opr_mbox=[[-519, -51]] * 2)
    assert len(frames) == 2
    assert any("only METHOD=flightline can" in line and "-519 is not a morton cell" in line for line in log.warnings)
