"""Where frames come from."""

import json

import numpy as np
import pandas as pd
import pytest
import shapely

import makers
from xopr_crossovers.core.catalogs import catalog
from xopr_crossovers.core.common.errors import DownloadError, InputError

SOUTH = makers.frames([(-100, -75), (-101, -75.2)], [(179.5, -80), (-179.5, -80)], **{"opr:provider": "cresis"})
NORTH = makers.frames([(-40, 70), (-41, 70.2)], collection="2021_Test_Synthetic")


@pytest.fixture
def published(tmp_path):
    """Two seasons in hive folders, as published, with columns that nobody needs."""
    for table, path in [
        (SOUTH.assign(stac_version="1.0.0", assets=[{"data": {"href": "x"}}] * 2), "south/provider=cresis"),
        (NORTH.drop(columns="collection"), "north/provider=awi"),
    ]:
        name = table["collection"][0] if "collection" in table else "2021_Test_Synthetic"
        file = tmp_path / f"hemisphere={path}" / f"collection={name}" / "stac.parquet"
        file.parent.mkdir(parents=True)
        table.to_parquet(file)
    return tmp_path


def test_a_file_is_read_with_only_the_columns_that_are_needed(published):
    file = next(published.rglob("collection=2020*/stac.parquet"))
    frames = catalog.read_catalog(str(file))
    assert frames["id"].tolist() == SOUTH["id"].tolist()
    assert {"stac_version", "assets"}.isdisjoint(frames.columns)
    assert frames["opr:mbox"].tolist() == SOUTH["opr:mbox"].tolist()
    assert frames.crs.to_string() == "EPSG:3031"
    xy = shapely.get_coordinates(frames.geometry.to_crs("EPSG:4326"))
    np.testing.assert_allclose(xy, shapely.get_coordinates(SOUTH.geometry), atol=1e-9)


@pytest.mark.parametrize(
    ("assets", "pictures"),
    [
        ([{"thumbnail": {"href": "https://e.org/1.jpg", "roles": ["thumbnail"]}}] * 2, ["https://e.org/1.jpg"] * 2),
        ([{"thumbnail": {"href": "https://e.org/1.jpg"}}, {"thumbnail": None}], ["https://e.org/1.jpg", None]),
        ([{"thumbnail": {"href": "https://e.org/1.jpg"}}, None], ["https://e.org/1.jpg", None]),
    ],
    ids=["all", "one without a thumbnail", "one without assets"],
)
def test_the_address_of_the_echogram_comes_from_the_assets(tmp_path, assets, pictures):
    SOUTH.assign(assets=assets).to_parquet(tmp_path / "stac.parquet")
    frames = catalog.read_catalog(str(tmp_path / "stac.parquet"))
    assert "assets" not in frames.columns
    assert frames["thumbnail"].astype(object).where(frames["thumbnail"].notna(), None).tolist() == pictures


def test_the_addresses_of_layer_file_and_echograms_come_from_the_assets_beside_it(tmp_path):
    assets = [
        {asset: {"href": f"https://e.org/{asset}/{row}.mat"} for asset in ("CSARP_layer", "CSARP_qlook", "CSARP_mvdr")}
        for row in range(2)
    ]
    SOUTH.assign(assets=assets).to_parquet(tmp_path / "stac.parquet")
    frames = catalog.read_catalog(str(tmp_path / "stac.parquet"))
    for asset in ("CSARP_layer", "CSARP_qlook"):
        assert frames[asset].tolist() == [f"https://e.org/{asset}/{row}.mat" for row in range(2)]
    assert {"CSARP_standard", "CSARP_mvdr", "thumbnail"}.isdisjoint(frames.columns)


def test_each_frame_keeps_its_own_echogram_where_the_file_holds_the_rows_of_another_table(tmp_path):
    assets = [{"thumbnail": {"href": f"https://e.org/{name}.jpg"}} for name in SOUTH["id"]]
    table = SOUTH.assign(assets=assets)
    for rows in (table.iloc[::-1], table.iloc[1:]):
        rows.to_parquet(tmp_path / "stac.parquet")
        frames = catalog.read_catalog(str(tmp_path / "stac.parquet"))
        assert frames["thumbnail"].tolist() == [f"https://e.org/{name}.jpg" for name in frames["id"]]
        assert len(frames) == len(rows)


