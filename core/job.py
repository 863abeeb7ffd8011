"""The whole way in one call, and its two larger parts: search granules for frames, match frames and granules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import requests

from .catalogs import VectorReader
from .common import Clock, InputError, Progress, count, some_of
from .frames import AnyFrames, Frames, PointRule, frames_at_points
from .granules import granules_in_layer_crs, merge_granules, normalize_granules
from .icesat2 import granule_directions
from .matching import Matching, check_matching, chosen_pairs, match, tables
from .search import (
    Area,
    CmrClient,
    GranuleQuery,
    Product,
    Supplier,
    Supply,
    Window,
    WindowChoice,
    named_granules,
    read_granule_files,
    read_named_granule_files,
    search_areas,
    store_of,
    window_of,
    window_of_granules,
)


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
    window : Window or None
        What was searched: an open end reaches to the latest day that this machine's or the server's clock tells. Of
        granules that were named, their time.
    missing : tuple of str
        Names that were not found.
    """

    granules: gpd.GeoDataFrame
    hits: int
    received: int = 0
    from_store: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    window: Window | None = None
    missing: tuple[str, ...] = ()

    def layer(self) -> gpd.GeoDataFrame:
        """Return the granules for a layer, with their directions."""
        layer = granules_in_layer_crs(self.granules)
        layer.insert(layer.columns.get_loc("region") + 1, "direction", granule_directions(layer["region"]))
        return layer


@dataclass(frozen=True)
class Matched:
    """The two results of matching; see :mod:`~xopr_crossovers.core.matching.tables`.

    Attributes
    ----------
    frames : GeoDataFrame
    matches : DataFrame
    matching : Matching
        What was asked for.
    left_out : dict of str to int
        Reasons for which matching pairs are not in the tables, with their number.
    """

    frames: gpd.GeoDataFrame
    matches: pd.DataFrame
    matching: Matching
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Crossovers:
    """All results of the whole job, and what was searched."""

    window: Window
    areas: tuple[Area, ...]
    product: Product
    found: Found
    matched: Matched


