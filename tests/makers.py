"""Small tables made by hand, for tests."""

from __future__ import annotations

import geopandas as gpd
import healpy
import numpy as np
import pandas as pd
import shapely


class Log:
    """A progress that remembers what it was told and can be cancelled after a number of looks."""

    def __new__(cls, cancel_after=None):
        from xopr_crossovers.core.common.progress import Progress

        class _Log(Progress):
            def __init__(self):
                self.infos, self.warnings, self.fractions, self.looks = [], [], [], 0

            def info(self, text):
                self.infos.append(text)

            def warn(self, text):
                self.warnings.append(text)

            def fraction(self, done):
                self.fractions.append(done)

            def is_cancelled(self):
                self.looks += 1
                return cancel_after is not None and self.looks > cancel_after

            @property
            def text(self):
                return "\n".join(self.infos + self.warnings)

        return _Log()


def legacy_cell(lon, lat, order):
    """Return the legacy decimal of the cell that holds a point, by healpy and the definition of the decimals."""
    index = int(healpy.ang2pix(2**order, lon, lat, nest=True, lonlat=True))
    children = []
    for _ in range(order):
        index, child = divmod(index, 4)
        children.append(child)
    sign, first = (1, index + 1) if index < 6 else (-1, index - 5)
    return sign * int(f"{first}{''.join(str(child + 1) for child in reversed(children))}")


def cells_along(line, order=9, most=4):
    """Return up to `most` cells that hold a line of great circles, the last one repeated up to four."""
    dense = [point for a, b in zip(line[:-1], line[1:]) for point in great_circle(a, b, 200)]
    cells = list(dict.fromkeys(legacy_cell(lon, lat, order) for lon, lat in dense))
    if len(cells) > most:
        return cells_along(line, order - 1, most)
    return cells + cells[-1:] * (4 - len(cells))


def frames(*lines, ids=None, collection="2020_Test_Synthetic", date="20200101", **columns):
    """Return a frames table of lines in longitude and latitude."""
    n = len(lines)
    table = {
        "id": ids or [f"Data_{date}_01_{number + 1:03d}" for number in range(n)],
        "collection": collection,
        "opr:date": date,
        "opr:mbox": [cells_along(line) for line in lines],
        **columns,
    }
    geometry = [shapely.LineString(line) for line in lines]
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometry, crs="EPSG:4326"))


def granules(*rings, names=None, crs="EPSG:4326"):
    """Return a granules table of rings in longitude and latitude."""
    names = names or [f"ATL06_20240101{number:06d}_{number + 1:04d}2211_007_01.h5" for number in range(len(rings))]
    table = {
        "granule_id": names,
        "short_name": "ATL06",
        "version": "007",
        "rgt": pd.array([number + 1 for number in range(len(rings))], dtype="Int64"),
        "cycle": pd.array([22] * len(rings), dtype="Int64"),
        "region": pd.array([11] * len(rings), dtype="Int64"),
        "release": "007",
        "revision": pd.array([1] * len(rings), dtype="Int64"),
        "start_time": pd.to_datetime(["2024-01-01T12:00:00Z"] * len(rings)),
        "end_time": pd.to_datetime(["2024-01-01T12:05:00Z"] * len(rings)),
        "size_mb": 10.0,
        "https_url": [f"https://example.org/{name}" for name in names],
        "s3_url": [f"s3://example/{name}" for name in names],
    }
    geometry = [shapely.Polygon(ring) for ring in rings]
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometry, crs=crs))


def strip(start, end, width_km=12.5, pairs=5):
    """Return a ring of paired vertices along the great circle from start to end (lon, lat), longitudes unsplit."""
    a, b = unit_vector(*start), unit_vector(*end)
    across = np.cross(a, b) / np.linalg.norm(np.cross(a, b)) * (width_km / 2 / 6371.0072)
    centre = [unit_vector(*point) for point in great_circle(start, end, pairs)]
    left = [_lonlat(point + across) for point in centre]
    right = [_lonlat(point - across) for point in centre]
    return [right[0], *left, *right[:0:-1]]


def great_circle(start, end, n):
    """Return n points (lon, lat) from start to end."""
    a, b = unit_vector(*start), unit_vector(*end)
    omega = np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)
    if omega == 0:
        return [tuple(start)] * n
    f = np.linspace(0, 1, n)[:, None]
    return [_lonlat(v) for v in (np.sin((1 - f) * omega) * a + np.sin(f * omega) * b) / np.sin(omega)]


def unit_vector(lon, lat):
    lam, phi = np.radians([lon, lat])
    return np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def _lonlat(v):
    return float(np.degrees(np.arctan2(v[1], v[0]))), float(np.degrees(np.arctan2(v[2], np.hypot(v[0], v[1]))))
