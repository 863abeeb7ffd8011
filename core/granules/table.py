"""The granules table, from CMR's UMM-G records: names, times, links, sizes and footprints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..common import InputError, Progress, count, name_from_index, only_named, some_of, text_values
from ..geometry import (
    LONLAT_CRS,
    POLYGONS,
    degrees_in_metres,
    degrees_sentence,
    earth_crs,
    is_kind,
    off_earth,
    parts_of,
    require_place,
)
from ..icesat2 import TIME_DTYPE, parse_granule_names
from .footprint_rings import NO_RING, FootprintBatch
from .record import LINK_COLUMNS, RECORD_COLUMNS, read_record

#: Columns of the granules table before its geometry, with their types; see docs/architecture.md.
COLUMNS: dict[str, Any] = {
    "granule_id": "text",
    "short_name": "text",
    "version": "text",
    "rgt": "Int64",
    "cycle": "Int64",
    "region": "Int64",
    "release": "text",
    "revision": "Int64",
    "start_time": TIME_DTYPE,
    "end_time": TIME_DTYPE,
    "size_mb": "float64",
    "https_url": "text",
    "s3_url": "text",
}

# What a name says, by the columns that are filled with it.
_NAMED = {
    "short_name": "short_name",
    "version": "release",
    "rgt": "rgt",
    "cycle": "cycle",
    "region": "region",
    "release": "release",
    "revision": "revision",
    "start_time": "start_time",
}

SECOND_COPY = "a second record of the same granule"
OLDER_REVISION = "an older revision of a granule"
NO_CONTENT = "a record that was deleted or has no content"

#: Host of the files of NSIDC_CPRD, the provider that is kept where two have the same.
_CLOUD_HOST = "earthdatacloud.nasa.gov"


def granules_from_umm(
    items: Iterable[dict[str, Any]], progress: Progress | None = None
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Make the granules table of UMM-G records.

    Parameters
    ----------
    items : iterable of dict
        Items of a CMR answer in ``umm_json``, each with ``meta`` and ``umm``.
    progress : Progress, optional
        Is told of footprints of several rings some of which cannot be used.

    Returns
    -------
    granules : GeoDataFrame
        One row a record that has a footprint, in the order of the records. Geometry: Polygon or MultiPolygon in
        EPSG:4326 whose vertices are as delivered, joined by great circles and not split at the antimeridian; the
        parallels of bounding rectangles are densified to 1 degree. A record without links is kept, with none.
    skipped : dict of str to int
        Reasons for which records were left out, with their number; both numbers add up to that of the records.
    """
    rows: list[dict[str, Any]] = []
    footprints = FootprintBatch()
    skipped: Counter[str] = Counter()
    for item in items:
        umm = item.get("umm") or {}
        reason = footprints.add(umm) if umm else NO_CONTENT
        if reason:
            skipped[reason] += 1
        else:
            rows.append(read_record(umm))
    geometries = footprints.build()
    drawn = ~shapely.is_missing(geometries)
    if not drawn.all():
        skipped[NO_RING] += int((~drawn).sum())
    if footprints.n_left_out and progress:
        parts = count(footprints.n_left_out, "part of a footprint is", "parts of footprints are")
        progress.warn(f"{parts} left out: {NO_RING}; the granules stay.")
    granules = gpd.GeoDataFrame(_table(rows), geometry=geometries, crs=LONLAT_CRS)
    return granules[drawn].reset_index(drop=True), dict(skipped)


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return _typed(pd.DataFrame(rows, columns=RECORD_COLUMNS))


