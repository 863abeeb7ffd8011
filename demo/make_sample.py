"""Make the sample catalog and points of ``demo/sample``: synthetic frames, in the form of xOPR's season catalogs.

Nobody flew these lines. They stand where the geometry is hard or the interest great: a survey grid around Pine Island
and Thwaites glaciers, lines round and over the South Pole, lines over the antimeridian on the Ross Ice Shelf, and a few
in Greenland. Run it again after changing it: ``.venv/bin/python demo/make_sample.py``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import mortie
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

FOLDER = Path(__file__).resolve().parent / "sample"
CITATION = "Synthetic frames made by demo/make_sample.py of the xOPR Crossovers plugin; not a measurement."
FRAME_KM = 50.0
FRAME_SECONDS = 400
N_CELLS = 4
ORDER = 18

POINTS = (
    ("Pine Island Glacier", -75.17, -100.0),
    ("Thwaites Glacier", -75.5, -106.0),
    ("Near the South Pole", -89.46, 20.0),
    ("Where ICESat-2 turns", -87.79, -45.0),
    ("Ross Ice Shelf, antimeridian", -80.02, 180.0),
    ("Summit, Greenland", 72.58, -38.46),
    ("Jakobshavn Isbrae", 69.17, -49.5),
)
"""Name, latitude and longitude of places near some of the frames."""


def straight(x, y, to_x, to_y):
    """Draw a line between two places of the pole's plane, in km; it sways by some 300 m, as aircraft do."""
    length = np.hypot(to_x - x, to_y - y)
    along = np.linspace(0, length, int(length * 4) + 1)
    sway = 0.3 * np.sin(along / 9.0)
    ahead = np.array([to_x - x, to_y - y]) / length
    return np.array([x, y]) + np.outer(along, ahead) + np.outer(sway, [-ahead[1], ahead[0]])


def circle(radius):
    """Draw a full turn round the pole, radius in km."""
    angle = np.linspace(0, 2 * np.pi, int(radius * 25))
    return radius * np.column_stack([np.sin(angle), np.cos(angle)])


def antarctic_lines():
    """Segments of the southern season: lists of lines in EPSG:3031, km."""
    grid = [straight(-1700, y, -1400, y) for y in range(-520, -219, 30)]
    ties = [straight(x, -530, x, -210) for x in range(-1680, -1419, 65)]
    pole = [circle(60), straight(-100, -8, 100, 12), straight(15, -100, -5, 100), circle(240)]
    ross = [straight(-125, y, 125, y + 10) for y in range(-1160, -1039, 40)]
    return [grid, ties, pole, ross]


def greenland_lines():
    """Segments of the northern season: lists of lines in EPSG:3413, km."""
    jakobshavn = [straight(-200, y, 0, y) for y in range(-2320, -2239, 20)]
    summit = [straight(80, -1980, 330, -1840), straight(230, -2000, 180, -1800)]
    north = [straight(-350, -1050, -50, -1000)]
    return [jakobshavn, summit, north]


def frames(segments, crs, day):
    """Cut the lines of one season into frames."""
    to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    rows, lines = [], []
    for segment, flown in enumerate(segments, start=1):
        pieces = [piece for line in flown for piece in _pieces(line)]
        date = pd.Timestamp(day, tz="UTC") + pd.Timedelta(days=segment - 1)
        for frame, piece in enumerate(pieces, start=1):
            simple = shapely.get_coordinates(shapely.simplify(shapely.LineString(piece * 1000), 100))
            degrees = np.round(np.column_stack(to_degrees.transform(*simple.T)), 3)
            lines.append(shapely.LineString(degrees))
            text = date.strftime("%Y%m%d")
            time = date + pd.Timedelta(hours=14, seconds=FRAME_SECONDS * (frame - 1))
            rows.append((f"Data_{text}_{segment:02d}_{frame:03d}", text, segment, frame, time, mbox(degrees)))
    table = pd.DataFrame(rows, columns=["id", "opr:date", "opr:segment", "opr:frame", "datetime", "opr:mbox"])
    table["datetime"] = table["datetime"].astype("datetime64[us, UTC]")
    return gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:4326")


