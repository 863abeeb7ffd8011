"""Where frames come from: a file, a folder or glob of seasons, a URL, a season's name, or several of these."""

from __future__ import annotations

import difflib
import glob
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow
import pyarrow.compute as pc
import pyarrow.lib
import pyarrow.parquet as pq
import requests

from .cells import frame_cells
from .download import fetch
from .environment import catalog_url
from .errors import InputError
from .frames import COLUMNS, MBOX, NEEDS_MBOX, THUMBNAIL, filter_frames, normalize_frames, to_layer_crs
from .progress import Progress
from .projection import LONLAT_CRS
from .season_supply import local_season
from .seasons import Season, seasons
from .wording import count

_PARQUET_MAGIC = b"PAR1"
# Cells of lower orders, 400 km wide and more, come from jumps in the positions of the raw data. As a decimal, a cell of
# order n has n + 1 digits.
_SMALLEST_ORDER = 5
_GIANT_CELL = 10**_SMALLEST_ORDER
_THUMBNAIL_PATH = ("assets", "thumbnail", "href")
_HIVE_COLUMNS = {"collection": "collection", "provider": "opr:provider", "hemisphere": "opr:hemisphere"}


def read_catalog(
    source: str,
    *,
    hemisphere: str | None = None,
    provider: str | None = None,
    start_date: object = None,
    end_date: object = None,
    read_vector: Callable[[str], gpd.GeoDataFrame] | None = None,
    session: requests.Session | None = None,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Read the frames of one or more season catalogs.

    Parameters
    ----------
    source : str
        A file, a folder (all ``.parquet`` files below it, in hive folders or not), a glob, an http(s) URL, or the name
        of a published season, of which a local copy is kept; several of them with ``;`` or line breaks between.
    hemisphere, provider, start_date, end_date
        See :func:`~xopr_crossovers.core.frames.filter_frames`.
    read_vector : callable, optional
        Opens a file that is not Parquet, such as a GeoPackage, as a GeoDataFrame; :func:`geopandas.read_file` if not
        given.
    session : requests.Session, optional
        Brings proxy and certificate settings along.
    progress : Progress, optional
        Is told what is odd about the frames: without a line, with giant cells, with cells that do not fit the lines.

    Returns
    -------
    GeoDataFrame
        The frames in the pole's projection (EPSG:3031 or EPSG:3413), or in longitude and latitude where both
        hemispheres are in it. ``opr:mbox`` is a list of int.

    Raises
    ------
    InputError
        If there is no such file, it is no catalog, or no frame is left.
    DownloadError
        If a URL cannot be fetched.
    """
    progress = progress or Progress()
    places = [place for text in re.split(r"[;\n]", source or "") if (place := text.strip())]
    if not places:
        raise InputError("No catalog is given; choose a season, or name a file, folder or URL.")
    files = [file for place in places for file in _expand(place)]
    tables = []
    for number, file in enumerate(files):
        progress.check()
        part = progress.part(number / len(files), (number + 1) / len(files))
        table = _read_one(file, read_vector, session, part)
        progress.info(f"Read {len(table):,} frames from {file.text}.")
        _tell_oddities(table, file.text, progress)
        tables.append(table)
    frames = _concatenate(tables, progress)
    read = f"Read from {count(len(files), 'catalog', 'catalogs')}"
    progress.frames(read, len(frames), {"there twice (same season, id and line)": sum(map(len, tables)) - len(frames)})
    frames = filter_frames(frames, hemisphere, provider, start_date, end_date, progress)
    progress.fraction(1.0)
    return to_layer_crs(frames)


@dataclass(frozen=True)
class _Place:
    """A file or URL; or a season of which a local copy is kept."""

    text: str
    season: Season | None = None


def _expand(place: str) -> list[_Place]:
    """Return the files, URLs or seasons that a place names."""
    if _is_url(place):
        try:
            urlsplit(place)
        except ValueError as error:
            raise InputError(f"{place} is not an address ({error}); check how it is written.") from error
        return [_Place(place)]
    path = Path(place).expanduser()
    if path.is_dir():
        found = sorted(str(file) for file in path.rglob("*.parquet") if file.is_file())
        if not found:
            raise InputError(f"The folder {place} holds no .parquet file; choose a folder of season catalogs.")
        return [_Place(file) for file in found]
    if path.exists():
        return [_Place(str(path))]
    # A layer inside a file, as QGIS writes it: /data/frames.gpkg|layername=frames
    if "|" in place and Path(place.split("|", 1)[0]).expanduser().exists():
        return [_Place(place)]
    if glob.has_magic(place):
        found = sorted(glob.glob(str(path), recursive=True))
        if not found:
            raise InputError(f"No file matches {place}.")
        return [file for match in found for file in _expand(match)]
    if season := seasons().get(place):
        url = f"{catalog_url()}/{season.path}"
        return [_Place(url, season if _is_url(url) else None)]
    if "://" in place:
        raise InputError(f"{place} cannot be fetched; give an address that begins with http:// or https://.")
    by_lower_case = {name.lower(): name for name in seasons()}
    near = difflib.get_close_matches(place.lower(), by_lower_case, n=1)
    meant = f" Did you mean {by_lower_case[near[0]]}?" if near else ""
    raise InputError(
        f"There is no file, folder or season named {place}; check the path, or choose a season by its name.{meant}"
    )


def _is_url(place: str) -> bool:
    return place.lower().startswith(("http://", "https://"))


def _read_one(
    what: _Place,
    read_vector: Callable[[str], gpd.GeoDataFrame] | None,
    session: requests.Session | None,
    progress: Progress,
) -> gpd.GeoDataFrame:
    place = what.text
    with _local_file(what, session, progress) as path:
        if Path(path).is_file() and Path(path).stat().st_size == 0:
            raise InputError(f"{place} is empty; fetch or export it anew.")
        if _is_parquet(path):
            frames = _read_parquet(path, place)
        elif _is_url(place):
            raise InputError(f"{place} is not a GeoParquet file; give the address of a season's stac.parquet.")
        else:
            frames = _read_other(path, place, read_vector)
    for key, value in re.findall(r"(hemisphere|provider|collection)=([^/\\]+)[/\\]", place):
        if _HIVE_COLUMNS[key] not in frames.columns:
            frames[_HIVE_COLUMNS[key]] = value
    frames = normalize_frames(frames, f"The frames of {place}", progress)
    if MBOX not in frames.columns:
        raise InputError(f"{place}: {NEEDS_MBOX}.")
    return frames.set_geometry(frames.geometry.to_crs(LONLAT_CRS))


@contextmanager
def _local_file(place: _Place, session: requests.Session | None, progress: Progress) -> Iterator[str]:
    if place.season:
        yield str(local_season(place.season, progress, session))
    elif _is_url(place.text):
        with fetch(place.text, progress, session) as path:
            yield str(path)
    elif Path(place.text.split("|", 1)[0]).expanduser().exists():
        yield place.text
    else:
        raise InputError(
            f"There is no file {place.text}; check XOPR_CATALOG_URL, the folder or address of the catalogs."
        )


def _tell_oddities(frames: gpd.GeoDataFrame, place: str, progress: Progress) -> None:
    """Warn of cells that are missing, do not fit the lines, or are far too large."""
    try:
        cells = frame_cells(frames, progress)
    except InputError as error:
        progress.warn(f"The cells of {place} cannot be used, only METHOD=flightline can: {error}")
        return
    if cells.without:
        progress.warn(f"{cells.without:,} of {len(frames):,} frames of {place} have no cells in 'opr:mbox'.")
    giant = len(np.unique(cells.frame[np.abs(cells.cells[cells.cell]) < _GIANT_CELL]))
    if giant:
        progress.warn(
            f"{giant:,} of {len(frames):,} frames of {place} have giant cells from position jumps (of an order below "
            f"{_SMALLEST_ORDER}, more than 400 km wide): they match granules far from their lines; METHOD=flightline "
            "does not use cells."
        )


def _is_parquet(path: str) -> bool:
    file = Path(path)
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(4) == _PARQUET_MAGIC


def _read_parquet(path: str, place: str) -> gpd.GeoDataFrame:
    try:
        schema = pq.read_schema(path)
        if b"geo" not in (schema.metadata or {}):
            raise InputError(
                f"{place} is Parquet without a geometry (no GeoParquet metadata); choose a season catalog."
            )
        wanted = [name for name in COLUMNS if name in schema.names]
        geometry = json.loads(schema.metadata[b"geo"])["primary_column"]
        frames = gpd.read_parquet(path, columns=[*wanted, geometry])
        if THUMBNAIL not in wanted and _has_thumbnails(schema):
            frames[THUMBNAIL] = _thumbnails(path)
        if geometry != "geometry":
            frames = frames.rename_geometry("geometry")
    except (pyarrow.lib.ArrowException, ValueError, OSError, KeyError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{place} cannot be read as GeoParquet ({_first_line(error)}); fetch or export it anew."
        ) from error
    if frames.crs is None:
        # GeoParquet without a crs means longitude and latitude on WGS 84.
        frames = frames.set_crs(LONLAT_CRS)
    return frames


def _has_thumbnails(schema: pyarrow.Schema) -> bool:
    kind = schema.field(_THUMBNAIL_PATH[0]).type if _THUMBNAIL_PATH[0] in schema.names else pyarrow.null()
    for part in _THUMBNAIL_PATH[1:]:
        if not pyarrow.types.is_struct(kind) or kind.get_field_index(part) < 0:
            return False
        kind = kind.field(part).type
    return pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)


def _thumbnails(path: str) -> np.ndarray:
    # Only this part of the assets: a dataset would call the column by the whole path, a file keeps it nested.
    with pq.ParquetFile(path) as file:
        assets = file.read(columns=[".".join(_THUMBNAIL_PATH)]).column(0)
    return np.array(pc.struct_field(assets, list(_THUMBNAIL_PATH[1:])).to_pylist(), dtype=object)


def _read_other(path: str, place: str, read_vector: Callable[[str], gpd.GeoDataFrame] | None) -> gpd.GeoDataFrame:
    try:
        frames = (read_vector or gpd.read_file)(path)
    except InputError:
        raise
    except Exception as error:
        # Whatever a driver raises here means the same to the user: this file is no layer.
        raise InputError(
            f"{place} is neither a GeoParquet file nor a vector layer that can be opened; choose a season's "
            "stac.parquet, or a layer saved from one."
        ) from error
    if not isinstance(frames, gpd.GeoDataFrame):
        raise InputError(f"{place} has no geometry; choose a layer of flight lines.")
    return frames


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")


def _concatenate(tables: list[gpd.GeoDataFrame], progress: Progress) -> gpd.GeoDataFrame:
    if len(tables) == 1:
        frames = tables[0]
    else:
        frames = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=LONLAT_CRS)
        order = [c for c in COLUMNS if c in frames.columns]
        frames = frames[order + [c for c in frames.columns if c not in order]]
    keys = pd.DataFrame({column: frames[column] for column in ("collection", "id") if column in frames.columns})
    double = keys.assign(line=frames.geometry.to_wkb()).duplicated()
    if double.any():
        progress.warn(f"{int(double.sum()):,} frames were there twice (same season, id and line) and are kept once.")
        frames = frames[~double].reset_index(drop=True)
    return frames
