"""The passes of granules that users name: with their footprints where these can be had."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import requests

from ..common import InputError, Progress, SearchError, some_of
from ..geometry import LONLAT_CRS
from ..granules import normalize_granules
from .named import named_granules
from .options import Product


def passes_of_names(
    names: pd.DataFrame,
    product: Product | None = None,
    progress: Progress | None = None,
    session: requests.Session | None = None,
) -> gpd.GeoDataFrame:
    """Return granules by name: from the store, else from CMR, else what the name alone tells.

    Parameters
    ----------
    names : DataFrame
        From :func:`~xopr_crossovers.core.search.read_granule_ids`.
    product : Product, optional
        Only its provider, address and store count.
    progress : Progress, optional
        Is warned of granules without a footprint.
    session : requests.Session, optional

    Returns
    -------
    GeoDataFrame
        A granules table in EPSG:4326. Of a granule that cannot be had, geometry, end and links are missing.

    Raises
    ------
    InputError
        If a name is that of a gridded product, whose granules lie along no pass.
    """
    progress = progress or Progress()
    gridded = names["rgt"].isna()
    if gridded.any():
        first = names[gridded].iloc[0]
        raise InputError(
            f"GRANULE_IDS: {first['text']} is of {first['short_name']}, a gridded product whose granules lie along no "
            "pass; name granules of an along-track product such as ATL06."
        )
    try:
        supply = named_granules(names, product, progress, session, need_all=False)
        found, missing = supply.granules, names[names["text"].isin(supply.missing)]
    except (InputError, SearchError) as error:
        progress.warn(str(error))
        found, missing = None, names
    if len(missing):
        some = some_of(len(missing), len(names), "granule", "granules", "has", "have")
        progress.warn(
            f"{some} no footprint at hand: the way is planned from the RGT, cycle and region of each name alone."
        )
    by_name = [f"{stem}_{revision:02d}.h5" for stem, revision in zip(missing["stem"], missing["revision"])]
    alone = gpd.GeoDataFrame({"granule_id": by_name}, geometry=[None] * len(missing), crs=LONLAT_CRS)
    tables = [table for table in (found, alone) if table is not None and len(table)]
    together = tables[0] if len(tables) == 1 else gpd.GeoDataFrame(pd.concat(tables, ignore_index=True))
    return normalize_granules(together, progress=progress)
