"""What the two sides of the benchmark share: reading the inputs, the stopwatch, and the report of one run.

It is used in both virtual environments, so it imports nothing of the plugin and nothing of xopr.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "bench"
INPUTS = BUILD / "inputs"
SEASON = INPUTS / "season.parquet"
ARCHIVE = INPUTS / "archive.parquet"
GRANULES = INPUTS / "granules.parquet"
#: The archive again, as 51 season files in their folders.
CATALOGS = INPUTS / "catalogs"


class Run:
    """One run of one side: its arguments, its times, and what it found."""

    def __init__(self, description: str, works: list[str]) -> None:
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("work", choices=works)
        parser.add_argument("--cycles", default="22", help="first-last repeat cycle, such as 22 or 1-33")
        parser.add_argument("--rgts", default="407", help="first-last reference ground track, such as 407 or 1-100")
        parser.add_argument("--every", type=int, default=1, help="take one frame in so many")
        parser.add_argument("--archive", action="store_true", help="the archive's frames, not the season's")
        parser.add_argument("--report", type=Path, help="where to write times and counts, as JSON")
        parser.add_argument("--pairs", type=Path, help="where to write the pairs, as .npz")
        self.asked = parser.parse_args()
        self.cycles, self.rgts = _numbers(self.asked.cycles), _numbers(self.asked.rgts)
        self.stages: dict[str, float] = {}
        self.processor: dict[str, float] = {}
        self.facts: dict[str, object] = {}

    @contextmanager
    def stage(self, name: str):
        """Add the time of a block to a stage."""
        start, busy = time.perf_counter(), time.process_time()
        yield
        self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - start
        self.processor[name] = self.processor.get(name, 0.0) + time.process_time() - busy

    def frames(self) -> gpd.GeoDataFrame:
        """Read the frames that were asked for."""
        frames = gpd.read_parquet(ARCHIVE if self.asked.archive else SEASON)
        return frames.iloc[:: self.asked.every].reset_index(drop=True)

    def granules(self) -> gpd.GeoDataFrame:
        """Read the granules of the cycles that were asked for."""
        return gpd.read_parquet(GRANULES, filters=[("cycle", "in", self.cycles)])

    def finish(self, frame: np.ndarray, granule: np.ndarray, n_granules: int) -> None:
        """Write the report and, if asked, the pairs: as row numbers of all frames and of the granules."""
        if self.asked.pairs:
            np.savez(self.asked.pairs, frame=frame * self.asked.every, granule=granule, n_granules=n_granules)
        report = {"stages": self.stages, "processor": self.processor, "pairs": len(frame), **self.facts}
        text = json.dumps(report, indent=1)
        if self.asked.report:
            self.asked.report.write_text(text)
        else:
            print(text)


def _numbers(text: str) -> list[int]:
    """Return the numbers of a range such as 22 or 1-33."""
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def records(granules: gpd.GeoDataFrame) -> list[dict]:
    """Return granules as the notebook holds them: a dict each, with ``points`` as (lat, lon)."""
    xy, owner = shapely.get_coordinates(granules.geometry.to_numpy(), return_index=True)
    points = list(zip(xy[:, 1].tolist(), xy[:, 0].tolist()))
    first = np.searchsorted(owner, np.arange(len(granules) + 1)).tolist()
    columns = (granules[name].tolist() for name in ("granule_id", "s3_url", "https_url"))
    return [
        {"granule_id": name, "s3_url": s3, "https_url": https, "points": points[a:b]}
        for name, s3, https, a, b in zip(*columns, first[:-1], first[1:])
    ]


def pairs_of(matched: gpd.GeoDataFrame, granules: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (row of the frame, row of the granule) of the frames that upstream's functions have matched."""
    lists = matched["atl06_granules"].tolist()
    frame = np.repeat(np.arange(len(lists)), [len(found) for found in lists])
    names = [link["granule_id"] for found in lists for link in found]
    return frame, pd.Index(granules["granule_id"]).get_indexer(names)
