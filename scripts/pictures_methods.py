"""Draws how methods of matching differ, from the sample data, and what a cycle is: ``pictures_methods.py FOLDER``.

The granules are those of the CMR that ``XOPR_CMR_URL`` names; ``scripts/pictures.sh`` starts the stand-in.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.patches import Polygon

from xopr_crossovers import core

CRS = "EPSG:3031"
CATALOG = Path(__file__).resolve().parents[1] / "demo" / "sample" / "catalog" / "hemisphere=south"
FRAME = "Data_20240116_02_010"
COLOURS = {"cells": "#e0a458", "crosses": "#2b6cb0", "beside": "#8a94a0", "line": "#1a202c", "beam": "#7b3294"}


def main() -> None:
    """Draw."""
    folder = Path(sys.argv[1])
    plt.rcParams.update({"font.size": 9, "font.family": "DejaVu Sans"})
    methods(folder / "methods.png")
    cycles(folder / "cycles.png")


def cycles(path: Path) -> None:
    """Draw cycles 21 to 24 by the orbit calendar, and as 91 days from launch."""
    figure, axes = plt.subplots(figsize=(9.0, 1.9), layout="constrained")
    for cycle in range(21, 25):
        actual = pd.to_datetime(core.icesat2.cycle_start(np.array([cycle, cycle + 1])))
        for row, (start, end) in enumerate((core.search.nominal_cycle_days(cycle), actual)):
            chosen = cycle == 22
            axes.barh(row, (end - start) / pd.Timedelta(days=1), left=start, height=0.62, edgecolor="white",
                      color=COLOURS["crosses"] if chosen else "#cbd5e0")  # fmt: skip
            text = f"cycle {cycle}\nfrom {start:%Y-%m-%d}"
            middle = start + (end - start) / 2
            axes.text(middle, row, text, ha="center", va="center", color="white" if chosen else "#2d3748", fontsize=8)
    axes.set_xticks([])
    axes.set_yticks([0, 1], ["nominal_cycle:\n91 days from launch", "cycle:\nthe orbit calendar"])
    axes.spines[:].set_visible(False)
    axes.tick_params(left=False)
    figure.savefig(path, dpi=110)


def methods(path: Path) -> None:
    """Draw cells, footprints, beams and points of one frame."""
    frames = core.catalogs.read_catalog(str(CATALOG))
    frame = frames[frames["id"] == FRAME].reset_index(drop=True)
    found = core.job.find_granules(frame, window=core.search.WindowChoice(cycle=22))
    matches = found.matched.matches
    granules = found.found.layer().to_crs(CRS).set_index("granule_id")
    points = pd.concat(core.crossings.crossover_points(frame, found.found.granules))
    counts = points["granule_id"].value_counts()
    whole = matches[matches["granule_id"].isin(counts.index[counts == len(core.icesat2.BEAMS)])]
    crossing = whole.loc[whole["overlap_m"].idxmin(), "granule_id"]
    points = points.geometry[points["granule_id"] == crossing].to_numpy()
    cells = core.frames.cell_polygons(core.frames.frame_cells(frame), CRS)
    line = core.frames.project_lines(frame, CRS)[0]
    apart = granules.loc[matches.loc[~matches["crosses_line"], "granule_id"]].geometry.distance(line)
    beside = apart.idxmax()

    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 5.6), layout="constrained")
    for axes, title in ((left, "Cells and footprints"), (right, "Footprint, beams and flight line")):
        axes.set_title(title, loc="left", fontsize=11)
        axes.set_aspect("equal")
        axes.set_xticks([])
        axes.set_yticks([])

    for number, cell in enumerate(cells):
        draw(left, cell, COLOURS["cells"], "four morton cells (opr:mbox)" if number == 0 else None, 0.45)
    strip = granules.loc[crossing].geometry
    draw(left, strip, COLOURS["crosses"], "footprint that crosses the flight line", 0.3)
    draw(left, granules.loc[beside].geometry, COLOURS["beside"], "footprint that only meets a cell", 0.3)
    draw_line(left, line)
    zoom(left, shapely.union_all(cells), 0.62)
    scale(left, 20)

    draw(right, strip, COLOURS["crosses"], "footprint, 12.5 km wide", 0.2)
    draw_line(right, line)
    for number, beam in enumerate(beams(found.found.granules, crossing)):
        right.plot(*beam.T, color=COLOURS["beam"], lw=1.0, label="six beams, 6.7 km wide" if number == 0 else None)
    right.scatter(*shapely.get_coordinates(points).T, s=11, color="#d7301f", zorder=5, label="crossover points")
    zoom(right, shapely.MultiPoint(points), 1.1)
    scale(right, 5)
    for axes in (left, right):
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.01), frameon=False)
    figure.savefig(path, dpi=110)


def beams(granules: gpd.GeoDataFrame, granule_id: str) -> list[np.ndarray]:
    """Return the lines of a granule's six beams, (n, 2) each, in the projection of the picture."""
    one = core.granules.normalize_granules(granules[granules["granule_id"] == granule_id].reset_index(drop=True))
    steps = core.icesat2.Steps(core.crossings.find_passes(one).tracks, 5_000)
    places = steps.at(slice(None), 0.0)
    spread = core.icesat2.beam_spread(places.centre[:, 2])
    to_plane = core.geometry.transformer(core.geometry.LONLAT_CRS, CRS)
    lines = []
    for name in core.icesat2.BEAMS:
        beside_m = core.icesat2.BESIDE_M[name] * spread
        lon, lat = core.geometry.lon_lat(places.centre + beside_m[:, None] * places.across)
        lines.append(np.column_stack(to_plane.transform(lon, lat)))
    return lines


def draw(axes, shape, colour: str, label: str | None, alpha: float) -> None:
    """Draw a polygon."""
    for part in shapely.get_parts(shape):
        ring = shapely.get_coordinates(shapely.get_exterior_ring(part))
        inside = mpl.colors.to_rgba(colour, alpha)
        axes.add_patch(Polygon(ring, facecolor=inside, edgecolor=colour, lw=0.8, label=label))


def draw_line(axes, line) -> None:
    """Draw the flight line."""
    axes.plot(*shapely.get_coordinates(line).T, color=COLOURS["line"], lw=2.2, label="flight line of the frame")


def zoom(axes, shape, half: float) -> None:
    """Show a shape in the middle of a square, half of which is so many times its size."""
    x_min, y_min, x_max, y_max = shapely.bounds(shape)
    half *= max(x_max - x_min, y_max - y_min)
    axes.set_xlim((x_min + x_max) / 2 - half, (x_min + x_max) / 2 + half)
    axes.set_ylim((y_min + y_max) / 2 - half, (y_min + y_max) / 2 + half)


def scale(axes, length_km: float) -> None:
    """Draw a scale bar."""
    (x_min, x_max), (y_min, y_max) = axes.get_xlim(), axes.get_ylim()
    x, y = x_max - 0.04 * (x_max - x_min), y_min + 0.04 * (y_max - y_min)
    axes.plot([x - length_km * 1000, x], [y, y], color="black", lw=3)
    axes.text(x - length_km * 500, y + 0.015 * (y_max - y_min), f"{length_km} km", ha="center", va="bottom")


if __name__ == "__main__":
    main()
