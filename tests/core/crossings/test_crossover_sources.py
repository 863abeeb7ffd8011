"""Crossover points tell how the line of the pass is known, and how well."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import makers
from beam_points import GEOD, LINE, RADIUS_M, STRIP, lon_lat, modelled, plain_frames, points, random_lines
from xopr_crossovers.core.common.errors import CancelledError
from xopr_crossovers.core.geometry import sphere
from xopr_crossovers.core.granules.table import granules_from_umm
from xopr_crossovers.core.icesat2 import calendar, orbit
from xopr_crossovers.core.icesat2.strips import find_strips


def shifted(granules, metres):
    """The descending granules with their footprints moved to the left, by PROJ's geodesics: metres at the pairs."""
    rings = []
    for ring in granules.geometry:
        lon, lat = shapely.get_coordinates(ring)[:-1].T
        left = np.concatenate([[0], np.arange(len(lon) - 1, len(lon) // 2, -1)])
        right = np.arange(1, len(lon) // 2 + 1)
        ahead, back, _ = GEOD.inv(lon[right], lat[right], lon[left], lat[left])
        for side, azimuth in ((left, back + 180), (right, ahead)):
            lon[side], lat[side], _ = GEOD.fwd(lon[side], lat[side], azimuth, np.broadcast_to(metres, len(left)))
        rings.append(shapely.Polygon(np.column_stack([lon, lat])))
    return granules.set_geometry(gpd.GeoSeries(rings, crs="EPSG:4326"))


def test_a_pass_that_keeps_to_its_track_lies_on_it_and_one_that_does_not_as_far_beside_it_as_its_footprint():
    on_track = modelled(10, [300])
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(10)))
    frames = plain_frames([[(lon - 1, lat), (lon + 1, lat)]])
    for metres, source, known, moved in (
        (0, "rgt", 20, 0),
        (120, "rgt", 20, 0),
        (-120, "rgt", 20, 0),
        (180, "rgt_offset", 60, 180),
        (-2500, "rgt_offset", 60, -2500),
        (40_000, "rgt_offset", 60, 40_000),
    ):
        log = makers.Log()
        wide = plain_frames([[(lon - 3, lat), (lon + 3, lat)]]) if abs(metres) > 10_000 else frames
        table = points(wide, shifted(on_track, metres), progress=log, beams=["centre"])
        assert table["source"].tolist() == [source]
        assert table["uncertainty_m"].tolist() == [known]
        assert f"({source})" in log.text
        _, beside = orbit.beside_track(300, sphere.unit_vectors(*lon_lat(table)[0]), np.mean(orbit.region_arc(10)))
        assert beside * RADIUS_M == pytest.approx(moved, abs=1 + abs(moved) * 0.007)


def test_where_the_off_pointing_changes_the_line_follows_it_and_is_less_certain():
    granules = modelled(10, [300])
    n = len(shapely.get_coordinates(granules.geometry.iloc[0])) // 2
    metres = np.zeros(n)
    metres[n // 2 :] = 8_000.0
    table = shifted(granules, metres)
    u0, u1 = orbit.region_arc(10)
    places = [orbit.ground_track(300, u0 + (u1 - u0) * part) for part in (0.15, 0.85)]
    middle = sphere.lon_lat(find_strips(table.geometry.to_numpy()).centre()[[n // 2 - 1, n // 2]].sum(axis=0))
    lines = [[(lon - 2, lat), (lon + 2, lat)] for lon, lat in [*places, [float(value) for value in middle]]]
    found = points(plain_frames(lines), table, beams=["centre"])
    assert found["source"].tolist() == ["rgt_offset"] * 3
    assert found["uncertainty_m"].tolist() == [60, 60, 4000]


def test_a_footprint_elsewhere_than_the_track_of_its_name_is_taken_for_itself_and_counted():
    frames = makers.frames(LINE)
    for named in ({"rgt": 5, "region": 12}, {"rgt": 700, "region": 10}):
        granules = makers.granules(STRIP).assign(**{key: pd.array([value]) for key, value in named.items()})
        log = makers.Log()
        table = points(frames, granules, progress=log)
        assert set(table["source"]) == {"footprint"}
        assert set(table["uncertainty_m"]) == {100}
        assert any("1 granule has a footprint that does not lie along" in line for line in log.warnings)
    # The same pass the other way round is another one: a footprint of region 10 that is named after region 12.
    wrong = modelled(10, [300]).assign(region=pd.array([12]))
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(10)))
    assert set(points(plain_frames([[(lon - 1, lat), (lon + 1, lat)]]), wrong)["source"]) == {"footprint"}


def test_footprints_of_granules_without_a_track_in_their_names_are_taken_for_themselves_without_a_warning():
    granules = makers.granules(STRIP, names=["mine.h5"])
    granules[["rgt", "region", "cycle"]] = pd.NA
    log = makers.Log()
    assert set(points(makers.frames(LINE), granules, progress=log)["source"]) == {"footprint"}
    assert not log.warnings


@pytest.mark.parametrize(("region", "cycle", "known"), [(12, 22, 100), (12, 3, 100), (12, 2, 13_000), (13, 22, 13_000)])
def test_a_planned_track_is_as_certain_as_real_passes_keep_to_theirs(region, cycle, known):
    planned = modelled(region, [300], cycle).assign(cycle=pd.array([cycle]))
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(region)))
    box = shapely.segmentize(shapely.box(lon - 30, lat - 8, lon + 30, lat + 8), 1.0)
    table = points(plain_frames([[(lon - 2, lat), (lon + 2, lat)]]), planned.set_geometry([box], crs="EPSG:4326"))
    assert set(table["source"]) == {"track_model"}
    assert set(table["uncertainty_m"]) == {known}


def test_where_the_footprint_has_no_pairs_the_track_model_is_used_and_named():
    """A box round a modelled pass gives the points of the model, which the strip gives as measured ones."""
    measured = modelled(12, [300])
    planned = measured.copy()
    west, south, east, north = measured.total_bounds
    ring = [(x, y) for y in (south, north) for x in np.linspace(west, east, 30)[:: 1 if y == south else -1]]
    planned = planned.set_geometry([shapely.Polygon(ring)], crs="EPSG:4326")
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(12)))
    frames = makers.frames([(lon - 2, lat - 0.1), (lon + 2, lat - 0.1)])
    log = makers.Log()
    model, footprint = points(frames, planned, progress=log), points(frames, measured)
    assert set(model["source"]) == {"track_model"}
    assert set(footprint["source"]) == {"rgt"}
    assert model["beam"].tolist() == footprint["beam"].tolist()
    apart = shapely.distance(model.geometry.to_numpy(), footprint.geometry.to_numpy())
    assert apart.max() < 100
    assert (model["pass_time"] - footprint["pass_time"]).abs().max() < pd.Timedelta(seconds=1)
    assert any("planned" in line and "track_model" in line for line in log.warnings)


