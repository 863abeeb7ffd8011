"""Where frames come from: a file, a folder or glob of seasons, a URL, a season's name, or several of these."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow
import pyarrow.compute as pc
import pyarrow.parquet as pq
import requests

from ..common import NAME_COLUMNS, InputError, Progress, catalog_url, count, some_of
from ..frames import (
    ASSETS,
    COLUMNS,
    MBOX,
    NEEDS_MBOX,
    PROPERTIES,
    Frames,
    each_once,
    filter_frames,
    usable_frames,
)
from ..geometry import LONLAT_CRS, reproject
from .geoparquet import MAGIC
from .readable import first_bytes
from .season_file import local_season
from .seasons import Season, seasons
from .sources import Place, places_of, split
from .table_files import VectorReader, local_file, read_table

# Cells of lower orders, 400 km wide and more, come from jumps in the positions of the raw data. As a decimal, a cell of
# order n has n + 1 digits.
_SMALLEST_ORDER = 5
_GIANT_CELL = 10**_SMALLEST_ORDER
_ASSETS, _HREF = "assets", "href"
_HIVE_COLUMNS = {"collection": "collection", "provider": "opr:provider", "hemisphere": "opr:hemisphere"}


def read_catalog(source: str, **options: Any) -> gpd.GeoDataFrame:
    """Read the table of the frames of one or more season catalogs; see :func:`read_frames`."""
    return read_frames(source, **options).table


def read_frames(
    source: str,
    *,
    hemisphere: str | None = None,
    provider: str | None = None,
    start_date: object = None,
    end_date: object = None,
    read_vector: VectorReader | None = None,
    session: requests.Session | None = None,
    progress: Progress | None = None,
) -> Frames:
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
    Frames
        In the pole's projection (EPSG:3031 or EPSG:3413), or in longitude and latitude where both
        hemispheres are among them. ``opr:mbox`` is a list of int.

    Raises
    ------
    InputError
        If there is no such file, it is no catalog, or no frame is left.
    DownloadError
        If a URL cannot be fetched.
    """
    progress = progress or Progress()
    texts = split(source or "")
    if not texts:
        raise InputError("No catalog is given; choose a season, or name a file, folder or URL.")
    catalogs = [catalog for text in texts for catalog in _expand(text, progress)]
    parts = []
    for number, catalog in enumerate(catalogs):
        progress.check()
        part = progress.part(number / len(catalogs), (number + 1) / len(catalogs))
        frames = Frames(read_one(catalog, read_vector, session, part))
        progress.info(f"Read {count(len(frames), 'frame', 'frames')} from {catalog.text}.")
        _tell_oddities(frames, catalog.text, progress)
        parts.append(frames)
    frames = each_once(Frames.concatenated(parts), progress)
    read = f"Read from {count(len(catalogs), 'catalog', 'catalogs')}"
    progress.frames(read, len(frames), {"there twice (same season, id and line)": sum(map(len, parts)) - len(frames)})
    frames = filter_frames(frames, hemisphere, provider, start_date, end_date, progress)
    progress.fraction(1.0)
    return frames.in_layer_crs()


@dataclass(frozen=True)
class _Catalog(Place):
    """A file or address; or a season of which a local copy is kept."""

    season: Season | None = None


def _expand(text: str, progress: Progress) -> list[Place]:
    """Return the files, URLs or seasons that a place names."""
    return places_of(text, "CATALOG", "season catalogs", progress, _season)


def _season(name: str) -> list[Place]:
    """Return the catalog of the season of this name."""
    if season := seasons().get(name):
        root = catalog_url()
        if root.lower().startswith(("http://", "https://")):
            return [_Catalog(f"{root}/{season.path}", None, season)]
        path = Path(root, season.path).expanduser()
        if not path.exists():
            raise InputError(f"There is no file {path}; check XOPR_CATALOG_URL, the folder or address of the catalogs.")
        return [_Catalog(str(path), path, season)]
    by_lower_case = {name.lower(): name for name in seasons()}
    near = difflib.get_close_matches(name.lower(), by_lower_case, n=1)
    meant = f" Did you mean {by_lower_case[near[0]]}?" if near else ""
    raise InputError(
        f"There is no file, folder or season named {name}; check the path, or choose a season by its name.{meant}"
    )


