"""The frames table."""

import json
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import spherely

import makers
from xopr_crossovers.core import frames
from xopr_crossovers.core.common.errors import InputError

SOUTH = [(-100, -75), (-101, -75.2)]
NORTH = [(-40, 70), (-41, 70.2)]
OVER_180 = [(179, -80), (-179, -80.1)]


@pytest.mark.parametrize("text", ["[-511412222, -511412223]", "[-511412222,-511412223]", "[-511412222\n -511412223]"])
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
    with pytest.raises(InputError, match=r"must be lines .* 1 of 1 geometry is none"):
        frames.normalize_frames(good.set_geometry(good.geometry.boundary))


def test_row_numbers_of_a_file_format_are_not_a_column_of_the_frames():
    table = makers.frames(SOUTH).assign(fid=7)
    assert "fid" not in frames.normalize_frames(table).columns


def test_a_hemisphere_comes_from_the_line_else_from_the_cells():
    table = makers.frames(SOUTH, NORTH, OVER_180, SOUTH, NORTH)
    table.loc[3:4, "geometry"] = None
    assert frames.frame_hemispheres(table).tolist() == ["south", "north", "south", "south", "north"]


@pytest.mark.parametrize(("line", "crs"), [(SOUTH, "EPSG:3031"), (OVER_180, "EPSG:3031"), (NORTH, "EPSG:3413")])
def test_frames_of_one_hemisphere_go_to_their_pole_s_projection_and_come_back(line, crs):
    table = frames.frames_in_layer_crs(makers.frames(line))
    assert table.crs.to_string() == crs
    back = shapely.get_coordinates(table.to_crs("EPSG:4326").geometry)
    np.testing.assert_allclose(back, line, atol=1e-9)


def test_frames_of_both_hemispheres_stay_in_longitude_and_latitude():
    table = frames.frames_in_layer_crs(makers.frames(SOUTH, NORTH))
    assert table.crs.to_string() == "EPSG:4326"
    assert shapely.get_coordinates(table.geometry).tolist() == [list(map(float, p)) for p in SOUTH + NORTH]


def test_in_longitude_and_latitude_a_frame_over_the_antimeridian_is_cut_there_and_is_the_same_on_the_sphere():
    table = frames.frames_in_layer_crs(makers.frames(OVER_180, NORTH))
    assert table.crs.to_string() == "EPSG:4326"
    cut, plain = table.geometry
    assert plain.equals(shapely.LineString(NORTH))
    ((first, here), (there, last)) = (list(part.coords) for part in cut.geoms)
    assert (first, last) == tuple(OVER_180)
    assert (here[0], there[0]) == (180, -180)
    assert here[1] == there[1]
    whole = spherely.create_linestring(OVER_180)
    assert spherely.distance(whole, spherely.create_point(*here)) < 0.01
    assert frames.frames_in_layer_crs(table).geometry.equals(table.geometry)


def test_a_frame_that_touches_the_antimeridian_has_no_piece_without_length():
    lines = [[(180, -80), (-179, -80.1)], [(179, -80), (-180, -80.1), (-179, -80.2)], [(180, -80), (-180, -80)]]
    table = frames.frames_in_layer_crs(makers.frames(*lines, NORTH))
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
    assert log.warnings == ["1 frame has no flight date: left out by the date filter."]


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
    assert "2 lines have a vertex that is no place on the Earth (the first is b)" in log.warnings[0]
    assert "1 of 4 frames has no line" in log.warnings[1]


def test_frames_without_a_name_are_left_out_and_counted_and_where_none_has_one_that_is_an_error():
    log = makers.Log()
    named = frames.normalize_frames(makers.frames(SOUTH, SOUTH, SOUTH, ids=["a", None, " "]), progress=log)
    assert named["id"].tolist() == ["a"]
    assert log.warnings == ["The frames: 2 of 3 rows have no name in the column 'id': left out."]
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


LINE = [(-100, -75), (-100.5, -75.3), (-101, -75.2)]


def through(table, crs):
    """The table as a layer that was saved in another projection and merged with the first one has it."""
    return table.to_crs(crs).to_crs("EPSG:4326")


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3031", "EPSG:3857", "EPSG:32715"])
def test_frames_that_are_there_twice_count_once_also_where_they_went_through_another_projection(crs):
    table = makers.frames(LINE, SOUTH, OVER_180)
    merged = pd.concat([table, through(table, crs)], ignore_index=True)
    log = makers.Log()
    once = frames.normalize_frames(merged, progress=log)
    assert once["id"].tolist() == table["id"].tolist()
    assert log.warnings == ["3 frames were there twice (same season, id and line), and kept once."]