def test_planned_times_are_those_of_the_granule_or_of_the_calendar_where_it_is_a_piece_of_its_region():
    whole, piece, later = modelled(12, [300]), modelled(12, [300]), pd.Timedelta(seconds=70)
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(12)))
    box = shapely.segmentize(shapely.box(lon - 30, lat - 12, lon + 30, lat + 12), 1.0)
    whole, piece = (table.set_geometry([box], crs="EPSG:4326") for table in (whole, piece))
    planned = calendar.rgt_time(300, 22, np.mean(orbit.region_arc(12)))
    whole[["start_time", "end_time"]] += later
    piece["start_time"] += later
    frames = plain_frames([[(lon - 1, lat), (lon + 1, lat)]])
    moments = [
        points(frames, table, beams=["centre"])["pass_time"].iloc[0].tz_localize(None) for table in (whole, piece)
    ]
    assert abs(moments[0] - (pd.Timestamp(planned) + later)) < pd.Timedelta(seconds=1)
    assert abs(moments[1] - pd.Timestamp(planned)) < pd.Timedelta(seconds=1)


def test_a_planned_crossing_outside_the_footprint_is_left_out():
    granules = modelled(12, [300])
    lon, lat = orbit.ground_track(300, np.mean(orbit.region_arc(12)))
    box = shapely.box(lon - 5, lat - 1, lon + 5, lat + 1)
    granules = granules.set_geometry([shapely.segmentize(box, 1.0)], crs="EPSG:4326")
    far = orbit.ground_track(300, orbit.region_arc(12)[0] + 1)
    lines = [[(x - 1, y), (x + 1, y)] for x, y in ((lon, lat), far)]
    log = makers.Log()
    table = points(plain_frames(lines), granules, progress=log)
    assert table["frame_id"].unique().tolist() == ["Data_20200101_00_000"]
    assert "6 more left out: on a planned track outside the granule's footprint." in log.infos


