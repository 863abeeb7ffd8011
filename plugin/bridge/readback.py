"""Whether a file holds what was written into it: rows, geometries, texts and the coordinate reference system."""

from __future__ import annotations

import html
import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from qgis.core import QgsFeatureRequest, QgsVectorLayer

from ...core.common import InputError, count, some_of
from ...core.geometry import earth_crs
from ..files import Format
from .attributes import kind_of, values_of
from .geometry_blobs import OddGeometryError
from .geopackage_table import GeoPackageTable, place_of
from .layers import source_to_geodataframe

# Rows that are read back whole: of more, the first ones, beside the number of all.
_MOST = 20_000
# Rows of each part whose texts are measured.
_SAMPLE = 1_000
# Rows that QGIS itself reads back of a GeoPackage; the others are looked at as SQLite has them.
_HEAD = 100
# Of the largest coordinate: metres where that is thousands of kilometres.
_TOLERANCE = 1e-6
_KML_TEXT = re.compile(r"<(?:SimpleData [^>]*|name|description)>([^<]*)</")
_ELSEWHERE = "geometries are elsewhere in it"
_NO_CRS = "its coordinate reference system is not in it"


class Written:
    """What was written into one file.

    Attributes
    ----------
    rows, missing : int
        All rows, and those without geometry in a layer that has geometry.
    longest : int
        Length of the longest text of a sample.
    head : Written or None
        The same of the first rows.
    """

    def __init__(self, *, with_head: bool = True) -> None:
        self.rows = 0
        self.missing = 0
        self.longest = 0
        self.head = Written(with_head=False) if with_head else None
        self._texts: list[str] = []
        self._crs = None
        self._is_spatial = False
        self._low, self._high = np.full(2, np.inf), np.full(2, -np.inf)

    def add(self, table: pd.DataFrame, kinds: dict[str, str]) -> None:
        """Take note of a table."""
        self.rows += len(table)
        sample = table.head(_SAMPLE)
        self._texts = [name for name in kinds if kinds[name] == "text"]
        for name in self._texts:
            self.longest = max([self.longest, *(len(text) for text in values_of(sample[name], "text") if text)])
        if isinstance(table, gpd.GeoDataFrame):
            self._is_spatial = True
            self._crs = table.crs
            geometries = table.geometry.to_numpy()
            self.missing += int((shapely.is_missing(geometries) | shapely.is_empty(geometries)).sum())
            self._widen(table.total_bounds)
        if self.head is not None and self.head.rows < _HEAD and len(table):
            self.head.add(table.head(_HEAD - self.head.rows), kinds)

    def difference(self, source: str, found: Format, check: Callable[[], None] = lambda: None) -> str:
        """Return what is not in a file as it was written, and ``""`` if nothing is.

        Parameters
        ----------
        source : str
            The file, with a table or not, as QGIS opens it.
        found : Format
        check : callable, optional
            Called often; may raise to stop.
        """
        path = Path(source.partition("|")[0])
        if found.check == "zip":
            return _torn(path)
        if found.check == "sqlite":
            return self._rows(_count(path, source.partition("|layername=")[2] or path.stem))
        layer = QgsVectorLayer(source, path.stem, "ogr", QgsVectorLayer.LayerOptions(False))
        if not layer.isValid():
            return "QGIS cannot open it" if self.rows else ""
        n_there = layer.featureCount()
        if 0 <= n_there < self.rows or not self.rows:
            return self._rows(n_there)
        if self._is_spatial and self._crs is not None and not _is_on_earth(layer):
            return _NO_CRS
        if found.driver == "GPKG" and self.head is not None:
            first = source_to_geodataframe(_first_of(layer, _HEAD))
            return self._in_geopackage(layer, check) or self.head._compare(first, True, None)
        part = layer if self.rows <= _MOST else _first_of(layer, _MOST)
        longest = _longest_in_kml(path) if found.check == "kml" else None
        return self._compare(source_to_geodataframe(part), part is layer, longest)

    def _in_geopackage(self, layer: QgsVectorLayer, check: Callable[[], None]) -> str:
        """Count all rows and geometries, and look for the longest text, as SQLite has them."""
        there = {name.lower(): name for name in layer.fields().names()}
        place = place_of(layer)
        try:
            table = GeoPackageTable.of(*place) if place else None
            if table is None:
                return "its table is not in it"
            texts = [there[name.lower()] for name in self._texts if name.lower() in there]
            rows, missing = table.count(check)
            if why := self._rows(rows) or self._without(missing):
                return why
            if not table.holds_text(texts, self.longest, check):
                return self._cut(table.longest_text(texts, check))
            if self._is_spatial and rows <= _MOST:
                geometries = gpd.GeoDataFrame(geometry=table.geometries(check), crs=layer.crs().toWkt())
                theirs = Written(with_head=False)
                theirs.add(_in_crs(geometries, self._crs), {})
                return "" if self._is_within(theirs) else _ELSEWHERE
        except (sqlite3.Error, OddGeometryError) as error:
            return str(error)
        return ""

    def _rows(self, n_there: int) -> str:
        return f"{some_of(max(n_there, 0), self.rows, 'row', 'rows', 'is', 'are')} in it" if n_there < self.rows else ""

    def _without(self, missing: int) -> str:
        if not self._is_spatial or missing <= self.missing:
            return ""
        return f"{count(missing, 'row has', 'rows have')} no geometry in it, and {self.missing:,} had none"

    def _cut(self, longest: int) -> str:
        return (
            f"texts of {count(self.longest, 'character', 'characters')} are cut to {longest:,} in it"
            if longest < self.longest
            else ""
        )

    def _compare(self, table: gpd.GeoDataFrame, is_all: bool, longest: int | None) -> str:
        theirs = Written(with_head=False)
        texts = [name for name in table.columns if name != "geometry" and kind_of(table[name]) == "text"]
        for start in range(0, len(table), _SAMPLE):
            theirs.add(_in_crs(table.iloc[start : start + _SAMPLE], self._crs), dict.fromkeys(texts, "text"))
        if longest is not None:
            theirs.longest = longest
        if is_all and theirs.rows < self.rows:
            return self._rows(theirs.rows)
        if why := self._without(theirs.missing) or (is_all and self._cut(theirs.longest)):
            return why
        if is_all and self._is_spatial and not self._is_within(theirs):
            return _ELSEWHERE
        return ""

    def _is_within(self, other: Written) -> bool:
        ours, theirs = np.concatenate([self._low, self._high]), np.concatenate([other._low, other._high])
        if not np.isfinite(ours).all():
            return True
        return bool((np.abs(ours - theirs) <= _TOLERANCE * max(1.0, np.abs(ours).max())).all())

    def _widen(self, bounds: np.ndarray) -> None:
        if np.isfinite(bounds).all():
            self._low, self._high = np.minimum(self._low, bounds[:2]), np.maximum(self._high, bounds[2:])


