"""UMM-G records become a granules table: nothing is lost unsaid, and nothing is made up."""

from __future__ import annotations

import copy
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import makers
from depth import drawn
from makers import Log
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.granules.table import granules_from_umm, merge_granules, normalize_granules

COLUMNS = [
    *("granule_id", "short_name", "version", "rgt", "cycle", "region", "release", "revision"),
    *("start_time", "end_time", "size_mb", "https_url", "s3_url", "geometry"),
]
NAME = "ATL06_20240105120000_00012211_007_01.h5"
CLOUD = "https://data.nsidc.earthdatacloud.nasa.gov/nsidc-cumulus-prod-protected/ATLAS/ATL06/007/2024/01/05"
BUCKET = "s3://nsidc-cumulus-prod-protected/ATLAS/ATL06/007/2024/01/05"
# Over the antimeridian, as CMR delivers it.
RING = [(179.0, -80.0), (-179.0, -80.0), (-178.0, -75.0), (178.0, -75.0), (179.0, -80.0)]
ORBIT = {"AscendingCrossing": 31.0, "StartLatitude": 80, "StartDirection": "D", "EndLatitude": 59, "EndDirection": "D"}


def boundary(ring):
    return {"Points": [{"Longitude": lon, "Latitude": lat} for lon, lat in ring]}


def polygon(ring, *holes):
    zone = {"ExclusiveZone": {"Boundaries": [boundary(hole) for hole in holes]}} if holes else {}
    return {"Boundary": boundary(ring), **zone}


def box(west, south, east, north):
    sides = {"West": west, "South": south, "East": east, "North": north}
    return {f"{side}BoundingCoordinate": value for side, value in sides.items()}


def geometry(*polygons, **others):
    shape = {"GPolygons": list(polygons)} if polygons else {}
    return {"HorizontalSpatialDomain": {"Geometry": {**shape, **others}}}


def link(url, kind="GET DATA", **others):
    return {"URL": url, "Type": kind, **others}


def record(name=NAME, **umm):
    content = {
        "GranuleUR": name,
        "CollectionReference": {"ShortName": "ATL06", "Version": "007"},
        "TemporalExtent": {
            "RangeDateTime": {
                "BeginningDateTime": "2024-01-05T12:00:00.250Z",
                "EndingDateTime": "2024-01-05T12:05:30Z",
            }
        },
        "SpatialExtent": geometry(polygon(RING)),
        "RelatedUrls": [
            link(f"{CLOUD}/{name}"),
            link(f"{BUCKET}/{name}", "GET DATA VIA DIRECT ACCESS"),
        ],
        "DataGranule": {
            "Identifiers": [{"Identifier": name, "IdentifierType": "ProducerGranuleId"}],
            "ArchiveAndDistributionInformation": [{"Name": name, "Size": 12.5, "SizeUnit": "MB"}],
        },
    }
    content.update(umm)
    return {"meta": {"native-id": name}, "umm": {key: value for key, value in content.items() if value is not None}}


def table(*records):
    granules, skipped = granules_from_umm(records)
    assert skipped == {}
    return granules


def row(**umm):
    return table(record(**umm)).iloc[0]


def vertices(shape):
    return [tuple(point) for point in shapely.get_coordinates(shape)]


def test_a_record_becomes_a_row_with_all_that_it_says():
    granules = table(record())
    assert list(granules.columns) == COLUMNS
    assert granules.crs == "EPSG:4326"
    row = granules.iloc[0]
    assert list(row[:8]) == [NAME, "ATL06", "007", 1, 22, 11, "007", 1]
    assert row["start_time"] == pd.Timestamp("2024-01-05T12:00:00.250Z")
    assert row["end_time"] == pd.Timestamp("2024-01-05T12:05:30Z")
    assert row["size_mb"] == 12.5
    assert row["https_url"] == f"{CLOUD}/{NAME}"
    assert row["s3_url"] == f"{BUCKET}/{NAME}"
    assert vertices(row["geometry"]) == RING


def test_types_are_the_same_with_no_one_or_incomplete_records():
    bare = record(RelatedUrls=None, DataGranule=None, TemporalExtent=None, CollectionReference=None)
    bare["umm"]["GranuleUR"] = "SC:ATL06.005:1"
    types = dict(table(record()).dtypes)
    assert dict(table(bare).dtypes) == types
    empty, skipped = granules_from_umm([])
    assert dict(empty.dtypes) == types
    assert (len(empty), empty.crs, skipped) == (0, "EPSG:4326", {})