@pytest.mark.parametrize(
    "assets",
    [
        [{"data": {"href": "x"}}] * 2,
        [{"thumbnail": {"title": "x"}}] * 2,
        [{"thumbnail": {"href": 1}}] * 2,
        ['{"thumbnail": {"href": "x"}}'] * 2,
        [None, None],
    ],
    ids=["none", "without address", "number", "text", "nothing"],
)
def test_without_addresses_of_echograms_there_is_no_column_of_them(tmp_path, assets):
    SOUTH.assign(assets=assets).to_parquet(tmp_path / "stac.parquet")
    assert "thumbnail" not in catalog.read_catalog(str(tmp_path / "stac.parquet")).columns


def test_a_folder_is_read_with_all_its_seasons_and_its_folder_names_fill_missing_columns(published):
    log = makers.Log()
    frames = catalog.read_catalog(str(published), progress=log)
    assert len(frames) == 3
    assert frames.crs.to_string() == "EPSG:4326"
    assert dict(zip(frames["collection"], frames["opr:hemisphere"])) == {
        "2020_Test_Synthetic": "south",
        "2021_Test_Synthetic": "north",
    }
    assert frames["opr:provider"].tolist().count("awi") == 1
    assert sum(line.startswith("Read ") for line in log.infos) == 2


def test_a_glob_and_a_list_of_places_are_read(published):
    assert len(catalog.read_catalog(f"{published}/hemisphere=*/**/stac.parquet")) == 3
    south, north = (f"{published}/hemisphere={h}" for h in ("south", "north"))
    assert len(catalog.read_catalog(f"{south} ; {north}\n")) == 3


def test_a_season_s_name_is_looked_up_where_the_catalogs_are(published, monkeypatch):
    monkeypatch.setenv("XOPR_CATALOG_URL", str(published))
    place = published / "hemisphere=south" / "provider=cresis"
    (place / "collection=2020_Test_Synthetic").rename(place / "collection=2016_Antarctica_DC8")
    assert len(catalog.read_catalog("2016_Antarctica_DC8")) == 2


def test_a_season_is_read_over_http(published, monkeypatch):
    from standin import StandIn

    with StandIn(files=published) as server:
        url = f"{server.url}/files/hemisphere=south/provider=cresis/collection=2020_Test_Synthetic/stac.parquet"
        frames = catalog.read_catalog(url)
        assert frames["id"].tolist() == SOUTH["id"].tolist()
        with pytest.raises(DownloadError, match="There is no file at"):
            catalog.read_catalog(url.replace("2020", "2019"))


def test_the_same_frames_twice_are_kept_once_and_counted(published):
    log = makers.Log()
    frames = catalog.read_catalog(f"{published};{published}", progress=log)
    assert len(frames) == 3
    assert "3 frames were there twice (same season, id and line)" in log.text


def test_filters_apply_across_seasons(published):
    frames = catalog.read_catalog(str(published), hemisphere="north")
    assert frames["opr:hemisphere"].tolist() == ["north"]
    assert frames.crs.to_string() == "EPSG:3413"


def test_another_vector_file_is_opened_by_the_reader_that_is_given(tmp_path):
    file = tmp_path / "frames.gpkg"
    file.write_bytes(b"SQLite format 3")
    text = SOUTH.assign(**{"opr:mbox": SOUTH["opr:mbox"].map(json.dumps)}, note=["a", "b"])
    frames = catalog.read_catalog(f"{file}|layername=frames", read_vector=lambda path: text)
    assert frames["opr:mbox"].tolist() == SOUTH["opr:mbox"].tolist()
    assert frames["note"].tolist() == ["a", "b"]


