"""The search area: boxes that hold all frames with a margin, as few as will do without much in them that is empty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..common import InputError, Progress, count
from ..frames import AnyFrames, Frames
from ..geometry import LONLAT_CRS, Box, Polylines, earth_crs, format_box, transformer
from .box_cover import box_of, cover_with_boxes, in_steps

#: Footprints in CMR are nominal: 12.5 km wide round a reference track that the real pass may leave by some kilometres.
MARGIN_M = 10_000.0

_OUTLINE_STEP = 32
_RECTANGLE_STEPS = 256


@dataclass(frozen=True)
class Area:
    """Boxes to search.

    Attributes
    ----------
    boxes : tuple of (west, south, east, north)
        Degrees; ``west > east`` where a box crosses the antimeridian.
    hemisphere : {'south', 'north', ''}
        Whose frames they hold; '' for a box that was given.
    """

    boxes: tuple[Box, ...]
    hemisphere: str


def search_areas(frames: AnyFrames, margin_m: float = MARGIN_M, progress: Progress | None = None) -> list[Area]:
    """Return the area of each hemisphere that has frames: boxes that hold their lines and cells with the margin.

    One box where that is tight; several where it would mostly be empty, as round two survey areas on two sides of the
    pole, or a line across the continent. See :func:`~xopr_crossovers.core.search.box_cover.cover_with_boxes`.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
        As :func:`~xopr_crossovers.core.frames.normalize_frames` returns it; without ``opr:mbox`` the lines alone count.
    margin_m : float
        Metres on the ground.
    progress : Progress, optional
        Is told the boxes.

    Raises
    ------
    InputError
        If no frame has a position.
    """
    progress = progress or Progress()
    frames = Frames.of(frames)
    side, (flown, frame) = frames.hemisphere, frames.lines
    held, line = in_steps(flown)
    owner = side[frame[line]]
    if frames.have_cells.any():
        cells = frames.cells()
        held = held.then(cells.shapes().rings(_OUTLINE_STEP))
        first = np.zeros(len(cells.cells), dtype=np.int64)
        first[cells.cell[::-1]] = cells.frame[::-1]
        owner = np.concatenate([owner, side[first]])
    areas = []
    for hemisphere in ("south", "north"):
        part = owner == hemisphere
        if part.any():
            boxes, share = cover_with_boxes(held.where(part), hemisphere, margin_m)
            areas.append(Area(tuple(boxes), hemisphere))
            text = "; ".join(map(format_box, boxes))
            more = f"; {share:.0%} of what one box round all frames would bring" if len(boxes) > 1 else ""
            progress.info(
                f"Search area ({hemisphere}, with {margin_m / 1000:g} km margin): {count(len(boxes), 'box', 'boxes')} "
                f"{text} (W, S, E, N){more}."
            )
    if not areas:
        raise InputError("No frame has a position: neither a line nor cells.")
    return areas


def given_area(box: tuple[float, float, float, float]) -> Area:
    """Return the area of a box that the user gave, in degrees west, south, east, north.

    Raises
    ------
    InputError
        If it is no box on the globe.
    """
    west, south, east, north = (float(value) for value in box)
    if not all(np.isfinite((west, south, east, north))) or south > north or south < -90 or north > 90:
        raise InputError(f"The extent {format_box((west, south, east, north))} is no box in longitude and latitude.")
    if east - west >= 360:
        west, east = -180.0, 180.0
    west, east = ((value + 180) % 360 - 180 if abs(value) > 180 else value for value in (west, east))
    return Area(((west, south, east, north),), "")


def area_of_rectangle(bounds: tuple[float, float, float, float], crs: object) -> Area:
    """Return the area of a rectangle in any CRS, such as the canvas in the pole's projection.

    Parameters
    ----------
    bounds : (xmin, ymin, xmax, ymax)
        In units of `crs`; the rectangle may hold a pole.
    crs : CRS

    Raises
    ------
    InputError
        If the rectangle has no place on the globe.
    """
    xmin, ymin, xmax, ymax = (float(value) for value in bounds)
    known = earth_crs(crs, "EXTENT")
    if known.is_geographic:
        return given_area((xmin, ymin, xmax, ymax))
    if not (xmin < xmax and ymin < ymax):
        raise InputError(f"The extent {format_box(bounds)} is empty; draw it anew.")
    step = max(xmax - xmin, ymax - ymin, 1e-9) / _RECTANGLE_STEPS
    ring = shapely.get_coordinates(shapely.segmentize(shapely.box(xmin, ymin, xmax, ymax), step))
    lon, lat = transformer(known.to_string(), LONLAT_CRS).transform(ring[:, 0], ring[:, 1])
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise InputError(
            f"The extent {format_box(bounds)} lies outside what {known.name} can show; choose a smaller one."
        )
    # The extreme latitude or longitude may lie between two points of the outline.
    margin_m = step * known.axis_info[0].unit_conversion_factor / 2
    west, south, east, north = box_of(Polylines(lon, lat, np.array([0, len(lon)])), margin_m)
    for pole in (-90.0, 90.0):
        x, y = transformer(LONLAT_CRS, known.to_string()).transform(0.0, pole)
        if xmin <= x <= xmax and ymin <= y <= ymax:
            west, east = -180.0, 180.0
            south, north = min(south, pole), max(north, pole)
    return given_area((west, south, east, north))