# Footprints


def test_all_polygons_of_a_record_are_kept_with_their_holes():
    hole = [(10.2, -79.8), (10.8, -79.8), (10.5, -79.2), (10.2, -79.8)]
    second = [(10.0, -80.0), (11.0, -80.0), (11.0, -79.0), (10.0, -79.0), (10.0, -80.0)]
    shape = row(SpatialExtent=geometry(polygon(RING), polygon(second, hole)))["geometry"]
    assert shape.geom_type == "MultiPolygon"
    assert [vertices(part.exterior) for part in shape.geoms] == [RING, second]
    assert [[vertices(ring) for ring in part.interiors] for part in shape.geoms] == [[], [hole]]


def test_records_of_one_and_of_many_polygons_keep_their_own():
    rings = [[(lon, -80.0), (lon + 1, -80.0), (lon, -79.0), (lon, -80.0)] for lon in range(6)]
    extents = [geometry(*map(polygon, part)) for part in (rings[:1], rings[1:4], rings[4:5], rings[5:])]
    granules = table(*(record(SpatialExtent=extent) for extent in extents))
    starts = [[vertices(part)[0][0] for part in shapely.get_parts(shape)] for shape in granules.geometry]
    assert starts == [[0], [1, 2, 3], [4], [5]]


def test_a_ring_that_is_not_closed_is_closed():
    assert vertices(row(SpatialExtent=geometry(polygon(RING[:-1])))["geometry"]) == RING


@pytest.mark.parametrize(
    ("west", "east", "width"), [(-60, -50, 10), (175, -170, 15), (170, 180, 10), (-180, 180, 360), (0, 200 - 360, 200)]
)
def test_a_bounding_rectangle_covers_its_area_on_the_sphere_also_over_the_antimeridian(west, east, width):
    rectangle = row(SpatialExtent=geometry(BoundingRectangles=[box(west, -80, east, -70)]))["geometry"]
    lon, lat = shapely.get_coordinates(rectangle).T
    assert (lon.min() >= -180, lon.max() <= 180, set(lat)) == (True, True, {-80.0, -70.0})
    # Area between two parallels on a sphere, against the shoelace in an equal-area projection of that sphere.
    to_equal_area = pyproj.Transformer.from_crs("+proj=longlat +R=6371007 +no_defs", "+proj=laea +lat_0=-90 +R=6371007")
    x, y = to_equal_area.transform(lon, lat)
    shoelace = abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2
    exact = 6371007**2 * np.radians(width) * (np.sin(np.radians(80)) - np.sin(np.radians(70)))
    assert shoelace == pytest.approx(exact, rel=1e-4)


def test_rectangles_and_polygons_of_one_record_come_together():
    extent = geometry(polygon(RING), BoundingRectangles=[box(1, 2, 3, 4), box(5, 6, 7, 8)])
    shape = row(SpatialExtent=extent)["geometry"]
    assert [part.bounds for part in shape.geoms][1:] == [(1, 2, 3, 4), (5, 6, 7, 8)]


TWO_POINTS = [(0.0, 0.0), (1.0, 1.0), (0.0, 0.0), (1.0, 1.0), (0.0, 0.0)]
NO_RING = "no footprint ring with three different points"
WITHOUT_FOOTPRINT = [
    (record(SpatialExtent={"HorizontalSpatialDomain": {"Orbit": ORBIT}}), "only an orbit for an extent"),
    (record(SpatialExtent=geometry(Lines=[boundary(RING)])), "only points or lines for an extent"),
    (record(SpatialExtent=None), "no spatial extent"),
    (record(SpatialExtent={"GranuleLocalities": ["Thwaites"]}), "no spatial extent"),
    (record(SpatialExtent=geometry(polygon(TWO_POINTS))), NO_RING),
    (record(SpatialExtent=geometry(polygon([]))), NO_RING),
    (record(SpatialExtent=geometry({"ExclusiveZone": {}})), NO_RING),
    (record(SpatialExtent=geometry(polygon([(0, 0), (1, 0), (1, 95)]))), NO_RING),
    (record(SpatialExtent=geometry(polygon([(0, 0), (1, 0), (None, 1)]))), NO_RING),
    (record(SpatialExtent=geometry(BoundingRectangles=[box(0, 10, 5, 10)])), NO_RING),
    ({"meta": {"concept-id": "G1"}}, "a record that was deleted or has no content"),
]