def refusal(source, **arguments):
    with pytest.raises(InputError) as caught:
        catalog.read_catalog(str(source), **arguments)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_what_is_no_catalog_is_refused_in_a_sentence_that_names_it(tmp_path):
    assert refusal("") == "No catalog is given; choose a season, or name a file, folder or URL."
    assert "no file, folder or season named /nowhere/stac.parquet" in refusal("/nowhere/stac.parquet")
    assert "holds no .parquet file" in refusal(tmp_path)
    assert "No file matches" in refusal(tmp_path / "*.parquet")

    web_page = tmp_path / "page.parquet"
    web_page.write_text("<html>Not found</html>")
    assert "neither a GeoParquet file nor a vector layer" in refusal(web_page)

    cut = tmp_path / "cut.parquet"
    SOUTH.to_parquet(cut)
    cut.write_bytes(cut.read_bytes()[:2000])
    assert "cannot be read as GeoParquet" in refusal(cut)

    plain = tmp_path / "plain.parquet"
    pd.DataFrame({"id": ["a"]}).to_parquet(plain)
    assert "Parquet without a geometry" in refusal(plain)

    old = tmp_path / "old.parquet"
    SOUTH.drop(columns="opr:mbox").to_parquet(old)
    assert "'opr:mbox' (four morton cells a frame) is missing; use a season catalog made in April 2026" in refusal(old)

    nothing = tmp_path / "nothing.parquet"
    SOUTH.iloc[:0].to_parquet(nothing)
    assert "hold no frame" in refusal(nothing)

    points = tmp_path / "points.parquet"
    SOUTH.set_geometry(SOUTH.geometry.boundary).to_parquet(points)
    assert "must be lines" in refusal(points)


def test_the_real_seasons_are_read_whole(real_data):
    frames = catalog.read_catalog(str(real_data / "catalog"))
    assert len(frames) == 505
    assert frames["collection"].nunique() == 5
    assert frames.crs.to_string() == "EPSG:3031"


def test_a_geometry_column_of_another_name_is_found(tmp_path):
    file = tmp_path / "stac.parquet"
    SOUTH.rename_geometry("line").to_parquet(file)
    assert len(catalog.read_catalog(str(file))) == 2


def test_different_frames_of_the_same_name_are_both_kept(tmp_path):
    table = SOUTH.drop(columns="collection").assign(id=["same", "same"])
    file = tmp_path / "stac.parquet"
    table.to_parquet(file)
    assert len(catalog.read_catalog(str(file))) == 2


def test_a_mistyped_place_is_told_what_is_wrong_with_it(tmp_path, monkeypatch):
    assert "Did you mean 2016_Antarctica_DC8?" in refusal("2016_antarctica_dc8")
    assert "give an address that begins with http" in refusal("ftp://host/stac.parquet")
    assert "is not an address (Invalid IPv6 URL)" in refusal("http://[host/stac.parquet")
    empty = tmp_path / "empty.parquet"
    empty.touch()
    assert "is empty; fetch or export it anew" in refusal(empty)


@pytest.mark.parametrize("name", ["id", "stac_item_id", None])
def test_a_name_that_pandas_saved_as_the_index_is_read(tmp_path, name):
    file = tmp_path / "stac.parquet"
    SOUTH.set_index("id").rename_axis(name).to_parquet(file)
    assert catalog.read_catalog(str(file))["id"].tolist() == SOUTH["id"].tolist()


def test_what_query_frames_returned_is_read_from_its_file(tmp_path):
    file = tmp_path / "stac.parquet"
    properties = [{"opr:mbox": cells, "opr:date": "20200101"} for cells in SOUTH["opr:mbox"]]
    items = SOUTH.drop(columns=["opr:mbox", "opr:date"]).assign(properties=properties, type="Feature")
    items.set_index("id", drop=False).rename_axis("stac_item_id").to_parquet(file)
    log = makers.Log()
    frames = catalog.read_catalog(str(file), progress=log)
    assert frames["opr:mbox"].tolist() == SOUTH["opr:mbox"].tolist()
    assert list(frames.columns) == ["id", "collection", "opr:provider", "geometry", "opr:date", "opr:mbox"]
    assert "opr:date, opr:mbox were read from their properties" in log.text


def test_a_catalog_in_a_crs_that_has_no_way_to_the_earth_is_named(tmp_path):
    file = tmp_path / "moon.parquet"
    SOUTH.set_crs("IAU_2015:30100", allow_override=True).to_parquet(file)
    assert "moon.parquet: from the coordinate reference system 'Moon (2015)" in refusal(file)
