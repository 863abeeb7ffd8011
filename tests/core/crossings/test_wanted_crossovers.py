"""Crossover points are those that were asked for, and what is left out is counted."""

import numpy as np
import pandas as pd
import pytest

import makers
from beam_points import GEOD, LINE, STRIP, lon_lat, modelled, plain_frames, points, random_lines
from xopr_crossovers.core import frames as frames_module
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.crossings import COLUMNS, Wanted
from xopr_crossovers.core.crossings.beam_crossovers import crossover_points
from xopr_crossovers.core.granules import footprints
from xopr_crossovers.core.icesat2 import orbit
from xopr_crossovers.core.icesat2.options import LINES


def test_rows_come_in_order_of_frame_pass_time_and_distance():
    granules = modelled(11, list(range(1, 1388, 30)))
    table = points(plain_frames(random_lines(60, 3, south=-86, north=-79)), granules)
    assert len(table) > 300
    order = table.assign(beam=table["beam"].map(LINES.index)).sort_values(
        ["frame_id", "pass_time", "beam", "distance_m"], kind="stable"
    )
    assert order.index.tolist() == table.index.tolist()


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ({"cycles": np.array([21, 23])}, {"cycle": [23]}),
        ({"rgts": np.array([2])}, {"rgt": [2]}),
        ({"regions": np.array([11])}, {"region": [11]}),
        ({"beams": ["gt2l", "centre"]}, {"beam": ["centre", "gt2l"]}),
        ({"max_days": 100.0}, {"cycle": [22]}),
        ({"min_angle": 60.0}, {"frame_id": ["Data_20231201_01_001"]}),
    ],
)
def test_a_filter_keeps_what_is_asked_for_and_says_what_it_left_out(wanted, kept):
    # One line at a right angle to the pass, one at 30 degrees.
    frames = makers.frames(LINE, [(-105.6, -74.6), (-104.4, -75.4)], date="20231201")
    granules = makers.granules(STRIP, STRIP)
    granules["cycle"], granules["region"] = [22, 23], [10, 11]
    granules["start_time"] += pd.to_timedelta([0, 91], unit="D")
    granules["end_time"] += pd.to_timedelta([0, 91], unit="D")
    everything = points(frames, granules, beams=LINES)
    assert everything["angle_deg"].between(20, 60).any()
    log = makers.Log()
    table = points(frames, granules, progress=log, **{"beams": LINES, **wanted})
    for column, values in kept.items():
        assert sorted(set(table[column])) == values
        expected = everything[everything[column].isin(values)].reset_index(drop=True)
        assert table["distance_m"].tolist() == expected["distance_m"].tolist()
    if "beams" not in wanted:
        assert "more left out: " in log.text or "asked for" in log.text


def test_filters_that_leave_no_granule_are_told_in_a_sentence():
    with pytest.raises(InputError, match="None of 1 granule is of the cycles asked for"):
        points(makers.frames(LINE), makers.granules(STRIP), cycles=np.array([3]))


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"max_days": -1.0}, "MAX_DAYS must be at least 0, not -1."),
        ({"max_days": float("nan")}, "MAX_DAYS must be at least 0, not nan."),
        ({"min_angle": 91.0}, "MIN_ANGLE must be from 0 to 90 degrees, not 91."),
        ({"beams": ["gt9x"]}, "BEAMS: there is no beam 'gt9x'"),
    ],
)
def test_what_cannot_be_wanted_is_refused(wanted, message):
    with pytest.raises(InputError) as error:
        Wanted(**wanted)
    assert str(error.value).startswith(message)


def test_no_crossing_gives_one_empty_table_with_all_columns_and_a_warning():
    log = makers.Log()
    parts = list(crossover_points(makers.frames([(60, -70), (61, -70)]), makers.granules(STRIP), progress=log))
    assert [len(part) for part in parts] == [0]
    full = list(crossover_points(makers.frames(LINE), makers.granules(STRIP)))[-1]
    assert list(parts[0].columns) == [*COLUMNS, "geometry"] == list(full.columns)
    assert parts[0].dtypes.tolist() == full.dtypes.tolist()
    assert parts[0].crs == "EPSG:3031"
    assert "No crossover was found" in log.text