@pytest.mark.parametrize(("item", "reason"), WITHOUT_FOOTPRINT)
def test_a_record_without_a_footprint_is_left_out_and_its_reason_counted(item, reason):
    granules, skipped = granules_from_umm([record(), item, item])
    assert len(granules) == 1
    assert skipped == {reason: 2}


def test_a_part_without_area_is_left_out_and_told_but_the_granule_stays():
    log = Log()
    items = [record(SpatialExtent=geometry(polygon(TWO_POINTS, RING), polygon(RING))), WITHOUT_FOOTPRINT[4][0]]
    granules, skipped = granules_from_umm(items, log)
    assert vertices(granules.geometry.iloc[0]) == RING
    assert skipped == {NO_RING: 1}
    assert log.warnings == [f"2 parts of footprints are left out: {NO_RING}; the granules stay."]


@drawn(25)
@given(st.lists(st.sampled_from([record(), *(item for item, _ in WITHOUT_FOOTPRINT)]), max_size=12))
def test_rows_and_skipped_records_add_up_to_the_records(items):
    granules, skipped = granules_from_umm(items)
    assert len(granules) + sum(skipped.values()) == len(items)
    assert len(granules) == sum(item == record() for item in items)


# Names


OLD = "SC:ATL06.005:228825416"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, NAME),
        ({"DataGranule": None}, NAME),
        ({"RelatedUrls": None}, NAME),
        ({"DataGranule": None, "RelatedUrls": None}, OLD),
        ({"DataGranule": None, "RelatedUrls": [link(f"{BUCKET}/{NAME}", "GET DATA VIA DIRECT ACCESS")]}, NAME),
        ({"DataGranule": None, "RelatedUrls": [link(f"{CLOUD}/{NAME}?userid=x/y.h5")]}, NAME),
        ({"GranuleUR": NAME[:-3], "DataGranule": None, "RelatedUrls": None}, NAME[:-3]),
        ({"DataGranule": {"Identifiers": [{"Identifier": "17", "IdentifierType": "ProducerGranuleId"}]}}, NAME),
        ({"DataGranule": {"Identifiers": [{"Identifier": "a.h5", "IdentifierType": "CRID"}]}}, NAME),
    ],
)
def test_the_granule_has_the_name_of_its_file_where_the_record_tells_it(changes, name):
    item = record()
    item["umm"]["GranuleUR"] = OLD
    item["umm"].update(changes)
    row = table(item).iloc[0]
    assert row["granule_id"] == name
    assert (pd.isna(row["rgt"])) == (name == OLD)


def test_what_the_record_does_not_say_comes_from_the_name():
    row = table(record(CollectionReference={"EntryTitle": "ATLAS/ICESat-2 L3A V007"}, TemporalExtent=None)).iloc[0]
    assert (row["short_name"], row["version"]) == ("ATL06", "007")
    assert row["start_time"] == pd.Timestamp("2024-01-05T12:00:00Z")
    assert row["end_time"] is pd.NaT


def test_a_single_time_is_start_and_end():
    row = table(record(TemporalExtent={"SingleDateTime": "2024-01-05T12:00:01Z"})).iloc[0]
    assert row["start_time"] == row["end_time"] == pd.Timestamp("2024-01-05T12:00:01Z")


# Links


BROWSE = link(f"{CLOUD}/{NAME[:-3]}_BRW.gt1l.h_li.jpg", "GET RELATED VISUALIZATION")
METADATA = link(f"{CLOUD}/{NAME[:-3]}.iso.xml", "EXTENDED METADATA")
OPENDAP = [
    link(f"https://opendap.earthdata.nasa.gov/collections/C1/granules/{NAME}"),
    link(f"https://host/{NAME}", Subtype="OPENDAP DATA"),
    link(f"https://host/opendap/hyrax/{NAME}"),
    link(f"https://opendap.host/{NAME}.h5", "USE SERVICE API", Subtype="OPENDAP DATA"),
]
PICTURE_AS_DATA = link(f"{CLOUD}/{NAME[:-3]}_BRW.default.jpg")
S3_AS_DATA = link(f"{BUCKET}/{NAME}")
HTTPS = link(f"{CLOUD}/{NAME}")
S3 = link(f"{BUCKET}/{NAME}", "GET DATA VIA DIRECT ACCESS")


