"""Checks flight-line pairs against the sphere: footprints and lines as they are, great circles by S2.

A few frames against all granules of a few cycles, each with each. A pair that only one of both has is right as long as
it is within the stated tolerance of the footprint's edge.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
import spherely
from common import GRANULES, SEASON

TOLERANCE_M = 25.0
N_FRAMES = 48
CYCLES = (3, 22)


def main() -> None:
    """Print how many pairs were checked, and how many are wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    asked = parser.parse_args()
    frames = gpd.read_parquet(SEASON)
    granules = gpd.read_parquet(GRANULES)
    rows = np.flatnonzero(granules["cycle"].isin(CYCLES).to_numpy())
    picked = np.linspace(0, len(frames) - 1, N_FRAMES).astype(int)
    strips = np.array(
        [
            spherely.create_polygon(shapely.get_coordinates(ring)[:-1].tolist())
            for ring in granules.geometry.to_numpy()[rows]
        ]
    )
    with np.load(asked.pairs) as file:
        ours = np.unique(file["frame"] * int(file["n_granules"]) + file["granule"])
    n_pairs = agreed = wrong = 0
    near = []
    for frame in picked:
        line = spherely.create_linestring(shapely.get_coordinates(frames.geometry.iloc[frame]).tolist())
        truth = spherely.intersects(strips, line)
        found = np.isin(frame * len(granules) + rows, ours)
        n_pairs += len(rows)
        agreed += int((truth & found).sum())
        for at in np.flatnonzero(truth != found):
            distance = off_edge(strips[at], line, bool(truth[at]))
            near.append(distance)
            wrong += distance > TOLERANCE_M
    text = (
        f"on the sphere (S2), {N_FRAMES} frames x {len(rows):,} granules: {agreed:,} crossings in both, {len(near)} of "
        f"{n_pairs:,} pairs differ" + (f", at most {max(near):.1f} m from the edge" if near else "")
    )
    print(json.dumps({"wrong": int(wrong), "text": text}))


def off_edge(strip, line, crosses: bool) -> float:
    """Return by how many metres a line would have to move to change whether it crosses a strip."""
    if not crosses:
        return float(spherely.distance(strip, line))
    inside = spherely.intersection(strip, line)
    return float(spherely.distance(spherely.boundary(strip), spherely.centroid(inside)))


if __name__ == "__main__":
    main()