def read_one(
    place: Place, read_vector: VectorReader | None, session: requests.Session | None, progress: Progress
) -> gpd.GeoDataFrame:
    """Return the table of the frames of one catalog, in longitude and latitude."""
    text = place.text
    with _local_file(place, session, progress) as path:
        frames = read_table(path, place, "CATALOG", "a season's stac.parquet", _wanted, read_vector, progress)
        if first_bytes(path, text).startswith(MAGIC):
            lacking = [asset for asset in ASSETS if asset not in frames.columns]
            frames = frames.assign(**_addresses(path, lacking))
    for key, value in re.findall(r"(hemisphere|provider|collection)=([^/\\]+)[/\\]", text):
        if _HIVE_COLUMNS[key] not in frames.columns:
            frames[_HIVE_COLUMNS[key]] = value
    frames = usable_frames(frames, f"The frames of {text}", progress)
    if MBOX not in frames.columns:
        raise InputError(f"{text}: {NEEDS_MBOX}.")
    lonlat = reproject(frames.geometry.to_numpy(), frames.crs, LONLAT_CRS)
    return frames.set_geometry(gpd.GeoSeries(lonlat, index=frames.index, crs=LONLAT_CRS))


@contextmanager
def _local_file(place: Place, session: requests.Session | None, progress: Progress) -> Iterator[Path]:
    if isinstance(place, _Catalog) and place.season and place.address:
        yield local_season(place.season, progress, session)
        return
    with local_file(place, session, progress) as path:
        yield path


def _wanted(schema: pyarrow.Schema) -> list[str]:
    """Return the columns of a file that are read: ours, and where else what they hold may be."""
    names = schema.names
    lacking = [name for name in COLUMNS if name not in names]
    dotted = [name for column in lacking if (name := f"{PROPERTIES}.{column}") in names]
    index = [name for name in NAME_COLUMNS if name in names] if "id" in lacking else []
    items = [PROPERTIES] if PROPERTIES in names and MBOX in lacking else []
    return [*(name for name in COLUMNS if name in names), *dotted, *index, *items]


def _tell_oddities(frames: Frames, place: str, progress: Progress) -> None:
    """Warn of cells that are missing, do not fit the lines, or are far too large."""
    try:
        cells = frames.cells(progress)
    except InputError as error:
        progress.warn(f"The cells of {place} cannot be used, only METHOD=flightline can: {error}")
        return
    if cells.without:
        lacking = some_of(cells.without, len(frames), "frame", "frames", "has", "have")
        progress.warn(f"{place}: {lacking} no cells in 'opr:mbox'.")
    giant = len(np.unique(cells.frame[np.abs(cells.cells[cells.cell]) < _GIANT_CELL]))
    if giant:
        progress.warn(
            f"{place}: {some_of(giant, len(frames), 'frame', 'frames', 'has', 'have')} giant cells from position jumps "
            f"(of an order below {_SMALLEST_ORDER}, more than 400 km wide), which match granules far from the line; "
            "METHOD=flightline does not use cells."
        )


def _addresses(path: Path, assets: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the addresses of those assets that a GeoParquet file tells."""
    schema = pq.read_schema(path)
    told = [asset for asset in assets if _is_told(schema, asset)]
    if not told:
        return {}
    # Only this part of the assets: a dataset would call the column by the whole path, a file keeps it nested.
    with pq.ParquetFile(path) as file:
        column = file.read(columns=[f"{_ASSETS}.{asset}.{_HREF}" for asset in told]).column(0)
    return {asset: np.array(pc.struct_field(column, [asset, _HREF]).to_pylist(), dtype=object) for asset in told}


def _is_told(schema: pyarrow.Schema, asset: str) -> bool:
    kind = schema.field(_ASSETS).type if _ASSETS in schema.names else pyarrow.null()
    for part in (asset, _HREF):
        if not pyarrow.types.is_struct(kind) or kind.get_field_index(part) < 0:
            return False
        kind = kind.field(part).type
    return pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)