@pytest.mark.parametrize(
    ("related", "https", "s3"),
    [
        ([HTTPS, S3], True, True),
        ([BROWSE, METADATA, *OPENDAP, PICTURE_AS_DATA, S3, HTTPS], True, True),
        ([HTTPS, S3_AS_DATA], True, True),
        ([link(f"{CLOUD}/other.dat"), link(f"{CLOUD}/{NAME[:-3]}.iso.xml"), HTTPS], True, False),
        ([HTTPS, link(f"{CLOUD}/other.h5")], True, False),
        ([S3], False, True),
        ([BROWSE, METADATA, *OPENDAP, PICTURE_AS_DATA], False, False),
        ([link("ftp://host/file.h5"), link("")], False, False),
    ],
)
def test_the_links_are_those_to_the_file_and_never_a_picture_metadata_or_opendap(related, https, s3):
    row = table(record(RelatedUrls=related)).iloc[0]
    assert row["https_url"] == f"{CLOUD}/{NAME}" if https else pd.isna(row["https_url"])
    assert row["s3_url"] == f"{BUCKET}/{NAME}" if s3 else pd.isna(row["s3_url"])


def test_a_record_without_any_link_is_kept():
    granules = table(record(RelatedUrls=None))
    assert granules[["https_url", "s3_url"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("entries", "size_mb"),
    [
        ([{"Name": NAME, "SizeInBytes": 3_500_000, "Size": 99, "SizeUnit": "MB"}], 3.5),
        ([{"Name": NAME, "Size": 2500, "SizeUnit": "KB"}], 2.5),
        ([{"Name": NAME, "Size": 1.5, "SizeUnit": "GB"}], 1500.0),
        ([{"Name": f"{NAME}.xml", "Size": 9, "SizeUnit": "MB"}, {"Name": NAME, "Size": 1, "SizeUnit": "MB"}], 1.0),
        ([{"Name": "Not provided", "Size": 1, "SizeUnit": unit} for unit in ("MB", "KB")], 1.001),
        ([{"Name": "package", "Files": [{"Name": NAME, "SizeInBytes": 4_000_000}, {"Name": "x.xml"}]}], 4.0),
        ([{"Name": NAME, "Size": 7, "SizeUnit": "NA"}], None),
        ([{"Name": NAME}], None),
        ([], None),
    ],
)
def test_the_size_is_that_of_the_file_in_megabytes(entries, size_mb):
    size = row(DataGranule={"ArchiveAndDistributionInformation": entries})["size_mb"]
    assert size == size_mb if size_mb is not None else np.isnan(size)


# One granule once


def older_archive(item):
    twin = copy.deepcopy(item)
    twin["umm"]["GranuleUR"] = OLD
    twin["umm"]["RelatedUrls"] = [link(f"https://n5eil01u.ecs.nsidc.org/DP7/{item['umm']['GranuleUR']}")]
    return twin


TWICE = {"a second record of the same granule": 1}
OLDER = {"an older revision of a granule": 1}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_providers_the_one_with_more_links_stays(order):
    pair = [record(), older_archive(record())][::order]
    granules, dropped = merge_granules([table(item) for item in pair])
    assert dropped == TWICE
    assert list(granules["s3_url"]) == [f"{BUCKET}/{NAME}"]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_providers_with_as_many_links_the_cloud_stays(order):
    pair = [record(RelatedUrls=[HTTPS]), older_archive(record())][::order]
    granules, dropped = merge_granules([table(*pair)])
    assert dropped == TWICE
    assert list(granules["https_url"]) == [f"{CLOUD}/{NAME}"]


@pytest.mark.parametrize("order", [1, -1])
def test_more_links_count_more_than_the_cloud(order):
    old = older_archive(record())
    old["umm"]["RelatedUrls"].append(link(f"s3://elsewhere/{NAME}", "GET DATA VIA DIRECT ACCESS"))
    granules, dropped = merge_granules([table(item) for item in [record(RelatedUrls=[HTTPS]), old][::order]])
    assert dropped == TWICE
    assert list(granules["s3_url"]) == [f"s3://elsewhere/{NAME}"]


def test_the_highest_revision_stays_though_its_time_differs_by_a_moment():
    names = [NAME.replace("_01.h5", f"_{revision}.h5") for revision in ("02", "10", "01")]
    later = {"RangeDateTime": {"BeginningDateTime": "2024-01-05T12:00:00.260Z"}}
    revisions = table(record(names[0]), record(names[1], TemporalExtent=later), record(names[2]))
    granules, dropped = merge_granules([revisions])
    assert list(granules["granule_id"]) == [names[1]]
    assert dropped == {"an older revision of a granule": 2}


@pytest.mark.parametrize(
    "other",
    ["ATL03_20240105120000_00012211_007_01.h5", "ATL06_20240105120000_00012211_006_01.h5",
     "ATL06_20240105120100_00012211_007_01.h5", "ATL06_20240105120000_00022211_007_01.h5",
     "ATL06_20240105120000_00012311_007_01.h5", "ATL06_20240105120000_00012212_007_01.h5"],
)  # fmt: skip
def test_another_product_release_start_track_cycle_or_region_is_another_granule(other):
    granules, dropped = merge_granules([table(record(other)), table(record())])
    assert (list(granules["granule_id"]), dropped) == ([other, NAME], {})


def test_granules_whose_names_tell_no_revision_are_all_kept():
    items = [record() for _ in range(3)]
    for number, item in enumerate(items):
        item["umm"].update({"GranuleUR": f"SC:ATL06.005:{number}", "DataGranule": None, "RelatedUrls": None})
    granules, dropped = merge_granules([table(*items)])
    assert (len(granules), dropped) == (3, {})


def test_twins_and_revisions_are_counted_apart():
    newer = record(NAME.replace("_01.h5", "_02.h5"))
    granules, dropped = merge_granules([table(record(), newer), table(older_archive(newer))])
    assert list(granules["granule_id"]) == [newer["umm"]["GranuleUR"]]
    assert dropped == {**TWICE, **OLDER}


def test_no_tables_and_empty_tables_merge_to_an_empty_one():
    empty = granules_from_umm([])[0]
    for tables in ([], [empty], [empty, empty]):
        granules, dropped = merge_granules(tables)
        assert (len(granules), list(granules.columns), dropped) == (0, COLUMNS, {})
    assert len(merge_granules([empty, table(record()), empty])[0]) == 1


# A layer that comes back


def test_a_table_that_went_through_a_layer_comes_back_the_same():
    granules = table(record(), record("ATL06_20240105130000_00022211_007_01.h5", RelatedUrls=None, DataGranule=None))
    layer = granules.drop(columns=["release", "end_time"]).assign(
        fid=[1, 2],
        rgt=granules["rgt"].astype(float),
        revision=granules["revision"].astype(object),
        start_time=granules["start_time"].astype("datetime64[ns, UTC]"),
    )
    back = normalize_granules(layer.rename_geometry("geom").set_index("fid"))
    expected = granules.assign(end_time=pd.Series([pd.NaT] * 2, dtype=granules["end_time"].dtype))
    pd.testing.assert_frame_equal(pd.DataFrame(back), pd.DataFrame(expected))
    assert back.crs == granules.crs


@pytest.mark.parametrize(
    ("column", "said"),
    [("short_name", "ATL06"), ("version", "007"), ("rgt", 2), ("cycle", 22), ("region", 11), ("revision", 1)],
)
def test_what_one_granule_does_not_say_comes_from_its_name_and_what_another_says_stays(column, said):
    told = "999" if column == "version" else "ATL03" if column == "short_name" else 7
    table = makers.granules(RING, RING)
    table[column] = pd.Series([told, None], dtype=object)
    assert normalize_granules(table)[column].tolist() == [told, said]


def test_a_layer_of_names_alone_is_enough():
    layer = gpd.GeoDataFrame({"granule_id": [NAME]}, geometry=[shapely.Polygon(RING)], crs="EPSG:3031")
    granules = normalize_granules(layer)
    assert list(granules.columns) == COLUMNS
    assert (granules.loc[0, "rgt"], granules.loc[0, "version"], granules.crs) == (1, "007", "EPSG:3031")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda layer: layer.drop(columns="granule_id"), "no column 'granule_id'"),
        (lambda layer: layer.set_crs(None, allow_override=True), "no coordinate reference system"),
        (lambda layer: layer.set_geometry(layer.geometry.boundary), "must be polygons .* but 1 of 1 geometry is none"),
        (lambda layer: layer.assign(rgt="one"), "a column that is not of its type"),
    ],
)
def test_a_layer_that_holds_no_granules_is_an_input_error(spoil, message):
    with pytest.raises(InputError, match=message):
        normalize_granules(spoil(table(record())))


