"""The frames table."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import spherely

import makers
from xopr_crossovers.core import frames
from xopr_crossovers.core.errors import InputError

SOUTH = [(-100, -75), (-101, -75.2)]
NORTH = [(-40, 70), (-41, 70.2)]
OVER_180 = [(179, -80), (-179, -80.1)]


@pytest.mark.parametrize("text", ["[-511412222, -511412223]", "[-511412222,-511412223]"])
def test_mbox_is_read_from_json_text_arrays_and_lists_alike(text):
    table = makers.frames(SOUTH, SOUTH, SOUTH)
    table["opr:mbox"] = [text, np.array([-511412222, -511412223]), [-511412222, -511412223]]
    assert frames.normalize_frames(table)["opr:mbox"].tolist() == [[-511412222, -511412223]] * 3


def test_a_missing_mbox_of_one_frame_is_none():
    table = makers.frames(SOUTH, SOUTH, SOUTH, SOUTH)
    table["opr:mbox"] = [None, np.nan, [], ""]
    assert frames.normalize_frames(table)["opr:mbox"].tolist() == [None] * 4


def test_an_mbox_that_is_no_list_names_the_frame():
    table = makers.frames(SOUTH, SOUTH, ids=["Data_a", "Data_b"])
    table["opr:mbox"] = ["[1]", "north of Thwaites"]
    with pytest.raises(InputError, match="frame Data_b is not a list of morton cells"):
        frames.normalize_frames(table)


def test_what_cannot_be_frames_is_refused_in_a_sentence():
    good = makers.frames(SOUTH)
    with pytest.raises(InputError, match="hold no frame"):
        frames.normalize_frames(good.iloc[:0])
    with pytest.raises(InputError, match="no column 'id'"):
        frames.normalize_frames(good.drop(columns="id"))
    with pytest.raises(InputError, match="no coordinate reference system"):
        frames.normalize_frames(good.set_crs(None, allow_override=True))
    with pytest.raises(InputError, match=r"must be lines .* 1 of 1 are not"):
        frames.normalize_frames(good.set_geometry(good.geometry.boundary))


def test_row_numbers_of_a_file_format_are_not_a_column_of_the_frames():
    table = makers.frames(SOUTH).assign(fid=7)
    assert "fid" not in frames.normalize_frames(table).columns


def test_a_hemisphere_comes_from_the_line_else_from_the_cells():
    table = makers.frames(SOUTH, NORTH, OVER_180, SOUTH, NORTH)
    table.loc[3:4, "geometry"] = None
    assert frames.hemispheres(table).tolist() == ["south", "north", "south", "south", "north"]


@pytest.mark.parametrize(("line", "crs"), [(SOUTH, "EPSG:3031"), (OVER_180, "EPSG:3031"), (NORTH, "EPSG:3413")])
def test_frames_of_one_hemisphere_go_to_their_pole_s_projection_and_come_back(line, crs):
    table = frames.to_layer_crs(makers.frames(line))
    assert table.crs.to_string() == crs
    back = shapely.get_coordinates(table.to_crs("EPSG:4326").geometry)
    np.testing.assert_allclose(back, line, atol=1e-9)


def test_frames_of_both_hemispheres_stay_in_longitude_and_latitude():
    table = frames.to_layer_crs(makers.frames(SOUTH, NORTH))
    assert table.crs.to_string() == "EPSG:4326"
    assert shapely.get_coordinates(table.geometry).tolist() == [list(map(float, p)) for p in SOUTH + NORTH]


def test_in_longitude_and_latitude_a_frame_over_the_antimeridian_is_cut_there_and_is_the_same_on_the_sphere():
    table = frames.to_layer_crs(makers.frames(OVER_180, NORTH))
    assert table.crs.to_string() == "EPSG:4326"
    cut, plain = table.geometry
    assert plain.equals(shapely.LineString(NORTH))
    ((first, here), (there, last)) = (list(part.coords) for part in cut.geoms)
    assert (first, last) == tuple(OVER_180)
    assert (here[0], there[0]) == (180, -180)
    assert here[1] == there[1]
    whole = spherely.create_linestring(OVER_180)
    assert spherely.distance(whole, spherely.create_point(*here)) < 0.01
    assert frames.to_layer_crs(table).geometry.equals(table.geometry)


def test_a_frame_that_touches_the_antimeridian_has_no_piece_without_length():
    lines = [[(180, -80), (-179, -80.1)], [(179, -80), (-180, -80.1), (-179, -80.2)], [(180, -80), (-180, -80)]]
    table = frames.to_layer_crs(makers.frames(*lines, NORTH))
    lengths = shapely.length(shapely.get_parts(table.geometry.to_numpy()[:2]))
    assert len(lengths) == 3
    assert (lengths > 0.9).all()


def test_the_flight_date_comes_from_opr_date_else_datetime_else_the_id():
    table = gpd.GeoDataFrame(
        {
            "id": ["Data_20110101_01_001", "Data_20110101_01_001", "Data_20110101_01_001", "frame"],
            "opr:date": ["20161103", None, None, None],
            "datetime": pd.to_datetime(["2012-01-01", "2014-11-21T03:00Z", None, None], utc=True, format="mixed"),
        },
        geometry=[shapely.LineString(SOUTH)] * 4,
        crs="EPSG:4326",
    )
    days = frames.flight_dates(table)
    assert days.dt.strftime("%Y-%m-%d").tolist()[:3] == ["2016-11-03", "2014-11-21", "2011-01-01"]
    assert days.isna().tolist() == [False, False, False, True]


def test_filters_keep_what_they_say_and_count_it():
    table = makers.frames(SOUTH, NORTH, SOUTH, SOUTH)
    table["opr:date"] = ["20161103", "20161103", "20161104", "20161201"]
    table["opr:provider"] = ["cresis", "cresis", "UTIG", "utig"]
    log = makers.Log()
    kept = frames.filter_frames(table, "south", "utig", "2016-11-01", "2016-11-30", log)
    assert kept["opr:date"].tolist() == ["20161104"]
    assert log.infos == [
        "Hemisphere south: 3 of 4 frames.",
        "Provider utig: 2 of 3 frames.",
        "A flight date from 2016-11-01 to 2016-11-30: 1 of 2 frames.",
    ]


def test_the_last_day_of_a_date_filter_is_included():
    assert len(frames.filter_frames(makers.frames(SOUTH, date="20200101"), end_date="2020-01-01")) == 1


def test_a_filter_that_leaves_nothing_is_an_error_with_the_count():
    with pytest.raises(InputError, match="none of 2 frames has provider awi"):
        frames.filter_frames(makers.frames(SOUTH, SOUTH, **{"opr:provider": "cresis"}), provider="awi")


def test_frames_without_a_date_are_counted_by_the_date_filter():
    table = makers.frames(SOUTH, SOUTH, ids=["a", "b"])
    table["opr:date"] = ["20200101", None]
    log = makers.Log()
    assert len(frames.filter_frames(table, start_date="2019-01-01", progress=log)) == 1
    assert log.warnings == ["1 frames have no flight date and are left out by the date filter."]


def test_wrong_dates_are_named():
    with pytest.raises(InputError, match="START_DATE is not a date: 'spring'"):
        frames.filter_frames(makers.frames(SOUTH), start_date="spring")
    with pytest.raises(InputError, match="2021-01-01 is after the last one 2020-01-01"):
        frames.filter_frames(makers.frames(SOUTH), start_date="2021-01-01", end_date="2020-01-01")


def test_a_line_that_is_no_place_on_the_earth_is_left_out_with_its_frame_s_name_in_the_log():
    table = makers.frames(SOUTH, SOUTH, SOUTH, SOUTH, ids=["a", "b", "c", "d"])
    nan, beyond = [(-105, -75), (np.nan, np.nan), (-104, -75)], [(0, -85), (0, -95)]
    lines = [shapely.LineString(SOUTH), shapely.LineString(nan), shapely.LineString(beyond), shapely.LineString()]
    table = table.set_geometry(gpd.GeoSeries(lines, crs="EPSG:4326"))
    log = makers.Log()
    found = frames.normalize_frames(table, progress=log)
    assert found.geometry.isna().tolist() == [False, True, True, True]
    assert "2 have a vertex that is no place on the Earth (the first is b)" in log.warnings[0]
    assert "1 of 4 have no line" in log.warnings[1]


def test_frames_without_a_name_are_left_out_and_counted_and_where_none_has_one_that_is_an_error():
    log = makers.Log()
    named = frames.normalize_frames(makers.frames(SOUTH, SOUTH, SOUTH, ids=["a", None, " "]), progress=log)
    assert named["id"].tolist() == ["a"]
    assert log.warnings == ["The frames: 2 of 3 have no name in the column 'id' and are left out."]
    with pytest.raises(InputError, match="no name in the column 'id' in any of 2 rows"):
        frames.normalize_frames(makers.frames(SOUTH, SOUTH, ids=[None, ""]))


def test_packed_words_of_a_newer_mortie_are_named_with_their_frame():
    table = makers.frames(SOUTH, ids=["Data_a"])
    table["opr:mbox"] = [[12757146377205579794]]
    with pytest.raises(InputError, match="frame Data_a holds 12757146377205579794, a packed word"):
        frames.normalize_frames(table)


def test_times_written_in_two_ways_both_count():
    table = makers.frames(SOUTH, SOUTH, ids=["a", "b"]).drop(columns="opr:date")
    table["datetime"] = ["2017-11-03T14:00:00Z", "2017-11-04T14:00:00.5Z"]
    assert frames.flight_dates(table).dt.day.tolist() == [3, 4]


def test_a_hemisphere_is_south_or_north_in_any_spelling():
    assert len(frames.filter_frames(makers.frames(SOUTH, NORTH), hemisphere="South")) == 1
    with pytest.raises(InputError, match="HEMISPHERE must be south or north, not 'east'"):
        frames.filter_frames(makers.frames(SOUTH), hemisphere="east")
