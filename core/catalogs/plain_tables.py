"""The places that a table without geometry holds in its columns: longitude and latitude, or text (WKT)."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..common import InputError, Progress
from ..geometry import LONLAT_CRS, earth_crs, off_earth
from .geoparquet import MAGIC, read_parquet
from .readable import first_bytes

#: Endings of text files that QGIS does not open as layers.
TEXT_SUFFIXES = (".txt", ".dat", ".xyz")
_LAYER_SUFFIXES = (".csv", ".tsv")

_LONGITUDES = {"lon", "long", "lng", "longitude", "decimallongitude", "decimallong", "lange", "laenge"}
_LATITUDES = {"lat", "latitude", "decimallatitude", "decimallat", "breite"}
_EASTINGS = {"x", "pointx", "xcoord", "xcoordinate", "coordx", "easting", "east", "rechtswert"}
_NORTHINGS = {"y", "pointy", "ycoord", "ycoordinate", "coordy", "northing", "north", "hochwert"}
_TEXTS = {"wkt", "geometry", "geom", "thegeom", "wktgeom", "shape"}
_CRS = {"epsg", "crs", "srid", "epsgcode"}
# Words round the name that say what is plain: WGS 84, degrees.
_UNITS = re.compile(r"\(.*?\)|\[.*?\]|wgs\s*_?84|geographi\w*|degrees?|(?<=[a-z])[ _.-]*(?:deg|dd|d)$|[^a-z]")
_SEPARATORS = "\t;|,"

_ADVICE = "make points of it with 'Create points layer from table', or call its columns lon and lat (decimal degrees)"


def read_plain_table(path: Path, text: str) -> pd.DataFrame:
    """Read a table from a Parquet or text file.

    Parameters
    ----------
    path : Path
        Text is UTF-8 or Latin-1; what parts its columns is told by its first line: tabs, ``;``, ``|``, ``,`` or blanks.
    text : str
        What the user calls it.

    Returns
    -------
    DataFrame
        A GeoDataFrame where the file has a geometry.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if first_bytes(path, text).startswith(MAGIC):
        return read_parquet(path, text)
    try:
        lines = _decoded(path.read_bytes()).lstrip("\ufeff").splitlines()
        rows = [line.strip(" ") for line in lines if line.strip() and not line.startswith("#")]
        separator = next((sign for sign in _SEPARATORS if sign in rows[0]), r"\s+") if rows else ","
        return pd.read_csv(io.StringIO("\n".join(rows)), sep=separator, dtype=str, engine="python")
    except (ValueError, pd.errors.ParserError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise InputError(f"{text} cannot be read as a table ({reason}); give a layer or a CSV file.") from error


def with_places(table: pd.DataFrame, name: str, text: str, progress: Progress) -> gpd.GeoDataFrame:
    """Return a table without geometry as points, or as what its column of texts (WKT) holds; others as they are.

    Parameters
    ----------
    table : DataFrame
        Has columns such as ``lon`` and ``lat``, in any case and some other languages' words, in decimal degrees with a
        point or a comma; or ``x``, ``y`` and a column ``epsg`` that holds one number; or ``WKT``. Of one with geometry
        that is read from a text file, which cannot say its CRS, degrees are taken for longitude and latitude.
    name : str
        What the table is the value of.
    text : str
        What the user calls it.
    progress : Progress
        Is told which columns were read, and as what.

    Raises
    ------
    InputError
        If it has no such columns, or they hold no numbers.
    """
    if isinstance(table, gpd.GeoDataFrame):
        return _with_crs(table, name, text, progress)
    known = {_plain_word(column): column for column in reversed(list(table.columns))}
    texts = _first(known, _TEXTS)
    if texts is not None and (geometry := _of_texts(table[texts])) is not None:
        return _placed(table.drop(columns=texts), geometry, _crs_in(table, known, name), [texts], name, text, progress)
    for easts, norths, needs_crs in ((_LONGITUDES, _LATITUDES, False), (_EASTINGS, _NORTHINGS, True)):
        x, y = _first(known, easts), _first(known, norths)
        if x is None or y is None:
            continue
        crs = _crs_in(table, known, name) if needs_crs else LONLAT_CRS
        if crs is None:
            raise InputError(
                f"{name}: {text} has no geometry, and its columns {x} and {y} do not say their coordinate reference "
                f"system; {_ADVICE}."
            )
        geometry = _points(_numbers(table, x, name, text), _numbers(table, y, name, text))
        return _placed(table, geometry, crs, [x, y], name, text, progress)
    if len(table) == 0:
        # QGIS takes a layer without rows and of no certain type for a table.
        raise InputError(f"{name}: {text} holds no rows; choose another layer or file.")
    raise InputError(f"{name}: {text} has no geometry and no columns of coordinates; {_ADVICE}.")


def _placed(
    table: pd.DataFrame,
    geometry: np.ndarray,
    crs: object,
    columns: list[str],
    name: str,
    text: str,
    progress: Progress,
) -> gpd.GeoDataFrame:
    if crs is None and off_earth(geometry, LONLAT_CRS).any():
        raise InputError(
            f"{name}: the column {columns[0]} of {text} holds no longitudes and latitudes, and does not say its "
            "coordinate reference system; save it as a layer with its CRS."
        )
    kind = "WGS 84" if crs in (None, LONLAT_CRS) else str(crs)
    progress.info(
        f"{name}: read {'column' if len(columns) == 1 else 'columns'} {', '.join(columns)} of {text} as {kind}."
    )
    plain = table.drop(columns="geometry", errors="ignore")
    return gpd.GeoDataFrame(plain, geometry=geometry, crs=crs or LONLAT_CRS)


def _with_crs(table: gpd.GeoDataFrame, name: str, text: str, progress: Progress) -> gpd.GeoDataFrame:
    geometry = table.geometry.to_numpy()
    is_text = text.lower().endswith((*TEXT_SUFFIXES, *_LAYER_SUFFIXES))
    if table.crs is not None or not is_text or off_earth(geometry, LONLAT_CRS).any():
        return table
    progress.info(f"{name}: read the geometry of {text} as WGS 84.")
    return table.set_crs(LONLAT_CRS)


def _plain_word(column: object) -> str:
    """Return a column's name without case, accents, units, and signs."""
    letters = unicodedata.normalize("NFKD", str(column)).encode("ascii", "ignore").decode().lower()
    return _UNITS.sub("", letters.strip())


def _first(known: dict[str, str], words: set[str]) -> str | None:
    return next((column for word, column in known.items() if word in words), None)


def _crs_in(table: pd.DataFrame, known: dict[str, str], name: str) -> str | None:
    """Return the CRS that a column names, the same in all rows; None if there is none."""
    column = _first(known, _CRS)
    if column is None:
        return None
    values = table[column].dropna().map(lambda value: re.sub(r"\.0$", "", str(value).strip())).unique()
    if len(values) != 1:
        raise InputError(f"{name}: the column {column} names {len(values)} coordinate reference systems; give one.")
    code = f"EPSG:{values[0]}" if values[0].isdigit() else str(values[0])
    earth_crs(code, name)
    return code


def _numbers(table: pd.DataFrame, column: str, name: str, text: str) -> np.ndarray:
    """Return a column as numbers; what is none becomes NaN, unless nothing else is there."""
    values = table[column]
    if not pd.api.types.is_numeric_dtype(values):
        plain = values.astype("string").str.strip().str.replace("\u2212", "-").str.replace(",", ".")
        numbers = pd.to_numeric(plain, errors="coerce")
        if len(numbers) and numbers.isna().all():
            example = next(iter(values.dropna()), "")
            raise InputError(
                f"{name}: the column {column} of {text} holds no numbers, but such as {str(example)[:40]!r}; write "
                "decimal degrees such as -75.1."
            )
        values = numbers
    return values.to_numpy(dtype=float, na_value=np.nan)


def _points(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    is_finite = np.isfinite(x) & np.isfinite(y)
    points = np.full(len(x), None, dtype=object)
    points[is_finite] = shapely.points(x[is_finite], y[is_finite])
    return points


def _of_texts(column: pd.Series) -> np.ndarray | None:
    """Return the geometries that texts tell; None if they are no WKT."""
    texts = column.astype(object).where(column.notna(), None).to_numpy()
    if not all(text is None or isinstance(text, str) for text in texts):
        return None
    geometries = shapely.from_wkt(texts, on_invalid="ignore")
    return geometries if (~shapely.is_missing(geometries)).any() else None


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")
