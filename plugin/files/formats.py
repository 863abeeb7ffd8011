"""What each file format can hold of what this plugin writes: decided here, and nowhere else.

A test walks all drivers of the machine's GDAL. See ``docs/formats.md`` for the table in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qgis.core import QgsVectorFileWriter

from ...core.common import InputError

TABLE, POINTS, LINES, POLYGONS = "table", "points", "lines", "polygons"
_INSTEAD = "write a GeoPackage (.gpkg)"


@dataclass(frozen=True)
class Format:
    """What a format holds.

    Attributes
    ----------
    driver : str
        GDAL's name of what writes it.
    title : str
        As a sentence calls it.
    kinds : set of str
        Kinds of layer that come back whole: table, points, lines, polygons.
    as_columns : set of str
        Those of them whose places become columns: ``lon`` and ``lat`` of points, ``WKT`` of others.
    lacks : dict of str to str
        Why other kinds do not come back whole.
    missing_geometry : bool
        Whether a row may be without its geometry.
    ignores_case : bool
        Whether names of columns that differ in case alone are the same.
    reserved : tuple of str
        Names, in lower case, that a column cannot have.
    unfit_signs : str
        Signs that are written into a name as they are, where no reader takes them; ``_`` stands in for each.
    times_as_text : bool
        Whether moments are written as ISO 8601 text, as the format would drop their zone, or them.
    max_rows : int, optional
    why_max : str
    note : str
        What is different in it, though nothing is lost.
    check : str
        How it is proved whole: ``layer`` (read back), ``kml`` (read back, but for texts: a GDAL without LIBKML reads no
        columns), ``sqlite`` (rows counted) or ``zip`` (checksums: GDAL reads no long sheet of its own back).
    has_titles : bool
        Whether a row has a name and a description of its own, which a phone or a globe shows.
    several_tables : bool
        Whether other tables may be in the file.
    is_database : bool
        Whether one of its tables can be replaced alone.
    """

    driver: str
    title: str
    kinds: frozenset[str]
    as_columns: frozenset[str] = frozenset()
    lacks: tuple[tuple[tuple[str, ...], str], ...] = ()
    missing_geometry: bool = True
    ignores_case: bool = False
    reserved: tuple[str, ...] = ()
    unfit_signs: str = ""
    times_as_text: bool = False
    max_rows: int | None = None
    why_max: str = ""
    note: str = ""
    check: str = "layer"
    has_titles: bool = False
    several_tables: bool = False
    is_database: bool = False


_ALL = frozenset((TABLE, POINTS, LINES, POLYGONS))
_NO_PLACES = (((LINES, POLYGONS), "holds no lines and polygons"),)
# An Excel sheet, less the row of names; LibreOffice has as many.
_SHEET_ROWS = 1_048_575
# Phones show some thousand placemarks; the file is one piece of XML, which they read as a whole.
_PLACEMARKS = 10_000

_KML_NAMES = (
    *("name", "description", "timestamp", "begin", "end", "altitudemode"),
    *("tessellate", "extrude", "visibility", "draworder", "icon"),
)

_FORMATS = (
    Format(
        "GPKG", "GeoPackage", _ALL, ignores_case=True, reserved=("fid", "geom"), several_tables=True, is_database=True
    ),
    Format("GeoJSON", "GeoJSON", _ALL),
    Format("GML", "GML", _ALL, ignores_case=True, reserved=("gml_id",), note="names have _ for : in GML"),
    Format("Parquet", "GeoParquet", _ALL, reserved=("geometry",)),
    Format(
        "FlatGeobuf",
        "FlatGeobuf",
        frozenset((POINTS, LINES, POLYGONS)),
        lacks=(((TABLE,), "holds no table without geometry"),),
        missing_geometry=False,
    ),
    Format(
        "GeoJSONSeq",
        "GeoJSON by lines",
        frozenset((TABLE, POINTS, LINES)),
        lacks=(((POLYGONS,), "is in longitude and latitude, where footprints over a pole are none"),),
        note="it is in longitude and latitude",
    ),
    Format(
        "KML",
        "KML",
        frozenset((POINTS, LINES)),
        lacks=(
            ((TABLE,), "holds no table without geometry"),
            ((POLYGONS,), "drops footprints over a pole or the antimeridian"),
        ),
        ignores_case=True,
        reserved=_KML_NAMES,
        unfit_signs='"<&',
        times_as_text=True,
        missing_geometry=False,
        max_rows=_PLACEMARKS,
        why_max="which is as much as a phone or a globe shows",
        note="it is in longitude and latitude, and numbers have the precision of floating point",
        check="kml",
        has_titles=True,
    ),
    Format(
        "CSV",
        "CSV",
        _ALL,
        as_columns=frozenset((POINTS, LINES, POLYGONS)),
        ignores_case=True,
        unfit_signs="\r\n",
        times_as_text=True,
        note="all values are text in it",
    ),
    Format(
        "XLSX",
        "Excel",
        frozenset((TABLE, POINTS)),
        as_columns=frozenset((POINTS,)),
        lacks=_NO_PLACES,
        times_as_text=True,
        max_rows=_SHEET_ROWS,
        why_max="as many as a sheet has",
        several_tables=True,
    ),
    Format(
        "ODS",
        "OpenDocument",
        frozenset((TABLE, POINTS)),
        as_columns=frozenset((POINTS,)),
        lacks=_NO_PLACES,
        times_as_text=True,
        max_rows=_SHEET_ROWS,
        why_max="as many as a sheet has",
        check="zip",
        several_tables=True,
    ),
    Format(
        "SQLite",
        "SQLite",
        frozenset((TABLE,)),
        lacks=(((POINTS, LINES, POLYGONS), "loses the coordinate reference system"),),
        ignores_case=True,
        reserved=("ogc_fid",),
        check="sqlite",
        several_tables=True,
        is_database=True,
    ),
)
_BY_DRIVER = {one.driver: one for one in _FORMATS}
# Where GDAL has two that write a format: its LIBKML takes time with the square of the rows, and loses moments.
_BETTER = {"LIBKML": "KML"}
_UNFIT = {
    "ESRI Shapefile": "a shapefile cuts field names at 10 and texts at 254 characters",
    "MapInfo File": "MapInfo's format cuts texts at 254 characters and loses the polar projections",
    "GPX": "GPX has no columns but its own",
    "DXF": "a DXF drawing has no columns",
    "DGN": "a DGN drawing has no columns",
    "PGDUMP": "a script of SQL cannot be read back, so nobody could tell whether it is whole",
    "Geoconcept": "Geoconcept's format loses the coordinate reference system and missing geometries",
    "PDS4": "PDS4 loses the coordinate reference system and makes 0 of missing numbers",
    "Interlis 1": "Interlis loses the names of columns",
    "Interlis 2": "Interlis needs a model of the data",
}


def format_of(ending: str) -> Format | None:
    """Return the format of an ending such as ``gpkg``; None if this plugin does not write it."""
    driver = QgsVectorFileWriter.driverForExtension(ending)
    return _BY_DRIVER.get(_BETTER.get(driver, driver))


def known(ending: str) -> Format:
    """Return the format of an ending that is looked at already.

    Raises
    ------
    InputError
        If this plugin does not write it.
    """
    found = format_of(ending)
    if found is None:
        raise InputError(f"This plugin does not write '.{ending}' files; {_INSTEAD}.")
    return found


def unfit(ending: str, kind: str, written: Iterable[str]) -> str:
    """Return why a layer cannot be written with an ending, and what to do; empty if it can.

    Parameters
    ----------
    ending : str
        Of the file, in lower case, without the dot.
    kind : str
        Of the layer: table, points, lines or polygons.
    written : iterable of str
        Endings that this QGIS writes.
    """
    if not ending:
        return f"the file's name has no ending that tells its format; {_INSTEAD}."
    if ending not in written:
        return f"this QGIS cannot write '.{ending}' files; {_INSTEAD}."
    found = format_of(ending)
    if found is None:
        driver = QgsVectorFileWriter.driverForExtension(ending)
        why = _UNFIT.get(driver, f"it is not known whether {driver} files hold all of the table")
        return f"{why}; {_INSTEAD}."
    if kind in found.kinds:
        return ""
    why = next(reason for kinds, reason in found.lacks if kind in kinds)
    return f"{found.title} (.{ending}) {why}; {_INSTEAD}{_other_way(kind)}."


def _other_way(kind: str) -> str:
    return " or .csv" if kind == TABLE else ""


def unfit_rows(found: Format, n_rows: int, n_missing: int) -> str:
    """Return why a format cannot hold a table's rows, and what to do; empty if it can.

    Parameters
    ----------
    found : Format
    n_rows : int
        So far.
    n_missing : int
        Of them without geometry, in a layer that has geometry.
    """
    if found.max_rows is not None and n_rows > found.max_rows:
        return f"{found.title} holds up to {found.max_rows:,} rows, {found.why_max}, and there are more; {_INSTEAD}."
    if n_missing and not found.missing_geometry:
        rows = "row has" if n_missing == 1 else "rows have"
        return f"{found.title} holds no row without geometry, and {n_missing:,} {rows} none; {_INSTEAD}."
    return ""


def renamed(found: Format, names: list[str]) -> dict[str, str]:
    """Return the new names of columns that a format cannot hold beside the others, by their own names.

    Of names that differ in case alone the one in lower case keeps its own.
    """
    taken = set(found.reserved)
    wanted = set(map(_fold, names))
    fit = {name: name.translate(dict.fromkeys(map(ord, found.unfit_signs), "_")) for name in names}
    changed: dict[str, str] = {}
    for name in sorted(names, key=lambda one: (one != fit[one], one != one.lower())):
        new = fit[name]
        key = _fold(new) if found.ignores_case or _fold(new) in found.reserved else new
        if key in taken:
            number = 2
            while _fold(f"{new}_{number}") in wanted:
                number += 1
            new = f"{new}_{number}"
            key = _fold(new)
            wanted.add(key)
        if new != name:
            changed[name] = new
        taken.add(key)
    return changed


def _fold(name: str) -> str:
    return name.lower()
