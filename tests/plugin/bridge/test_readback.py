"""A file that does not hold what was written is told from one that does."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from xopr_crossovers.plugin.bridge.readback import Written
from xopr_crossovers.plugin.files import formats


def table():
    texts = {"id": ["a", "b", "c"], "link": ["https://example.org/" + "x" * 400, "b", None]}
    return gpd.GeoDataFrame(texts, geometry=shapely.points([(1e6, 2e5), (-3e5, 4e5), (5, 5)]), crs="EPSG:3031")


def cut(rows):
    rows["link"] = rows["link"].str[:254]
    return rows


def moved(rows):
    rows.geometry = rows.translate(1000.0, 0.0)
    return rows


def emptied(rows):
    rows.loc[1, "geometry"] = None
    return rows


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda rows: rows, ""),
        (lambda rows: rows.to_crs("EPSG:4326"), ""),
        (lambda rows: rows.head(2), "2 of 3 rows are in it"),
        (cut, "texts of 420 characters are cut to 254 in it"),
        (moved, "geometries are elsewhere in it"),
        (emptied, "1 row has no geometry in it, and 0 had none"),
        (lambda rows: rows.set_crs(None, allow_override=True), "its coordinate reference system is not in it"),
        (lambda rows: pd.DataFrame(rows.drop(columns="geometry")), "QGIS cannot open it"),
    ],
)
def test_what_is_not_in_a_file_is_named(qgis_app, tmp_path, harm, words):
    written = Written()
    written.add(table(), {"id": "text", "link": "text"})
    path = tmp_path / "out.gpkg"
    harmed = harm(table())
    if isinstance(harmed, gpd.GeoDataFrame):
        harmed.to_file(path, driver="GPKG", engine="pyogrio")
    else:
        path.write_bytes(b"")
    assert written.difference(str(path), formats.known("gpkg")) == words


def test_a_part_without_rows_changes_nothing(qgis_app, tmp_path):
    written = Written()
    for part in (table().head(0), table(), table().head(0)):
        written.add(part, {"id": "text", "link": "text"})
    path = tmp_path / "out.gpkg"
    table().to_file(path, driver="GPKG", engine="pyogrio")
    assert written.rows == 3
    assert written.difference(str(path), formats.known("gpkg")) == ""


def test_texts_and_geometries_beyond_the_first_rows_are_looked_at(qgis_app, tmp_path):
    many = pd.concat([table()] * 60, ignore_index=True)
    many.loc[150, "link"] = "y" * 600
    written = Written()
    written.add(many, {"id": "text", "link": "text"})
    path = tmp_path / "out.gpkg"
    none = "1 row has no geometry in it, and 0 had none"
    for harm, words in (
        (lambda rows: None, ""),
        (lambda rows: rows.loc.__setitem__((150, "link"), "y"), "texts of 600 characters are cut to 420 in it"),
        (lambda rows: rows.loc.__setitem__((170, "geometry"), shapely.Point(9e6, 0)), "geometries are elsewhere in it"),
        (lambda rows: rows.loc.__setitem__((170, "geometry"), shapely.Point()), none),
        (lambda rows: rows.loc.__setitem__((170, "geometry"), None), none),
    ):
        harmed = many.copy()
        harm(harmed)
        path.unlink(missing_ok=True)
        harmed.to_file(path, driver="GPKG", engine="pyogrio")
        assert written.difference(str(path), formats.known("gpkg")) == words