def test_no_granules_give_an_empty_table():
    assert len(points(makers.frames(LINE), makers.granules(STRIP).iloc[:0])) == 0


def test_both_hemispheres_in_one_run_give_longitude_and_latitude():
    north = makers.strip((-40, 70), (-42, 72), pairs=45)
    frames = makers.frames(LINE, [(-42.5, 71), (-39.5, 71)])
    both = points(frames, makers.granules(STRIP, north))
    assert both.crs == "EPSG:4326"
    assert both["frame_id"].value_counts().tolist() == [6, 6]
    alone = points(frames.iloc[:1], makers.granules(STRIP))
    np.testing.assert_allclose(both.geometry.get_coordinates().to_numpy()[:6], lon_lat(alone), atol=1e-9)


def test_layers_of_both_hemispheres_give_the_points_that_each_hemisphere_gives_alone():
    lines = random_lines(30, 21, south=-87, north=-75) + random_lines(30, 22, south=75, north=87)
    frames = plain_frames(lines)
    parts = {region: modelled(region, list(range(1, 1388, 40))) for region in (4, 11)}
    both = pd.concat(parts.values(), ignore_index=True)
    layer = footprints.granules_in_layer_crs(both)
    assert layer.crs == "EPSG:4326"
    assert "MultiPolygon" in set(layer.geom_type)
    log = makers.Log()
    together = points(frames_module.frames_in_layer_crs(frames), layer, progress=log)
    assert set(together["source"]) == {"rgt"}
    for half, region in ((slice(0, 30), 11), (slice(30, 60), 4)):
        alone = points(frames.iloc[half], parts[region])
        mine = together[together["region"] == region]
        assert len(alone) > 50
        assert mine["distance_m"].tolist() == pytest.approx(alone["distance_m"].tolist(), abs=0.02)
        assert mine["granule_id"].tolist() == alone["granule_id"].tolist()


def test_frames_without_a_line_or_without_length_are_counted():
    frames = makers.frames(LINE, LINE, [(-105, -75), (-105, -75)])
    frames.loc[1, "geometry"] = None
    log = makers.Log()
    assert len(points(frames, makers.granules(STRIP), progress=log)) == 6
    assert "2 of 3 frames have no line, or one without length, and no crossover." in log.warnings


def test_layers_in_the_pole_s_projection_give_the_same_points():
    frames, granules = plain_frames(random_lines(20, 5, south=-86, north=-80)), modelled(11, list(range(1, 1388, 50)))
    raw = points(frames, granules)
    layer = points(frames_module.frames_in_layer_crs(frames), footprints.granules_in_layer_crs(granules))
    assert raw["beam"].tolist() == layer["beam"].tolist()
    np.testing.assert_allclose(raw.geometry.get_coordinates(), layer.geometry.get_coordinates(), atol=0.01)


@pytest.mark.parametrize("direction", ["ascending", "descending"])
def test_a_direction_keeps_the_passes_that_go_that_way_also_where_a_granule_turns(direction):
    granules = modelled(11, [100, 700])
    lines = []
    for u in (262.0, 278.0, 268.5, 271.5):
        lon, lat = orbit.ground_track(100, u)
        x, y, _ = GEOD.fwd(lon, lat, 90, 6_000)
        lines.append([(lon - (x - lon), lat), (x, y)] if abs(u - 270) > 5 else [(lon, lat - 0.2), (lon, lat + 0.2)])
    frames = plain_frames(lines)
    log = makers.Log()
    both = points(frames, granules, beams=["centre"])
    table = points(frames, granules, progress=log, beams=["centre"], direction=direction)
    assert set(both["direction"]) == {"ascending", "descending"}
    assert set(table["direction"]) == {direction}
    assert len(table) == (both["direction"] == direction).sum()
    assert f"{len(both) - len(table)} more left out: not on {direction} passes" in log.text
    # The first frame lies where RGT 100 is on its way south, the second where it is on its way north.
    mine = both[both["rgt"] == 100].set_index("frame_id")["direction"]
    assert mine["Data_20200101_00_000"] == "descending"
    assert mine["Data_20200101_00_001"] == "ascending"
