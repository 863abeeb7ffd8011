"""The whole way in one call, and its two larger parts: search granules for frames, match frames and granules."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import requests

from . import tables
from .area import Area, search_areas
from .cache_files import granules_dir
from .cmr import CmrClient, GranuleQuery
from .environment import CMR_URL, cmr_url
from .errors import InputError
from .footprints import to_layer_crs
from .granule_files import read_granule_files
from .granules import merge_granules, normalize_granules
from .heading import granule_directions
from .matching import match, only_crossing
from .points import require_frames, subset_by_points
from .progress import Progress
from .store import GranuleStore
from .supply import STORE_MODES, Supplier
from .window import Window, resolve_window

SHORT_NAME = "ATL06"
VERSION = "007"
PROVIDER = "NSIDC_CPRD"


@dataclass(frozen=True)
class Product:
    """What is searched at CMR.

    Attributes
    ----------
    short_name, version : str
        For example ATL06 and 007.
    provider : str or None
        CMR's provider; None searches all.
    cmr_url : str or None
        Address of the CMR; None takes XOPR_CMR_URL or NASA's.
    store : {'use', 'refresh', 'ignore'}
        What to do with the granule store.
    """

    short_name: str = SHORT_NAME
    version: str = VERSION
    provider: str | None = PROVIDER
    cmr_url: str | None = None
    store: str = "use"


@dataclass(frozen=True)
class Found:
    """The granules of one or more searches.

    Attributes
    ----------
    granules : GeoDataFrame
        Footprints as CMR delivered them, in order of time.
    hits : int
        How many CMR said there are, summed over the searches; one for each hemisphere.
    received, from_store : int
        How many records came from CMR now, and how many granules came from the store; 0 where they are from files.
    left_out : dict of str to int
        Reasons for which some of those are not in the table, with their number: ``received + from_store`` less all of
        these are in it.
    """

    granules: gpd.GeoDataFrame
    hits: int
    received: int = 0
    from_store: int = 0
    left_out: dict[str, int] = field(default_factory=dict)

    def layer(self) -> gpd.GeoDataFrame:
        """Return the granules for a layer: :func:`~xopr_crossovers.core.footprints.to_layer_crs`, with directions."""
        layer = to_layer_crs(self.granules)
        layer.insert(layer.columns.get_loc("region") + 1, "direction", granule_directions(layer["region"]))
        return layer


@dataclass(frozen=True)
class Matched:
    """The two results of matching; see :mod:`~xopr_crossovers.core.tables`.

    Attributes
    ----------
    frames : GeoDataFrame
    matches : DataFrame
    method : str
    n_without_crossing : int
        Pairs that were left out since only crossings were wanted.
    """

    frames: gpd.GeoDataFrame
    matches: pd.DataFrame
    method: str
    n_without_crossing: int = 0


@dataclass(frozen=True)
class Crossovers:
    """All results of the whole job, and what was searched."""

    window: Window
    areas: tuple[Area, ...]
    product: Product
    found: Found
    matched: Matched


def store_folder(address: str | None) -> Path:
    """Return the folder of the granule store; each CMR but NASA's own has one of its own."""
    folder = granules_dir()
    address = cmr_url(address)
    return folder if address == CMR_URL else folder / re.sub(r"[^\w.-]+", "-", address.partition("://")[2])


def query_granules(
    areas: list[Area],
    window: Window,
    product: Product | None = None,
    progress: Progress | None = None,
    session: requests.Session | None = None,
) -> Found:
    """Search all granules of a product in areas and a window, completely or not at all.

    Parameters
    ----------
    areas : list of Area
        From :func:`~xopr_crossovers.core.area.search_areas` or one that the user gave; one search each.
    window : Window
    product : Product, optional
        ATL06 version 007 if not given.
    progress : Progress, optional
    session : requests.Session, optional
        Brings proxy and certificate settings along.

    Raises
    ------
    SearchError
        If CMR cannot be reached, refuses, or delivers less than it promised.
    """
    progress = progress or Progress()
    product = product or Product()
    if not areas:
        raise InputError("There is no area to search; give frames or an extent.")
    if not product.short_name or not product.version:
        raise InputError("SHORT_NAME and VERSION must say what to search, for example ATL06 and 007.")
    if product.store not in STORE_MODES:
        raise InputError(f"STORE must be one of {', '.join(STORE_MODES)}, not {product.store!r}.")
    store = None if product.store == "ignore" else GranuleStore(store_folder(product.cmr_url))
    tables_found = []
    hits = received = from_store = 0
    left_out: Counter[str] = Counter()
    for number, area in enumerate(areas):
        part = progress.part(number / len(areas), (number + 1) / len(areas))
        client = CmrClient(product.cmr_url, session, progress=part)
        query = GranuleQuery(product.short_name, product.version, product.provider)
        supplier = Supplier(query, client, store, refresh=product.store == "refresh", progress=part)
        result = supplier.granules(area, window)
        tables_found.append(result.granules)
        hits += result.hits
        received += result.received
        from_store += result.from_store
        left_out.update(result.left_out)
    granules = tables_found[0]
    if len(tables_found) > 1:
        granules, dropped = merge_granules(tables_found)
        granules = granules.sort_values(["start_time", "granule_id"], kind="stable").reset_index(drop=True)
        for reason, count in dropped.items():
            progress.info(f"Left out: {count:,} granules that came in more than one search ({reason}).")
        left_out.update(dropped)
    if len(granules) == 0:
        progress.warn("No granule was found: check product and version, and choose another window or a larger area.")
    return Found(granules, hits, received, from_store, dict(left_out))


