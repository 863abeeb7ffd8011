"""Upstream's functions that match frames and granules; see :mod:`~xopr_crossovers.core.crossovers`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import shapely

from ..common import InputError
from ..frames import frame_cells
from ..geometry import LONLAT_CRS, offsets_of_owners, owners_of
from ..granules import project_footprints
from ..matching import COVER_ORDER, LINK_KEYS, match, owners_in_ranges
from ..morton import cell_numbers as morton
from .cover_text import CoverText
from .dictionaries import attach, closed_ring, matchable_frames, outline_samples, with_footprints
from .tree_match import cells_meeting_tree


def build_granule_strtree(
    granules: Iterable[dict], crs: str = "EPSG:3031", edges: str = "great_circle"
) -> tuple[shapely.STRtree, list[dict]]:
    """Build a spatial index over projected footprints.

    Parameters
    ----------
    granules : iterable of dict
        From :func:`query_cmr_granules`. One without any link or with fewer than three points is left out.
    crs : str
        EPSG:3031 for Antarctica, EPSG:3413 for Greenland.
    edges : {'great_circle', 'straight'}
        What joins two vertices: CMR's great circle, or a straight line in `crs` as upstream has it.

    Returns
    -------
    tree : shapely.STRtree
        One geometry for each record.
    records : list of dict
        The granules that were kept, each with its projected ``geometry``.
    """
    if edges not in ("great_circle", "straight"):
        raise InputError(f"edges must be 'great_circle' or 'straight', got {edges!r}")
    kept, footprints = with_footprints(granules)
    table = gpd.GeoDataFrame(geometry=gpd.GeoSeries(footprints, crs=LONLAT_CRS))
    chord = {} if edges == "great_circle" else {"max_chord_m": None}
    shapes = project_footprints(table, crs, **chord)
    present = ~shapely.is_missing(shapes)
    records = [{**record, "geometry": shape} for record, shape in zip(kept, shapes) if shape is not None]
    return shapely.STRtree(shapes[present]), records


def match_frames_to_granules(
    frames_gdf: gpd.GeoDataFrame,
    granule_tree: shapely.STRtree,
    granule_records: Sequence[dict],
    crs: str = "EPSG:3031",
    step: int = 32,
) -> gpd.GeoDataFrame:
    """Give each frame the granules whose footprint meets one of its cells.

    Parameters
    ----------
    frames_gdf : GeoDataFrame
        With the column ``opr:mbox``.
    granule_tree, granule_records
        From :func:`build_granule_strtree`.
    crs : str
        The same as there.
    step : int
        Vertices a side of a cell's outline.

    Returns
    -------
    GeoDataFrame
        A copy with ``atl06_granules`` (list of dict ``granule_id``, ``s3_url``, ``https_url``) and ``n_granules``.

    Raises
    ------
    ValueError
        If ``opr:mbox`` is missing.
    """
    frames = matchable_frames(frames_gdf)
    if len(frames) == 0:
        return attach(frames_gdf, granule_records, np.zeros(0, dtype=int), np.zeros(0, dtype=int))
    cells = frame_cells(frames)
    return attach(
        frames_gdf, granule_records, *cells.expand(*cells_meeting_tree(cells, granule_tree, granule_records, crs, step))
    )


def compute_granule_sample_mortons(
    points: Sequence[tuple[float, float]],
    order: int = 18,
    n_per_segment: int = 50,
    edges: str = "great_circle",
) -> list[str]:
    """Return the morton numbers, as text, of points along a footprint's outline.

    Parameters
    ----------
    points : list of (lat, lon)
        The outline, closed or not.
    order : int
        0 to 18.
    n_per_segment : int
        Samples an edge.
    edges : {'great_circle', 'lonlat'}
        Where the samples lie: on the great circle, or between longitudes and latitudes as upstream has it, which runs
        round the globe at the antimeridian.

    Returns
    -------
    list of str
    """
    if not points:
        return []
    _, indices = outline_samples([shapely.linestrings(closed_ring(points))], n_per_segment, edges)
    return morton.decimals(indices, order).astype(str).tolist()


def build_granule_prefix_index(
    granules: Iterable[dict], order: int = 18, n_per_segment: int = 50, edges: str = "cover"
) -> list[dict]:
    """Return the morton numbers by which each granule is found.

    Parameters
    ----------
    granules : iterable of dict
        From :func:`query_cmr_granules`. One without any link or with fewer than three points is left out.
    order : int
        0 to 18: of samples, and the highest of a cover, which has no finer cells than
        :data:`~xopr_crossovers.core.matching.COVER_ORDER`.
    n_per_segment : int
        Samples an edge; a cover has none.
    edges : {'cover', 'great_circle', 'lonlat'}
        All cells that the footprint meets, so that no frame's cell that meets it is missed; or samples of the outline,
        see :func:`compute_granule_sample_mortons`: ``lonlat`` as upstream has it.

    Returns
    -------
    list of dict
        ``granule_id``, ``s3_url``, ``https_url`` and ``mort_strs`` (list of str; of a cover a sequence of str, which is
        made when it is read).
    """
    kept, footprints = with_footprints(granules)
    if edges == "cover":
        if not 0 <= order <= morton.MAX_ORDER:
            raise InputError(f"order must be between 0 and {morton.MAX_ORDER}, not {order}.")
        finest = min(order, COVER_ORDER)
        found: list[Sequence[str]] = [CoverText(footprint, finest) for footprint in footprints]
    else:
        parts, owner = shapely.get_parts(footprints, return_index=True)
        ring, indices = outline_samples(shapely.get_exterior_ring(parts), n_per_segment, edges)
        texts = morton.decimals(indices, order).astype(str).tolist()
        first = offsets_of_owners(owner[ring], len(kept))
        found = [texts[a:b] for a, b in zip(first[:-1], first[1:])]
    return [
        {**{key: record.get(key) for key in LINK_KEYS}, "mort_strs": numbers} for record, numbers in zip(kept, found)
    ]


def match_frames_to_granules_prefix(frames_gdf: gpd.GeoDataFrame, granule_records: Sequence[dict]) -> gpd.GeoDataFrame:
    """Give each frame the granules of which the cover meets, or a sample lies in, one of its cells.

    Parameters
    ----------
    frames_gdf : GeoDataFrame
        With the column ``opr:mbox``.
    granule_records : list of dict
        From :func:`build_granule_prefix_index`.

    Returns
    -------
    GeoDataFrame
        As from :func:`match_frames_to_granules`.

    Raises
    ------
    ValueError
        If ``opr:mbox`` is missing.
    """
    frames = matchable_frames(frames_gdf)
    nothing = np.zeros(0, dtype=np.int64)
    numbers = [record["mort_strs"] for record in granule_records]
    if len(frames) == 0 or len(numbers) == 0:
        return attach(frames_gdf, granule_records, nothing, nothing)
    if all(isinstance(cover, CoverText) for cover in numbers):
        footprints = gpd.GeoSeries([cover.footprint for cover in numbers], crs=LONLAT_CRS)
        pairs = match(frames, gpd.GeoDataFrame(geometry=footprints), "prefix", cover_order=numbers[0].order)
        return attach(frames_gdf, granule_records, pairs.frame, pairs.granule)
    owner = owners_of(np.array([len(texts) for texts in numbers]))
    if len(owner) == 0:
        return attach(frames_gdf, granule_records, nothing, nothing)
    texts = np.concatenate([np.asarray(texts, dtype=str) for texts in numbers])
    index, index_end = morton.cell_ranges(texts.astype(np.int64))
    cells = frame_cells(frames)
    low, high = cells.ranges()
    # A cell finer than the samples is no prefix of them.
    coarse = np.flatnonzero(high - low >= (index_end - index).max())
    cell, granule = owners_in_ranges(low[coarse], high[coarse], index, owner)
    return attach(frames_gdf, granule_records, *cells.expand(coarse[cell], granule))
