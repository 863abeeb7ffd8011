"""Every format that this machine's GDAL can write: the table is whole in it, or refused before the work begins."""

from __future__ import annotations

from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from osgeo import gdal
from qgis.core import QgsProcessingContext, QgsVectorFileWriter, QgsVectorLayer

from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.plugin.bridge import layers
from xopr_crossovers.plugin.files import formats
from xopr_crossovers.plugin.processing.run import Run

SEARCHED = "after the search: "
LONG = "https://example.org/" + "x" * 5_000
# One output of each kind that the algorithms have.
SINKS = {
    "lines": ("subsetbypoints", "SUBSET"),
    "points": ("crossoverpoints", "CROSSOVERS"),
    "polygons": ("querygranules", "GRANULES"),
    "table": ("matchgranules", "MATCHES"),
}
SHAPES = {
    "lines": [shapely.LineString([(1e6, 2e5), (1.1e6, 2e5), (1.2e6, 3e5)]), shapely.LineString([(-1e5, 5), (1e5, 7)])],
    "points": [shapely.Point(1e6, 2e5), shapely.Point(-3e5, 4e5)],
    "polygons": [shapely.Point(0, 0).buffer(1e6, 4), shapely.box(1e5, 1e5, 4e5, 3e5)],
}


def endings():
    """An ending for each driver that can create vector files, those that QGIS does not offer too."""
    found = set(QgsVectorFileWriter.supportedFormatExtensions())
    for number in range(gdal.GetDriverCount()):
        card = gdal.GetDriver(number).GetMetadata()
        if card.get("DCAP_VECTOR") == "YES" and card.get("DCAP_CREATE") == "YES":
            found |= set((card.get("DMD_EXTENSIONS") or card.get("DMD_EXTENSION") or "").split())
    return sorted(found)


def varied(kind, variant):
    table = pd.DataFrame(
        {
            "id": ["a", "b"],
            "opr:date": ["20200101", None],
            "link": [LONG if variant == "long text" else "https://example.org", None],
            "n": pd.array([2**60, None], dtype="Int64"),
            "yes": pd.array([True, None], dtype="boolean"),
            "moment": pd.to_datetime(["2024-01-01T12:00:00Z", None], utc=True),
        }
    )
    if variant == "two names alike in case":
        table["ID"] = ["A", "B"]
    if kind == "table":
        return table
    shapes = list(SHAPES[kind])
    if variant == "a missing geometry":
        shapes[1] = None
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:3031")


@pytest.fixture
def write(provider, feedback):
    """Write a table as an output; returns what was refused, or ``""``."""

    def write_output(kind, table, path):
        name, output = SINKS[kind]
        run = Run(provider.algorithm(name).create(), {output: str(path)}, QgsProcessingContext(), feedback)
        from xopr_crossovers.plugin.processing.destinations import check_outputs

        try:
            check_outputs(run)
        except InputError as error:
            return str(error)
        try:
            run.outputs.write(output, table)
            run.outputs.finish()
        except InputError as error:
            run.outputs.discard()
            # After the search only what the search brings can be refused: geometries that are missing.
            return f"{SEARCHED}{error}"
        return ""

    return write_output


def read(path):
    layer = QgsVectorLayer(str(path), "read", "ogr")
    assert layer.isValid(), path
    return layers.source_to_geodataframe(layer)


def read_columns(path):
    """The columns of a KML file, which a GDAL without LIBKML does not read."""
    tree = ElementTree.parse(path)  # noqa: S314 (our own file)
    marks = tree.iter("{http://www.opengis.net/kml/2.2}Placemark")
    rows = [{one.get("name"): one.text for one in mark.iter() if one.tag.endswith("SimpleData")} for mark in marks]
    return pd.DataFrame(rows)


def texts(table):
    return {str(value) for name in table.columns if name != "geometry" for value in table[name].dropna()}


@pytest.mark.parametrize("variant", ["as usual", "a missing geometry", "long text", "two names alike in case"])
@pytest.mark.parametrize("kind", SINKS)
def test_each_driver_holds_the_whole_table_or_is_refused_before_the_search(write, tmp_path, kind, variant):
    held = []
    for ending in endings():
        table, path = varied(kind, variant), tmp_path / f"out.{ending}"
        message = write(kind, table, path)
        if message:
            assert "write a GeoPackage" in message, (ending, message)
            assert not message.startswith(SEARCHED) or "without geometry" in message, (ending, message)
            assert not list(tmp_path.glob("*")), ending
            continue
        held.append(ending)
        if ending == "sqlite":  # QGIS opens no table without geometry in it
            path = f"{path}|option:LIST_ALL_TABLES=YES|layername=out"
        back = read(path)
        assert len(back) == 2, ending
        if ending == "kml":
            back = gpd.GeoDataFrame(read_columns(path), geometry=back.geometry.to_numpy(), crs=back.crs)
        # LONG and the names beside each other; times to the second, whatever the way they are written.
        assert {"a", "b", LONG if variant == "long text" else "https://example.org"} <= texts(back), ending
        assert any("2024-01-01" in text.replace("/", "-") for text in texts(back)), ending
        if variant == "two names alike in case":
            assert {"A", "B"} <= texts(back), ending
        if kind != "table":
            order = back["id"].argsort().tolist()  # FlatGeobuf has its own
            check_places(table, back.iloc[order], ending)
        for file in tmp_path.iterdir():
            file.unlink()
    assert {"gpkg", "geojson", "csv"} <= set(held)
    assert not {"shp", "tab", "dxf", "gpx", "sql"} & set(held)


