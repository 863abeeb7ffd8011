"""Points of interest: which frames hold one in their cells, or pass near one."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from ..common import InputError, Progress, count, some_of
from ..geometry import (
    LONLAT_CRS,
    POINTS,
    POLE_CRS,
    degrees_in_metres,
    degrees_sentence,
    earth_crs,
    geodesic_lengths,
    is_kind,
    off_earth,
    parts_of,
    reproject,
    require_place,
    transformer,
)
from .cells import hold_points
from .columns import MBOX, NEEDS_MBOX
from .frames import Frames, Given
from .options import DISTANCE_RULE, MBOX_RULE, RULES, PointRule


def frames_at_points(
    frames: Given,
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    at: PointRule,
    progress: Progress | None = None,
) -> Given:
    """Keep the frames at points, of which there must be some.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
    points : GeoDataFrame or GeoSeries
    at : PointRule
    progress : Progress, optional

    Raises
    ------
    InputError
        As of :func:`subset_by_points`; if no frame is left, it says what to change.
    """
    kept = subset_by_points(frames, points, at.rule, at.distance_m, progress)
    if len(kept):
        return kept
    if at.rule == DISTANCE_RULE:
        raise InputError(
            f"None of {count(len(frames), 'frame', 'frames')} passes within {at.distance_m / 1000:g} km of a point: "
            "increase DISTANCE, or use other points."
        )
    none = f"None of {count(len(frames), 'frame', 'frames')}"
    raise InputError(f"{none} has a cell that holds a point: use other points, or RULE=distance.")


def subset_by_points(
    frames: Given,
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    rule: str = MBOX_RULE,
    distance_m: float = 0.0,
    progress: Progress | None = None,
) -> Given:
    """Keep the frames whose cells hold a point, or whose line passes within a distance of one.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
        As :func:`normalize_frames` returns it.
    points : GeoDataFrame or GeoSeries
        Points or multipoints in any CRS.
    rule : {'mbox', 'distance'}
    distance_m : float
        For the rule 'distance': metres on the ground.
    progress : Progress, optional

    Returns
    -------
    Frames or GeoDataFrame
        As `frames` is: its rows in their order; possibly none.

    Raises
    ------
    InputError
        If there is no point, they have no CRS or are not points, or the rule is unknown.
    """
    progress = progress or Progress()
    lon, lat = _point_coordinates(points, progress)
    how, why_not, without = f"rule {rule}", "no cell (opr:mbox) holds a point", 0
    given = Frames.of(frames)
    if rule == MBOX_RULE:
        if MBOX not in given.table.columns:
            raise InputError(f"These frames cannot be chosen by cells: {NEEDS_MBOX}, or RULE=distance without cells.")
        cells = given.cells(progress)
        hit = hold_points(cells, lat, lon)
        mask = np.zeros(len(frames), dtype=bool)
        mask[cells.frame[hit[cells.cell]]] = True
        without = cells.without
        if without:
            progress.warn(f"{count(without, 'frame has', 'frames have')} no 'opr:mbox' and cannot hold a point.")
    elif rule == DISTANCE_RULE:
        if distance_m < 0:
            raise InputError(f"The distance must not be negative: {distance_m:g} m.")
        mask = _within_distance(given, lon, lat, distance_m)
        how = f"within {distance_m / 1000:g} km"
        why_not = "the flight line passes no point at this distance"
    else:
        raise InputError(f"The rule must be {' or '.join(map(repr, RULES))}, not {rule!r}.")
    kept = int(mask.sum())
    some = some_of(kept, len(frames), "frame", "frames")
    progress.info(f"Subset by {count(len(lon), 'point', 'points')} ({rule}): {some}.")
    progress.frames(
        f"At {count(len(lon), 'point', 'points')} ({how})",
        kept,
        {why_not: len(frames) - kept - without, "no cells (opr:mbox)": without},
    )
    return given.where(mask).like(frames)


def _point_coordinates(points: gpd.GeoDataFrame | gpd.GeoSeries, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    series = points.geometry
    if series.crs is None:
        raise InputError("The points have no coordinate reference system; assign the layer's CRS first.")
    earth_crs(series.crs, "The points")
    geometries, others = parts_of(series.to_numpy(), POINTS)
    if others:
        progress.warn(f"{count(others, 'part', 'parts')} of collections, no points, are left out.")
    if not (is_kind(geometries, POINTS) | shapely.is_empty(geometries)).all():
        raise InputError("The point layer holds lines or polygons; choose a layer of points.")
    points, feature = shapely.get_parts(geometries, return_index=True)
    off = off_earth(points, series.crs)
    why = require_place("The point layer", "points", points, off, series.crs) if off.any() else ""
    good = ~(off | shapely.is_empty(points))
    without = len(geometries) - len(np.unique(feature[good]))
    if without:
        cause = f" ({why})" if why else ""
        lost = some_of(without, len(geometries), "point feature", "point features", "has", "have")
        progress.warn(f"{lost} no usable position: left out{cause}.")
    if not good.any():
        raise InputError("The point layer holds no point; add points, or leave the point layer out.")
    if degrees_in_metres(points[good], series.crs):
        progress.warn(f"The points: {degrees_sentence(series.crs)}")
    xy = shapely.get_coordinates(reproject(points[good], series.crs, LONLAT_CRS))
    return xy[:, 0], xy[:, 1]


def _within_distance(frames: Frames, lon: np.ndarray, lat: np.ndarray, distance_m: float) -> np.ndarray:
    mask = np.zeros(len(frames), dtype=bool)
    (lines, owner), side = frames.lines, frames.hemisphere
    for hemisphere, crs in POLE_CRS.items():
        mine = (side == hemisphere)[owner] & (lines.sizes > 1)
        near = lat < 30 if hemisphere == "south" else lat > -30
        if not mine.any() or not near.any():
            continue
        change = transformer(LONLAT_CRS, crs)
        some = lines.where(mine)
        line = shapely.linestrings(np.column_stack(change.transform(some.lon, some.lat)), indices=some.line)
        point = shapely.points(np.column_stack(change.transform(lon[near], lat[near])))
        # The projection's scale stays below 2 on the whole hemisphere: twice the distance misses no candidate.
        which_point, which_line = shapely.STRtree(line).query(point, predicate="dwithin", distance=2 * distance_m + 1)
        if len(which_line) == 0:
            continue
        bridge = shapely.get_coordinates(shapely.shortest_line(point[which_point], line[which_line]))
        ends = transformer(crs, LONLAT_CRS).transform(bridge[:, 0], bridge[:, 1])
        ground = geodesic_lengths(ends[0][::2], ends[1][::2], ends[0][1::2], ends[1][1::2])
        mask[owner[mine][which_line[ground <= distance_m]]] = True
    return mask