def test_where_nothing_is_known_the_middle_of_the_way_through_is_given():
    box = shapely.segmentize(shapely.box(-106, -76, -104, -74), 0.5)
    granules = makers.granules(STRIP, names=["mine.h5"]).set_geometry([box], crs="EPSG:4326")
    granules[["rgt", "region", "cycle"]] = pd.NA
    frames = makers.frames([(-108, -75), (-102, -75)], [(-105.5, -75), (-104.5, -75)], [(-100, -75), (-99, -75)])
    log = makers.Log()
    table = points(frames, granules, progress=log, beams=["gt1l"])
    assert table["source"].tolist() == ["strip", "strip"]
    assert table[["beam", "pair", "side", "angle_deg", "pass_time"]].isna().all(axis=None)
    length = GEOD.inv(-108, -75, -102, -75)[2]
    np.testing.assert_allclose(lon_lat(table)[:, 0], [-105, -105], atol=1e-3)
    np.testing.assert_allclose(table["distance_m"], [length / 2, GEOD.inv(-105.5, -75, -104.5, -75)[2] / 2], atol=20)
    assert table["days_between"].tolist() == [1461, 1461]
    # Half of the way through: as far as the point may be off along the line.
    ways = [GEOD.inv(-106, -75, -104, -75)[2] / 2, GEOD.inv(-105.5, -75, -104.5, -75)[2] / 2]
    np.testing.assert_allclose(table["uncertainty_m"], ways, rtol=2e-3)
    assert table["direction"].isna().all()
    assert any("strip" in line for line in log.warnings)


def test_strip_rows_and_beam_rows_are_in_one_order_of_frames(monkeypatch):
    monkeypatch.setattr("xopr_crossovers.core.crossings.cube_grid._CANDIDATES", 1)
    box = shapely.segmentize(shapely.box(-110, -76, -104, -74), 0.5)
    granules = makers.granules(STRIP, STRIP, names=["ATL06_20240101000000_00012211_007_01.h5", "mine.h5"])
    granules.loc[1, ["rgt", "region", "cycle"]] = pd.NA
    granules.loc[1, "geometry"] = box
    frames = makers.frames(
        [(-109, -75), (-108, -75)], LINE, [(-107, -75), (-106.5, -75)], LINE, [(-109, -75), (-108, -75)]
    )
    table = points(frames, granules, beams=["centre"])
    assert table["frame_id"].str[-1].tolist() == ["1", "2", "2", "3", "4", "4", "5"]
    assert sorted(table["source"]) == ["footprint"] * 2 + ["strip"] * 5


def test_real_old_footprints_are_known_for_what_they_are(real_data):
    path = real_data / "granules" / "atl06_real_values_umm.json"
    items = json.loads(path.read_text(encoding="utf-8"))
    granules, _ = granules_from_umm(items["items"] if isinstance(items, dict) else items)
    log = makers.Log()
    lines = random_lines(300, 11, km=300, south=-80, north=-55) + random_lines(200, 12, km=300, south=62, north=82)
    table = points(plain_frames(lines), granules, progress=log)
    sources = table.groupby("granule_id")["source"].agg(set)
    # Footprints are 12.5 km wide strips since version 006, and 36 km wide before.
    by_version = {name: next(iter(source)) for name, source in sources.items()}
    assert {source for name, source in by_version.items() if "_006_" not in name} == {"track_model"}
    assert "rgt_offset" in {source for name, source in by_version.items() if "_006_" in name}
    assert len(by_version) > 30


def test_granules_without_a_footprint_are_counted():
    granules = makers.granules(STRIP, STRIP)
    granules.loc[1, "geometry"] = None
    log = makers.Log()
    assert len(points(makers.frames(LINE), granules, progress=log)) == 6
    assert "1 granule has no footprint, and no crossover." in log.warnings


@pytest.mark.parametrize("looks", [0, 1, 2])
def test_the_search_can_be_stopped_at_any_stage(looks):
    with pytest.raises(CancelledError):
        points(makers.frames(LINE), makers.granules(STRIP), progress=makers.Log(cancel_after=looks))