def check_places(table, back, ending):
    if {"lon", "lat"} <= set(back.columns):
        back = gpd.GeoSeries.from_xy(pd.to_numeric(back["lon"]), pd.to_numeric(back["lat"]), crs="EPSG:4326")
    elif "WKT" in back.columns:
        back = gpd.GeoSeries.from_wkt([text or None for text in back["WKT"]], crs="EPSG:3031")
    elif back.geometry.crs is None:
        back = gpd.GeoSeries.from_wkt(back.geometry.to_wkt(), crs="EPSG:3031")
        assert ending == "csv", ending
    there = back.geometry.to_crs("EPSG:3031") if hasattr(back, "geometry") else back.to_crs("EPSG:3031")
    there = np.array(
        [None if one is None or one.is_empty or not np.isfinite(one.bounds).all() else one for one in there]
    )
    wanted = table.geometry.to_numpy()
    assert [one is None for one in there] == [one is None for one in wanted], ending
    for ours, theirs in zip(wanted, there):
        if ours is not None:
            assert shapely.hausdorff_distance(ours, theirs) < 1.0, ending  # metres


@pytest.mark.parametrize(("ending", "n"), [("kml", 10_001)])
def test_more_placemarks_than_a_phone_shows_are_refused(write, tmp_path, ending, n, provider, feedback):
    table = gpd.GeoDataFrame({"id": ["a"] * n}, geometry=[shapely.Point(1e6, 2e5)] * n, crs="EPSG:3031")
    run = Run(
        provider.algorithm("crossoverpoints").create(),
        {"CROSSOVERS": str(tmp_path / f"out.{ending}")},
        QgsProcessingContext(),
        feedback,
    )
    with pytest.raises(InputError, match=r"KML holds up to 10,000 rows.*write a GeoPackage"):
        run.outputs.write("CROSSOVERS", table)
    run.outputs.discard()
    assert list(tmp_path.iterdir()) == []
    assert write("points", table.head(3_000), tmp_path / "out.kml") == ""
    assert len(read(tmp_path / "out.kml")) == 3_000


def test_a_long_sheet_that_gdal_cannot_read_back_is_kept(write, tmp_path):
    import zipfile

    n = 12_000
    table = pd.DataFrame(
        {"id": [f"row {number}" for number in range(n)], **{f"c{i}": ["y" * 80] * n for i in range(12)}}
    )
    assert write("table", table, tmp_path / "out.ods") == ""
    with zipfile.ZipFile(tmp_path / "out.ods") as file:
        assert file.read("content.xml").count(b">row ") == n


def test_names_that_a_format_cannot_tell_apart_are_written_under_another_and_that_is_said(write, tmp_path, feedback):
    table = varied("table", "two names alike in case").rename(columns={"n": "fid"})
    assert write("table", table, tmp_path / "out.gpkg") == ""
    back = read(tmp_path / "out.gpkg")
    assert back["id"].tolist() == ["a", "b"]
    assert back["ID_2"].tolist() == ["A", "B"]
    assert back["fid_2"].iloc[0] == 2**60
    assert any("MATCHES" in line and "ID_2" in line for line in feedback.infos)


@pytest.mark.parametrize(
    ("names", "changed"),
    [
        (["id", "ID", "Id"], {"ID": "ID_2", "Id": "Id_3"}),
        (["ID", "id"], {"ID": "ID_2"}),
        (["id", "ID", "id_2"], {"ID": "ID_3"}),
        (["Geom"], {"Geom": "Geom_2"}),
        (["id", "name"], {}),
    ],
)
def test_a_new_name_is_never_one_that_is_there(names, changed):
    assert formats.renamed(formats.format_of("gpkg"), names) == changed


def test_signs_that_a_format_writes_as_they_are_and_cannot_read_are_not_in_names(write, tmp_path, feedback):
    names = {'a"b': "x", "a_b": "y", "c<d&e": "z"}
    table = varied("points", "").assign(**names)
    assert write("points", table, tmp_path / "out.kml") == ""
    root = ElementTree.parse(tmp_path / "out.kml").getroot()  # noqa: S314 (our own file)
    written = {one.get("name") for one in root.iter() if one.tag.endswith("SimpleData")}
    assert {"a_b", "a_b_2", "c_d_e"} <= written
    assert any('a"b' in line and "a_b_2" in line for line in feedback.infos)
    assert formats.renamed(formats.format_of("csv"), ["two\nlines", "one"]) == {"two\nlines": "two_lines"}