def test_lines_rounded_to_the_centimetre_are_the_same_and_ones_that_differ_by_ten_metres_are_not():
    table = makers.frames(LINE, LINE, LINE, LINE, ids=["a"] * 4)
    near = shapely.LineString([(-100, -75), (-100.5000001, -75.3), (-101, -75.2)])
    far = shapely.LineString([(-100, -75), (-100.5, -75.3001), (-101, -75.2)])
    table = table.set_geometry(gpd.GeoSeries([shapely.LineString(LINE), far, near, far], crs="EPSG:4326"))
    log = makers.Log()
    once = frames.normalize_frames(table, progress=log)
    assert [line.equals(other) for line, other in zip(once.geometry, [shapely.LineString(LINE), far])] == [True] * 2
    assert log.warnings == [
        "2 frames were there twice (same season, id and line), and kept once.",
        "2 frames have the season and id of another, but not its line; all are kept.",
    ]


def test_frames_of_another_season_another_name_or_the_other_direction_are_others():
    table = makers.frames(LINE, LINE, LINE, LINE[::-1], ids=["a", "a", "b", "a"])
    table["collection"] = ["2020_Test", "2021_Test", "2020_Test", "2020_Test"]
    assert len(frames.normalize_frames(table)) == 4


def test_twins_are_found_beside_the_same_line_flown_the_other_way():
    table = makers.frames(LINE, LINE[::-1], LINE, LINE[::-1], ids=["a"] * 4)
    once = frames.normalize_frames(through(table, "EPSG:3031"))
    assert [line.coords[0][0] for line in once.geometry] == pytest.approx([-100, -101])


def test_of_twins_the_one_with_cells_stays_in_the_place_of_the_twins():
    table = makers.frames(LINE, LINE, SOUTH, ids=["a", "a", "b"])
    table["opr:mbox"] = [None, *table["opr:mbox"][1:]]
    once = frames.normalize_frames(table)
    assert once["id"].tolist() == ["a", "b"]
    assert once["opr:mbox"].tolist() == table["opr:mbox"].tolist()[1:]


def test_frames_without_a_line_are_there_twice_as_well():
    table = makers.frames(LINE, LINE, LINE, ids=["a", "a", "a"])
    table.loc[:1, "geometry"] = None
    assert frames.normalize_frames(table).geometry.isna().tolist() == [True, False]


def test_twenty_thousand_frames_twice_are_told_apart_within_seconds():
    lines = [[(lon / 100, -75), (lon / 100, -75.3)] for lon in range(-10_000, 10_000)]
    table = makers.frames(*lines[:2])
    table = gpd.GeoDataFrame(
        {"id": [f"f{n}" for n in range(len(lines))], "collection": table["collection"][0]},
        geometry=[shapely.LineString(line) for line in lines],
        crs="EPSG:4326",
    )
    begun = time.perf_counter()
    assert len(frames.normalize_frames(pd.concat([table, through(table, "EPSG:3031")]))) == len(lines)
    assert time.perf_counter() - begun < 5


def test_names_that_are_numbers_become_text():
    assert frames.normalize_frames(makers.frames(SOUTH, LINE, ids=[1.0, 22.0]))["id"].tolist() == ["1", "22"]
    assert frames.normalize_frames(makers.frames(SOUTH, LINE, ids=[1, 22]))["id"].tolist() == ["1", "22"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([[(-75, -105), (-75.2, -106)], [(-75, -107), (-75.2, -106)]], "latitude and longitude look exchanged"),
        ([[(-1.5e6, -3e5), (-1.4e6, -4e5)]] * 2, "looks like metres"),
        ([[(np.nan, 1), (2, np.nan)]] * 2, "their coordinates are no numbers"),
        ([[(-200, -95), (-201, -95)]] * 2, "is no longitude and latitude"),
    ],
)
def test_where_no_line_is_a_place_on_the_earth_the_error_says_what_is_probably_wrong(lines, words):
    table = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=[shapely.LineString(x) for x in lines], crs="EPSG:4326")
    with pytest.raises(InputError, match=f"none of the 2 lines is a place on the Earth: .*{words}"):
        frames.normalize_frames(table)


def test_lines_outside_of_what_their_projection_can_show_are_named_by_it():
    table = makers.frames(SOUTH).set_crs("ESRI:54030", allow_override=True)
    table = table.set_geometry(gpd.GeoSeries([shapely.LineString([(9e9, 9e9), (8e9, 9e9)])], crs="ESRI:54030"))
    with pytest.raises(InputError, match="outside what 'World_Robinson'"):
        frames.normalize_frames(table)


