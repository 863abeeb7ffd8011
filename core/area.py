"""The search area: the smallest box on the sphere that holds all frames, with a margin."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from .cells import frame_cells
from .errors import InputError
from .frames import MBOX, hemispheres, line_vertices
from .progress import Progress
from .projection import LONLAT_CRS, transformer
from .sphere import EARTH_RADIUS_M, longitude_arcs, smallest_arc

#: Footprints in CMR are nominal: 12.5 km wide round a reference track that the real pass may leave by some kilometres.
MARGIN_M = 10_000.0

_OUTLINE_STEP = 32
_RECTANGLE_STEPS = 256


@dataclass(frozen=True)
class Area:
    """A box to search.

    Attributes
    ----------
    box : (west, south, east, north)
        Degrees; ``west > east`` where the box crosses the antimeridian.
    hemisphere : {'south', 'north', ''}
        Whose frames it holds; '' for a box that was given.
    """

    box: tuple[float, float, float, float]
    hemisphere: str


def box_of(
    lon: np.ndarray, lat: np.ndarray, offsets: np.ndarray, margin_m: float = 0.0
) -> tuple[float, float, float, float]:
    """Return the smallest box that holds all lines or rings of a batch, widened by a margin.

    Parameters
    ----------
    lon, lat, offsets : ndarray
        See :mod:`xopr_crossovers.core.sphere`. A ring round a pole needs a vertex at the pole, or `margin_m` that
        reaches it, for the box to include the pole itself.
    margin_m : float
        Metres on the ground.

    Returns
    -------
    west, south, east, north : float
        Degrees; ``west > east`` over the antimeridian, (-180, 180) where the whole circle is needed.
    """
    west, east = smallest_arc(*longitude_arcs(lon, lat, offsets, margin_m))
    margin = np.degrees(margin_m / EARTH_RADIUS_M)
    return west, float(max(lat.min() - margin, -90.0)), east, float(min(lat.max() + margin, 90.0))


def search_areas(frames: gpd.GeoDataFrame, margin_m: float = MARGIN_M, progress: Progress | None = None) -> list[Area]:
    """Return a box for each hemisphere that has frames; it holds their lines and their cells with the margin.

    Parameters
    ----------
    frames : GeoDataFrame
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
    side = hemispheres(frames)
    lon, lat, offsets, frame = line_vertices(frames)
    owner = side[frame]
    has_cells = MBOX in frames.columns and frames[MBOX].notna().any()
    if has_cells:
        cells = frame_cells(frames)
        ring_lon, ring_lat, ring_offsets = cells.outlines(_OUTLINE_STEP)
        first = np.zeros(len(cells.cells), dtype=np.int64)
        first[cells.cell[::-1]] = cells.frame[::-1]
        lon, lat = np.concatenate([lon, ring_lon]), np.concatenate([lat, ring_lat])
        offsets = np.concatenate([offsets, offsets[-1] + ring_offsets[1:]])
        owner = np.concatenate([owner, side[first]])
    areas = []
    for hemisphere in ("south", "north"):
        part = owner == hemisphere
        if part.any():
            box = box_of(*_take(lon, lat, offsets, part), margin_m)
            areas.append(Area(box, hemisphere))
            progress.info(f"Search box ({hemisphere}, W S E N, with {margin_m / 1000:g} km margin): {format_box(box)}")
    if not areas:
        raise InputError("No frame has a position: neither a line nor cells.")
    return areas


def _take(
    lon: np.ndarray, lat: np.ndarray, offsets: np.ndarray, part: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    sizes = np.diff(offsets)
    vertex = np.repeat(part, sizes)
    return lon[vertex], lat[vertex], np.concatenate([[0], np.cumsum(sizes[part])])


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
    return Area((west, south, east, north), "")


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
    known = pyproj.CRS.from_user_input(crs)
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
    west, south, east, north = box_of(lon, lat, np.array([0, len(lon)]), margin_m)
    for pole in (-90.0, 90.0):
        x, y = transformer(LONLAT_CRS, known.to_string()).transform(0.0, pole)
        if xmin <= x <= xmax and ymin <= y <= ymax:
            west, east = -180.0, 180.0
            south, north = min(south, pole), max(north, pole)
    return given_area((west, south, east, north))


def format_box(box: tuple[float, ...]) -> str:
    """Return a box as text with three decimals."""
    return ", ".join(f"{value:.3f}" for value in box)