# Real records


def read(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    return content["items"] if isinstance(content, dict) else content


def test_56_real_atl06_granules_keep_their_names_times_and_rings(real_data):
    items = read(real_data / "granules" / "atl06_real_values_umm.json")
    granules, skipped = granules_from_umm(items)
    assert (len(granules), skipped) == (56, {})
    assert list(granules["granule_id"]) == [item["meta"]["native-id"] for item in items]
    assert granules[["rgt", "cycle", "region", "release", "revision"]].notna().all(axis=None)
    begin = [item["umm"]["TemporalExtent"]["RangeDateTime"]["BeginningDateTime"] for item in items]
    assert list(granules["start_time"]) == list(pd.to_datetime(begin))
    assert (granules["start_time"] < granules["end_time"]).all()
    for item, shape in zip(items, granules.geometry):
        polygons = item["umm"]["SpatialExtent"]["HorizontalSpatialDomain"]["Geometry"]["GPolygons"]
        given = [(p["Longitude"], p["Latitude"]) for part in polygons for p in part["Boundary"]["Points"]]
        assert vertices(shape) == given


def test_untouched_records_with_only_an_orbit_are_counted(real_data):
    granules, skipped = granules_from_umm(read(real_data / "granules" / "icesat2_native_umm.json"))
    assert (len(granules), skipped) == (0, {"only an orbit for an extent": 3})


def test_untouched_records_tell_their_files_name_and_link_among_their_pictures(real_data):
    items = read(real_data / "granules" / "icesat2_native_umm.json")
    for item in items:
        item["umm"]["SpatialExtent"] = geometry(polygon(RING))
    granules = table(*items)
    assert list(granules["granule_id"]) == [
        "ATL03_20221012161617_03351705_005_01.h5",
        "ATL06_20190221121851_08410203_005_01.h5",
        "ATL08_20190221121851_08410203_005_01.h5",
    ]
    assert list(granules["short_name"]) == ["ATL03", "ATL06", "ATL08"]
    assert list(granules["version"]) == ["005", "005", "005"]
    assert [url.rpartition("/")[2] for url in granules["https_url"]] == list(granules["granule_id"])
    assert granules["s3_url"].isna().all()


def ring(at):
    return [(at, -75), (at + 1, -75), (at + 1, -76), (at, -75)]


def test_granules_of_a_merged_layer_count_once_and_that_is_said():
    table = makers.granules(ring(0), ring(5))
    older = makers.granules(ring(0), names=[table["granule_id"][0].replace("_01.h5", "_00.h5")])
    older["revision"] = pd.array([0], dtype="Int64")
    log = makers.Log()
    once = normalize_granules(pd.concat([older, table, table.to_crs(3031).to_crs(4326)]), progress=log)
    assert once["granule_id"].tolist() == table["granule_id"].tolist()
    assert log.warnings == [
        "The granules: 2 rows left out (a second record of the same granule), so that each granule counts once.",
        "The granules: 1 row left out (an older revision of a granule), so that each granule counts once.",
    ]


def test_granules_without_a_name_are_left_out_and_counted_and_never_taken_for_each_other():
    table = makers.granules(ring(0), ring(5), ring(9), names=["a", None, ""])
    log = makers.Log()
    assert normalize_granules(table, progress=log)["granule_id"].tolist() == ["a"]
    assert log.warnings == ["The granules: 2 of 3 rows have no name in the column 'granule_id': left out."]
    with pytest.raises(InputError, match="no name in the column 'granule_id' in any of 2 rows"):
        normalize_granules(table[1:])
    merged, dropped = merge_granules([table.assign(granule_id=[None, None, "a"])])
    assert (len(merged), dropped) == (3, {})


def test_granules_whose_names_are_numbers_are_called_by_them():
    assert normalize_granules(makers.granules(ring(0), names=[7]))["granule_id"].tolist() == ["7"]


def test_a_footprint_that_is_no_place_on_the_earth_is_told_and_its_granule_stays_without_one():
    table = makers.granules(ring(0), [(0, -95), (1, -95), (1, -96), (0, -95)])
    log = makers.Log()
    assert normalize_granules(table, progress=log).geometry.isna().tolist() == [False, True]
    assert "1 footprint has a vertex that is no place on the Earth" in log.warnings[0]
    with pytest.raises(
        InputError, match="none of the 1 footprint is a place on the Earth: latitude and longitude look"
    ):
        normalize_granules(table[1:])


def test_granules_in_a_crs_without_a_way_to_the_earth_are_refused():
    with pytest.raises(InputError, match=r"'Moon \(2015\).* there is no way to longitude and latitude"):
        normalize_granules(makers.granules(ring(0), crs="IAU_2015:30100"))