def _first_of(layer: QgsVectorLayer, n_rows: int) -> QgsVectorLayer:
    return layer.materialize(QgsFeatureRequest().setLimit(n_rows))


def _longest_in_kml(path: Path) -> int:
    """Return the length of the longest text of a column."""
    return max(map(len, map(html.unescape, _KML_TEXT.findall(path.read_text(encoding="utf-8")))), default=0)


def _is_on_earth(layer: QgsVectorLayer) -> bool:
    """Whether a layer has a CRS; GeoPackages and others have a name for one that nobody knows."""
    try:
        earth_crs(layer.crs().toWkt(), "The file")
    except InputError:
        return False
    return True


def _in_crs(table: gpd.GeoDataFrame, crs: object) -> gpd.GeoDataFrame:
    return table if crs is None or table.crs is None or table.crs == crs else table.to_crs(crs)


def _torn(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as file:
            broken = file.testzip()
    except (OSError, zipfile.BadZipFile):
        broken = path.name
    return "its end is not in it" if broken else ""


def _count(path: Path, table: str) -> int:
    quoted = '"' + table.replace('"', '""') + '"'
    try:
        with closing(sqlite3.connect(path)) as opened:
            return int(opened.execute(" ".join(("SELECT count(*) FROM", quoted))).fetchone()[0])
    except sqlite3.Error:
        return 0