def _pieces(line):
    at = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    n = max(1, round(at[-1] / FRAME_KM))
    edges = np.searchsorted(at, np.linspace(0, at[-1], n + 1)[1:-1])
    starts, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(line) - 1]])
    return [line[start : end + 1] for start, end in zip(starts, ends)]


def mbox(degrees):
    """Four morton cells, legacy signed decimals, that hold a whole line; the last is repeated where fewer do.

    The line's own cells are gathered under common ancestors; then the largest of these is replaced by its occupied
    children, each drawn tight, as long as there are no more than four.

    Parameters
    ----------
    degrees : (n, 2) ndarray
        Longitude and latitude; great circles between the vertices.
    """
    words = mortie.linestring_coverage(degrees[:, 1], degrees[:, 0], order=ORDER, latitude="geodetic-spherical")
    nested = np.sort(np.asarray(mortie.mort2healpix(words)[0]).astype(np.int64))
    boxes = _tight(nested, 0)
    while True:
        by_size = sorted(range(len(boxes)), key=lambda i: boxes[i][1])
        for i in by_size:
            inner = _tight(boxes[i][0], boxes[i][1] + 1) if boxes[i][1] < ORDER else []
            if inner and len(boxes) - 1 + len(inner) <= N_CELLS:
                boxes[i : i + 1] = inner
                break
        else:
            break
    cells = [_decimal(int(held[0] >> 2 * (ORDER - order)), order) for held, order in boxes]
    return cells + cells[-1:] * (N_CELLS - len(cells))


def _tight(nested, order):
    """Group sorted cells by their ancestor at an order; for each group, its cells and their lowest common order."""
    ancestors = nested >> 2 * (ORDER - order)
    groups = np.split(nested, np.flatnonzero(np.diff(ancestors)) + 1)
    return [(held, ORDER - (int(held[0] ^ held[-1]).bit_length() + 1) // 2) for held in groups]


def _decimal(index, order):
    base, rest = divmod(index, 4**order)
    digits = "".join(str((rest >> 2 * place & 3) + 1) for place in range(order - 1, -1, -1))
    return int(f"{'-' if base >= 6 else ''}{base % 6 + 1}{digits}")


def season(table, hemisphere, name):
    """Add the columns that all frames of a season share, in the published order."""
    table = table.assign(
        collection=name,
        type="Feature",
        stac_version="1.0.0",
        **{
            "opr:hemisphere": hemisphere,
            "opr:provider": "synthetic",
            "opr:frequency": 195e6,
            "opr:bandwidth": 30e6,
            "sci:citation": CITATION,
        },
    )
    return table[
        ["collection", "geometry", "id", "stac_version", "type", "datetime", "opr:bandwidth", "opr:date", "opr:frame",
         "opr:frequency", "opr:hemisphere", "opr:mbox", "opr:provider", "opr:segment", "sci:citation"]
    ]  # fmt: skip


def make(folder):
    """Write catalog and points into a folder."""
    seasons = (
        ("south", "2024_Antarctica_Synthetic", frames(antarctic_lines(), "EPSG:3031", "2024-01-15")),
        ("north", "2024_Greenland_Synthetic", frames(greenland_lines(), "EPSG:3413", "2024-04-10")),
    )
    for hemisphere, name, table in seasons:
        path = folder / "catalog" / f"hemisphere={hemisphere}" / "provider=synthetic" / f"collection={name}"
        path.mkdir(parents=True, exist_ok=True)
        season(table, hemisphere, name).to_parquet(path / "stac.parquet", index=False)
    names, latitudes, longitudes = zip(*POINTS)
    points = gpd.GeoDataFrame({"name": names}, geometry=gpd.points_from_xy(longitudes, latitudes), crs="EPSG:4326")
    (folder / "points.geojson").write_text(points.to_json(drop_id=True, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