def test_a_line_within_a_metre_of_the_pole_is_not_taken_for_degrees():
    log = makers.Log()
    table = makers.frames(SOUTH)
    table = table.set_geometry(gpd.GeoSeries([shapely.LineString([(0, 0), (0.5, 0.5)])], crs="EPSG:3031"))
    frames.normalize_frames(table.drop(columns="opr:mbox"), progress=log)
    assert log.warnings == []


def test_degrees_in_a_projection_are_warned_of():
    log = makers.Log()
    frames.normalize_frames(makers.frames(SOUTH).set_crs("EPSG:3031", allow_override=True), progress=log)
    assert "all coordinates look like degrees, but are metres in 'WGS 84 / Antarctic Polar" in log.warnings[0]


@pytest.mark.parametrize(
    "columns", [{"opr:hemisphere": "south"}, {"collection": "2016_Antarctica_DC8"}, {"opr:hemisphere": "South"}]
)
def test_lines_on_the_other_hemisphere_than_their_columns_say_are_warned_of(columns):
    log = makers.Log()
    frames.normalize_frames(makers.frames(NORTH, SOUTH).assign(**columns), progress=log)
    assert len(log.warnings) == 1
    assert "1 of 2 frames lies in the north, but in the south by the columns (the first is Data_" in log.warnings[0]


@pytest.mark.parametrize("crs", ["IAU_2015:30100", "+proj=longlat +R=1737400 +no_defs", 'LOCAL_CS["site",UNIT["m",1]]'])
def test_a_crs_without_a_way_to_the_earth_is_named(crs):
    with pytest.raises(InputError, match=r"coordinate reference system '.+'.* there is no way to longitude"):
        frames.normalize_frames(makers.frames(SOUTH).set_crs(crs, allow_override=True))


@pytest.mark.parametrize("crs", ["EPSG:4978", "EPSG:5773"])
def test_a_crs_of_space_or_of_heights_alone_is_named(crs):
    with pytest.raises(InputError, match=f"{crs}.* there is no way to longitude and latitude"):
        frames.normalize_frames(makers.frames(SOUTH).set_crs(crs, allow_override=True))


def test_lines_in_collections_are_read_and_other_parts_counted():
    table = makers.frames(SOUTH, LINE)
    inside = shapely.GeometryCollection([shapely.LineString(SOUTH), shapely.Point(SOUTH[0])])
    nested = shapely.GeometryCollection([shapely.MultiLineString([LINE, SOUTH])])
    log = makers.Log()
    read = frames.normalize_frames(table.set_geometry(gpd.GeoSeries([inside, nested], crs="EPSG:4326")), progress=log)
    assert read.geometry.tolist() == [shapely.MultiLineString([SOUTH]), shapely.MultiLineString([LINE, SOUTH])]
    assert log.warnings == ["The frames: 1 part of collections, no lines, are left out."]


def items(as_text=False):
    """What xOPR's query_frames returns: STAC items, the properties in a column, the name as the index too."""
    table = makers.frames(SOUTH, LINE)
    names = ["opr:date", "opr:mbox"]
    properties = [{"datetime": "2020-01-01T00:00:00Z", **dict(zip(names, row))} for row in table[names].to_numpy()]
    table["properties"] = [json.dumps(item) for item in properties] if as_text else properties
    return table.drop(columns=names).set_index("id", drop=False).rename_axis("stac_item_id").reset_index()


@pytest.mark.parametrize("as_text", [False, True])
def test_the_properties_of_stac_items_are_read_as_columns_and_that_is_said(as_text):
    log = makers.Log()
    read = frames.normalize_frames(items(as_text), progress=log)
    assert read["opr:mbox"].tolist() == makers.frames(SOUTH, LINE)["opr:mbox"].tolist()
    assert read["opr:date"].tolist() == ["20200101"] * 2
    assert "properties" not in read
    assert "stac_item_id" not in read
    assert log.infos == ["The frames are STAC items: datetime, opr:date, opr:mbox were read from their properties."]


def test_numbers_of_rows_that_were_saved_as_a_column_are_no_names():
    with pytest.raises(InputError, match="no column 'id'"):
        frames.normalize_frames(makers.frames(SOUTH, LINE).assign(index=[0, 1]).drop(columns="id"))


def test_flattened_properties_and_a_name_that_is_only_the_index_are_read():
    table = makers.frames(SOUTH, LINE).rename(columns={"opr:mbox": "properties.opr:mbox", "id": "__index_level_0__"})
    log = makers.Log()
    read = frames.normalize_frames(table, progress=log)
    assert read["id"].tolist() == makers.frames(SOUTH, LINE)["id"].tolist()
    assert read["opr:mbox"].tolist() == makers.frames(SOUTH, LINE)["opr:mbox"].tolist()
    assert "the index '__index_level_0__', which was read as 'id'" in log.text
