"""The tables of heights along a frame: the laser's, the radar's, and what each beam of each pass has."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..altimetry import IceSegments
from ..geometry import LONLAT_CRS, POLE_CRS, Columns, transformed
from ..icesat2 import parse_granule_names
from ..radar import PICK_QUALITIES, PICK_TYPES, PicksAt
from .flown_frame import FlownFrame
from .frame_granules import FrameGranules
from .robust import spread_of
from .table_values import MOMENT, PICK_COLUMNS, ROUNDED, named_values, utc

#: Columns of the laser's heights, and what they hold; lengths are in metres.
ELEVATION_COLUMNS = {
    "collection": "text",
    "frame_id": "text",
    "granule_id": "text",
    "rgt": "int",
    "cycle": "int",
    "region": "int",
    "beam": "text",
    "strong": "bool",
    "height_time": MOMENT,
    "days_between": "int",
    "flown_m": "float",
    "offset_m": "float",
    "h_li": "float",
    "h_li_sigma": "float",
    "quality": "int",
    "slope": "float",
    "h_robust_sprd": "float",
    "snr_significance": "float",
    **PICK_COLUMNS,
    "flown_line": "text",
    "difference": "float",
    "https_url": "text",
}
#: Columns of the radar's picks.
RADAR_COLUMNS = {
    "collection": "text",
    "frame_id": "text",
    "layer": "text",
    "height": "float",
    "flown_m": "float",
    "radar_time": MOMENT,
    "pick_quality": "text",
    "pick_type": "text",
}
#: What the layer of the radar's picks calls them.
SURFACE, BED = "surface", "bed"
NOTHING_NEAR = "no segment near"


@dataclass(frozen=True)
class Part:
    """What was read of one beam of one granule.

    Attributes
    ----------
    granule : int
        Which one.
    beam : str
    segments : IceSegments
        All that were read, with a height or without.
    is_good : (n,) ndarray of bool
        Which heights count.
    strong : bool or None
    reason : str
        Why there is nothing; empty where something was read.
    """

    granule: int
    beam: str
    segments: IceSegments
    is_good: np.ndarray
    strong: bool | None = None
    reason: str = ""


@dataclass(frozen=True)
class Near(Columns):
    """Segments that are near the flown track.

    Attributes
    ----------
    row : (n,) ndarray of int
        Which of the segments that were read.
    part : (n,) ndarray of int
        Of which part.
    has_height, is_good : (n,) ndarray of bool
        Whether it has a height, and one that counts.
    distance, offset : (n,) ndarray
        Metres along the flown track, and beside it to its left.
    beside : (n,) ndarray of bool
        Whether it lies beside the track, not beyond its ends.
    """

    row: np.ndarray
    part: np.ndarray
    has_height: np.ndarray
    is_good: np.ndarray
    distance: np.ndarray
    offset: np.ndarray
    beside: np.ndarray


def elevations(
    frame: FlownFrame,
    granules: FrameGranules,
    parts: list[Part],
    near: Near,
    segments: IceSegments,
    at: PicksAt | None,
) -> gpd.GeoDataFrame:
    """Return the laser's heights with what the radar saw beside them.

    Parameters
    ----------
    frame : FlownFrame
    granules : FrameGranules
    parts : list of Part
    near : Near
        Where the segments lie that count.
    segments : IceSegments
        The same ones.
    at : PicksAt or None
        What the radar saw there.

    Returns
    -------
    GeoDataFrame
        :data:`ELEVATION_COLUMNS`, in order of time and beam; points in the pole's projection, whose height is the
        laser's.
    """
    n = len(segments)
    granule = np.array([part.granule for part in parts], dtype=np.int64)[near.part]
    named = parse_granule_names(granules.names).iloc[granule].reset_index(drop=True)
    nothing, none = np.full(n, np.nan), np.zeros(n, dtype=np.uint8)
    surface = nothing if at is None else at.surface.height
    radar_time = np.full(n, np.datetime64("NaT", "us")) if at is None else at.time
    when = utc(segments.time)
    columns = {
        "collection": frame.collection or None,
        "frame_id": frame.frame_id,
        "granule_id": np.array(granules.names, dtype=object)[granule],
        **{name: named[name].astype("Int64") for name in ("rgt", "cycle", "region")},
        "beam": np.array([part.beam for part in parts], dtype=object)[near.part],
        "strong": pd.array([parts[one].strong for one in near.part.tolist()], dtype="boolean"),
        "height_time": when,
        "days_between": pd.Series(when.tz_localize(None).normalize() - frame.flown).dt.days.astype("Int64"),
        "flown_m": near.distance,
        "offset_m": near.offset,
        "h_li": segments.h_li,
        "h_li_sigma": segments.h_li_sigma,
        "quality": segments.quality,
        "slope": segments.dh_fit_dx,
        "h_robust_sprd": segments.h_robust_sprd,
        "snr_significance": segments.snr_significance,
        "radar_surface": surface,
        "pick_quality": named_values(none if at is None else at.surface.quality, PICK_QUALITIES),
        "pick_type": named_values(none if at is None else at.surface.kind, PICK_TYPES),
        "trace_gap_m": nothing if at is None else at.surface.gap,
        "radar_time": utc(radar_time),
        "flown_line": frame.known_by,
        "difference": segments.h_li - surface,
        "https_url": np.array([url or None for url in granules.urls], dtype=object)[granule],
    }
    table = _rounded(pd.DataFrame(columns, index=range(n))[list(ELEVATION_COLUMNS)])
    layer = _points(table, frame, segments.lon, segments.lat, segments.h_li)
    return layer.sort_values(["height_time", "beam"], kind="stable", ignore_index=True)


def radar_points(frame: FlownFrame) -> gpd.GeoDataFrame:
    """Return the surface and the bed that were picked, trace by trace: :data:`RADAR_COLUMNS`, points with heights."""
    picks = frame.picks
    layers = []
    if picks is not None:
        layers = [(SURFACE, picks.surface, picks.surface_pick), (BED, picks.bed, picks.bed_pick)]
    traces = [np.flatnonzero(np.isfinite(height)) for _, height, _ in layers]
    trace, counts = _joined(traces), np.array([len(known) for known in traces], dtype=np.int64)
    columns = {
        "collection": frame.collection or None,
        "frame_id": frame.frame_id,
        "layer": np.repeat(np.array([name for name, _, _ in layers], dtype=object), counts),
        "height": _joined([height[known] for (_, height, _), known in zip(layers, traces)]).astype(float),
        "flown_m": frame.track.distance[trace],
        "radar_time": utc(np.zeros(0, dtype="datetime64[us]") if picks is None else picks.time[trace]),
        "pick_quality": named_values(
            _joined([pick.quality[known] for (_, _, pick), known in zip(layers, traces)]), PICK_QUALITIES
        ),
        "pick_type": named_values(
            _joined([pick.kind[known] for (_, _, pick), known in zip(layers, traces)]), PICK_TYPES
        ),
    }
    table = pd.DataFrame(columns, index=range(len(trace)))
    height = table["height"].to_numpy(dtype=float)
    return _points(_rounded(table), frame, frame.track.lon[trace], frame.track.lat[trace], height)


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    return table.round({name: digits for name, digits in ROUNDED.items() if name in table.columns})


def _points(
    table: pd.DataFrame, frame: FlownFrame, lon: np.ndarray, lat: np.ndarray, height: np.ndarray
) -> gpd.GeoDataFrame:
    crs = POLE_CRS["south" if frame.is_south else "north"]
    xy = transformed(lon, lat, LONLAT_CRS, crs)
    return gpd.GeoDataFrame(table, geometry=shapely.points(np.column_stack([xy, height])), crs=crs)


def beams_table(names: list[str], parts: list[Part], near: Near, table: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what each beam of each granule has, and what of it was left out: a row a part, in order of time.

    Parameters
    ----------
    names : list of str
        Of the granules.
    parts : list of Part
    near : Near
    table : GeoDataFrame
        See :func:`elevations`.
    """
    named = parse_granule_names(names).iloc[[part.granule for part in parts]].reset_index(drop=True)
    groups = dict(tuple(table.groupby(["granule_id", "beam"], sort=False)["difference"]))
    nothing = pd.Series(dtype=float)
    spreads = [spread_of(groups.get((names[part.granule], part.beam), nothing)) for part in parts]

    def counted(mask: np.ndarray) -> np.ndarray:
        return np.bincount(near.part[mask], minlength=len(parts))

    all_near, heights = counted(np.ones(len(near), dtype=bool)), counted(near.is_good & near.beside)
    differences = np.array([spread.n for spread in spreads], dtype=np.int64)
    beams = pd.DataFrame(
        {
            "granule_id": [names[part.granule] for part in parts],
            **{name: named[name] for name in ("rgt", "cycle")},
            "beam": [part.beam for part in parts],
            "strong": pd.array([part.strong for part in parts], dtype="boolean"),
            "start_time": named["start_time"],
            "n_near": all_near,
            "n_cloudy": counted(~near.has_height),
            "n_poor": counted(near.has_height & ~near.is_good),
            "n_beyond": counted(near.is_good & ~near.beside),
            "n_heights": heights,
            "n_no_pick": heights - differences,
            "n_differences": differences,
            "median": [spread.median for spread in spreads],
            "nmad": [spread.nmad for spread in spreads],
            "reason": [part.reason or ("" if n else NOTHING_NEAR) for part, n in zip(parts, all_near.tolist())],
        }
    )
    return beams.sort_values(["start_time", "granule_id", "beam"], kind="stable", ignore_index=True)
