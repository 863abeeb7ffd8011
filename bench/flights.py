"""Made-up frames: seasons of survey flights over Antarctica, in the form of xOPR's season catalogs.

Nobody flew these lines. Each flight goes from the coast to a survey area and flies parallel lines there, to and fro; it
is cut into frames of 50 km. Some flights are straight, others sway as aircraft do that follow the ice. The numbers
depend on the seed alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from xopr_crossovers.core.morton import cell_numbers as morton

CITATION = "Synthetic frames made by bench/flights.py of the xOPR Crossovers plugin; not a measurement."
FRAME_KM = 50.0
FRAMES_PER_FLIGHT = 47
N_CELLS = 4
_STEP_KM = 0.25
_STEPS = round(FRAME_KM / _STEP_KM)
_SIMPLIFIED_KM = 0.1
_SWAYING = 0.35


@dataclass(frozen=True)
class Season:
    """What the flights of one season have in common.

    Attributes
    ----------
    name : str
    first_day : str
    n_frames : int
    base : (longitude, latitude)
        Where flights reach the coast.
    west, east : float
        Longitudes of the survey areas, degrees; east may be beyond 180.
    inner, outer : float
        Latitudes of the survey areas.
    """

    name: str
    first_day: str
    n_frames: int
    base: tuple[float, float]
    west: float
    east: float
    inner: float
    outer: float


#: Like 2016_Antarctica_DC8: from South America to the Peninsula, the coast of West Antarctica and the pole.
LIKE_DC8 = Season("2016_Antarctica_Bench", "2016-10-14", 1126, (-66.0, -64.4), -135.0, -30.0, -89.2, -67.0)


def archive_seasons(n_seasons: int = 51, n_frames: int = 28_000) -> list[Season]:
    """Return seasons all round Antarctica, 1993 and later, that have so many frames together."""
    random = np.random.default_rng([2016, n_seasons])
    share = random.uniform(0.3, 1.7, n_seasons)
    counts = np.floor(share / share.sum() * n_frames).astype(int)
    counts[: n_frames - counts.sum()] += 1
    seasons = []
    for number, count in enumerate(counts.tolist()):
        west = float(random.uniform(-180, 180))
        seasons.append(
            Season(
                name=f"{1993 + number // 2}_Antarctica_Bench{number:02d}",
                first_day=f"{1993 + number // 2}-{11 if number % 2 else 1}-{random.integers(1, 20):02d}",
                n_frames=count,
                base=(west + float(random.uniform(-10, 70)), float(random.uniform(-72, -64.5))),
                west=west,
                east=west + float(random.uniform(30, 120)),
                inner=float(random.uniform(-89.9, -80)),
                outer=float(random.uniform(-76, -68)),
            )
        )
    return seasons


def frames(seasons: list[Season]) -> gpd.GeoDataFrame:
    """Return the frames of seasons as a catalog has them: lines in EPSG:4326 and ``opr:mbox``."""
    return gpd.GeoDataFrame(pd.concat([_season_frames(season) for season in seasons], ignore_index=True))


def _season_frames(season: Season) -> gpd.GeoDataFrame:
    random = np.random.default_rng([season.n_frames, *season.name.encode()])
    to_plane = Transformer.from_crs("EPSG:4326", "EPSG:3031", always_xy=True)
    rows, lines, flown = [], [], []
    for segment, first in enumerate(range(0, season.n_frames, FRAMES_PER_FLIGHT), start=1):
        n = min(FRAMES_PER_FLIGHT, season.n_frames - first)
        path = _flight(season, n, random, to_plane)
        day = pd.Timestamp(season.first_day, tz="UTC") + pd.Timedelta(days=3 * (segment - 1) // 2)
        for frame in range(n):
            piece = path[frame * _STEPS : (frame + 1) * _STEPS + 1]
            flown.append(piece)
            lines.append(shapely.simplify(shapely.LineString(piece), _SIMPLIFIED_KM))
            text = day.strftime("%Y%m%d")
            time = day + pd.Timedelta(hours=12, seconds=400 * frame)
            rows.append((season.name, f"Data_{text}_{segment:02d}_{frame + 1:03d}", text, segment, frame + 1, time))
    table = pd.DataFrame(rows, columns=["collection", "id", "opr:date", "opr:segment", "opr:frame", "datetime"])
    table["opr:hemisphere"] = "south"
    table["opr:provider"] = "synthetic"
    table["opr:mbox"] = mbox(np.array(flown))
    table["sci:citation"] = CITATION
    geometry = shapely.transform(np.array(lines), _degrees)
    return gpd.GeoDataFrame(table, geometry=geometry, crs="EPSG:4326")


def _flight(season: Season, n_frames: int, random: np.random.Generator, to_plane: Transformer) -> np.ndarray:
    """Return one flight's path in the pole's plane, km, a point every 250 m."""
    longitude = random.uniform(season.west, season.east)
    latitude = season.inner + (season.outer - season.inner) * random.uniform() ** 1.25
    base, centre = (np.array(to_plane.transform(*place)) / 1000 for place in (season.base, (longitude, latitude)))
    base = base + (centre - base) * random.uniform(0, 0.9)  # the radar is not switched on at the coast each time
    angle = random.uniform(0, np.pi)
    along = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([along[1], -along[0]])
    half, spacing = random.uniform(75, 200), random.uniform(10, 30)
    n_lines = int(n_frames * FRAME_KM / (2 * half)) + 2
    corners = [base]
    for number in range(n_lines):
        side = 1 if number % 2 else -1
        offset = centre + across * spacing * (number - n_lines / 2)
        corners += [offset - side * half * along, offset + side * half * along]
    corners = np.array(corners)
    at = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    place = np.arange(n_frames * _STEPS + 1) * _STEP_KM
    path = np.column_stack([np.interp(place, at, column) for column in corners.T])
    if random.uniform() < _SWAYING:
        ahead = np.gradient(path, axis=0)
        ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
        length, size = random.uniform(8, 25, 3), random.uniform(0.1, 0.5, 3)
        sway = (size * np.sin(2 * np.pi * place[:, None] / length)).sum(axis=1)
        path += sway[:, None] * np.column_stack([-ahead[:, 1], ahead[:, 0]])
    return path


def _degrees(plane_km: np.ndarray) -> np.ndarray:
    to_degrees = Transformer.from_crs("EPSG:3031", "EPSG:4326", always_xy=True)
    return np.column_stack(to_degrees.transform(*(plane_km * 1000).T))


def mbox(flown: np.ndarray) -> list[list[int]]:
    """Return four morton cells, legacy signed decimals, for each path; the last is repeated where fewer do.

    The cells of a path's points are gathered under common ancestors; then the largest of these is replaced by its
    occupied children, each drawn tight, as long as there are no more than four.

    Parameters
    ----------
    flown : (n, m, 2) ndarray
        Points in EPSG:3031, km.
    """
    longitude, latitude = _degrees(flown.reshape(-1, 2)).T
    nested = np.sort(morton.point_indices(latitude, longitude).reshape(flown.shape[:2]), axis=1)
    return [_four_cells(row) for row in nested]


def _four_cells(nested: np.ndarray) -> list[int]:
    boxes = _tight(nested, 0)
    while True:
        for i in sorted(range(len(boxes)), key=lambda i: boxes[i][1]):
            held, order = boxes[i]
            inner = _tight(held, order + 1) if order < morton.MAX_ORDER else []
            if inner and len(boxes) - 1 + len(inner) <= N_CELLS:
                boxes[i : i + 1] = inner
                break
        else:
            break
    cells = [int(morton.decimals(held[:1], order)[0]) for held, order in boxes]
    return cells + cells[-1:] * (N_CELLS - len(cells))


def _tight(nested: np.ndarray, order: int) -> list[tuple[np.ndarray, int]]:
    """Group sorted cells by their ancestor at an order; for each group, its cells and their lowest common order."""
    ancestors = nested >> 2 * (morton.MAX_ORDER - order)
    groups = np.split(nested, np.flatnonzero(np.diff(ancestors)) + 1)
    return [(held, morton.MAX_ORDER - (int(held[0] ^ held[-1]).bit_length() + 1) // 2) for held in groups]