def read_granules(
    source: str,
    areas: list[Area],
    window: Window,
    product: Product | None = None,
    progress: Progress | None = None,
) -> Found:
    """Read the granules of areas and a window from files, without any request.

    Parameters
    ----------
    source : str
        A file or folder; see :func:`~xopr_crossovers.core.granule_files.read_granule_files`.
    areas : list of Area
    window : Window
    product : Product, optional
        Only its name and version count.
    progress : Progress, optional

    Raises
    ------
    InputError
        If there is no file that can be read.
    """
    progress = progress or Progress()
    product = product or Product()
    granules = read_granule_files(source, areas, window, product.short_name, product.version, progress)
    if len(granules) == 0:
        progress.warn(f"{source} holds no granule of this product, area and time.")
    return Found(granules, len(granules))


def match_granules(
    frames: gpd.GeoDataFrame,
    granules: gpd.GeoDataFrame,
    method: str = "strtree",
    crossing_only: bool = False,
    progress: Progress | None = None,
) -> Matched:
    """Match frames and granules and return the tables that are written.

    Parameters
    ----------
    frames : GeoDataFrame
        As :func:`~xopr_crossovers.core.frames.normalize_frames` returns it.
    granules : GeoDataFrame
        From :func:`query_granules`, or a layer made from it.
    method : {'strtree', 'prefix', 'flightline'}
    crossing_only : bool
        Keep only pairs whose footprint crosses the flight line.
    progress : Progress, optional
    """
    progress = progress or Progress()
    granules = normalize_granules(granules)
    pairs = match(frames, granules, method, progress=progress)
    n_pairs = len(pairs)
    if crossing_only:
        pairs = only_crossing(pairs, progress)
    matched = tables.matched_frames(frames, granules, pairs)
    hit = int((matched["n_granules"] > 0).sum())
    if len(pairs) == 0:
        progress.warn(f"No frame matches a granule: {len(frames):,} frames, {len(granules):,} granules, no pair.")
    else:
        progress.info(
            f"{hit:,} of {len(frames):,} frames have at least one granule; "
            f"median {int(matched['n_granules'].median())} granules a frame."
        )
    return Matched(matched, tables.matches(frames, granules, pairs), method, n_pairs - len(pairs))


def find_granules(
    frames: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame | None = None,
    *,
    rule: str = "mbox",
    distance_m: float = 0.0,
    time_mode: str = "cycle",
    start_date: object = None,
    end_date: object = None,
    cycle: int | None = None,
    product: Product | None = None,
    method: str = "strtree",
    crossing_only: bool = False,
    progress: Progress | None = None,
    session: requests.Session | None = None,
) -> Crossovers:
    """Walk the whole way: subset the frames, resolve the window, search the granules, match.

    Parameters
    ----------
    frames : GeoDataFrame
        From :func:`~xopr_crossovers.core.catalog.read_catalog`.
    points : GeoDataFrame, optional
        Points of interest; without them all frames are taken.
    rule, distance_m
        See :func:`~xopr_crossovers.core.points.subset_by_points`.
    time_mode, start_date, end_date, cycle
        See :func:`~xopr_crossovers.core.window.resolve_window`.
    product : Product, optional
    method, crossing_only
        See :func:`match_granules`.
    progress : Progress, optional
    session : requests.Session, optional
        See :func:`query_granules`.

    Raises
    ------
    InputError
        Among others if no frame holds a point.
    SearchError
        If the search is not complete.
    """
    progress = progress or Progress()
    product = product or Product()
    if points is not None:
        progress.step("Frames at the points")
        n_frames = len(frames)
        frames = subset_by_points(frames, points, rule, distance_m, progress.part(0.0, 0.05))
        require_frames(frames, n_frames, rule, distance_m)
    progress.step("Window and area")
    window = resolve_window(time_mode, frames, start_date, end_date, cycle, progress)
    areas = search_areas(frames, progress=progress)
    progress.step("Search")
    found = query_granules(areas, window, product, progress.part(0.05, 0.7), session)
    progress.step("Matching")
    matched = match_granules(frames, found.granules, method, crossing_only, progress.part(0.7, 1.0))
    return Crossovers(window, tuple(areas), product, found, matched)