def _typed(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the table's columns in their types; what `raw` does not say comes from the names."""
    table = {}
    for column, dtype in COLUMNS.items():
        values = raw[column] if column in raw else pd.Series(None, index=raw.index, dtype=object)
        if dtype == TIME_DTYPE:
            values = pd.to_datetime(values, format="ISO8601", errors="coerce", utc=True).astype(TIME_DTYPE)
        elif dtype == "text":
            values = text_values(values)
        else:
            values = pd.to_numeric(values).astype(dtype)
        table[column] = values
    typed = pd.DataFrame(table)
    # Reading names takes as long as all the rest, and layers that we wrote say everything.
    lacking = typed[list(_NAMED)].isna().any(axis=1)
    if lacking.any():
        named = parse_granule_names(typed.loc[lacking, "granule_id"])
        for column, part in _NAMED.items():
            typed[column] = typed[column].fillna(named[part])
    return typed


def normalize_granules(
    granules: gpd.GeoDataFrame, name: str = "The granules", progress: Progress | None = None
) -> gpd.GeoDataFrame:
    """Check that a table can be used as granules, bring its columns into their types, and keep each granule once.

    Parameters
    ----------
    granules : GeoDataFrame
        See :func:`usable_granules`.
    name : str
        What to call the table in an error.
    progress : Progress, optional
        Is told what is left out.

    Returns
    -------
    GeoDataFrame
        See :func:`usable_granules`; each granule once, as :func:`merge_granules` does it.

    Raises
    ------
    InputError
        See :func:`usable_granules`.
    """
    progress = progress or Progress()
    once, dropped = merge_granules([usable_granules(granules, name, progress)])
    for reason, n_rows in dropped.items():
        rows = count(n_rows, "row", "rows")
        progress.warn(f"{name}: {rows} left out ({reason}), so that each granule counts once.")
    return once


def usable_granules(
    granules: gpd.GeoDataFrame, name: str = "The granules", progress: Progress | None = None
) -> gpd.GeoDataFrame:
    """Check that a table can be used as granules, and bring its columns into their types.

    Parameters
    ----------
    granules : GeoDataFrame
        From a search, or from any polygon layer with a column ``granule_id``, in any CRS; it may have no rows.
    name : str
        What to call the table in an error.
    progress : Progress, optional
        Is told of granules without a name, which are left out, and of footprints that are no place on the Earth, whose
        granules stay without a footprint.

    Returns
    -------
    GeoDataFrame
        A copy with the columns of a granules table and no others; what the layer does not have is read from the names,
        or missing.

    Raises
    ------
    InputError
        If it has no ``granule_id``, no usable CRS, other geometries than polygons, no footprint that is a place on the
        Earth, or no number where one should be.
    """
    progress = progress or Progress()
    granules, source = name_from_index(granules, "granule_id")
    if source:
        progress.info(f"{name} have their names in the index '{source}', which was read as 'granule_id'.")
    if "granule_id" not in granules.columns:
        raise InputError(f"{name} have no column 'granule_id' with their names; choose a layer of granules.")
    if granules.crs is None:
        raise InputError(f"{name} have no coordinate reference system; assign the layer's CRS first.")
    earth_crs(granules.crs, name)
    granules = only_named(granules.reset_index(drop=True), "granule_id", name, progress)
    geometries = _footprints(granules, name, progress)
    raw = pd.DataFrame(granules.drop(columns=granules.geometry.name))
    try:
        table = _typed(raw)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} have a column that is not of its type: {error}.") from error
    return gpd.GeoDataFrame(table, geometry=geometries, crs=granules.crs)


def _footprints(granules: gpd.GeoDataFrame, name: str, progress: Progress) -> np.ndarray:
    """Return the footprints; None where one has a vertex that is no place on the Earth."""
    geometries, others = parts_of(granules.geometry.to_numpy(), POLYGONS)
    if others:
        progress.warn(f"{name}: {count(others, 'part', 'parts')} of collections, no polygons, are left out.")
    wrong = ~is_kind(geometries, POLYGONS) & ~shapely.is_empty(geometries)
    if wrong.any():
        raise InputError(
            f"{name} must be polygons (footprints), but "
            f"{some_of(int(wrong.sum()), len(granules), 'geometry', 'geometries', 'is', 'are')} none."
        )
    off = off_earth(geometries, granules.crs)
    if off.any():
        why = require_place(name, "footprints", geometries, off, granules.crs)
        first = granules["granule_id"].iloc[int(off.argmax())]
        progress.warn(
            f"{name}: {count(int(off.sum()), 'footprint has', 'footprints have')} a vertex that is no place on the "
            f"Earth (the first is of {first}): {why}; such granules match nothing."
        )
        geometries = geometries.copy()
        geometries[off] = None
    if degrees_in_metres(geometries, granules.crs):
        progress.warn(f"{name}: {degrees_sentence(granules.crs)}")
    return geometries


def merge_granules(tables: Sequence[gpd.GeoDataFrame]) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Put granules tables together, each granule once.

    Of a granule that two providers have, the row with more links stays, and of equal ones that of NSIDC_CPRD (whose
    files are in the Earthdata Cloud). Of several revisions of a granule (same product, start, RGT, cycle, region and
    release) the highest stays.

    Parameters
    ----------
    tables : sequence of GeoDataFrame
        As :func:`granules_from_umm` makes them, all in one CRS.

    Returns
    -------
    granules : GeoDataFrame
        Rows in the order in which they came.
    dropped : dict of str to int
        Reasons for which rows were left out, with their number.
    """
    filled = [table for table in tables if len(table)]
    if not filled:
        return (tables[0] if len(tables) else granules_from_umm([])[0]), {}
    together = pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0].reset_index(drop=True)

    names = together["granule_id"].astype("string")
    unversioned = names.str.replace(r"_\d{2}(\.\w+)?$", "", regex=True)
    if not unversioned.dropna().duplicated().any():
        return together, {}
    # Only these small columns are sorted: a copy of all years' granules takes 50 MB.
    merits = pd.DataFrame(
        {
            "name": names,
            "unversioned": unversioned,
            "revision": together["revision"],
            "links": together[LINK_COLUMNS].notna().sum(axis=1),
            "in_cloud": together["https_url"].astype("string").str.contains(_CLOUD_HOST, regex=False).fillna(False),
        }
    )
    best = merits.sort_values(["links", "in_cloud"], ascending=False, kind="stable")
    once = best[~(best["name"].duplicated() & best["name"].notna())]
    # By the name: the times of the record may differ by some milliseconds from one revision to the next.
    highest = once.sort_index().sort_values("revision", ascending=False, kind="stable")
    latest = highest[~(highest["unversioned"].duplicated() & highest[["revision", "name"]].notna().all(axis=1))]
    counts = {SECOND_COPY: len(together) - len(once), OLDER_REVISION: len(once) - len(latest)}
    if len(latest) < len(together):
        together = together.loc[latest.index.sort_values()].reset_index(drop=True)
    return together, {reason: count for reason, count in counts.items() if count}