def query_granules(
    areas: list[Area],
    window: Window,
    product: Product | None = None,
    progress: Progress | None = None,
    session: requests.Session | None = None,
    clock: Clock | None = None,
) -> Found:
    """Search all granules of a product in areas and a window, completely or not at all.

    Parameters
    ----------
    areas : list of Area
        From :func:`~xopr_crossovers.core.search.search_areas` or one that the user gave; one search each.
    window : Window
    product : Product, optional
        ATL06 version 007 if not given.
    progress : Progress, optional
    session : requests.Session, optional
        Brings proxy and certificate settings along.
    clock : Clock, optional
        This machine's if not given.

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
    store = store_of(product)
    clock = clock or Clock()
    query = GranuleQuery(product.short_name, product.version, product.provider)

    def supply(number: int) -> Supply:
        part = progress.part(number / len(areas), (number + 1) / len(areas))
        client = CmrClient(product.cmr_url, session, progress=part, clock=clock)
        supplier = Supplier(query, client, store, refresh=product.store == "refresh", progress=part)
        return supplier.granules(areas[number], window)

    supplies: list[Supply] = []
    for number in range(len(areas)):
        supplies.append(supply(number))
        window = supplies[-1].window or window
    # What is held was searched before anybody had said that this machine's clock is behind.
    supplies = [one if one.window == window else supply(number) for number, one in enumerate(supplies)]
    tables_found = [one.granules for one in supplies]
    hits, received = sum(one.hits for one in supplies), sum(one.received for one in supplies)
    from_store = sum(one.from_store for one in supplies)
    left_out: Counter[str] = Counter()
    for one in supplies:
        left_out.update(one.left_out)
    granules = tables_found[0]
    if len(tables_found) > 1:
        granules, dropped = merge_granules(tables_found)
        granules = granules.sort_values(["start_time", "granule_id"], kind="stable").reset_index(drop=True)
        for reason, number in dropped.items():
            again = count(number, "granule", "granules")
            progress.info(f"Left out: {again} that came in more than one search ({reason}).")
        left_out.update(dropped)
    if len(granules) == 0:
        progress.warn("No granule was found: check product and version, and choose another window or a larger area.")
    return Found(granules, hits, received, from_store, dict(left_out), window)


def query_named_granules(
    names: pd.DataFrame,
    product: Product | None = None,
    progress: Progress | None = None,
    session: requests.Session | None = None,
) -> Found:
    """Search granules by their names, without an area or a time.

    Parameters
    ----------
    names : DataFrame
        From :func:`~xopr_crossovers.core.search.read_granule_ids`.
    product, progress, session
        See :func:`~xopr_crossovers.core.search.named_granules`.

    Raises
    ------
    SearchError, InputError
        See there.
    """
    found = named_granules(names, product, progress, session)
    return Found(
        found.granules,
        found.hits,
        found.received,
        found.from_store,
        found.left_out,
        window_of_granules(found.granules),
        found.missing,
    )


def read_granules(
    source: str,
    areas: list[Area],
    window: Window,
    product: Product | None = None,
    progress: Progress | None = None,
    read_vector: VectorReader | None = None,
    session: requests.Session | None = None,
) -> Found:
    """Read the granules of areas and a window from files, without any request.

    Parameters
    ----------
    source : str
        Files, folders or addresses; see :func:`~xopr_crossovers.core.search.read_granule_files`.
    areas : list of Area
    window : Window
    product : Product, optional
        Only its name and version count.
    progress : Progress, optional
    read_vector, session
        See :func:`~xopr_crossovers.core.catalogs.read_catalog`.

    Raises
    ------
    InputError
        If there is no file that can be read.
    """
    progress = progress or Progress()
    product = product or Product()
    granules = read_granule_files(
        source, areas, window, product.short_name, product.version, progress, read_vector, session
    )
    if len(granules) == 0:
        progress.warn(f"{source} holds no granule of this product, area and time.")
    elif window.open_end and granules["start_time"].notna().any():
        clock = Clock()
        clock.has_reached(granules["start_time"].max().tz_localize(None), "a granule in the files", progress)
        window = window.until(clock.now())
    return Found(granules, len(granules), window=window)


def read_named_granules(
    source: str,
    names: pd.DataFrame,
    progress: Progress | None = None,
    read_vector: VectorReader | None = None,
    session: requests.Session | None = None,
) -> Found:
    """Read granules from files by their names, without any request.

    Parameters
    ----------
    source, names, progress, read_vector, session
        See :func:`~xopr_crossovers.core.search.read_named_granule_files`.

    Raises
    ------
    InputError
        If there is no file that can be read.
    """
    granules, missing = read_named_granule_files(source, names, progress, read_vector, session)
    return Found(granules, len(granules), window=window_of_granules(granules), missing=missing)


def match_granules(
    frames: AnyFrames,
    granules: gpd.GeoDataFrame,
    matching: Matching | None = None,
    progress: Progress | None = None,
) -> Matched:
    """Match frames and granules and return the tables that are written.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
        As :func:`~xopr_crossovers.core.frames.normalize_frames` returns it.
    granules : GeoDataFrame
        From :func:`query_granules`, or a layer made from it.
    matching : Matching, optional
        By the method strtree if not given.
    progress : Progress, optional
    """
    progress, matching, frames = progress or Progress(), check_matching(matching or Matching()), Frames.of(frames)
    granules = normalize_granules(granules, progress=progress)
    pairs = match(frames, granules, matching.method, progress=progress)
    pairs, left_out = chosen_pairs(pairs, frames, granules, matching, progress)
    matched, matches = tables.matched_frames_and_matches(frames, granules, pairs)
    hit = int((matched["n_granules"] > 0).sum())
    if len(pairs) == 0:
        asked, advice = "", "choose another window, or granules from where the frames are"
        if left_out:
            asked, advice = ", as asked for", "ask for less"
        given = f"{count(len(frames), 'frame', 'frames')}, {count(len(granules), 'granule', 'granules')}"
        progress.warn(f"No frame matches a granule{asked}: {given}, no pair; {advice}.")
    else:
        progress.info(
            f"{some_of(hit, len(frames), 'frame', 'frames', 'has', 'have')} at least one granule; "
            f"median {count(int(matched['n_granules'].median()), 'granule', 'granules')} a frame."
        )
    return Matched(matched, matches, matching, left_out)


def find_granules(
    frames: AnyFrames,
    points: gpd.GeoDataFrame | None = None,
    *,
    at: PointRule | None = None,
    window: WindowChoice | None = None,
    product: Product | None = None,
    matching: Matching | None = None,
    progress: Progress | None = None,
    session: requests.Session | None = None,
) -> Crossovers:
    """Walk the whole way: subset the frames, resolve the window, search the granules, match.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
        From :func:`~xopr_crossovers.core.catalogs.read_frames`.
    points : GeoDataFrame, optional
        Points of interest; without them all frames are taken.
    at : PointRule, optional
        Which frames are at the points: those of which a cell holds one if not given.
    window : WindowChoice, optional
        Repeat cycles by the orbit calendar need their number.
    product : Product, optional
        See :func:`query_granules`.
    matching : Matching, optional
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
    window, product = window or WindowChoice(), product or Product()
    matching, frames = check_matching(matching or Matching()), Frames.of(frames)
    if points is not None:
        progress.step("Frames at the points")
        frames = frames_at_points(frames, points, at or PointRule(), progress.part(0.0, 0.05))
    progress.step("Window and area")
    searched = window_of(window, frames.flown, progress)
    areas = search_areas(frames, progress=progress)
    progress.step("Search")
    found = query_granules(areas, searched, product, progress.part(0.05, 0.7), session)
    progress.step("Matching")
    matched = match_granules(frames, found.granules, matching, progress.part(0.7, 1.0))
    return Crossovers(found.window or searched, tuple(areas), product, found, matched)
